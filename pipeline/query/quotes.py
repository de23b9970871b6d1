"""Quotes: what is said, by whom, and how, bound to one quote.

Each of the first 32 quotes of an article has its number; its words and the names of its speaker are indexed with that
number before them (`3/diplomatic`), and a query is asked of each number in turn. So everything inside `quote:( )` is
true of one and the same quote, on both engines.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.article import EnrichedArticle, Quote
from pipeline.text import Token, analyse, fold

MOST = 32  # quotes of an article that `quote:`, `speaker:` and `stance:` look at


@dataclass(frozen=True)
class Said:
    """A quote with its number, the tokens of its content, and the names of its speaker."""

    number: int
    quote: Quote
    tokens: list[Token]
    speakers: list[list[str]]


def said(article: EnrichedArticle) -> Iterator[Said]:
    """The quotes that a query looks at."""
    aliases = {entity.id: [entity.name, *entity.aliases] for entity in article.entities}
    for number, quote in enumerate(article.quotes[:MOST]):
        named = [quote.speaker or "", *aliases.get(quote.speaker_id or "", [])]
        speakers = [list(name) for name in dict.fromkeys(tuple(fold(name)) for name in named) if name]
        yield Said(number, quote, analyse(quote.text, article.language), speakers)


def numbered(number: int, token: str) -> str:
    """A token of a quote as it is indexed."""
    return f"{number}/{token}"


def speaker(number: int, key: str) -> str:
    """Who says a quote, by the id of an entity, as it is indexed."""
    return f"{number}/@{key}"


def stance(number: int, value: str) -> str:
    """How a quote is said, as it is indexed."""
    return f"{number}/={value}"
