"""Publishing over HTTP: what is taken, what is refused, and how much."""

import json
import socket

import httpx2
import pytest

from pipeline.admission import MAX_TEXT
from pipeline.web.body import MAX_BODY
from tests.web.test_reading import problem

NDJSON = {"Content-Type": "application/x-ndjson"}


def outcomes(web: httpx2.Client) -> tuple[int, int, int]:
    """Inputs, pending and rejected, as the server accounts for them."""
    status = web.get("/api/status").json()
    return status["inputs"], status["pending"], status["outcomes"]["rejected"]


def test_one_article(empty: httpx2.Client) -> None:
    response = empty.post("/api/articles", json={"id": "a-1", "title": "A title", "text": "A text."})
    assert response.status_code == 202
    found = response.json()
    assert (found["id"], found["outcome"]) == ("a-1", "pending")
    topic, _, offset = found["position"].split("/")
    assert (topic, offset) == ("articles", "0")
    assert outcomes(empty) == (1, 1, 0)


def test_what_was_left_out_is_told(empty: httpx2.Client) -> None:
    found = empty.post(
        "/api/articles", json=[{"text": "A text.", "url": "/a", "lang": "en"}, {"text": "Another."}]
    ).json()
    assert found[0]["notes"] == [
        "not a field of an article, and left out: lang",
        "url /a is no http or https address, and was dropped",
    ]
    assert "notes" not in found[1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"title": "no text"}, "text"),
        ({"text": "  "}, "no text"),
        ({"text": "x" * (MAX_TEXT + 1)}, "too long"),
        ({"text": "fine", "id": "two words"}, "id:"),
        ("just a string", "not a JSON object"),
    ],
)
def test_rejected_article(empty: httpx2.Client, data: object, reason: str) -> None:
    found = problem(empty.post("/api/articles", json=data), 422)
    assert reason in str(found["detail"])
    assert (found["outcome"], found["reason"]) == ("rejected", found["detail"])
    assert outcomes(empty) == (1, 0, 1)


def test_a_list_is_answered_in_its_order(empty: httpx2.Client) -> None:
    response = empty.post("/api/articles", json=[{"id": "a", "text": "A."}, {"id": "b"}, {"id": "c", "text": "C."}])
    assert response.status_code == 202
    assert [(each["id"], each["outcome"]) for each in response.json()] == [
        ("a", "pending"),
        ("b", "rejected"),
        ("c", "pending"),
    ]
    assert outcomes(empty) == (3, 2, 1)


def test_what_was_refused_is_listed_with_its_reason(empty: httpx2.Client) -> None:
    empty.post("/api/articles", json=[{"id": "a", "text": "A."}, {"id": "b"}, {"source": {"id": "post"}, "text": " "}])
    rows = empty.get("/api/status/refused").json()
    assert {(row["outcome"], row["article_id"], row["source"]) for row in rows} == {
        ("rejected", "b", ""),
        ("rejected", None, "post"),
    }
    assert all(row["reason"] and row["origin"] and "retry_of" not in row for row in rows)
    assert [row["source"] for row in empty.get("/api/status/refused", params={"source": "post"}).json()] == ["post"]
    assert empty.get("/api/status/refused", params={"size": 0}).status_code == 422
    assert empty.get("/api/status/refused", params={"outcome": "superseded"}).json() == []
    assert empty.get("/api/status/refused", params={"outcome": "lost"}).status_code == 422


def test_ndjson_with_a_broken_line(empty: httpx2.Client) -> None:
    lines = b'{"id": "a", "text": "A."}\n\n{"id": "b", "te\n{"id": "c", "text": "C."}'
    found = empty.post("/api/articles", content=lines, headers=NDJSON)
    assert found.status_code == 202
    assert [each["outcome"] for each in found.json()] == ["pending", "rejected", "pending"]
    assert "not JSON" in found.json()[1]["reason"]


def test_a_byte_order_mark_says_nothing(empty: httpx2.Client) -> None:
    for kind in ("application/json", NDJSON["Content-Type"]):
        content = b'\xef\xbb\xbf{"id": "a", "text": "A."}'
        found = empty.post("/api/articles", content=content, headers={"Content-Type": kind})
        assert (found.status_code, isinstance(found.json(), list)) == (202, kind != "application/json")
    several = empty.post(
        "/api/articles", content=b'\xef\xbb\xbf[{"text": "A."}]', headers={"Content-Type": "application/json"}
    )
    assert [each["outcome"] for each in several.json()] == ["pending"]


def test_nothing_taken_of_several(empty: httpx2.Client) -> None:
    response = empty.post("/api/articles", json=[{}, {"text": ""}])
    assert response.status_code == 422
    assert [each["outcome"] for each in response.json()] == ["rejected", "rejected"]


def test_a_large_list_goes_in_batches(empty: httpx2.Client) -> None:
    response = empty.post("/api/articles", json=[{"id": f"n-{n}", "text": f"Text {n}."} for n in range(450)])
    assert {each["outcome"] for each in response.json()} == {"pending"}
    assert outcomes(empty) == (450, 450, 0)


@pytest.mark.parametrize("raw", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"text": NaN}'])
def test_broken_json(empty: httpx2.Client, raw: bytes) -> None:
    response = empty.post("/api/articles", content=raw, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert "not JSON" in response.text


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""])
def test_other_types_are_refused(empty: httpx2.Client, kind: str) -> None:
    problem(empty.post("/api/articles", content=b'{"text": "x"}', headers={"Content-Type": kind}), 415)
    assert outcomes(empty) == (0, 0, 0)


def test_body_that_says_it_is_too_large(empty: httpx2.Client) -> None:
    with socket.create_connection((empty.base_url.host, empty.base_url.port or 0), timeout=10) as raw:
        raw.sendall(
            b"POST /api/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 99999999999\r\n\r\n"
        )
        assert raw.recv(100).startswith(b"HTTP/1.1 413 ")


def test_body_that_turns_out_too_large(empty: httpx2.Client) -> None:
    """The answer comes while the client is still sending: nothing beyond the limit is waited for or kept."""
    with socket.create_connection((empty.base_url.host, empty.base_url.port or 0), timeout=10) as raw:
        raw.sendall(
            b"POST /api/articles HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Transfer-Encoding: chunked\r\n\r\n"
        )
        piece = b"x" * (1 << 20)
        for _ in range(MAX_BODY // len(piece) + 1):
            raw.sendall(b"100000\r\n" + piece + b"\r\n")
        assert raw.recv(100).startswith(b"HTTP/1.1 413 ")
    assert outcomes(empty) == (0, 0, 0)


def test_characters_that_no_text_has(empty: httpx2.Client) -> None:
    lines = [{"text": "a\u0000b"}, {"text": "\ud800"}, {"text": "👩‍👩‍👧 \u202e right"}]
    body = "\n".join(json.dumps(line) for line in lines).encode()
    found = empty.post("/api/articles", content=body, headers=NDJSON).json()
    assert [each["outcome"] for each in found] == ["rejected", "rejected", "pending"]
    assert outcomes(empty) == (3, 1, 2)


def test_too_many_articles_for_one_request(empty: httpx2.Client) -> None:
    before = empty.get("/api/status").json()["inputs"]
    response = empty.post("/api/articles", content=b"1\n" * 5_001, headers={"Content-Type": "application/x-ndjson"})
    assert "5,000" in str(problem(response, 413)["detail"])
    assert empty.get("/api/status").json()["inputs"] == before


def test_cloudevents_in_structured_mode(empty: httpx2.Client) -> None:
    event = {"specversion": "1.0", "type": "t", "source": "/s", "id": "1", "data": {"id": "a-1", "text": "A text."}}
    one = empty.post("/api/articles", json=event, headers={"Content-Type": "application/cloudevents+json"})
    assert (one.status_code, one.json()["id"]) == (202, "a-1")
    batch = {"Content-Type": "application/cloudevents-batch+json"}
    several = empty.post("/api/articles", json=[event, event | {"data": {}}], headers=batch)
    assert [each["outcome"] for each in several.json()] == ["pending", "rejected"]
