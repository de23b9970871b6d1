"""Whether an article is written over the stored one: the one decision of both engines (DESIGN.md, Writes).

The order key is (fetched_at in ms, enrichment): an older one is superseded, the same content unchanged, anything else
an update. A newer version that has only a teaser of the full text here is superseded too. What a version says nothing
of stands as the other one says it, whichever of them is written (inherit.py). Message offsets can't order versions:
they do not compare across partitions and replays.
"""

import hashlib
import re
import time
from dataclasses import dataclass

from pipeline.article import EnrichedArticle, Record
from pipeline.index import Link, Put
from pipeline.index.fields import EPOCH, milliseconds
from pipeline.index.inherit import LINEAGE, completed
from pipeline.ledger import Outcome

RUN_FIELDS = {"fetched_at", "first_seen_at"}  # moments of a run, not of the content
DOORS = {"url", "metadata_from", "published_from"}  # by which address it was reached, and who said what it says
FULLNESS = ("title", "teaser", "full")  # of a text, the poorest first
_LETTER = re.compile(r"\w")
SAID = ("text", "published_at", "source", "credit", "authors")  # what lineage follows from


class Meta(Record):
    """What is kept beside a stored article to decide about the next one."""

    fetched_ms: int
    enrichment: str
    content: str  # hash of the record without the moments of the run
    written_by: str  # ledger key of the input that wrote it, and the outcome that it had
    outcome: Outcome
    indexed_ms: int = 0  # when the article was first written, and when its content last was
    written_ms: int = 0

    @property
    def order(self) -> tuple[int, tuple[int, ...]]:
        """The order key, comparable."""
        return self.fetched_ms, tuple(int(number) for number in re.findall(r"\d+", self.enrichment))


@dataclass(frozen=True)
class Stored:
    """An article as it stands in an index."""

    article: EnrichedArticle
    meta: Meta


@dataclass(frozen=True)
class Decision:
    """The outcome of a put, the record to write (None: nothing), the stored one that goes to the versions, and why."""

    outcome: Outcome
    write: Stored | None = None
    retired: EnrichedArticle | None = None
    reason: str | None = None


def decide(stored: Stored | None, put: Put) -> Decision:
    """Compare a new article with the stored one.

    A second delivery of the same input answers as the first did, so that a crash does not turn `indexed` into
    `unchanged`. An unchanged article with a newer fetched_at moves the order key and nothing else. One that is
    superseded is written nowhere, but what it alone says is added to the stored one.
    """
    article = put.article if stored is None else completed(put.article, stored.article)
    now = time.time_ns() // 1_000_000
    new = Meta(
        fetched_ms=milliseconds(article.fetched_at or EPOCH),
        enrichment=article.enrichment,
        content=content_hash(article),
        written_by=put.key,
        outcome=Outcome.INDEXED if stored is None else Outcome.UPDATED,
        indexed_ms=now if stored is None else stored.meta.indexed_ms,
        written_ms=now,
    )
    if stored is None:
        return Decision(Outcome.INDEXED, Stored(article, new))
    old = stored.meta
    if old.written_by == put.key and old.content == new.content:
        return Decision(old.outcome)
    if new.order < old.order:
        return Decision(Outcome.SUPERSEDED, _added(stored, put.article, now), reason=_older(stored, article))
    if FULLNESS.index(article.completeness) < FULLNESS.index(stored.article.completeness):
        reason = f"only the {article.completeness} of an article whose {stored.article.completeness} text is here"
        return Decision(Outcome.SUPERSEDED, _added(stored, put.article, now), reason=reason)
    if (less := _less_than_a_teaser(stored.article, article)) is not None:
        return Decision(Outcome.SUPERSEDED, _added(stored, put.article, now), reason=less)
    article = article.model_copy(update=_kept(stored.article, article))
    if new.content == old.content:
        kept = {"written_by": old.written_by, "outcome": old.outcome, "written_ms": old.written_ms}
        moved = new.model_copy(update=kept)
        return Decision(Outcome.UNCHANGED, Stored(article, moved) if new.order > old.order else None)
    changed = (article.title, article.text) != (stored.article.title, stored.article.text)
    return Decision(Outcome.UPDATED, Stored(article, new), stored.article if changed else None)


def _older(stored: Stored, new: EnrichedArticle) -> str:
    """Why an article comes before the stored one; where several feeds or addresses lead to it, one of them is first."""
    here, moment = stored.article, new.fetched_at or EPOCH
    if milliseconds(moment) == stored.meta.fetched_ms:
        return f"read by an older enrichment ({new.enrichment}) than {here.enrichment}"
    times = [f"{each:%Y-%m-%d %H:%M:%S.%f}"[:-3] + " UTC" for each in (moment, here.fetched_at or EPOCH)]
    return f"fetched earlier ({times[0]}) than the version that is here ({times[1]})"


def _less_than_a_teaser(stored: EnrichedArticle, new: EnrichedArticle) -> str | None:
    """Why a text that calls itself fuller than the stored teaser is not: it is shorter, the captions of a gallery."""
    sizes = [len(_LETTER.findall(each.text)) for each in (new, stored)]
    if stored.completeness != "teaser" or new.completeness == "teaser" or sizes[0] >= sizes[1]:
        return None
    return f"less text ({sizes[0]} letters) than the teaser that is here ({sizes[1]})"


def relinked(stored: Stored, link: Link) -> Stored | None:
    """The stored article with its lineage; None where that stands already, or was found for what it said before."""
    found = {name: getattr(link, name) for name in LINEAGE}
    if _says_else(stored.article, link.article) or found == {name: getattr(stored.article, name) for name in LINEAGE}:
        return None
    return Stored(stored.article.model_copy(update=found), stored.meta)


def version_key(article: EnrichedArticle) -> str:
    """The key of an earlier version: the same one however often it is written, and another for another text.

    It fits into the 512 bytes of an Elasticsearch id beside the article's 200.
    """
    said = hashlib.sha256(f"{article.title}\n{article.text}".encode()).hexdigest()[:16]
    return f"{article.id}@{milliseconds(article.fetched_at or EPOCH)}-{said}"


def content_hash(article: EnrichedArticle) -> str:
    """A hash of everything that an article says, whenever it was fetched and whoever said it."""
    return hashlib.sha256(article.model_dump_json(exclude=RUN_FIELDS | LINEAGE | DOORS).encode()).hexdigest()[:32]


def _added(stored: Stored, superseded: EnrichedArticle, now: int) -> Stored | None:
    """The stored article with what only a superseded version says; None where that is nothing."""
    article = completed(stored.article, superseded)
    if article is stored.article:
        return None
    seen = {"first_seen_at": _first_seen(stored.article, superseded)}
    article = article.model_copy(update=_kept(stored.article, article) | seen)
    return Stored(article, stored.meta.model_copy(update={"content": content_hash(article), "written_ms": now}))


def _kept(stored: EnrichedArticle, new: EnrichedArticle) -> dict[str, object]:
    """What a rewrite leaves as it is: when the article was first seen, and its lineage, to be looked at again where
    the article says something else."""
    lineage: dict[str, object] = {name: getattr(stored, name) for name in LINEAGE}
    again = {"origin": None} if _says_else(stored, new) else {}
    return lineage | again | {"first_seen_at": _first_seen(stored, new)}


def _says_else(one: EnrichedArticle, other: EnrichedArticle) -> bool:
    return any(getattr(one, name) != getattr(other, name) for name in SAID)


def _first_seen(one: EnrichedArticle, other: EnrichedArticle) -> object:
    moments = [moment for moment in (one.first_seen_at, other.first_seen_at) if moment is not None]
    return min(moments, default=None)
