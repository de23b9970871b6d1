"""Days of events beside the headline of a page: they are none of publication."""

import json
import time

import pytest
from lxml import html

from pipeline.sources.events import is_event_label, is_of_event
from tests.sources.test_dateline import TEXT, read


def day_of(above: str, below: str, lang: str = "en") -> str | None:
    """The day of publication of a page with these two lines under its headline, or at the head of its text."""
    lines = f"<p>{above}</p><p>{below}</p>"
    found, inside = (read(lines, lang=lang), read("", lang=lang, text=f"{lines}{TEXT}"))
    assert found.get("published_at") == inside.get("published_at")
    day: str | None = found.get("published_at")
    return day


@pytest.mark.parametrize(
    ("lang", "day", "below"),
    [
        ("en", "Saturday 8 November 2025", "Town Hall, 7 pm"),
        ("en", "8 November 2025", "Town Hall, 7:30 p.m."),
        ("en", "8 November 2025", "7.30pm, Old Quay Theatre"),
        ("en", "8 November 2025", "Doors open at 7 pm"),
        ("en", "8 November 2025", "Venue: Town Hall"),
        ("en", "8 November 2025", "Venue Town Hall"),
        ("en", "8 November 2025", "Tickets £12"),
        ("en", "8 November 2025", "Where: the northern quay"),
        ("en", "8 November 2025", "Harbour v Quay"),
        ("en", "8 November 2025", "Harbour United vs. Quay Town (Coast League)"),
        ("en", "8 November 2025", "Harbour United 3–1 Quay Town"),
        ("en", "8 November 2025", "Harbour United 3-1 Quay Town, Dockside Park"),
        ("de", "08.11.2025", "Einlass 19 Uhr, Stadthalle"),
        ("de", "08.11.2025", "Stadthalle, 19:30 Uhr"),
        ("de", "8. November 2025", "SV Hafen 04 3:1 FC Kai"),
        ("de", "8. November 2025", "SV Hafen vs. FC Kai"),
        ("fr", "8 novembre 2025", "Salle des fêtes, 20 h 30"),
        ("fr", "Samedi 8 novembre 2025", "Lieu : Salle des fêtes"),
        ("es", "8 de noviembre de 2025", "Lugar: Casa del Puerto"),
        ("pt", "8 de novembro de 2025", "Local: Casa do Porto"),
        ("it", "8 novembre 2025", "Teatro del Porto, ore 21"),
        ("fr", "8 novembre 2025", "À 20h30 au théâtre du port"),
        ("de", "8. November 2025", "Hafen – Kai 2:1 (1:0)"),
        ("tr", "8 Kasım 2025", "Liman - İskele 3-1"),
        ("ru", "8 ноября 2025", "Место: Дом культуры"),
        ("ja", "2025年11月8日", "会場：港ホール"),
        ("zh", "2025年11月8日", "港口会馆 19:30"),
    ],
)
def test_a_day_above_what_takes_place_then(lang: str, day: str, below: str) -> None:
    assert day_of(day, below, lang) is None


@pytest.mark.parametrize(
    ("lang", "day", "below"),
    [
        ("en", "20 November 2026", "Nora Quill, 3:07 pm"),
        ("en", "20 November 2026", "Nora Quill, 3:30 pm"),
        ("en", "20 November 2026", "By Nora Quill, 3 pm"),
        ("en", "20 November 2026", "3:30 pm EST"),
        ("en", "20 November 2026", "Updated at 7 pm"),
        ("en", "20 November 2026", "15:30 · 4 min read"),
        ("en", "20 November 2026", "Nora Quill"),
        ("en", "20 November 2026", "Nora Quill - The Harbour"),
        ("en", "20 November 2026", "When the ferry came, the whole quay was there"),
        ("en", "20 November 2026", "Where harbours end"),
        ("en", "20 November 2026", "The council meets at 7 pm to vote on the quay"),
        ("en", "20 November 2026", "The ferry lost 3-1 against the bridge"),
        ("en", "20 November 2026", "Nora Quill and Ben Trask, 3:30 pm"),
        ("en", "20 November 2026", "Nora Quill, Staff Writer, 3:30 pm"),
        ("en", "20 November 2026", "The council meets at 9 am."),
        ("fr", "20 novembre 2026", "Le ticket coûte dès 5,50 euros"),
        ("de", "20. November 2026", "Nora Quill (dpa) 15:00 Uhr"),
        ("en", "20 November 2026", "Pages 3-5"),
        ("en", "20 November 2026", "Listen 0:00"),
        ("en", "20 November 2026", "Today 5:00 am"),
        ("en", "20 November 2026", "Coast 3 hrs ago"),
        ("cs", "20. listopadu 2026", "Volby v Přístavu"),
        ("en", "Published 20 November 2026", "Town Hall, 7 pm"),
        ("en", "By Nora Quill, 20 November 2026", "Harbour United 3–1 Quay Town"),
        ("en", "20 November 2026, 00:00", "The Harbour"),
        ("de", "20. November 2026", "Von Nora Quill, 15:30 Uhr"),
        ("de", "20. November 2026", "15:07 Uhr | Küste"),
        ("zh", "2026年11月20日", "15:30 来源：海港通讯社"),
    ],
)
def test_a_day_above_a_byline_or_the_articles_beginning(lang: str, day: str, below: str) -> None:
    assert (day_of(day, below, lang) or "")[:10] == "2026-11-20"


@pytest.mark.parametrize("day", ["8 November 2025, 15:07", '<time datetime="2025-11-08T15:07:00Z">8 November</time>'])
def test_a_day_with_the_minute_is_no_match(day: str) -> None:
    assert (day_of(day, "Harbour United 3–1 Quay Town") or "")[:16] == "2025-11-08T15:07"


def test_a_day_of_an_event_that_can_be_read_as_two_is_not_noted() -> None:
    assert "notes" in read("<p>05/04/2025</p><p>Nora Quill, 3:07 pm</p>")
    assert "notes" not in read("<p>05/04/2025</p><p>Town Hall, 7 pm</p>")


def test_a_line_or_a_class_without_end_takes_no_time() -> None:
    start = time.monotonic()
    assert not is_event_label(f"Venue A{'a' * 90} b c d e f g")
    assert not is_of_event(html.fromstring(f"<p class='event{'-' * 20_000}'>"))
    assert time.monotonic() - start < 1


STAMP = '<time {} datetime="2025-11-08T19:30:00Z">8 November 2025</time>'


@pytest.mark.parametrize(
    "line",
    [
        STAMP.format("itemprop=startDate"),
        STAMP.format("itemprop='endDate'"),
        STAMP.format("class=event-date"),
        "<span class=event__date>8 November 2025</span>",
        "<span class='eventDate big'>8 November 2025</span>",
        f"<div itemscope itemtype='https://schema.org/MusicEvent'><p>{STAMP.format('')}</p></div>",
        "<dl><dt>When</dt><dd>8 November 2025</dd></dl>",
        "<p>Date</p><p>8 November 2025</p><p>Venue</p><p>Town Hall</p>",
    ],
)
def test_what_a_page_calls_the_day_of_an_event(line: str) -> None:
    assert "published_at" not in read(f"<div>{line}</div>")
    assert read(f"<div>{line}</div><p>Published 20 November 2026</p>")["published_at"] == "2026-11-20T00:00:00"


@pytest.mark.parametrize(
    ("kind", "line", "day"),
    [
        ("SportsEvent", "8 November 2025", None),
        ("SportsEvent", STAMP.format(""), None),
        ("SportsEvent", "Published 8 November 2025", "2025-11-08"),
        ("SportsEvent", "8 November 2025, 22:13", "2025-11-08"),
        ("SportsEvent", "20 November 2026", "2026-11-20"),
        ("BroadcastEvent", "8 November 2025", "2025-11-08"),
    ],
)
def test_the_day_of_an_event_in_the_pages_data(kind: str, line: str, day: str | None) -> None:
    event = {"@type": kind, "name": "Harbour v Quay", "startDate": "2025-11-08T19:30:00+00:00"}
    for data in (event, {"@graph": [event]}, {"@type": "WebPage", "about": [event, 3]}):
        head = f"<script type=application/ld+json>{json.dumps(data)}</script>"
        assert (read(f"<p>{line}</p>", head=head).get("published_at") or "")[:10] == (day or "")
