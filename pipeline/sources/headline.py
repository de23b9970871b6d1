"""The headline of a page, of the several that it may have, without the outlet's name at its end.

JSON-LD goes first, except where the page itself and OpenGraph have another one and JSON-LD has that of the browser's
tab: that is written for search engines.
"""

import re

from pipeline.identity import domain_of
from pipeline.sources.layout import width
from pipeline.sources.metadata import MIN_HEAD, Page, flat, squeezed, string

MAX_OUTLET = 40  # characters of an outlet's name after a headline

_SEPARATOR = re.compile(r"\s+[|–—•·»:*-]{1,2}\s+|\s*[｜ㅣ：]\s*")


def headline(page: Page) -> tuple[str | None, str]:
    """The headline and where it stands, (None, "none") where there is none."""
    shown = [head for h1 in page.tree.xpath("//h1") if width(head := flat(h1.text_content())) > MIN_HEAD]
    tab = next((flat(tag.text_content()) for tag in page.tree.xpath("//head/title|//title")[:1]), "")
    told = {
        "jsonld": flat(string(page.news.get("headline")) or ""),
        "meta": flat(page.meta.get("og:title") or page.meta.get("twitter:title") or ""),
        "page": next(iter(shown), tab),
    }
    origin = next((place for place, text in told.items() if text), "none")
    if origin == "none":
        return None, origin
    short = {place: _without_outlet(page, text) for place, text in told.items()}
    data, card = short["jsonld"], short["meta"]
    if data and card and squeezed(data) == squeezed(card):
        return data, origin
    if data and _stands_in(card, shown) and squeezed(data) == squeezed(_without_outlet(page, tab)):
        return card, "meta"
    return _as_shown(short[origin], shown) or short[origin], origin


def _as_shown(text: str, shown: list[str]) -> str | None:
    """The page's own heading where it is the same but for what stands before or after it."""
    if len(set(shown)) != 1:
        return next((head for head in shown if text.startswith(head) and _SEPARATOR.match(text[len(head) :])), None)
    ours, its = squeezed(text), squeezed(shown[0])
    alike = bool(ours and its) and (ours.startswith(its) or its.startswith(ours))
    return shown[0] if alike or shown[0] in text else None


def _stands_in(text: str, shown: list[str]) -> bool:
    return bool(text) and squeezed(text) in {squeezed(head) for head in shown}


def _without_outlet(page: Page, title: str) -> str:
    """A title without ` - The Outlet` at its end."""
    named = [page.publisher, page.meta.get("og:site_name", ""), page.meta.get("application-name", "")]
    outlets = {squeezed(name) for name in [*named, domain_of(page.url) or "", domain_of(page.canonical) or ""]}
    while len(parts := _SEPARATOR.split(title)) > 1:
        last = squeezed(parts[-1])
        known = any(outlet and (last in outlet or outlet in last) for outlet in outlets)
        if not last or not known or len(parts[-1]) > MAX_OUTLET:
            return title
        title = title[: title.rindex(parts[-1])].rstrip(" |–—•·»:*｜ㅣ：-\u3000")
    return title
