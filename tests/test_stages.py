"""What an agent does with a batch, without any broker: decode, account, dead-letter, wait."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from pipeline import stages
from pipeline.app import MAX_RECORD, Opened, enrich_batch, headers_of, index_batch
from pipeline.article import Article, EnrichedArticle
from pipeline.errors import Misconfigured, Poison, Unavailable
from pipeline.index import Put, PutResult
from pipeline.ledger import DeadLetter, LedgerRow, Outcome
from pipeline.stages import Delivery, Failure, Fuse
from pipeline.tombstone import Tombstone

STAMP = datetime(2026, 11, 3, tzinfo=UTC).timestamp()


def delivery(value: object, *, topic: str = "articles", offset: int = 0, **headers: bytes) -> Delivery:
    """A message as an agent gets it."""
    raw = value if isinstance(value, bytes) else orjson.dumps(value)
    return Delivery(topic, 0, offset, STAMP, raw, {name.replace("_", "-"): value for name, value in headers.items()})


class FakeTopic:
    """A topic whose confirmation can fail a few times; it keeps what was confirmed, in order."""

    def __init__(self, failures: int = 0) -> None:
        self.failures = failures
        self.sent: list[tuple[bytes, bytes, dict[str, bytes]]] = []

    async def send(self, *, key: bytes, value: bytes, headers: dict[str, bytes]) -> Any:
        async def confirm() -> None:
            if self.failures:
                self.failures -= 1
                raise ConnectionError("broker away")
            self.sent.append((key, value, headers))

        return confirm()


class FakeRooms:
    """NLP, index and ledger that record what they are asked and answer as told."""

    def __init__(self, results: list[PutResult] | None = None, down: int = 0) -> None:
        self.results, self.down = results, down
        self.rows: list[LedgerRow] = []
        self.buried_names, self.deleted = set[str](), list[str]()

    async def bury(self, tombstones: Sequence[Tombstone]) -> None:
        self.buried_names |= {stone.name for stone in tombstones}

    async def buried(self, names: Sequence[str]) -> set[str]:
        return self.buried_names & set(names)

    async def delete(self, ids: Sequence[str]) -> int:
        self.deleted += ids
        return len(ids)

    async def enrich(self, articles: Sequence[Article]) -> list[EnrichedArticle | Poison]:
        return [Poison("kills the reader") if "poison" in article.text else self.read(article) for article in articles]

    def read(self, article: Article) -> EnrichedArticle:
        notes = ["x" * MAX_RECORD] if "bloat" in article.text else []
        return EnrichedArticle(**article.model_dump() | {"notes": notes}, enrichment="test")

    async def put(self, batch: Sequence[Put]) -> list[PutResult]:
        if self.down:
            self.down -= 1
            raise Unavailable("index away")
        return self.results or [PutResult(Outcome.INDEXED) for _ in batch]

    async def get(self, ids: Sequence[str]) -> dict[str, EnrichedArticle]:
        return {}

    async def refresh(self) -> None: ...

    async def catch_up(self) -> bool:
        return False

    async def record(self, rows: Sequence[LedgerRow]) -> None:
        self.rows += rows


def opened(fake: FakeRooms) -> Opened:
    """The fake as everything."""
    return Opened(fake, fake, fake, fake, fake)  # type: ignore[arg-type]  # it has the methods that the agents call


async def test_enrich_sends_the_good_and_buries_the_bad() -> None:
    fake, enriched, dead = FakeRooms(), FakeTopic(), FakeTopic()
    batch = [
        delivery({"text": "fine", "source": {"id": "post"}}, offset=0),
        delivery(b"{", offset=1),
        delivery({"text": "poison", "source": {"id": "post"}}, offset=2),
        delivery({"text": "bloat"}, offset=3),
    ]
    await enrich_batch(opened(fake), batch, enriched, dead)
    assert [headers[stages.ORIGIN] for _, _, headers in enriched.sent] == [b"articles/0/0"]
    letters = [DeadLetter.model_validate_json(value) for _, value, _ in dead.sent]
    assert {letter.origin: letter.stage for letter in letters} == {f"articles/0/{n}": "enrich" for n in (1, 2, 3)}
    assert all(letter.reason for letter in letters)
    assert {row.key: row.outcome for row in fake.rows} == {f"articles/0/{n}": Outcome.DEAD for n in (1, 2, 3)}
    assert next(row for row in fake.rows if row.key == "articles/0/2").source == "post"


async def test_an_unconfirmed_send_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.stages.asyncio.sleep", no_sleep)
    enriched = FakeTopic(failures=2)
    await enrich_batch(opened(FakeRooms()), [delivery({"text": "fine"})], enriched, FakeTopic())
    assert len(enriched.sent) == 1


async def test_index_accounts_for_every_outcome(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.stages.asyncio.sleep", no_sleep)
    outcomes = [Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.SUPERSEDED, Outcome.DEAD]
    fake = FakeRooms([PutResult(outcome, "strict_dynamic_mapping_exception") for outcome in outcomes], down=2)
    record = EnrichedArticle(id="a", text="x", enrichment="test", fetched_at=datetime.now(UTC)).model_dump_json()
    batch = [
        delivery(record.encode(), topic="articles.enriched", offset=n, geowire_origin=f"articles/1/{n}".encode())
        for n in range(5)
    ]
    dead = FakeTopic()
    await index_batch(opened(fake), batch, dead)
    assert [row.key for row in fake.rows] == [f"articles/1/{n}" for n in range(5)]
    assert [row.outcome for row in fake.rows] == outcomes
    assert len(dead.sent) == 1


async def no_sleep(_seconds: float) -> None:
    """Do not wait between attempts."""


def test_a_retried_message_settles_its_input_and_its_own_place() -> None:
    again = delivery({"text": "x"}, offset=9, geowire_origin=b"articles/0/2")
    enriched = delivery({}, topic="articles.enriched", offset=4, **headers_of(again))
    for message in (again, enriched):
        both = stages.rows(message, Outcome.INDEXED, None, None)
        assert [(row.key, row.retry_of) for row in both] == [("articles/0/2", None), ("articles/0/9", "articles/0/2")]


def test_a_letter_that_died_at_the_index_settles_its_input_alone() -> None:
    again = delivery({}, topic="articles.enriched", offset=4, geowire_origin=b"articles/0/2")
    assert [row.key for row in stages.rows(again, Outcome.INDEXED, None, None)] == ["articles/0/2"]


@pytest.mark.parametrize("forged", [b"", b"../../etc", b"articles/0/x", b"\xff", b"articles/0/1\n"])
def test_a_forged_origin_is_ignored(forged: bytes) -> None:
    assert delivery({}, offset=4, geowire_origin=forged).origin == "articles/0/4"


def test_a_dead_letter_keeps_one_mebibyte_and_the_hash() -> None:
    value = b"x" * (stages.MAX_ORIGINAL + 5)
    letter = stages.dead_letter(Failure(delivery(value), "enrich", "too large"), datetime.now(UTC))
    assert letter.truncated
    assert base64.b64decode(letter.original_base64) == value[: stages.MAX_ORIGINAL]
    assert letter.sha256 == hashlib.sha256(value).hexdigest()


def test_the_fuse_stops_a_mistake_from_draining_the_topic() -> None:
    failures = [Failure(delivery(b""), "index", "mapper_parsing_exception")] * 32
    fuse = Fuse(0.2)
    fuse.check(failures, 32)
    with pytest.raises(Misconfigured, match="mapper_parsing_exception"):
        fuse.check(failures, 32)


def test_the_fuse_lets_single_bad_messages_pass() -> None:
    failures = [Failure(delivery(b""), "enrich", "not JSON")]
    fuse, open_fuse = Fuse(0.2), Fuse(1)
    for _ in range(100):
        fuse.check(failures, 5)
        fuse.check([], 3)
        open_fuse.check(failures, 1)


async def test_the_fuse_trips_before_the_dead_letters_are_written() -> None:
    dead = FakeTopic()
    agent = replace(opened(FakeRooms()), fuse=Fuse(0.2))
    await enrich_batch(agent, [delivery(b"{", offset=n) for n in range(30)], FakeTopic(), dead)
    with pytest.raises(Misconfigured, match="60 messages"):
        await enrich_batch(agent, [delivery(b"{", offset=n) for n in range(30)], FakeTopic(), dead)
    assert len(dead.sent) == 30


@pytest.mark.parametrize("timestamp", [0.0, -5.0, 1.0, 1e18, float("nan")])
def test_a_clock_that_cannot_be_right_is_not_believed(timestamp: float) -> None:
    message = replace(delivery({"text": "x", "published_at": "2026-11-03T08:00:00Z"}), timestamp=timestamp)
    before = datetime.now(UTC)
    article = stages.decode_article(message)
    assert article.fetched_at is not None
    assert before <= article.fetched_at <= datetime.now(UTC)
    assert article.published_at is not None


@pytest.mark.parametrize(
    "value", [b"", b"\xff", b"[", b"null", b'{"text": NaN}', b'{"text": "\\ud800"}', b"[" * 100_000]
)
def test_what_is_not_an_article_is_poison(value: bytes) -> None:
    with pytest.raises(Poison, match=r".{5}"):
        stages.decode_article(delivery(value))
    with pytest.raises(Poison, match=r".{5}"):
        stages.decode_enriched(delivery(value))


async def test_a_tombstone_goes_through_and_keeps_out_what_comes_before_and_after() -> None:
    stone = {"tombstone": "article", "id": "a", "at": "2026-11-03T00:00:00Z"}
    fake, enriched = FakeRooms(), FakeTopic()
    batch = [delivery(stone), delivery({"text": '"tombstone"'}, offset=1)]
    await enrich_batch(opened(fake), batch, enriched, FakeTopic())
    assert max(key for key, _, _ in enriched.sent) == b"a"
    assert len(enriched.sent) == 2
    record = {"id": "a", "text": "x", "enrichment": "test", "fetched_at": "2026-11-03T00:00:00Z", "source": {"id": "s"}}
    values = [record, stone, record | {"id": "b"}, record]
    batch = [delivery(value, topic="articles.enriched", offset=n) for n, value in enumerate(values)]
    await index_batch(opened(fake), batch, FakeTopic())
    assert {row.key: row.outcome for row in fake.rows} == {
        "articles.enriched/0/0": Outcome.DELETED,
        "articles.enriched/0/1": Outcome.DELETED,
        "articles.enriched/0/2": Outcome.INDEXED,
        "articles.enriched/0/3": Outcome.DELETED,
    }
    assert fake.deleted == ["a"]
