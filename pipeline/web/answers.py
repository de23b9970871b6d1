"""What the API answers, as records; the page shows the same ones."""

from datetime import UTC, datetime
from typing import Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from pipeline.article import CountryWeight
from pipeline.index import Facet, Hit, Index, Sort
from pipeline.query.grammar import parse, to_text
from pipeline.web import excerpt

MAX_SIZE = 100  # hits of one answer
DEEPEST = 1_000  # offset + size
DEFAULT_FACETS: tuple[Facet, ...] = ("source", "country", "person", "org", "place", "lang")


class SubmissionAnswer(BaseModel):
    """What became of one input: waiting in the topic at `position` (its key in the ledger), or rejected."""

    id: str | None
    outcome: Literal["pending", "rejected"]
    origin: str
    position: str | None = None
    reason: str | None = None


class SourceAnswer(BaseModel):
    """The outlet."""

    id: str
    name: str
    country: str | None
    domain: str | None


class PlaceAnswer(BaseModel):
    """A place that the article names; with coordinates only where geowire is sure which place is meant."""

    name: str
    lat: float | None
    lon: float | None
    country: str | None
    geonames_id: int | None
    is_focus: bool


class EntityAnswer(BaseModel):
    """A person, organisation or other name."""

    id: str
    name: str
    type: str


class HighlightAnswer(BaseModel):
    """A stretch of title or text that matched; offsets in code points."""

    field: Literal["title", "text"]
    start: int
    end: int


class HitAnswer(BaseModel):
    """One article found. `snippet` is the stretch of the text from `snippet_start` on, unchanged.

    Offsets and `text_length` count code points.
    """

    id: str
    score: float
    title: str
    url: str | None
    source: SourceAnswer
    language: str | None
    published_at: datetime | None
    countries: list[CountryWeight]
    places: list[PlaceAnswer]
    entities: list[EntityAnswer]
    highlights: list[HighlightAnswer]
    snippet: str
    snippet_start: int
    text_length: int


class SearchAnswer(BaseModel):
    """A page of results; `total` is exact, `query` is the query as it was understood."""

    total: int
    query: str
    hits: list[HitAnswer]


class BucketAnswer(BaseModel):
    """One value of a facet and the exact number of articles that have it."""

    value: str
    count: int


class FacetsAnswer(BaseModel):
    """The most frequent values of each facet among the articles that match."""

    query: str
    facets: dict[str, list[BucketAnswer]]


class VersionAnswer(BaseModel):
    """An earlier title and text."""

    id: str
    fetched_at: datetime
    title: str
    text: str


async def search(index: Index, query: str, *, size: int, offset: int, sort: Sort) -> SearchAnswer:
    """Search, with relative dates counted from now.

    Raises:
        QueryError, Unavailable, Misconfigured: as the query language and the index do.
    """
    node = parse(query, now=datetime.now(UTC))
    found = await index.search(node, size=size, offset=offset, sort=sort)
    return SearchAnswer(total=found.total, query=to_text(node), hits=[hit_answer(hit) for hit in found.hits])


async def facets(index: Index, query: str, names: tuple[Facet, ...], size: int) -> FacetsAnswer:
    """Count the values of facets; raises as `search` does."""
    node = parse(query, now=datetime.now(UTC))
    counted = await index.aggregate(node, names, size=size)
    return FacetsAnswer(
        query=to_text(node),
        facets={
            name: [BucketAnswer(value=bucket.value, count=bucket.count) for bucket in buckets]
            for name, buckets in counted.items()
        },
    )


def hit_answer(hit: Hit) -> HitAnswer:
    """A hit as it is told."""
    article = hit.article
    shown = excerpt.around(article.text, hit.highlights)
    return HitAnswer(
        id=article.id,
        score=hit.score,
        title=article.title,
        url=article.url,
        source=SourceAnswer(**article.source.model_dump()),
        language=article.language,
        published_at=article.published_at,
        countries=article.countries,
        places=[PlaceAnswer(**place.model_dump(include=_PLACE)) for place in article.places],
        entities=[EntityAnswer(id=each.id, name=each.name, type=each.type) for each in article.entities],
        highlights=[HighlightAnswer(field=mark.field, start=mark.start, end=mark.end) for mark in hit.highlights],
        snippet=article.text[shown.start : shown.end],
        snippet_start=shown.start,
        text_length=len(article.text),
    )


def safe_url(url: str | None) -> str | None:
    """The URL if a browser may follow it from a page of ours: `http:` or `https:` with a host, nothing else."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return url.strip() if url and parts.scheme in ("http", "https") and parts.hostname else None


_PLACE = set(PlaceAnswer.model_fields)
