"""The feeds of a home page: those that it declares, else those that it links to, else where feeds usually lie."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from pipeline.sources.html import decode
from pipeline.sources.metadata import Page, joined

TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
LOOSE = {"application/json", "application/xml", "text/xml"}  # declared for much else too
USUAL = ("/feed", "/rss.xml", "/feed.xml", "/atom.xml", "/rss", "/index.xml", "/feed.json", "/news-sitemap.xml")
MAX_DECLARED, MAX_LINKED = 30, 10
MAX_NAME = 60  # characters; a longer one is a slogan

_WORDS = ("rss", "feed", "atom", "syndication")


def declared(raw: bytes, url: str) -> list[str]:
    """The feeds that a page declares (`<link rel="alternate">`), those of its comments left out."""
    tree = _tree(raw)
    found = []
    for link in tree.xpath("//link[@href][@rel]") if tree is not None else []:
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        says = f"{link.get('title') or ''} {link.get('href')}".lower()
        if "alternate" not in link.get("rel").lower().split() or "comment" in says:
            continue
        target = joined(url, link.get("href").strip())
        if target and (kind in TYPES or (kind in LOOSE and any(word in says for word in _WORDS))):
            found.append(target)
    return list(dict.fromkeys(found))[:MAX_DECLARED]


def outlet_name(raw: bytes, url: str) -> str | None:
    """What the outlet of a home page calls itself: by its data, else by the page's title up to a dash."""
    tree = _tree(raw)
    if tree is None:
        return None
    page = Page(tree, url)
    title = next((" ".join(tag.text_content().split()) for tag in tree.xpath("//head/title")[:1]), "")
    name = page.publisher or page.meta.get("application-name") or re.split(r"\s+[|–—•·:-]\s+", title)[0]
    return name if 0 < len(name) <= MAX_NAME else None


def linked(raw: bytes, url: str) -> list[str]:
    """Links of a page whose address or text speaks of a feed."""
    tree = _tree(raw)
    found = []
    for link in tree.xpath("//a[@href]") if tree is not None else []:
        if (target := joined(url, link.get("href").strip())) is None:
            continue
        path = urlsplit(target).path.lower()
        says = " ".join(link.text_content().split()).lower()
        if any(word in path.split("/")[-1] or f"/{word}/" in path for word in _WORDS) or says in ("rss", "rss feed"):
            found.append(target)
    return list(dict.fromkeys(found))[:MAX_LINKED]


def usual(url: str) -> Iterator[str]:
    """Where feeds usually lie on a site."""
    yield from (urljoin(url, path) for path in USUAL)


def _tree(raw: bytes) -> lxml_html.HtmlElement | None:
    try:
        text = decode(raw).encode("utf-8", "replace")
        return lxml_html.document_fromstring(text, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, ValueError):
        return None
