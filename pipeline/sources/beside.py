"""The lines that stand beside the headline for people to read: for pages that have no data for robots.

Under the text a day or a name is of something else, a book or another article, unless a list there speaks of this one.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import Any

from lxml import etree

from pipeline.sources.boilerplate import pattern
from pipeline.sources.events import is_of_event
from pipeline.sources.layout import length, width
from pipeline.sources.metadata import MIN_HEAD, Page, flat, squeezed

LOOKED_AT = 40  # blocks after the headline; what follows them is of the article, or of others
BRIEF, LONG = 25, 40  # words up to which a block may be a dateline, and from which on it is the article's beginning
MAX_LINE, MAX_LABEL = 300, 30  # characters
MAX_STAMPS = 5  # times of one line
LINK = 4  # words of a link from which on it is the headline of another article
WORDY, BRIEFER = 25, 10  # words of a paragraph of the text at least; where no paragraph has as many

_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "li", "main", "ol", "p", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_TYPE = {"abbr", "b", "em", "font", "i", "mark", "small", "strong", "sub", "sup", "time", "u", "wbr"}
_PASSED_OVER = {
    "aside", "blockquote", "button", "figure", "footer", "form", "nav", "noscript", "script", "select", "style", "svg",
}  # fmt: skip
_OF_OTHERS = {"aside", "figure", "footer", "nav"}
_BOX = re.compile(r"(?i)(?:^|[-_\s])(?:comments?|related|recommend\w*|newsletter|promo)(?:$|[-_\s])")
_DATED = re.compile(
    r"(?i)(?:^|[-_\s])(?:date|datetime|dateline|time|timestamp|published|posted|pubdate|byline|meta|datum|fecha)(?:$|[-_\s])"
    r"|(?:publish|publication|post|article|story|entry)(?:ed)?[-_]?(?:date|time|on)"
)
_OF_UPDATE = re.compile(r"(?i)(?:^|[-_\s])(?:updated|modified|date-?modified)(?:$|[-_\s])")
_OF_PUBLICATION = re.compile(r"(?i)publish|entry-date|created")  # some themes call the only day both


@dataclass
class Line:
    """A block's text, its blanks single.

    Args:
        text: of all that stands in it.
        cuts: where an element begins or ends in it that is more than a kind of type, offsets in code points.
        stamps: its `<time datetime=…>`: from where to where they stand, and what they say.
        is_dated: whether the page calls it, or a part of it, its date or its byline (`class`).
        element: that the first of it stands in; None of what stands on no page.
    """

    text: str = ""
    cuts: tuple[int, ...] = ()
    stamps: tuple[tuple[int, int, str], ...] = ()
    is_dated: bool = False
    element: Any = None


def lines(page: Page) -> list[str]:
    """The short texts between the headline and the beginning of the article, in their order."""
    return [line.text for line in lines_below(page) if line.text]


def lines_below(page: Page) -> list[Line]:
    """The same with where their parts begin.

    The article begins with a long block, or with the second of middling length: the first may be a summary.
    """
    found: list[Line] = []
    headline = heading(page)
    if headline is None:
        return []
    summaries = 0
    for number, line in enumerate(_blocks(page.tree, text_element(page), after=headline)):
        words = length(line.text)
        summaries += words > BRIEF
        if words >= LONG or summaries > 1 or number >= LOOKED_AT:
            break
        if words <= BRIEF and len(line.text) <= MAX_LINE and (line.text or line.stamps):
            found.append(line)
    return found


def lines_above(page: Page) -> list[Line]:
    """The short texts above the headline in the article's own element, or in the smallest that it shares with the text.

    That may be a header, but not the whole page, whose clock is no article's.
    """
    headline = heading(page)
    text = next((tag for least in (WORDY, BRIEFER) if (tag := text_element(page, least)) is not None), None)
    above = [] if headline is None else list(headline.iterancestors("article", "header", "main", "div", "section"))
    shared = set() if text is None else {text, *text.iterancestors()}
    own = [tag for tag in above if tag.tag in ("article", "header")] + [tag for tag in above if tag in shared]
    root = next((tag for tag in above if tag.tag == "article"), own[0] if own else None)
    if root is None:
        return []
    found = _blocks(root, text, until=headline)
    brief = (line for line in islice(found, LOOKED_AT) if len(line.text) <= MAX_LINE)
    return [line for line in brief if length(line.text) <= BRIEF]


def labelled(page: Page, what: str) -> list[str]:
    """What follows a label, beside it or in the next line, in `lines`: `<b>Author:</b> Ana Ferrand-Ruiz`.

    Args:
        page: the page, as read.
        what: the list of labels in data/boilerplate.toml.
    """
    found = []
    for line, following in pairwise([*lines(page), ""]):
        label, _, text = line.partition(":")
        if is_label(label, what):
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
        written = any(is_label(label, "written_by") for label, _ in pairs)
        if not written or not any(is_label(label, "dated") or is_label(label, "day") for label, _ in pairs):
            continue
        if not any(tag is text or tag.tag in _OF_OTHERS for tag in each.iterancestors()):
            found += [told for label, told in pairs if is_label(label, what)]
    return found


def text_element(page: Page, least: int = WORDY) -> Any:
    """The element that has most of the page's words in paragraphs of its own; None where there are no such.

    Args:
        page: the page.
        least: words of such a paragraph.
    """
    words: dict[Any, int] = {}
    for paragraph in page.tree.xpath("//p"):
        if (number := length(paragraph.text_content())) >= least:
            words[paragraph.getparent()] = words.get(paragraph.getparent(), 0) + number
    return max(words, key=lambda each: words[each], default=None)


def is_label(text: str, what: str) -> bool:
    """Whether a text is one of the labels in a list of data/boilerplate.toml."""
    return len(text) <= MAX_LABEL and pattern(what).fullmatch(text.strip(" :：")) is not None


def heading(page: Page) -> Any:
    """The element of the headline: the first `<h1>`, best one that reads as the page's title, and none of the outlet.

    Where a menu has the only `<h1>`, it is the first heading in the article's own header, else one that the title has.
    """
    tab = next((tag.text_content() for tag in page.tree.xpath("//head/title")), "")
    title = squeezed(page.meta.get("og:title") or flat(tab))
    outlets = {squeezed(page.publisher), squeezed(page.meta.get("og:site_name", ""))} - {title}
    tags = [*page.tree.xpath("//h1"), *page.tree.xpath("//h2|//h3")]
    named = [(squeezed(flat(tag.text_content())), tag) for tag in tags]
    shown = [(text, tag) for text, tag in named if width(text) > MIN_HEAD and text not in outlets]
    free = [(text, tag) for text, tag in shown if next(tag.iterancestors("nav", "li", "dialog"), None) is None]
    titled = [tag for text, tag in free if title and (title in text or text in title)]
    found = [tag for tag in titled if tag.tag == "h1"] + [tag for _, tag in free if tag.tag == "h1"]
    found += [tag for _, tag in free if tag.xpath("ancestor::header/ancestor::article")] + titled
    return next(iter([*found, *(tag for _, tag in shown if tag.tag == "h1")]), None)


def _pairs(listing: Any) -> Iterator[tuple[str, str]]:
    """The labels of a list or a table, each with what stands beside it."""
    for tag in listing.xpath("./dt|./div/dt|.//th|./li/*[1]"):
        label = flat(tag.text_content()) if len(tag) < 3 else ""
        if 0 < len(label) <= MAX_LABEL:
            beside = next(tag.itersiblings("*"), None)
            text = flat(tag.tail or "") or (flat(beside.text_content()) if beside is not None else "")
            yield label, text[:MAX_LINE].strip(" :")


def _blocks(root: Any, text: Any, *, after: Any = None, until: Any = None) -> Iterator[Line]:
    """The blocks of an element, asides, pictures, buttons and boxes of others left out.

    Args:
        root: the element.
        text: that of the article's text, so that nothing that holds it is a box.
        after: an element in it, behind which they begin; None for its beginning.
        until: one before which they end; None for its end.
    """
    block, begun = _Block(), after is None
    walk = etree.iterwalk(root, events=("start", "end", "comment"))
    for event, node in walk:
        if event == "start" and node is until:
            break
        if event != "comment" and node.tag in _BLOCKS:
            if block.line.text or block.line.stamps:
                yield block.line
            block = _Block()
        if event == "start" and node is not root and _is_passed_over(node, text, after, begun=begun):
            walk.skip_subtree()
        elif begun:
            block.take(event, node)
        begun = begun or (event == "end" and node is after)
    if until is not None and (block.line.text or block.line.stamps):
        yield block.line


def _is_passed_over(node: Any, text: Any, after: Any, *, begun: bool) -> bool:
    """Whether what stands in an element is of something else than the article."""
    if not begun or node.tag in _PASSED_OVER:
        # A whole page may stand in a form (ASP.NET): only the forms after the headline are boxes to fill in.
        return node.tag in _PASSED_OVER and (begun or node.tag != "form")
    if node.tag == "li":  # a link to another article, with its day
        return any(len(flat(link.text_content()).split()) >= LINK for link in node.iter("a"))
    is_other = node.tag == "article" and after is not None and (_is_in_article(after) or _is_one_of_several(node))
    is_box = _BOX.search(f"{node.get('class', '')} {node.get('id', '')}") is not None or is_of_event(node)
    if not is_other and not is_box:
        return False
    return text is None or (node is not text and all(tag is not node for tag in text.iterancestors()))


def _is_in_article(tag: Any) -> bool:
    return next(tag.iterancestors("article"), None) is not None


def _is_one_of_several(article: Any) -> bool:
    """Whether an `<article>` has another one beside it."""
    beside = (next(article.itersiblings("article", preceding=before), None) for before in (True, False))
    return any(each is not None for each in beside)


def _is_update(time: Any) -> bool:
    """Whether the page calls a `<time>` that of an update, and not of the publication as well."""
    named = f"{time.get('class', '')} {time.get('itemprop', '')}"
    return _OF_UPDATE.search(named) is not None and _OF_PUBLICATION.search(named) is None


class _Block:
    """A block while it is read."""

    def __init__(self) -> None:
        self.line = Line()
        self._cut = False
        self._stamp = 0

    def take(self, event: str, node: Any) -> None:
        """The text of an element that begins, or what follows one that ends."""
        self._cut = self._cut or (event != "comment" and node.tag not in _TYPE)
        if node.tag == "time" and event == "start":
            self.line.element = node if self.line.element is None else self.line.element
            self._stamp = len(self.line.text) + 1 if self.line.text else 0
        if not (node.tag == "time" and _is_update(node)):
            self._add(flat((node.text if event == "start" else "") or ""), node)
        said = node.get("datetime") if node.tag == "time" and event == "end" else None
        if said and not _is_update(node) and not is_of_event(node) and len(self.line.stamps) < MAX_STAMPS:
            end = len(self.line.text)
            self.line.stamps += ((min(self._stamp, end), end, said),)
        if event != "start":
            self._add(flat(node.tail or ""), node.getparent())

    def _add(self, text: str, holder: Any) -> None:
        if not text:
            return
        self.line.text += " " if self.line.text else ""
        if self._cut:
            self.line.cuts += (len(self.line.text),)
            self._cut = False
        self.line.text += text
        self.line.element = holder if self.line.element is None else self.line.element
        near = [holder, *islice(holder.iterancestors(), 2)] if holder is not None else []
        self.line.is_dated = self.line.is_dated or any(_DATED.search(tag.get("class", "")) for tag in near)
