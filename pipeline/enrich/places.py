"""Places: which ones an article names, with coordinates where it is clear which place is meant.

A name is pinned if it is a country's, if the text says where it lies ("Tripoli, Lebanon"), if it lies in a country that
the article names otherwise, or if it is large and known by its name alone. A name that is the beginning of a longer one
("Santiago" beside "Santiago de Cuba") is that place. Anything else is listed with its candidates, or, where the
gazetteer knows no such name, left out. Persons, organisations and demonyms are never places.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache

from pipeline.article import Candidate, Place, Span
from pipeline.countries import code_of, countries
from pipeline.enrich.gazetteer import Known, country_place, lookup
from pipeline.enrich.names import PLACES, Named, ambiguous_country, country_named, table
from pipeline.enrich.nlp import Reading
from pipeline.text import fold

LARGE = 100_000  # inhabitants of a place that may be pinned without anything that tells its country
HUGE = 1_000_000  # the same where the article names other countries
DOMINANT = 8  # times the inhabitants of the next candidate
KNOWN_SIZE = 1_000  # inhabitants of a place that may be pinned because its country is named
MOST_CANDIDATES = 5
ALIKE = 0.5  # share of letters that a small place's own name must have in common with the one used

_FOLLOWS = re.compile(r",\s+(?:the\s+)?((?:[A-Z][\w.'’-]*)(?:\s+(?:and\s+|of\s+)?[A-Z][\w.'’-]*){0,3})")

_WATER = re.compile(r"(?i)^(?:gulf|sea|strait|straits|bay) of |\b(?:sea|ocean|strait|straits|river|canal|gulf|desert)$")

Name = tuple[str, ...]  # folded tokens
Evidence = Mapping[Name, Counter[str]]  # which countries each name of the article speaks for


@dataclass(frozen=True)
class Choice:
    """The candidate that was chosen, and why."""

    known: Known
    reason: str
    confidence: float


def find_places(reading: Reading, names: Sequence[Named]) -> list[Place]:
    """The places of an article in the order of their first mention, one for each place."""
    mentions: dict[Name, list[Span]] = {}
    for span, kind in names:
        if kind in PLACES and (key := tuple(fold(span.surface))):
            mentions.setdefault(key, []).append(span)
    _join_beginnings(mentions)
    evidence = _evidence(names)
    everything = Counter[str]()
    for counts in evidence.values():
        everything.update(counts)
    places = [_place(spans, reading, everything - evidence.get(key, Counter())) for key, spans in mentions.items()]
    return _with_focus(_joined([place for place in places if place is not None]))


def _join_beginnings(mentions: dict[Name, list[Span]]) -> None:
    """Count "Santiago" among the mentions of "Santiago de Cuba"; a country's name stays itself (Guinea)."""
    longer: dict[Name, list[Name]] = {}
    for key in mentions:
        for size in range(1, len(key)):
            longer.setdefault(key[:size], []).append(key)
    for short, found in longer.items():
        if short in mentions and len(found) == 1 and found[0] in mentions:
            surface = mentions[found[0]][0].surface
            if lookup(surface) and not country_named(mentions[short][0].surface):
                mentions[found[0]] += mentions.pop(short)


def _place(spans: list[Span], reading: Reading, others: Counter[str]) -> Place | None:
    name = _readable(spans)
    candidates = _candidates(name)
    if not candidates:
        return None
    choice = _choose(name, candidates, spans, reading, others)
    if choice is None:
        return Place(
            name=name,
            candidates=[_candidate(known) for known in candidates[:MOST_CANDIDATES]],
            mentions=spans,
            method="gazetteer",
            reason="the article does not tell which place of this name, or whether one that is known",
            confidence=0.3,
        )
    known = choice.known
    return Place(
        **_candidate(known).model_dump() | {"name": known.name},
        feature_class=known.feature_class,
        feature_code=known.feature_code,
        pinned=True,
        mentions=spans,
        method="gazetteer",
        reason=choice.reason,
        confidence=choice.confidence,
    )


def _readable(spans: Sequence[Span]) -> str:
    """The longest spelling, not in capitals where there is another one."""
    return max((span.surface for span in spans), key=lambda name: (not name.isupper(), len(name)))


def _candidates(name: str) -> list[Known]:
    """Countries of the name first, then what the gazetteer has; a division around its own city is left to the city."""
    if _in_table(name, "regions") or _WATER.search(name):
        return []
    found = [known for known in lookup(name) if _alike(name, known.name) or _in_table(name, "exonyms")]
    cities = {(known.country, known.admin1) for known in found if known.feature_class == "P"}
    found = [known for known in found if known.feature_code != "ADM1" or (known.country, known.admin1) not in cities]
    code = country_named(name)
    country = country_place(code) if code else None
    return [country, *found] if country else found


def _alike(name: str, known: str) -> bool:
    """Whether a gazetteer's other name for a place is near its own: many are nicknames, or those of other places."""
    one, other = "".join(fold(name)), "".join(fold(known))
    return one in other or SequenceMatcher(None, one, other).ratio() >= ALIKE


def _in_table(name: str, which: str) -> bool:
    return tuple(fold(name)) in {tuple(fold(known)) for known in table()[which]}


def _choose(
    name: str, candidates: Sequence[Known], spans: Sequence[Span], reading: Reading, others: Counter[str]
) -> Choice | None:
    if stated := _stated(candidates, spans, reading):
        return Choice(stated, "the text says where it lies", 0.95)
    if candidates[0].feature_code == "PCLI":
        return _country(name, candidates, others)
    inside = [known for known in candidates if known.country in others]
    capitals = [known for known in inside if known.feature_code == "PPLC"]
    if len(capitals) == 1:
        return Choice(capitals[0], f"the capital of {capitals[0].country}, which the article names", 0.9)
    if inside:
        return _within(name, candidates, inside)
    return _alone(name, candidates, HUGE if others else LARGE)


def _alone(name: str, candidates: Sequence[Known], enough: int) -> Choice | None:
    """The largest candidate, where it is known without its country being named."""
    largest = candidates[0]
    if len(candidates) > 1 and largest.population < DOMINANT * candidates[1].population:
        return None
    if largest.feature_code == "PPLC" or _in_table(name, "world_cities"):
        return Choice(largest, "a city known by its name alone", 0.85)
    return Choice(largest, "by far the largest place of this name", 0.75) if largest.population >= enough else None


def _within(name: str, candidates: Sequence[Known], inside: Sequence[Known]) -> Choice | None:
    """The one candidate in a country that the article names, unless a namesake elsewhere is far better known."""
    best = inside[0]
    if best.population < LARGE and (famous := _alone(name, candidates, HUGE)) and famous.known != best:
        return famous
    if len(inside) > 1 and best.population < DOMINANT * inside[1].population:
        return None
    if best.population < KNOWN_SIZE:
        return None
    overshadowed = candidates[0].population >= max(LARGE, DOMINANT * best.population)
    return None if overshadowed else Choice(best, f"the article names {best.country}", 0.85)


def _country(name: str, candidates: Sequence[Known], others: Counter[str]) -> Choice | None:
    """A country; one that shares its name (Georgia, Congo) only where the article speaks for it."""
    own = candidates[0].country
    rivals = {known.country for known in candidates[1:] if known.feature_code == "ADM1"} - {own}
    rivals |= set(table()["namesakes"].get(name, []))
    if rivals and others[own] <= sum(others[code] for code in rivals):
        return None
    return Choice(candidates[0], "a country's name", 0.95)


def _stated(candidates: Sequence[Known], spans: Sequence[Span], reading: Reading) -> Known | None:
    """The candidate in the country or division that follows a mention after a comma."""
    for span in spans:
        text = reading.text_of(span.field)
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


def _evidence(names: Iterable[Named]) -> Evidence:
    """Which countries the names of an article speak for: countries, demonyms, capitals and first-level divisions.

    By name, so that no name is evidence for itself; its outlet's country does not count.
    """
    found: dict[Name, Counter[str]] = {}
    for span, kind in names:
        key = tuple(fold(span.surface))
        for code in _spoken_for(span.surface, key, kind):
            found.setdefault(key, Counter())[code] += 1
    return found


def _spoken_for(surface: str, key: Name, kind: str) -> set[str]:
    if kind == "NORP":
        codes = demonyms().get(key, frozenset())
        return set(codes) if len(codes) == 1 else set()
    if kind not in PLACES:
        return set()
    if (code := country_named(surface)) and not ambiguous_country(surface):
        return {code}
    known = lookup(surface)
    if not known or known[0].feature_code not in ("PPLC", "ADM1"):
        return set()
    rivals = {one.country for one in known if one.population * DOMINANT > known[0].population}
    return rivals if len(rivals) == 1 else set()


@cache
def demonyms() -> dict[Name, frozenset[str]]:
    """The countries of each demonym, by its folded tokens (`Congolese` has two)."""
    found: dict[Name, frozenset[str]] = {}
    for country in countries():
        for word in country.demonyms:
            key = tuple(fold(word))
            found[key] = found.get(key, frozenset()) | {country.code}
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
