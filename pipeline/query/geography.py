"""Areas as a query writes them: `near:"Kyiv"~50km`, `near:50.45,30.52~50km`, `bbox:W,S,E,N`."""

import re
from collections.abc import Callable, Sequence
from typing import NoReturn

from pipeline.errors import QueryError
from pipeline.query import tiles
from pipeline.query.printing import QUOTES, in_quotes
from pipeline.query.tree import Area

Locate = Callable[[str], tuple[float, float] | None]
"""Where a place lies: latitude and longitude of the best known place of that name."""
Spell = Callable[[str], Sequence[str]]
"""Names of places that are spelled nearly as a name that no place has."""

MOST_KM = 5_000
NEAR = "a place or LAT,LON, then a distance: near:Kyiv~50km or near:50.45,30.52~50km"
BOX = "west, south, east and north in degrees: bbox:22.1,44.3,40.2,52.4"
_DEGREES = r"-?[0-9]{1,3}(?:\.[0-9]{1,12})?"
_POINT = re.compile(rf"({_DEGREES}),({_DEGREES})")
_BOX = re.compile(",".join([f"({_DEGREES})"] * 4))
_DISTANCE = re.compile(r"([0-9]{1,5}(?:\.[0-9]{1,3})?)(?:km)?", re.IGNORECASE)


def area(written: str, position: int, locate: Locate | None, spell: Spell | None = None) -> Area:
    """The area that `near:…` or `bbox:…` means.

    Raises:
        QueryError: with what is wrong about it.
    """
    name, _, value = written.partition(":")
    at = position + len(name) + 1
    if name.lower() == "bbox":
        return _box(value, at)
    place, _, size = value.rpartition("~") if "~" in value else (value, "", "")
    place = place.strip(QUOTES).strip()
    if not place:
        raise QueryError("near: a place is missing", position=at, expected=NEAR)
    match = _DISTANCE.fullmatch(size)
    if match is None or not 0 < float(match[1]) <= MOST_KM:
        said = f"`~{size}` is no distance up to {MOST_KM:,} km" if size else "a distance is missing"
        shown = place if _POINT.fullmatch(place) else in_quotes(place)
        raise QueryError(
            f"near: {said}", position=at + len(value) - len(size), expected=NEAR, suggestion=f"near:{shown}~50km"
        )
    lat, lon = _point(place, at, locate) or _unknown(place, at, match[1], spell)
    shown = place if _POINT.fullmatch(place) else in_quotes(place)
    return Area("near", tiles.circle(lat, lon, float(match[1])), f"{shown}~{match[1]}km")


def _point(place: str, position: int, locate: Locate | None) -> tuple[float, float] | None:
    if match := _POINT.fullmatch(place):
        lat, lon = float(match[1]), float(match[2])
        if abs(lat) > 90 or abs(lon) > 180:
            message = "near: latitude is -90 to 90, longitude -180 to 180"
            raise QueryError(message, position=position, expected=NEAR)
        return lat, lon
    return locate(place) if locate else None


def _unknown(place: str, position: int, km: str, spell: Spell | None) -> NoReturn:
    """Refuse a place that no place is called, with those that were probably meant."""
    message, names = f"near: no place is known as `{place}`", spell(place) if spell else ()
    if names:
        message += f"; did you mean {' or '.join(f'`{name}`' for name in names)}?"
        raise QueryError(message, position=position, expected=NEAR, suggestion=f"near:{in_quotes(names[0])}~{km}km")
    message += f"; its coordinates help, or place:{in_quotes(place)}"
    raise QueryError(message, position=position, expected=NEAR, suggestion=f"place:{in_quotes(place)}")


def _box(value: str, position: int) -> Area:
    match = _BOX.fullmatch(value)
    if match is None:
        raise QueryError(f"bbox: `{value}` is not four numbers", position=position, expected=BOX)
    west, south, east, north = map(float, match.groups())
    if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
        raise QueryError("bbox: latitude is -90 to 90, longitude -180 to 180", position=position, expected=BOX)
    if south >= north or west == east:
        swapped = f"bbox:{match[1]},{match[4]},{match[3]},{match[2]}" if south > north else None
        message = "bbox: the south must lie below the north, and west not be east"
        raise QueryError(message, position=position, expected=BOX, suggestion=swapped)
    return Area("bbox", tiles.box(west, south, east, north), value)
