"""Datelines: the place, the day and the agency before a report ("KYIV, Nov 3 (Agency) - "), no part of its words.

The parse would take them for the subject of the first sentence. What stands alone before a dash is a dateline only
where the gazetteer knows the place, before a colon only where the place is large: speakers have last names.
"""

import re

from pipeline.enrich.gazetteer import lookup

LONGEST = 80  # characters from the place to the dash
LARGE = 200_000  # inhabitants

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_DAY = rf"(?:\d{{1,2}} {_MONTH}|{_MONTH}\.? \d{{1,2}})"
_AGENCY = r"[(/][A-Z][^()/\n]{1,30}[)/]"
_PLACE = re.compile(
    r"\s*(?P<place>(?:[A-ZÀ-Þ][A-ZÀ-Þ'’. -]{2,38}[A-ZÀ-Þ])|(?:[A-ZÀ-Þ][\w'’. -]{2,38}\w))"
    rf"(?P<signed>,? {_DAY}|(?:, [A-Z][\w. ]{{2,30}})?(?:, {_DAY}(?:, \d{{4}})?)? \s?{_AGENCY}(?=\s?[–—:_-]))?"
    r"(?=,|\s{1,2}[(/–—_-]|[–—-]|\. |:\s)"
)
_DASH = re.compile(r"\s(?:[–—-]{1,2}|_)\s|\)\s?:\s|(?<=[A-ZÀ-Þ])[–—]\s?")
_COLON = re.compile(r":\s")


def place_of(text: str) -> re.Match[str] | None:
    """The place that a dateline names (the group `place`), if the gazetteer knows it."""
    match = _PLACE.match(text) if dateline_end(text) else None
    return match if match is not None and lookup(match["place"]) else None


def dateline_end(text: str) -> int:
    """Where the report begins after a dateline; 0 where a text has none."""
    match = _PLACE.match(text)
    if match is None or not (match["place"].isupper() or match["signed"]):
        return 0
    if colon := _COLON.match(text, match.end()):
        return colon.end() if any(place.population >= LARGE for place in lookup(match["place"])) else 0
    dash = _DASH.search(text, match.end(), match.end() + LONGEST)
    sure = match["signed"] and match["place"].isupper()
    return dash.end() if dash is not None and (sure or lookup(match["place"])) else 0
