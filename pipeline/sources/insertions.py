"""Lines among an article's paragraphs that are none of its text: links to others, credits, what it asks and offers.

Words alone show it seldom, for a paragraph may begin with any of them. So the page is asked whether all that stands
behind "Read also" is a link; and a line of credits is one of labels and names alone, at either end of the text.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice
from typing import Any

from lxml import etree

from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.layout import BREAKS, length
from pipeline.sources.metadata import Page, flat, squeezed
from pipeline.sources.names import without_addresses
from pipeline.sources.people import is_role, looks_like_a_name
from pipeline.sources.stamp import is_stamp

SHORT = 40  # words up to which a paragraph can be an insertion
ASKED = 30  # words of a line that asks to follow the outlet
SENTENCE, SEVERAL = 8, 3  # words of a paragraph that is text, and how many such stand above comments at least
CHANNEL = 2  # words of a link to such a place
SIGNED = 16  # words of a line with no more than names, roles and an address
ABOVE = BELOW = 5  # paragraphs among which credits may be, at either end
MAX_LINKS, MAX_STEPS = 1000, 500  # of a page, and of a block with links, that are looked at

_MARKS = re.compile(r"^[^\w“”\"„«‚‘'’]+")
_ENDS = re.compile(r"[.!?…。！？।؟۔][\s)\]）】”\"»’]*$")
_QUOTES = re.compile(r"[“”\"„«»「]")
_BRACKETS = " ()（）[]【】<>〈〉=＝|—–-"
_ALONE = re.compile(r"[|·•/\s]+")
_BETWEEN = re.compile(r"\s*[|｜;；]\s*|\s[·•/–—]\s")
_NAMES = re.compile(rf"\s*[、,，&/]\s*|\s(?:{pattern('and').pattern})\s")


class Insertions:
    """The lines of a text that are insertions, as its page shows them.

    Args:
        page: the page, as read.
        language: as `written.language_of` gives it.
        people: the article's authors.
    """

    def __init__(self, page: Page, language: str, people: Sequence[str]) -> None:
        self._language, self._people = language, people
        self._links, self._channels, self._labelled = set[str](), set[str](), set[str]()
        for text, links in _lines_with_links(page):
            linked = " ".join(links)
            if any(length(link) <= CHANNEL and pattern("channels").search(link) for link in links):
                self._channels.add(squeezed(text))
            if squeezed(text) == squeezed(linked):
                self._links.add(squeezed(text))
            if _is_labelled(text, linked):
                self._labelled.add(squeezed(text))
        heads = page.tree.xpath("//h2|//h3|//h4|//h5|//h6")
        self._heads = {squeezed(head.text_content()) for head in heads[:MAX_LINKS]}

    def places(self, lines: Sequence[str]) -> Iterator[int]:
        """Where in a text its insertions stand; of those below a label alone, the lines that are links."""
        is_below = False
        for number, line in enumerate(lines):
            key, is_short = squeezed(line), length(line) <= SHORT
            is_label = is_short and _label().fullmatch(_MARKS.sub("", line).rstrip(" :：")) is not None
            is_below = is_label or (is_below and is_short and key in self._links)
            is_at_end = number < ABOVE or number >= len(lines) - BELOW
            if is_below or key in self._labelled or (is_short and self._is_one(line, is_at_end=is_at_end)):
                yield number

    def is_above_comments(self, line: str, before: Sequence[str]) -> bool:
        """Whether a line is a heading below some text that says how many comments readers have written."""
        if sum(length(each) >= SENTENCE for each in before[:SHORT]) < SEVERAL:
            return False
        return len(line) <= SHORT and _counted().fullmatch(line) is not None and squeezed(line) in self._heads

    def _is_one(self, line: str, *, is_at_end: bool) -> bool:
        text = _MARKS.sub("", line)
        if _with_colon().match(text) and not _ENDS.search(text):
            return True
        is_tool = all(_tool().fullmatch(part) for part in _BETWEEN.split(text.rstrip(" ]］】)）>.:")))
        if (
            (is_tool and squeezed(line) not in self._heads)
            or _ALONE.fullmatch(line)
            or _counted().fullmatch(line)
            or self._asks(line)
        ):
            return True
        return is_at_end and (self._is_credit(line) or self._is_signature(line))

    def _asks(self, line: str) -> bool:
        """Whether a line asks to follow the outlet somewhere: it says "us", or the words for it are a link."""
        text = _MARKS.sub("", line)
        if length(line) > ASKED or _QUOTES.search(line) or not pattern("follow").match(text):
            return False
        is_ours = squeezed(line) in self._channels or pattern("ours").search(text) is not None
        return is_ours and pattern("channels").search(text) is not None

    def _is_credit(self, line: str) -> bool:
        """Whether a line has nothing but labels of those who made the article, with names, and times."""
        whole = _next_label().sub("|", without_addresses(line) if "@" in line else line)
        parts = [part for part in _BETWEEN.split(whole.strip(_BRACKETS)) if part]
        named = [_made_by().match(part) for part in parts]
        return any(named) and all(
            _are_names(part[match.end() :]) if match else is_stamp(part, self._language)
            for part, match in zip(parts, named, strict=True)
        )

    def _is_signature(self, line: str) -> bool:
        """Whether a line is an e-mail address, alone or with a name or a role, or an author with no more than that."""
        if length(line) > SIGNED or _ENDS.search(line):
            return False
        rest = bare = (without_addresses(line) if "@" in line else line).strip(_BRACKETS)
        for name in self._people:
            rest = rest.replace(name, " ")
        words = [word for word in re.split(r"[\s,;·|/]+", rest) if word]
        if rest != bare and all(map(is_role, words)):
            return True
        return "@" in line and "@" not in bare and (looks_like_a_name(bare) or any(map(is_role, words)) or not words)


def _lines_with_links(page: Page) -> Iterator[tuple[str, list[str]]]:
    """The short lines of a page that have links: all of each, and what of it is linked."""
    blocks = dict.fromkeys(_block(link) for link in islice(page.tree.iter("a"), MAX_LINKS))
    for block in blocks:
        for pieces in _lines(block):
            text = flat("".join(piece for piece, _ in pieces))
            links = [piece for piece, is_linked in pieces if is_linked and piece.strip()]
            if links and length(text) <= SHORT:
                yield text, links


def _block(link: Any) -> Any:
    """The nearest element around a link that is more than a kind of type."""
    return next((each for each in link.iterancestors() if each.tag in BREAKS), link)


def _lines(block: Any) -> Iterator[list[tuple[str, bool]]]:
    """The lines of an element without the blocks in it: their pieces, and whether each is linked."""
    line, links = list[tuple[str, bool]](), 0
    walk = etree.iterwalk(block, events=("start", "end", "comment"))
    for event, node in islice(walk, MAX_STEPS):
        is_block = event != "comment" and node is not block and node.tag in BREAKS
        links += (event == "start") - (event == "end") if node.tag == "a" else 0
        if is_block and event == "start":
            yield line
            line = []
            walk.skip_subtree()
        elif event == "start" and node.tag not in ("script", "style"):
            line.append((node.text or "", links > 0))
        if event != "start" and node is not block:
            line.append((node.tail or "", links > 0))
    yield line


def _is_labelled(text: str, linked: str) -> bool:
    """Whether a line is a label and links alone; a linked sentence with no mark before it may be the text's."""
    bare = _MARKS.sub("", text)
    match = _label().match(bare)
    rest = squeezed(bare[match.end() :]) if match else ""
    if not match or not rest or not squeezed(linked).endswith(rest):
        return False
    return bare[match.end() :].lstrip()[0] in ":：|–—»›→▶>" or not _ENDS.search(bare)


def _are_names(text: str) -> bool:
    """Whether words are names of persons, or single ones with capitals."""
    names = [name for name in _NAMES.split(text.strip(_BRACKETS)) if name]
    return bool(names) and all(looks_like_a_name(name) or (name.istitle() and " " not in name) for name in names)


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{pattern('also').pattern}|{pattern('others').pattern}|{pattern('more').pattern})(?!\w)")


@cache
def _tool() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{pattern('tools').pattern})(?:\s\w{{1,4}}\s\w{{1,20}})?")


@cache
def _with_colon() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{pattern('also').pattern})\s?[:：]\s?(?=\S)")


@cache
def _made() -> str:
    labels = f"{pattern('made_by').pattern}|{pattern('written_by').pattern}"
    return rf"(?:(?:{labels})\s?(?:[:：=＝]|(?<=\bby)\s)|{pattern('not_by').pattern})\s*"


@cache
def _made_by() -> re.Pattern[str]:
    return re.compile(rf"(?i){_made()}")


@cache
def _next_label() -> re.Pattern[str]:
    return re.compile(rf"(?i)\s+(?=(?:{pattern('made_by').pattern})\s?[:：])")


@cache
def _counted() -> re.Pattern[str]:
    words = "|".join(listed("comments"))
    return re.compile(rf"(?i)\d{{1,5}}\s?(?:{words})|(?:{words})\W{{0,3}}\d{{1,5}}\W{{0,2}}")
