"""Pages that are no articles: error pages, consent walls, paywalls, indices; each is refused with its kind."""

import re

from pipeline.errors import Rejected
from pipeline.sources.boilerplate import pattern
from pipeline.sources.metadata import Page, kinds

CUT = 150  # words up to which the text before a paywall's sentence is a beginning, not an article
BRIEF = 80  # words up to which a page may be a wall rather than an article
INDEX_TYPES = {"CollectionPage", "ItemList", "SearchResultsPage", "ProfilePage"}
MANY_LINKS, SOME_LINKS = 30, 8  # headlines that an index has at least, and one that calls itself a website


def refuse_other_pages(page: Page, title: str | None, body: str) -> None:
    """Refuse a page that is no article.

    Raises:
        Rejected: `error page`, `consent page`, `paywall` or `index page`, with what shows it.
    """
    size = max(len(body.split()), len(body) // 12)  # Chinese and Japanese have no blanks
    named = title or ""
    if size < BRIEF * 2 and (found := pattern("pages", "error").match(named)):
        raise Rejected(f"error page: its title says {found[0]!r}")
    if size < BRIEF * 4 and (found := pattern("pages", "consent").match(named)):
        raise Rejected(f"consent page: its title says {found[0]!r}")
    if size < BRIEF * 2 and not page.news and len(pattern("pages", "consent_text").findall(body)) >= 1:
        raise Rejected("consent page: its text asks to accept cookies")
    if size < CUT and (found := pattern("pages", "paywall").search(_around(page))):
        raise Rejected(f"paywall: the page says {found[0]!r}, and shows only its beginning")
    if _is_locked(page) and (size < BRIEF or body.rstrip().endswith(("…", "...", "[...]"))):
        raise Rejected("paywall: the page says that it is not free, and shows only its beginning")
    if _is_index(page, body):
        raise Rejected("index page: a list of articles, not one")


def _is_locked(page: Page) -> bool:
    """Whether JSON-LD or the meta elements say that the article is not accessible for free."""
    free = page.news.get("isAccessibleForFree")
    locked = str(free).lower() in ("false", "no", "0") if free is not None else False
    return locked or page.meta.get("article:content_tier", "").lower() == "locked"


def _around(page: Page) -> str:
    """The page's whole text, scripts left out."""
    texts = page.tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
    return " ".join(" ".join(texts).split())[:50_000]


def _is_index(page: Page, body: str) -> bool:
    """A page without an article's data and with many headlines that are links, or one that calls itself a list."""
    if page.news or page.meta.get("og:type", "").lower() == "article":
        return False
    listed = any(INDEX_TYPES & set(kinds(node)) for node in page.nodes)
    headlines = page.tree.xpath("//h2//a[@href]|//h3//a[@href]|//a[@href]//h2|//a[@href]//h3")
    linked = " ".join(" ".join(link.itertext()) for link in page.tree.xpath("//a[@href]"))
    of_links = len(re.findall(r"\w+", linked)) / max(1, len(re.findall(r"\w+", _around(page))))
    paragraphs = [each for each in page.tree.xpath("//p") if len(each.text_content().split()) >= 25]
    many = SOME_LINKS if page.meta.get("og:type", "").lower() == "website" else MANY_LINKS
    if len(paragraphs) < 4 and (listed or len(headlines) >= many):
        return True
    return of_links > 0.7 and len(body.split()) < CUT and len(headlines) >= SOME_LINKS
