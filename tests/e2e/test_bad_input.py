"""Bad input: each ends in exactly one outcome, with a reason, and the account adds up."""

import json
import time
from typing import Any

import orjson
import pytest

from pipeline.app import ARTICLES
from pipeline.broker import Message, open_broker
from tests.e2e.site import Site

pytestmark = pytest.mark.slow

GOOD = {"title": "Harbour reopens", "text": "The harbour of Mombasa, Kenya, reopened on Tuesday."}


def at_the_door() -> list[tuple[bytes, str | None]]:
    """NDJSON lines, and what the reason of the rejection says (None: taken)."""
    deep = b'{"text": ' + b"[" * 5000 + b"]" * 5000 + b"}"
    return [
        (orjson.dumps(GOOD), None),
        (b'{"text": "cut off', "JSON"),
        (b"[1, 2", "JSON"),
        (orjson.dumps({"text": 5}), "text"),
        (orjson.dumps({"title": "no text"}), "text"),
        (orjson.dumps({"text": "  "}), "no text"),
        (orjson.dumps({"text": "x" * 10_000_000}), "too long"),
        (orjson.dumps({"text": "binary \x00 data"}), "NUL"),
        (b'{"text": "half a pair \\ud800 here"}', "urrogate"),
        (deep, ""),
        (orjson.dumps(GOOD | {"url": "https://a.example/1", "published_at": "2199-01-01T00:00:00Z"}), None),
        (orjson.dumps(GOOD | {"url": "https://a.example/2", "published_at": "yesterday or so"}), "published_at"),
        (orjson.dumps(GOOD | {"id": "an id with blanks"}), "id"),
        (orjson.dumps(GOOD | {"text": "No URL, but a text of its own in Nairobi, Kenya."}), None),
    ]


def test_at_the_door(site: Site) -> None:
    cases = at_the_door()
    done = site.run("publish", "-", "--json", stdin=b"\n".join(line for line, _ in cases))
    assert done.returncode == 1
    results: list[dict[str, Any]] = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(results) == len(cases)
    for (line, reason), result in zip(cases, results, strict=True):
        assert (result["outcome"] == "rejected") == (reason is not None), (line[:80], result)
        assert reason is None or reason in result["reason"], result
    taken = sum(reason is None for _, reason in cases)
    site.start_worker()
    status = site.settle(len(cases))
    assert status.adds_up
    assert status.outcomes["rejected"] == len(cases) - taken
    assert status.outcomes["indexed"] == taken


def test_a_retry_that_succeeds(site: Site) -> None:
    large = b'{"text": "' + b"x" * 2_000_000 + b'"}'
    assert site.run("publish", "-", stdin=orjson.dumps(GOOD)).returncode == 0
    broker = open_broker(site.settings)
    try:
        broker.publish(ARTICLES, [Message(b"large", large)])
    finally:
        broker.close()
    hasty = Site(site.env | {"GEOWIRE_NLP_TIMEOUT": "0.0001"}, site.workers)
    worker = hasty.start_worker()
    assert site.settle(2).outcomes["dead"] == 2
    site.terminate(worker)

    done = site.run("dead", "retry", "--all", "--json")
    assert done.returncode == 1, "one letter is truncated, the other is sent all the same"
    results = json.loads(done.stdout)
    assert sorted("sent_to" in result for result in results) == [False, True]
    waiting = site.status()
    assert (waiting.adds_up, waiting.inputs, waiting.outcomes["dead"]) == (True, 2, 2)
    site.start_worker()
    deadline = time.monotonic() + 120
    while site.status().outcomes["indexed"] == 0:
        assert time.monotonic() < deadline, site.log()
        time.sleep(0.3)
    status = site.status()
    assert status.adds_up
    assert (status.inputs, status.published, status.pending) == (2, 3, 0)
    assert (status.outcomes["indexed"], status.outcomes["dead"], status.indexed_documents) == (1, 1, 1)
    assert len(site.json("dead", "list", "--json")) == 1


def foreign() -> list[tuple[bytes, bool]]:
    """Values that a foreign producer sends straight to the topic, and whether they can be indexed."""
    return [
        (orjson.dumps(GOOD), True),
        (b"", False),
        (b"\xff\xfe broken", False),
        (b"{", False),
        (b"null", False),
        (b'{"text": NaN}', False),
        (b'{"text": "half \\udfff"}', False),
        (b'{"__faust": {"ns": "os.system"}, "text": ""}', False),
        (orjson.dumps({"text": "a\x00b"}), False),
        (orjson.dumps({"text": {"deep": 1}}), False),
        (orjson.dumps({"text": "x" * 600_000}), False),
        (orjson.dumps(GOOD | {"url": "https://a.example/3", "published_at": "2199-01-01T00:00:00Z"}), True),
        (orjson.dumps({str(number): number for number in range(100_000)}), False),
        (orjson.dumps(GOOD | {"url": "https://a.example/4"}), True),
    ]


def test_from_foreign_producers(site: Site) -> None:
    cases = foreign()
    if not site.settings.embedded:
        assert site.run("init").returncode == 0
    else:
        assert site.run("status").returncode == 0
    broker = open_broker(site.settings)
    try:
        broker.publish(ARTICLES, [Message(b"same key", value) for value, _ in cases])
    finally:
        broker.close()
    worker = site.start_worker()
    status = site.settle(len(cases))
    good = sum(usable for _, usable in cases)
    assert status.adds_up
    assert status.outcomes["indexed"] == good
    assert status.outcomes["dead"] == len(cases) - good
    site.kill(worker)
    assert site.status().adds_up

    letters = site.json("dead", "list", "--json")
    assert len(letters) == len(cases) - good
    assert all(letter["reason"] for letter in letters)
    shown = site.json("dead", "show", letters[0]["key"], "--json")
    assert shown["sha256"]
    site.json("dead", "retry", letters[0]["key"], "--json")
    site.start_worker()
    after = site.settle(len(cases))
    assert after.adds_up
    assert after.outcomes["dead"] == len(cases) - good
