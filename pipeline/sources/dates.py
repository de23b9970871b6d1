"""Dates as feeds and pages write them, read without guessing: what is no date stays missing."""

import re
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

FIRST = datetime(1990, 1, 1, tzinfo=UTC)  # before the web nothing was published on it: 1970 is an empty field

_SPACED = re.compile(r"(?i)^(\d{4}-\d\d-\d\d)[T ]+(\d\d:\d\d(?::\d\d(?:\.\d+)?)?)\s*(Z|UTC|GMT|[+-]\d\d:?\d\d)?$")
_IN_URL = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])[/-]?(0[1-9]|[12]\d|3[01])(?:[/_.-]|$)")
# Names of zones that email.utils does not know, in minutes; RFC 2822 knows the American ones.
ZONES = {"BST": 60, "CET": 60, "CEST": 120, "EET": 120, "EEST": 180, "IST": 330, "JST": 540, "AEST": 600, "AEDT": 660}

_NAMED_ZONE = re.compile(rf"\s({'|'.join(ZONES)})$")


def moment(text: str | None) -> str | None:
    """A time as ISO 8601 with the zone that it was written with; None for anything else.

    Takes ISO 8601 and its usual misspellings, and the dates of e-mail (RFC 2822) that RSS uses.
    """
    if not text or not isinstance(text, str) or len(text) > 100:
        return None
    found = _iso(text.strip()) or _mail(text.strip())
    if found is None:
        return None
    try:
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.isoformat() if aware >= FIRST else None
    except (OverflowError, ValueError):
        return None


def struct_moment(parsed: object) -> str | None:
    """A time tuple in UTC, as feedparser gives it."""
    if not isinstance(parsed, tuple | time.struct_time) or len(parsed) < 6:
        return None
    try:
        year, month, day, hour, minute, second = (int(part) for part in parsed[:6])
        found = datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):
        return None
    return found.isoformat() if found >= FIRST else None


def unread(**dates: tuple[object, str | None]) -> list[str]:
    """A note of each field whose date was written but not read: `published_at=("soon", None)`."""
    return [
        f'{name} "{" ".join(str(written).split())[:80]}" is no date that can be read, or before 1990, and was dropped'
        for name, (written, read) in dates.items()
        if written and read is None
    ]


def date_in_url(url: str | None) -> str | None:
    """The day that a URL names, `/2026/11/03/` and the like."""
    match = _IN_URL.search(url or "")
    if match is None:
        return None
    try:
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC).date().isoformat()
    except ValueError:
        return None


def _iso(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except (ValueError, OverflowError):
        pass
    if (match := _SPACED.match(text)) is None:
        return None
    zone = (match[3] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2]}{zone}")
    except ValueError:
        return None


def _mail(text: str) -> datetime | None:
    if (named := _NAMED_ZONE.search(text)) is not None:
        minutes = ZONES[named[1]]
        text = f"{text[: named.start()]} +{minutes // 60:02}{minutes % 60:02}"
    try:
        return parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
