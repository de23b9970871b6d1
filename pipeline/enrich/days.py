"""Stretches of days: weeks, months and years before and after a day, and their parts."""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Precision = Literal["day", "week", "month", "season", "quarter", "half", "year", "decade", "range"]
Days = tuple[date, date, Precision]


@dataclass(frozen=True)
class Context:
    """What a date is resolved against: the day of publication, the day named before, the sentence around."""

    published: date | None
    anchor: date | None
    sentence: str
    before: str


NUMBERS = {
    word: number
    for number, word in enumerate(
        ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
    )
} | {"a": 1, "an": 1, "the": 1, "couple": 2, "fifteen": 15, "twenty": 20, "thirty": 30}


def period(day: date, unit: str, shift: int, match: re.Match[str]) -> Days | None:
    """The week, month, year, decade or weekend so many after that of a day."""
    if unit == "week":
        first = day - timedelta(days=day.weekday()) + timedelta(weeks=shift)
        return first, first + timedelta(days=6), "week"
    if unit == "month":
        first = months_on(day.replace(day=1), shift)
        return part_of(first, month_end(first.year, first.month), match, "month")
    if unit == "year":
        return part_of(date(day.year + shift, 1, 1), date(day.year + shift, 12, 31), match, "year")
    if unit == "decade" and shift == 0:
        return date(day.year // 10 * 10, 1, 1), date(day.year // 10 * 10 + 9, 12, 31), "decade"
    if unit == "weekend":
        saturday = day - timedelta(days=day.weekday()) + timedelta(days=5, weeks=shift)
        return saturday, saturday + timedelta(days=1), "range"
    return None


def moved(day: date, match: re.Match[str], way: int) -> Days | None:
    """So many days, weeks, months or years from a day, by a pattern's `count` and `unit`."""
    length, number = match["unit"].lower(), number_of(match["count"]) * way
    if length == "day":
        return single_day(day + timedelta(days=number))
    if length == "week":
        return period(day + timedelta(weeks=number), "week", 0, match)
    if length == "month":
        return period(months_on(day.replace(day=1), number), "month", 0, match)
    years = number * (10 if length == "decade" else 1)
    return date(day.year + years, 1, 1), date(day.year + years, 12, 31), "year"


def number_of(word: str) -> int:
    """The number that a word or digits say."""
    word = word.lower()
    return int(word) if word.isdigit() else 2 if word.startswith("a couple") else NUMBERS[word]


def single_day(day: date) -> Days:
    """One day as a stretch."""
    return day, day, "day"


def months_on(day: date, count: int) -> date:
    """The same day so many months later; the last one of a shorter month."""
    month = day.year * 12 + day.month - 1 + count
    year, month = divmod(month, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def month_end(year: int, month: int) -> date:
    """The last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])


def part_of(first: date, last: date, match: re.Match[str], precision: Precision) -> Days:
    """The early, middle or late third of a stretch, or its first or second half, where the text says so."""
    part = (match.groupdict().get("part") or "").lower()
    if not part:
        return first, last, precision
    length = (last - first).days + 1
    if "half" in part:
        middle = first + timedelta(days=length // 2)
        return (first, middle - timedelta(days=1), "half") if "first" in part else (middle, last, "half")
    third = length // 3
    if part in ("early", "the start of", "the beginning of"):
        return first, first + timedelta(days=third - 1), "range"
    if part in ("late", "the end of"):
        return last - timedelta(days=third - 1), last, "range"
    return first + timedelta(days=third), last - timedelta(days=third), "range"
