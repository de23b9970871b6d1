"""A search as people and programs see it: the query's text in, hits with their matching words in context out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pipeline.article import EnrichedArticle
from pipeline.index import Hit, Hits, Index, Sort
from pipeline.query.grammar import parse

SNIPPET = 220  # characters of context that a hit shows
LEAD = 60  # of them before the first match


@dataclass(frozen=True)
class Piece:
    """A stretch of a snippet; `marked` where it matched the query."""

    text: str
    marked: bool = False


async def find(index: Index, query: str, *, size: int = 10, offset: int = 0, sort: Sort = "relevance") -> Hits:
    """The articles that match a query, as text.

    Raises:
        QueryError: the query does not parse.
    """
    return await index.search(parse(query, now=datetime.now(UTC)), size=size, offset=offset, sort=sort)


def snippet(hit: Hit) -> list[Piece]:
    """The part of the text with the first match, matches marked; the beginning of the text where only the title has."""
    text = hit.article.text
    marks = [(mark.start, mark.end) for mark in hit.highlights if mark.field == "text"]
    start = _start(text, marks[0][0]) if marks else 0
    end = _end(text, start + SNIPPET)
    pieces = [Piece("… ")] if start else []
    at = start
    for first, last in ((first, min(last, end)) for first, last in marks if start <= first < end):
        pieces += [Piece(text[at:first]), Piece(text[first:last], marked=True)]
        at = last
    pieces += [Piece(text[at:end]), Piece(" …" if end < len(text) else "")]
    return [piece for piece in pieces if piece.text]


def flat(hit: Hit) -> dict[str, Any]:
    """A hit for programs: the article's fields, with the score, the matches and the snippet beside them."""
    marks = [{"field": mark.field, "start": mark.start, "end": mark.end} for mark in hit.highlights]
    shown = "".join(piece.text for piece in snippet(hit))
    found = {"score": round(hit.score, 4), "highlights": marks, "snippet": shown}
    return hit.article.model_dump(mode="json") | found


def names(article: EnrichedArticle, *types: str) -> list[str]:
    """The names of an article's entities of some types, in its order."""
    return [entity.name for entity in article.entities if entity.type in types]


def _start(text: str, match: int) -> int:
    """Where a snippet begins: at a word, a little before the first match."""
    if match <= LEAD:
        return 0
    blank = text.find(" ", match - LEAD, match)
    return blank + 1 if blank >= 0 else match - LEAD


def _end(text: str, wanted: int) -> int:
    if wanted >= len(text):
        return len(text)
    blank = text.rfind(" ", wanted - 40, wanted)
    return blank if blank >= 0 else wanted
