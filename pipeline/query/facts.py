"""What of an article the fields of a query look at: the engines index exactly this, the evaluator compares it.

Names are lists of folded tokens (`text.fold`); a value matches a name where its tokens stand next to each other in it.
"""

from collections.abc import Iterable

from pipeline.article import EnrichedArticle, EntityType, Place, Source, Span
from pipeline.countries import code_of
from pipeline.query.tree import NameField, Term, TermField
from pipeline.text import fold, language_code

TYPES: dict[NameField, tuple[EntityType, ...]] = {
    "person": ("PERSON",),
    "org": ("ORG",),
    "place": ("GPE", "LOC", "FAC"),
}
"""The types of entities whose names each field looks at; `place` looks at the names of `places` too."""


def named(article: EnrichedArticle, field: NameField) -> list[tuple[list[str], list[Span]]]:
    """The names behind `person:`, `org:` or `place:`, each with the spans where what it names is mentioned.

    Of an entity these are its name and its aliases; of a place its name and the surfaces of its mentions, so that
    `place:Kiev` finds an article that writes so of Kyiv.
    """
    found: list[tuple[list[str], list[Span]]] = []
    for entity in article.entities:
        if entity.type in TYPES[field]:
            found += _folded([entity.name, *entity.aliases], entity.mentions)
    if field == "place":
        for place in article.places:
            found += _folded(_of_place(place), place.mentions)
    return found


def names(article: EnrichedArticle, field: NameField) -> list[list[str]]:
    """The names behind `person:`, `org:` or `place:`, without repeats, in the order of the article."""
    return [list(name) for name in dict.fromkeys(tuple(name) for name, _ in named(article, field))]


def country_codes(article: EnrichedArticle) -> set[str]:
    """The codes behind `country:`, in capitals: those of the article's countries and of its places."""
    codes = [country.code for country in article.countries]
    return {code.upper() for code in (*codes, *(place.country for place in article.places)) if code}


def source_keys(source: Source) -> set[str]:
    """What `source:` may equal as a whole, in any case: the outlet's id and domain (`bbc.co.uk`)."""
    return {key for key in map(source_key, (source.id, source.domain or "")) if key}


def source_key(value: str) -> str:
    """An id or a domain as `source:` compares it: case folded, without blanks around it and a leading `www.`."""
    return value.strip().casefold().removeprefix("www.")


def source_name(source: Source) -> list[str]:
    """The tokens of the outlet's name: `source:` matches where its own stand next to each other among them, too."""
    return fold(source.name)


def language(article: EnrichedArticle) -> str | None:
    """What `lang:` equals: the primary part of the article's language tag (`pt` of `pt-BR`)."""
    return language_code(article.language)


def phrases(article: EnrichedArticle, field: TermField) -> list[list[str]]:
    """The names that a field looks at as phrases: a value matches where its tokens stand in a row in one of them."""
    match field:
        case "person" | "org" | "place":
            return names(article, field)
        case "about":
            found = [one for place in article.places if place.is_focus for one in _of_place(place)]
        case "source":
            found = [article.source.name]
        case "topic":
            found = [topic.name for topic in article.topics]
        case "author":
            found = list(article.authors)
        case "section":
            found = [article.section or ""]
        case "url":
            found = [article.url or "", article.canonical_url or ""]
        case _:
            return []
    return [list(tokens) for tokens in dict.fromkeys(tuple(fold(name)) for name in found) if tokens]


def keys(article: EnrichedArticle, field: TermField) -> set[str]:
    """The keys that a field looks at: a value matches where it is one of them (`key` writes it so)."""
    match field:
        case "country":
            return country_codes(article)
        case "about":
            return {country.code.upper() for country in article.countries if country.is_focus}
        case "source":
            return source_keys(article.source)
        case "source.country":
            return {article.source.country.upper()} if article.source.country else set()
        case "lang":
            return {code} if (code := language(article)) else set()
        case "topic":
            return {topic.id.rpartition(":")[2].casefold() for topic in article.topics}
        case "cluster":
            return {article.cluster} if article.cluster else set()
        case "person" | "org" | "entity":
            return {entity.id for entity in article.entities}
    return set()


def key(term: Term) -> str | None:
    """A value as the keys of its field are written; None where it can be none of them."""
    value = term.value
    match term.field:
        case "person" | "org":
            return term.id
        case "country" | "source.country":
            return value.upper()
        case "about":
            return code_of(value)
        case "source":
            return source_key(value)
        case "topic":
            return value.rpartition(":")[2].strip().casefold()
        case "lang" | "cluster" | "entity":
            return value
    return None


def _of_place(place: Place) -> list[str]:
    return [place.name, *(span.surface for span in place.mentions)]


def _folded(names: Iterable[str], spans: list[Span]) -> list[tuple[list[str], list[Span]]]:
    unique = dict.fromkeys(tuple(fold(name)) for name in names)
    return [(list(tokens), spans) for tokens in unique if tokens]
