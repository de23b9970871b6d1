"""Geography as terms: quadkeys of the Web Mercator tiles that hold a point, and the tiles that cover a circle or a box.

A quadkey (Bing Maps' scheme) has a digit for each zoom, so the tiles that hold a point are the prefixes of its own.
Both engines index them all, and an area is the set of tiles that cover it: inside it large ones, along its edge small
ones, which belong to it if their middle does. So both engines and the evaluator answer alike, and the edge of an area
is true to about 3 % of its size, or 600 m.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import asin, atan, atan2, cos, degrees, exp, log, pi, radians, sin, sqrt, tan
from typing import Literal

from pipeline.article import EnrichedArticle, Place

ZOOM = 16  # of the smallest tiles: 611 m at the equator
LIMIT = 85.0511  # degrees of latitude that Web Mercator reaches; points beyond it are taken to it
EARTH = 6371.0088  # km, the mean radius (IUGG)
MAX_TILES = 300
Relation = Literal["inside", "outside", "edge"]
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


def quadkey(lat: float, lon: float, zoom: int = ZOOM) -> str:
    """The quadkey of the tile that holds a point."""
    size = 1 << zoom
    x = min(size - 1, max(0, int((lon + 180) / 360 * size)))
    sine = sin(radians(max(-LIMIT, min(LIMIT, lat))))
    y = min(size - 1, max(0, int((0.5 - log((1 + sine) / (1 - sine)) / (4 * pi)) * size)))
    return "".join(str((x >> bit & 1) + 2 * (y >> bit & 1)) for bit in range(zoom - 1, -1, -1))


def number(key: str) -> int:
    """A quadkey as a number: among those of its zoom it tells which, and sorts alike."""
    return int(key, 4)


def numbered(number: int, zoom: int) -> str:
    """The quadkey of a zoom that is this number."""
    return "".join(str(number >> 2 * at & 3) for at in range(zoom - 1, -1, -1))


def bounds(key: str) -> Bounds:
    """What a tile covers."""
    x = int("".join(str(int(digit) & 1) for digit in key) or "0", 2)
    y = int("".join(str(int(digit) >> 1) for digit in key) or "0", 2)
    size = 1 << len(key)
    return x / size * 360 - 180, _latitude((y + 1) / size), (x + 1) / size * 360 - 180, _latitude(y / size)


def middle(key: str) -> tuple[float, float]:
    """Latitude and longitude of a tile's middle."""
    west, south, east, north = bounds(key)
    return (south + north) / 2, (west + east) / 2


def prefixes(key: str) -> list[str]:
    """The tiles of all zooms that hold a point, from its own quadkey."""
    return [key[:zoom] for zoom in range(1, len(key) + 1)]


def located(article: EnrichedArticle) -> Iterator[tuple[Place, str]]:
    """The places of an article that stand on the map as points, with their quadkeys; countries do not."""
    for place in article.places:
        if not place.pinned or place.lat is None or place.lon is None or place.feature_code == "PCLI":
            continue
        if abs(place.lat) <= 90 and abs(place.lon) <= 180:
            yield place, quadkey(place.lat, place.lon)


def tiles(article: EnrichedArticle) -> set[str]:
    """The tiles of all zooms that hold a place of the article."""
    return {prefix for _, key in located(article) for prefix in prefixes(key)}


def distance(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Kilometres between two points on a sphere (haversine formula)."""
    one, two = radians(lat), radians(other_lat)
    half = sin((two - one) / 2) ** 2 + cos(one) * cos(two) * sin(radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH * asin(min(1.0, sqrt(half)))


@lru_cache(maxsize=200)
def circle(lat: float, lon: float, km: float) -> tuple[str, ...]:
    """The tiles that cover a circle, sorted."""

    def relation(key: str) -> Relation:
        box = bounds(key)
        if _nearest(lat, lon, box) > km:
            return "outside"
        corners = [(box[at], box[on]) for at in (1, 3) for on in (0, 2)]
        whole = len(key) > 2 and all(distance(lat, lon, *corner) <= km for corner in corners)
        return "inside" if whole else "edge"

    return _cover(relation, lambda key: distance(lat, lon, *middle(key)) <= km)


@lru_cache(maxsize=200)
def box(west: float, south: float, east: float, north: float) -> tuple[str, ...]:
    """The tiles that cover a box, sorted; one with `west > east` crosses the line of 180 degrees."""
    if west > east:
        return tuple(sorted({*box(west, south, 180, north), *box(-180, south, east, north)}))

    def relation(key: str) -> Relation:
        left, bottom, right, top = bounds(key)
        if left >= east or right <= west or bottom >= north or top <= south:
            return "outside"
        return "inside" if west <= left and right <= east and south <= bottom and top <= north else "edge"

    def holds(key: str) -> bool:
        lat, lon = middle(key)
        return south <= lat <= north and west <= lon <= east

    return _cover(relation, holds)


def _cover(relation: Callable[[str], Relation], holds: Callable[[str], bool]) -> tuple[str, ...]:
    """Tiles of an area, split along its edge zoom by zoom while there are not too many."""
    inside: list[str] = []
    edge = [""]
    for zoom in range(ZOOM):
        split = [key + digit for key in edge for digit in "0123"]
        related = [(key, relation(key)) for key in split]
        finer = [key for key, found in related if found == "edge"]
        if zoom > 1 and len(inside) + len(finer) > MAX_TILES:
            break
        inside += [key for key, found in related if found == "inside"]
        edge = finer
    return tuple(sorted([*inside, *filter(holds, edge)] or edge))  # of an area smaller than a tile, all it touches


def _nearest(lat: float, lon: float, area: Bounds) -> float:
    """Kilometres from a point to the nearest point of a tile."""
    west, south, east, north = area
    if west <= lon <= east:
        return 0.0 if south <= lat <= north else distance(lat, lon, max(south, min(north, lat)), lon)
    found = []
    for edge in (west, east):
        turn = radians(edge - lon)
        foot = degrees(atan2(tan(radians(lat)), cos(turn))) if cos(turn) > 0 else (north if lat > 0 else south)
        found.append(distance(lat, lon, max(south, min(north, foot)), edge))
    return min(found)


def _latitude(y: float) -> float:
    """The latitude of a tile's edge, `y` from 0 (north) to 1 (south)."""
    return degrees(2 * atan(exp(pi * (1 - 2 * y))) - pi / 2)
