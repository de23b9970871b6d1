"""The clocks `happened:` and `mentions:`: dates of events and dates in the text, as terms.

A date is indexed as the units that it names and the larger ones around them: 3 May 2022 as `2022-05-03`, `2022-05` and
`2022`; the May of that year as `2022-05` and `2022`, not as each of its days. So `mentions:2022-05` finds both, and
`mentions:2022-05-03` only what names that day, or a span of days around it. A range of a query is taken apart into
whole years, months and days in the same way.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from pipeline.article import DateRange, EnrichedArticle
from pipeline.query.tree import Clock

FIRST, LAST = date(1000, 1, 1), date(2999, 12, 31)  # outside of it no date is indexed
MOST_DAYS, MOST_MONTHS = 62, 36  # a longer span counts as its months, a longer one still as its years


def dates(article: EnrichedArticle, clock: Clock) -> list[DateRange]:
    """The dates that a clock looks at: of the article's events, or those that its text names."""
    if clock == "mentions":
        return list(article.dates)
    return [event.date for event in article.events if event.date is not None]


def terms(found: Iterable[DateRange]) -> set[str]:
    """The terms of dates: days, months and years as ISO 8601 writes them."""
    return {term for one in found for term in _indexed(one.first, one.last)}


def asked(first: date, last: date) -> tuple[str, ...]:
    """The terms of which a date must have one to lie within `first` and `last`, both included."""
    return tuple(sorted(_units(max(first, FIRST), min(last, LAST))))


def _indexed(first: date, last: date) -> Iterator[str]:
    if first > last or first < FIRST or last > LAST:
        return
    whole = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    months = (last.year - first.year) * 12 + last.month - first.month + 1
    if (whole and first.month == 1 and last.month == 12) or months > MOST_MONTHS:
        yield from (f"{year:04}" for year in range(first.year, last.year + 1))
    elif whole or (last - first).days >= MOST_DAYS:
        for at in range(months):
            year, month = divmod(first.year * 12 + first.month - 1 + at, 12)
            yield from (f"{year:04}-{month + 1:02}", f"{year:04}")
    else:
        for at in range((last - first).days + 1):
            day = (first + timedelta(days=at)).isoformat()
            yield from (day, day[:7], day[:4])


def _units(first: date, last: date) -> Iterator[str]:
    """Whole years, whole months and single days that make up a range."""
    day = first
    while day <= last:
        month_end = day.replace(day=monthrange(day.year, day.month)[1])
        if day.month == 1 and day.day == 1 and day.replace(month=12, day=31) <= last:
            yield f"{day.year:04}"
            day = day.replace(month=12, day=31)
        elif day.day == 1 and month_end <= last:
            yield f"{day.year:04}-{day.month:02}"
            day = month_end
        else:
            yield day.isoformat()
        day += timedelta(days=1)
