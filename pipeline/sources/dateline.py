"""The day that stands beside the headline: in a `<time>` element, or for people to read.

A day beside the headline can be another one: of a birth, an opening, a picture, an update. It is that of publication
where nothing else is told of it: where it stands alone, or with a label that says so, a byline, or a place or a name
that is set off; or where the page itself calls that line its date. Whatever stands in the text, in comments or among
links to others is of something else.
"""

import re
from collections.abc import Iterator, Sequence, Set
from functools import cache
from typing import Any

from pipeline.sources import written
from pipeline.sources.beside import MAX_LABEL, Line, heading, is_label, lines_above, lines_below, listed
from pipeline.sources.boilerplate import pattern
from pipeline.sources.dates import since_the_web
from pipeline.sources.events import QUARTER, event_days, is_clocked, is_event_label, is_of_event, tells_of_event
from pipeline.sources.metadata import ARTICLE, Page, is_of_part
from pipeline.sources.posts import in_posts

MAX_DAY = 9  # words of a line that is nothing but a day
BESIDE = 6  # words that may stand beside a day; in more of them it is the day of a picture or of an event
MAX_MARKED = 40  # times of a page that are marked as the article's
MAX_NAME = 4  # words of a name
NAMED = 3  # words that a label in the line and the name after it have

_SET_OFF = re.compile(r"[|·•;/»›]|\s[–—-]\s")
_WORD = re.compile(r"[^\W\d_]{2,}")
_ON = re.compile(r"(?i)\b(?:on|at|the|am|um|den|le|el|il|em|à|as|às|alle|kl|min read)$")
_LENGTH = re.compile(r"(?i)\W*\d+\s*min")  # how long it takes to read it
_EXPLICIT = "//time[@pubdate]|//*[@itemprop='datePublished'][@datetime]"


def stamps(page: Page) -> Iterator[str]:
    """What `<time datetime=…>` says of the article, the most explicit first."""
    marked = [tag for tag in page.tree.xpath(_EXPLICIT)[:MAX_MARKED] if tag.get("datetime")]
    yield from (tag.get("datetime") for tag in marked if _is_own(page, tag))
    language = written.language_of(page.language)
    for line in [*_unlabelled(page, lines_below(page)), *_unlabelled(page, lines_above(page))]:
        days = list(written.find(line.text, language)) if line.stamps else []
        told = [said for start, end, said in line.stamps if _is_told(line, start, end, days, language)]
        yield from told if told and not _is_of_post(page, line) else []


def day_beside(page: Page) -> str | None:
    """The first day that such a line tells in words, with its time, as ISO 8601; None where there is none."""
    language = written.language_of(page.language)
    lines = [*_unlabelled(page, lines_below(page)), *_unlabelled(page, lines_above(page))]
    lines += map(Line, listed(page, "dated"))
    found = ((line, _day_in(line, language)) for line in lines)
    return next((day for line, day in found if day is not None and not _is_of_post(page, line)), None)


def unclear_day(page: Page) -> str | None:
    """A day beside the headline whose month and day can't be told apart, where it would be that of publication."""
    language = written.language_of(page.language)
    for line in _unlabelled(page, lines_below(page)):
        for match in written.unclear(line.text, language):
            days = list(written.find(line.text, language))
            if _is_told(line, match.start(), match.end(), days, language) and not _is_of_post(page, line):
                return match[0]
    return None


def _is_of_post(page: Page, line: Line) -> bool:
    """Whether a line without a label stands in a post, on a page of many."""
    if line.element is None or pattern("dated").match(line.text):
        return False
    return in_posts(line.element, heading(page), written.language_of(page.language))


def _unlabelled(page: Page, lines: Sequence[Line]) -> Iterator[Line]:
    """Lines but those of events, and those that the line before labels as something else than that of publication."""
    language, events = written.language_of(page.language), event_days(page)
    for before, line, after in zip([Line(), *lines], lines, [*lines[1:], Line()], strict=False):
        label = before.text if len(before.text) <= MAX_LABEL and not re.search(r"\d", before.text) else ""
        is_other = not is_label(label, "day") and (label.endswith(":") or _says_updated(label))
        is_other = is_other or is_event_label(before.text) or _is_of_event(line, after.text, events, language)
        if is_label(label, "dated") or not is_other:
            yield line


def _is_of_event(line: Line, following: str, events: Set[str], language: str) -> bool:
    """Whether the day in a line is that of an event: as the page's data say, or the rest of it, or else the next line.

    Args:
        line: the line.
        following: the text of the next.
        events: the days of the page's events.
        language: of the page.
    """
    days = list(written.find(line.text, language))
    clocked = any(is_clocked(said) for _, _, said in line.stamps) or any(day.when.minute % QUARTER for day in days)
    spans = [*((day.start, day.end) for day in days), *(day.span() for day in written.unclear(line.text, language))]
    if clocked or not (spans or line.stamps) or pattern("dated").search(line.text):
        return False
    around = [line.element, *line.element.iterancestors()] if line.element is not None else []
    told = {day.when.date().isoformat() for day in days} | {said[:10] for _, _, said in line.stamps}
    if told & events or any(is_of_event(tag) for tag in around):
        return True
    rest = line.text
    for start, end in sorted(spans, reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    return tells_of_event(_plain(rest, language) or following, language)


def is_day(page: Page, text: str) -> bool:
    """Whether a line tells a day and nothing else: `Tuesday, 3 November 2026, 14:07`, `Published 3 November 2026`."""
    is_labelled = pattern("dated").match(text) or next(_labels_of(text), None)
    beside = BESIDE if is_labelled else 2  # with a label, an outlet or a place too
    size = sum(re.search(r"\w", word) is not None for word in text.split())
    if size > MAX_DAY + beside - 2 or text.endswith(".") or pattern("updated").search(text):
        return False
    return _day_in(Line(text), written.language_of(page.language), beside) is not None


def tells_day(line: Line, language: str) -> bool:
    """Whether a line beside the headline tells the day of publication, as far as its own words say.

    Args:
        line: the line.
        language: of the page.
    """
    days = list(written.find(line.text, language))
    spans = [*((day.start, day.end) for day in days), *((start, end) for start, end, _ in line.stamps)]
    return any(_is_told(line, start, end, days, language) for start, end in spans)


def _is_own(page: Page, tag: Any) -> bool:
    """Whether an element is marked as the article's: not as that of a comment, or of another article."""
    scope = next((each.get("itemtype", "") for each in tag.iterancestors() if each.get("itemscope") is not None), "")
    around = next(tag.iterancestors("article"), None)
    headline = heading(page)
    if is_of_part(tag) or in_posts(tag, headline, written.language_of(page.language)):
        return False
    if (scope and not ARTICLE.search(scope)) or next(tag.iterancestors("aside", "nav"), None) is not None:
        return False
    return around is None or headline is None or any(each is around for each in headline.iterancestors())


def _day_in(line: Line, language: str, beside: int = BESIDE) -> str | None:
    days = list(written.find(line.text, language))
    for found in days:
        if _is_told(line, found.start, found.end, days, language, beside):
            day = since_the_web(found.when, exact=found.exact)
            if day is not None:
                return day
    return None


def _is_told(
    line: Line, start: int, end: int, days: Sequence[written.Written], language: str, beside: int = BESIDE
) -> bool:
    """Whether a day in a line is that of publication.

    Args:
        line: the line.
        start: where the day begins in it.
        end: where it ends.
        days: all that are written in it.
        language: of the page.
        beside: how many words may stand beside it.
    """
    text = line.text
    others = [(day.start, day.end) for day in days if day.end <= start or day.start >= end]
    since = max((last for _, last in others if last <= start), default=0)
    begin = max([since, *_boundaries(line, since, start)])
    until = min([len(text), *(first for first, _ in others if first >= end)])
    stop = min([until, *_boundaries(line, end, until, ends=False)])
    before, after = text[begin:start], text[end:stop]
    is_labelled = is_label(_plain(before, language), "dated")
    if _says_updated(text[since:start]) or (_says_updated(text[:since]) and not is_labelled):
        return False
    named = NAMED * len(list(_labels_of(text)))
    if len(_WORD.findall(f"{text[:start]} {text[end:]}")) > beside + named + sum(_count(text, day) for day in others):
        return False
    return line.is_dated or (_may_precede(before, language) and _may_follow(after, language))


def _count(text: str, day: tuple[int, int]) -> int:
    return len(_WORD.findall(text[day[0] : day[1]]))


def _boundaries(line: Line, begin: int, end: int, *, ends: bool = True) -> Iterator[int]:
    """Where a part of a stretch of a line is set off from the next, by an element or by a sign."""
    yield from (cut for cut in line.cuts if begin <= cut <= end)
    yield from (each.end() if ends else each.start() for each in _SET_OFF.finditer(line.text, begin, end))


def _says_updated(text: str) -> bool:
    return pattern("updated").search(text) is not None


def _may_precede(text: str, language: str) -> bool:
    """What may stand before the day of publication: nothing, a label, a byline, a name or a place that is set off."""
    plain = _plain(text, language)
    if not _WORD.search(plain) or is_label(plain, "dated") or is_label(plain, "day") or _by().match(plain):
        return True
    if _says_whose().match(plain):
        return True
    if (outlet := _in_outlet().match(plain)) is not None:
        return _is_name(plain[outlet.end() :])
    return _is_name(plain) and (text.rstrip().endswith(",") or len(plain.split()) > 1)


def _may_follow(text: str, language: str) -> bool:
    """What may stand after it: nothing, an update, a byline, how long it takes to read, a name or a place."""
    plain = _plain(text, language)
    if not _WORD.search(plain) or is_label(plain, "dated") or _LENGTH.match(plain) or _by().match(plain):
        return True
    if _says_whose().match(plain):
        return True
    return _says_updated(plain) or (text.lstrip().startswith((",", "(")) and _is_name(plain))


def _is_name(text: str) -> bool:
    words = text.split()
    return len(words) <= MAX_NAME and all(word[0].isupper() for word in words) and not pattern("agencies").search(text)


def _plain(text: str, language: str) -> str:
    """Words without weekdays, marks, and what leads from them to a day (`on`)."""
    plain = written.names_of(language).weekday.sub("", text).strip(" ,.:：;()[]<>|-–—")
    return _ON.sub("", plain).strip(" ,.:：;()[]<>|-–—")


@cache
def _in_outlet() -> re.Pattern[str]:
    """What stands before the name of the outlet that published it: `Published in`."""
    leads = f"{pattern('at').pattern}|{pattern('published_in').pattern}"
    return re.compile(rf"(?i)(?:{pattern('dated').pattern})\s+(?:{leads})\s+(?=\S)")


def _labels_of(text: str) -> Iterator[re.Match[str]]:
    """The labels in a line after which stands whose text it is."""
    return (label for gap in re.finditer(r"^|\s", text) if (label := _says_whose().match(text, gap.end())))


@cache
def _says_whose() -> re.Pattern[str]:
    """Whose text it is, by a label: `来源：海港通讯社`, `作者：陈大文`."""
    labels = f"{pattern('credited').pattern}|{pattern('written_by').pattern}"
    return re.compile(rf"(?i)(?:{labels})\s?[:：]\s?\S")


@cache
def _by() -> re.Pattern[str]:
    """A byline, perhaps after a label: `by Ana Ferrand-Ruiz`, `Published by …`."""
    return re.compile(rf"(?i)(?:(?:{pattern('dated').pattern})\s+)?(?:{pattern('by').pattern})\b")
