"""Publishing: inputs go to `articles` or `articles.backfill` as CloudEvents; what is refused gets a row in the ledger.

The command line and the API publish through here, so that every input is accounted for in the same way. A crash in
between loses nothing that was answered: an article is answered once it is durable, and publishing it again is harmless
(the same id, `unchanged`).
"""

import asyncio
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pipeline.app import ARTICLES, BACKFILL
from pipeline.article import Article
from pipeline.broker import MAX_MESSAGE, Broker, Headers, Message, Position
from pipeline.ledger import LedgerRow, Outcome
from pipeline.sources.door import Input, Refusal
from pipeline.state import State
from pipeline.tombstone import Tombstone

SUBMISSION = "submission"  # the first part of the ledger keys of what was refused before publishing
BATCH, BATCH_CHARACTERS = 200, 8_000_000  # a batch ends at either, which bounds memory
MAX_ORIGIN = 1_000  # characters that a row of the ledger keeps
MAX_ARTICLE = MAX_MESSAGE - 128 * 1024  # bytes of JSON, with room for the key, the headers and the broker's own


@dataclass(frozen=True)
class Published:
    """What became of one input so far: pending at a place in the topic, or rejected or filtered with a reason.

    `notes` tell its sender what was done with a pending one.
    """

    origin: str
    outcome: Literal["pending", "rejected", "filtered"]
    id: str | None = None
    reason: str | None = None
    position: str | None = None  # `articles/0/17`: the key of its row in the ledger
    notes: tuple[str, ...] = ()

    def answer(self) -> dict[str, Any]:
        """As the command and the API tell it."""
        answer = {"id": self.id, "outcome": self.outcome, "origin": self.origin}
        if self.outcome != "pending":
            return answer | {"reason": self.reason}
        return answer | {"position": self.position} | ({"notes": list(self.notes)} if self.notes else {})


def batches(inputs: Iterable[Input]) -> Iterator[list[Input]]:
    """Inputs in groups of bounded number and size, in order."""
    batch: list[Input] = []
    characters = 0
    for each in inputs:
        batch.append(each)
        characters += len(each.item.text) if isinstance(each.item, Article) else 0
        if len(batch) == BATCH or characters > BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch


async def publish_batch(
    broker: Broker, state: State, inputs: Sequence[Input], *, backfill: bool = False
) -> list[Published]:
    """Publish a batch; the answers come in order, once everything is durable.

    Args:
        backfill: whether these are old articles, to be read while no live one waits.

    Raises:
        Unavailable, Misconfigured: as the broker and the state do; publish the same inputs again then.
    """
    prepared = [_prepare(each) for each in inputs]
    messages = [item for item in prepared if isinstance(item, Message)]
    positions = iter(await _sent(broker, messages, BACKFILL if backfill else ARTICLES) if messages else [])
    answers, rows = [], []
    for each, item in zip(inputs, prepared, strict=True):
        if isinstance(item, Message):
            place, article_id = str(next(positions)), item.key.decode()
            answers.append(Published(each.origin, "pending", article_id, position=place, notes=each.notes))
        else:
            answers.append(Published(each.origin, item.outcome, item.id, item.reason))
            rows.append(_row(item, each.origin))
    if rows:
        await state.record(rows)
    return answers


async def publish_tombstones(broker: Broker, tombstones: Sequence[Tombstone]) -> list[Position]:
    """Take articles or sources out for good: the index agent applies it, and nothing brings them back.

    Raises:
        Unavailable, Misconfigured: as the broker does.
    """
    kind = "geowire.article.deleted"
    messages = [
        Message(each.id.encode(), each.model_dump_json().encode(), _attributes(kind, each.id, each.at))
        for each in tombstones
    ]
    return await _sent(broker, messages)


async def _sent(broker: Broker, messages: Sequence[Message], topic: str = ARTICLES) -> list[Position]:
    """Publish in a thread. A Ctrl-C waits for its end: the broker must not be closed while it writes."""
    task = asyncio.ensure_future(asyncio.to_thread(broker.publish, topic, messages))
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


def _prepare(each: Input) -> Message | Refusal:
    if isinstance(each.item, Refusal):
        return each.item
    article = each.item
    value = article.model_dump_json().encode()
    if len(value) > MAX_ARTICLE:
        return Refusal(f"article too large: {len(value):,} bytes, the limit is {MAX_ARTICLE:,}", article.id)
    return Message(article.id.encode(), value, cloudevent(article))


def cloudevent(article: Article) -> Headers:
    """The headers of a CloudEvent in binary mode (CloudEvents 1.0, Kafka protocol binding, section 3.2)."""
    return _attributes("geowire.article.published", article.id, article.fetched_at or datetime.now(UTC))


def _attributes(kind: str, subject: str, at: datetime) -> Headers:
    attributes = {
        "ce_specversion": "1.0",
        "ce_type": kind,
        "ce_source": "geowire",
        "ce_id": str(uuid.uuid4()),
        "ce_subject": subject,
        "ce_time": at.isoformat(),
        "content-type": "application/json",
    }
    return tuple((name, value.encode()) for name, value in attributes.items())


def _row(refusal: Refusal, origin: str) -> LedgerRow:
    return LedgerRow(
        key=f"{SUBMISSION}/{uuid.uuid4()}",
        outcome=Outcome(refusal.outcome),
        reason=refusal.reason,
        article_id=refusal.id,
        source=refusal.source,
        origin=origin[:MAX_ORIGIN],
        at=datetime.now(UTC),
    )
