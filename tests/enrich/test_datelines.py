"""Datelines, and what is none; the first sentence is read without its own."""

import pytest

from pipeline.enrich.datelines import dateline_end, places_of
from tests.enrich.conftest import read


@pytest.mark.parametrize(
    ("text", "report", "places"),
    [
        ("KYIV, Nov 3 (Agency) - The bridge is shut.", "The bridge", ["KYIV"]),
        ("VELYKA LOZUVATKA, 3 May (Agency) -- The bridge is shut.", "The bridge", []),
        ("NEW DELHI (AP) — The bridge is shut.", "The bridge", ["NEW DELHI"]),
        ("Kyiv, Ukraine (Agency) – The bridge is shut.", "The bridge", ["Kyiv", "Ukraine"]),
        ("GDYNIA, Poland, May 5, 2026 /Wire/ -- The bridge is shut.", "The bridge", ["GDYNIA", "Poland"]),
        ("TRIPOLI, Libya — The bridge is shut.", "The bridge", ["TRIPOLI", "Libya"]),
        ("GENEVA: The bridge is shut.", "The bridge", ["GENEVA"]),
        ("WASHINGTON—The bridge is shut.", "The bridge", ["WASHINGTON"]),
        ("RALEIGH, N.C. (AP) - The bridge is shut.", "The bridge", ["RALEIGH", "N.C."]),
    ],
)
def test_a_report_begins_behind_its_dateline(text: str, report: str, places: list[str]) -> None:
    assert text[dateline_end(text) :].startswith(report)
    assert [text[start:end] for start, end in places_of(text)] == places


@pytest.mark.parametrize(
    "text",
    [
        "HOLT: I will not go.",
        "LIVE - The day in pictures.",
        "Eva Holt (Green) - a member of the council - said no.",
        "NASA - the agency for space - said no.",
        "Paris - The old town.",
        "The council met on 3 May - a Monday.",
    ],
)
def test_what_is_no_dateline(text: str) -> None:
    assert dateline_end(text) == 0


def test_neither_the_place_nor_the_agency_speaks_or_acts() -> None:
    article = read("KINSHASA, Nov 15 (Lakes) - Mayor Eva Holt said the bridge was shut. Togo attacked Ghana.")
    assert [(quote.speaker, quote.text) for quote in article.quotes] == [("Eva Holt", "the bridge was shut")]
    assert [place.name for place in article.places if place.lat is not None] == ["Kinshasa", "Togo", "Ghana"]
    assert [entity.name for entity in article.entities if entity.type == "ORG"] == []
