"""A news page becomes an article: the body by trafilatura, helped where the page says better; metadata.py the rest."""

import re
from html import unescape
from typing import Any

from lxml import etree
from lxml import html as lxml_html

from pipeline.errors import Rejected
from pipeline.identity import canonical_url
from pipeline.sources.body import body_of
from pipeline.sources.bylines import authors
from pipeline.sources.cards import cards
from pipeline.sources.credit import of_page
from pipeline.sources.dateline import day_beside, stamps, unclear_day
from pipeline.sources.dates import is_ahead, is_only_day, unread
from pipeline.sources.headline import headline
from pipeline.sources.kind import is_locked, refuse_other_pages
from pipeline.sources.metadata import Page, joined, string
from pipeline.sources.robots import page_reservation
from pipeline.sources.walls import before_wall

ONLY_DAY = "the time of publication is in a time zone that is not known: only its day was kept"
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--")
_CHARSET = re.compile(rb"<meta[^>]+charset=[\"']?([\w-]+)", re.IGNORECASE)


def read_page(raw: bytes, url: str | None = None) -> dict[str, Any]:
    """The fields of an `Article` from a page; `metadata_from` tells where each of them stood.

    Args:
        raw: the page as it was served or saved.
        url: where it came from, if that is known.

    Raises:
        Rejected: the page has no article text, or it is another kind of page: paywall, consent, error, index.
    """
    text = decode(raw)
    try:
        tree = lxml_html.document_fromstring(text.encode("utf-8"), parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, UnicodeEncodeError) as exc:
        raise Rejected(f"not a page: {exc}") from None
    page = Page(tree, url)
    title, title_from = headline(page)
    people, people_from = authors(page)
    shown = cards(page)
    body, tables = body_of(page, title, people, shown)
    refuse_other_pages(page, title, body, people, shown)
    body, wall = before_wall(page, body, is_locked=is_locked(page))
    published, published_from = _published(page)
    canonical = page.canonical
    origins = {"title": title_from, "authors": people_from, "published_at": published_from}
    found = {
        "title": title,
        "text": body,
        "url": url or canonical,
        "canonical_url": canonical_url(canonical),
        "language": string(page.news.get("inLanguage")) or tree.get("lang") or None,
        "authors": people,
        "source": {"name": page.publisher[:500]},
        "published_at": published,
        "published_from": published_from,
        "modified_at": page.modified(),
        "section": string(page.news.get("articleSection")) or page.meta.get("article:section"),
        "image_url": joined(url, page.meta.get("og:image", "")),
        "credit": of_page(page),
        "reservation": page_reservation(page.meta, tree, url),
        "completeness": "teaser" if wall else "full",
        "notes": [
            *_notes(published, published_from, tables),
            *([f"cut off by a paywall: {wall}"] if wall else []),
            *_unclear(page, published),
        ],
        "metadata_from": {name: origin for name, origin in origins.items() if origin != "none"},
    }
    return {name: value for name, value in found.items() if value}


def _published(page: Page) -> tuple[str | None, str]:
    """When it was published: as its data say, else as the line beside its headline does, else its address."""
    published, origin = page.published(stamps(page))
    if published and origin != "url" and not is_ahead(published):
        return published, origin
    beside = day_beside(page)
    if beside is None or is_ahead(beside) or (origin == "url" and not beside.startswith(published or "")):
        return published, origin
    return beside, "time"


def _unclear(page: Page, published: str | None) -> list[str]:
    """A note of the day of publication that is written, but that can be read as two."""
    return unread(published_at=(unclear_day(page), None)) if published is None else []


def _notes(published: str | None, published_from: str, tables: int) -> list[str]:
    dated = [ONLY_DAY] if published and published_from != "url" and is_only_day(published) else []
    return [*dated, f"{tables} table{'s' * (tables > 1)} left out of the text"] if tables else dated


def decode(raw: bytes) -> str:
    """A page's text by its byte order mark, its declared charset, else UTF-8."""
    declared = _CHARSET.search(raw[:4096])
    for charset in ("utf-8-sig", declared[1].decode("ascii") if declared else "utf-8"):
        try:
            return raw.decode(charset)
        except (UnicodeError, LookupError):
            continue
    return raw.decode("utf-8", "replace")


def strip_markup(fragment: str) -> str:
    """The text of an HTML fragment, a blank line between its blocks; of plain text its entities are resolved."""
    if not _TAG.search(fragment):
        return unescape(fragment).strip()
    try:
        tree = lxml_html.fragment_fromstring(fragment, create_parent="div")
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return unescape(_TAG.sub(" ", fragment)).strip()
    etree.strip_elements(tree, "script", "style", "noscript", "iframe", "template", with_tail=False)
    for block in tree.xpath(".//p|.//div|.//br|.//li|.//h1|.//h2|.//h3|.//h4|.//blockquote|.//table|.//tr"):
        block.tail = "\n\n" + (block.tail or "")
    for cell in tree.xpath(".//td|.//th"):
        cell.tail = " " + (cell.tail or "")
    lines = [" ".join(line.split()) for line in tree.text_content().splitlines()]
    return "\n\n".join(line for line in lines if line)
