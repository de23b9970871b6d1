"""Lines that tell when an article was published or changed, and nothing else: they are no part of its text."""

import re
from collections.abc import Iterable
from functools import cache

from pipeline.sources import written
from pipeline.sources.boilerplate import pattern

MAX_STAMP = 25  # words: a day of publication and one of an update, with times, zones and labels
MAX_LINE = 300  # characters

_DAY = re.compile(r"(?<![\d.])\d{1,4}(?P<mark>[./-])\d\d?(?P=mark)\d{1,4}(?![\d.])")  # misread or not
_TIME = re.compile(r"(?<![\d:])\d\d?(?:[:.]|\s?h\s?)\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?![\d:])", re.IGNORECASE)
_LETTER = re.compile(r"[^\W_]")


def is_stamp(text: str, language: str, people: Iterable[str] = (), *, labelled: bool = False) -> bool:
    """Whether a line tells when, and nothing else: `Published 3 hours ago`, `Publié le … - Mis à jour le …`.

    Args:
        text: the line.
        language: as `written.language_of` gives it.
        people: names of authors, who may stand in it.
        labelled: it must say that something was published or changed then.
    """
    if len(text) > MAX_LINE or len(text.split()) > MAX_STAMP:
        return False
    rest, label, days = f" {text} ", 0, 0
    for day in reversed(list(written.find(rest, language))):
        rest, days = f"{rest[: day.start]} {rest[day.end :]}", days + 1
    for each in (_DAY, _ago()):
        rest, found = each.subn(" ", rest)
        days += found
    rest, of_any_year = _of_any_year(language).subn(" ", rest)
    rest, label = _labels().subn(" ", _TIME.sub(" ", rest))
    if not (days or (of_any_year and label)) or not (label or (re.search(r"\d", text) and not labelled)):
        return False  # a paragraph may well be "Today."
    for name in people:
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
    rest = written.names_of(language).weekday.sub(" ", rest)
    return _LETTER.search(_words().sub(" ", rest)) is None


def tells_nothing(text: str) -> bool:
    """Whether a text has no more than labels of days and the words beside them: what is left of a line of times."""
    return len(text) <= MAX_LINE and _LETTER.search(_words().sub(" ", _labels().sub(" ", f" {text} "))) is None


@cache
def _of_any_year(language: str) -> re.Pattern[str]:
    """A day without its year: `20 November`, `Nov. 20`, `11月20日`."""
    month = "|".join(sorted(map(re.escape, written.names_of(language).months), key=len, reverse=True))
    ordinal = r"(?:st|nd|rd|th|er|\.|º)?"
    first = rf"\b\d\d?{ordinal}\s(?:de\s|of\s)?(?:{month})\b\.?"
    return re.compile(rf"{first}|\b(?:{month})\b\.?\s\d\d?{ordinal}(?!\w)|\d\d?[月월]\s?\d\d?[日일]", re.IGNORECASE)


@cache
def _ago() -> re.Pattern[str]:
    return _word_of(pattern("ago").pattern)


@cache
def _labels() -> re.Pattern[str]:
    return _word_of(rf"{pattern('dated').pattern}|{pattern('day').pattern}|(?:{pattern('updated').pattern})\w*")


@cache
def _words() -> re.Pattern[str]:
    """What may stand beside days and labels, names of zones too."""
    zones = "|".join(map(re.escape, sorted(written.zones(), key=len, reverse=True)))
    return _word_of(rf"{pattern('of_article').pattern}|{pattern('when').pattern}|{zones}|{pattern('by').pattern}")


def _word_of(words: str) -> re.Pattern[str]:
    """Whole words; in scripts without blanks, and after a digit, they may follow at once."""
    return re.compile(rf"(?<![^\W\d_])(?:{words})(?![^\W\d_])", re.IGNORECASE)
