"""What stands beside the headline for people to read, the day and by whom: for pages that have no data for robots.

Only a day that can't be misread counts: its month is written out, or its order is plain. `03.11.2026` and `2026-11-03`
are; `05/04/2025` on an English page is not. Names of months are CLDR's, by Babel, in the page's language.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import get_month_names
from lxml import etree

from pipeline.sources.boilerplate import pattern
from pipeline.sources.dates import moment
from pipeline.sources.metadata import MIN_HEAD, Said, flat, squeezed

LOOKED_AT = 40  # blocks after the headline; what follows them is of the article, or of others
BRIEF, LONG = 25, 40  # words up to which a block may be a dateline, and from which on it is the article's beginning
MAX_LINE = 300  # characters
BESIDE = 6  # words that may stand beside a day; in more of them it is the day of a picture or of an event

_BLOCKS = {
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "footer", "h1", "h2", "h3", "h4", "h5",
    "h6", "header", "li", "main", "ol", "p", "section", "table", "td", "th", "tr", "ul",
}  # fmt: skip
_PASSED_OVER = {"aside", "button", "figure", "footer", "form", "nav", "noscript", "script", "select", "style", "svg"}
_TIME = re.compile(
    r"\W*(?:(?:um|at|à|a las|ore|alle|kl|klo|às|saat|o)\b\W*)?(?P<h>\d\d?)(?:[:.]|\s?h\s?|時)(?P<min>[0-5]\d)(?!\d)"
    r"(?:\s?(?P<half>[ap])\.?m\b)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    r"\b(?P<y>\d{4})(?:[-/.]|\s?[年년]\s?)(?P<m>\d\d?)(?:[-/.]|\s?[月월]\s?)(?P<d>\d\d?)(?!\d)[日일]?"
)
_DOTTED = re.compile(r"\b(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>\d{4}|\d\d)\b")
_SLASHED = re.compile(r"\b(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})\b")


def day_beside(said: Said) -> str | None:
    """The first day that such a line tells, with the time that follows it, as ISO 8601; None where there is none.

    The day of an update is passed over.
    """
    language = str(said.tree.get("lang") or "en").replace("_", "-").partition("-")[0].lower()
    for line in [*labelled(said, "dated"), *lines(said)]:
        if (found := _day_in(line, language)) is not None:
            return found
    return None


def lines(said: Said) -> list[str]:
    """The short texts between the headline and the article's first long paragraph, in their order."""
    found: list[str] = []
    headline = _heading(said)
    if headline is None:
        return []
    for number, text in enumerate(_blocks_after(said.tree, headline)):
        words = len(text.split())
        if words >= LONG or number >= LOOKED_AT:
            break
        if words <= BRIEF and len(text) <= MAX_LINE:
            found.append(text)
    return found


def labelled(said: Said, what: str) -> list[str]:
    """What follows a label that is in the list `what` of data/boilerplate.toml: `<b>Author:</b> Ana Ferrand-Ruiz`."""
    found = []
    for tag in said.tree.xpath("//dt|//th|//li/*[1]|//p/*[1]"):
        label = flat(tag.text_content()).strip(" :") if len(tag) < 3 else ""
        if 0 < len(label) <= 30 and pattern(what).fullmatch(label):
            beside = tag.getnext()
            text = flat(tag.tail or "") or (flat(beside.text_content()) if beside is not None else "")
            found.append(text[:MAX_LINE].strip(" :"))
    return found


def _heading(said: Said) -> Any:
    """The element of the headline: the first `<h1>`, or the heading that reads as OpenGraph's title."""
    title = squeezed(said.meta.get("og:title", ""))
    for heading in said.tree.xpath("//h1") or said.tree.xpath("//h2|//h3"):
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
        if event == "start" and node.tag in _PASSED_OVER:
            walk.skip_subtree()
        elif begun:
            parts.append((node.text if event == "start" else node.tail) or "")
        begun = begun or (event == "end" and node is element)


def _day_in(line: str, language: str) -> str | None:
    found = [match for each in (_YEAR_FIRST, _DOTTED, *_named(language)[1]) if (match := each.search(line))]
    if language != "en" and (slashed := _SLASHED.search(line)):
        found.append(slashed)
    for match in sorted(found, key=lambda each: each.start()):
        time = _TIME.match(line, match.end())
        beside = f"{line[: match.start()]} {line[(time or match).end() :]}"
        if len(re.findall(r"[^\W\d_]{2,}", beside)) <= BESIDE and not pattern("updated").search(line[: match.start()]):
            return _moment(match, time, language)
    return None


def _moment(day: re.Match[str], time: re.Match[str] | None, language: str) -> str | None:
    month = _named(language)[0].get(day["m"].lower()) or (int(day["m"]) if day["m"].isdigit() else 0)
    text = f"{'20' if len(day['y']) == 2 else ''}{day['y']}-{month:02}-{int(day['d']):02}"
    if time is not None:
        hour = int(time["h"]) if time["half"] is None else int(time["h"]) % 12 + 12 * (time["half"].lower() == "p")
        text += f"T{hour:02}:{time['min']}"
    return moment(text)


@cache
def _named(language: str) -> tuple[dict[str, int], list[re.Pattern[str]]]:
    """The names of the months in a language and in English, and the patterns of days that are written with them."""
    names: dict[str, int] = {}
    for each in (Locale("en"), _locale(language)):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                named = get_month_names(width, context, each).items()
                names |= {name.lower().strip("."): number for number, name in named if not name[0].isdigit()}
    month = "(?P<m>" + "|".join(sorted(map(re.escape, names), key=len, reverse=True)) + r")\b\.?"
    ordinal = r"(?:st|nd|rd|th|er|\.|º)?"
    day_first = rf"\b(?P<d>\d\d?){ordinal}[\s-](?:de\s|of\s)?{month},?[\s-](?:de\s|del\s)?(?P<y>\d{{4}})\b"
    month_first = rf"\b{month}\s(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s(?P<y>\d{{4}})\b"
    return names, [re.compile(each, re.IGNORECASE) for each in (day_first, month_first)]


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(language)
    except (UnknownLocaleError, ValueError):
        return Locale("en")
