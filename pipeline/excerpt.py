"""Stretches of an article to show: an excerpt around what matched, and texts cut into marked and unmarked pieces."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pipeline.article import FieldName

T = TypeVar("T")

LENGTH = 280  # code points of an excerpt
LEAD = 60  # code points of it before the first match
_BLANK = re.compile(r"\s")


@dataclass(frozen=True)
class Highlight:
    """A stretch of title or text that matched the query; offsets in code points."""

    field: FieldName
    start: int
    end: int


@dataclass(frozen=True)
class Excerpt:
    """A stretch of the text, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True)
class Mark(Generic[T]):
    """A stretch to mark, and what to say of it; offsets in code points."""

    start: int
    end: int
    what: T


@dataclass(frozen=True)
class Piece(Generic[T]):
    """A piece of a text; `what` is None where nothing is marked."""

    text: str
    what: T | None = None


def around(text: str, highlights: Sequence[Highlight]) -> Excerpt:
    """The stretch of a text, at most LENGTH code points, that holds most matches; its beginning where none is.

    It begins and ends between words where blanks allow it.
    """
    starts = [highlight.start for highlight in highlights if highlight.field == "text"][:200]
    best = max(starts, key=lambda at: (_within(starts, at), -at), default=0)
    lead = min(best - LEAD, len(text) - LENGTH)  # a match near the end is shown with more of what stands before it
    start = _word_start(text, lead, best) if lead > 0 else 0
    end = min(len(text), start + LENGTH)
    return Excerpt(start, _word_end(text, start, end))


def _within(starts: Sequence[int], at: int) -> int:
    """How many matches an excerpt shows that has its first match here."""
    return sum(at <= other < at + LENGTH - LEAD for other in starts)


def _word_start(text: str, at: int, latest: int) -> int:
    """The first word that begins at or after `at`, but not after `latest`."""
    blank = _BLANK.search(text, max(0, at - 1), latest)
    return blank.end() if blank else at


def _word_end(text: str, start: int, end: int) -> int:
    """The end of the last whole word before `end`, unless that would cut half of the excerpt away."""
    if end == len(text) or _BLANK.match(text, end):
        return end
    for at in range(end, start + (end - start) // 2, -1):
        if _BLANK.match(text, at - 1):
            return at - 1
    return end


def cut(text: str, marks: Iterable[Mark[T]], start: int = 0, end: int | None = None) -> list[Piece[T]]:
    """`text[start:end]` in pieces that join to it again.

    Marks that reach beyond it are cut; of marks that overlap the first and longest is kept.
    """
    end = len(text) if end is None else end
    pieces: list[Piece[T]] = []
    at = start
    for mark in sorted(marks, key=lambda mark: (mark.start, -mark.end)):
        first, last = max(mark.start, start), min(mark.end, end)
        if first < at or last <= first:
            continue
        if first > at:
            pieces.append(Piece(text[at:first]))
        pieces.append(Piece(text[first:last], mark.what))
        at = last
    if at < end:
        pieces.append(Piece(text[at:end]))
    return pieces
