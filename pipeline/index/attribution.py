"""Whose report an article is: its publisher's own, or that of the agency or outlet that it credits.

What a feed or a page says (`credit`) comes first, then marks in the text: "KYIV (Reuters) -" at its head, "first
published by" or an agency's name at its end, an agency as the author. Names are told by data/agencies.toml.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.article import Article
from pipeline.identity import domain_of
from pipeline.tables import words_of
from pipeline.text import fold

HEAD, TAIL = 250, 400  # characters of a text in which it says whose it is


def publisher(article: Article) -> str:
    """A key of who published an article: an agency's id, else the outlet's name, domain or id."""
    source = article.source
    for given in (source.domain, source.name, source.id):
        if given and (agency := _agency(given)):
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
        if not given or key(given) in own or (agency := _agency(given)) in own:
            continue
        if found := agency or known.get(key(given)) or (any_name and key(given)):
            return found
    return None


def key(name: str) -> str:
    """A name, an address or a domain as names are compared here."""
    domain = domain_of(name) if "://" in name else None
    words = fold(domain or name.removeprefix("www."))
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def _marked(text: str) -> Iterator[tuple[str, bool]]:
    """The names in the marks at the ends of a text, and whether the text says that the report is theirs."""
    head, tail = text[:HEAD], text[-TAIL:]
    for stretch, place in ((head, "head"), (head, "said"), (tail, "said"), (tail, "tail")):
        for pattern in _patterns(place):
            for match in pattern.finditer(stretch):
                yield match["name"], place == "said"


def _agency(name: str) -> str | None:
    """The id of an agency; a short name counts in its own capitals only, for `pa` and `map` are words."""
    shown = name.strip(" .")
    exact, folded = _agencies()
    return exact.get(shown) or folded.get(key(shown))


@cache
def _agencies() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    for agency, said in _table()["agencies"].items():
        for name in said["names"]:
            if name.isupper() or name.islower():
                exact[name] = f"agency:{agency}"
            else:
                folded[key(name)] = f"agency:{agency}"
        folded |= {key(domain): f"agency:{agency}" for domain in said["domains"]}
    return exact, folded


@cache
def _patterns(place: str) -> list[re.Pattern[str]]:
    return [re.compile(pattern) for pattern in _table()["patterns"][place]]


@cache
def _table() -> dict[str, Any]:
    return words_of(Path(__file__).parent.parent / "data" / "agencies.toml")
