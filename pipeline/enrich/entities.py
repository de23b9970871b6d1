"""Entities: one for each person, organisation, place or people of an article, with all its mentions.

Mentions of the same name are one entity; so are a full name and its last part ("Sherman" after "Wendy Sherman") and an
organisation with the acronym that follows it in parentheses. A later issue deepens this.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.article import Entity, EntityType, Place, Span
from pipeline.enrich.names import PLACES, Named, ambiguous_country, country_named
from pipeline.enrich.nlp import Reading
from pipeline.text import fold

# Of a name that a rule found, or a pipeline that does not say how sure it is.
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


@dataclass
class _Group:
    kind: EntityType
    name: str
    mentions: list[Span] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)


def find_entities(reading: Reading, names: Sequence[Named], places: Sequence[Place]) -> list[Entity]:
    """The entities of an article, in the order of their first mention."""
    groups: dict[tuple[str, ...], _Group] = {}
    resolved = {_key(span.surface): place for place in places for span in place.mentions}
    for span, kind in names:
        key = _key(span.surface)
        final = _place_type(kind, resolved.get(key))
        group = groups.setdefault((_family(final), *key), _Group(final, span.surface))
        group.mentions.append(span)
        if group.name.isupper() and not span.surface.isupper() and len(span.surface) > 3:
            group.name = span.surface  # of TBILISI in a dateline and Tbilisi, the one to read
    merged = _join_acronyms(_join_surnames(list(groups.values())), reading)
    sure = _sureness(reading)
    return [_entity(group, resolved, sure) for group in merged]


def _sureness(reading: Reading) -> dict[tuple[str, int], float]:
    """How sure the model is of the names that begin or end at each place of title and text."""
    known = [name for name in reading.names if name.confidence is not None]
    return {(n.span.field, edge): n.confidence or 0.0 for n in known for edge in (n.span.start, -n.span.end)}


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
    full: dict[tuple[str, ...], list[_Group]] = {}
    for group in people:
        if " " in group.name:
            full.setdefault(_key(group.name.split()[-1]), []).append(group)
    joined: set[int] = set()
    for group in people:
        if " " in group.name:
            continue
        owners = full.get(_key(group.name), [])
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
            text = reading.text_of(span.field)
            match = re.compile(r"\s*\(([A-Z]{2,8})\)").match(text, span.end)
            acronym = byname.get(match[1]) if match else None
            if acronym is not None and id(acronym) not in joined:
                group.mentions += acronym.mentions
                group.aliases.append(acronym.name)
                joined.add(id(acronym))
                break
    return [group for group in groups if id(group) not in joined]


def _entity(group: _Group, resolved: dict[tuple[str, ...], Place], sure: dict[tuple[str, int], float]) -> Entity:
    mentions = sorted(group.mentions, key=lambda span: (span.field == "text", span.start))
    place = resolved.get(_key(group.name))
    country = country_named(group.name) if group.kind == "GPE" else None
    if ambiguous_country(group.name) and not (place and place.pinned and place.country == country):
        country = None
    is_country = country is not None
    if country is None and place is not None and place.pinned:
        country = place.country
    edges = ((span.field, edge) for span in mentions for edge in (span.start, -span.end))
    told = [sure[edge] for edge in edges if edge in sure]
    return Entity(
        id=f"country:{country}" if is_country else f"{group.kind.lower()}:{slug(group.name)}",
        name=group.name,
        type=group.kind,
        country=country,
        aliases=sorted(set(group.aliases)),
        mentions=mentions,
        method="ner+rules",
        confidence=max(told, default=CONFIDENCE[group.kind]),
    )


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens (`wendy-sherman`); other scripts keep their letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "x"


def _key(name: str) -> tuple[str, ...]:
    return tuple(fold(name))
