"""Datelines: the place, the day and the agency before a report ("KYIV, Nov 3 (Agency) - "), no part of its words.

The parse would take them for the subject of the first sentence. What stands alone before a dash is a dateline only
where the gazetteer knows the place, before a colon only where the place is large: speakers have last names.
"""

import re
from collections.abc import Iterator

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
_AROUND = re.compile(r",\s(?P<around>[A-ZÀ-Þ][\w.'’ ]{1,30}?)(?=\s*[(/–—_,-])")
_DASH = re.compile(r"\s(?:[–—-]{1,2}|_)\s|\)\s?:\s|(?<=[A-ZÀ-Þ])[–—]\s?")
_COLON = re.compile(r":\s")


def places_of(text: str) -> Iterator[tuple[int, int]]:
    """Where a dateline names its place, if the gazetteer knows it, and behind a comma what that lies in."""
    match = _PLACE.match(text) if dateline_end(text) else None
    if match is None:
        return
    if lookup(match["place"]):
        yield match.span("place")
    if (around := _AROUND.match(text, match.end("place"))) and not re.match(_DAY, around["around"]):
        yield around.span("around")


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
