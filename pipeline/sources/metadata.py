"""What a page says of its article: JSON-LD first, then OpenGraph and its kin, `<time>`, the page itself, the URL.

Each value comes with the place that said it. Publishers fill these fields for search engines and other robots, mostly
with care; what is plainly none (an e-mail address as author, the outlet's name as author, a template) is passed over.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from html import unescape
from typing import Any, TypeGuard
from urllib.parse import urljoin

from pipeline.admission import MAX_URL
from pipeline.identity import names_page
from pipeline.sources.boilerplate import listed
from pipeline.sources.dates import date_in_url, is_ahead, is_only_day, moment

MAX_DEPTH, MAX_NODES = 20, 2000  # of JSON-LD
MIN_HEAD = 10  # characters that an <h1> has more of, where it is the headline and no name of a section
ARTICLE = re.compile(r"(?:Article|Posting|Report|NewsStory|ClaimReview)$")
_COMMENT = re.compile(
    r"^\s*(?:<!--|/\*.*?\*/|//\s*<!\[CDATA\[|<!\[CDATA\[)|(?:-->|/\*\s*\]\]>\s*\*/|//\s*\]\]>|\]\]>)\s*$", re.DOTALL
)
_PART = re.compile(r"(?:^|\s)(?:liveBlogUpdate|blogPosts?|comment|hasPart|itemListElement)(?:\s|$)")
_TRAILING = re.compile(r",\s*([}\]])")


@dataclass(frozen=True)
class Page:
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
            if name and tag.get("content").strip() and not is_of_part(tag):
                found.setdefault(name.strip().lower(), unescape(tag.get("content").strip()))
        return found

    @cached_property
    def _plain_meta(self) -> dict[str, str]:
        """The same under the letters of their names: `article:published_time` and `article:published:time` are one."""
        return {re.sub(r"[\W_]", "", name): value for name, value in reversed(self.meta.items())}

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
        """The JSON-LD object of the article: one of a news type, best the one that names this page; else empty.

        Of several with other headlines, none of which is the page's, each is of another article.
        """
        articles = [node for node in self.nodes if any(ARTICLE.search(kind) for kind in kinds(node))]
        dated = [node for node in articles if node.get("datePublished") or node.get("headline")]
        here = [node for node in dated if self.url and _names_page(node, self.url)]
        titled = [node for node in dated if squeezed(string(node.get("headline")) or "") in self._titles]
        several = len({string(node.get("headline")) for node in articles} - {None}) > 1
        return next(iter([*here, *titled, *([] if several else [*dated, *articles])]), {})

    @cached_property
    def _titles(self) -> set[str]:
        """What the page calls itself, and its first headings."""
        heads = [flat(tag.text_content()) for tag in self.tree.xpath("//head/title|//h1")[:5]]
        return {squeezed(each) for each in [self.meta.get("og:title", ""), *heads]} - {""}

    @property
    def language(self) -> str:
        """What the page says its language is, English where it says nothing."""
        return str(self.tree.get("lang") or "en")

    @cached_property
    def publisher(self) -> str:
        """The outlet's name."""
        named = self.named("publisher") or [self.meta.get("og:site_name", "")]
        sites = [node for node in self.nodes if {"NewsMediaOrganization", "WebSite"} & set(kinds(node))]
        return named[0] or next((name for node in sites for name in names(node)), "")

    def named(self, what: str) -> list[str]:
        """The names of a person or an organisation of the article."""
        return names(self.parties(what))

    def parties(self, what: str) -> list[Any]:
        """The persons or organisations of the article in JSON-LD; where it refers to an object (`@id`), that."""
        given = self.news.get(what)
        items = given if isinstance(given, list) else [given]
        return [self._by_id.get(item["@id"], item) if _is_reference(item) else item for item in items]

    @cached_property
    def _by_id(self) -> dict[str, dict[str, Any]]:
        return {str(node["@id"]): node for node in self.nodes if "@id" in node and not _is_reference(node)}

    def published(self, times: Iterable[str] = ()) -> tuple[str | None, str]:
        """When it was published, by the most trusted place that says it, with a zone where any place gives one.

        A day that lies ahead is taken where no place has another.

        Args:
            times: what its `<time>` elements say; looked at only where its data leave something open.
        """
        names = ("datePublished", "dateCreated", "coverageStartTime")
        given = [("jsonld", date_of(self.news.get(name))) for name in names]
        given += [("meta", self._plain_meta[name]) for name in listed("meta", "published") if name in self._plain_meta]
        found = [(origin, when) for origin, text in given if (when := moment(text, self.language))]
        if not found or is_ahead(found[0][1]) or not _has_zone(found[0][1]):
            found += [("time", when) for text in times if (when := moment(text, self.language))]
        if (day := date_in_url(self.url)) is not None:
            found.append(("url", day))
        found.sort(key=lambda each: is_ahead(each[1]))
        origin, when = found[0] if found else ("none", None)
        if when is None or origin == "url":
            return when, origin
        if _has_zone(when):
            return when, origin
        same = when if is_only_day(when) else when[:16]  # to the minute
        return next((other for _, other in found if _has_zone(other) and other.startswith(same)), when), origin

    @property
    def is_dated(self) -> bool:
        """Whether its meta elements tell when it was published."""
        return any(name in self._plain_meta for name in listed("meta", "published"))

    def modified(self) -> str | None:
        """When it was last changed."""
        given = [date_of(self.news.get("dateModified"))]
        given += [self._plain_meta.get(name) for name in listed("meta", "modified")]
        return next((when for text in given if (when := moment(text, self.language))), None)

    @cached_property
    def canonical(self) -> str | None:
        """The page's own address of itself, where it is sane."""
        links = [str(link).strip() for link in self.tree.xpath("//link[@rel='canonical']/@href")]
        for link in [*links, self.meta.get("og:url", "")]:
            absolute = joined(self.url, link)
            if not absolute or len(absolute) > MAX_URL:
                continue
            if self.url is None or names_page(absolute, self.url):
                return absolute
        return None


def is_of_part(tag: Any) -> bool:
    """Whether microdata say that an element is of a part of the page, such as a comment or a post of a live blog."""
    scope = next((each for each in tag.iterancestors() if each.get("itemscope") is not None), None)
    return scope is not None and _PART.search(scope.get("itemprop", "")) is not None


def kinds(node: dict[str, Any]) -> list[str]:
    """The types of a JSON-LD object, `NewsArticle` for `http://schema.org/NewsArticle`."""
    given = node.get("@type")
    listed = given if isinstance(given, list) else [given]
    return [kind.rpartition("/")[2] for kind in listed if isinstance(kind, str)]


def names(value: Any) -> list[str]:
    """Names of a JSON-LD person or organisation, or of several."""
    return [name for item in _items(value, 0) if (name := string(item) or _name_of(item))]


def string(value: Any) -> str | None:
    """A text that says something, its entities resolved."""
    if isinstance(value, list) and len(value) == 1:
        value = value[0]
    return unescape(value).strip() or None if isinstance(value, str) else None


def date_of(value: Any) -> str | None:
    """What a date of JSON-LD says, also as an object with its type, or as seconds or milliseconds since 1970."""
    if isinstance(value, dict):
        value = value.get("@value")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if not 10**8 < value < 10**13:
            return None
        return datetime.fromtimestamp(value / 1000 if value >= 10**11 else value, UTC).isoformat()
    return string(value)


def _items(value: Any, depth: int) -> Iterator[Any]:
    """Persons and organisations, with those of lists in lists, and each name of one that has several."""
    if isinstance(value, list) and depth < MAX_DEPTH:
        for item in value:
            yield from _items(item, depth + 1)
    elif isinstance(value, dict) and isinstance(value.get("name"), list):
        yield from _items(value["name"], depth + 1)
    elif isinstance(value, str | dict):
        yield value


def _name_of(item: Any) -> str | None:
    """The name of a JSON-LD object, or what it is made of."""
    if not isinstance(item, dict):
        return None
    parts = (string(item.get(part)) for part in ("givenName", "additionalName", "familyName"))
    return string(item.get("name")) or " ".join(part for part in parts if part) or None


def _is_reference(item: Any) -> TypeGuard[dict[str, str]]:
    return isinstance(item, dict) and set(item) <= {"@id", "@type"} and isinstance(item.get("@id"), str)


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
        for name in ("@graph", "mainEntity", "mainEntityOfPage"):  # items of a list and parts are other articles
            yield from _objects(data.get(name), depth + 1)


def _names_page(node: dict[str, Any], url: str) -> bool:
    page = node.get("mainEntityOfPage")
    given = [node.get("url"), node.get("@id"), page.get("@id") if isinstance(page, dict) else page]
    return any(isinstance(each, str) and each.partition("#")[0].rstrip("/") == url.rstrip("/") for each in given)


def _has_zone(when: str) -> bool:
    return bool(re.search(r"T.*[+-]\d\d:\d\d$", when))


def squeezed(text: str) -> str:
    """The letters and digits of a name, in lower case, without `www.`."""
    return re.sub(r"\W|^www\.", "", text.lower())


def flat(text: str) -> str:
    """A text on one line, without soft hyphens."""
    return " ".join(text.replace("\xad", "").split())
