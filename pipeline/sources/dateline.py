"""What stands beside the headline for people to read, the day and by whom: for pages that have no data for robots.

Only a day that can't be misread counts (written.py), in the page's language.

Under the text a day or a name is of something else, a book or another article, unless a list there speaks of this one.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from lxml import etree

from pipeline.sources import written
from pipeline.sources.boilerplate import pattern
from pipeline.sources.dates import since_the_web
from pipeline.sources.metadata import MIN_HEAD, Page, flat, squeezed

LOOKED_AT = 40  # blocks after the headline; what follows them is of the article, or of others
BRIEF, LONG = 25, 40  # words up to which a block may be a dateline, and from which on it is the article's beginning
MAX_LINE, MAX_LABEL = 300, 30  # characters
WORDY = 25  # words of a paragraph of the text at least
MAX_DAY = 8  # words of a line that is nothing but a day
BESIDE = 6  # words that may stand beside a day; in more of them it is the day of a picture or of an event

_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "li", "main", "ol", "p", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_PASSED_OVER = {"aside", "button", "figure", "footer", "form", "nav", "noscript", "script", "select", "style", "svg"}
_OF_OTHERS = {"aside", "figure", "footer", "nav"}


def day_beside(page: Page) -> str | None:
    """The first day that such a line tells, with the time that follows it, as ISO 8601; None where there is none.

    The day of an update is passed over.
    """
    language = written.language_of(page.language)
    for line in [*lines(page), *listed(page, "dated")]:
        if (found := _day_in(line, language)) is not None:
            return found
    return None


def is_day(page: Page, line: str) -> bool:
    """Whether a line tells a day and nothing else: `Tuesday, 3 November 2026, 14:07`, `Published 3 November 2026`."""
    if len(line.split()) > MAX_DAY or line.endswith(".") or pattern("updated").search(line):
        return False
    return _day_in(line, written.language_of(page.language), beside=2) is not None


def lines(page: Page) -> list[str]:
    """The short texts between the headline and the beginning of the article, in their order.

    It begins with a long block, or with the second of middling length: the first may be a summary.
    """
    found: list[str] = []
    headline = _heading(page)
    if headline is None:
        return []
    summaries = 0
    for number, text in enumerate(_blocks_after(page.tree, headline)):
        words = len(text.split())
        summaries += words > BRIEF
        if words >= LONG or summaries > 1 or number >= LOOKED_AT:
            break
        if words <= BRIEF and len(text) <= MAX_LINE:
            found.append(text)
    return found


def labelled(page: Page, what: str) -> list[str]:
    """What follows a label, beside it or in the next line, in `lines`: `<b>Author:</b> Ana Ferrand-Ruiz`.

    Args:
        page: the page, as read.
        what: the list of labels in data/boilerplate.toml.
    """
    found = []
    for line, following in pairwise([*lines(page), ""]):
        label, _, text = line.partition(":")
        if _is_label(label, what):
            found.append(text.strip() or following)
    return found


def listed(page: Page, what: str) -> list[str]:
    """The same of a list or a table outside of the text, one that has labels both for an author and for a day.

    That is how a page speaks of its article; a box about a book stands in the text, or to the side.
    """
    text, found = text_element(page), list[str]()
    if text is None:
        return []
    above = set(text.iterancestors())
    for each in page.tree.xpath("//dl|//table|//ul|//ol"):
        pairs = list(_pairs(each)) if each not in above else []
        written = any(_is_label(label, "written_by") for label, _ in pairs)
        if not written or not any(_is_label(label, "dated") or _is_label(label, "day") for label, _ in pairs):
            continue
        if not any(tag is text or tag.tag in _OF_OTHERS for tag in each.iterancestors()):
            found += [told for label, told in pairs if _is_label(label, what)]
    return found


def text_element(page: Page) -> Any:
    """The element that has most of the page's words in paragraphs of its own; None where there are no such."""
    words: dict[Any, int] = {}
    for paragraph in page.tree.xpath("//p"):
        if (number := len(paragraph.text_content().split())) >= WORDY:
            words[paragraph.getparent()] = words.get(paragraph.getparent(), 0) + number
    return max(words, key=lambda each: words[each], default=None)


def _pairs(listing: Any) -> Iterator[tuple[str, str]]:
    """The labels of a list or a table, each with what stands beside it."""
    for tag in listing.xpath("./dt|./div/dt|.//th|./li/*[1]"):
        label = flat(tag.text_content()) if len(tag) < 3 else ""
        if 0 < len(label) <= MAX_LABEL:
            beside = next(tag.itersiblings("*"), None)
            text = flat(tag.tail or "") or (flat(beside.text_content()) if beside is not None else "")
            yield label, text[:MAX_LINE].strip(" :")


def _is_label(text: str, what: str) -> bool:
    return len(text) <= MAX_LABEL and pattern(what).fullmatch(text.strip(" :")) is not None


def _heading(page: Page) -> Any:
    """The element of the headline: the first `<h1>`, or the heading that reads as OpenGraph's title."""
    title = squeezed(page.meta.get("og:title", ""))
    for heading in page.tree.xpath("//h1") or page.tree.xpath("//h2|//h3"):
        text = squeezed(flat(heading.text_content()))
        if len(text) > MIN_HEAD and (heading.tag == "h1" or (title and (title in text or text in title))):
            return heading
    return None


def _blocks_after(tree: Any, element: Any) -> Iterator[str]:
    """The texts of the blocks that follow an element, asides, pictures and buttons left out."""
    parts: list[str] = []
    begun = False
    walk = etree.iterwalk(tree, events=("start", "end", "comment"))
    for event, node in walk:
        if event != "comment" and node.tag in _BLOCKS:
            if text := flat(" ".join(parts)):
                yield text
            parts = []
        # A whole page may stand in a form (ASP.NET): only the forms after the headline are boxes to fill in.
        if event == "start" and node.tag in _PASSED_OVER and (begun or node.tag != "form"):
            walk.skip_subtree()
        elif begun:
            parts.append((node.text if event == "start" else node.tail) or "")
        begun = begun or (event == "end" and node is element)


def _day_in(line: str, language: str, beside: int = BESIDE) -> str | None:
    for found in written.find(line, language):
        others = f"{line[: found.start]} {line[found.end :]}"
        if len(re.findall(r"[^\W\d_]{2,}", others)) > beside or pattern("updated").search(line[: found.start]):
            continue
        if (day := since_the_web(found.when, exact=found.exact)) is not None:
            return day
    return None
