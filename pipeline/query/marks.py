"""Marks of the archive's own bookkeeping, by which index/lineage.py finds what it has to compare.

The query language has no words for them. `band`: the day of an article with each of its MinHash bands, so that alike
articles of neighbouring days find each other and a template that comes every day does not bring up years of itself.
`unlinked`: an article whose place among its near-duplicates is still to be looked for.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from pipeline.article import EnrichedArticle
from pipeline.query.tree import Mark
from pipeline.shingles import bands, shingles
from pipeline.text import Token, analyse

DAYS = 3  # before and after an article in which its near-duplicates are looked for
UNLINKED = "yes"


def moment(article: EnrichedArticle) -> datetime:
    """When an article came out: when it was published, else when it was first seen."""
    return article.published_at or article.first_seen_at or datetime(1970, 1, 1, tzinfo=UTC)


def terms(article: EnrichedArticle, mark: Mark, text: Sequence[Token] | None = None) -> set[str]:
    """The marks that an article has.

    Args:
        text: the tokens of the article's text, where they are at hand.
    """
    if mark == "unlinked":
        return set() if article.origin else {UNLINKED}
    return {_of_day(_day(article), key) for key in _bands(article, text)}


def asked(article: EnrichedArticle, found: frozenset[int]) -> tuple[str, ...]:
    """The marks `band` that articles like this one may have, from three days before it to three days after it.

    Args:
        found: the shingles of the article's text.
    """
    day = _day(article)
    return tuple(_of_day(each, key) for key in bands(found) for each in range(day - DAYS, day + DAYS + 1))


def _bands(article: EnrichedArticle, text: Sequence[Token] | None) -> tuple[str, ...]:
    tokens = analyse(article.text, article.language) if text is None else text
    return bands(shingles([token.exact for token in tokens]))


def _day(article: EnrichedArticle) -> int:
    return moment(article).toordinal()


def _of_day(day: int, key: str) -> str:
    return f"{day:x}.{key}"
