"""Whose report an article is: its publisher's own, or that of the agency or outlet that it credits.

What a feed or a page says (`credit`) comes first, then marks in the text: "KYIV (Reuters) -" at its head, "first
published by" or an agency's name at its end, an agency as the author. Names are told by data/agencies.toml.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from pipeline.agencies import agency_of, key, table
from pipeline.article import Article

HEAD, TAIL = 250, 400  # characters of a text in which it says whose it is


def publisher(article: Article) -> str:
    """A key of who published an article: an agency's id, else the outlet's name, domain or id."""
    source = article.source
    for given in (source.domain, source.name, source.id):
        if given and (agency := agency_of(given)):
            return agency
    return key(source.name) or key(source.domain or "") or source.id


def names(article: Article) -> set[str]:
    """The keys under which others may credit the publisher of an article."""
    source = article.source
    return {key(given) for given in (source.name, source.domain or "", source.id) if given} | {publisher(article)}


def credited(article: Article, known: Mapping[str, str]) -> str | None:
    """Whom an article credits with its text; None where it speaks for itself.

    Args:
        known: the keys of names of other publishers (`names`), each with that of its publisher. Any name counts where
            a page credits it or where the text says "first published by"; in other marks and as an author only agencies
            count, and these: a dateline may name anybody.
    """
    own = names(article)
    marked = list(_marked(article.text))
    sure = [article.credit, *(name for name, said in marked if said)]
    likely = [*article.authors, *(name for name, said in marked if not said)]
    for given, any_name in [(name, True) for name in sure] + [(name, False) for name in likely]:
        if not given or key(given) in own or (agency := agency_of(given)) in own:
            continue
        if found := agency or known.get(key(given)) or (any_name and key(given)):
            return found
    return None


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """The names in the marks at the ends of a text, and whether the text says that the report is theirs."""
    head, tail = text[:HEAD], text[-TAIL:]
    for stretch, place in ((head, "head"), (head, "said"), (tail, "said"), (tail, "tail")):
        for pattern in _patterns(place):
            for match in pattern.finditer(stretch):
                yield match["name"], place == "said"


@cache
def _patterns(place: str) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in table()["patterns"][place]]
