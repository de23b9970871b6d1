"""A page's markup without what is no text on any page, and with what is text where an extractor looks for it.

Menus, `<noscript>` and the articles that follow the page's own are taken away. `<time>` stands within sentences as any
other words do, and a table that is there for the layout alone is none: its cells are parts of the page.
"""

import re
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import islice
from typing import Any

from lxml import html as lxml_html

from pipeline.sources.metadata import Page
from pipeline.sources.stamp import tells_nothing

MAX_TABLES = 100  # of a page that are looked at
PROSE = 15  # words of a table's cell from which on it is a paragraph
NEAR = 20  # elements beside a time, or around it, that are looked at
MAX_TIMES = 500  # of a page that are looked at
NAME = 4  # words of a name
FAR = 300  # characters of a line that is no label
WORDY = 25  # words of a paragraph that no menu has

_UNSPACED = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]")
_DENSE = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_BLOCKS = "p|.//div|.//ul|.//ol|.//dl|.//table|.//blockquote|.//h1|.//h2|.//h3|.//h4|.//section|.//article"
BREAKS = {
    "article", "aside", "blockquote", "body", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "html", "li", "main", "ol", "p", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_MENUS = "//nav|//*[@role='navigation']|//header[.//nav or .//*[@role='navigation']]"


def readable(page: Page, title: str | None, without: Sequence[Any] = (), parts: Sequence[Any] = ()) -> str:
    """The markup of a page for an extractor of text.

    Args:
        page: the page; it stays as it is.
        title: the headline of its article.
        without: elements of the page that are no part of it.
        parts: `<article>`s that are but parts of it: an extractor would take the first of them for the whole.
    """
    tree = deepcopy(page.tree)
    for each in _same(tree, page.tree, parts):
        _make_part(each)
    for each in [
        *_same(tree, page.tree, without),
        *_following(tree, title),
        *tree.xpath("//noscript"),
        *filter(_is_menu, tree.xpath(_MENUS)),
    ]:
        if each.getparent() is not None:
            each.drop_tree()
    for each in list(islice(tree.iter("time"), MAX_TIMES)):
        if each.getparent() is not None:
            _place(each)
    for table in tree.xpath("//table")[:MAX_TABLES]:
        if not is_data(table):
            _lay_open(table)
    for each in list(tree.iter()):
        if _is_bare(each):
            each.tag = "div"
    return str(lxml_html.tostring(tree, encoding="unicode"))


def _make_part(article: Any) -> None:
    """Take from an `<article>`, and from what in it has most of its words, all that calls it the text of a page."""
    article.tag, inner = "section", article
    for _ in range(NEAR):
        for name in ("class", "id", "itemprop", "role"):
            inner.attrib.pop(name, None)
        half = length(inner.text_content()) / 2
        blocks = islice(inner.iterchildren("div", "section", "main", "article"), NEAR)
        inner = next((each for each in blocks if length(each.text_content()) > half), None)
        if inner is None:
            break


def _same(tree: Any, other: Any, elements: Sequence[Any]) -> list[Any]:
    """The elements of a copy of a tree that stand where those of the tree do."""
    sought = set(elements)
    return [copied for copied, each in zip(tree.iter(), other.iter(), strict=True) if each in sought] if sought else []


def tables_of_data(page: Page) -> list[Any]:
    """The tables of a page that are more than its layout."""
    return [table for table in page.tree.xpath("//table")[:MAX_TABLES] if is_data(table)]


def is_data(table: Any) -> bool:
    """Whether a table has cells side by side that are no paragraphs."""
    if table.get("role") in ("presentation", "none") or next(table.iterdescendants("table"), None) is not None:
        return False
    rows = [cells for row in table.iter("tr") if len(cells := filled(row)) > 1]
    sizes = [length(cell) for row in rows for cell in row]
    has_heads = next(table.iter("th", "caption"), None) is not None
    return bool(rows) and (has_heads or 2 * sum(size for size in sizes if size >= PROSE) < sum(sizes))


def filled(row: Any) -> list[str]:
    """The texts of a row's cells that have letters or digits."""
    return [text for cell in row.xpath("./td|./th") if re.search(r"\w", text := cell.text_content())]


def length(text: str) -> int:
    """How many words a text has; of scripts without blanks two letters count as one."""
    return len(text.split()) + len(_UNSPACED.findall(text)) // 2


def width(text: str) -> int:
    """How many characters a text has; those of scripts that write a syllable or a word with each count twice."""
    return len(text) + len(_DENSE.findall(text))


def plain(text: str) -> str:
    """The words of a text in lower case, without marks."""
    return " ".join(re.findall(r"\w+", text.lower()))


def _place(time: Any) -> None:
    """Make a time a part of its sentence; one that stands alone, or with a label, is none of the text."""
    before, after = _beside(time, preceding=True), _beside(time, preceding=False)
    parent, is_apart = time.getparent(), re.search(r"\w\s*$", before) is not None and _follows_an_element(time)
    if tells_nothing(f"{before} {after}"):
        if len(parent) <= NEAR and tells_nothing("".join(parent.xpath(".//text()[not(ancestor::time)]"))):
            parent.clear(keep_tail=True)
        else:
            time.drop_tree()
    elif is_apart and not after.strip() and len(before.split()) <= NAME:
        time.drop_tree()  # beside a name
    else:
        time.tag = "span"
        time.text = f" {time.text or ''}" if is_apart else time.text  # what the two say is not one word
        if after[:1].isupper():
            time.tail = f" {time.tail or ''}"


def _is_bare(tag: Any) -> bool:
    """Whether an element is a paragraph by itself, but none that an extractor knows: `<article>`, `<live-post>`."""
    is_block = isinstance(tag.tag, str) and (tag.tag in ("article", "section") or "-" in tag.tag)
    return is_block and length(tag.text_content()) >= PROSE and not tag.xpath(f".//{_BLOCKS}")


def _follows_an_element(tag: Any) -> bool:
    """Whether what stands before it is an element, and no text."""
    while tag.getprevious() is None and tag.getparent() is not None and tag.getparent().tag not in BREAKS:
        if (tag.getparent().text or "").strip():
            return False
        tag = tag.getparent()
    previous = tag.getprevious()
    return previous is not None and not (previous.tail or "").strip()


def _beside(tag: Any, *, preceding: bool) -> str:
    """What stands in the same line before or after an element, other times left out; of a long one its nearer part."""
    found = [] if preceding else [tag.tail or ""]
    for _ in range(NEAR):
        if sum(map(len, found)) > FAR:
            break
        for each in islice(tag.itersiblings(preceding=preceding), NEAR):
            found.append((each.tail or "") if preceding else "")
            if each.tag in BREAKS:
                return _joined(found, preceding)
            found.append(each.text_content() if isinstance(each.tag, str) and each.tag != "time" else "")
            found.append("" if preceding else (each.tail or ""))
        tag = tag.getparent()
        if tag is None:
            break
        found.append((tag.text or "") if preceding else "")
        if tag.tag in BREAKS:
            break
        found.append("" if preceding else (tag.tail or ""))
    return _joined(found, preceding)


def _joined(parts: list[str], preceding: bool) -> str:
    return "".join(reversed(parts) if preceding else parts)


def _following(tree: Any, title: str | None) -> list[Any]:
    """The articles that follow a page's own, as on pages that go on for ever."""
    articles = [each for each in tree.xpath("//article[.//h1]") if not each.xpath("ancestor::article")]
    own = [each for each in articles if any(plain(h1.text_content()) == plain(title or "") for h1 in each.iter("h1"))]
    return articles[articles.index(own[0]) + 1 :] if len(own) == 1 else []


def _is_menu(tag: Any) -> bool:
    """Whether an element that calls itself a menu is one: it has neither the headline nor paragraphs."""
    paragraphs: Iterator[Any] = tag.iter("p")
    is_text = any(length(each.text_content()) >= WORDY for each in paragraphs)
    return not is_text and next(tag.iter("h1", "article"), None) is None


def _lay_open(table: Any) -> None:
    """Make a table's rows and cells blocks of the page; the tables in it stay what they are, and so do cells of links
    beside the headline."""
    is_page = next(table.iter("h1"), None) is not None
    for tag in list(table.iter("tr", "td", "th", "thead", "tbody", "tfoot", "caption")):
        if next(tag.iterancestors("table"), None) is table and not (is_page and tag.tag == "td" and _is_of_links(tag)):
            tag.tag = "p" if tag.tag in ("td", "th", "caption") and not tag.xpath(f".//{_BLOCKS}") else "div"
    table.tag = "div"


def _is_of_links(cell: Any) -> bool:
    linked = sum(len(link.text_content().split()) for link in cell.iter("a"))
    return 2 * linked >= max(1, len(cell.text_content().split()))
