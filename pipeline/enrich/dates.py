"""Dates: which days an article names, relative ones resolved against the day it was published.

A date without a year is the one nearest to publication; a weekday is the last one, or the next where its sentence looks
ahead; "two days later" counts from the day named before it. What can't be resolved is left out: no year is invented.
"""

import calendar
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from pipeline.article import Article, DateMention, FieldName
from pipeline.enrich.date_words import (
    AHEAD,
    COUNT,
    DAY,
    MONTH,
    MONTHS,
    NO_YEAR,
    PART,
    SEASONS,
    SECOND,
    UNIT,
    WEEKDAY,
    WEEKDAYS,
    YEAR,
)
from pipeline.enrich.days import Context, Days, month_end, months_on, moved, number_of, part_of, period, single_day
from pipeline.enrich.names import Named
from pipeline.enrich.nlp import Reading
from pipeline.enrich.weekdays import weekday_meant

Rule = tuple[re.Pattern[str], Callable[[re.Match[str], Context], Days | None], str]


def find_dates(reading: Reading, names: Sequence[Named]) -> list[DateMention]:
    """The dates of title and text in order, without overlaps; those within names ("Sunday Times") are none."""
    published = _published(reading.article)
    found: list[DateMention] = []
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        taken = {at for span, _ in names if span.field == field for at in range(span.start, span.end)}
        found += _in_field(reading, field, published, taken)
    return found


def _published(article: Article) -> date | None:
    """The day of publication at the outlet."""
    if article.published_at is None:
        return None
    return (article.published_at + timedelta(minutes=article.published_offset or 0)).date()


def _in_field(reading: Reading, field: FieldName, published: date | None, taken: set[int]) -> list[DateMention]:
    text = reading.text_of(field)
    matches: list[tuple[re.Match[str], Rule]] = []
    for rule in RULES:
        for match in rule[0].finditer(text):
            place = set(range(match.start(), match.end()))
            if not place & taken:
                taken |= place
                matches.append((match, rule))
    matches.sort(key=lambda pair: pair[0].start())
    sentences = [span for span in reading.sentences if span.field == field]
    starts = [span.start for span in sentences]
    found: list[DateMention] = []
    anchor: date | None = None
    for match, (_, resolve, method) in matches:
        at = bisect_right(starts, match.start()) - 1
        sentence = sentences[at].surface if at >= 0 else text
        try:
            days = resolve(
                match, Context(published, anchor, sentence, text[max(0, match.start() - 20) : match.start()])
            )
        except (ValueError, OverflowError):  # the 31st of a month of 30 days, a year beyond the calendar
            continue
        if days is None:
            continue
        if days[2] == "day":
            anchor = days[0]
        named = match.groupdict().get("year") and method == "nearest"
        found.append(_mention(field, match, days, "absolute" if named else method))
    return found


def _mention(field: FieldName, match: re.Match[str], days: Days, method: str) -> DateMention:
    start, end = match.span("span") if "span" in match.re.groupindex else match.span()
    return DateMention(
        field=field, start=start, end=end, surface=match.string[start:end], first=days[0], last=days[1],
        precision=days[2], method=method, confidence={"absolute": 0.97, "nearest": 0.9}.get(method, 0.85),
    )  # fmt: skip


def _month(match: re.Match[str]) -> int:
    return MONTHS[match["month"].rstrip(".").lower()]


def _full(match: re.Match[str], context: Context) -> Days | None:
    """A day with month and perhaps a year; without, the nearest, or the one that falls on the weekday named."""
    month, day = _month(match), int(match["day"])
    if match["year"]:
        return single_day(date(int(match["year"]), month, day))
    if context.published is None:
        return None
    years = [context.published.year + shift for shift in (0, -1, 1)]
    days = [date(year, month, day) for year in years if day <= calendar.monthrange(year, month)[1]]
    weekday = match.groupdict().get("weekday")
    if weekday and (fitting := [one for one in days if one.weekday() == WEEKDAYS[weekday.lower()]]):
        return single_day(fitting[0])
    published = context.published
    return single_day(min(days, key=lambda one: abs((one - published).days)))


def _days_of_month(match: re.Match[str], context: Context) -> Days | None:
    """From one day to another of a month: "3-5 March"."""
    start = _full(match, context)
    if start is None:
        return None
    end = start[0].replace(day=int(match["day2"]))
    return (start[0], end, "range") if end > start[0] else None


def _iso(match: re.Match[str], _: Context) -> Days | None:
    return single_day(date.fromisoformat(match[0]))


def _month_of_year(match: re.Match[str], context: Context) -> Days | None:
    """A month, of a named year or the one that the article's day tells."""
    month = _month(match)
    joined = re.match(r"(?:and|to|through|or)\b", match[0])
    if match["year"]:
        year = int(match["year"])
    elif context.published is None or (joined and not re.search(MONTH.replace("?P<month>", "?:"), context.before)):
        return None
    else:
        year = _year_of(month, match.groupdict().get("which"), context.published, context.sentence)
    return part_of(date(year, month, 1), month_end(year, month), match, "month")


def _year_of(month: int, which: str | None, published: date, sentence: str) -> int:
    """The year of a month without one: this month or the last one of that name; the next where the text looks ahead."""
    past = published.year if month <= published.month else published.year - 1
    ahead = published.year if month >= published.month else published.year + 1
    if which in ("next", "Next"):
        return ahead if month != published.month else published.year + 1
    if which in ("last", "Last", "past"):
        return past if month != published.month else published.year - 1
    if which in ("this", "This", "coming"):
        return published.year
    return ahead if AHEAD.search(sentence) and (month - published.month) % 12 <= 6 else past


def _year(match: re.Match[str], _: Context) -> Days | None:
    year = int(match["year"])
    return part_of(date(year, 1, 1), date(year, 12, 31), match, "year")


def _years(match: re.Match[str], _: Context) -> Days | None:
    first, last = int(match["year"]), match["year2"]
    end = int(last) if len(last) == 4 else first // 100 * 100 + int(last)
    return (date(first, 1, 1), date(end, 12, 31), "range") if first < end <= first + 120 else None


def _decade(match: re.Match[str], _: Context) -> Days | None:
    year = int(match["decade"])
    return part_of(date(year, 1, 1), date(year + 9, 12, 31), match, "decade")


def _quarter(match: re.Match[str], context: Context) -> Days | None:
    number = {"first": 1, "second": 2, "third": 3, "fourth": 4}.get(match["which"].lower(), 0) or int(match["which"])
    year = int(match["year"]) if match["year"] else None
    if year is None:
        return None
    return date(year, number * 3 - 2, 1), month_end(year, number * 3), "quarter"


def _season(match: re.Match[str], context: Context) -> Days | None:
    month = SEASONS[match["season"].lower()]
    if match["year"]:
        year = int(match["year"])
    elif context.published is None or match["which"] is None:
        return None
    else:
        year = context.published.year + {"last": -1 if context.published.month < month + 3 else 0, "next": 1}.get(
            match["which"].lower(), 0
        )
    end = month + 2
    return date(year, month, 1), month_end(year + (end > 12), (end - 1) % 12 + 1), "season"


def _near(match: re.Match[str], context: Context) -> Days | None:
    """Today, yesterday, tomorrow."""
    if context.published is None:
        return None
    shift = {"yesterday": -1, "tomorrow": 1}.get(match["word"].lower().split()[0], 0)
    if match["word"].lower().startswith("the day"):
        shift = -2 if "before" in match["word"] else 2
    if match["word"].lower() == "last night":
        shift = -1
    return single_day(context.published + timedelta(days=shift))


def _this(match: re.Match[str], context: Context) -> Days | None:
    """Last, this or next week, month or year, or a part of it."""
    if context.published is None:
        return None
    shift = {"last": -1, "previous": -1, "next": 1, "coming": 1}.get(match["which"].lower(), 0)
    return period(context.published, match["unit"].lower(), shift, match)


def _ago(match: re.Match[str], context: Context) -> Days | None:
    """So many days, weeks, months or years before publication."""
    return moved(context.published, match, -1) if context.published else None


def _later(match: re.Match[str], context: Context) -> Days | None:
    """So many days after, or before, the day named before."""
    if context.anchor is None:
        return None
    return moved(context.anchor, match, -1 if match["way"].lower() in ("earlier", "before") else 1)


def _following(match: re.Match[str], context: Context) -> Days | None:
    if context.anchor is None:
        return None
    return single_day(
        context.anchor + timedelta(days=-1 if "previous" in match[0].lower() or "before" in match[0].lower() else 1)
    )


def _hence(match: re.Match[str], context: Context) -> Days | None:
    return moved(context.published, match, 1) if context.published else None


def _past(match: re.Match[str], context: Context) -> Days | None:
    """The past or next so many days, weeks, months or years."""
    if context.published is None:
        return None
    number, length = number_of(match["count"]), match["unit"].lower()
    ahead = match["which"].lower() in ("next", "coming", "following")
    way = 1 if ahead else -1
    if length in ("day", "week"):
        other = context.published + timedelta(days=way * number * (7 if length == "week" else 1))
    else:
        other = months_on(context.published, way * number * {"month": 1, "year": 12, "decade": 120}[length])
    return (context.published, other, "range") if ahead else (other, context.published, "range")


def _day_rules() -> Iterator[Rule]:
    weekday = rf"(?:{WEEKDAY},?\s+(?:the\s+)?)?"
    yield re.compile(r"\b(?:1[5-9]|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])\b"), _iso, "absolute"
    to = r"\s?(?:-|–|to|and|until|through)\s?"
    yield re.compile(rf"\b{DAY}{to}{SECOND}\s+{MONTH}(?:,?\s+{YEAR})?\b"), _days_of_month, "nearest"
    yield re.compile(rf"\b{MONTH}\s+{DAY}{to}{SECOND}(?:,?\s+{YEAR})?\b"), _days_of_month, "nearest"
    yield re.compile(rf"\b{weekday}{DAY}\s+(?:of\s+)?{MONTH}(?:,?\s+{YEAR})?(?![\w:])"), _full, "nearest"
    yield re.compile(rf"\b{weekday}{MONTH}\s+{DAY}(?:,?\s+{YEAR}|(?![\w:,]\d)(?!\w))"), _full, "nearest"


def _month_rules() -> Iterator[Rule]:
    prefix = r"(?:(?:in|since|of|until|till|by|from|during|for|before|after|between|to|and|through)\s+)"
    yield re.compile(rf"\b{PART}?{MONTH},?\s+(?:of\s+)?{YEAR}\b"), _month_of_year, "absolute"
    yield (
        re.compile(rf"\b{prefix}(?P<span>{PART}?{MONTH})(?P<year>(?!))?(?![\w’'-])(?!\s+[A-Z])"),
        _month_of_year,
        "nearest",
    )
    yield (
        re.compile(
            rf"\b(?P<span>(?:(?P<which>[Ll]ast|[Nn]ext|[Tt]his|past|coming)\s+|{PART}){MONTH})(?P<year>(?!))?\b(?!\s+\d)"
        ),
        _month_of_year,
        "relative",
    )


def _year_rules() -> Iterator[Rule]:
    yield (
        re.compile(
            r"\b(?P<span>(?P<year>1[5-9]\d\d|20\d\d)\s?(?:-|–|to|and|until)\s?(?P<year2>(?:1[5-9]|20)?\d\d))\b(?![-.,]\d)"
        ),
        _years,
        "absolute",
    )
    yield (
        re.compile(r"\b(?P<which>first|second|third|fourth|Q(?=\d))\s?(?:quarter\s+(?:of|in)\s+)" + YEAR + r"\b"),
        _quarter,
        "absolute",
    )
    yield re.compile(r"\bQ(?P<which>[1-4])\s+" + YEAR + r"\b"), _quarter, "absolute"
    yield (
        re.compile(
            r"\b(?:the\s+|in\s+)?(?:(?P<which>last|next|this)\s+)?(?P<season>spring|summer|autumn|fall|winter)(?:\s+of)?\s+"
            + YEAR
            + r"\b"
        ),
        _season,
        "absolute",
    )
    yield (
        re.compile(r"\b(?P<which>last|next|this)\s+(?P<season>spring|summer|autumn|winter)(?P<year>(?!))?\b"),
        _season,
        "relative",
    )
    yield re.compile(rf"\b(?:the\s+)?(?P<span>{PART}?(?P<decade>(?:1[5-9]|20)\d0)s)\b"), _decade, "absolute"
    yield (
        re.compile(
            r"\b(?:(?:[Ii]n|[Ss]ince|[Uu]ntil|[Bb]y|[Ff]rom|[Dd]uring|[Bb]efore|[Aa]fter|[Oo]f)\s+)"
            rf"(?P<span>(?:{PART})?{YEAR})\b(?![,.]?\d)(?!\s+{NO_YEAR})"
        ),
        _year,
        "absolute",
    )
    yield re.compile(rf"\b(?P<span>{PART}{YEAR})\b(?![,.]?\d)"), _year, "absolute"
    yield (
        re.compile(r"\b[Tt]he\s+(?P<span>(?P<year>19\d\d|20[0-4]\d))\s+(?=[a-zA-Z])(?!" + NO_YEAR + r"\b)"),
        _year,
        "absolute",
    )


def _relative_rules() -> Iterator[Rule]:
    yield re.compile(rf"\b(?:{COUNT}\s+{UNIT}\s+ago)\b", re.IGNORECASE), _ago, "relative"
    yield (
        re.compile(
            rf"\b{COUNT}\s+{UNIT}\s+(?P<way>later|earlier|before|after)\b(?=[,.]|\s+(?:on|in|the|he|she|it|they)\b|$)",
            re.IGNORECASE,
        ),
        _later,
        "relative",
    )
    yield (
        re.compile(r"\b[Tt]he\s+(?:next|following|previous)\s+day\b|\b[Tt]he\s+day\s+(?:before|after)(?=[,.])"),
        _following,
        "relative",
    )
    yield (
        re.compile(rf"\b(?:in|within)\s+(?P<span>{COUNT}\s+{UNIT}['’]?\s+time)\b", re.IGNORECASE),
        _hence,
        "relative",
    )
    yield (
        re.compile(rf"\b(?:the\s+)?(?P<which>past|last|next|coming)\s+(?:the\s+)?{COUNT}\s+{UNIT}\b", re.IGNORECASE),
        _past,
        "relative",
    )
    yield (
        re.compile(
            rf"\b{PART}?(?P<which>[Ll]ast|[Nn]ext|[Tt]his|coming|previous)\s+(?P<unit>weekend|week|month|year|decade)\b(?!-)"
        ),
        _this,
        "relative",
    )
    yield (
        re.compile(rf"\b(?:(?P<which>[Ll]ast|[Nn]ext|this coming|[Tt]his|past|coming)\s+)?{WEEKDAY}(?![\w])"),
        weekday_meant,
        "relative",
    )
    yield (
        re.compile(
            r"\b(?P<word>[Tt]he day before yesterday|[Tt]he day after tomorrow|[Yy]esterday|[Tt]omorrow|"
            r"[Tt]oday|[Tt]onight|[Ll]ast night)\b(?!['’]s\s+(?:world|standards|youth))"
        ),
        _near,
        "relative",
    )


RULES: tuple[Rule, ...] = (*_day_rules(), *_month_rules(), *_year_rules(), *_relative_rules())
