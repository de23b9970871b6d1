"""Entities: one for each person, organisation, place or people of an article, with all its mentions.

Mentions of the same name are one entity; so are a full name and its last part ("Sherman" after "Wendy Sherman"), an
organisation and the acronym that follows it in parentheses, the spellings of one known name (known.tsv), and all that
leads to one country: "US", "United States", "Washington said". The name is the fullest form that the article uses.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from pipeline.article import Entity, EntityType, Place, Span
from pipeline.countries import by_code
from pipeline.enrich.families import family_key
from pipeline.enrich.known import known, name_key, name_words, slug
from pipeline.enrich.metonyms import Metonyms
from pipeline.enrich.names import (
    PLACES,
    Named,
    acronym_start,
    ambiguous_country,
    bare_company,
    country_named,
    is_company,
)
from pipeline.enrich.nlp import Reading
from pipeline.enrich.products import product_named
from pipeline.enrich.roles import country_in, role_of

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

LONGEST_ACRONYM = 6  # letters


@dataclass
class _Group:
    kind: EntityType
    name: str
    mentions: list[Span] = field(default_factory=list)
    aliases: list[str] = field(default_factory=list)
    country: str | None = None  # the country that it is
    id: str | None = None

    def add(self, span: Span) -> None:
        self.mentions.append(span)
        self.aliases.append(span.surface)


def find_entities(
    reading: Reading, names: Sequence[Named], places: Sequence[Place], metonyms: Metonyms
) -> list[Entity]:
    """The entities of an article, in the order of their first mention."""
    groups: dict[tuple[str, ...], _Group] = {}
    towns_last = sorted(places, key=lambda place: place.feature_code != "PCLI")  # "Lebanon" beside "Lebanon, Ohio"
    resolved = {name_key(span.surface): place for place in towns_last for span in place.mentions}
    spots = {(span.field, span.start): place for place in places for span in place.mentions}
    for span, kind in names:
        government = metonyms.get((span.field, span.start))
        place = None if government else spots.get((span.field, span.start), resolved.get(name_key(span.surface)))
        group = _group(span, kind, place, government)
        key = _group_key(group, span)
        if key in groups:
            groups[key].add(span)
        else:
            groups[key] = group
            group.add(span)
    whole = _join_companies(_join_surnames(_named(list(groups.values())), reading))
    joined = _join_acronyms(whole, reading)
    sure = _sureness(reading)
    return [_entity(group, resolved, reading, sure) for group in joined]


def _sureness(reading: Reading) -> dict[tuple[str, int], float]:
    """How sure the model is of the names that begin or end at each place of title and text."""
    known = [name for name in reading.names if name.confidence is not None]
    return {(n.span.field, edge): n.confidence or 0.0 for n in known for edge in (n.span.start, -n.span.end)}


def _group(span: Span, kind: EntityType, place: Place | None, government: str | None) -> _Group:
    """What a mention is of: a country, a known name, or what the model says."""
    country = government or _country_of(span, kind, place)
    if country is not None:
        return _Group("GPE", span.surface, country=country, id=f"country:{country}")
    if kind == "PRODUCT" and (name := product_named(span.surface)) is not None:
        return _Group(kind, name, id=f"product:{slug(name)}")
    found = known(span.surface) if kind in ("PERSON", "ORG", "NORP") else None
    if found is not None:
        return _Group(found.type, span.surface, id=found.id)
    return _Group(_place_type(kind, place), span.surface)


def _country_of(span: Span, kind: EntityType, place: Place | None) -> str | None:
    """The country that a name is the name of, if it is one."""
    code = country_named(span.surface) if kind in PLACES else None
    if code is None or (place is not None and place.pinned and place.feature_code != "PCLI"):
        return None
    return None if ambiguous_country(span.surface) and not (place and place.pinned and place.country == code) else code


def _group_key(group: _Group, span: Span) -> tuple[str, ...]:
    return ("id", group.id) if group.id else (_family(group.kind), *name_key(span.surface))


def _named(groups: list[_Group]) -> list[_Group]:
    """Give each group the fullest of its forms as name: the most words, then letters, not in capitals; a country that
    is only named by its seat has its own name, a product that of the table."""
    for group in groups:
        if group.kind == "PRODUCT":
            continue
        group.name = max(group.aliases, key=lambda form: (not _shouts(form), len(form.split()), len(form)))
        if group.country and not any(country_named(form) == group.country for form in group.aliases):
            country = by_code(group.country)
            group.name = country.name if country else group.name
        elif group.country:
            own = [form for form in group.aliases if country_named(form) == group.country]
            group.name = max(
                own, key=lambda form: (not (_shouts(form) and len(form) > 3), len(form.split()), len(form))
            )
    return groups


def _shouts(name: str) -> bool:
    return name.isupper() and len(name) > 5


def _place_type(kind: EntityType, place: Place | None) -> EntityType:
    """Our model has one label for places; the gazetteer tells political ones from the others."""
    if kind == "LOC" and place is not None and place.feature_class in ("P", "A"):
        return "GPE"
    return kind


def _family(kind: EntityType) -> str:
    return "PLACE" if kind in PLACES else kind


def _join_surnames(groups: list[_Group], reading: Reading) -> list[_Group]:
    """Join a person's family name alone with the one full name that it is of, and a prince's first name."""
    people = [group for group in groups if group.kind == "PERSON"]
    full: dict[tuple[str, ...], list[_Group]] = {}
    for group in people:
        if " " in group.name:
            full.setdefault(family_key(group.name), []).append(group)
            for title in _titles(group, reading):
                full.setdefault((title, *name_key(group.name.split()[0])), []).append(group)
    joined: set[int] = set()
    for group in people:
        if " " in group.name:
            continue
        titles = _titles(group, reading)
        keys = [(title, *name_key(group.name)) for title in titles] or [name_key(group.name)]
        _join(group, [owner for key in keys for owner in full.get(key, [])], joined)
    return [group for group in groups if id(group) not in joined]


def _join(group: _Group, owners: list[_Group], joined: set[int]) -> None:
    """Make a short name's mentions those of its only owner."""
    owner = owners[0] if len({id(owner) for owner in owners}) == 1 else None
    if owner is None or owner is group or (group.id and owner.id and group.id != owner.id):
        return
    owner.mentions += group.mentions
    owner.aliases += group.aliases
    owner.id = owner.id or group.id
    joined.add(id(group))


def _titles(group: _Group, reading: Reading) -> set[str]:
    """The royal titles right before the mentions of a person."""
    before = (reading.text_of(span.field)[max(0, span.start - 10) : span.start].split() for span in group.mentions)
    return {words[-1] for words in before if words} & {*name_words()["royal"]}


def _join_companies(groups: list[_Group]) -> list[_Group]:
    """Join the names of a company with and without its legal form, and its first word alone."""
    bodies = [group for group in groups if group.kind == "ORG"]
    bare: dict[tuple[str, ...], list[_Group]] = {}
    first: dict[tuple[str, ...], list[_Group]] = {}
    joined: set[int] = set()
    for group in sorted(bodies, key=lambda group: -len(group.name)):
        key = name_key(bare_company(group.name))
        if key in bare and is_company(bare[key][0].name):
            _join(group, bare[key], joined)
        else:
            bare.setdefault(key, []).append(group)
    for group in bodies:
        if id(group) not in joined and is_company(group.name, whole=True):
            first.setdefault(name_key(group.name.split()[0]), []).append(group)
    for group in bodies:
        if " " not in group.name and id(group) not in joined:
            _join(group, first.get(name_key(group.name), []), joined)
    return [group for group in groups if id(group) not in joined]


def _join_acronyms(groups: list[_Group], reading: Reading) -> list[_Group]:
    """Join "OSCE" with "Organisation for … (OSCE)", and without brackets where it spells only one name before it."""
    byname = {form: group for group in groups if group.kind == "ORG" for form in group.aliases if form.isupper()}
    joined: set[int] = set()
    for group in groups:
        if group.kind != "ORG" or group.name.isupper():
            continue
        for span in group.mentions:
            text = reading.text_of(span.field)
            match = re.compile(r"\s*\(([A-Z]{2,8})\)").match(text, span.end)
            acronym = byname.get(match[1]) if match else None
            if acronym is not None and acronym is not group and id(acronym) not in joined:
                group.mentions += acronym.mentions
                group.aliases += acronym.aliases
                group.id = group.id or acronym.id
                joined.add(id(acronym))
                break
    for short, group in byname.items():
        if 3 <= len(short) <= LONGEST_ACRONYM and group.name == short and id(group) not in joined:
            owners = [one for one in groups if one.kind == "ORG" and id(one) not in joined and _spells(one, group)]
            _join(group, owners, joined)
    return [group for group in groups if id(group) not in joined]


def _spells(full: _Group, acronym: _Group) -> bool:
    """Whether the words of a name, all of them, have an acronym's letters and stand before it."""
    first, later = min(full.mentions, key=_place), min(acronym.mentions, key=_place)
    return " " in full.name and acronym_start(full.name, acronym.name) == 0 and _place(first) < _place(later)


def _place(span: Span) -> tuple[bool, int]:
    return span.field == "text", span.start


def _entity(
    group: _Group, resolved: dict[tuple[str, ...], Place], reading: Reading, sure: dict[tuple[str, int], float]
) -> Entity:
    mentions = sorted(group.mentions, key=lambda span: (span.field == "text", span.start))
    place = resolved.get(name_key(group.name))
    role = role_of(mentions, reading) if group.kind == "PERSON" else None
    edges = ((span.field, edge) for span in mentions for edge in (span.start, -span.end))
    told = [sure[edge] for edge in edges if edge in sure]
    return Entity(
        id=group.id or f"{group.kind.lower()}:{slug(group.name)}",
        name=group.name,
        known_as=_known_as(group),
        type=group.kind,
        role=role,
        country=group.country or _home(group, place, role),
        aliases=sorted({form for form in group.aliases if form != group.name}),
        mentions=mentions,
        method="table+ner" if group.id and not group.country else "ner+rules",
        confidence=0.9 if group.id else max(told, default=CONFIDENCE[group.kind]),
    )


def _known_as(group: _Group) -> str | None:
    """The table's name of a person or organisation; of a person only where the full name is known, too, for a surname
    alone may be that of somebody else."""
    forms = [group.name] if group.kind == "PERSON" else [group.name, *group.aliases]
    found = (known(form) for form in forms) if group.id else ()
    return next((one.name for one in found if one and one.id == group.id), None)


def _only_named_after(name: str) -> bool:
    """Whether a body's name has a country's in it by chance: "South China Morning Post", "Jordan Brand"."""
    words = name.split()
    if words[-1] in name_words()["named_only"]:
        return True
    for at, word in enumerate(words):
        before = words[at - 1] if at else ""
        if before in ("New", *name_words()["parts"]) and country_named(word) and not country_named(f"{before} {word}"):
            return True
        if ambiguous_country(word) and not set(words) & {*name_words()["civic"], *name_words()["national"]}:
            return "of" not in words
        if word in name_words()["ambiguous_places"] and ambiguous_country(word):
            return "of" not in words  # the Georgia National Guard is an American one
    return False


def _home(group: _Group, place: Place | None, role: str | None) -> str | None:
    """The country of an entity: of a place, of a person's role, or as the table knows it."""
    if group.kind in PLACES:
        return place.country if place is not None and place.pinned else None
    if group.kind == "PERSON" and (code := country_in(role)):
        return code
    if group.kind == "ORG" and group.id is None and (code := country_in(group.name)):
        return None if _only_named_after(group.name) else code
    found = next((one for form in group.aliases if (one := known(form)) is not None), None) if group.id else None
    return found.country if found else None
