"""Places: which ones an article names, with coordinates where it is clear which place is meant.

A name is pinned if it is a country's, if the text says where it lies ("Tripoli, Lebanon"), if all its candidates but
one are out of the countries that the article names, or if one candidate outweighs all others by population. Otherwise
it is listed with its candidates, or, where the gazetteer knows no such name, left out. Persons, organisations and
demonyms are never places.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.article import Candidate, Place, Span
from pipeline.countries import code_of, countries
from pipeline.enrich.entities import PLACES, trimmed
from pipeline.enrich.gazetteer import Known, country_place, lookup
from pipeline.enrich.nlp import Reading
from pipeline.text import fold

LARGE = 100_000  # inhabitants of a place that may be pinned by its size alone
DOMINANT = 8  # times the inhabitants of the next candidate
KNOWN_SIZE = 1_000  # inhabitants of a place that may be pinned as the only one of its name
MOST_CANDIDATES = 5

_FOLLOWS = re.compile(r",\s+(?:the\s+)?((?:[A-Z][\w.'’-]*)(?:\s+(?:and\s+|of\s+)?[A-Z][\w.'’-]*){0,3})")


@dataclass(frozen=True)
class Choice:
    """The candidate that was chosen, and why."""

    known: Known
    reason: str
    confidence: float


def find_places(reading: Reading) -> list[Place]:
    """The places of an article in the order of their first mention, one for each name."""
    mentions: dict[tuple[str, ...], list[Span]] = {}
    for span, kind in trimmed(reading):
        if kind in PLACES:
            mentions.setdefault(tuple(fold(span.surface)), []).append(span)
    context = _named_countries(reading)
    places = [_place(spans, reading, context) for key, spans in mentions.items() if key]
    found = _joined([place for place in places if place is not None])
    return _with_focus(found)


def _place(spans: list[Span], reading: Reading, context: Counter[str]) -> Place | None:
    name = spans[0].surface
    candidates = _candidates(name)
    if not candidates:
        return None
    choice = _choose(name, candidates, spans, reading, context)
    if choice is None:
        return Place(
            name=name,
            candidates=[_candidate(known) for known in candidates[:MOST_CANDIDATES]],
            mentions=spans,
            method="gazetteer",
            reason=f"{len(candidates)} places of this name, and the article does not tell which",
            confidence=0.3,
        )
    known = choice.known
    return Place(
        name=known.name,
        lat=known.lat,
        lon=known.lon,
        country=known.country,
        admin1=known.admin1,
        geonames_id=known.geonames_id,
        feature_class=known.feature_class,
        feature_code=known.feature_code,
        pinned=True,
        mentions=spans,
        method="gazetteer",
        reason=choice.reason,
        confidence=choice.confidence,
    )


def _candidates(name: str) -> list[Known]:
    """Countries of the name first, then what the gazetteer has; a division around its own city is left to the city."""
    found = list(lookup(name))
    cities = {(known.country, known.admin1) for known in found if known.feature_class == "P"}
    found = [known for known in found if known.feature_code != "ADM1" or (known.country, known.admin1) not in cities]
    code = code_of(name) if len(name) > 2 else None
    country = country_place(code) if code else None
    return [country, *found] if country else found


def _choose(
    name: str, candidates: Sequence[Known], spans: Sequence[Span], reading: Reading, context: Counter[str]
) -> Choice | None:
    if stated := _stated(candidates, spans, reading):
        return Choice(stated, "the text says where it lies", 0.95)
    if candidates[0].feature_code == "PCLI":
        return _country(name, candidates, context)
    if len(candidates) == 1 and candidates[0].population >= KNOWN_SIZE:
        return Choice(candidates[0], "only place of this name", 0.85)
    inside = [known for known in candidates if known.country in context]
    if inside and (len(inside) == 1 or inside[0].population >= DOMINANT * inside[1].population):
        if inside[0].population >= KNOWN_SIZE:
            return Choice(inside[0], f"the article names {inside[0].country}", 0.85)
        return None
    if inside and len({known.country for known in inside}) > 1:
        return None
    largest = candidates[0]
    if largest.population >= LARGE and (
        len(candidates) == 1 or largest.population >= DOMINANT * candidates[1].population
    ):
        return Choice(largest, "by far the largest place of this name", 0.75)
    return None


def _country(name: str, candidates: Sequence[Known], context: Counter[str]) -> Choice | None:
    """A country's name, unless a division of another named country goes by it too (Georgia)."""
    rivals = {known.country for known in candidates[1:] if known.feature_code == "ADM1"} - {candidates[0].country}
    others = Counter({code: count for code, count in context.items() if code in rivals})
    if others and others.total() >= context[candidates[0].country]:
        return None
    return Choice(candidates[0], "a country's name", 0.95)


def _stated(candidates: Sequence[Known], spans: Sequence[Span], reading: Reading) -> Known | None:
    """The candidate in the country or division that follows a mention after a comma."""
    for span in spans:
        text = reading.article.title if span.field == "title" else reading.article.text
        if match := _FOLLOWS.match(text, span.end):
            words = match[1].split()
            for size in range(len(words), 0, -1):
                around = " ".join(words[:size]).rstrip(".,")
                code = code_of(around)
                inside = [
                    known
                    for known in candidates
                    if known.feature_class == "P"
                    and (known.country == code or (known.admin1 and fold(known.admin1) == fold(around)))
                ]
                if inside:
                    return inside[0]
    return None


def _named_countries(reading: Reading) -> Counter[str]:
    """The countries that an article names by name or demonym, with how often; its outlet's country does not count."""
    demonyms = {tuple(fold(word)): country.code for country in countries() for word in country.demonyms}
    found: Counter[str] = Counter()
    ambiguous = {code for code in ("GE",) if code}
    for span, kind in trimmed(reading):
        key = tuple(fold(span.surface))
        code = demonyms.get(key) if kind == "NORP" else code_of(span.surface) if kind in PLACES else None
        if code and not (kind in PLACES and code in ambiguous):
            found[code] += 1
        elif kind in PLACES and (known := lookup(span.surface)) and known[0].feature_code in ("PPLC", "ADM1"):
            rivals = {one.country for one in known if one.population * DOMINANT > known[0].population}
            found[known[0].country] += len(rivals) == 1
    return found


def _joined(places: list[Place]) -> list[Place]:
    """One place for each GeoNames id: "US" and "United States" are one."""
    found: dict[int, Place] = {}
    result = []
    for place in places:
        known = found.get(place.geonames_id or -1)
        if known is None or place.geonames_id is None:
            result.append(place)
            if place.geonames_id is not None:
                found[place.geonames_id] = place
        else:
            known.mentions.extend(place.mentions)
    return result


def _with_focus(places: list[Place]) -> list[Place]:
    """Mark the place that an article is about: in its title or dateline, else the most mentioned below a country."""

    def weight(place: Place) -> tuple[int, int]:
        heading = any(span.field == "title" or span.start < 120 for span in place.mentions)
        return (int(heading) * 2 + len(place.mentions), -place.mentions[0].start)

    pinned = [place for place in places if place.pinned]
    local = [place for place in pinned if place.feature_code != "PCLI"]
    if pinned:
        max(local or pinned, key=weight).is_focus = True
    return places


def _candidate(known: Known) -> Candidate:
    return Candidate(
        name=known.name,
        lat=known.lat,
        lon=known.lon,
        country=known.country,
        admin1=known.admin1,
        geonames_id=known.geonames_id,
    )
