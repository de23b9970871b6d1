"""Datelines, and what is none; the first sentence is read without its own."""

import pytest

from pipeline.enrich.datelines import dateline_end, place_of
from tests.enrich.conftest import read


@pytest.mark.parametrize(
    ("text", "report", "place"),
    [
        ("KYIV, Nov 3 (Agency) - The bridge is shut.", "The bridge", "KYIV"),
        ("VELYKA LOZUVATKA, 3 May (Agency) -- The bridge is shut.", "The bridge", None),
        ("NEW DELHI (AP) — The bridge is shut.", "The bridge", "NEW DELHI"),
        ("Kyiv, Ukraine (Agency) – The bridge is shut.", "The bridge", "Kyiv"),
        ("GDYNIA, Poland, May 5, 2026 /Wire/ -- The bridge is shut.", "The bridge", "GDYNIA"),
        ("TRIPOLI, Libya — The bridge is shut.", "The bridge", "TRIPOLI"),
        ("GENEVA: The bridge is shut.", "The bridge", "GENEVA"),
        ("WASHINGTON—The bridge is shut.", "The bridge", "WASHINGTON"),
    ],
)
def test_a_report_begins_behind_its_dateline(text: str, report: str, place: str | None) -> None:
    assert text[dateline_end(text) :].startswith(report)
    found = place_of(text)
    assert (found["place"] if found else None) == place


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
