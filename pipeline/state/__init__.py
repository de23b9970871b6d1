"""The state seam: the ledger, one row for each input, so that every count can be recounted.

Two engines: sqlite.py (embedded, a file) and elastic.py (Elasticsearch, index `ledger`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.article import LedgerRow, Outcome
from pipeline.settings import Settings


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
    """The ledger. Every method raises Unavailable or Misconfigured, as index/ does."""

    async def init(self) -> None:
        """Create what is missing; safe to repeat."""

    async def record(self, rows: Sequence[LedgerRow]) -> None:
        """Write rows durably, all or an error. The first final outcome of a key stands, except that a row that is
        `dead` is replaced by any later one: a redelivered message changes nothing, a retried one does."""

    async def get(self, key: str) -> LedgerRow | None:
        """The row of one input."""

    async def tally(self) -> list[Tally]:
        """All rows, counted at one moment, in no order."""

    async def close(self) -> None:
        """Release connections and files."""


def open_state(settings: Settings) -> State:
    """The state that goes with `settings`: a SQLite file beside the embedded log, else Elasticsearch indices."""
    if settings.embedded:
        from pipeline.state.sqlite import SqliteState

        return SqliteState(settings.state_path)
    from pipeline.state.elastic import ElasticState

    return ElasticState(settings)
