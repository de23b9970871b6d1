"""A saved RSS or Atom feed becomes articles, one an item; entities and document types are refused."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

from lxml import etree

from pipeline.errors import Rejected
from pipeline.sources.html import moment, strip_markup

CONTENT = "{http://purl.org/rss/1.0/modules/content/}encoded"
CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
ATOM = "{http://www.w3.org/2005/Atom}"


def read_feed(raw: bytes) -> Iterator[dict[str, Any]]:
    """The fields of an `Article` for each item of a feed.

    Raises:
        Rejected: not XML, a document type or entities in it, or not a feed.
    """
    if b"<!DOCTYPE" in raw or b"<!ENTITY" in raw:
        raise Rejected("XML with a document type: refused")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, recover=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as exc:
        raise Rejected(f"not XML: {exc}") from None
    if root.tag == "rss":
        channel = root.find("channel")
        if channel is None:
            raise Rejected("RSS without a channel")
        yield from (_rss_item(item, channel) for item in channel.iter("item"))
    elif root.tag == f"{ATOM}feed":
        yield from (_atom_entry(entry, root) for entry in root.iter(f"{ATOM}entry"))
    else:
        raise Rejected(f"neither RSS nor Atom: <{root.tag}>")


def _rss_item(item: Any, channel: Any) -> dict[str, Any]:
    body = item.findtext(CONTENT) or item.findtext("description") or ""
    published = _rfc2822(item.findtext("pubDate"))
    return _present(
        {
            "title": strip_markup(item.findtext("title") or ""),
            "text": strip_markup(body),
            "url": (item.findtext("link") or "").strip(),
            "authors": [name for name in [item.findtext(CREATOR)] if name],
            "language": channel.findtext("language"),
            "source": {"name": strip_markup(channel.findtext("title") or "")},
            "published_at": published,
            "published_from": "feed" if published else "none",
            "completeness": "full" if item.findtext(CONTENT) else "teaser",
        }
    )


def _atom_entry(entry: Any, feed: Any) -> dict[str, Any]:
    content = entry.find(f"{ATOM}content")
    body = content if content is not None else entry.find(f"{ATOM}summary")
    links = {link.get("rel", "alternate"): link.get("href") for link in entry.iter(f"{ATOM}link")}
    updated = moment(entry.findtext(f"{ATOM}updated"))
    published = moment(entry.findtext(f"{ATOM}published")) or updated
    return _present(
        {
            "title": strip_markup(entry.findtext(f"{ATOM}title") or ""),
            "text": strip_markup("" if body is None else "".join(body.itertext())),
            "url": links.get("alternate"),
            "authors": list(entry.xpath("*[local-name()='author']/*[local-name()='name']/text()")),
            "language": feed.get("{http://www.w3.org/XML/1998/namespace}lang"),
            "source": {"name": strip_markup(feed.findtext(f"{ATOM}title") or "")},
            "published_at": published,
            "modified_at": updated,
            "published_from": "feed" if published else "none",
            "completeness": "teaser" if content is None else "full",
        }
    )


def _rfc2822(text: str | None) -> str | None:
    try:
        return parsedate_to_datetime(text).isoformat() if text else None
    except (TypeError, ValueError, OverflowError):
        return None


def _present(found: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if value or name == "text"}
