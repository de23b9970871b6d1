"""What `geowire status` and /api/status tell: outcomes from the ledger's rows, pending and lag from the offsets."""

import asyncio
import base64
import logging
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pydantic import BaseModel, ValidationError, computed_field

from pipeline.app import DEAD, GROUP, INPUTS, READ
from pipeline.broker import Broker, Message, Position, lag, read_all
from pipeline.errors import Rejected
from pipeline.index import Index
from pipeline.index.lineage import TO_PLACE
from pipeline.ledger import DeadLetter, LedgerRow, Outcome
from pipeline.publishing import SUBMISSION
from pipeline.stages import ORIGIN
from pipeline.state import State, Tally

log = logging.getLogger(__name__)


class Status(BaseModel):
    """The whole account.

    `inputs` counts what came in (messages in the topics, less those sent again, and what was refused before);
    `outcomes` and `pending` count what became of it. `unaccounted` are messages that the agents have acknowledged and
    that have no outcome all the same: there are none, unless the ledger was deleted.
    """

    inputs: int
    published: int
    pending: int
    unaccounted: int
    outcomes: dict[str, int]
    sources: dict[str, dict[str, int]]
    lag: dict[str, int]
    indexed_documents: int
    unlinked: int  # articles whose near-duplicates are still to be looked for

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorators on properties
    @property
    def adds_up(self) -> bool:
        """Whether every input has exactly one outcome, or is pending and still to be read by an agent."""
        return self.inputs == sum(self.outcomes.values()) + self.pending and self.pending >= 0 == self.unaccounted


async def collect(broker: Broker, index: Index, state: State) -> Status:
    """Recount everything.

    The ledger is read at one moment, between two looks at the offsets: a message without a row then was either still to
    be read at the first look, or was published since.
    """
    before, lags = await asyncio.to_thread(lambda: (_published(broker), _lags(broker)))
    tallies = await state.tally()
    published = await asyncio.to_thread(_published, broker)
    settled = sum(tally.rows for tally in tallies if tally.topic in INPUTS)
    again = sum(tally.rows for tally in tallies if tally.topic in INPUTS and tally.sent_again)
    refused = sum(tally.rows for tally in tallies if tally.topic == SUBMISSION)
    sources = by_source(tallies)
    pending = published - settled
    await index.refresh()  # else what was written in the last second would be missing from the count
    return Status(
        inputs=published - again + refused,
        published=published,
        pending=pending,
        unaccounted=max(0, pending - sum(lags.values()) - (published - before)),
        outcomes={str(outcome): sum(row.get(str(outcome), 0) for row in sources.values()) for outcome in Outcome},
        sources=dict(sorted(sources.items())),
        lag=lags,
        indexed_documents=await index.count(),
        unlinked=(await index.search(TO_PLACE, size=0)).total,
    )


def by_source(tallies: Sequence[Tally]) -> dict[str, dict[str, int]]:
    """Source id → outcome → number of inputs; a message that was sent again is none."""
    sources: dict[str, dict[str, int]] = {}
    for tally in tallies:
        if not tally.sent_again:
            row = sources.setdefault(tally.source, {})
            row[str(tally.outcome)] = row.get(str(tally.outcome), 0) + tally.rows
    return sources


def _published(broker: Broker) -> int:
    return sum(sum(broker.end_offsets(topic).values()) for topic in INPUTS)


def _lags(broker: Broker) -> dict[str, int]:
    """In the order of the article's way: one that moves on meanwhile is counted twice rather than not at all."""
    return {topic: lag(broker, GROUP, topic) for topic in READ}


def dead_letters(broker: Broker) -> Iterator[tuple[Position, DeadLetter]]:
    """Every dead letter with its own place in `articles.dead`, without the original message: there may be many."""
    for stored in read_all(broker, DEAD):
        try:
            letter = DeadLetter.model_validate_json(stored.value)
        except ValidationError:
            log.warning("%s is not a dead letter of geowire; left out", stored.position)
            continue
        yield stored.position, letter.model_copy(update={"original_base64": ""})


async def unresolved(broker: Broker, state: State) -> list[tuple[Position, DeadLetter]]:
    """The newest dead letter of each input whose outcome is still `dead`; a retried and indexed one is gone."""
    newest: dict[str, tuple[Position, DeadLetter]] = {}
    for place, letter in await asyncio.to_thread(lambda: list(dead_letters(broker))):
        known = newest.get(letter.origin)
        if known is None or known[1].failed_at <= letter.failed_at:
            newest[letter.origin] = (place, letter)
    still = []
    for place, letter in sorted(newest.values(), key=lambda pair: pair[1].failed_at):
        row = await state.get(letter.origin)
        if row is None or row.outcome is Outcome.DEAD:
            still.append((place, letter))
    return still


def original(broker: Broker, place: Position) -> bytes:
    """What a dead letter keeps of its message."""
    stored = broker.read(place.topic, place.partition, place.offset, limit=1)
    return base64.b64decode(DeadLetter.model_validate_json(stored[0].value).original_base64)


async def retry(broker: Broker, state: State, place: Position, letter: DeadLetter) -> str:
    """Publish the original of a dead letter again to the topic where it failed, under its input's ledger key.

    The new message gets its row at once, dead as its input still is; whatever becomes of it replaces both.

    Raises:
        Rejected: the original was longer than what a dead letter keeps; publish the article again instead.
    """
    if letter.truncated:
        raise Rejected("only the first 1 MiB was kept; publish the article again from its source")
    value = await asyncio.to_thread(original, broker, place)
    message = Message((letter.article_id or letter.origin).encode(), value, ((ORIGIN, letter.origin.encode()),))
    (sent,) = await asyncio.to_thread(broker.publish, letter.topic, [message])
    row = LedgerRow(
        key=str(sent),
        outcome=Outcome.DEAD,
        reason=letter.reason,
        article_id=letter.article_id,
        source=letter.source,
        retry_of=letter.origin,
        at=datetime.now(UTC),
    )
    if letter.topic in INPUTS:
        await state.record([row])
    return str(sent)
