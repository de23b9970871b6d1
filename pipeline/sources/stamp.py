"""Lines that tell when an article was published or changed, and nothing else: they are no part of its text."""

import re
from collections.abc import Iterable
from functools import cache

from pipeline.sources import written
from pipeline.sources.boilerplate import pattern

MAX_STAMP = 25  # words: a day of publication and one of an update, with times, zones and labels
MAX_LINE = 300  # characters
MAX_BESIDE = 6  # labels and words on one side of a time

_DAY = re.compile(r"(?<![\d.])\d{1,4}(?P<mark>[./-])\d\d?(?P=mark)\d{1,4}(?![\d.])")  # misread or not
_TIME = re.compile(r"(?<![\d:])\d\d?(?:[:.]|\s?h\s?)\d\d(?::\d\d)?(?:\s?[ap]\.?m\b\.?)?(?![\d:])", re.IGNORECASE)
_MARKS = " |,;:·•()–—-"
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


def is_label(text: str) -> bool:
    """Whether a text is a label of a day, and nothing else: `Updated`."""
    return _labels().fullmatch(text) is not None


def without_times(line: str) -> str:
    """A line with bars in place of the days and times in it and of the labels beside these: `Nora Quill | Ben Trask`.

    Words such as "today" tell when after a label alone: `Updated today` does, and `The Tide Today` is an outlet.
    """
    pieces, begin = [], 0
    for match in _time().finditer(line):
        before = line[begin : match.start()]
        if re.search(r"\d", match[0]) or _without_labels(before, before=True) != before.strip(_MARKS):
            pieces.append(before)
            begin = match.end()
    if not pieces:
        return line
    bare = [_without_labels(piece, before=True) for piece in pieces]
    bare = [piece if number == 0 else _without_labels(piece, before=False) for number, piece in enumerate(bare)]
    bare.append(_without_labels(line[begin:], before=False))
    return " | ".join(piece for piece in bare if piece and not tells_nothing(piece))


def _without_labels(piece: str, *, before: bool) -> str:
    """What stands before a time, or after one, without the words at that end that go with it; names are in capitals."""
    piece = piece.strip(_MARKS)
    for _ in range(MAX_BESIDE):
        match = _label_at_end().search(piece) if before else _label_at_head().match(piece)
        if match is None or not (match["label"] or match[0].islower()):
            break
        piece = (piece[: match.start()] if before else piece[match.end() :]).strip(_MARKS)
    return piece


@cache
def _time() -> re.Pattern[str]:
    """A day, a time, or how long ago it was; each by itself, and not in the order that a language has."""
    month = "|".join(map(re.escape, sorted(written.months_of_all(), key=len, reverse=True)))
    year = r"(?:,?\s(?:de\s|del\s)?\d{4}\b)?"
    forms = [
        pattern("ago").pattern,
        r"\d{1,4}[./-]\d\d?[./-]\d{1,4}(?:T[\d:.]+Z?)?",
        r"\d{2,4}\s?[年년]\s?\d\d?\s?[月월](?:\s?\d\d?\s?[日일])?",
        rf"\d\d?(?:st|nd|rd|th|er|\.|º)?\s(?:de\s|of\s)?(?:{month})\b\.?{year}",
        rf"(?:{month})\.?\s\d\d?(?:st|nd|rd|th)?(?!\d){year}",
        rf"(?:{month})\.?,?\s\d{{4}}\b",
        r"\d\d?(?:[:.]\d\d(?::\d\d)?|\s?h\s?\d\d)(?:\s?[ap]\.?m\b\.?|\suhr)?(?!\d)",
        r"\d\d?\s?(?:[ap]\.?m\b\.?|uhr\b)",
        r"(?<=\S\s)\d+[\s-]min\w*(?:\s(?:read|lesezeit|de lecture))?",  # `20 Minuten` is an outlet
    ]
    # "Sun" and "Domingo" are names too, but not where they stand alone.
    weekday = rf"(?:(?:^|(?<=[|,·•–—(-]\s))(?:{_weekdays()})\.?|(?:mon|tues|wednes|thurs|fri|satur|sun)day),?\s"
    return _word_of(rf"(?:{weekday})?(?:{'|'.join(forms)})")


@cache
def _weekdays() -> str:
    return "|".join(map(re.escape, sorted(written.weekdays_of_all(), key=len, reverse=True)))


@cache
def _label_at_end() -> re.Pattern[str]:
    return re.compile(rf"(?:^|(?<=[\s|,;:·•(–—-])){_beside()}[\s.:,(–—-]*$", re.IGNORECASE)


@cache
def _label_at_head() -> re.Pattern[str]:
    return re.compile(rf"{_beside()}(?![^\W\d_])[\s.:,)–—-]*", re.IGNORECASE)


@cache
def _beside() -> str:
    """What goes with a time: labels and zones in any case, and other words."""
    zones = "|".join(map(re.escape, sorted(written.zones(), key=len, reverse=True)))
    label = rf"(?:{pattern('dated').pattern}|(?:{pattern('updated').pattern})\w*)(?:\W{{1,3}}(?:{_weekdays()})\b)?"
    return rf"(?:(?P<label>{label}|{zones}|uhr)|(?:{pattern('when').pattern}))"


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
