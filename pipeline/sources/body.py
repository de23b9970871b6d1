"""The text of an article on its page, without what stands around and between its paragraphs.

The body is found by trafilatura. Where the page's JSON-LD carries the body too (`articleBody`), the two are compared:
paragraphs that only trafilatura has are dropped, and a body of which it has missed much is taken from JSON-LD. The
standfirst, which many pages have outside of the body, is put before it where it is shown on the page.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from lxml import html as lxml_html

from pipeline.sources.beside import heading
from pipeline.sources.boilerplate import pattern
from pipeline.sources.cards import Card
from pipeline.sources.dateline import is_day
from pipeline.sources.extractor import extracted, letters, paragraphs, with_tables
from pipeline.sources.insertions import SHORT, Insertions
from pipeline.sources.layout import filled, length, plain, readable, tables_of_data
from pipeline.sources.metadata import Page, string
from pipeline.sources.posts import articles_of_posts
from pipeline.sources.related import SENTENCE, has_cards, related, without_related
from pipeline.sources.stamp import is_stamp
from pipeline.sources.written import language_of

TOLD = 0.75  # of the words of one text in another, from which on they tell the same
WHOLE = 0.8  # of the page's words that JSON-LD has at least, where it has the whole body
LAST = 0.6  # of the words of a text, after which a heading may end the article
ABOVE = 5  # paragraphs among which the headline, the byline and the day may be
BELOW = 3  # paragraphs among which the days of publication and update may be, with a label
MAX_POSTS = 500  # of a live blog that are looked at
MIN_LEAD, MAX_LEAD = 8, 100  # words of a standfirst

_NO_XML = re.compile("[\x00-\x1f\ud800-\udfff\ufffe\uffff]")  # what lxml takes in no text of its own
_BULLET = re.compile(r"^[-–•*]\s+")


def body_of(page: Page, title: str | None, people: Sequence[str], shown: Sequence[Card]) -> tuple[str, int]:
    """The article's text, a blank line between its paragraphs, empty where there is none; how many tables it lacks.

    Args:
        page: the page.
        title: its headline.
        people: its authors, whose bylines are no part of the text.
        shown: its cards.
    """
    markup = _markup(page, title)
    found = _of_its_own(extracted(markup, page.url), page, title, shown)
    told = _told(page)
    if told:
        found = _agreed(found, told)
    kept = _without_insertions(found, page, title, people)
    lead = _lead(page, kept)
    body = "\n\n".join([lead, *kept] if lead else kept)
    return body, _left_out(markup, page, body)


def _markup(page: Page, title: str | None, without: Sequence[Any] = ()) -> str:
    parts = articles_of_posts(page, heading(page), language_of(page.language))
    return readable(page, title, without, parts)


def _of_its_own(found: list[str], page: Page, title: str | None, shown: Sequence[Card]) -> list[str]:
    """What was found without the cards of other articles; where no sentence is left, what is found without those."""
    others = related(page, title, shown) if has_cards(found, shown) else []
    own = without_related(found, others)
    if len(own) == len(found) or any(length(line) >= SENTENCE for line in own):
        return own
    again = without_related(extracted(_markup(page, title, others), page.url), others)
    return again if any(length(line) >= SENTENCE for line in again) else found


def _left_out(markup: str, page: Page, body: str) -> int:
    """How many tables of data stand in the article, but not in its text: their cells make no sentences."""
    rows = [max(map(letters, map("".join, map(filled, table.iter("tr")))), key=len) for table in tables_of_data(page)]
    if not rows or not body:
        return 0
    whole, without = letters(with_tables(markup, page.url)), letters(body)
    return sum(row in whole and row not in without for row in rows)


def _told(page: Page) -> list[str]:
    """The paragraphs of the body in JSON-LD, none where it is not a whole one."""
    whole, updates = _paragraphs_of(page.news.get("articleBody")), page.news.get("liveBlogUpdate")
    posts = [each for each in updates[:MAX_POSTS] if isinstance(each, dict)] if isinstance(updates, list) else []
    parts = [text for post in posts for text in _paragraphs_of(post.get("articleBody"))]
    # The page shows the last of many posts: only what the body says too is taken from them, to break it where they do.
    is_whole = share(words(" ".join(parts)), words(" ".join(whole))) >= TOLD
    told = parts if is_whole and len(parts) > len(whole) else whole
    return told if sum(len(each.split()) for each in told) >= 60 else []


def _paragraphs_of(body: Any) -> list[str]:
    """The paragraphs of an `articleBody`, which may have markup."""
    body = string(body) or ""
    if re.search(r"</?(?:p|br|div|li|a|b|i|em|strong|span)\b", body):
        tree = lxml_html.fragment_fromstring(body, create_parent="div")
        for block in tree.xpath(".//p|.//br|.//div|.//li"):
            block.tail = "\n" + (block.tail or "")
        body = str(tree.text_content())
    return paragraphs(body)


def _agreed(found: list[str], told: list[str]) -> list[str]:
    """What the page and its JSON-LD agree on: the page's paragraphs where they have it all, else JSON-LD's."""
    shown, data = words(" ".join(found)), words(" ".join(told))
    alike = share(data, shown) >= TOLD or share(shown, data) >= TOLD
    if not alike or sum(data.values()) < WHOLE * sum(shown.values()):
        return found  # another text, a summary, or only the beginning
    kept = [each for each in found if share(words(each), data) >= TOLD]
    distinct = words(" ".join(kept)).keys() & data.keys()  # not how often: there are pages whose data has it twice
    if len(distinct) >= 0.9 * len(data) and 2 * len(kept) >= len(told):  # in fewer they have run together
        return kept
    return told


def _without_insertions(found: Sequence[str], page: Page, title: str | None, people: Sequence[str]) -> list[str]:
    """Paragraphs without headline, byline, day, links to other articles, credits, and what follows the article."""
    language, names = language_of(page.language), {plain(name) for name in people}
    insertions = Insertions(page, language, people)
    inserted, kept = set(insertions.places(found)), list[str]()
    size, seen = sum(len(each.split()) for each in found), 0
    for number, each in enumerate(found):
        text = _BULLET.sub("", each)
        short = length(text) <= SHORT
        is_late = seen >= LAST * size and len(text.split()) <= 6
        if (is_late and _is_ending(text)) or insertions.is_above_comments(text, kept):
            break
        seen += len(each.split())
        if number in inserted or (short and pattern("paragraphs").match(text)):
            continue
        above = number < ABOVE and (plain(text) == plain(title or "") or _is_byline(text, names))
        if above or (number < ABOVE and short and (is_day(page, text) or is_stamp(text, language, people))):
            continue
        if number >= len(found) - BELOW and is_stamp(text, language, people, labelled=True):
            continue
        kept.append(each)
    return kept


def _is_ending(text: str) -> bool:
    """Whether a heading stands above what is no article: `More from Tidewater`, `Comments`."""
    return any(pattern(name).fullmatch(text) is not None for name in ("endings", "comments"))


def _is_byline(text: str, names: set[str]) -> bool:
    """`By Wanjiru Achebo-Lind`, `Von …`, but no paragraph of a script without blanks that names an author."""
    line = plain(text)
    return length(text) <= 8 and any(name and name in line for name in names) and not text.endswith((".", "。"))


def _lead(page: Page, kept: Sequence[str]) -> str | None:
    """The standfirst: the description of the page where it stands in the page too, and not in the body."""
    text = string(page.news.get("description")) or page.meta.get("og:description") or page.meta.get("description") or ""
    text = _NO_XML.sub("", " ".join(text.split()))
    size = len(text.split())
    if not (MIN_LEAD <= size <= MAX_LEAD) or text.endswith(("…", "...")) or not kept:
        return None
    if share(words(text), words(" ".join(kept[:4]))) >= TOLD:
        return None
    shown = "//*[self::p or self::h2 or self::div or self::span][contains(normalize-space(.), $start)]"
    return text if page.tree.xpath(shown, start=text[:60]) else None


def words(text: str) -> Counter[str]:
    """The words of a text, and how often each stands in it."""
    return Counter(re.findall(r"\w+", text.lower()))


def share(part: Counter[str], whole: Counter[str]) -> float:
    """How much of one text's words stand in another, 0 to 1."""
    return sum((part & whole).values()) / max(1, sum(part.values()))
