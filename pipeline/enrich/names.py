"""Names: what the model found, corrected by what is known for certain.

A model of names is uncertain, a list of countries is not: a country's name in the text is a place whatever the model
says, unless it is part of a longer name or one of the few that people and rivers have too. A dateline is a place, a
form of address makes a person, and a name that is a place once in an article is one everywhere in it.
"""

import re
import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.article import EntityType, FieldName, Span
from pipeline.countries import code_of, countries
from pipeline.enrich.gazetteer import lookup
from pipeline.enrich.nlp import Reading
from pipeline.text import fold

TYPES: dict[str, EntityType] = {
    "PERSON": "PERSON",
    "PER": "PERSON",
    "ORG": "ORG",
    "GPE": "GPE",
    "LOC": "LOC",
    "NORP": "NORP",
    "FAC": "FAC",
    "EVENT": "EVENT",
    "PRODUCT": "PRODUCT",
}
PLACES = ("GPE", "LOC", "FAC")

Named = tuple[Span, EntityType]

_EDGE = re.compile(r"^(?:the|The|THE)\s+|['’]s?$|^[^\w(]+|[^\w.)]+$")
_SENTENCE_DOT = re.compile(r"(?<=\w\w)\.$")
_BYLINE = re.compile(r"(?:photo|foto|image|credit|picture)s?\b", re.IGNORECASE)
_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DATELINE = (
    re.compile(  # KYIV, Nov 3 (Agency) - · TRIPOLI, Libya — · Helsinki, 29 October (Agency) — · ODESA, Ukraine, 11 …
        r"\s*(?P<place>[A-ZÀ-Þ][A-ZÀ-Þ'’. -]{2,38}[A-ZÀ-Þ])(?=,| \(| ?[–—-]|\. )"
        rf"|\s*(?P<mixed>[A-ZÀ-Þ][\w'’. -]{{2,38}}\w), (?:\d{{1,2}} {_MONTH}|{_MONTH}\.? \d{{1,2}})"
    )
)


@cache
def table() -> dict[str, Any]:
    """The names of tables/names.toml."""
    path = Path(__file__).parent / "tables" / "names.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


def find_names(reading: Reading) -> list[Named]:
    """The names of an article in order, title first, without overlaps; spans without articles and possessives."""
    model = [named for name in reading.names if (named := _from_model(reading, name.span, name.label))]
    around = {place: named for named in model for place in _characters(named[0])}
    taken: set[tuple[str, int]] = set()
    kept: list[Named] = []
    for named in (*_dateline(reading), *_countries(reading), *model):
        part_of = around.get((named[0].field, named[0].start))
        if part_of is not None and part_of != named and _is_part(named[0], *part_of):
            continue
        characters = set(_characters(named[0]))
        if not characters & taken:
            kept.append(named)
            taken |= characters
    kept.sort(key=lambda named: (named[0].field == "text", named[0].start))
    return _consistent(kept)


def country_named(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name as news writes it: US and UK count, other codes do not."""
    return code_of(name) if _country_names().fullmatch(name) or ambiguous_country(name) else None


def ambiguous_country(name: str) -> bool:
    """Whether a country's name is a person's or a state's as well."""
    return _key(name) in {_key(known) for known in table()["ambiguous_countries"]}


def _from_model(reading: Reading, span: Span, label: str) -> Named | None:
    kind = TYPES.get(label)
    trimmed = _trim(span)
    if kind is None or trimmed is None or _is_credit(reading, trimmed):
        return None
    first, _, rest = trimmed.surface.partition(" ")
    if first in table()["address"] and rest:
        start = trimmed.start + len(trimmed.surface) - len(rest.lstrip())
        return trimmed.model_copy(update={"start": start, "surface": rest.lstrip()}), "PERSON"
    return trimmed, kind


def _trim(span: Span) -> Span | None:
    start, surface = span.start, span.surface
    while match := (_EDGE.search(surface) or _SENTENCE_DOT.search(surface)):
        if match.start() == 0:
            start += match.end()
            surface = surface[match.end() :]
        else:
            surface = surface[: match.start()]
    if "\n" in surface or not any(character.isalpha() for character in surface):
        return None
    return Span(field=span.field, start=start, end=start + len(surface), surface=surface)


def _is_credit(reading: Reading, span: Span) -> bool:
    """Whether the line of a name begins as a photo credit does."""
    text = reading.text_of(span.field)
    line = text.rfind("\n", 0, span.start) + 1
    return bool(_BYLINE.match(text, line))


@cache
def _country_names() -> re.Pattern[str]:
    """Every country's names as they are written, in capitals too, the longest first, at the edges of words."""
    plain = [name for country in countries() for name in (country.name, *country.aliases)]
    people = {word for country in countries() for word in country.demonyms}  # Saudi is one, and a short name too
    plain = [name for name in plain if name[0].isupper() and "," not in name and name not in people]
    plain = [name for name in plain if not ambiguous_country(name)]
    written = {*plain, *(name.upper() for name in plain if len(name) > 3)}
    longest_first = "|".join(re.escape(name) for name in sorted(written, key=len, reverse=True))
    not_after = "".join(rf"(?<!\b{re.escape(word)} )" for word in table()["not_after"])
    return re.compile(rf"{not_after}(?<![\w.-])(?:{longest_first})(?![\w$-])")


def _countries(reading: Reading) -> Iterator[Named]:
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        text = reading.text_of(field)
        for match in _country_names().finditer(text):
            yield Span(field=field, start=match.start(), end=match.end(), surface=match[0]), "GPE"


def _dateline(reading: Reading) -> Iterator[Named]:
    """The place that a news text begins with, if the gazetteer knows it."""
    match = _DATELINE.match(reading.text_of("text"))
    if match is not None:
        part = "place" if match["place"] else "mixed"
        if lookup(match[part]):
            yield Span(field="text", start=match.start(part), end=match.end(part), surface=match[part]), "LOC"


def _consistent(names: Sequence[Named]) -> list[Named]:
    """One type for a name throughout an article: a known place is one everywhere, and the last name of somebody who is
    named in full is a person's."""
    places = {_key(span.surface): kind for span, kind in names if kind in PLACES and _is_known(span.surface)}
    full = [span.surface.split() for span, kind in names if kind == "PERSON"]
    last = {_key(words[-1]) for words in full if len(words) > 1} - places.keys()

    def settled(name: str, kind: EntityType) -> EntityType:
        key = _key(name)
        if kind in ("PERSON", "ORG"):
            kind = places.get(key, kind)
        return "PERSON" if key in last and " " not in name and kind in ("ORG", "LOC", "GPE") else kind

    return [(span, settled(span.surface, kind)) for span, kind in names]


def _is_known(name: str) -> bool:
    return not ambiguous_country(name) and bool(lookup(name) or _country_names().fullmatch(name))


def _is_part(span: Span, longer: Span, kind: EntityType) -> bool:
    """Whether a certain name is only a part of a longer one ("Bank of Japan"); "Greek Cypriot" is no such name."""
    return longer.end >= span.end and longer.end - longer.start > span.end - span.start and kind != "NORP"


def _characters(span: Span) -> Iterator[tuple[str, int]]:
    return ((span.field, at) for at in range(span.start, span.end))


def _key(name: str) -> tuple[str, ...]:
    return tuple(fold(name))
