"""What labels name in the line of the day: `20.11.2026 | Quelle: Hafenbote`, `2026-11-20 来源：海港社 作者：陈大文`."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise

from pipeline.sources import written
from pipeline.sources.beside import Line, lines_below
from pipeline.sources.boilerplate import pattern
from pipeline.sources.dateline import tells_day
from pipeline.sources.metadata import Page
from pipeline.sources.stamp import is_stamp

MAX_NAMED = 60  # characters

_SET_OFF = re.compile(r"[|·•;»›]|\s[–—-]\s")
_NEXT = r"\s(?=(?:{}|[^\s\d:：]{{1,15}})\s?[:：])"
_MARKS = " ,.;|()[]<>–—-"


def named_beside(page: Page, what: str) -> list[str]:
    """What such a label names in a line with a day under the headline, or in the line before or after it.

    Args:
        page: the page, as read.
        what: the list of labels in data/boilerplate.toml.
    """
    language, found = written.language_of(page.language), list[str]()
    lines = [line for line in lines_below(page) if line.text]
    dated = [tells_day(line, language) or is_stamp(line.text, language) for line in lines]
    for number, line in enumerate(lines):
        if any(dated[max(0, number - 1) : number + 2]) and not pattern("pictures").search(line.text):
            found += [name for label, name in _labelled(line, language) if _one_of(what).fullmatch(label)]
    return found


def _labelled(line: Line, language: str) -> Iterator[tuple[str, str]]:
    """The labels of a line, each with what it names: up to the next label, mark, day or element."""
    label = ""
    for part in _parts(line, language):
        rest = part
        if label and not _label().match(rest):
            yield label, rest
        label = ""
        while (match := _label().match(rest)) is not None:
            after = _next().search(rest, match.end() + 1)
            named = rest[match.end() : after.start() if after else len(rest)].strip(_MARKS)
            rest = rest[after.end() :] if after else ""
            if not named:
                label = match[1]  # in an element of its own
            elif len(named) <= MAX_NAMED:
                yield match[1], named


def _parts(line: Line, language: str) -> Iterator[str]:
    """The parts of a line between its elements, marks and days."""
    days = list(written.find(line.text, language))
    cuts = {0, len(line.text), *line.cuts, *(edge for day in days for edge in (day.start, day.end))}
    cuts |= {edge for mark in _SET_OFF.finditer(line.text) for edge in mark.span()}
    for begin, end in pairwise(sorted(cuts)):
        if not any(day.start <= begin < day.end for day in days) and (part := line.text[begin:end].strip(_MARKS)):
            yield part


@cache
def _one_of(what: str) -> re.Pattern[str]:
    return re.compile(rf"(?i)(?:{pattern(what).pattern})")


@cache
def _known() -> str:
    return f"{pattern('credited').pattern}|{pattern('written_by').pattern}"


@cache
def _label() -> re.Pattern[str]:
    return re.compile(rf"(?i)({_known()})\s?[:：]\s?")


@cache
def _next() -> re.Pattern[str]:
    return re.compile(rf"(?i){_NEXT.format(_known())}")
