"""The records of what becomes of inputs: a row of the ledger for each, and a letter for what could not be processed."""

from enum import StrEnum
from typing import Literal

from pipeline.article import Moment, Record

MOST_REFUSED = 1_000  # refused inputs that are listed at once


class Outcome(StrEnum):
    """What became of an input; every input ends in exactly one of them (`pending` until then)."""

    INDEXED = "indexed"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    SUPERSEDED = "superseded"
    FILTERED = "filtered"
    REJECTED = "rejected"
    DEAD = "dead"
    DELETED = "deleted"


REFUSED = (Outcome.REJECTED, Outcome.FILTERED)


class DeadLetter(Record):
    """A message that could not be processed; at most 1 MiB of the original is kept, and its sha256."""

    origin: str  # the ledger key: topic/partition/offset of the input in `articles`
    topic: str  # where the message stood when it failed
    partition: int
    offset: int
    stage: Literal["enrich", "index"]
    reason: str
    article_id: str | None = None
    source: str = ""
    original_base64: str
    truncated: bool = False
    sha256: str
    failed_at: Moment


class LedgerRow(Record):
    """What became of one input. `key` is `topic/partition/offset`, or `submission/…` before publishing."""

    key: str
    outcome: Outcome
    reason: str | None = None
    article_id: str | None = None
    source: str = ""
    origin: str | None = None  # of a refused input where it came from: `news.ndjson:17`, a feed and its entry
    retry_of: str | None = None  # a message that `dead retry` sent again: `key` is its new place, this its input's
    at: Moment
