"""Feeds become entries: RSS, Atom and RDF (library: feedparser), JSON Feed, sitemaps, news sitemaps.

feedparser gets bytes in a stream, never a string, which it would take for an address to fetch. What it gives is data
of strangers: titles are made plain text, dates that are none are left out, and the number of entries is bounded.
"""

import hashlib
import io
import re
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.sax import SAXParseException

import feedparser
import orjson

from pipeline.errors import Rejected
from pipeline.identity import domain_of, same_site
from pipeline.sources import sitemap
from pipeline.sources.credit import foreign
from pipeline.sources.dates import moment, unread
from pipeline.sources.entry import Entry, placed, told_apart
from pipeline.sources.html import strip_markup
from pipeline.sources.http import GZIP, MAX_FEED, Inflate
from pipeline.sources.names import as_names
from pipeline.sources.teaser import is_whole, plain_text

MAX_ENTRIES = 1000  # of one document; a feed that has more is read up to here, and says so
ENDED = ("no element found", "unclosed token", "unclosed CDATA section")  # what expat says of an end within a document
PERIODS = {"hourly": 3600.0, "daily": 86400.0, "weekly": 604800.0, "monthly": 2592000.0, "yearly": 31536000.0}

_PAGE = re.compile(rb"<(?:html|head|body|!doctype html)\b", re.IGNORECASE)
_TORN = re.compile(r"\.(?:[A-Za-z]{4}|xn)$")
_REST = re.compile(r"\s*(?:<[\w-]+>|\([\w-]+)$")
_ENTITY = re.compile(rb"(?i)<!ENTITY")


@dataclass(frozen=True)
class Document:
    """A feed as it was read.

    Args:
        kind: `rss20`, `atom10`, `json11`, `sitemap`, `sitemapindex`...
        ttl: seconds for which it asks not to be polled again.
        children: the sitemaps of a sitemap index, newest first.
        license: where a licence of the Really Simple Licensing standard is, if the feed names one.
        note: what is odd about it.
    """

    kind: str
    title: str = ""
    site: str | None = None
    language: str | None = None
    ttl: float | None = None
    entries: list[Entry] = field(default_factory=list)
    children: list[str] = field(default_factory=list)
    license: str | None = None
    note: str | None = None


def read_feed(raw: bytes) -> Iterator[dict[str, Any]]:
    """The fields of an `Article` for each entry of a saved feed.

    Raises:
        Rejected: not a feed, or one that may not be read.
    """
    document = read_document(raw)
    if not document.entries:
        raise Rejected("a feed without entries")
    for entry in document.entries:
        fields = dict(entry.fields)
        if document.title:
            fields.setdefault("source", {"name": document.title})
        yield titled(fields)


def titled(fields: dict[str, Any]) -> dict[str, Any]:
    """An entry without any text has its title in its place, and says so."""
    if fields.get("text") or not fields.get("title"):
        return fields
    return fields | {"text": fields["title"], "completeness": "title"}


def read_document(raw: bytes, headers: Mapping[str, str] | None = None, url: str | None = None) -> Document:
    """Read a feed or a sitemap.

    Args:
        raw: the document, perhaps compressed (`sitemap.xml.gz`).
        headers: of the answer, for its charset.
        url: where it came from, for relative links.

    Raises:
        Rejected: declares entities, or is neither a feed nor a sitemap.
    """
    raw = _decompressed(raw)
    plain = raw.replace(b"\0", b"")  # UTF-16 and UTF-32 show their ASCII so
    if _ENTITY.search(plain):
        raise Rejected("XML that declares entities: refused")
    if plain.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").startswith(b"{"):
        return _json_feed(raw)
    if kind := sitemap.kind_of(plain[:4096]):
        return _sitemap(kind, raw)
    return _parsed(raw, headers or {}, url)


def is_page(raw: bytes, headers: Mapping[str, str]) -> bool:
    """Whether a document is a web page, by what its server calls it or by its first tags."""
    return "html" in headers.get("Content-Type", "").lower() or bool(_PAGE.search(raw[:2000]))


def _decompressed(raw: bytes) -> bytes:
    if not raw.startswith(GZIP):
        return raw
    body, inflate = bytearray(), Inflate()
    try:
        for piece in inflate.feed(raw):
            body += piece
            if len(body) > MAX_FEED:
                raise Rejected(f"larger than {MAX_FEED // 1024**2} MiB when decompressed")
    except (ValueError, zlib.error) as exc:
        raise Rejected(str(exc)) from None
    return bytes(body)


def _sitemap(kind: str, raw: bytes) -> Document:
    if kind == "sitemapindex":
        return Document(kind, children=sitemap.children(raw))
    found = sitemap.pages(raw, MAX_ENTRIES)
    outlets = Counter(each["source"]["name"] for each in found if "source" in each)
    outlet = next((name for name, _ in outlets.most_common(1)), "")
    return Document(kind, title=outlet, entries=[Entry(each["url"], each) for each in found])


def _parsed(raw: bytes, headers: Mapping[str, str], url: str | None) -> Document:
    given = {"content-type": headers.get("Content-Type", "application/xml")}
    if url:
        given["content-location"] = url
    try:
        found = feedparser.parse(  # markup is taken off here, so it need not be made safe to show
            io.BytesIO(raw), response_headers=given, sanitize_html=False, resolve_relative_uris=False
        )
    except Exception as exc:  # noqa: BLE001  # whatever a stranger's bytes make a parser raise, it is one refusal
        raise Rejected(f"not readable as a feed: {type(exc).__name__}: {str(exc)[:200]}") from None
    head, entries = found.feed, found.entries
    version = found.get("version")
    if not version and not entries:
        raise Rejected("a web page, not a feed" if is_page(raw, headers) else "neither a feed nor a sitemap")
    notes = [f"{len(entries)} entries, the first {MAX_ENTRIES} read"] if len(entries) > MAX_ENTRIES else []
    if found.bozo and not isinstance(found.get("bozo_exception"), feedparser.CharacterEncodingOverride):
        notes.append(_fault(found.get("bozo_exception"), len(entries[:MAX_ENTRIES])))
    home = _web(head.get("link")) or url
    return Document(
        version or "unknown",
        title=plain_title(head, "title"),
        site=_web(head.get("link")),
        language=head.get("language") or None,
        ttl=_ttl(head),
        entries=told_apart([_entry(entry, head, home) for entry in entries[:MAX_ENTRIES]], home),
        license=_license(head),
        note="; ".join(notes) or None,
    )


def _fault(exc: object, taken: int) -> str:
    """What is wrong with a feed that gave entries all the same."""
    fault = str(exc)[:200]
    if isinstance(exc, SAXParseException):
        said = exc.getMessage()
        fault = f"the XML is not well-formed at line {exc.getLineNumber()} ({said[:100]})"
        fault = "the feed ends too early" if said in ENDED else fault
    return f"{'1 entry was' if taken == 1 else f'{taken:,} entries were'} taken, but {fault}"


def _entry(entry: Any, head: Any, home: str | None) -> Entry:
    text, is_content = _text(entry)
    url = _web(entry.get("feedburner_origlink")) or _web(entry.get("link"))
    language = entry.get("language") or head.get("language")
    published, created, modified = (_date(entry, name, language) for name in ("published", "created", "updated"))
    published = published or created or modified
    title = plain_title(entry, "title")
    fields: dict[str, Any] = {
        "title": title,
        "text": text,
        "url": url,
        "authors": _authors(entry),
        "language": language,
        "published_at": published,
        "published_from": "feed" if published else "none",
        "modified_at": modified,
        "section": next((tag.get("term") for tag in entry.get("tags", []) if tag.get("term")), None),
        "image_url": _image(entry),
        "rights": strip_markup(entry.get("rights") or head.get("rights") or "")[:500],
        **_origin(entry, url, head, home),
        "completeness": "full" if is_whole(text, is_content) else "teaser",
        "notes": unread(
            published_at=(dict.get(entry, "published"), published), modified_at=(dict.get(entry, "updated"), modified)
        ),
    }
    key = entry.get("id") or url or hashlib.sha256(f"{title}\n{text}".encode("utf-8", "replace")).hexdigest()
    return Entry(str(key)[:500], placed(present(fields), "feed"))


def present(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that say something, and the text; a NUL, which would make an article binary data, says nothing."""
    cut = {name: _without_nul(value) for name, value in fields.items()}
    return {name: value for name, value in cut.items() if value or name == "text"}


def _without_nul(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_nul(each) for each in value]
    return value.replace("\0", "") if isinstance(value, str) else value


def plain_title(holder: Any, name: str) -> str:
    """A title as plain text, whatever type it is said to have."""
    return " ".join(strip_markup(holder.get(name) or "").split())


def _text(entry: Any) -> tuple[str, bool]:
    """The longest text of an entry, and whether it stands where the content belongs."""
    contents = [plain_text(each.get("value") or "") for each in entry.get("content", [])]
    content, summary = max(contents, key=len, default=""), plain_text(entry.get("summary") or "")
    return (content, True) if len(content) >= len(summary) and content else (summary, False)


def _date(entry: Any, name: str, language: str | None) -> str | None:
    """A date with the zone that it was written with.

    Never as feedparser reads it: it takes what it does not know for the first of a month, or for midnight, in UTC.
    """
    return moment(dict.get(entry, name), language)  # its own get() answers with another date where this one is missing


def _authors(entry: Any) -> list[str]:
    whole = str(entry.get("author") or "")  # the last of them, as it is written
    names = [_author(each, whole) for each in entry.get("authors", [])] or [strip_markup(whole)]
    return list(dict.fromkeys(each for name in names for each in as_names(name[:500])))[:20]


def _author(author: Any, whole: str) -> str:
    """An author's name without the rest of an e-mail address: feedparser knows none that end in more than four letters.

    Args:
        author: as it has read it: `cy (Nora Quill`, of `nq@tide.agen`.
        whole: what is written for the last author: `nq@tide.agency (Nora Quill)`.
    """
    name, address = str(author.get("name") or ""), str(author.get("email") or "")
    if not address or not _TORN.search(address):
        return strip_markup(name)
    if whole.startswith(address + name) or (address in whole and name in whole.replace(address, "")):
        return strip_markup(whole)
    before, _, inside = name.partition("(")
    return strip_markup(_REST.sub("", inside if inside and before.islower() and ")" not in inside else name))


def _image(entry: Any) -> str | None:
    media = [*entry.get("media_content", []), *entry.get("media_thumbnail", []), *entry.get("enclosures", [])]
    for each in media:
        kind = each.get("type") or each.get("medium") or ""
        link = _web(each.get("url") or each.get("href"))
        if link and (kind.startswith("image") or not kind):
            return link
    return None


def _origin(entry: Any, url: str | None, head: Any, home: str | None) -> dict[str, Any]:
    """What RSS and Atom `<source>` says of an entry: whom it is credited to where it lies on the feed's own site, else
    (a feed that gathers those of others) its outlet. `dc:source` is always a credit.
    """
    own = [plain_title(head, "title"), domain_of(home) or ""]
    written = entry.get("dc_source")
    credit = foreign(domain_of(written) or written, own) if isinstance(written, str) else None
    name = plain_title(entry.get("source") or {}, "title")[:500]
    if name and url and home and same_site(url, home):
        return {"credit": foreign(name, own) or credit}
    return {"source": {"name": name} if name else None, "credit": credit}


def _web(link: Any) -> str | None:
    return link if isinstance(link, str) and link.startswith(("http://", "https://")) else None


def _ttl(head: Any) -> float | None:
    """`<ttl>` in minutes, or the syndication module's period and frequency."""
    given = str(head.get("ttl") or "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:6]) * 60
    period = PERIODS.get(str(head.get("sy_updateperiod") or "").strip().lower())
    frequency = str(head.get("sy_updatefrequency") or "1").strip()
    often = float(frequency[:6]) if frequency.isascii() and frequency.isdigit() else 1.0
    return period / max(often, 1.0) if period else None


def _license(head: Any) -> str | None:
    links = [link for link in head.get("links", []) if "license" in str(link.get("rel", ""))]
    return next((_web(link.get("href")) for link in links if "rsl" in str(link.get("type", ""))), None)


def _json_feed(raw: bytes) -> Document:
    """JSON Feed 1.0 and 1.1 (jsonfeed.org)."""
    try:
        data = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as exc:
        raise Rejected(f"not JSON: {exc}") from None
    if not isinstance(data, dict) or "jsonfeed.org" not in str(data.get("version")):
        raise Rejected("JSON, but not a JSON Feed")
    items = [each for each in _list(data.get("items")) if isinstance(each, dict)]
    return Document(
        "json11" if "1.1" in str(data["version"]) else "json1",
        title=_string(data.get("title")),
        site=_web(data.get("home_page_url")),
        language=_string(data.get("language")) or None,
        entries=told_apart([_json_entry(each, data) for each in items[:MAX_ENTRIES]], _web(data.get("home_page_url"))),
        note=f"{len(items)} entries, the first {MAX_ENTRIES} read" if len(items) > MAX_ENTRIES else None,
    )


def _json_entry(each: dict[str, Any], head: dict[str, Any]) -> Entry:
    content = _string(each.get("content_text")) or plain_text(_string(each.get("content_html")))
    text = content or plain_text(_string(each.get("summary")))
    url = _web(each.get("url")) or _web(each.get("external_url"))
    title = " ".join(strip_markup(_string(each.get("title"))).split())
    written = [_string(each.get(name)) for name in ("date_published", "date_modified")]
    language = _string(each.get("language")) or _string(head.get("language"))
    published, modified = (moment(text, language) for text in written)
    people = _list(each.get("authors")) or _list(head.get("authors")) or [each.get("author") or head.get("author")]
    named = [name for who in people if isinstance(who, dict) and (name := _string(who.get("name"))[:500])]
    tags = [_string(tag) for tag in _list(each.get("tags")) if _string(tag)]
    fields = {
        "title": title,
        "text": text,
        "url": url,
        "authors": list(dict.fromkeys(each for name in named for each in as_names(name)))[:20],
        "language": language,
        "published_at": published,
        "published_from": "feed" if published else "none",
        "modified_at": modified,
        "section": tags[0][:500] if tags else None,
        "image_url": _web(each.get("image")) or _web(each.get("banner_image")),
        "completeness": "full" if is_whole(text, is_content=bool(content)) else "teaser",
        "notes": unread(published_at=(written[0], published), modified_at=(written[1], modified)),
    }
    known = each.get("id")
    key = str(known) if isinstance(known, str | int | float) and known != "" else url or title
    return Entry(key[:500], placed(present(fields), "feed"))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
