"""What the API answers, as records; the page shows the same ones."""

from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel

from pipeline import counting, excerpt, permalink, searching
from pipeline.article import CountryWeight, Entity, Event, Quote
from pipeline.index import Bucket, Facet, Index, Sort
from pipeline.query.printing import to_text
from pipeline.query.tree import Node, Term

MAX_SIZE = 100  # hits of one answer


class SubmissionAnswer(BaseModel):
    """What became of one input: waiting in the topic at `position` (its key in the ledger), or rejected.

    `notes` say what of a waiting one was left out, and why.
    """

    id: str | None
    outcome: Literal["pending", "rejected"]
    origin: str
    position: str | None = None
    reason: str | None = None
    notes: list[str] = []


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


class ReasonAnswer(BaseModel):
    """A clause of the query that an article meets, and the words that meet it."""

    clause: str
    surfaces: list[str]
    spans: list[HighlightAnswer]


class HitAnswer(BaseModel):
    """One article found. `snippet` is the stretch of the text from `snippet_start` on, unchanged.

    Offsets and `text_length` count code points. `folded` more articles of its cluster match; `cluster:ID` finds them.
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
    events: list[Event]
    quotes: list[Quote]
    cluster: str | None
    origins: int
    folded: int
    why: list[ReasonAnswer] | None


class WithoutAnswer(BaseModel):
    """What would be found without a clause, where the whole query finds nothing; `meant` are names spelled like it."""

    clause: str
    total: int
    query: str
    meant: list[str]


class ChangedAnswer(BaseModel):
    """What changed since a permalink was made: articles that are new, were updated, or do not match any more."""

    since: datetime
    new: int
    updated: int
    gone: int
    enrichment: str
    enrichment_now: str


class SearchAnswer(BaseModel):
    """A page of results; `total` counts articles exactly, `clusters` counts near-duplicates once.

    `query` is the query as it was understood; `without` says which clause leaves it without results. `state` makes a
    permalink of the query: sent again as `state`, it is answered with what `changed` since.
    """

    total: int
    clusters: int
    query: str
    hits: list[HitAnswer]
    without: list[WithoutAnswer]
    state: str
    changed: ChangedAnswer | None = None


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


class MomentAnswer(BaseModel):
    """A stretch of time: the matching articles in it, all articles, and the share of the one in the other."""

    start: str
    count: int
    all: int
    share: float


class TimelineAnswer(BaseModel):
    """Matching articles over time by one of the clocks."""

    query: str
    clock: counting.Clock
    interval: counting.Interval
    moments: list[MomentAnswer]


class DyadAnswer(BaseModel):
    """Articles with an event by one country (ISO 3166-1) that is aimed at another."""

    actor: str
    target: str
    count: int


class MatrixAnswer(BaseModel):
    """Who acts towards whom."""

    query: str
    type: str | None
    dyads: list[DyadAnswer]


class RisingAnswer(BaseModel):
    """A value that is on the rise: its articles in this window, and per window before it."""

    facet: Facet
    value: str
    count: int
    before: float
    score: float


class TrendingAnswer(BaseModel):
    """What is on the rise among the matching articles."""

    query: str
    days: int
    rising: list[RisingAnswer]


class EntityPage(BaseModel):
    """What the archive knows of an entity: how it is called, what it occurs with, when, and what it is quoted with."""

    id: str
    name: str
    type: str
    role: str | None
    country: str | None
    aliases: list[str]
    total: int
    query: str
    together: dict[str, list[BucketAnswer]]
    timeline: list[MomentAnswer]
    quotes: list[Quote]
    newest: list[HitAnswer]


async def search(
    index: Index,
    query: str | Node,
    *,
    size: int,
    offset: int,
    sort: Sort,
    fold: bool = True,
    why: bool = False,
    state: str | None = None,
) -> SearchAnswer:
    """Search, with relative dates counted from now; `state` is that of a permalink.

    Raises:
        QueryError, Unavailable, Misconfigured: as the query language and the index do.
    """
    found = await searching.find(index, query, size=size, offset=offset, sort=sort, fold=fold, why=why)
    now = await permalink.snapshot(index, found.total)
    then = await permalink.changed(index, found.node, permalink.read(state)) if state else None
    return SearchAnswer(
        state=str(now),
        changed=ChangedAnswer(**vars(then)) if then else None,
        total=found.total,
        clusters=found.clusters,
        query=to_text(found.node),
        hits=[hit_answer(hit) for hit in found.results],
        without=[WithoutAnswer(**vars(one) | {"meant": list(one.meant)}) for one in found.without],
    )


async def facets(index: Index, query: str, names: tuple[Facet, ...], size: int) -> FacetsAnswer:
    """Count the values of facets, each as if nothing of it were selected; raises as `search` does."""
    node = await searching.understand(index, query)
    return FacetsAnswer(query=to_text(node), facets=buckets(await counting.facets(index, node, names, size=size)))


async def timeline(
    index: Index, query: str, clock: counting.Clock, interval: counting.Interval | None
) -> TimelineAnswer:
    """Count over time; raises as `search` does."""
    node = await searching.understand(index, query)
    found = await counting.timeline(index, node, clock, interval)
    return TimelineAnswer(query=to_text(node), clock=clock, interval=found.interval, moments=moments(found))


async def area_features(index: Index, query: str, zoom: int) -> dict[str, Any]:
    """The map as GeoJSON: a point for each tile that has any article, with its count and the place most named."""
    node = await searching.understand(index, query)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [round(one.lon, 4), round(one.lat, 4)]},
            "properties": {
                "tile": one.key, "count": one.count, "place": one.place, "country": one.country, "places": one.places,
            },
        }
        for one in await counting.areas(index, node, zoom)
    ]  # fmt: skip
    return {"type": "FeatureCollection", "query": to_text(node), "zoom": zoom, "features": features}


async def entity(index: Index, key: str) -> EntityPage | None:
    """What the archive knows of an entity; None where no article names it."""
    node = Term("entity", key)
    newest = await searching.find(index, node, size=20, sort="newest", fold=False)
    known: Entity | None = counting.entity_of([result.article for result in newest.results], key)
    if known is None:
        return None
    together = await counting.together(index, node)
    own = known.known_as or known.name
    others = {name: [one for one in found if one.value != own] for name, found in together.items()}
    quotes = [one for result in newest.results for one in result.article.quotes if one.speaker_id == key]
    return EntityPage(
        **known.model_dump(include={"id", "type", "role", "country"}),
        name=own,
        aliases=[name for name in (known.name, *known.aliases) if name != own],
        total=newest.total,
        query=to_text(node),
        together=buckets(others),
        timeline=moments(await counting.timeline(index, node)),
        quotes=quotes[:20],
        newest=[hit_answer(result) for result in newest.results[:10]],
    )


def moments(found: counting.Timeline) -> list[MomentAnswer]:
    """A timeline as it is told."""
    return [
        MomentAnswer(
            start=one.start, count=one.count, all=one.all, share=round(one.count / one.all, 6) if one.all else 0
        )
        for one in found.moments
    ]


def buckets(counted: dict[Facet, list[Bucket]]) -> dict[str, list[BucketAnswer]]:
    """Facets as they are told."""
    return {name: [BucketAnswer(value=one.value, count=one.count) for one in found] for name, found in counted.items()}


def hit_answer(hit: searching.Result) -> HitAnswer:
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
        events=article.events,
        quotes=article.quotes,
        cluster=article.cluster,
        origins=article.origins,
        folded=hit.folded,
        why=[ReasonAnswer(**searching.why_json(reason)) for reason in hit.why] if hit.why else None,
    )


def safe_url(url: str | None) -> str | None:
    """The URL if a browser may follow it from a page of ours: `http:` or `https:` with a host, nothing else."""
    try:
        parts = urlsplit((url or "").strip())
    except ValueError:
        return None
    return url.strip() if url and parts.scheme in ("http", "https") and parts.hostname else None


_PLACE = set(PlaceAnswer.model_fields)
