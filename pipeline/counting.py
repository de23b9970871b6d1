"""Counts over a search: facets, timeline, map, who acts towards whom, what occurs together, what is rising.

All of them count articles, on either engine the same, through the index seam alone.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from pipeline.article import EnrichedArticle, Entity
from pipeline.enrich.known import entity_id
from pipeline.errors import QueryError
from pipeline.index import Bucket, Facet, Index
from pipeline.query.events import KEYS
from pipeline.query.tiles import middle
from pipeline.query.tree import Everything, Happening, Node, Or, Published, Quoted, Term, Traits
from pipeline.query.words import known_as
from pipeline.searching import joined, parts_of

Interval = Literal["hour", "day", "week", "month", "year"]
DayClock = Literal["happened", "mentions"]
Clock = Literal["published", "happened", "mentions"]
HOUR, DAY = 3_600_000, 86_400_000  # milliseconds
MAX_BUCKETS = 10_000
RISERS = 1_000  # the most frequent values of a window, which are compared with the windows before
FEW_YEARS = 10  # of them a timeline by the dates of the text shows each month
_TERMS = {"year": "[0-9]{4}", "month": "[0-9]{4}-[0-9]{2}", "day": "[0-9]{4}-[0-9]{2}-[0-9]{2}"}
TOGETHER: tuple[Facet, ...] = ("person", "org", "place", "country", "topic")
RISING: tuple[Facet, ...] = ("person", "org", "place", "country", "topic", "keyword", "event")
USUAL: tuple[Facet, ...] = (
    "source", "country", "focus", "person", "org", "place", "topic", "event", "status", "speaker", "lang",
)  # fmt: skip
"""The facets that are counted where none is named."""
SELECTED: dict[str, Facet] = {
    "source": "source",
    "country": "country",
    "about": "focus",
    "person": "person",
    "org": "org",
    "place": "place",
    "topic": "topic",
    "lang": "lang",
}
"""The facet that a field of the query selects from."""


@dataclass(frozen=True)
class Bin:
    """A stretch of time: its first day (or hour), the matching articles, and all articles in it."""

    start: str
    count: int
    all: int


@dataclass(frozen=True)
class Timeline:
    """Matching articles over time by one clock, without gaps."""

    clock: Clock
    interval: Interval
    moments: list[Bin]  # so called by the API, too


@dataclass(frozen=True)
class Tile:
    """A tile of the map: its quadkey, the middle of its points, its articles, and the place that most of them name.

    `place` and `country` are empty and `places` is 0 where its places are none of the 10,000 that are named most.
    """

    key: str
    lat: float
    lon: float
    count: int
    place: str
    country: str
    places: int


@dataclass(frozen=True)
class Dyad:
    """Articles with an event by one country that is aimed at another."""

    actor: str
    target: str
    count: int


@dataclass(frozen=True)
class Rising:
    """A value that is more frequent in this window than in the ones before; counts per window."""

    facet: Facet
    value: str
    count: int
    before: float
    score: float


def select(facet: Facet, value: str) -> Node:
    """The clause that a value of a facet stands for."""
    match facet:
        case "focus":
            return Term("about", value)
        case "event":
            return Happening((Traits(type=value),))
        case "status":
            return Happening((Traits(status=value),))
        case "speaker":
            return Quoted(Term("speaker", value, entity_id(value)))
        case "person" | "org":
            return Term(facet, value, known_as(facet, value, entity_id))
        case "source" | "country" | "place" | "topic" | "lang" | "cluster":
            return Term(facet, value)
    raise ValueError(f"no query selects a value of {facet}")


def selected(part: Node) -> Facet | None:
    """The facet that a part of a query selects values of, and nothing else."""
    match part:
        case Or(parts):
            facets = {selected(one) for one in parts}
            return facets.pop() if len(facets) == 1 else None
        case Term(field, _):
            return SELECTED.get(field)
        case Quoted(Term("speaker", _)):
            return "speaker"
        case Happening(alternatives):
            keys = {key for one in alternatives for key in KEYS if getattr(one, key) is not None}
            if keys == {"type"}:
                return "event"
            return "status" if keys == {"status"} else None
    return None


def without(node: Node, facet: Facet) -> Node:
    """The query without what it selects of a facet."""
    return joined([part for part in parts_of(node) if selected(part) != facet])


async def facets(index: Index, node: Node, names: Sequence[Facet], *, size: int = 20) -> dict[Facet, list[Bucket]]:
    """The most frequent values of each facet, each counted as if nothing of it were selected.

    So a second value of a facet can be chosen by what it would add.
    """
    alike: dict[Node, list[Facet]] = defaultdict(list)
    for name in names:
        alike[without(node, name)].append(name)
    counted = await asyncio.gather(*(index.aggregate(reduced, group, size=size) for reduced, group in alike.items()))
    found = {name: buckets for each in counted for name, buckets in each.items()}
    return {name: found[name] for name in names}


async def timeline(index: Index, node: Node, clock: Clock = "published", interval: Interval | None = None) -> Timeline:
    """Matching articles over time; the share of all coverage is `count / all` of each moment.

    Args:
        index: where.
        node: which articles.
        clock: publication, dates of events, or dates in the text.
        interval: how long a moment is; where it is left out, the finest that gives at most 120 moments (of the clocks
            that count by the dates of the text: months, or years where the dates lie more than ten years apart).

    Raises:
        QueryError: more than 10,000 moments.
    """
    if clock != "published":
        return await _dated(index, node, clock, interval)
    counted = await index.histogram(node, step=DAY)
    if not counted:
        return Timeline(clock, interval or "day", [])
    interval = interval or _fitting((max(counted) - min(counted)) // DAY + 1)
    if interval == "hour":
        counted = await index.histogram(node, step=HOUR)
        starts = _starts(min(counted), max(counted), interval)
        reach = Published(_moment(min(counted)), _moment(max(counted) + HOUR), "")
        every = await index.histogram(reach, step=HOUR)
    else:
        starts = _starts(min(counted), max(counted), interval)
        every = await index.histogram(Everything(), step=DAY)  # the same for every query: the engines keep it
    mine, all_of = _binned(counted, interval), _binned(every, interval)
    moments = [Bin(start, mine.get(start, 0), all_of.get(start, 0)) for start in starts]
    return Timeline(clock, interval, moments)


async def areas(index: Index, node: Node, zoom: int) -> list[Tile]:
    """The tiles of a zoom with the matching articles that name a place in them, the most first.

    Args:
        index: where.
        node: which articles.
        zoom: 1 (a quarter of the world) to 16 (600 m).
    """
    counted, placed = await asyncio.gather(
        index.tiles(node, zoom, size=MAX_BUCKETS), index.aggregate(node, ["point"], size=MAX_BUCKETS)
    )
    best: dict[str, list[tuple[int, float, float, str, str]]] = defaultdict(list)
    for bucket in placed["point"]:
        key, where, country, name = bucket.value.split("|", 3)
        lat, lon = map(float, where.split(","))
        best[key[:zoom]].append((bucket.count, lat, lon, country, name))
    return [_tile(bucket, best.get(bucket.value, [])) for bucket in counted]


def _tile(bucket: Bucket, there: Sequence[tuple[int, float, float, str, str]]) -> Tile:
    """A tile with the points in it; where none is among those that were counted, it stands at its own middle."""
    if not there:
        return Tile(bucket.value, *middle(bucket.value), bucket.count, "", "", 0)
    weight = sum(one[0] for one in there)
    lat = sum(one[0] * one[1] for one in there) / weight
    lon = sum(one[0] * one[2] for one in there) / weight
    return Tile(bucket.value, lat, lon, bucket.count, there[0][4], there[0][3], len(there))


async def matrix(index: Index, node: Node, *, kind: str | None = None, size: int = 400) -> list[Dyad]:
    """Which country acts towards which, by matching articles; of one type of event if `kind` names it."""
    if kind is None:
        counted = (await index.aggregate(node, ["dyad"], size=size))["dyad"]
    else:
        counted = (await index.aggregate(node, ["dyad_type"], size=size, only=f"{re.escape(kind)}:.*"))["dyad_type"]
    pairs = [(bucket.value.split(":")[-2:], bucket.count) for bucket in counted]
    return [Dyad(actor, target, count) for (actor, target), count in pairs]


async def together(index: Index, node: Node, *, size: int = 20) -> dict[Facet, list[Bucket]]:
    """The people, organisations, places, countries and topics of the matching articles."""
    return await index.aggregate(node, TOGETHER, size=size)


def entity_of(articles: Sequence[EnrichedArticle], key: str) -> Entity | None:
    """An entity as the first of some articles knows it, with the aliases of all."""
    found = [entity for article in articles for entity in article.entities if entity.id == key]
    if not found:
        return None
    aliases = dict.fromkeys(alias for entity in found for alias in (entity.name, *entity.aliases))
    return found[0].model_copy(update={"aliases": [alias for alias in aliases if alias != found[0].name]})


async def trending(index: Index, node: Node, *, now: datetime, days: int = 7, before: int = 4) -> list[Rising]:
    """Names, topics, keywords and types of events that are on the rise: this window against those before it.

    The score is that of Elasticsearch's JLH heuristic: the change of the share times its ratio, so that neither what is
    always there nor what came once stands first. It is computed here, from counts, for both engines.

    Args:
        index: where.
        node: which articles.
        now: the end of this window.
        days: its length.
        before: how many windows before it are looked at.
    """
    start = now - timedelta(days=days)
    recent = joined([*parts_of(node), Published(start, None, "")])
    older = joined([*parts_of(node), Published(start - timedelta(days=days * before), start, "")])
    new_total, old_total = [(await index.search(which, size=0)).total for which in (recent, older)]
    counted = await index.aggregate(recent, RISING, size=RISERS)
    several = {facet: {one.value: one.count for one in counted[facet] if one.count > 1} for facet in RISING}
    earlier = await asyncio.gather(*(_counts(index, older, facet, list(several[facet])) for facet in RISING))
    found = []
    for facet, known in zip(RISING, earlier, strict=True):
        for value, count in several[facet].items():
            share, past = count / new_total, (known.get(value, 0) + 0.5) / (old_total + 1)
            if share > past:
                score = (share - past) * (share / past)
                found.append(Rising(facet, value, count, known.get(value, 0) / before, score))
    return sorted(found, key=lambda one: (-one.score, one.facet, one.value))[:50]


async def _counts(index: Index, node: Node, facet: Facet, values: Sequence[str]) -> dict[str, int]:
    """How many matching articles have each of these values, however rare they are."""
    if not values:
        return {}
    found = await index.aggregate(node, [facet], size=len(values), only=values)
    return {bucket.value: bucket.count for bucket in found[facet]}


async def _dated(index: Index, node: Node, clock: DayClock, interval: Interval | None) -> Timeline:
    """A timeline by the terms of days.py: the day, month and year that a date names."""
    if interval not in (None, *_TERMS):
        message = f"the clock {clock} counts by day, month or year"
        raise QueryError(message, position=0, expected="interval=day, month or year")
    if interval is None:
        years = [int(start) for start in await _terms(index, node, clock, "year")]
        interval = "year" if years and max(years) - min(years) >= FEW_YEARS else "month"
    mine = await _terms(index, node, clock, interval)
    every = await _terms(index, Everything(), clock, interval) if mine else {}
    starts = _between(min(mine), max(mine), interval) if mine else []
    return Timeline(clock, interval, [Bin(start, mine.get(start, 0), every.get(start, 0)) for start in starts])


async def _terms(index: Index, node: Node, clock: DayClock, interval: Interval) -> dict[str, int]:
    """Articles by each day, month or year that a date of theirs names."""
    counted = (await index.aggregate(node, [clock], size=MAX_BUCKETS, only=_TERMS[interval]))[clock]
    return {bucket.value: bucket.count for bucket in counted}


def _between(first: str, last: str, interval: Interval) -> list[str]:
    """Every day, month or year from one to another, both included."""
    begin, end = (date.fromisoformat((start + "-01-01")[:10]) for start in (first, last))
    days = (end - begin).days + 1
    if days > MAX_BUCKETS * {"day": 1, "month": 28}.get(interval, 365):
        raise _too_many(interval)
    if interval == "day":
        return [(begin + timedelta(days=at)).isoformat() for at in range(days)]
    return _calendar(begin, end, interval)


def _too_many(interval: Interval) -> QueryError:
    message = f"a timeline by {interval} would have more than {MAX_BUCKETS:,} moments"
    return QueryError(message, position=0, expected="a longer interval, or a shorter time in the query")


def _fitting(days: int) -> Interval:
    """The finest interval with at most 120 moments."""
    if days <= 3:
        return "hour"
    if days <= 120:
        return "day"
    return "week" if days <= 840 else "month" if days <= 3650 else "year"


def _name(moment: datetime, interval: Interval) -> str:
    match interval:
        case "hour":
            return moment.strftime("%Y-%m-%dT%H:00Z")
        case "week":
            return (moment.date() - timedelta(days=moment.weekday())).isoformat()
        case "month":
            return moment.date().isoformat()[:7]
        case "year":
            return moment.date().isoformat()[:4]
    return moment.date().isoformat()


def _binned(counted: dict[int, int], interval: Interval) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for start, count in counted.items():
        found[_name(_moment(start), interval)] += count
    return found


def _starts(first: int, last: int, interval: Interval) -> list[str]:
    """Every moment from the first to the last, empty ones too."""
    step = timedelta(hours=1) if interval == "hour" else timedelta(days=7 if interval == "week" else 1)
    if interval == "week":
        first -= _moment(first).weekday() * DAY
    span = (last - first) // int(step.total_seconds() * 1000) + 1
    if span > MAX_BUCKETS * (366 if interval == "year" else 31 if interval == "month" else 1):
        raise _too_many(interval)
    if interval in ("month", "year"):
        return _calendar(_moment(first).date(), _moment(last).date(), interval)
    start = _moment(first)
    return [_name(start + step * at, interval) for at in range(span)]


def _calendar(first: date, last: date, interval: Interval) -> list[str]:
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    names = (f"{month // 12:04}-{month % 12 + 1:02}" for month in months)
    return list(dict.fromkeys(name[:4] if interval == "year" else name for name in names))


def _moment(milliseconds: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=milliseconds)
