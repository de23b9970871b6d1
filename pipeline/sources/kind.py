"""Pages that are no articles: error pages, consent walls, paywalls, indices...; each is refused with its kind.

The fewer words a page has, the more it looks like something else. What says in its data that it is an article is one,
unless all of its text is what such other pages say.
"""

import re
from collections.abc import Iterator, Sequence

from pipeline.errors import Rejected
from pipeline.sources.about import about
from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.cards import Card
from pipeline.sources.layout import length
from pipeline.sources.listing import index_of
from pipeline.sources.metadata import Page, flat, joined
from pipeline.sources.walls import consent, paywall, sentences

CUT = 150  # words up to which the text before a paywall's sentence is a beginning, not an article
BRIEF = 80  # words up to which a page may be a wall rather than an article
FEW = 8  # words of the shortest text that is taken for an article where nothing says that it is one
FULL = 15  # words of a paragraph that tells something
SEVERAL = 3  # such paragraphs that are an article, whatever its headline says
MAX_TITLE = 200  # characters of a title that are read
AT_ONCE = 10  # seconds up to which a page that leads on by itself is not there to be read


def refuse_other_pages(page: Page, title: str | None, body: str, people: Sequence[str], shown: Sequence[Card]) -> None:
    """Refuse a page that is no article.

    Args:
        page: the page.
        title: its headline.
        body: the text that was found on it.
        people: its authors.
        shown: its cards.

    Raises:
        Rejected: `error page`, `consent page`, `paywall`, `index page`, `sign-in page`..., with what shows it; or a
            page without text.
    """
    size = max(len(body.split()), len(body) // 12)  # Chinese and Japanese have no blanks
    is_article = bool(page.news) or page.meta.get("og:type", "").lower() == "article"
    heads = [title or "", *_heads(page)]
    if size < BRIEF * 2 and not page.news:
        _refuse_errors(heads, body, is_article)
    if why := about(page, [title or "", *_tab(page)], people):
        raise Rejected(f"page about the outlet: {why}")
    _refuse_consent(page, heads, body, is_article)
    if length(body) < CUT and (found := paywall(page, body)):
        raise Rejected(f"paywall: the page says {found!r}, and shows only its beginning")
    if size < BRIEF:
        _refuse_what_stands_instead(page, heads, body, is_article)
    if not body or (length(body) < FEW and not is_article):
        raise Rejected(f"no article text on the page{f', only {flat(body)!r}' if body else ''}")
    if is_locked(page) and (size < BRIEF or body.rstrip().endswith(("…", "...", "[...]"))):
        raise Rejected("paywall: the page says that it is not free, and shows only its beginning")
    if why := index_of(page, title, body, shown):
        raise Rejected(f"index page: {why}")


def _heads(page: Page) -> Iterator[str]:
    """The first headings, and the title of the browser's tab."""
    for tag in page.tree.xpath("//h1")[:3]:
        yield flat(tag.text_content())
    yield from _tab(page)


def _tab(page: Page) -> Iterator[str]:
    """The title of the browser's tab, with and without the outlet's name."""
    for tag in page.tree.xpath("//title")[:1]:
        yield flat(tag.text_content())
        parts = re.split(r"\s[|–—·-]\s", flat(tag.text_content()))
        yield from dict.fromkeys((parts[0], parts[-1]))


def _refuse_errors(heads: list[str], body: str, is_article: bool) -> None:
    """Refuse an error page: that is all that its title says. A headline may begin so, or be so above an article."""
    if is_article and sum(length(each) >= FULL for each in body.split("\n\n")) >= SEVERAL:
        return
    for each in heads:
        if len(each) <= MAX_TITLE and _is_error(each):
            raise Rejected(f"error page: its title says {each!r}")


def _is_error(title: str) -> bool:
    """Whether a title says that there is no page, and nothing else."""
    says = False
    while title:
        error = pattern("pages", "error").match(title)
        found = error or pattern("pages", "code").match(title)
        if not found or not found.end():
            return False
        says = says or error is not None or found[0][:1].isdecimal()
        title = title[found.end() :]
    return says


def _refuse_consent(page: Page, heads: list[str], body: str, is_article: bool) -> None:
    """Refuse a page that asks for consent, unless what else it says is an article."""
    asks, others = consent(body)
    if not page.news and asks and others < (length(body) / 2 if is_article else BRIEF):
        raise Rejected(f"consent page: its text says {asks!r}")
    if is_article or length(body) >= BRIEF * 4:
        return
    for each in heads:
        if (found := pattern("pages", "consent").match(each)) and (asks or length(each) <= length(found[0])):
            raise Rejected(f"consent page: its title says {found[0]!r}")


def _refuse_what_stands_instead(page: Page, heads: list[str], body: str, is_article: bool) -> None:
    """Refuse a short page that says it has no article: it wants a script, a login, a proof of age, another country."""
    said = [
        pattern("pages", "sorry").sub("", each, count=1).lstrip(" ,.!،，、-–")
        for each in sentences(body or _around(page))
    ]
    if len(said) > BRIEF:  # without a body: this is all that stands on the page
        return
    for kind in listed("pages", "instead"):
        begins = [found for each in said if (found := pattern("pages", "instead", kind).match(each))]
        headed = [found for each in heads if (found := pattern("pages", "instead", kind).match(each))]
        if len(begins) == len(said) > 0 or ((begins or headed) and not is_article):
            raise Rejected(f"{kind}: it says {[*begins, *headed][0][0]!r}")
    refresh = " ".join(page.tree.xpath("//meta[translate(@http-equiv,'REFSH','refsh')='refresh']/@content")[:1])
    leads = re.match(r"\s*(\d+)\s*[;,]\s*url\s*=\s*['\"]?([^'\"\s]+)", refresh, re.IGNORECASE)
    if leads and int(leads[1][:6]) <= AT_ONCE and not is_article and (to := joined(page.url, leads[2])) != page.url:
        raise Rejected(f"page that leads on: to {to or leads[2]}")


def is_locked(page: Page) -> bool:
    """Whether JSON-LD or the meta elements say that the article is not accessible for free."""
    free = page.news.get("isAccessibleForFree")
    locked = str(free).lower() in ("false", "no", "0") if free is not None else False
    return locked or page.meta.get("article:content_tier", "").lower() == "locked"


def _around(page: Page) -> str:
    """The page's whole text, scripts left out."""
    texts = page.tree.xpath("//body//text()[not(ancestor::script or ancestor::style)]")
    return " ".join(" ".join(texts).split())[:50_000]
