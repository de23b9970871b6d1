"""Walls: what a page shows in place of an article, or of the rest of it, to one who has not paid or not agreed.

Articles tell of walls too. So their sentences count where a wall stands, at the end of the text or outside of it, and
those in quotation marks nowhere.
"""

import re
from collections.abc import Iterator
from itertools import islice, takewhile
from typing import Any

from pipeline.sources.boilerplate import pattern
from pipeline.sources.layout import length
from pipeline.sources.metadata import Page, flat

TAIL = 4  # paragraphs at the end of a text that may be a wall
BELOW = 5  # blocks below the text in which a wall may stand
BRIEF = 12  # words up to which a sentence is an offer by its words alone
SHORT = 30  # words up to which a paragraph may be a wall's
CONSENT = 600  # words up to which a text may be that of a consent page
SAID = 100  # characters of a sentence that are told
UNITS = 3_000  # blocks of a page that are looked at
KNOWN = 40  # characters by which the end of a text is known on the page

_BLOCKS = frozenset(
    ["p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "div", "section", "article", "main", "td", "button", "a", "body"]
)
_UNSEEN = ("script", "style", "template", "noscript", "nav", "aside", "footer", "select", "head", "title")
_QUOTED = re.compile(r"[“„«‘「『\"][^“”„«»‘「」『』\"\n]{1,200}[”“»’」』\"]")
_SENTENCES = re.compile(r"(?<=[.!?…:؟।])\s+|(?<=[。！？])|\n+")


def sentences(text: str) -> list[str]:
    """The sentences of a text, by its marks."""
    return [each.strip() for each in _SENTENCES.split(text) if each.strip()]


def unquoted(text: str) -> str:
    """A text without what it quotes."""
    return _QUOTED.sub(" ", text)


def paywall(page: Page, body: str) -> str | None:
    """The sentence by which a page says that its text goes on for those who pay; None where it says none.

    Args:
        page: the page.
        body: the text that was found on it, which is so short that it may be a beginning.
    """
    if found := _says(_tail(body), "paywall", "locked", "subscribed"):
        return found
    units = list(islice(_units(page), UNITS))
    if found := _says(_below(units, body), "paywall", "locked", "subscribed"):
        return found
    return _says([each for each in units if each not in body], "paywall")


def before_wall(page: Page, body: str, *, is_locked: bool) -> tuple[str, str | None]:
    """A text without the paywall that it ends with, and what that says; None where it ends with none.

    Args:
        page: the page.
        body: the text that was found on it.
        is_locked: whether the page's data say that it is not free: then the wall may stand below the text, too.
    """
    tail = _tail(body)
    for place, paragraph in enumerate(tail):
        if found := _says([paragraph], "paywall", "locked"):
            return "\n\n".join(body.split("\n\n")[: place - len(tail)]), found
    return body, _says(_below(list(islice(_units(page), UNITS)), body), "paywall") if is_locked else None


def consent(body: str) -> tuple[str | None, int]:
    """The words by which a text asks for consent, and how many words its paragraphs have that don't."""
    paragraphs = body.split("\n\n")
    if length(body) > CONSENT:
        return None, length(body)
    asks = [_asks(unquoted(each)) for each in paragraphs]
    first = next((found for found in asks if found), None)
    return first, sum(length(each) for each, found in zip(paragraphs, asks, strict=True) if not found)


def _asks(text: str) -> str | None:
    if found := pattern("pages", "consent_text").search(text):
        return found[0]
    begins = (pattern("pages", "consent_buttons").match(each) for each in sentences(text))
    return next((found[0] for found in begins if found), None)


def _tail(body: str) -> list[str]:
    """The short paragraphs that stand at the end."""
    last = body.split("\n\n")[-TAIL:]
    return list(takewhile(lambda each: length(each) <= SHORT, reversed(last)))[::-1]


def _says(texts: list[str], *kinds: str) -> str | None:
    for sentence in (each for text in texts if length(text) <= SHORT for each in sentences(unquoted(text))):
        if any(pattern("pages", kind).match(sentence) for kind in kinds) or ("locked" in kinds and _sells(sentence)):
            return sentence[:SAID]
    return None


def _sells(sentence: str) -> bool:
    """Whether a short sentence offers to read on to those who subscribe or sign in."""
    both = (pattern("pages", each).search(sentence) for each in ("read_on", "members"))
    return length(sentence) <= BRIEF and all(both)


def _below(units: list[str], body: str) -> list[str]:
    """The blocks of a page that follow the end of its text."""
    for paragraph in body.split("\n\n")[: -TAIL - 1 : -1]:
        known = flat(paragraph)[-KNOWN:]
        for place in range(len(units) - 1, -1, -1):
            if known and known in units[place]:
                return units[place + 1 : place + 1 + BELOW]
    return []


def _units(page: Page) -> Iterator[str]:
    """The texts of the page's blocks that are seen, in its order; a link is a part of its block."""
    unseen = " or ".join(f"ancestor::{name}" for name in _UNSEEN)
    hidden = "ancestor::*[@hidden or contains(translate(@style,' ','') ,'display:none')]"
    block: Any = None
    parts: list[str] = []
    for text in page.tree.xpath(f"//body//text()[not({unseen} or {hidden})]"):
        at = _block_of(text)
        if at is not block and parts:
            if found := flat("".join(parts)):
                yield found
            parts = []
        block = at
        parts.append(text)
    if found := flat("".join(parts)):
        yield found


def _block_of(text: Any) -> Any:
    at = text.getparent().getparent() if text.is_tail else text.getparent()
    while at is not None and at.tag not in _BLOCKS:
        at = at.getparent()
    return at
