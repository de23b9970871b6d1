"""The cards of a page: headlines of other articles of the site, as links, each with what stands with it.

A card may be an element of its own, or a heading and what follows it. What it may not be is a sentence of the text that
begins with a link: its headline stands for itself.
"""

import re
from collections import Counter
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

from pipeline.identity import same_site
from pipeline.sources.layout import BREAKS, length
from pipeline.sources.metadata import Page, flat, joined

HEADLINE, HEADING = 4, 2  # words of a link to an article at least; where it is a heading, or holds one
MAX_CARD = 80  # words of a headline with its teaser
ABOVE = 8  # words before a headline in its card: a section, a day, a name
MAX_LINKS, MAX_HEADS = 3000, 500  # of a page that are looked at
MAX_DEPTH, MAX_BESIDE = 12, 3  # elements around a headline, and after it, that are looked at

_LINKS = "//body//a[@href][not(ancestor::nav) and not(ancestor::footer[not(ancestor::article)])]"
_HEADING = re.compile(r"h[1-6]$")

Card = list[Any]  # its elements


def cards(page: Page) -> list[Card]:
    """The cards of a page, in their order; it takes long enough to do it once."""
    heads = _heads(page)
    holds = Counter(above for head in heads for above in head.iterancestors())
    return [_card(head, holds) for head in heads]


def is_timed(card: Card) -> bool:
    """Whether a card has a day or a time of its own."""
    return any(next(each.iter("time"), None) is not None for each in card)


def text_of(card: Card) -> str:
    """All words of a card."""
    return " ".join(map(_text, card))


def _text(tag: Any) -> str:
    return flat(" ".join(tag.xpath(".//text()[not(parent::script or parent::style)]")))


def _heads(page: Page) -> list[Any]:
    """The links that are headlines, the first to each page."""
    base = page.url or page.canonical
    own, found = _path(base), dict[str, Any]()
    for link in page.tree.xpath(_LINKS)[:MAX_LINKS]:
        least = HEADING if any(_HEADING.match(str(each.tag)) for each in (link.getparent(), *link)) else HEADLINE
        if not least <= length(_text(link)) <= MAX_CARD or not _stands_alone(link):
            continue
        target = joined(base, link.get("href").strip()) or link.get("href").strip()
        target = target.partition("#")[0]
        is_other = _path(target) not in ("", "/", own) and (base is None or same_site(target, base))
        if is_other and len(found) < MAX_HEADS:
            found.setdefault(target, link)
    return list(found.values())


def _path(url: str | None) -> str:
    try:
        parts = urlsplit(url or "")
    except ValueError:
        return ""
    return parts.path if parts.scheme in ("", "http", "https") else ""


def _stands_alone(link: Any) -> bool:
    """Whether no sentence goes on after a link, nor leads to it."""
    block = next((above for above in link.iterancestors() if above.tag in BREAKS), None)
    before, after = _line(link, block, preceding=True), _line(link, block, preceding=False).lstrip()
    goes_on = (after[:1].isalpha() and not after[0].isupper()) or after[:1] in (",", ";")
    return not goes_on and length(before) < HEADLINE


def _line(link: Any, block: Any, *, preceding: bool) -> str:
    """What stands in the same line before or after a link, other links left out."""
    found: list[str] = []
    tag = link
    while tag is not None and tag is not block:
        beside = [] if preceding else [tag.tail or ""]
        for each in tag.itersiblings(preceding=preceding):
            if preceding:
                beside.append(each.tail or "")
            if each.tag in BREAKS or len(beside) > MAX_DEPTH:
                return _joined([*found, *beside], preceding)
            beside.append("".join(each.itertext()) if isinstance(each.tag, str) and each.tag != "a" else "")
            beside.append("" if preceding else each.tail or "")
        tag = tag.getparent()
        found += beside
        found.append((tag.text or "") if preceding and tag is not None else "")
    return _joined(found, preceding)


def _joined(parts: list[str], preceding: bool) -> str:
    return "".join(reversed(parts) if preceding else parts)


def _card(head: Any, holds: Counter[Any]) -> Card:
    """The largest element around a headline that holds no other one, or what follows it up to the next."""
    card = head
    for above in islice(head.iterancestors(), MAX_DEPTH):
        if holds[above] > 1 or above.tag == "body" or length(text := _text(above)) > MAX_CARD:
            break
        if length(text.partition(_text(head))[0]) > ABOVE or next(above.iter("h1"), None) is not None:
            break
        card = above
    found = [card]
    if length(_text(card)) <= length(_text(head)) + ABOVE:
        for each in islice(card.itersiblings("*"), MAX_BESIDE):
            if holds[each] or _HEADING.match(str(each.tag)) or length(_text(each)) > MAX_CARD:
                break
            found.append(each)
    return found
