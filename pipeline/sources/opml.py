"""OPML 2.0, the format in which feed readers hand their subscriptions on: nested folders are tags.

What geowire does not know of an outline is kept and written again. Documents with entities are refused.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from lxml import etree

from pipeline.article import Source
from pipeline.errors import Rejected
from pipeline.feed import Feed, feed_id
from pipeline.identity import domain_of
from pipeline.sources.addresses import checked_url, web_address

TYPES = {"rss", "atom"}  # of outlines that are feeds
MAX_DEPTH, MAX_FEEDS = 20, 50_000
SEPARATOR = "/"  # between the folders of a nested tag
OWN = {  # attributes of geowire's own, in its names: another reader leaves them alone
    "geowire-include": "include",
    "geowire-exclude": "exclude",
}
KNOWN = {"type", "text", "title", "xmlUrl", "htmlUrl", "language", "geowire-paused", "geowire-full-text", *OWN}

_XML_NAME = re.compile(r"[A-Za-z_][\w.-]*")


def read_opml(raw: bytes, now: datetime) -> tuple[list[Feed], list[str]]:
    """The feeds of a document, in its order, and what is no address of one; one in several folders has several tags.

    Raises:
        Rejected: not OPML, or it declares entities.
    """
    if b"<!ENTITY" in raw.replace(b"\0", b"").upper():
        raise Rejected("XML that declares entities: refused")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as exc:
        raise Rejected(f"not XML: {exc.msg}") from None
    body = root.find("body")
    if root.tag.lower() != "opml" or body is None:
        raise Rejected(f"not OPML: <{root.tag}>")
    feeds: dict[str, Feed] = {}
    refused: list[str] = []
    for outline, folders in _outlines(body, ()):
        if not outline.get("xmlUrl"):
            refused.append(f"{_name(outline)[:200]!r}: no address of a feed (xmlUrl)")
            continue
        url = web_address(outline.get("xmlUrl"))
        try:
            checked_url(url, allow_private=True)  # whether it may be asked is for the poller to say
        except Rejected as exc:
            refused.append(f"{outline.get('xmlUrl')[:200]}: {exc}")
            continue
        feed = _feed(url, outline, folders, now)
        if (known := feeds.get(feed.id)) is not None:
            tags = list(dict.fromkeys([*known.tags, *feed.tags]))
            feed = known.model_copy(update={"tags": tags, "folders": known.folders | feed.folders})
        feeds[feed.id] = feed
        if len(feeds) > MAX_FEEDS:
            raise Rejected(f"more than {MAX_FEEDS:,} feeds")
    return list(feeds.values()), refused


def write_opml(feeds: Sequence[Feed], now: datetime) -> bytes:
    """A document of feeds, in the folders of their tags; a feed with several tags stands in each of them."""
    root = etree.Element("opml", version="2.0")
    head = etree.SubElement(root, "head")
    etree.SubElement(head, "title").text = "geowire feeds"
    etree.SubElement(head, "dateCreated").text = now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = etree.SubElement(root, "body")
    folders: dict[tuple[str, ...], Any] = {(): body}
    for feed in feeds:
        for tag in feed.tags or [""]:
            path = tuple(part for part in tag.split(SEPARATOR) if part)
            etree.SubElement(_folder(folders, path, feed), "outline", _attributes(feed))
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)
    return written


def _outlines(node: Any, folders: Sequence[Any]) -> Iterator[tuple[Any, Sequence[Any]]]:
    """Every outline of a feed, and the folders around it, outermost first."""
    if len(folders) > MAX_DEPTH:
        raise Rejected(f"folders more than {MAX_DEPTH} deep")
    for outline in node.findall("outline"):
        is_feed = outline.get("xmlUrl") or (outline.get("type") in TYPES and not len(outline))
        if is_feed:
            yield outline, folders
        yield from _outlines(outline, folders if is_feed or not _name(outline) else (*folders, outline))


def _name(outline: Any) -> str:
    """What an outline is called."""
    return (outline.get("text") or outline.get("title") or "").strip()


def _feed(url: str, outline: Any, folders: Sequence[Any], now: datetime) -> Feed:
    site = outline.get("htmlUrl") or None
    title = (outline.get("title") or outline.get("text") or "").strip() or domain_of(url) or url
    names = [_name(folder).replace(SEPARATOR, "|") for folder in folders]
    paths = [SEPARATOR.join(names[: depth + 1]) for depth in range(len(names))]
    return Feed(
        id=feed_id(url),
        url=url,
        title=title,
        site=site,
        source=Source(id=(domain_of(site) or domain_of(url) or "")[:500], name=title[:500]),
        language=outline.get("language") or None,
        tags=paths[-1:],
        folders={path: kept for path, folder in zip(paths, folders, strict=True) if (kept := _unknown(folder))},
        paused=outline.get("geowire-paused") == "true",
        full_text=outline.get("geowire-full-text") != "false",
        attributes=_unknown(outline),
        added_at=now,
        **{name: outline.get(attribute) or "" for attribute, name in OWN.items()},
    )


def _attributes(feed: Feed) -> dict[str, str]:
    found = {"type": "rss", "text": feed.title or feed.url, "title": feed.title, "xmlUrl": feed.url}
    found |= {"htmlUrl": feed.site or "", "language": feed.language or ""}
    found |= {"geowire-include": feed.include, "geowire-exclude": feed.exclude}
    found |= {"geowire-paused": "true" if feed.paused else "", "geowire-full-text": "" if feed.full_text else "false"}
    return _writable(feed.attributes) | {name: _xml_text(value) for name, value in found.items() if value}


def _unknown(outline: Any) -> dict[str, str]:
    """The attributes of an outline that say nothing to geowire."""
    return {name: value for name, value in outline.attrib.items() if name not in KNOWN}


def _writable(attributes: Mapping[str, str]) -> dict[str, str]:
    """Attributes whose names are names in XML, some in a namespace."""
    return {name: value for name, value in attributes.items() if _XML_NAME.fullmatch(name) or name[:1] == "{"}


def _xml_text(text: str) -> str:
    """Text without what XML can't hold."""
    return "".join(char for char in text if char >= " " or char in "\t\n\r")


def _folder(folders: dict[tuple[str, ...], Any], path: tuple[str, ...], feed: Feed) -> Any:
    if path not in folders:
        parent = _folder(folders, path[:-1], feed)
        kept = _writable(feed.folders.get(SEPARATOR.join(path), {}))
        folders[path] = etree.SubElement(parent, "outline", kept | {"text": _xml_text(path[-1])})
    return folders[path]
