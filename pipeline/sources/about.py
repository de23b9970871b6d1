"""Pages of an outlet about itself: contact, imprint, terms, subscriptions. They have neither author nor day.

Such a page is told by its name, which is all of its title, or all of its address; one of the two alone is not enough
where an article may be called so too (a film, `/opinion/subscribe`).
"""

import re
from collections.abc import Sequence
from functools import cache
from urllib.parse import unquote, urlsplit

from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.dateline import day_beside
from pipeline.sources.layout import width
from pipeline.sources.metadata import Page, kinds
from pipeline.text import fold

ABOUT_TYPES = {"AboutPage", "ContactPage"}
MAX_NAME = 80  # characters of a name
LONG = 9  # characters of a word that is hardly the title of a work
MAX_PARTS = 3  # names that a title joins: "Terms, privacy and cookies"

_LANGUAGE = re.compile(r"[a-z]{2}(?:[-_][a-z]{2})?", re.IGNORECASE)
_EXTENSION = re.compile(r"\.[a-z]{3,5}$", re.IGNORECASE)


def about(page: Page, titles: Sequence[str], people: Sequence[str]) -> str | None:
    """What shows that a page is about its outlet; None where it may be an article.

    Args:
        page: the page.
        titles: what it is called, without the outlet's name.
        people: its authors.
    """
    title = next((each for each in titles if is_own_name(each)), None)
    path = segments(page.url or page.canonical)
    last = path[-1] if path and is_own_name(path[-1]) else None
    if title and last and len(path) == 1:
        return f"its title says {title!r}, and so does its address"  # whatever plugins say of every page
    if page.news or page.is_dated:
        return None
    told = {kind for node in page.nodes for kind in kinds(node)}
    if found := sorted(ABOUT_TYPES & told):
        return f"its data call it {found[0]}"
    if last and len(path) == 1:
        return f"its address says {last!r}"
    if not title or people or day_beside(page) is not None:
        return None
    is_no_article = page.meta.get("og:type", "").lower() == "website" or "WebPage" in told
    is_long = len(fold(title)) > 1 or width(title) >= LONG
    is_apart = all(is_own_name(part) or part.lower() in listed("pages", "above_own") for part in path[:-1])
    if (last and (is_long or is_apart)) or (is_no_article and is_long):
        return f"its title says {title!r}"
    return None


def segments(url: str | None) -> list[str]:
    """The parts of an address's path as words, without its language and the end of a file's name."""
    try:
        path = urlsplit(url or "").path
    except ValueError:
        return []
    parts = [_EXTENSION.sub("", unquote(part)) for part in path.split("/")]
    named = [re.sub(r"[-_+]+", " ", part).strip() for part in parts if part and part.lower() != "index"]
    return named[1:] if len(named) > 1 and _LANGUAGE.fullmatch(named[0]) else named


def is_own_name(text: str) -> bool:
    """Whether a text is a name of such a page, or joins several: `Imprint`, `Terms & privacy policy`."""
    if not text or len(text) > MAX_NAME:
        return False
    parts = re.split(rf"\s*[&,/|+]\s*|\s+(?:{pattern('and').pattern})\s+", text, flags=re.IGNORECASE)
    names = _names()
    return tuple(fold(text)) in names or (len(parts) <= MAX_PARTS and all(tuple(fold(part)) in names for part in parts))


@cache
def _names() -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(fold(name)) for name in listed("pages", "own"))
