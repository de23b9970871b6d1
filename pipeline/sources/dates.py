"""Dates as feeds and pages write them, read without guessing: what is no date stays missing."""

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from pipeline.admission import FUTURE
from pipeline.sources import written

FIRST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web nothing was published on it: 1970 is an empty field
MAX_WRITTEN = 100  # characters
_NO_DATE = "is no date that can be read, or before 1990, and was dropped"

_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)")
_WEEKDAY = re.compile(r"\W*(?:[^\W\d_]{1,15}[.,]+\s)?\W*")  # of whatever language: a word that a comma sets off
_WORD = re.compile(r"[^\s\d,/-]+")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_WEEK = re.compile(r"\d{4}-?W\d\d")  # no day
# The year at the end, after the time, as C's asctime, Unix's date and some programs write it.
_YEAR_LAST = re.compile(r"(?:\w+,? )?(\w+ \d\d?) (\d\d?:\d\d(?::\d\d)?)((?: [A-Z]{1,5}| [+-]\d{4}){0,2}) (\d{4})")


def moment(text: str | None, language: str | None = None) -> str | None:
    """A time as ISO 8601 with the zone that it was written with; None for anything else.

    Takes ISO 8601, the dates of e-mail (RFC 5322) that RSS uses, and what people and programs write in their stead,
    where nothing of it is left unread. Where the time is in a zone that is not known, or words beside it may say more
    of it, the day alone is given: `2026-11-03`.

    Args:
        text: what is written, and nothing but a date.
        language: of the names of months in it, beside English.
    """
    if not text or not isinstance(text, str) or len(text) > MAX_WRITTEN:
        return None
    plain = " ".join(unicodedata.normalize("NFKC", text).split())
    if _WEEK.fullmatch(plain):
        return None
    try:
        return since_the_web(datetime.fromisoformat(plain))
    except (ValueError, OverflowError):
        return _said(_YEAR_LAST.sub(r"\1 \4 \2\3", plain), written.language_of(language or "en"))


def since_the_web(when: datetime, *, exact: bool = True) -> str | None:
    """A time as ISO 8601, its day alone where that is all that is exact; None before anything was on the web."""
    try:
        is_sane = (when if when.tzinfo else when.replace(tzinfo=UTC)) >= FIRST
    except (OverflowError, ValueError):
        return None
    return (when if exact else when.date()).isoformat() if is_sane else None


def unread(**dates: tuple[object, str | None]) -> list[str]:
    """A note of each field whose date was written but not read, or in part: `published_at=("soon", None)`."""
    return [
        f'{name} "{" ".join(str(text).split())[:80]}" '
        + ("has a time, or a time zone, that is not known: only its day was kept" if read else _NO_DATE)
        for name, (text, read) in dates.items()
        if text and (read is None or is_only_day(read))
    ]


def is_only_day(read: str) -> bool:
    """Whether `moment` read a day alone, because the time beside it can't be read exactly."""
    return "T" not in read


def is_ahead(read: str, by: timedelta = FUTURE) -> bool:
    """Whether a time lies so far ahead that no article has it: it is a slip, or the day of an event."""
    when = datetime.fromisoformat(read)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)) > datetime.now(UTC) + by


def date_in_url(url: str | None) -> str | None:
    """The day that a URL names, `/2026/11/03/` and the like."""
    match = _IN_URL.search(url or "")
    if match is None:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _in_english(text: str) -> str:
    """A date whose month is named in another language; the last such word, for a weekday may be called like a month."""
    for word in reversed(list(_WORD.finditer(text))):
        if month := written.months_of_all().get(word[0].lower().strip(".")):
            return f"{text[: word.start()]}{_MONTHS[month - 1]}{text[word.end() :]}"
    return text


def _said(text: str, language: str) -> str | None:
    """A date that is written in words or in another order than ISO's, where there is but one, and nothing else."""
    found = list(written.find(text, language, of_mail=True))
    if not found:  # programs name months in their own language, whatever the feed says is its
        text = _in_english(text)
        found = list(written.find(text, language, of_mail=True))
    if len(found) != 1:
        return None
    before, after = text[: found[0].start], text[found[0].end :]
    known = written.names_of(language).weekday.fullmatch(before.strip(" ,"))
    if re.search(r"\d", before + after) or not (known or _WEEKDAY.fullmatch(before)):
        return None
    spoken = re.search(r"\w", after) is not None
    if spoken and not found[0].timed:
        return None
    return since_the_web(found[0].when, exact=found[0].exact and not spoken)
