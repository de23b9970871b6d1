"""What a page says of its article: JSON-LD first, then OpenGraph and its kin, `<time>`, the page itself, the URL.

Each value comes with the place that said it. Publishers fill these fields for search engines and other robots, mostly
with care; what is plainly none (an e-mail address as author, the outlet's name as author, a template) is passed over.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import unescape
from typing import Any
from urllib.parse import urljoin, urlsplit

from pipeline.identity import domain_of, same_site
from pipeline.sources.dates import date_in_url, moment

MAX_DEPTH, MAX_NODES = 20, 2000  # of JSON-LD
MAX_AUTHORS = 20
DATES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date", "pubdate",
    "publishdate", "publish-date", "publish_date", "publication_date", "date.release", "dc.date", "dc.date.issued",
    "dcterms.created", "dcterms.date", "dcterms.issued", "parsely-pub-date", "sailthru.date", "article.published",
    "cxenseparse:recs:publishtime", "published",
)  # fmt: skip
MODIFIED = ("article:modified_time", "og:updated_time", "datemodified", "dcterms.modified", "lastmod", "last-modified")
AUTHORS = ("author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl")
TIMES = (
    "//time[@pubdate]/@datetime",
    "//*[@itemprop='datePublished']/@datetime",
    "//article//time/@datetime",
    "//time/@datetime",
)
BYLINES = (
    "//*[@itemprop='author']//*[@itemprop='name']",
    "//*[@itemprop='author']",
    "//a[@rel='author']",
    "//article//a[contains(@href,'/author/') or contains(@href,'/autor/') or contains(@href,'/authors/')]",
    "//*[contains(concat(' ',@class,' '),' byline ') or contains(concat(' ',@class,' '),' author ')]",
    "//*[contains(@class,'author-name') or contains(@class,'author__name') or contains(@class,'byline__name')]",
)

_KIND = re.compile(r"(?:Article|Posting|Report|NewsStory)$")
_COMMENT = re.compile(r"^\s*(?:<!--|/\*.*?\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|//\s*\]\]>|\]\]>)\s*$", re.DOTALL)
_TRAILING = re.compile(r",\s*([}\]])")
_SEPARATOR = re.compile(r"\s+[|–—•·»:-]{1,2}\s+")
_AND = re.compile(r"\s*(?:;|,|\||\band\b|\bund\b|\bet\b|\by\b|\bog\b|\boch\b|&)\s+", re.IGNORECASE)
_BY = re.compile(r"^(?:by|von|par|por|da|di|door|av|af|text|texte?)\s*:?\s+", re.IGNORECASE)
_NO_NAME = re.compile(r"(?i)@|https?:|www\.|\d{4,}|\{\{|^(?:admin|editor|staff|redaktion|unknown|null|undefined)$")
_INITIALS = re.compile(r"\s*\([^)]*\)$")


@dataclass(frozen=True)
class Said:
    """A page with what it says of itself.

    Args:
        tree: of the page (lxml).
        url: where it came from, if that is known.
    """

    tree: Any
    url: str | None = None

    @cached_property
    def meta(self) -> dict[str, str]:
        """`<meta property|name|itemprop=… content=…>`, the first of each, names in lower case."""
        found: dict[str, str] = {}
        for tag in self.tree.xpath("//meta[@content]"):
            name = tag.get("property") or tag.get("name") or tag.get("itemprop")
            if name and tag.get("content").strip():
                found.setdefault(name.strip().lower(), unescape(tag.get("content").strip()))
        return found

    @cached_property
    def nodes(self) -> list[dict[str, Any]]:
        """Every JSON-LD object of the page."""
        found: list[dict[str, Any]] = []
        for script in self.tree.xpath("//script[contains(@type,'ld+json')]"):
            for node in _objects(_json(script.text_content()), 0):
                found.append(node)
                if len(found) >= MAX_NODES:
                    return found
        return found

    @cached_property
    def news(self) -> dict[str, Any]:
        """The JSON-LD object of the article: one of a news type, best the one that names this page; else empty."""
        articles = [node for node in self.nodes if any(_KIND.search(kind) for kind in kinds(node))]
        dated = [node for node in articles if node.get("datePublished") or node.get("headline")]
        here = [node for node in dated if self.url and _names_page(node, self.url)]
        return next(iter([*here, *dated, *articles]), {})

    @cached_property
    def publisher(self) -> str:
        """The outlet's name."""
        named = names(self.news.get("publisher")) or [self.meta.get("og:site_name", "")]
        sites = [node for node in self.nodes if {"NewsMediaOrganization", "WebSite"} & set(kinds(node))]
        return named[0] or next((name for node in sites for name in names(node)), "")

    def title(self) -> tuple[str | None, str]:
        """The headline without the outlet's name, and where it stands."""
        heads = [_flat(h1.text_content()) for h1 in self.tree.xpath("//h1")]
        plain = [head for head in heads if len(head) > 10]
        given = [(string(self.news.get("headline")), "jsonld"), (self.meta.get("og:title"), "meta")]
        given += [(self.meta.get("twitter:title"), "meta"), (plain[0] if plain else None, "page")]
        given += [(_flat(tag.text_content()), "page") for tag in self.tree.xpath("//head/title|//title")[:1]]
        found, origin = next(((text, origin) for text, origin in given if text), (None, "none"))
        if found is None:
            return None, "none"
        short = self._without_outlet(_flat(found))
        if len(plain) == 1 and (plain[0] in found or _alike(plain[0], short)):
            return plain[0], origin
        return short, origin

    def authors(self) -> tuple[list[str], str]:
        """The names of people, and where they stand."""
        said = [(names(self.news.get("author")) or names(self.news.get("creator")), "jsonld")]
        said += [([self.meta[name]], "meta") for name in AUTHORS if name in self.meta]
        said += [([tag.text_content() for tag in self.tree.xpath(path)[:3]], "page") for path in BYLINES]
        for given, origin in said:
            if found := self._people(given):
                return found, origin
        outlet = said[0][0]
        return ([_flat(outlet[0])], "jsonld") if outlet and not _NO_NAME.search(outlet[0]) else ([], "none")

    def published(self) -> tuple[str | None, str]:
        """When it was published, by the most trusted place that says it, with a zone where any place gives one."""
        given = [("jsonld", string(self.news.get("datePublished"))), ("jsonld", string(self.news.get("dateCreated")))]
        given += [("meta", self.meta[name]) for name in DATES if name in self.meta]
        given += [("time", time) for time in self._times()]
        found = [(origin, when) for origin, text in given if (when := moment(text))]
        if not found:
            day = date_in_url(self.url)
            return (day, "url") if day else (None, "none")
        origin, when = found[0]
        if _has_zone(when):
            return when, origin
        return next((other for _, other in found if _has_zone(other) and other[:16] == when[:16]), when), origin

    def modified(self) -> str | None:
        """When it was last changed."""
        given = [string(self.news.get("dateModified")), *(self.meta.get(name) for name in MODIFIED)]
        return next((when for text in given if (when := moment(text))), None)

    def canonical(self) -> str | None:
        """The page's own address of itself, where it is sane: of the same site, and not the home page of an article.

        A page of another site can't claim an article's address: it would write over it.
        """
        links = [str(link).strip() for link in self.tree.xpath("//link[@rel='canonical']/@href")]
        for link in [*links, self.meta.get("og:url", "")]:
            absolute = joined(self.url, link)
            if absolute and (self.url is None or (same_site(absolute, self.url) and not _is_home(absolute, self.url))):
                return absolute
        return None

    def _times(self) -> Iterator[str]:
        for path in TIMES:
            yield from (str(each) for each in self.tree.xpath(path)[:1])

    def _without_outlet(self, title: str) -> str:
        """A title without ` - The Outlet` at its end."""
        named = [self.publisher, self.meta.get("og:site_name", ""), self.meta.get("application-name", "")]
        outlets = {_key(name) for name in [*named, domain_of(self.url) or "", domain_of(self.canonical()) or ""]}
        while len(parts := _SEPARATOR.split(title)) > 1:
            last = _key(parts[-1])
            known = any(outlet and (last in outlet or outlet in last) for outlet in outlets)
            if not last or not known or len(parts[-1]) > 40:
                return title
            title = title[: title.rindex(parts[-1])].rstrip(" |–—•·»:-\u3000")
        return title

    def _people(self, given: Sequence[str]) -> list[str]:
        found: list[str] = []
        for text in given[:MAX_AUTHORS]:
            for name in _AND.split(_BY.sub("", _flat(text))):
                plain = _INITIALS.sub("", name).strip(" ,.;:")
                is_outlet = bool(plain) and _key(plain) in {_key(self.publisher), _key(domain_of(self.url) or "")}
                if 2 < len(plain) <= 80 and not is_outlet and not _NO_NAME.search(plain) and len(plain.split()) <= 6:
                    found.append(plain)
        return list(dict.fromkeys(found))[:MAX_AUTHORS]


def kinds(node: dict[str, Any]) -> list[str]:
    """The types of a JSON-LD object, `NewsArticle` for `http://schema.org/NewsArticle`."""
    given = node.get("@type")
    listed = given if isinstance(given, list) else [given]
    return [kind.rpartition("/")[2] for kind in listed if isinstance(kind, str)]


def names(value: Any) -> list[str]:
    """Names of a JSON-LD person or organisation, or of several."""
    items = value if isinstance(value, list) else [value]
    found = [string(item.get("name")) if isinstance(item, dict) else string(item) for item in items]
    found += [name for item in items if isinstance(item, dict) and isinstance(item.get("name"), list)
              for name in map(string, item["name"])]  # fmt: skip
    return [name for name in found if name]


def string(value: Any) -> str | None:
    """A text that says something, its entities resolved."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return unescape(value).strip() or None if isinstance(value, str) else None


def joined(base: str | None, link: str) -> str | None:
    """A link as an absolute http(s) URL."""
    try:
        absolute = urljoin(base or "", link) if link else ""
    except ValueError:
        return None
    return absolute if absolute.startswith(("http://", "https://")) else None


def _json(text: str) -> Any:
    """JSON as pages write it: in comments, with line ends in strings, with a comma too many."""
    plain = _COMMENT.sub("", _COMMENT.sub("", text))
    for attempt in (plain, _TRAILING.sub(r"\1", plain)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _objects(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth > MAX_DEPTH:
        return
    if isinstance(data, list):
        for item in data:
            yield from _objects(item, depth + 1)
    elif isinstance(data, dict):
        yield data
        for name in ("@graph", "mainEntity", "mainEntityOfPage", "itemListElement", "hasPart", "liveBlogUpdate"):
            if name not in ("hasPart", "liveBlogUpdate"):  # parts of an article are not the article
                yield from _objects(data.get(name), depth + 1)


def _names_page(node: dict[str, Any], url: str) -> bool:
    page = node.get("mainEntityOfPage")
    given = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    return any(isinstance(each, str) and each.partition("#")[0].rstrip("/") == url.rstrip("/") for each in given)


def _is_home(link: str, url: str) -> bool:
    return urlsplit(link).path in ("", "/") and urlsplit(url).path not in ("", "/")


def _has_zone(when: str) -> bool:
    return bool(re.search(r"T.*[+-]\d\d:\d\d$", when))


def _alike(one: str, other: str) -> bool:
    """Whether two headlines are the same but for their ends."""
    first, second = _key(one), _key(other)
    return bool(first and second) and (first.startswith(second) or second.startswith(first))


def _key(text: str) -> str:
    return re.sub(r"\W|^www\.", "", text.lower())


def _flat(text: str) -> str:
    return " ".join(text.replace("\xad", "").split())
