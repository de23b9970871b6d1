"""What articles tell: quotes, events, dates and figures, beyond what tests/gold counts; hostile text."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipeline.article import Article, Party
from pipeline.enrich.days import month_end, months_on
from pipeline.enrich.inflect import regular_forms, verb_forms
from pipeline.enrich.roles import after, before
from tests.enrich.conftest import read
from tests.enrich.test_facts import check_offsets

PUBLISHED = {"published_at": "2026-01-08T00:00:00Z"}


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Russian Deputy Foreign Minister Ivan Petrov", "Russian Deputy Foreign Minister"),
        ("the US Secretary of State, Ivan Petrov", "US Secretary of State"),
        ("his counterpart Ivan Petrov", None),
        ("a long road Ivan Petrov", None),
    ],
)
def test_a_role_stands_before_a_name(text: str, role: str | None) -> None:
    assert before(text, text.index("Ivan")) == role


def test_a_role_stands_after_a_name() -> None:
    text = "Ana Ruiz, the finance minister of Peru, said so."
    assert after(text, len("Ana Ruiz")) == "finance minister of Peru"
    assert after("Ana Ruiz, who left, said so.", len("Ana Ruiz")) is None


def test_dates_need_a_day_of_publication_only_where_they_are_relative() -> None:
    text = "The pact of 3 March 2019 was renewed on Friday."
    assert [day.surface for day in read(text).dates] == ["3 March 2019"]
    days = read(text, **PUBLISHED).dates
    assert [day.first for day in days] == [date(2019, 3, 3), date(2026, 1, 2)]


@pytest.mark.parametrize(
    ("text", "days"),
    [  # published on Friday, 2 January 2026
        ("Rain will fall till Wednesday.", [date(2026, 1, 7)]),
        ("They meet Tuesday week.", [date(2026, 1, 13)]),
        ("This Monday he resigned.", [date(2025, 12, 29)]),
        ("They will meet this Monday.", [date(2026, 1, 5)]),
        ("She was born on a Sunday in particular.", []),
    ],
)
def test_weekdays_ahead_and_behind(text: str, days: list[date]) -> None:
    assert [day.first for day in read(text, published_at="2026-01-02T12:00:00Z").dates] == days


@pytest.mark.parametrize(
    ("text", "figures"),
    [
        ("Some 3.2 lakh people were displaced.", [(320_000, "displaced", None)]),
        ("Rs 4 lakh crore was spent.", [(4e12, "money", "INR")]),
        ("It cost between 310 million and 330 million pounds.", [(310e6, "money", "GBP"), (330e6, "money", "GBP")]),
        ("The budget of R254bn was passed near the R254 road.", [(254e9, "money", "ZAR")]),
        ("The firm paid US$300 million.", [(300e6, "money", "USD")]),
        ("Fourteen people are known to have died.", [(14, "killed", None)]),
        ("The army is not evacuating its 350 troops.", [(350, "troops", None)]),
    ],
)
def test_figures_of_several_countries(text: str, figures: list[tuple[float, str, str | None]]) -> None:
    assert [(one.value, one.kind, one.currency) for one in read(text).figures] == figures


def test_thousands_of_numbers_in_a_row_are_read() -> None:
    assert len(read("It paid " + "5 and " * 1_200 + "6 million euros.", language="en").figures) <= 1_201


def test_units_are_singulars() -> None:
    text = "The court heard 52 witnesses of 118 constituencies in 14 churches, with 12 movies and 30 boxes."
    assert [one.unit for one in read(text).figures] == ["witness", "constituency", "church", "movie", "box"]


def test_impossible_dates_are_left_out() -> None:
    assert read("It happened on 31 February 2020 and on 30 February.", **PUBLISHED).dates == []


def test_calendar() -> None:
    assert months_on(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert month_end(2024, 2) == date(2024, 2, 29)


def test_forms_of_verbs() -> None:
    assert {"slammed", "slamming"} <= set(regular_forms("slam"))
    assert {verb_forms()[form] for form in ("denied", "denies", "denying")} == {"deny"}
    assert verb_forms()["withdrew"] == "withdraw"


def test_a_denied_event_is_not_told_as_happened() -> None:
    article = read("Russia denied that it had attacked Ukraine.", **PUBLISHED)
    assert {event.status for event in article.events if event.type == "ASSAULT"} == {"denied"}


def test_a_condition_is_no_event_that_happened() -> None:
    article = read("If Russia invades Ukraine, NATO will respond.", **PUBLISHED)
    assert [event.status for event in article.events if event.type == "ASSAULT"] == ["threatened"]


HOSTILE: list[Any] = [
    "x",
    "WAR " * 2_000,
    "word " * 5_000,
    '"' * 500,
    "“" * 500 + "said",
    "said " * 800,
    "On Friday, " * 300,
    "1,000,000 " * 400,
    "<p>Kyiv</p> <b>said</b> &amp; 12 people <i>were killed</i>",
    "\u202eقال الوزير\u202c in Cairo: «نعم» said John Smith on Monday",
    "e\u0301" * 300 + " Ghana 👩‍👩‍👧 said “yes” 🇺🇸 to 3 men",
    "A. B. C. " * 400,
    "((((" * 300 + "US" + "))))" * 300,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_ends_in_true_offsets(text: str) -> None:
    check_offsets(read(text, title="Talks in Geneva", language="en", **PUBLISHED))


def test_an_article_keeps_its_text() -> None:
    text = "“Yes,” said Ama Serwaa on Monday."
    article = read(text, **PUBLISHED)
    assert isinstance(article, Article)
    assert article.text == text


SEED = Path(__file__).parents[3] / "shared" / "seed"  # an article of others, measured where it lies


@pytest.mark.skipif(not SEED.is_dir(), reason="no ../shared/seed beside this checkout")
def test_the_first_readers_article() -> None:
    title, _, text = next(SEED.glob("*.txt")).read_text(encoding="utf-8").partition("\n")
    article = read(text, title, published_at="2022-01-08T00:00:00Z")

    def side(party: Party | None) -> str | None:
        return (party.country or party.id) if party is not None else None

    told = {
        (event.type, side(event.actor), side(event.target), event.status, str(event.date and event.date.first))
        for event in article.events
    }
    assert ("CONSULT", "US", "RU", "planned", "2022-01-10") in told
    assert ("CONSULT", "org:nato", "RU", "planned", "2022-01-12") in told
    assert {"AID", "REQUEST"} <= {kind for kind, *_ in told}
    assert not any(event.type == "ASSAULT" and event.status not in ("threatened", "denied") for event in article.events)
    assert {country.code for country in article.countries if country.is_focus} == {"US", "RU", "UA"}
