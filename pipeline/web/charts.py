"""The pictures of a search, prepared for inline SVG: bars of a timeline, dots of a map, who acts towards whom.

Every mark is a link that narrows the search to what it shows, with its figures in words.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import log2, sqrt

from pipeline import counting
from pipeline.index import Index
from pipeline.query import tiles
from pipeline.query.printing import to_text
from pipeline.query.tree import Area, Happening, Node, Published, Traits
from pipeline.searching import joined, parts_of
from pipeline.web.shown import label

WIDTH, HEIGHT = 720, 120  # of the timeline, in its own units
DOTS = 150  # of the map
DYADS = 8


@dataclass(frozen=True)
class Bar:
    """A bar of the timeline, where it stands and what it says; `tick` names its moment under it."""

    x: float
    y: float
    width: float
    height: float
    title: str
    query: str | None
    tick: str = ""


@dataclass(frozen=True)
class Dot:
    """A dot of the map."""

    x: float
    y: float
    radius: float
    title: str
    query: str


@dataclass(frozen=True)
class Chart:
    """The timeline."""

    bars: list[Bar]
    most: int
    interval: str


@dataclass(frozen=True)
class Map:
    """The map: what it shows (left, top, width, height in degrees, the latitude turned round), and the dots."""

    view: tuple[float, float, float, float]
    dots: list[Dot]
    whole: bool
    without: str


@dataclass(frozen=True)
class Dyad:
    """Who acts towards whom, with the query for it."""

    actor: str
    target: str
    count: int
    query: str


async def timeline(index: Index, node: Node) -> Chart:
    """Articles over time, as bars."""
    rest = [part for part in parts_of(node) if not isinstance(part, Published)]
    found = await counting.timeline(index, node)
    most = max((one.count for one in found.moments), default=0)
    step = WIDTH / max(1, len(found.moments))
    every = max(1, len(found.moments) // 6)
    bars = []
    for at, one in enumerate(found.moments):
        height = one.count / most * HEIGHT
        span = _span(one.start, found.interval)
        query = None if span is None else _with(rest, Published(None, None, span))
        said = f"{one.start}: {one.count:,} article{'' if one.count == 1 else 's'} of {one.all:,}"
        tick = _tick(one.start) if at % every == 0 and WIDTH - at * step > 80 else ""
        bars.append(Bar(at * step, HEIGHT - height, max(1.0, step - 1), height, said, query, tick))
    return Chart(bars, most, found.interval)


async def world(index: Index, node: Node) -> Map:
    """The places of the articles: the whole world, or what `bbox:` shows of it."""
    boxes = [part for part in parts_of(node) if isinstance(part, Area) and part.field == "bbox"]
    rest = [part for part in parts_of(node) if part not in boxes]
    view = _view(boxes[0].text) if boxes else (-180.0, -84.0, 360.0, 150.0)
    zoom = max(4, min(tiles.ZOOM, round(log2(360 / view[2])) + 5))
    found = (await counting.areas(index, node, zoom))[:DOTS]
    most = max((one.count for one in found), default=1)
    dots = []
    for one in found:
        west, south, east, north = tiles.bounds(one.key)
        box = ",".join(f"{edge:.4f}".rstrip("0").rstrip(".") for edge in (west, south, east, north))
        more = f" and {one.places - 1} more places" if one.places > 1 else ""
        there = f"{one.place}, {label('country', one.country)}{more}: " if one.place else ""
        said = f"{there}{one.count:,} article{'' if one.count == 1 else 's'}"
        radius = view[2] / 360 * (1.6 + 6 * sqrt(one.count / most))
        dots.append(Dot(one.lon, -one.lat, radius, said, _with(rest, Area("bbox", (), box))))
    return Map(view, dots, not boxes, to_text(joined(rest)))


async def dyads(index: Index, node: Node) -> list[Dyad]:
    """The most frequent pairs of countries that act and are acted upon."""
    found = []
    for one in await counting.matrix(index, node, size=DYADS):
        event = Happening((Traits(actor=one.actor, target=one.target),))
        names = (label("country", one.actor), label("country", one.target))
        found.append(Dyad(*names, one.count, _with(parts_of(node), event)))
    return found


def _with(parts: Sequence[Node], more: Node) -> str:
    """A query with one clause more, of which only the text counts here."""
    return to_text(joined([*parts, more]))


def _tick(start: str) -> str:
    """A moment as it stands under the bars: an hour without its year."""
    return start.removesuffix("Z").replace("T", " ")[5:] if "T" in start else start


def _span(start: str, interval: str) -> str | None:
    """The value of `published:` for a moment."""
    match interval:
        case "hour":
            return f"{start[:13]}:00Z..{start[:13]}:59Z"
        case "week":
            first = date.fromisoformat(start)
            return f"{start}..{first + timedelta(days=6)}"
    return start


def _view(box: str) -> tuple[float, float, float, float]:
    """What of the world a box shows, with a margin; never a strip."""
    west, south, east, north = map(float, box.split(","))
    if west > east:
        return -180.0, -84.0, 360.0, 150.0
    width = max((east - west) * 1.3, (north - south) * 1.3 * 2.4, 0.5)
    return (west + east) / 2 - width / 2, -(south + north) / 2 - width / 4.8, width, width / 2.4
