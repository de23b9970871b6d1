"""Values of the query's fields: countries, languages, and the days and spans of the three clocks.

Each function takes a value as written and its position in the query, and raises QueryError there.
"""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from difflib import get_close_matches

from pipeline.countries import code_of, near_names
from pipeline.errors import QueryError
from pipeline.languages import language_names
from pipeline.query.days import FIRST, LAST, asked
from pipeline.query.tree import Clock, Dated, Published

RANGE = "a day, month or year, a range FROM..TO with either end open, or a span such as 24h, 7d or 2w"
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_SPAN = re.compile(r"([0-9]{1,6})([hdw])")
_IN_WORDS = re.compile(r"(last|past|this|next)?([0-9]{0,3})(hour|day|week|month|year)s?")
_DAYS = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(?P<second>:[0-9]{2}(?P<fraction>\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)


def country(value: str, position: int, field: str = "country") -> str:
    """The ISO 3166-1 alpha-2 code of a country that is written as a code or a name."""
    code = code_of(value)
    if code is None:
        near = near_names(value)
        meant = f"; did you mean {_either(near)}?" if near else ""
        raise QueryError(
            f"no country is called `{value}`{meant}",
            position=position,
            expected="a code of ISO 3166-1 (UA) or a country's name",
            suggestion=f"{field}:{_quoted(near[0])}" if near else None,
        )
    return code


def language(value: str, position: int) -> str:
    """The code of a language that is written as a code (`en`, `en-GB`) or an English name."""
    names = language_names()
    wanted = value.strip().casefold()
    tag = re.fullmatch(r"([a-z]{2,3})[-_][a-z0-9_-]+", wanted)
    code = names.get(tag[1] if tag else wanted)
    if code is None:
        near = get_close_matches(wanted, [name for name in names if len(name) > 3], n=3, cutoff=0.7)
        meant = f"; did you mean {_either([name.title() for name in near])}?" if near else ""
        raise QueryError(
            f"no language is called `{value}`{meant}",
            position=position,
            expected="a code of ISO 639-1 (en) or a language's English name",
            suggestion=f"lang:{names[near[0]]}" if near else None,
        )
    return code


def published(value: str, position: int, *, now: datetime) -> Published:
    """The span of time that a value of `published:` means, in UTC, on whole milliseconds.

    A span (`7d`) reaches from that long ago and is open to the future, so that an outlet's clock that is a little
    ahead hides nothing. A day, month or year, and the end of a range, are inclusive; a moment is as long as it is
    written precisely (`10:00` a minute, `10:00:00` a second).
    """
    text = "".join(value.split())
    low = text.lower()
    if span := _SPAN.fullmatch(low):
        return Published(_ago(int(span[1]) * _UNITS[span[2]], now, position), None, text)
    first, dots, last = text.partition("..")
    if not dots:
        if _MOMENT.fullmatch(text.upper()):
            raise _bad(position, "a moment alone is no span of time", f"published:{text}..")
        return Published(*_stretch(text, position, now), text)
    return _range(first, last, position, now)


def dated(clock: Clock, value: str, position: int, *, now: datetime) -> Dated:
    """The days that a value of `happened:` or `mentions:` means; a span (`7d`) ends today, `next 7d` begins today."""
    text = "".join(value.split())
    low = text.lower()
    today = now.astimezone(UTC).date()
    try:
        if span := re.fullmatch(r"(next)?([0-9]{1,4})([dw])", low):
            reach = timedelta(days=int(span[2]) * (7 if span[3] == "w" else 1) - 1)
            first, last = (today, today + reach) if span[1] else (today - reach, today)
        else:
            first, last = _days(clock, text, position, now)
    except OverflowError:
        raise _bad(position, "that is beyond the calendar", field=clock) from None
    return Dated(clock, asked(first, last), text)


def _days(clock: Clock, text: str, position: int, now: datetime) -> tuple[date, date]:
    """First and last day of a day, a month, a year or a range of them."""
    begin, dots, end = text.partition("..")
    if dots and not begin and not end:
        raise _bad(position, "at least one end of a range is needed", field=clock)
    after = position + len(begin) + 2 if dots else position
    first = _day(clock, begin, position, now)[0] if begin or not dots else FIRST
    last = _day(clock, end if dots else begin, after, now)[1] if end or not dots else LAST
    if first > last:
        raise _bad(position, "the range ends before it begins", f"{clock}:{end}..{begin}", field=clock)
    return first, last


def _day(clock: Clock, text: str, position: int, now: datetime) -> tuple[date, date]:
    if text.lower() == "tomorrow":
        day = now.astimezone(UTC).date() + timedelta(days=1)
        return day, day
    if "t" in text.lower().replace("today", "").replace("yesterday", ""):
        raise _bad(position, f"`{text}` is not a date", _span(text.lower(), clock), field=clock)
    start, end = _stretch(text, position, now, clock)
    return start.date(), (end - timedelta(days=1)).date() if end else LAST


def one_of(field: str, value: str, known: Sequence[str], position: int) -> str:
    """A value out of a short list."""
    if value in known:
        return value
    near = get_close_matches(value, known, n=1, cutoff=0.6)
    raise QueryError(
        f"{field}: there is no `{value}`" + (f"; did you mean `{near[0]}`?" if near else ""),
        position=position,
        expected="one of " + ", ".join(known),
        suggestion=f"{field}:{near[0]}" if near else None,
    )


def _range(first: str, last: str, position: int, now: datetime) -> Published:
    if not first and not last:
        raise _bad(position, "at least one end of a range is needed")
    start = _stretch(first, position, now)[0] if first else None
    end = _stretch(last, position + len(first) + 2, now)[1] if last else None
    if start and end and start >= end:
        raise _bad(position, "the range ends before it begins", f"published:{last}..{first}")
    return Published(start, end, f"{first}..{last}")


def _ago(span: timedelta, now: datetime, position: int) -> datetime:
    moment = now.astimezone(UTC)
    try:
        return (moment - span).replace(microsecond=moment.microsecond // 1000 * 1000)
    except OverflowError:
        raise _bad(position, "that is longer ago than the calendar reaches") from None


def _stretch(text: str, position: int, now: datetime, field: str = "published") -> tuple[datetime, datetime | None]:
    """Start and end (exclusive; None beyond the year 9999) of a day, a month, a year, a moment, today or yesterday."""
    low = text.lower()
    if low in ("today", "yesterday"):
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        day -= timedelta(days=low == "yesterday")
        return day, day + timedelta(days=1)
    try:
        if days := _DAYS.fullmatch(text):
            return _calendar(*(int(part) if part else None for part in days.groups()))
        if moment := _MOMENT.fullmatch(text.upper()):
            return _moment(text.upper(), moment)
    except (ValueError, OverflowError):
        raise _bad(position, f"`{text}` is not in the calendar", field=field) from None
    if _SPAN.fullmatch(low):
        raise _bad(position, f"`{text}` stands alone, not in a range", f"{field}:{text}", field=field)
    raise _bad(position, f"`{text}` is not a date" if text else "a date is missing", _span(low, field), field=field)


def _span(text: str, field: str) -> str | None:
    """The span that somebody means who writes `last week`, `30 days` or `next month`."""
    match = _IN_WORDS.fullmatch(text)
    if match is None or (match[1] == "next" and field == "published") or (match[3] == "hour" and field != "published"):
        return None
    length = int(match[2] or 1) * {"hour": 1, "day": 1, "week": 7, "month": 30, "year": 365}[match[3]]
    return f"{field}:{'next' if match[1] == 'next' else ''}{length}{'h' if match[3] == 'hour' else 'd'}"


def _calendar(year: int | None, month: int | None, day: int | None) -> tuple[datetime, datetime | None]:
    start = datetime(year or 0, month or 1, day or 1, tzinfo=UTC)
    try:
        if day:
            return start, start + timedelta(days=1)
        if month:
            return start, start.replace(year=start.year + month // 12, month=month % 12 + 1)
        return start, start.replace(year=start.year + 1)
    except (ValueError, OverflowError):  # the last day, month and year of the calendar have no next one
        return start, None


def _moment(text: str, match: re.Match[str]) -> tuple[datetime, datetime]:
    moment = datetime.fromisoformat(text)
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    moment = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    if match["fraction"]:
        return moment, moment + timedelta(milliseconds=1)
    return moment, moment + (timedelta(seconds=1) if match["second"] else timedelta(minutes=1))


def _bad(position: int, message: str, suggestion: str | None = None, *, field: str = "published") -> QueryError:
    return QueryError(f"{field}: {message}", position=position, expected=RANGE, suggestion=suggestion)


def _either(names: list[str]) -> str:
    return " or ".join(f"`{name}`" for name in names)


def _quoted(value: str) -> str:
    return value if re.fullmatch(r"\w+", value) else f'"{value}"'
