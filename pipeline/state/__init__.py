"""The state seam: the ledger (one row for each input, so that every count can be recounted), the feeds, and leases.

Two engines: sqlite.py (embedded, a file) and elastic.py (Elasticsearch, indices `ledger` and `state`).
"""

import os
import socket
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.feed import Feed, Poll
from pipeline.ledger import REFUSED, LedgerRow, Outcome
from pipeline.settings import Settings
from pipeline.tombstone import Tombstone


@dataclass(frozen=True)
class Tally:
    """How many rows there are of one source, outcome and topic (`submission` for what never came into a topic).

    `sent_again` rows are those of messages of `dead retry`: their input has a row of its own.
    """

    source: str
    outcome: Outcome
    topic: str
    sent_again: bool
    rows: int


class State(Protocol):
    """The ledger, the feeds, the leases. Every method raises Unavailable or Misconfigured, as index/ does."""

    async def init(self) -> None:
        """Create what is missing; safe to repeat."""

    async def record(self, rows: Sequence[LedgerRow]) -> None:
        """Write rows durably, all or an error. The first final outcome of a key stands, except that a row that is
        `dead` is replaced by any later one: a redelivered message changes nothing, a retried one does."""

    async def get(self, key: str) -> LedgerRow | None:
        """The row of one input."""

    async def tally(self) -> list[Tally]:
        """All rows, counted at one moment, in no order."""

    async def refused(
        self, source: str | None = None, *, size: int, outcomes: Sequence[Outcome] = REFUSED
    ) -> list[LedgerRow]:
        """The rows of inputs that were rejected or filtered, or of other outcomes, the newest first.

        Args:
            source: an outlet's id, `""` for those that named none; None for all.
            size: how many at most.
            outcomes: those that are wanted.
        """

    async def feeds(self, *, polls: bool = True) -> list[tuple[Feed, Poll]]:
        """All feeds in the order in which they were added, each with what the poller knows of it.

        Args:
            polls: False leaves that empty; of a feed with many entries it is much to read.
        """

    async def put_feeds(self, feeds: Sequence[Feed]) -> None:
        """Write what people ask for; what the poller knows of these feeds stays."""

    async def remove_feed(self, feed_id: str) -> bool:
        """Forget a feed; whether it was there."""

    async def put_poll(self, feed_id: str, poll: Poll) -> None:
        """Write what the poller knows of a feed; of one that was removed meanwhile nothing is kept."""

    async def bury(self, tombstones: Sequence[Tombstone]) -> None:
        """Remember what was taken out for good."""

    async def buried(self, names: Sequence[str]) -> set[str]:
        """Which of these names (`article:…`, `source:…`) were taken out for good, in real time."""

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """Take a lease that is free, has run out, or is the holder's own, for so long from now; whether it was got."""

    async def holder(self, name: str) -> str | None:
        """Who has a lease now, None where it is free or has run out."""

    async def release(self, name: str, holder: str) -> None:
        """Give a lease back, so that another may take it at once; nothing if it is another's."""

    async def close(self) -> None:
        """Release connections and files."""


def holder() -> str:
    """A name under which this process takes a lease: host, process, and a part that no other has."""
    return f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def open_state(settings: Settings) -> State:
    """The state that goes with `settings`: a SQLite file beside the embedded log, else Elasticsearch indices."""
    if settings.embedded:
        from pipeline.state.sqlite import SqliteState

        return SqliteState(settings.state_path)
    from pipeline.state.elastic import ElasticState

    return ElasticState(settings)
