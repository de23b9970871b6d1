"""Pages without data for robots: the day and the names that stand beside the headline, or under the text."""

from typing import Any

import pytest

from pipeline.sources.html import read_page

TEXT = "".join(
    f"<p>Paragraph {n} of the report tells at some length about the ferry that has linked both banks of the lagoon for"
    " sixty years and about the people who cross on it every morning.</p>"
    for n in range(5)
)


def read(beside: str, *, lang: str = "en", head: str = "", text: str = TEXT, url: str | None = None) -> dict[str, Any]:
    """What is read of a page with something between its headline and its text."""
    return read_page(
        f"<html lang={lang}><meta charset=utf-8><head>{head}</head><body><h1>The ferry of the lagoon</h1>{beside}"
        f"<div>{text}</div></body></html>".encode(),
        url,
    )


@pytest.mark.parametrize(
    ("lang", "line", "day"),
    [
        ("de", "03.11.2026, 14:07 Uhr", "2026-11-03T14:07:00"),
        ("de", "Di 03.11.26 | 14:07 Uhr | Von Ana Ferrand-Ruiz", "2026-11-03T14:07:00"),
        ("de", "erstellt: <b>03. November 2026, 14:07</b>", "2026-11-03T14:07:00"),
        ("en", "Published Tue, Nov 3 2026 2:07 PM EDT", "2026-11-03T14:07:00"),
        ("en", "3rd November 2026", "2026-11-03T00:00:00"),
        ("es", "3 de noviembre de 2026", "2026-11-03T00:00:00"),
        ("fr", "Le 3 novembre 2026 à 14h07", "2026-11-03T14:07:00"),
        ("fr", "03/11/2026", "2026-11-03T00:00:00"),
        ("ja", "2026年11月3日 14時07分", "2026-11-03T14:07:00"),
        ("tr", "3 Kasım 2026", "2026-11-03T00:00:00"),
        ("ru", "3 ноября 2026", "2026-11-03T00:00:00"),
        ("xx", "2026-11-03", "2026-11-03T00:00:00"),
    ],
)
def test_a_day_that_people_read(lang: str, line: str, day: str) -> None:
    found = read(f"<div>{line}</div>", lang=lang)
    assert (found["published_at"], found["published_from"]) == (day, "time")


@pytest.mark.parametrize(
    "line",
    [
        "03/11/2026",  # of March, or of November
        "Updated 3 November 2026",
        "The old ferry leaves the northern quay for the last time on 3 November 2026",  # a caption
        "31 February 2026",
        "45.13.2026",
        "Top 10 of 2026",
        "3 November 1026",
    ],
)
def test_no_day_is_made_up(line: str) -> None:
    assert "published_at" not in read(f"<div>{line}</div>")


def test_pictures_and_asides_have_days_of_their_own() -> None:
    for tag in ("figure", "aside", "nav"):
        assert "published_at" not in read(f"<{tag}>3 November 2026</{tag}>")


def test_data_go_before_what_people_read_and_that_before_the_address() -> None:
    meta = '<meta property="article:published_time" content="2026-11-01T08:00:00Z">'
    assert read("<p>3 November 2026</p>", head=meta)["published_from"] == "meta"
    address = "https://a.example/2026/11/03/ferry"
    assert read("<p>3 November 2026, 14:07</p>", url=address)["published_at"] == "2026-11-03T14:07:00"
    assert read("<p>9 November 2026, 14:07</p>", url=address)["published_from"] == "url"  # of something else


def test_labels() -> None:
    listed = "<ul><li><b>Datum</b> 03.11.2026</li><li><b>Autorin/Autor:</b> Ana Ferrand-Ruiz</li></ul>"
    found = read("", lang="de", text=TEXT + listed)
    assert (found["published_at"], found["authors"]) == ("2026-11-03T00:00:00", ["Ana Ferrand-Ruiz"])


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ("<p><strong>Ana Ferrand-Ruiz</strong></p>", "", ["Ana Ferrand-Ruiz"]),
        ("<p>ANA FERRAND-RUIZ/BEN OKTA</p>", "", ["ANA FERRAND-RUIZ", "BEN OKTA"]),
        ("", "<p style='text-align:right'>Lê Phương Ferrand</p>", ["Lê Phương Ferrand"]),
        ("", "<p>Tidewater Post / Ana Ferrand-Ruiz</p>", ["Ana Ferrand-Ruiz"]),
        ("", "<p>With agency material.</p>", None),
        ("", "<p>The ferry runs daily</p>", None),
    ],
)
def test_names_that_are_a_paragraph(before: str, after: str, names: list[str] | None) -> None:
    outlet = '<meta property="og:site_name" content="Tidewater Post">'
    assert read("", head=outlet, text=before + TEXT + after).get("authors") == names


def test_names_beside_the_headline() -> None:
    assert read("<p>By TPN, in <a>News</a>, <a>Coast</a></p>")["authors"] == ["TPN"]
    assert read("<p>3 Nov 2026 | by Ana Ferrand-Ruiz and Ben Okta</p>")["authors"] == ["Ana Ferrand-Ruiz", "Ben Okta"]
    assert "authors" not in read("<p>By subscribing you agree</p>")


def test_the_account_that_a_content_system_comes_with() -> None:
    account = '{"@type":"NewsArticle","headline":"x","author":{"name":"%s","url":"https://a.example/author/admin/"}}'
    head = '<meta property="og:site_name" content="Tidewater Post"><script type="application/ld+json">%s</script>'
    byline = "<p>By Ana Ferrand-Ruiz</p>"
    assert read(byline, head=head % (account % "Tidewater D"))["authors"] == ["Ana Ferrand-Ruiz"]
    assert read(byline, head=head % (account % "Ben Okta"))["authors"] == ["Ben Okta"]


def test_an_endless_line_costs_nothing() -> None:
    assert "published_at" not in read("<p>" + "3 November 2026 " * 50_000 + "</p><p>3.11." + "-" * 500_000 + "</p>")
