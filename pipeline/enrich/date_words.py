"""The words of dates, and the patterns that they are put together from."""

import calendar
import re

from pipeline.enrich import TABLES
from pipeline.tables import words_of

_WORDS = words_of(TABLES / "dates.toml")
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
WEEKDAYS = {name.lower(): number for number, name in enumerate(calendar.day_name)}
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}

MONTH = (
    "(?P<month>January|February|March|April|May|June|July|August|September|October|November|December"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
DAY = r"(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"
YEAR = r"(?P<year>1[5-9]\d\d|20\d\d)"
WEEKDAY = r"(?P<weekday>(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)"
COUNT = (
    r"(?P<count>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|"
    r"fifteen|twenty|thirty|a couple of)"
)
UNIT = r"(?P<unit>day|week|month|year|decade)s?"
PART = (
    r"(?:(?P<part>early|mid|late|the end of|the start of|the beginning of|the middle of|"
    r"the first half of|the second half of)[ -])"
)
NO_YEAR = rf"(?:{'|'.join(_WORDS['counted'])})"
SECOND = r"(?P<day2>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?"

AHEAD = re.compile(rf"\b(?:{'|'.join(_WORDS['ahead'])})\b")
NAMES = re.compile(rf"(?:{'|'.join(_WORDS['before_named_days'])})\s$")
AFTER_NAMES = re.compile(rf"s\b|\s[A-Z]\w+-[A-Z]\w+|['’]?\s*(?:{'|'.join(_WORDS['behind_named_days'])})\b")
