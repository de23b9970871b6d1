"""What stands beside the headline for people to read, the day and by whom: for pages that have no data for robots.

Only a day that can't be misread counts: its month is written out, or its order is plain. `03.11.2026` and `2026-11-03`
are; `05/04/2025` on an English page is not. Names of months are CLDR's, by Babel, in the page's language.

Under the text a day or a name is of something else, a book or another article, unless a list there speaks of this one.
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from lxml import etree

from pipeline.sources.boilerplate import pattern
from pipeline.sources.dates import moment
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
_TIME = re.compile(
    r"\W*(?:(?:um|at|à|a las|ore|alle|kl|klo|às|saat|o)\b\W*)?(?P<h>\d\d?)(?:[:.]|\s?h\s?|時)(?P<min>[0-5]\d)(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"\b(?P<y>\d{4})(?:[-/.]|\s?[年년]\s?)(?P<m>\d\d?)(?:[-/.]|\s?[月월]\s?)(?P<d>\d\d?)(?!\d)[日일]?"
)
_DOTTED = re.compile(r"(?<![\d.])(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>\d{4})\b")
# Of versions and numbers of telephones only those with two digits thrice are left, and English pages write no day so.
_SHORT = re.compile(r"(?<![\d.])(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d\d)(?!\.?\d)")
_SLASHED = re.compile(r"\b(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})\b")


def day_beside(page: Page) -> str | None:
    """The first day that such a line tells, with the time that follows it, as ISO 8601; None where there is none.

    The day of an update is passed over.
    """
    language = _language(str(page.tree.get("lang") or "en"))
    for line in [*lines(page), *listed(page, "dated")]:
        if (found := _day_in(line, language)) is not None:
            return found
    return None


def is_day(page: Page, line: str) -> bool:
    """Whether a line tells a day and nothing else: `Tuesday, 3 November 2026, 14:07`, `Published 3 November 2026`."""
    if len(line.split()) > MAX_DAY or line.endswith(".") or pattern("updated").search(line):
        return False
    return _day_in(line, _language(str(page.tree.get("lang") or "en")), beside=2) is not None


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
    ways = [_YEAR_FIRST, _DOTTED, *_named(language)[1], *((_SLASHED, _SHORT) if language != "en" else ())]
    found = [match for each in ways for match in each.finditer(line)]
    for match in sorted(found, key=lambda each: each.start()):
        time = _TIME.match(line, match.end())
        others = f"{line[: match.start()]} {line[(time or match).end() :]}"
        if len(re.findall(r"[^\W\d_]{2,}", others)) > beside or pattern("updated").search(line[: match.start()]):
            continue
        if (day := _moment(match, time, language) or _moment(match, None, language)) is not None:
            return day
    return None


def _moment(day: re.Match[str], time: re.Match[str] | None, language: str) -> str | None:
    month = _named(language)[0].get(day["m"].lower()) or (int(day["m"]) if day["m"].isdigit() else 0)
    text = f"{'20' if len(day['y']) == 2 else ''}{day['y']}-{month:02}-{int(day['d']):02}"
    if time is not None:
        hour = int(time["h"]) if time["half"] is None else int(time["h"]) % 12 + 12 * (time["half"].lower() == "p")
        text += f"T{hour:02}:{time['min']}"
    return moment(text)


@cache  # of the few hundred languages that `_language` gives
def _named(language: str) -> tuple[dict[str, int], list[re.Pattern[str]]]:
    """The names of the months in a language and in English, and the patterns of days that are written with them."""
    names: dict[str, int] = {}
    for each in (Locale("en"), Locale(language)):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                named = get_month_names(width, context, each).items()
                names |= {name.lower().strip("."): number for number, name in named if not name[0].isdigit()}
    month = "(?P<m>" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b\.?"
    ordinal = r"(?:st|nd|rd|th|er|\.|º)?"
    day_first = rf"\b(?P<d>\d\d?){ordinal}[\s-](?:de\s|of\s)?{month},?[\s-](?:de\s|del\s)?(?P<y>\d{{4}})\b"
    month_first = rf"\b{month}\s(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s(?P<y>\d{{4}})\b"
    return names, [re.compile(each, re.IGNORECASE) for each in (day_first, month_first)]


def _language(written: str) -> str:
    """The language of a `lang` attribute, where CLDR has it; English for anything else."""
    try:
        return str(Locale.parse(written.replace("_", "-").partition("-")[0].lower()).language)
    except (UnknownLocaleError, ValueError):
        return "en"
