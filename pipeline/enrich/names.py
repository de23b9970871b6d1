"""Names: what the model found, corrected by what is known for certain.

A model of names is uncertain, a list of countries is not: a country's name in the text is a place whatever the model
says, unless it is part of a longer name or one of the few that people and rivers have too. A dateline is a place, a
form of address makes a person, and a name that is a place once in an article is one everywhere in it.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from pipeline.article import EntityType, FieldName, Span
from pipeline.countries import code_of, countries
from pipeline.enrich.datelines import places_of
from pipeline.enrich.families import family_key, family_name
from pipeline.enrich.gazetteer import lookup, names_of_regions
from pipeline.enrich.known import known, name_key, name_words, seats, written
from pipeline.enrich.nlp import Reading
from pipeline.enrich.no_names import is_acronym, is_no_name, is_no_place, names_treaty
from pipeline.enrich.roles import before as role_before
from pipeline.enrich.roles import is_head

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
LARGE = 300_000  # inhabitants of a city whose name alone is no last name
PLACES = ("GPE", "LOC", "FAC")

FIELDS: tuple[FieldName, ...] = ("title", "text")

Named = tuple[Span, EntityType]

_EDGE = re.compile(r"^(?:the|The|THE)\s+|['’]s?$|^[^\w(]+|[^\w.)]+$")
_SENTENCE_DOT = re.compile(r"(?<=\w\w)\.$")
_CREDIT = re.compile(  # of a picture or an author: the line, or its part up to a dash that a caption follows
    r"^[ \t]*(?:(?:photo|foto|image|credit|picture)s?\b[^\n]{0,80}?|"
    r"(?:AP|AFP|REUTERS|EPA|EFE|TASS|Xinhua|Getty(?: Images)?)\s?/[^\n]{0,80}?)"
    r"(?:\s+[-–—]\s+|$)|^[ \t]*(?:By|BY) [A-Z][^\n.]{2,60}$|"
    r"\(?(?:Additional )?(?:[Rr]eporting|[Ww]riting|[Ee]diting) by[^\n)]{3,200}\)?[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_LONG_AND_SHORT = re.compile(
    r"\b((?:[A-Z][\w'’-]*\s(?:(?:of|for|and|in|on|the|to|&|de)\s){0,2}){1,8}[A-Z][\w'’-]*)\s\(([A-Z][A-Za-z-]{1,8})\)"
)


@cache
def keys_of(which: str) -> frozenset[tuple[str, ...]]:
    """The names of one list of tables/names.toml, as they are compared."""
    return frozenset(map(name_key, name_words()[which]))


def find_names(reading: Reading) -> list[Named]:
    """The names of an article in order, title first, without overlaps; spans without articles and possessives."""
    model = [named for name in reading.names if (named := _from_model(reading, name.span, name.label))]
    around = {place: named for named in model for place in _characters(named[0])}
    taken: set[tuple[str, int]] = set()
    kept: list[Named] = []
    for named in (
        *_dateline(reading),
        *_long_names(reading),
        *_known_names(reading),
        *_countries(reading),
        *_based(reading),
        *_known_places(reading),
        *model,
    ):
        part_of = around.get((named[0].field, named[0].start))
        if part_of is not None and part_of != named and _is_part(named[0], *part_of):
            continue
        characters = set(_characters(named[0]))
        if not characters & taken:
            kept.append(named)
            taken |= characters
    kept += _surnames(reading, kept, taken)
    kept.sort(key=lambda named: (named[0].field == "text", named[0].start))
    return _consistent(_without_storms(kept, reading))


def country_named(name: str) -> str | None:
    """The ISO 3166-1 alpha-2 code of a country's name as news writes it: US and UK count, other codes do not."""
    return code_of(name) if _country_names().fullmatch(name) or ambiguous_country(name) else None


def ambiguous_country(name: str) -> bool:
    """Whether a country's name is a person's or a state's as well."""
    return name_key(name) in keys_of("ambiguous_countries")


def _from_model(reading: Reading, span: Span, label: str) -> Named | None:
    kind = TYPES.get(label)
    trimmed = _trim(span)
    if kind is None or trimmed is None or _is_credit(reading, trimmed):
        return None
    if is_no_name(reading, trimmed, kind):
        return None
    first, _, rest = trimmed.surface.partition(" ")
    if first in name_words()["address"] and rest:
        start = trimmed.start + len(trimmed.surface) - len(rest.lstrip())
        return trimmed.model_copy(update={"start": start, "surface": rest.lstrip()}), "PERSON"
    kind = _corrected(reading, trimmed, kind)
    if kind in PLACES and is_no_place(reading.text_of(span.field), trimmed):
        return None
    if kind in ("PERSON", "ORG") and country_named(trimmed.surface) is None:
        bare = _without_role(trimmed)
        if bare is None:
            return None
        if bare is not trimmed:
            return bare, "PERSON"
    return trimmed, kind


def _corrected(reading: Reading, span: Span, kind: EntityType) -> EntityType:
    """The type of a name that the model calls something else than its spelling or the tables do."""
    if kind == "NORP" and ambiguous_country(span.surface):
        return "GPE"
    if kind == "PERSON" and is_acronym(reading.text_of(span.field), span):
        return "ORG"
    body = known(span.surface) if kind in ("LOC", "GPE") else None
    return body.type if body is not None and not lookup(span.surface) else kind


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
    """Whether a name stands in a credit: of a picture, or of an article's author."""
    stretches = _credits(reading.text_of(span.field))
    before = bisect_right(stretches, span.start, key=lambda stretch: stretch[0])
    return before > 0 and span.start < stretches[before - 1][1]


@lru_cache(maxsize=2)  # asked for each name of an article's title and text
def _credits(text: str) -> list[tuple[int, int]]:
    """Where a text holds credits, of pictures or of an article's author; in order, none crosses a line."""
    found, start = [], 0
    for line in text.split("\n"):
        found += [(start + match.start(), start + match.end()) for match in _CREDIT.finditer(line)]
        start += len(line) + 1
    return found


def _without_role(span: Span) -> Span | None:
    """A name without the office before it ("Undersecretary of State Wendy Sherman"); None where nothing is left."""
    words = list(re.finditer(r"\S+", span.surface))
    for size in range(len(words), 0, -1):
        end = words[size - 1].end()
        if role_before(span.surface + " ", end + 1) == span.surface[:end] or (size == 1 and is_head(words[0][0])):
            if size == len(words):
                return None
            start = words[size].start()
            rest = span.surface[start:]
            return span.model_copy(update={"start": span.start + start, "surface": rest}) if rest[0].isupper() else span
    return span


def _long_names(reading: Reading) -> Iterator[Named]:
    """Organisations that are written out before their acronym in parentheses, and the acronym; countries are none."""
    for field in FIELDS:
        for match in _LONG_AND_SHORT.finditer(reading.text_of(field)):
            start = acronym_start(match[1], match[2])
            if start is not None and country_named(match[1][start:]) is None:
                for first, last in ((match.start(1) + start, match.end(1)), match.span(2)):
                    surface = reading.text_of(field)[first:last]
                    yield Span(field=field, start=first, end=last, surface=surface), "ORG"


def _known_names(reading: Reading) -> Iterator[Named]:
    """Persons and organisations of the table, written in full."""
    for field in FIELDS:
        for match in written().finditer(reading.text_of(field)):
            span = Span(field=field, start=match.start(), end=match.end(), surface=match[0])
            found = known(match[0])
            if found is not None and not _is_credit(reading, span):
                yield span, found.type


def _surnames(reading: Reading, names: Sequence[Named], taken: set[tuple[str, int]]) -> list[Named]:
    """Last names alone of persons whom the article names in full, where the model saw no name."""
    full = {
        family_name(span.surface) for span, kind in names if kind == "PERSON" and 2 <= len(span.surface.split()) <= 4
    }
    full = {name for name in full if len(name) > 3 and name[0].isupper() and not _is_well_known(name)}
    if not full:
        return []
    pattern = re.compile(rf"(?<![\w'’.-])(?:{'|'.join(re.escape(name) for name in sorted(full))})(?![\w-])")
    found: list[Named] = []
    for field in FIELDS:
        text = reading.text_of(field)
        for match in pattern.finditer(text):
            span = Span(field=field, start=match.start(), end=match.end(), surface=match[0])
            before = _NAME_BEFORE.search(text[max(0, span.start - 30) : span.start])
            ends = before is not None and re.search(r"[a-z]{3}\.$", before[0].strip()) is not None
            alone = (
                before is None
                or ends
                or before[0].strip() in (*name_words()["before_places"], *name_words()["address"])
                or is_head(before[0].strip())
            )
            if not taken & set(_characters(span)) and alone and not _is_credit(reading, span):
                found.append((span, "PERSON"))
    return found


def acronym_start(name: str, short: str) -> int | None:
    """Where the words of a name begin whose initials spell an acronym; small words may be skipped."""
    words = list(re.finditer(r"[\w'’]+", name))
    for at in range(len(words)):
        initials = [word[0][0] for word in words[at:]]
        capitals = "".join(letter for letter in initials if letter.isupper())
        if short.upper() in (capitals, "".join(initials).upper()) and words[at][0][0].isupper():
            return words[at].start()
    return None


@cache
def _country_names() -> re.Pattern[str]:
    """Every country's names as they are written, in capitals too, the longest first, at the edges of words."""
    plain = [name for country in countries() for name in (country.name, *country.aliases)]
    people = {word for country in countries() for word in country.demonyms}  # Saudi is one, and a short name too
    plain = [name for name in plain if name[0].isupper() and "," not in name and name not in people]
    plain = [name for name in plain if not ambiguous_country(name)]
    written = {*plain, *(name.upper() for name in plain if len(name) > 3)}
    longest_first = "|".join(re.escape(name) for name in sorted(written, key=len, reverse=True))
    not_after = "".join(rf"(?<!\b{re.escape(word)} )" for word in name_words()["not_after"])
    return re.compile(rf"{not_after}(?<![\w.-])(?:{longest_first})(?![\w$-])")


def _countries(reading: Reading) -> Iterator[Named]:
    for field in FIELDS:
        text = reading.text_of(field)
        for match in _country_names().finditer(text):
            yield Span(field=field, start=match.start(), end=match.end(), surface=match[0]), "GPE"


@cache
def _place_names() -> re.Pattern[str]:
    """Regions, divisions and world cities as they are written, and abbreviated divisions after a comma."""
    unsure = set(name_words()["ambiguous_places"])
    plain = {*names_of_regions(), *name_words()["world_cities"]} - unsure - {""}
    plain = {name for name in plain if len(name) > 3 and name[0].isupper()} | {*seats()}
    written = "|".join(
        re.escape(name) for name in sorted({*plain, *(name.upper() for name in plain)}, key=len, reverse=True)
    )
    return re.compile(rf"(?<![\w.'’-])(?:{written})(?![\w-])")


def _known_places(reading: Reading) -> Iterator[Named]:
    """Places known by their names, where these do not stand within a longer name."""
    for field in FIELDS:
        text = reading.text_of(field)
        for match in _place_names().finditer(text):
            span = Span(field=field, start=match.start(), end=match.end(), surface=match[0])
            if not _within_name(text, match.start(), match.end()) and not names_treaty(text, span):
                yield span, "LOC"


def _based(reading: Reading) -> Iterator[Named]:
    """Places before "-based": "a Geneva-based lender"."""
    for field in FIELDS:
        for match in _BASED.finditer(reading.text_of(field)):
            if lookup(match[1]):
                yield Span(field=field, start=match.start(1), end=match.end(1), surface=match[1]), "LOC"


_BASED = re.compile(r"\b([A-Z][\w.’']+(?: [A-Z][\w.’']+){0,2})-based\b")
_NAME_BEFORE = re.compile(r"(?:[A-Z][\w.'’-]*|[Uu]niversity of|[Bb]ank of|&)\s$")
_NAME_AFTER = re.compile(r"\s(?:[A-Z][a-z]|[A-Z]{2}|&)|['’]s\s[A-Z]")


def _within_name(text: str, start: int, end: int) -> bool:
    """Whether capitals right beside a name make it a part of another one."""
    before = _NAME_BEFORE.search(text[max(0, start - 30) : start])
    if before is not None and before[0].strip() not in name_words()["before_places"] and not text[start:end].isupper():
        return True
    after = _NAME_AFTER.match(text, end)
    return after is not None and not text[start:end].isupper() and text[end : end + 1] == " "


def _dateline(reading: Reading) -> Iterator[Named]:
    """The place that a news text begins with."""
    text = reading.text_of("text")
    for start, end in places_of(text):
        yield Span(field="text", start=start, end=end, surface=text[start:end]), "LOC"


def _without_storms(names: Sequence[Named], reading: Reading) -> list[Named]:
    """Storms have people's names: what is called one once is no person in the rest of the article."""
    called = {
        name_key(span.surface.split()[-1])
        for span, _ in names
        if _storm().search(f"{reading.text_of(span.field)[max(0, span.start - 20) : span.start]}{span.surface}")
    }
    return [(span, "EVENT" if name_key(span.surface.split()[-1]) in called else kind) for span, kind in names]


@cache
def _storm() -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(name_words()['storms'])})\s\S+$")


def _consistent(names: Sequence[Named]) -> list[Named]:
    """One type for a name throughout an article: a known place is one everywhere, and the last name of somebody who is
    named in full is a person's."""
    places = {name_key(span.surface): kind for span, kind in names if kind in PLACES and _is_known(span.surface)}
    full = [span.surface for span, kind in names if kind == "PERSON" and " " in span.surface]
    last = {family_key(name) for name in full} - places.keys()
    people = {name_key(word) for name in full for word in name.split()}
    firms = {
        name_key(span.surface.split()[0])
        for span, kind in names
        if kind == "ORG" and is_company(span.surface, whole=True)
    }
    firms -= {*people, *places.keys()}

    def settled(name: str, kind: EntityType) -> EntityType:
        key = name_key(name)
        if kind in ("PERSON", "ORG"):
            kind = places.get(key, kind)
        if key in firms and (kind == "PERSON" or (kind in PLACES and not _is_known(name))):
            return "ORG"
        return "PERSON" if key in last and " " not in name and kind in ("ORG", "LOC", "GPE") else kind

    return [(span, settled(span.surface, kind)) for span, kind in names]


def is_company(name: str, *, whole: bool = False) -> bool:
    """Whether a name's last word says that it is a company's ("Norlund Systems", "Penrith & Co").

    Args:
        name: of a body.
        whole: all words but the first do, so that the first one alone means the same company.
    """
    first, *rest = name.split()
    kinds = {*name_words()["company_forms"], *name_words()["company_words"]}
    return bool(first and rest) and all(word.strip(".,") in kinds for word in (rest if whole else rest[-1:]))


def bare_company(name: str) -> str:
    """A company's name without its legal form: "Norlund Systems AB" is "Norlund Systems"."""
    words = name.split()
    while len(words) > 1 and (words[-1].strip(".,") in name_words()["company_forms"] or words[-1] in ("&", "and")):
        words.pop()
    return " ".join(words).rstrip(",")


def _is_known(name: str) -> bool:
    return not ambiguous_country(name) and bool(lookup(name) or _country_names().fullmatch(name))


def _is_well_known(name: str) -> bool:
    """Whether a name is more likely a place than a person's last name: a country, a region, a large city."""
    places = lookup(name)
    known_region = name in names_of_regions() or country_named(name) is not None
    return known_region or any(place.population >= LARGE and place.name == name for place in places)


def _is_part(span: Span, longer: Span, kind: EntityType) -> bool:
    """Whether a certain name is only a part of a longer one ("Bank of Japan"); "Greek Cypriot" is no such name."""
    return longer.end >= span.end and longer.end - longer.start > span.end - span.start and kind != "NORP"


def _characters(span: Span) -> Iterator[tuple[str, int]]:
    return ((span.field, at) for at in range(span.start, span.end))
