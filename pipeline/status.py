"""What `geowire status` and /api/status tell: outcomes from the ledger's rows, pending and lag from the offsets."""

import asyncio
import base64
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from pipeline.app import ARTICLES, DEAD, ENRICHED, GROUP, INPUTS
from pipeline.article import DeadLetter, Outcome
from pipeline.broker import Broker, Message, lag, read_all
from pipeline.errors import Misconfigured
from pipeline.index import Index
from pipeline.stages import ORIGIN
from pipeline.state import State


class Status(BaseModel):
    """The whole account. `inputs` = the sum of `outcomes` + `pending`; nothing is counted twice or left out."""

    inputs: int
    published: int
    pending: int
    outcomes: dict[str, int]
    sources: dict[str, dict[str, int]]
    lag: dict[str, int]
    indexed_documents: int

    @property
    def adds_up(self) -> bool:
        """Whether every input has exactly one outcome or is pending."""
        return self.inputs == sum(self.outcomes.values()) + self.pending and self.pending >= 0


async def collect(broker: Broker, index: Index, state: State) -> Status:
    """Recount everything; the ledger is read before the offsets, so that a running pipeline never goes negative."""
    sources = await state.counts()
    settled = await state.settled(INPUTS)
    published, lags = await asyncio.to_thread(_offsets, broker)
    outcomes = {str(outcome): sum(counts.get(outcome, 0) for counts in sources.values()) for outcome in Outcome}
    pending = published - settled
    await index.refresh()  # else what was written in the last second would be missing from the count
    return Status(
        inputs=sum(outcomes.values()) + pending,
        published=published,
        pending=pending,
        outcomes=outcomes,
        sources={source: {str(key): count for key, count in row.items()} for source, row in sorted(sources.items())},
        lag=lags,
        indexed_documents=await index.count(),
    )


def _offsets(broker: Broker) -> tuple[int, dict[str, int]]:
    published = sum(sum(broker.end_offsets(topic).values()) for topic in INPUTS)
    return published, {topic: lag(broker, GROUP, topic) for topic in (ARTICLES, ENRICHED)}


def dead_letters(broker: Broker) -> Iterator[tuple[str, DeadLetter]]:
    """Every dead letter with its own place in `articles.dead`, oldest first within a partition."""
    for stored in read_all(broker, DEAD):
        yield str(stored.position), DeadLetter.model_validate_json(stored.value)


async def unresolved(broker: Broker, state: State) -> list[tuple[str, DeadLetter]]:
    """The newest dead letter of each input whose outcome is still `dead`; a retried and indexed one is gone."""
    newest: dict[str, tuple[str, DeadLetter]] = {}
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


def retry(broker: Broker, letter: DeadLetter) -> str:
    """Publish the original of a dead letter again to the topic where it failed, under its input's ledger key.

    Raises:
        Misconfigured: the original was longer than what a dead letter keeps; publish the article again instead.
    """
    if letter.truncated:
        raise Misconfigured(
            f"{letter.origin}: only the first 1 MiB was kept; publish the article again from its source"
        )
    key = (letter.article_id or letter.origin).encode()
    headers = ((ORIGIN, letter.origin.encode()),)
    value = base64.b64decode(letter.original_base64)
    return str(broker.publish(letter.topic, [Message(key, value, headers)])[0])


def as_rows(status: Status) -> list[dict[str, Any]]:
    """One row per source, for tables."""
    return [{"source": source or "(none)", **counts} for source, counts in status.sources.items()]
