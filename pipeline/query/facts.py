"""What of an article the fields of a query look at: the engines index exactly this, the evaluator compares it.

Names are lists of folded tokens (`text.fold`); a value matches a name where its tokens stand next to each other in it.
"""

from collections.abc import Iterable

from pipeline.article import EnrichedArticle, EntityType, Source, Span
from pipeline.query.tree import TermField
from pipeline.text import fold, language_code

TYPES: dict[TermField, tuple[EntityType, ...]] = {
    "person": ("PERSON",),
    "org": ("ORG",),
    "place": ("GPE", "LOC", "FAC"),
}
"""The types of entities whose names each field looks at; `place` looks at the names of `places` too."""


def named(article: EnrichedArticle, field: TermField) -> list[tuple[list[str], list[Span]]]:
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
            found += _folded([place.name, *(span.surface for span in place.mentions)], place.mentions)
    return found


def names(article: EnrichedArticle, field: TermField) -> list[list[str]]:
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


def _folded(names: Iterable[str], spans: list[Span]) -> list[tuple[list[str], list[Span]]]:
    unique = dict.fromkeys(tuple(fold(name)) for name in names)
    return [(list(tokens), spans) for tokens in unique if tokens]
