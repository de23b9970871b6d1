"""A search in every format: JSON, NDJSON, CSV, GeoJSON, Atom, RSS, JSON Feed and ninjs, written as it is read.

Each format has a beginning, a piece for each article, and an end, so that nothing is held in memory however many
articles there are. Texts come from strangers: no cell of CSV is a formula, XML holds no character that it may not.
"""

import csv
import io
import re
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any, Literal, get_args
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

import orjson

from pipeline.article import EnrichedArticle
from pipeline.query.marks import moment
from pipeline.query.tiles import located
from pipeline.searching import Result, flat, names, snippet

Format = Literal["json", "ndjson", "csv", "geojson", "atom", "rss", "feed.json", "ninjs.json"]
FORMATS: tuple[Format, ...] = get_args(Format)
MEDIA: dict[Format, str] = {
    "json": "application/json",
    "ndjson": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "geojson": "application/geo+json",
    "atom": "application/atom+xml; charset=utf-8",
    "rss": "application/rss+xml; charset=utf-8",
    "feed.json": "application/feed+json",
    "ninjs.json": "application/json",
}
COLUMNS = (
    "id", "title", "url", "source", "published_at", "language", "countries", "people", "organisations", "places",
    "events", "topics", "cluster", "origins", "score",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What XML 1.0 can't hold, even escaped.
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class About:
    """What stands at the head of a format: the query as it is understood, and how many articles match.

    `updated` is when what follows last changed; `base` is the address of the server, where links lead to it; `address`
    that of this very answer.
    """

    query: str
    total: int
    updated: datetime
    base: str = ""
    address: str = ""

    @property
    def title(self) -> str:
        """The name of a feed."""
        return f"geowire: {self.query}"


async def write(form: Format, about: About, results: AsyncIterator[Result]) -> AsyncIterator[bytes]:
    """The bytes of a format, piece by piece.

    Args:
        form: which.
        about: its head.
        results: the articles, in the order that they are written in.
    """
    begin, piece, between, end = _WRITERS[form]
    yield begin(about)
    number = 0
    async for result in results:
        number += 1
        yield (between if number > 1 else b"") + piece(about, result, number)
    yield end


def cell(value: object) -> object:
    """A CSV cell; a text that a spreadsheet would take as a formula gets an apostrophe before it (OWASP's advice)."""
    if isinstance(value, str) and value.lstrip(" ").startswith(_FORMULA):
        return f"'{value}"
    return value


def row(result: Result) -> list[object]:
    """An article as a row of CSV, under COLUMNS."""
    article = result.article
    return [
        article.id,
        article.title,
        article.url or "",
        article.source.name,
        article.published_at.isoformat() if article.published_at else "",
        article.language or "",
        " ".join(country.code for country in article.countries),
        "; ".join(names(article, "PERSON")),
        "; ".join(names(article, "ORG")),
        "; ".join(place.name for place in article.places),
        "; ".join(_events(article)),
        "; ".join(topic.name for topic in article.topics),
        article.cluster or "",
        article.origins,
        round(result.score, 4),
    ]


def _events(article: EnrichedArticle) -> Iterator[str]:
    """`ASSAULT RU > UA happened`."""
    for event in article.events:
        actor, target = (party.name if party else "?" for party in (event.actor, event.target))
        yield f"{event.type} {actor} > {target} {event.status}"


def _csv_row(values: list[object]) -> bytes:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([cell(value) for value in values])
    return line.getvalue().encode("utf-8", "replace")


def _feature(_: About, result: Result, __: int) -> bytes:
    """A feature of GeoJSON (RFC 7946), at the places that geowire is sure of; without one its geometry is null."""
    article = result.article
    points = list({(place.lon, place.lat): place for place, _ in located(article)})
    geometry = {"type": "MultiPoint", "coordinates": points} if points else None
    found = dict(zip(COLUMNS, row(result), strict=True))
    return orjson.dumps({"type": "Feature", "id": article.id, "geometry": geometry, "properties": found})


def _link(about: About, article: EnrichedArticle) -> str:
    """Where an article is read: at its source, else at this server."""
    if re.match(r"https?://", article.url or "") and not re.search(r"[\s<>\"]", article.url or ""):
        return article.url or ""
    return f"{about.base}/articles/{quote(article.id, safe='')}"


def _urn(article: EnrichedArticle) -> str:
    return f"urn:geowire:article:{quote(article.id, safe='')}"


def _summary(result: Result) -> str:
    return "".join(piece.text for piece in snippet(result))


def changed(article: EnrichedArticle) -> datetime:
    """When an article was last changed, as its outlet says; else when it came out."""
    return article.modified_at or moment(article)


def _xml(text: str) -> str:
    return escape(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _attribute(text: str) -> str:
    return quoteattr(_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", text))


def _stamp(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _atom_head(about: About) -> bytes:
    feed = f"urn:geowire:search:{quote(about.query, safe='')}"
    link = f"<link rel='self' href={_attribute(about.address)}/>\n" if about.address else ""
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n<feed xmlns='http://www.w3.org/2005/Atom'>\n"
        f"<id>{_xml(feed)}</id>\n<title>{_xml(about.title)}</title>\n<updated>{_stamp(about.updated)}</updated>\n{link}"
        "<generator>geowire</generator>\n<author><name>geowire</name></author>\n"
    ).encode()


def _atom_entry(about: About, result: Result, _: int) -> bytes:
    article = result.article
    names_of = [article.source.name, *article.authors] if article.source.name else article.authors
    authors = "".join(f"<author><name>{_xml(name)}</name></author>" for name in names_of)
    tags = "".join(f"<category term={_attribute(country.code)}/>" for country in article.countries)
    return (
        f"<entry><id>{_xml(_urn(article))}</id><title>{_xml(article.title)}</title>"
        f"<updated>{_stamp(changed(article))}</updated>"
        f"<published>{_stamp(moment(article))}</published><link href={_attribute(_link(about, article))}/>"
        f"{authors}{tags}<summary>{_xml(_summary(result))}</summary></entry>\n"
    ).encode()


def _rss_head(about: About) -> bytes:
    return (
        "<?xml version='1.0' encoding='utf-8'?>\n<rss version='2.0'><channel>\n"
        f"<title>{_xml(about.title)}</title>\n<link>{_xml(about.base or 'https://geowire.invalid/')}</link>\n"
        f"<description>{about.total} articles match {_xml(about.query)}</description>\n"
        f"<lastBuildDate>{format_datetime(about.updated)}</lastBuildDate>\n"
    ).encode()


def _rss_item(about: About, result: Result, _: int) -> bytes:
    article = result.article
    tags = "".join(f"<category>{_xml(country.code)}</category>" for country in article.countries)
    return (
        f"<item><title>{_xml(article.title)}</title><link>{_xml(_link(about, article))}</link>"
        f"<guid isPermaLink='false'>{_xml(_urn(article))}</guid><pubDate>{format_datetime(moment(article))}</pubDate>"
        f"{tags}<description>{_xml(_summary(result))}</description></item>\n"
    ).encode()


def _feed_item(about: About, result: Result, _: int) -> bytes:
    """An item of JSON Feed 1.1."""
    article = result.article
    item: dict[str, Any] = {
        "id": _urn(article),
        "url": _link(about, article),
        "title": article.title,
        "content_text": article.text,
        "summary": _summary(result),
        "date_published": _stamp(moment(article)),
        "authors": [{"name": name} for name in (*article.authors, article.source.name) if name],
        "tags": [*(country.code for country in article.countries), *(topic.name for topic in article.topics)],
        "language": article.language or "und",
    }
    return orjson.dumps(item)


def _ninjs_item(about: About, result: Result, number: int) -> bytes:
    """A news item of ninjs 1.5, under a name of its own in the package."""
    article = result.article
    item: dict[str, Any] = {
        "uri": _urn(article),
        "type": "text",
        "versioncreated": _stamp(changed(article)),
        "firstcreated": _stamp(moment(article)),
        "headline": article.title,
        "body_text": article.text,
        "byline": ", ".join(article.authors),
        "language": article.language or "und",
        "infosource": [{"name": article.source.name}] if article.source.name else [],
        "person": [{"name": name} for name in names(article, "PERSON")],
        "organisation": [{"name": name} for name in names(article, "ORG")],
        "place": [_ninjs_place(place.name, place.lat, place.lon) for place, _ in located(article)],
        "subject": [{"name": one.name, "code": one.id} for one in article.topics],
    }
    return f'"article_{number}":'.encode() + orjson.dumps(item)


def _ninjs_place(name: str, lat: float | None, lon: float | None) -> dict[str, Any]:
    return {"name": name, "geometry_geojson": {"type": "Point", "coordinates": [lon, lat]}}


def _opened(values: dict[str, Any], name: str, bracket: str) -> bytes:
    """A JSON object that is left open at its last member."""
    return orjson.dumps(values)[:-1] + f',"{name}":{bracket}'.encode()


def _json_head(about: About) -> bytes:
    return _opened({"query": about.query, "total": about.total}, "hits", "[")


def _feed_head(about: About) -> bytes:
    values = {"version": "https://jsonfeed.org/version/1.1", "title": about.title}
    return _opened(values | ({"feed_url": about.address} if about.address else {}), "items", "[")


def _ninjs_head(about: About) -> bytes:
    uri = f"urn:geowire:search:{quote(about.query, safe='')}"
    values = {"uri": uri, "type": "composite", "versioncreated": _stamp(about.updated), "headline": about.title}
    return _opened(values, "associations", "{")


Writer = tuple[Callable[[About], bytes], Callable[[About, Result, int], bytes], bytes, bytes]
_WRITERS: dict[Format, Writer] = {
    "json": (_json_head, lambda _, result, __: orjson.dumps(flat(result)), b",\n", b"]}\n"),
    "ndjson": (lambda _: b"", lambda _, result, __: orjson.dumps(flat(result)) + b"\n", b"", b""),
    "csv": (lambda _: _csv_row(list(COLUMNS)), lambda _, result, __: _csv_row(row(result)), b"", b""),
    "geojson": (lambda _: b'{"type":"FeatureCollection","features":[', _feature, b",\n", b"]}\n"),
    "atom": (_atom_head, _atom_entry, b"", b"</feed>\n"),
    "rss": (_rss_head, _rss_item, b"", b"</channel></rss>\n"),
    "feed.json": (_feed_head, _feed_item, b",\n", b"]}\n"),
    "ninjs.json": (_ninjs_head, _ninjs_item, b",\n", b"}}\n"),
}
