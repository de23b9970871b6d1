"""Entities: one for each person, organisation, place or people of an article, with all its mentions.

Mentions of the same name are one entity; so are a full name and its last part ("Sherman" after "Wendy Sherman") and an
organisation with the acronym that follows it in parentheses. A later issue deepens this.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from pipeline.article import Entity, EntityType, Place, Span
from pipeline.countries import code_of
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
CONFIDENCE = {
    "PERSON": 0.8,
    "ORG": 0.65,
    "GPE": 0.85,
    "LOC": 0.75,
    "NORP": 0.85,
    "FAC": 0.6,
    "EVENT": 0.5,
    "PRODUCT": 0.5,
}

_EDGE = re.compile(r"^(?:the|The|THE)\s+|['’]s?$|^[^\w(]+|[^\w.)]+$")
_SENTENCE_DOT = re.compile(r"(?<=\w\w)\.$")
_BYLINE = re.compile(r"(?:photo|foto|image|credit|picture)s?\b", re.IGNORECASE)


@dataclass
class _Group:
    kind: EntityType
    name: str
    mentions: list[Span] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


def find_entities(reading: Reading, places: list[Place]) -> list[Entity]:
    """The entities of an article, in the order of their first mention."""
    groups: dict[tuple[str, ...], _Group] = {}
    resolved = {_key(span.surface): place for place in places for span in place.mentions}
    for span, kind in trimmed(reading):
        key = _key(span.surface)
        final = _place_type(kind, resolved.get(key))
        group = groups.setdefault((_family(final), *key), _Group(final, span.surface))
        group.mentions.append(span)
    merged = _join_acronyms(_join_surnames(list(groups.values())), reading)
    return [_entity(group, resolved) for group in merged]


def trimmed(reading: Reading) -> list[tuple[Span, EntityType]]:
    """The names of a reading without leading articles, possessives and punctuation, credits left out."""
    found: list[tuple[Span, EntityType]] = []
    for name in reading.names:
        kind = TYPES.get(name.label)
        span = _trim(name.span)
        if kind is None or span is None or _is_credit(reading, span):
            continue
        found.append((span, kind))
    return found


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
    text = reading.article.title if span.field == "title" else reading.article.text
    line = text.rfind("\n", 0, span.start) + 1
    return bool(_BYLINE.match(text, line))


def _place_type(kind: EntityType, place: Place | None) -> EntityType:
    """Our model has one label for places; the gazetteer tells political ones from the others."""
    if kind == "LOC" and place is not None and place.feature_class in ("P", "A"):
        return "GPE"
    return kind


def _family(kind: EntityType) -> str:
    return "PLACE" if kind in PLACES else kind


def _join_surnames(groups: list[_Group]) -> list[_Group]:
    """Join a person's last name alone with the one full name that ends in it."""
    people = [group for group in groups if group.kind == "PERSON"]
    full = [group for group in people if len(_key(group.name)) > 1]
    joined: set[int] = set()
    for group in people:
        key = _key(group.name)
        if len(key) != 1:
            continue
        owners = [owner for owner in full if _key(owner.name)[-1] == key[0]]
        if len(owners) == 1:
            owners[0].mentions += group.mentions
            owners[0].aliases.append(group.name)
            joined.add(id(group))
    return [group for group in groups if id(group) not in joined]


def _join_acronyms(groups: list[_Group], reading: Reading) -> list[_Group]:
    """Join "OSCE" with "Organisation for … (OSCE)"."""
    byname = {group.name: group for group in groups if group.kind == "ORG" and group.name.isupper()}
    joined: set[int] = set()
    for group in groups:
        if group.kind != "ORG" or group.name.isupper():
            continue
        for span in group.mentions:
            text = reading.article.title if span.field == "title" else reading.article.text
            match = re.compile(r"\s*\(([A-Z]{2,8})\)").match(text, span.end)
            acronym = byname.get(match[1]) if match else None
            if acronym is not None and id(acronym) not in joined:
                group.mentions += acronym.mentions
                group.aliases.append(acronym.name)
                joined.add(id(acronym))
                break
    return [group for group in groups if id(group) not in joined]


def _entity(group: _Group, resolved: dict[tuple[str, ...], Place]) -> Entity:
    mentions = sorted(group.mentions, key=lambda span: (span.field == "text", span.start))
    place = resolved.get(_key(group.name))
    country = code_of(group.name) if group.kind == "GPE" else None
    is_country = country is not None
    if country is None and place is not None and place.pinned:
        country = place.country
    return Entity(
        id=f"country:{country}" if is_country else f"{group.kind.lower()}:{slug(group.name)}",
        name=group.name,
        type=group.kind,
        country=country,
        aliases=sorted(set(group.aliases)),
        mentions=mentions,
        method="ner+rules",
        confidence=CONFIDENCE[group.kind],
    )


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens (`wendy-sherman`); other scripts keep their letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "x"


def _key(name: str) -> tuple[str, ...]:
    return tuple(fold(name))
