"""What the templates show, prepared: filters as links, articles with their names marked, places in words."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from pipeline import counting
from pipeline.article import CountryWeight, EnrichedArticle, Entity, FieldName, Place, Stretch
from pipeline.countries import by_code
from pipeline.errors import QueryError
from pipeline.excerpt import Mark, Piece, cut
from pipeline.index import Bucket, Facet
from pipeline.query.printing import to_text
from pipeline.query.tree import (
    And,
    Area,
    Dated,
    Happening,
    NameField,
    Node,
    Not,
    Number,
    Or,
    Published,
    Quoted,
    Same,
    Similar,
    Term,
)  # fmt: skip
from pipeline.searching import joined, parts_of, read
from pipeline.web.answers import HitAnswer

FACET_NAMES: dict[Facet, str] = {
    "focus": "About",
    "country": "Countries named",
    "event": "Events",
    "status": "Status of events",
    "place": "Places",
    "person": "People",
    "org": "Organisations",
    "speaker": "Quoted",
    "topic": "Topics",
    "source": "Outlets",
    "lang": "Languages",
}
TYPE_NAMES = {
    "PERSON": "People",
    "ORG": "Organisations",
    "GPE": "Countries and cities",
    "LOC": "Regions",
    "NORP": "Peoples and groups",
    "FAC": "Buildings",
    "EVENT": "Events",
    "PRODUCT": "Products",
}
_TYPE_FIELDS: dict[str, NameField] = {"PERSON": "person", "ORG": "org", "GPE": "place", "LOC": "place", "FAC": "place"}
WHY = {
    "place": "named in the article",
    "demonym": "its people or an adjective",
    "actor": "of a person or organisation",
    "metonym": "its capital or seat of government stands for it",
}


@dataclass(frozen=True)
class Choice:
    """A value to filter by, or to take away again: what to show, and the query that the link leads to."""

    label: str
    query: str
    count: int = 0
    chosen: bool = False


@dataclass(frozen=True)
class Name:
    """What a marked name links to, and its kind (`person`, `org`, `place`, `other`)."""

    kind: str
    title: str
    href: str | None


def link(query: str, *, sort: str = "", page: int = 1, why: bool = False, unfold: bool = False, state: str = "") -> str:
    """The address of a search; what is as by default is left out. With a state it is a permalink (permalink.py)."""
    params = {"q": query, "sort": sort, "page": page if page > 1 else ""}
    params |= {"why": "1" if why else "", "unfold": "1" if unfold else "", "state": state}
    given = urlencode({name: value for name, value in params.items() if value})
    return f"/?{given}" if given else "/"


def choices(node: Node, facet: Facet, buckets: Iterable[Bucket]) -> list[Choice]:
    """The values of a facet, each with the query that its link leads to.

    A value that is chosen leads back; another one beside it is added by OR.
    """
    rest = counting.without(node, facet)
    taken = [one for part in parts_of(node) if counting.selected(part) == facet for one in _each(part)]
    found = []
    for bucket in buckets:
        clause = counting.select(facet, bucket.value)
        chosen = clause in taken
        now = [one for one in taken if one != clause] if chosen else [*taken, clause]
        both = [*parts_of(rest), *([Or(tuple(now)) if len(now) > 1 else now[0]] if now else [])]
        query = to_text(joined(both))
        if _parses(query):
            found.append(Choice(label(facet, bucket.value), query, bucket.count, chosen))
    return found


def _each(part: Node) -> Sequence[Node]:
    """The values that a part of a query chooses of a facet, one by one."""
    match part:
        case Or(parts):
            return [one for inner in parts for one in _each(inner)]
        case Happening(alternatives):
            return [Happening((traits,)) for traits in alternatives]
    return [part]


_PART = re.compile(r'[^\s():"-][^\s():"]*:(?:"[^"]*"|[^\s()"]*)|"[^"]*"?|[^\s()"-][^\s()"]*')
"""A word, a phrase, or a field with its value."""
_CHOSEN = (Term, Happening, Quoted, Same, Similar, Area, Number, Dated, Published)


def filters(node: Node) -> list[Choice]:
    """The facts that the whole query is bound to, each with the query without it; words stay in the box."""
    parts = parts_of(node)
    found = []
    for at, part in enumerate(parts):
        if isinstance(part, _CHOSEN) or counting.selected(part):
            text = f"{part.field}: {label(part.field, part.value)}" if isinstance(part, Term) else to_text(part)
            found.append(Choice(text, to_text(joined([*parts[:at], *parts[at + 1 :]]))))
    return found


def corrected(query: str, fault: QueryError) -> str | None:
    """The query with what was probably meant in the place of its fault; None where that is no query, either."""
    if fault.suggestion is None:
        return None
    for part in _PART.finditer(query):
        if part.start() <= fault.position < part.end():
            value = part[0].partition(":")[2] if fault.suggestion.endswith(":") else ""
            better = f"{query[: part.start()]}{fault.suggestion}{value}{query[part.end() :]}"
            return better if _parses(better) else None
    return None


def label(field: str, value: str) -> str:
    """A value as a person reads it: a country by its name."""
    country = by_code(value) if field in ("country", "focus", "about", "source.country") else None
    if country is not None:
        return country.name
    return value.capitalize() if field in ("event", "status") else value


def country_name(code: str | None) -> str:
    """The name of a country; the code itself where it is none of ISO 3166-1."""
    return label("country", code) if code else ""


def similar(article: EnrichedArticle) -> str:
    """A search for what is like an article, without the reports of its own cluster."""
    alike: Node = Similar(article.id)
    own = Not(Term("cluster", article.cluster)) if article.cluster else None
    return link(to_text(And((alike, own)) if own else alike))


def marked_title(hit: HitAnswer) -> list[Piece[bool]]:
    """The title with what matched."""
    return cut(hit.title, [Mark(mark.start, mark.end, True) for mark in hit.highlights if mark.field == "title"])


def marked_snippet(hit: HitAnswer) -> list[Piece[bool]]:
    """The snippet with what matched."""
    first = hit.snippet_start
    marks = [Mark(mark.start - first, mark.end - first, True) for mark in hit.highlights if mark.field == "text"]
    return cut(hit.snippet, marks)


def marked(article: EnrichedArticle, field: FieldName) -> list[Piece[Name]]:
    """The title or the text with its places, people, organisations and other names marked."""
    named: list[tuple[Place | Entity, Name]] = [(place, place_name(place)) for place in article.places]
    named += [(entity, entity_name(entity)) for entity in article.entities]
    marks = [Mark(span.start, span.end, name) for fact, name in named for span in fact.mentions if span.field == field]
    return cut(article.title if field == "title" else article.text, marks)


def span_text(article: EnrichedArticle, span: Stretch) -> str:
    """The words of a stretch of the title or the text."""
    return (article.title if span.field == "title" else article.text)[span.start : span.end]


def place_name(place: Place) -> Name:
    """How a place is marked."""
    title = ", ".join(part for part in (place.name, region(place)) if part)
    return Name("place", title, _search("place", place.name))


def region(place: Place) -> str:
    """Where a place is: its region and country, without repeating its own name."""
    parts = dict.fromkeys((place.admin1 or "", country_name(place.country)))
    return ", ".join(part for part in parts if part and part != place.name)


def entity_name(entity: Entity) -> Name:
    """How an entity is marked; what has no field of its own is searched for as a phrase."""
    field = _TYPE_FIELDS.get(entity.type)
    title = ", ".join(part for part in (entity.name, entity.role, TYPE_NAMES.get(entity.type)) if part)
    return Name(field or "other", title, _search(field, entity.name))


def by_type(entities: Sequence[Entity]) -> dict[str, list[tuple[Entity, Name]]]:
    """Entities by the name of their type, the most mentioned first."""
    found: dict[str, list[tuple[Entity, Name]]] = {}
    for kind, heading in TYPE_NAMES.items():
        of_kind = [entity for entity in entities if entity.type == kind]
        if of_kind:
            of_kind.sort(key=lambda entity: -len(entity.mentions))
            found[heading] = [(entity, entity_name(entity)) for entity in of_kind]
    return found


def why(country: CountryWeight) -> str:
    """Why a country is among those of an article."""
    return "; ".join(WHY[each] for each in country.why)


def coordinates(lat: float, lon: float) -> str:
    """`48.4593° N, 35.0386° E`."""
    return f"{abs(lat):.4f}° {'N' if lat >= 0 else 'S'}, {abs(lon):.4f}° {'E' if lon >= 0 else 'W'}"


def moment(value: datetime | None) -> str:
    """A moment in UTC, to the minute."""
    return value.astimezone(UTC).strftime("%-d %B %Y, %H:%M UTC") if value else "no date"


def _search(field: NameField | None, name: str) -> str | None:
    """A search for a name; None where the query language knows no such name (no letter or digit in it)."""
    quoted = '"' + name.replace('"', " ") + '"'
    query = to_text(Term(field, name)) if field else quoted
    return link(query) if _parses(query) else None


def _parses(query: str) -> bool:
    try:
        read(query)
    except QueryError:
        return False
    return True
