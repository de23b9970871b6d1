"""Sitemaps (sitemaps.org) and Google's news sitemaps: pages with what is said of them."""

import re
from collections.abc import Iterator
from typing import Any

from lxml import etree

from pipeline.errors import Rejected
from pipeline.sources.dates import moment, unread
from pipeline.sources.entry import placed

MAX_CHILDREN = 1000  # sitemaps of an index

_ROOT = re.compile(rb"<(?:\w+:)?(urlset|sitemapindex)[\s>]")


def kind_of(head: bytes) -> str | None:
    """`sitemap` or `sitemapindex`, by the first bytes of a document."""
    match = _ROOT.search(head)
    return None if match is None else "sitemap" if match[1] == b"urlset" else "sitemapindex"


def pages(raw: bytes, most: int) -> list[dict[str, Any]]:
    """The fields of an `Article` for each page, newest first, at most `most` of them.

    A news sitemap gives title, date, outlet and language; a plain one only an address and when it last changed.
    """
    found = [each for each in (_page(node) for node in _children(raw, "url")) if each]
    found.sort(key=lambda each: str(each.get("published_at") or each.get("modified_at") or ""), reverse=True)
    return found[:most]


def children(raw: bytes) -> list[str]:
    """The sitemaps of an index, newest first where they are dated."""
    dated = [(_said(node, "lastmod") or "", _said(node, "loc")) for node in _children(raw, "sitemap")]
    dated.sort(key=lambda pair: pair[0], reverse=True)
    return [url for _, url in dated if url and url.startswith(("http://", "https://"))][:MAX_CHILDREN]


def _page(node: Any) -> dict[str, Any]:
    url = _said(node, "loc")
    if not url or not url.startswith(("http://", "https://")):
        return {}
    written, changed, name = (_said(node, tag) for tag in ("publication_date", "lastmod", "name"))
    published, modified = moment(written), moment(changed)
    fields = {
        "url": url,
        "title": _said(node, "title"),
        "language": _said(node, "language"),
        "source": {"name": name} if name else None,
        "published_at": published,
        "published_from": "sitemap" if published else "none",
        "modified_at": modified,
        "notes": unread(published_at=(written, published), modified_at=(changed, modified)),
    }
    said = {name: value for name, value in fields.items() if value}
    return placed(said, "sitemap") | {"text": "", "completeness": "title"}


def _children(raw: bytes, name: str) -> Iterator[Any]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=True)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as exc:
        raise Rejected(f"not XML: {exc.msg}") from None
    if root is not None:
        yield from (node for node in root if etree.QName(node).localname == name)


def _said(node: Any, name: str) -> str | None:
    """The text of the first element of a name, image and video elements left out."""
    for each in node.iter():
        if isinstance(each.tag, str):
            tag = etree.QName(each)
            if tag.localname == name and "image" not in (tag.namespace or "") and "video" not in (tag.namespace or ""):
                return " ".join((each.text or "").split()) or None
    return None
