"""What pages tell of an event: a match, a concert, a talk. Its day is none of publication, though no label says so.

What stands beside such a day gives it away: where one meets and at what hour, or who plays whom. A clock says when an
article was published, to the minute; events begin at a quarter of an hour.
"""

import re
from functools import cache
from typing import Any

from pipeline.agencies import agency_of
from pipeline.sources import written
from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.layout import length
from pipeline.sources.metadata import Page, date_of, kinds
from pipeline.sources.names import names_in
from pipeline.sources.people import looks_like_a_name
from pipeline.sources.stamp import tells_nothing

MAX_EVENT = 12  # words of a line that tells of an event; a longer one is a sentence
MAX_VENUE = 8  # words beside its hour
MAX_TEAM = 4
QUARTER = 15  # minutes

_UNIT = r"\s?(?:[ap]m\b|[ap]\.\s?m\b\.?|uhr\b|hrs\b|h\b)"
_CLOCK = re.compile(r"T\d\d:?(?P<min>[0-5]\d)")  # of a datetime
_SCORE = re.compile(r"\s(?P<one>\d{1,3})\s?(?P<mark>[–—:-])\s?(?P<other>\d{1,3})(?=\s|$)")
_DASH = re.compile(r"\s?[–—-]\s?")
_LETTER = re.compile(r"[^\W\d_]")
_END = re.compile(r"[,;|(\[]")
_MARKS = " ,.:：;|·•–—-"
_SCOPE = re.compile(r"(?<!Publication)(?<!Broadcast)(?<!OnDemand)(?:Event|Festival)$")  # these tell of a broadcast
_PROPERTIES = re.compile(r"(?:^|\s)(?:startDate|endDate|doorTime|previousStartDate)(?:\s|$)")
_CLASS = re.compile(
    r"(?i)(?:^|[-_\s])(?:event|match|fixture|game|concert|kick-?off)s?[-_]{0,2}(?:start|end)?"
    r"[-_]{0,2}(?:date|time|day|datetime)s?(?:$|[-_\s])"
)


def is_of_event(element: Any) -> bool:
    """Whether the page calls an element an event, or the time of one: by microdata, or by its class."""
    if element.get("itemscope") is not None and _SCOPE.search(element.get("itemtype", "")):
        return True
    return bool(_PROPERTIES.search(element.get("itemprop", "")) or _CLASS.search(element.get("class", "")))


def event_days(page: Page) -> set[str]:
    """The days, `2026-11-28`, on which an event of the page's JSON-LD begins or ends."""
    abouts = [node.get("about") for node in page.nodes]
    about = [each for given in abouts for each in (given if isinstance(given, list) else [given])]
    events = [
        node
        for node in [*page.nodes, *about]
        if isinstance(node, dict) and any(_SCOPE.search(kind) for kind in kinds(node))
    ]
    said = (date_of(event.get(name)) for event in events for name in ("startDate", "endDate"))
    return {day[:10] for day in said if day}


def is_clocked(text: str) -> bool:
    """Whether a datetime has a time that no event begins at."""
    found = _CLOCK.search(text)
    return found is not None and int(found["min"]) % QUARTER != 0


def tells_of_event(text: str, language: str) -> bool:
    """Whether a line beside a day tells what takes place then: `Town Hall, 7 pm`, `Harbour v Quay`, `Venue: Town Hall`.

    Args:
        text: the line.
        language: as `written.language_of` gives it.
    """
    if length(text) > MAX_EVENT or next(written.find(text, language), None) is not None:
        return False
    if is_event_label(text):
        return True
    return _tells_match(text, language) or _tells_hour(text)


def is_event_label(text: str) -> bool:
    """Whether a line begins with a label of an event: `Doors: 7 pm`, `Einlass`."""
    return _labels().match(text) is not None


def _tells_hour(text: str) -> bool:
    """Whether a line tells at what hour something takes place, and something else that is no byline."""
    found = list(_hour().finditer(text))
    rest = _hour().sub(" | ", text).rstrip(" |")
    if not found or rest.endswith((".", "?", "!")) or length(rest := rest.strip(_MARKS)) > MAX_VENUE:
        return False
    minutes = [int(each[name]) for each in found for name in ("min", "half", "bare") if each[name]]
    if any(minute % QUARTER for minute in minutes) or not all(_is_set_off(text, each) for each in found):
        return False
    if not _LETTER.search(rest) or tells_nothing(rest) or _ago().search(text) or _of_article().search(rest):
        return False
    return not (minutes and _names_authors(rest))


def _is_set_off(text: str, hour: re.Match[str]) -> bool:
    """Whether an hour stands at one end of a line, or before a mark: in a sentence words go on after it."""
    after = text[hour.end() :].lstrip()
    return not after or not after[0].isalnum() or not _LETTER.search(text[: hour.start()])


def _names_authors(text: str) -> bool:
    """Whether a text may be the names of people or agencies, and has no word for a place to meet."""
    names = names_in(text)
    if not names or pattern("venues").search(text):
        return False
    return all(looks_like_a_name(name) or agency_of(name) is not None for name in names)


def _tells_match(text: str, language: str) -> bool:
    """Whether a line tells who plays whom: `Harbour v Quay`, `Harbour United 3–1 Quay Town`, `Hafen – Kai 3:1`."""
    for score in _SCORE.finditer(text):
        if _is_clock(score):
            continue
        between = _DASH.search(text, 0, score.start())
        if _are_teams(text, score.span()) or (between and _are_teams(text[: score.start()], between.span())):
            return True
    versus = _versus(is_english=language == "en").finditer(text)
    return any(_are_teams(text, each.span()) for each in versus)


def _are_teams(text: str, between: tuple[int, int]) -> bool:
    """Whether names stand on both sides of a stretch of a line, up to the next mark."""
    sides = _END.split(text[: between[0]])[-1], _END.split(text[between[1] :])[0]
    named = [side.split() for side in sides if not side.rstrip().endswith(".")]
    return len(named) == 2 and all(
        0 < len(words) <= MAX_TEAM and not any(word[0].islower() for word in words) for words in named
    )


def _is_clock(score: re.Match[str]) -> bool:
    return score["mark"] == ":" and len(score["other"]) == 2 and int(score["one"]) <= 24 and int(score["other"]) < 60


@cache
def _hour() -> re.Pattern[str]:
    """An hour, perhaps with its minutes, as a time of the day: `7 pm`, `at 7`, `19.30`; what lasts `3:30` is none."""
    at = rf"(?<![^\W\d_])(?:{pattern('hours').pattern})\s?"
    hour = r"(?:0?\d|1\d|2[0-4])"
    forms = [
        rf"{hour}(?:\s?h\s?|[時点點]|시\s?)(?P<half>[0-5]\d)[分분]?",
        rf"{hour}(?:[:.](?P<min>[0-5]\d))?(?:{_UNIT}|[時点點시](?!\w))",
        r"(?:0?[6-9]|1\d|2[0-4])[:.](?P<bare>[0-5]\d)",
    ]
    ends = r"(?!\d|[:.]\d|\s?(?:[€£%]|min))"
    return re.compile(rf"(?i)(?<![\d:.,/£€$])(?:(?:{at})?(?:{'|'.join(forms)}){ends}|{at}{hour}(?=\W*$|,(?!\d)))")


@cache
def _labels() -> re.Pattern[str]:
    """A label of an event with a mark, a number or nothing after it; after a noun a name may stand at once."""
    nouns, asked = pattern("event").pattern, pattern("event_asked").pattern
    mark = r"\s?[:：]|\s?[£€$¥]|\s?\d|\s[–—-]\s|\s*$"
    return re.compile(rf"(?:(?i:{nouns}|{asked})(?:{mark})|(?i:{nouns})\s(?=[A-ZÀ-ÖØ-ÞА-Я])\S+(?:\s\S+){{0,4}}$)")


@cache
def _versus(*, is_english: bool) -> re.Pattern[str]:
    words = [*listed("versus"), *(listed("english versus") if is_english else [])]
    return re.compile(rf"\s(?:{'|'.join(words)})\s")


@cache
def _ago() -> re.Pattern[str]:
    return re.compile(rf"(?i)(?<![^\W\d_])(?:{pattern('ago').pattern})(?![^\W\d_])")


@cache
def _of_article() -> re.Pattern[str]:
    """What is said of an article beside its time: who wrote it, whose text it is, that it was published."""
    words = "|".join(pattern(kind).pattern for kind in ("by", "written_by", "credited", "dated"))
    return re.compile(rf"(?i)(?:^|[|,;·•–—-]\s*)(?:{words})(?![^\W\d_])|{pattern('updated').pattern}")
