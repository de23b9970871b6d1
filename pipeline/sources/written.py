"""Days and times as people and programs write them, with the half of the day and the zone, found in a text.

Only a day that can't be misread counts: its month is written out, or its order is plain. `03.11.2026`, `2026-11-03` and
`20/11/2026` are; `05/04/2025` on an English page is not. Names of months, weekdays and halves of the day are CLDR's, by
Babel, in the text's language and in English; those of zones are in data/zones.tsv. A time in a zone that is not known
counts as its day alone: to take it for UTC would make it wrong by hours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, UTC, datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import get_day_names, get_month_names, get_period_names

from pipeline.sources.boilerplate import listed
from pipeline.tables import rows_of

WINDOW = 80  # characters before a day in which its time may stand

_YEAR_FIRST = re.compile(
    r"(?<![0-9A-Za-z_])(?P<y>\d{4})(?:[-/]|\.\s?|\s?[年년]\s?)(?P<m>\d\d?)(?:[-/]|\.\s?|\s?[月월]\s?)(?P<d>\d\d?)(?!\d)[日일]?"
)
_DOTTED = re.compile(r"(?<![\d.])(?P<d>\d\d?)\.\s?(?P<m>\d\d?)\.\s?(?P<y>\d{4})\b")
# Of versions and numbers of telephones only those with two digits thrice are left, and English pages write no day so.
_SHORT = re.compile(r"(?<![\d.])(?P<d>\d\d)\.(?P<m>\d\d)\.(?P<y>\d\d)(?!\.?\d)")
# A number over 12 is no month, and of two numbers that are alike either may be it.
_MONTH, _NO_MONTH = r"(?P<m>0?[1-9]|1[0-2])", r"(?P<d>1[3-9]|2\d|3[01])"
_PLAIN = [
    re.compile(rf"(?<![\d/.-]){first}(?P<mark>[/-]){second}(?P=mark)(?P<y>\d{{4}})(?![\d/-])")
    for first, second in ((_NO_MONTH, _MONTH), (_MONTH, _NO_MONTH), (r"(?P<d>\d\d?)", r"(?P<m>(?P=d))"))
]
_SLASHED = re.compile(r"\b(?P<d>\d\d?)/(?P<m>\d\d?)/(?P<y>\d{4})\b")
_AT = (
    r"(?:(?:um|om|at|à|a las|(?:la )?ora|ore|alle|klo?|klockan|às|saat|o|(?:o )?godz|v|в|lúc|pukul|T)\b\W{0,2}"
    r"|T(?=\d))?"
)
_ON = r"(?:(?:on|am|le|el|den|il|em)\s)?"
# The number is the hour where minutes follow it or the half of the day is named; what is told in minutes is a length.
_HOUR = (
    r"(?<![\d:.])(?P<h>\d\d?)(?:(?:[:.]|\s?h\s?|時|시\s?|[点點])(?P<min>[0-5]\d)(?:[:.](?P<s>[0-5]\d|60)(?:[.,](?P<part>\d+))?)?"
    r"(?:[分분])?)?(?![.:]?\d)(?!\s?(?i:min))"
)
_UNKNOWN = r"[A-Z]{1,4}T\b"  # nearly all names of zones end so
_OFFSET = r"[+\-−]\d\d:?\d\d\b"


@dataclass(frozen=True)
class Written:
    """A day in a text, with the time and the zone that stand beside it.

    Args:
        start: where it begins in the text, in code points.
        end: where it ends.
        when: at midnight where no time is written, without a zone where none is.
        timed: whether a time is written with it.
        exact: False where that time is in a zone that is not known, so that `when` is the day alone.
    """

    start: int
    end: int
    when: datetime
    timed: bool = False
    exact: bool = True


@dataclass(frozen=True)
class Names:
    """What a language calls months, weekdays and halves of the day, and the patterns that are made of it."""

    months: dict[str, int]
    halves: dict[str, bool]
    days: list[re.Pattern[str]]
    weekday: re.Pattern[str]
    after: re.Pattern[str]
    before: re.Pattern[str]


def find(text: str, language: str, *, of_mail: bool = False) -> Iterator[Written]:
    """Each day in a text, in the order in which they stand.

    Args:
        text: a line, its blanks single.
        language: as `language_of` gives it.
        of_mail: it is a field of data: years of two digits count after a month's name alone, as in old e-mail.
    """
    names = names_of(language)
    ways = [_YEAR_FIRST, _DOTTED, *_PLAIN, *names.days[: None if of_mail else -1]]
    ways += [_SLASHED, _SHORT] if language != "en" and not of_mail else []  # programs write months first anywhere
    reached = 0
    for day in sorted((match for way in ways for match in way.finditer(text)), key=lambda each: each.span()):
        if day.start() >= reached and (found := _read(text, day, names, reached)) is not None:
            yield found
            reached = found.end


def unclear(text: str, language: str) -> Iterator[re.Match[str]]:
    """Each day in figures of which either number may be the month: `05/04/2026`."""
    days = [(day.start, day.end) for day in find(text, language)]
    for match in _SLASHED.finditer(text):
        is_read = any(start < match.end() and match.start() < end for start, end in days)
        if not is_read and all(1 <= int(match[part]) <= 12 for part in "dm"):
            yield match


def language_of(written: str) -> str:
    """The language of a `lang` attribute, where CLDR has it; English for anything else."""
    try:
        return str(Locale.parse(written.replace("_", "-").partition("-")[0].lower()).language)
    except (UnknownLocaleError, ValueError):
        return "en"


@cache
def months_of_all() -> dict[str, int]:
    """The months by their names in the languages of data/boilerplate.toml, where they mean one month in all."""
    found: dict[str, set[int]] = {}
    for language in listed("months_of"):
        for name, month in _months(Locale.parse(language)).items():
            found.setdefault(name, set()).add(month)
    return {name: months.pop() for name, months in found.items() if len(months) == 1}


@cache
def weekdays_of_all() -> frozenset[str]:
    """The names of weekdays in those languages, long and short, in lower case without the dot of short ones."""
    locales = [Locale.parse(language) for language in listed("months_of")]
    return frozenset(name for locale in locales for name in _weekdays(locale))


def _weekdays(locale: Locale) -> set[str]:
    found: set[str] = set()
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            found |= {name.lower().strip(".") for name in get_day_names(width, context, locale).values()}
    return found


def _months(locale: Locale) -> dict[str, int]:
    """The months by their names in a language, long and short, in lower case without the dot of short ones."""
    named: list[tuple[int, str]] = []
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            named += get_month_names(width, context, locale).items()
    return {name.lower().strip("."): number for number, name in named if not name[0].isdigit()}


@cache  # of the few hundred languages that `language_of` gives
def names_of(language: str) -> Names:
    """The names of a language, those in English too."""
    months = _months(Locale("en")) | {"sept": 9} | _months(Locale(language))
    if language == "he":  # "in November" is one word
        months |= {f"ב{name}": number for name, number in months.items()}
    weekdays: set[str] = set()
    halves = {"오전": False, "오후": True, "上午": False, "下午": True, "午前": False, "午後": True}
    for each in (Locale("en"), Locale(language)):
        weekdays |= _weekdays(each)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                periods = get_period_names(width, context, each)
                halves |= {periods[half].lower(): half == "pm" for half in ("am", "pm") if half in periods}
    month = f"(?P<m>{_any_of(months)})\\b\\.?"
    ordinal = r"(?:st|nd|rd|th|er|\.|º)?"
    day_first = rf"\b(?P<d>\d\d?){ordinal}[\s-](?:de\s|of\s)?{month},?[\s-](?:de\s|del\s)?(?P<y>\d{{4}})\b"
    month_first = rf"\b{month}\s(?P<d>\d\d?)(?:st|nd|rd|th)?,?\s(?P<y>\d{{4}})\b"
    year_first = rf"\b(?P<y>\d{{4}})\.?[\s-]{month}[\s-](?P<d>\d\d?)\b\.?"
    of_mail = rf"\b(?P<d>\d\d?)[\s-]{month}[\s-](?P<y>\d\d)\b(?![:.]\d)"
    weekday = rf"(?:{_any_of(weekdays)})(?![^\W\d_])\.?"
    half = rf"(?i:(?P<{{}}>[ap]\.?\s?m\b\.?|(?:{_any_of(halves)})(?![^\W\d_])))"
    clock = rf"(?:{half.format('first')}\s?)?{_HOUR}(?:\s?{half.format('half')})?(?:\s?(?i:Uhr|hrs|h)\b)?{_zone()}"
    return Names(
        months,
        halves,
        [re.compile(each, re.IGNORECASE) for each in (day_first, month_first, year_first, of_mail)],
        re.compile(weekday, re.IGNORECASE),
        re.compile(rf"(?i:\W{{0,6}}(?:{weekday}\W{{0,4}})?{_AT}){clock}"),
        re.compile(rf"{clock}(?i:[\s,|·•–—-]{{0,4}}(?:{weekday}[\s,]{{1,3}})?{_ON})$"),
    )


@cache
def zones() -> dict[str, str]:
    """The names of zones, each with its minutes east of UTC, or its zone in the IANA database."""
    return {row[0]: row[1] for row in rows_of(Path(__file__).parent.parent / "data" / "zones.tsv")[1:]}


def _zone() -> str:
    """The pattern of a zone after a time: its name, its distance from UTC, or both, perhaps in brackets."""
    known = "|".join(sorted(map(re.escape, zones()), key=len, reverse=True))
    named = rf"(?P<zone>(?:{known})\b|(?i:utc|gmt)\b)"
    apart = r"\s?(?P<apart>[+\-−]\d\d?(?::?\d\d)?\b)"
    bare = rf"(?P<bare>{_OFFSET}|[+\-−]\d\d\b(?![:.]))"
    comment = r"(?:\s\([^()\d]{1,40}\))?"
    return rf"(?:\s?[(\[]?(?:{named}(?:{apart})?|{bare}|(?P<unknown>{_UNKNOWN}))[)\]]?{comment})?"


def _any_of(names: dict[str, int] | dict[str, bool] | set[str]) -> str:
    return "|".join(sorted((re.escape(name).replace("\xa0", r"\s?") for name in names), key=len, reverse=True))


def _read(text: str, day: re.Match[str], names: Names, reached: int) -> Written | None:
    """A day with the time after it, or else before it; None where there is no such day."""
    month = names.months.get(day["m"].lower()) or (int(day["m"]) if day["m"].isdigit() else 0)
    try:
        date = datetime(_year(day["y"]), month, int(day["d"]))  # noqa: DTZ001  # its zone may stand beside it
    except ValueError:
        return None
    after = names.after.match(text, day.end())
    if after is not None and (found := _timed(date, after, names)) is not None:
        return Written(day.start(), after.end(), *found)
    begin = max(reached, day.start() - WINDOW)
    before = names.before.search(text[begin : day.start()])
    if before is not None and (found := _timed(date, before, names)) is not None:
        return Written(begin + before.start(), day.end(), *found)
    return Written(day.start(), day.end(), date)


def _timed(day: datetime, clock: re.Match[str], names: Names) -> tuple[datetime, bool, bool] | None:
    """The moment on a day, that it has a time, and whether it is exact; None where that is no time of the day."""
    hour, half = int(clock["h"]), (clock["first"] or clock["half"] or "").lower()
    if hour > 24 or not (half or clock["min"]):  # hours of a day
        return None
    if hour == 24:  # the end of a day, unless minutes follow: programs that count its hours from one write so
        if half or int(clock["min"]) or day.year == MAXYEAR:
            return day, True, False
        day, hour = day + timedelta(days=1), 0
    if half and 0 < hour <= 12:
        hour = hour % 12 + 12 * names.halves.get(half, half.startswith("p"))
    second, part = min(int(clock["s"] or 0), 59), int((clock["part"] or "0")[:6].ljust(6, "0"))
    local = day.replace(hour=hour, minute=int(clock["min"] or 0), second=second, microsecond=part)
    if clock["bare"] == "-0000":  # RFC 5322: in UTC, which says nothing of the zone that it was written in
        return local, True, True
    zone = _minutes(clock, local)
    if zone is None:
        unknown = clock["zone"] or clock["bare"] or clock["unknown"]
        return (day, True, False) if unknown else (local, True, True)
    return local.replace(tzinfo=timezone(timedelta(minutes=zone)) if zone else UTC), True, True


def _minutes(clock: re.Match[str], local: datetime) -> int | None:
    """How far east of UTC a time is written; None where no zone is known, or the hour comes twice in it."""
    if apart := clock["apart"] or clock["bare"]:
        digits = apart[1:].replace(":", "")
        hours, rest = (int(digits), 0) if len(digits) < 3 else (int(digits[:-2]), int(digits[-2:]))
        minutes = hours * 60 + rest
        return (minutes if apart[0] == "+" else -minutes) if minutes <= 14 * 60 and rest < 60 else None
    if not (name := clock["zone"]):
        return None
    east = zones().get(name) or zones()[name.upper()]
    if "/" not in east:
        return int(east)
    place = ZoneInfo(east)
    distances = {local.replace(tzinfo=place, fold=fold).utcoffset() for fold in (0, 1)}
    distance = distances.pop()
    return int(distance.total_seconds() // 60) if distance is not None and not distances else None


def _year(written: str) -> int:
    year = int(written)
    return year if len(written) > 2 else year + (2000 if year < 69 else 1900)  # as in POSIX and RFC 5322
