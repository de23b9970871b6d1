"""A news page becomes an article: body by trafilatura, metadata from JSON-LD, OpenGraph and the page itself.

trafilatura alone loses what news needs (the exact time and its zone), so JSON-LD is read first; `published_from` says
where the date came from. The sources issue deepens this.
"""

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import trafilatura
from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import Rejected
from pipeline.sources.dates import moment
from pipeline.sources.robots import page_reservation

NEWS_TYPES = (
    "NewsArticle",
    "ReportageNewsArticle",
    "AnalysisNewsArticle",
    "Article",
    "BlogPosting",
    "OpinionNewsArticle",
)
MAX_DEPTH = 20  # of nested JSON-LD

_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


def read_page(raw: bytes, url: str | None = None) -> dict[str, Any]:
    """The fields of an `Article` from a page.

    Args:
        raw: the page as it was served or saved.
        url: where it came from, if that is known.

    Raises:
        Rejected: the page has no article text.
    """
    text = decode(raw)
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, UnicodeEncodeError) as exc:
        raise Rejected(f"not a page: {exc}") from None
    news = _news(tree)
    meta = _meta(tree)
    body = trafilatura.extract(text, url=url, include_comments=False, include_tables=False, favor_precision=True)
    if not body or not body.strip():
        raise Rejected("no article text on the page")
    published, published_from = _published(news, meta, tree)
    found = {
        "title": _text(news.get("headline")) or meta.get("og:title") or _tag(tree, "//h1") or _tag(tree, "//title"),
        "text": "\n\n".join(line for line in body.splitlines() if line.strip()),
        "url": url or _canonical(tree, meta),
        "canonical_url": _canonical(tree, meta),
        "language": _text(news.get("inLanguage")) or tree.get("lang") or None,
        "authors": _names(news.get("author")) or [name for name in [meta.get("author")] if name],
        "source": {"name": (_names(news.get("publisher")) or [meta.get("og:site_name") or ""])[0]},
        "published_at": published,
        "published_from": published_from,
        "modified_at": moment(_text(news.get("dateModified"))) or moment(meta.get("article:modified_time")),
        "section": _text(news.get("articleSection")) or meta.get("article:section"),
        "image_url": meta.get("og:image"),
        "reservation": page_reservation(meta, tree, url),
        "completeness": "full",
    }
    return {name: value for name, value in found.items() if value}


def decode(raw: bytes) -> str:
    """A page's text by its byte order mark, its declared charset, else UTF-8."""
    declared = _CHARSET.search(raw[:4096])
    for charset in ("utf-8-sig", declared[1].decode("ascii") if declared else "utf-8"):
        try:
            return raw.decode(charset)
        except (UnicodeDecodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def _news(tree: Any) -> dict[str, Any]:
    """The first JSON-LD object that is a news article; an empty one if there is none."""
    for script in tree.xpath("//script[@type='application/ld+json']"):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        for node in _objects(data, 0):
            kinds = node.get("@type")
            if any(kind in NEWS_TYPES for kind in (kinds if isinstance(kinds, list) else [kinds])):
                return node
    return {}


def _objects(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        yield from _objects(data.get("@graph", []), depth + 1)


def _meta(tree: Any) -> dict[str, str]:
    """<meta property|name=… content=…>, the first of each."""
    found: dict[str, str] = {}
    for tag in tree.xpath("//meta[@content]"):
        name = tag.get("property") or tag.get("name")
        if name:
            found.setdefault(name.lower(), tag.get("content").strip())
    return found


def _published(news: dict[str, Any], meta: dict[str, str], tree: Any) -> tuple[str | None, str]:
    """The date of the first place that has a usable one, and which place it was."""
    given = [("jsonld", _text(news.get("datePublished"))), ("meta", meta.get("article:published_time"))]
    given += [("time", str(time)) for time in tree.xpath("//time/@datetime")[:1]]
    return next(((found, origin) for origin, text in given if (found := moment(text))), (None, "none"))


def _canonical(tree: Any, meta: dict[str, str]) -> str | None:
    links = tree.xpath("//link[@rel='canonical']/@href")
    url = str(links[0]) if links else meta.get("og:url", "")
    return url if url.startswith(("http://", "https://")) else None


def _tag(tree: Any, path: str) -> str | None:
    found = tree.xpath(path)
    return " ".join(found[0].text_content().split()) if found else None


def _names(value: Any) -> list[str]:
    """Names of a JSON-LD person or organisation, or of several."""
    items = value if isinstance(value, list) else [value]
    names = [_text(item.get("name")) if isinstance(item, dict) else _text(item) for item in items]
    return [name for name in names if name]


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def strip_markup(fragment: str) -> str:
    """The text of an HTML fragment, a blank line between its blocks; of plain text its entities are resolved."""
    if not _TAG.search(fragment):
        return unescape(fragment).strip()
    try:
        tree = lxml_html.fragment_fromstring(fragment, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return unescape(_TAG.sub(" ", fragment)).strip()
    etree.strip_elements(tree, "script", "style", with_tail=False)
    for block in tree.xpath(".//p|.//div|.//br|.//li|.//h1|.//h2|.//h3|.//blockquote"):
        block.tail = "\n\n" + (block.tail or "")
    lines = [" ".join(line.split()) for line in tree.text_content().splitlines()]
    return "\n\n".join(line for line in lines if line)
