"""Index pages: sections, tags, archives, searches, an author's articles. What text they have is teasers of others.

Most articles have such teasers beside them, and an extractor takes some of them for text; a round-up may be made of
nothing else. So a page is an index by its teasers alone only where it has no sentence of its own; else its data, its
address or its title must say so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

from pipeline.identity import is_home
from pipeline.sources.about import segments
from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.cards import Card, is_timed, text_of
from pipeline.sources.layout import length
from pipeline.sources.metadata import Page, flat, kinds, squeezed
from pipeline.text import fold

TYPES = {"CollectionPage", "SearchResultsPage", "ProfilePage"}  # an article's page may have an ItemList too
NAME = 3  # words of a section's, a tag's or a person's name at most
SENTENCE = 8  # words of a sentence at least
PARAGRAPH, PARAGRAPHS = 25, 4  # words of a paragraph; as many of its own make an article of any page
FEW, SOME, MANY, MOST = 3, 4, 8, 30  # cards
SHARE = 0.8  # of the text, where all of it is of other articles
MAX_LINES, MAX_TEXT = 500, 2000  # of a text; characters of a card

_DAYS = re.compile(r"(?:.*/)?(?:19|20)\d\d(?:/\d\d?){1,2}|(?:19|20)\d\d")  # and no name after them


def index_of(page: Page, title: str | None, body: str, shown: Sequence[Card]) -> str | None:
    """What shows that a page is an index; None where it may be an article.

    Args:
        page: the page.
        title: its headline.
        body: the text that was found on it.
        shown: its cards.
    """
    is_article = page.meta.get("og:type", "").lower() == "article"  # as plugins say of any page
    listing = Listing(body, shown)
    if page.news or (page.is_dated and is_article) or listing.paragraphs >= PARAGRAPHS:
        return None
    if found := _said(page, listing):
        return found
    if page.is_dated or len(listing.cards) < FEW:
        return None
    if listing.is_of_others and (found := _named(page, title, listing)):
        return found
    if is_article or any(length(line) >= SENTENCE for line in listing.own):
        return None
    number, is_named = len(listing.cards), length(_called(page, title)) <= NAME
    if number >= MOST or (number >= MANY and is_named):
        return f"it has {number} headlines of other articles, and no sentence of its own"
    least = FEW if listing.are_articles else SOME if is_named or listing.is_timed else MANY
    if listing.share >= SHARE and listing.teasers >= least:
        return f"its text is {listing.teasers} teasers of other articles"
    return None


@dataclass(frozen=True)
class Listing:
    """How much of a page's text is told of other articles.

    Args:
        body: its text.
        shown: its cards.
    """

    body: str
    shown: Sequence[Card]

    @cached_property
    def cards(self) -> list[str]:
        """The letters of each card."""
        return [squeezed(text[:MAX_TEXT]) for text in self._texts]

    @cached_property
    def own(self) -> list[str]:
        """The lines of the text that stand in no card; one may reach over several cards."""
        all_of_them = "".join(self.cards)
        return [line for line in self._lines if squeezed(line) not in all_of_them]

    @property
    def paragraphs(self) -> int:
        """How many of its own lines are paragraphs."""
        return sum(length(line) >= PARAGRAPH for line in self.own)

    @property
    def share(self) -> float:
        """How much of the text stands in cards, 0 to 1."""
        return 1 - _words(self.own) / max(1, _words(self._lines))

    @property
    def teasers(self) -> int:
        """How many cards the text has."""
        lines = [squeezed(line) for line in self._lines]
        text = "".join(lines)
        return sum(card in text or any(line in card for line in lines) for card in self.cards)

    @property
    def is_of_others(self) -> bool:
        """Whether the cards of the page tell more than its own text."""
        return _words(self._texts) >= _words(self.own)

    @property
    def is_timed(self) -> bool:
        """Whether most cards have a time of their own: what is of one article has one time."""
        return 2 * sum(map(is_timed, self.shown)) >= len(self.shown) > 0

    @property
    def are_articles(self) -> bool:
        """Whether each card is an `<article>`, and the page's headline stands in none."""
        around = {article for first, *_ in self.shown for article in first.xpath("ancestor-or-self::article[1]")}
        return len(around) == len(self.shown) and not any(each.xpath(".//h1") for each in around)

    @cached_property
    def _texts(self) -> list[str]:
        return [text_of(card) for card in self.shown]

    @cached_property
    def _lines(self) -> list[str]:
        return list(islice((line for line in self.body.splitlines() if squeezed(line)), MAX_LINES))


def _words(texts: list[str]) -> int:
    return sum(map(length, texts))


def _said(page: Page, listing: Listing) -> str | None:
    """What its data say, or an address that only an author's page has."""
    told = {kind for node in page.nodes for kind in kinds(node)}
    if found := sorted(TYPES & told):
        return f"its data call it {found[0]}"
    if len(listing.cards) < FEW:
        return None
    if page.meta.get("og:type", "").lower() == "profile":
        return "its data call it a profile"
    path = segments(page.url or page.canonical)
    if len(path) > 1 and path[-2].lower() in listed("pages", "authors") and _is_name(path[-1]):
        return f"its address is that of an author, {path[-1]!r}"
    return None


def _named(page: Page, title: str | None, listing: Listing) -> str | None:
    """What its address or its title says: a home page, a tag, an archive, a search, or a section of that name."""
    if page.url and is_home(page.url):
        return "its address is the site's"
    url = page.url or page.canonical
    path = [part.lower() for part in segments(url)] if _names_all(url) else []
    if len(path) > 2 and path[-2] in listed("pages", "numbered") and path[-1].isdecimal():
        path = path[:-2]
    if _DAYS.fullmatch("/".join(path)):
        return "its address is that of a day, a month or a year"
    if path and path[-1] in (*listed("pages", "indices"), *listed("pages", "news")):
        return f"its address says {path[-1]!r}"
    if len(path) > 1 and path[-2] in listed("pages", "indices") and _is_name(path[-1]):
        return f"its address says {path[-2]!r}"
    called = _called(page, title)
    if found := pattern("pages", "index").match(called):
        return f"its title says {found[0]!r}"
    if not path:
        return None
    is_alone = len(path) == 1 or length(path[-1]) == 1 or listing.is_timed  # a column has such an address too
    for name in (called, title or ""):
        if is_alone and listing.paragraphs <= 1 and _is_name(name) and fold(name) == fold(path[-1]):
            return f"its title and its address say {name!r}"
    return None


def _names_all(url: str | None) -> bool:
    """Whether an address is all path, or has parameters of an index alone: what is searched for, a number of a page."""
    query = (url or "").partition("#")[0].partition("?")[2]
    return all(part.partition("=")[0].lower() in listed("pages", "asked") for part in query.split("&") if part)


def _called(page: Page, title: str | None) -> str:
    """Its title; where only the browser's tab has one, the only heading of the page, however short."""
    shown = [flat(tag.text_content()) for tag in page.tree.xpath("//h1")[:2]]
    return title or "" if page.meta.get("og:title") or len(shown) != 1 else shown[0]


def _is_name(text: str) -> bool:
    """Whether a text may be the name of a section, a tag or a person, and is hardly a headline or a number."""
    return 0 < length(text) <= NAME and not any(letter.isdecimal() for letter in text)
