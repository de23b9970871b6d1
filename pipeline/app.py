"""The Faust app: topics, agents, and how a message is settled. The whole topology is on this screen.

    articles ─────────▶ enrich ──▶ articles.enriched ──▶ index ──▶ the index, the ledger
    articles.backfill ──▶ fill ──▶   │                       │
                            └────────┴─▶ articles.dead ◀─────┘

`fill` does what `enrich` does, whenever no live article waits.

Delivery is at least once: an agent takes a batch without acknowledging it (`noack_take`), sends the results on and
waits for their confirmation, writes the ledger, and only then acknowledges, in order. It never skips a message and
never raises for a bad one; what it can't decide stops the process, and the batch is delivered again. Faust's
defaults lose messages (its issue 606 among others); docs/delivery.md tells how each setting here prevents that.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import faust

from pipeline import removing, stages
from pipeline.article import Article, EnrichedArticle
from pipeline.backfill import LiveFirst
from pipeline.broker import MAX_MESSAGE, TopicSpec
from pipeline.broker.faust_options import faust_options
from pipeline.errors import Misconfigured, Poison, Unavailable
from pipeline.index import Index, Put
from pipeline.ledger import LedgerRow, Outcome
from pipeline.linking import Linker
from pipeline.settings import Settings
from pipeline.stages import Delivery, Failure, Fuse, Watch
from pipeline.state import State
from pipeline.tombstone import Tombstone

GROUP = "geowire"  # the consumer group of all workers
ARTICLES, BACKFILL, ENRICHED, DEAD = "articles", "articles.backfill", "articles.enriched", "articles.dead"
TOPICS = (ARTICLES, BACKFILL, ENRICHED, DEAD)
INPUTS = (ARTICLES, BACKFILL)  # the topics whose messages are the ledger's inputs
READ = (ARTICLES, BACKFILL, ENRICHED)  # the topics that agents read
FILLED = 16  # articles of a back-fill that a live one waits for at most
DAY_MS = 24 * 3600 * 1000
WITHIN = 0.2  # seconds that an agent waits for a batch to fill
MAX_RECORD = MAX_MESSAGE - 64 * 1024  # bytes of an enriched record, with room for key and headers


class Enricher(Protocol):
    """What the enrich agent needs of NLP: a result or a Poison for each article, in order."""

    async def enrich(self, articles: Sequence[Article]) -> list[EnrichedArticle | Poison]: ...


@dataclass(frozen=True)
class Opened:
    """What an agent works with, opened by worker.py; each agent has a watch and a fuse of its own."""

    nlp: Enricher
    index: Index
    state: State
    linker: Linker
    live: LiveFirst
    watch: Watch = field(default_factory=Watch)
    fuse: Fuse = field(default_factory=lambda: Fuse(1))


def topic_specs(settings: Settings) -> list[TopicSpec]:
    """The topics of geowire: articles and dead letters are kept for ever (a setting), enriched ones 7 days."""
    kept = settings.retention_days * DAY_MS if settings.retention_days >= 0 else -1
    return [
        TopicSpec(ARTICLES, settings.partitions, kept),
        TopicSpec(BACKFILL, settings.partitions, kept),
        TopicSpec(ENRICHED, settings.partitions, 7 * DAY_MS),
        TopicSpec(DEAD, settings.partitions, kept),
    ]


def create_app(settings: Settings, opened: Opened, watches: Mapping[str, Watch], scratch: Path) -> faust.App:
    """The Faust app with its three agents; worker.py starts it.

    Args:
        settings: partitions, batch, fuse.
        opened: what the agents work with.
        watches: for each topic that is read, what its agent tells the watchdog.
        scratch: an empty folder, which stays empty (faust_options.py).
    """
    app = faust.App(
        GROUP,
        **{
            **faust_options(settings, scratch),
            "topic_partitions": settings.partitions,
            "topic_disable_leader": True,
            "topic_allow_declare": False,  # `geowire init` creates topics; the start gate checks them
            "table_standby_replicas": 0,
            "stream_wait_empty": False,  # with it, a SIGTERM waits for ever for a batch in flight
            "agent_supervisor": "mode.CrashingSupervisor",
            "web_enabled": False,
            "worker_redirect_stdouts": False,
        },
    )
    articles, backfill, enriched, dead = (app.topic(name, **_RAW) for name in TOPICS)

    enriching, filling, indexing = (replace(opened, watch=watches[name], fuse=Fuse(settings.fuse)) for name in READ)

    @app.agent(articles, name="enrich")
    async def enrich(stream: Any) -> None:
        async for events in stream.noack_take(settings.batch, within=WITHIN):
            batch = [_delivery(event) for event in events]
            with _noting_fatal(enriching.watch):
                await enrich_batch(enriching, batch, enriched, dead)
            await _acknowledge(stream, events, enriching.watch)
            opened.live.settled(batch)

    @app.agent(backfill, name="fill")
    async def fill(stream: Any) -> None:
        def live() -> set[int]:
            return {tp.partition for tp in app.consumer.assignment() if tp.topic == ARTICLES}

        async for events in stream.noack_take(FILLED, within=WITHIN):
            with _noting_fatal(filling.watch):
                wait = partial(opened.live.wait, live, filling.watch)
                await stages.until_done(wait, filling.watch, "broker")
                await enrich_batch(filling, [_delivery(event) for event in events], enriched, dead)
            await _acknowledge(stream, events, filling.watch)

    @app.agent(enriched, name="index")
    async def index(stream: Any) -> None:
        async for events in stream.noack_take(settings.batch, within=WITHIN):
            with _noting_fatal(indexing.watch):
                await index_batch(indexing, [_delivery(event) for event in events], dead)
            await _acknowledge(stream, events, indexing.watch)

    @app.task
    async def lineage() -> None:
        with _noting_fatal(indexing.watch):
            await indexing.linker.run(lambda step: stages.until_done(step, indexing.watch, "lineage"))

    return app


async def enrich_batch(opened: Opened, batch: Sequence[Delivery], enriched: Any, dead: Any) -> None:
    """articles and articles.backfill → articles.enriched: read each with spaCy; what can't be read is dead-lettered."""
    tombstones, articles = _apart(batch)
    good, failures = _decode(articles, stages.decode_article, "enrich")
    results = await opened.nlp.enrich([article for _, article in good])
    confirmations = [Sending(enriched, each.id, delivery.value, headers_of(delivery)) for delivery, each in tombstones]
    for (delivery, article), result in zip(good, results, strict=True):
        value = b"" if isinstance(result, Poison) else result.model_dump_json().encode()
        if isinstance(result, Poison) or len(value) > MAX_RECORD:
            reason = str(result) if isinstance(result, Poison) else f"enriched record too large: {len(value):,} bytes"
            failures.append(Failure(delivery, "enrich", reason, article))
        else:
            confirmations.append(Sending(enriched, article.id, value, headers_of(delivery)))
    opened.fuse.check(failures, len(batch))
    await _send_all(opened.watch, confirmations)
    await _dead_letter_all(opened, failures, dead, [])


async def index_batch(opened: Opened, batch: Sequence[Delivery], dead: Any) -> None:
    """articles.enriched → index: write, look for near-duplicates, then account for each input with its outcome."""
    tombstones, articles = _apart(batch)
    good, failures = _decode(articles, stages.decode_enriched, "index")
    await removing.remember(opened.state, [stone for _, stone in tombstones], opened.watch)
    good, refused = await removing.sift(opened.state, good, opened.watch)
    puts = [Put(article, delivery.origin) for delivery, article in good]
    results = await stages.until_done(lambda: opened.index.put(puts), opened.watch, "index")
    await stages.until_done(opened.linker.catch_up, opened.watch, "lineage")
    stones, written = [stone for _, stone in tombstones], [article for _, article in good]
    await removing.remove(opened.index, opened.state, opened.watch, stones, written)
    rows: list[LedgerRow] = []
    for delivery, stone in tombstones:
        rows += removing.rows_of(delivery, stone)
    for delivery, article in refused:
        rows += stages.rows(delivery, Outcome.DELETED, "taken out for good", article)
    for (delivery, article), result in zip(good, results, strict=True):
        if result.outcome is Outcome.DEAD:
            failures.append(Failure(delivery, "index", result.reason or "refused by the index", article))
        else:
            rows += stages.rows(delivery, result.outcome, result.reason, article)
    opened.fuse.check(failures, len(batch))
    await _dead_letter_all(opened, failures, dead, rows)


def _apart(batch: Sequence[Delivery]) -> tuple[list[tuple[Delivery, Tombstone]], list[Delivery]]:
    """Tombstones, and the other messages. Their order does not matter: what is taken out stays out."""
    marked = [(delivery, stages.decode_tombstone(delivery)) for delivery in batch]
    stones = [(delivery, stone) for delivery, stone in marked if stone is not None]
    return stones, [delivery for delivery, stone in marked if stone is None]


def _decode(batch: Sequence[Delivery], decode: Any, stage: Any) -> tuple[list[tuple[Delivery, Any]], list[Failure]]:
    good: list[tuple[Delivery, Any]] = []
    failures: list[Failure] = []
    for delivery in batch:
        try:
            good.append((delivery, decode(delivery)))
        except Poison as exc:
            failures.append(Failure(delivery, stage, str(exc)))
    return good, failures


async def _dead_letter_all(opened: Opened, failures: Sequence[Failure], dead: Any, rows: list[LedgerRow]) -> None:
    """Write dead letters, wait for their confirmation, then write the ledger rows of the whole batch."""
    letters = [(failure, stages.dead_letter(failure, datetime.now(UTC))) for failure in failures]
    sendings = [
        Sending(dead, letter.origin, letter.model_dump_json().encode(), headers_of(failure.delivery))
        for failure, letter in letters
    ]
    await _send_all(opened.watch, sendings)
    for failure, letter in letters:
        rows += stages.rows(failure.delivery, Outcome.DEAD, letter.reason, failure.article)
    if rows:
        await stages.until_done(lambda: opened.state.record(rows), opened.watch, "ledger")


@dataclass(frozen=True)
class Sending:
    """A message for a Faust topic."""

    topic: Any
    key: str
    value: bytes
    headers: dict[str, bytes]


def headers_of(delivery: Delivery) -> dict[str, bytes]:
    """The headers of what comes of a message: whose outcome it is, and whether it was sent again."""
    again = {} if delivery.sent_again is None else {stages.RETRY: delivery.sent_again.encode()}
    return {stages.ORIGIN: delivery.origin.encode()} | again


async def _send_all(watch: Watch, messages: Sequence[Sending]) -> None:
    """Send in order and wait until the broker has confirmed every one of them.

    In order, so that two versions of one article in a batch do not swap; what was not confirmed is sent again.
    """
    waiting = list(messages)

    async def attempt() -> None:
        nonlocal waiting
        failed, error = [], ""
        sent = [(message, await _send(message)) for message in waiting]
        for message, confirmation in sent:
            try:
                await confirmation
            except Exception as exc:  # noqa: BLE001  # aiokafka's errors have no common base; nothing of ours is called
                failed.append(message)
                error = error or f"{type(exc).__name__}: {exc}"
        waiting = failed
        if failed:
            raise Unavailable(f"{len(failed)} messages not confirmed: {error}")

    await stages.until_done(attempt, watch, "broker")


async def _send(message: Sending) -> asyncio.Future[Any]:
    """Queue one message; the future ends when it is confirmed, or with the reason why it is not."""
    try:
        confirmation: asyncio.Future[Any] = await message.topic.send(
            key=message.key.encode(), value=message.value, headers=message.headers
        )
    except Exception as exc:  # noqa: BLE001  # as above: it counts as not confirmed
        confirmation = asyncio.get_running_loop().create_future()
        confirmation.set_exception(exc)
    return confirmation


async def _acknowledge(stream: Any, events: Sequence[Any], watch: Watch) -> None:
    for event in events:
        await stream.ack(event)
    watch.progress()


@contextmanager
def _noting_fatal(watch: Watch) -> Iterator[None]:
    """Keep the sentence of a Misconfigured before Faust turns it into a crash: the exit code depends on it."""
    try:
        yield
    except Misconfigured as exc:
        watch.fatal = exc
        raise


_RAW = {"key_type": bytes, "value_type": bytes, "key_serializer": "raw", "value_serializer": "raw"}


def _delivery(event: Any) -> Delivery:
    message = event.message
    headers = message.headers or {}
    pairs = headers.items() if hasattr(headers, "items") else headers
    return Delivery(
        topic=message.topic,
        partition=message.partition,
        offset=message.offset,
        timestamp=message.timestamp,
        value=event.value or b"",
        headers={name: bytes(value or b"") for name, value in pairs},
    )
