"""Whom a feed or a page credits with a text that is not its own: an agency, or the outlet that had it first.

Said by RSS and Atom `<source>`, `dc:source`, JSON-LD (`sourceOrganization`, `creditText`, `isBasedOn`, an organisation
as author), a label in the line of the day, the meta elements `syndication-source` and `original-source`, a canonical
address on another site. What names the outlet itself, or one of its desks, is no credit. Marks in the text are another
matter: index/ reads them.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline.identity import domain_of, same_site
from pipeline.sources.boilerplate import pattern
from pipeline.sources.labels import named_beside
from pipeline.sources.metadata import Page, flat, joined, kinds, names, string

MAX_CREDIT = 100  # characters; a longer one is a sentence, not a name
UNBROKEN = 5  # letters from which on a name inside of another means it, where there are no blanks

_ARTICLE = re.compile(r"(?:Article|Posting|Report|NewsStory|CreativeWork)$")
_TITLE_PART = re.compile(r"\s[–—-]\s|\s?[|_｜]\s?")
_LABEL = re.compile(r"^(?:source|credit|by|via|from|quelle|fuente|fonte)\s*:?\s+", re.IGNORECASE)


def of_page(page: Page) -> str | None:
    """The name (or the domain, where only an address is given) that a page credits, None where there is none."""
    here = page.url or page.canonical
    own = [page.publisher, page.meta.get("og:site_name", ""), domain_of(here) or "", outlet_of_title(page)]
    for name, link in _of_page(page):
        elsewhere = not (link and here and same_site(link, here))
        if elsewhere and (found := foreign(name or domain_of(link), own)):
            return found
    return None


def foreign(name: str | None, own: Iterable[str]) -> str | None:
    """A name as a credit: None where it is that of the outlet (`own`: its names and domain), of a desk, or none."""
    plain = _LABEL.sub("", " ".join((name or "").split())).strip(" ()-–—,;:")
    if not _words(plain) or len(plain) > MAX_CREDIT or pattern("desks").search(plain):
        return None
    if any(pattern(kind).fullmatch(plain) for kind in ("no_source", "nobody")):
        return None
    return None if any(_same(plain, each) for each in own if _words(each)) else plain


def outlet_of_title(page: Page) -> str:
    """What stands at the end of the title of the browser's tab, behind a mark: the outlet, mostly."""
    tab = "".join(flat(tag.text_content()) for tag in page.tree.xpath("//head/title")[:1])
    parts = _TITLE_PART.split(tab)
    return parts[-1] if len(parts) > 1 else ""


def _of_page(page: Page) -> Iterator[tuple[str | None, str | None]]:
    """Names with addresses, the plainest words first; either may be missing."""
    for node in _listed(page.news.get("sourceOrganization")):
        for name in names(node)[:1]:
            yield name, _address(page, node)
    yield string(page.news.get("creditText")), None
    for node in _listed(page.news.get("isBasedOn")):
        yield from _based_on(page, node)
    for node in _listed(page.news.get("author")):
        if isinstance(node, dict) and any(kind.endswith("Organization") for kind in kinds(node)):
            for name in names(node)[:1]:
                yield name, _address(page, node)
    for name in named_beside(page, "credited"):
        yield domain_of(name) or name, None
    links = [page.meta.get("syndication-source"), page.meta.get("original-source")]
    links += [str(link) for link in page.tree.xpath("//link[@rel='canonical']/@href")[:1]]
    for link in links:
        if page.url and (absolute := joined(page.url, (link or "").strip())):
            yield None, absolute


def _based_on(page: Page, node: Any) -> Iterator[tuple[str | None, str | None]]:
    if isinstance(node, str):
        yield None, joined(page.url, node)
    elif isinstance(node, dict) and any(_ARTICLE.search(kind) for kind in kinds(node)):
        named = names(node.get("publisher")) or names(node.get("sourceOrganization"))
        yield (named[0] if named else None), _address(page, node)


def _address(page: Page, node: Any) -> str | None:
    given = [node.get("url"), node.get("@id")] if isinstance(node, dict) else []
    return next((link for each in given if isinstance(each, str) and (link := joined(page.url, each))), None)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _same(one: str, other: str) -> bool:
    """Whether two names mean one outlet: alike but for blanks, or all words of the one are the other's."""
    first, second = _words(one), _words(other)
    if set(first) <= set(second) or set(second) <= set(first):
        return True
    key, known = "".join(first), "".join(second)
    return key == known or (min(len(key), len(known)) >= UNBROKEN and (key in known or known in key))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())
