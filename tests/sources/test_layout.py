"""What a page's markup has that is text, and what is none: times in sentences, menus, tables for the layout."""

import pytest

from pipeline.sources.html import read_page
from tests.sources.test_pages import BODY, page

MENU = "<nav><ul><li><a href=/>Home</a></li><li><a href=/w>World</a></li></ul></nav>"


def read(paragraphs: str) -> list[str]:
    """The paragraphs of a page's text that are not those of every page."""
    found = read_page(page("", BODY.replace("<article>", f"<article><h1>The ferry of the lagoon</h1>{paragraphs}")))
    return [each for each in found["text"].split("\n\n") if not each.startswith("Paragraph ")]


@pytest.mark.parametrize(
    ("line", "text"),
    [
        ("The wreck of <time datetime=2020-01-01>1 January 2020</time> cost nine lives.", None),
        ("Fares fell by half by <b>the <time>end of May</time></b> in Porto, and rose again.", None),
        ("<time>On Friday</time> the pier was closed for good.", None),
        ("<span>Porto</span><time>1 May</time>: the quay is sold.", "Porto 1 May: the quay is sold."),
        ("<time datetime=2026-11-03>3 Nov</time>", ""),
        ("Updated <time datetime=2026-11-03>3 Nov</time>", ""),
        ("<b>Last updated:</b> <time datetime=2026-11-03>3 Nov</time>, <time>10:00</time>", ""),
        ("<span><span>on</span> <time datetime=2026-11-03>3 Nov</time></span>", ""),
        ("<span>Tide Desk</span><span><time>1 May</time></span>", "Tide Desk"),
        ("Deadline: <span><time>1 May</time></span>", "Deadline: 1 May"),
        ("A diver found the bell.<br><b>on</b> <time>3 Nov</time>", "A diver found the bell."),
    ],
)  # fmt: skip
def test_a_time_is_a_part_of_its_sentence_and_alone_none_of_the_text(line: str, text: str | None) -> None:
    plain = line.replace("<b>", "").replace("</b>", "").replace("</time>", "")
    whole = plain.replace("<time datetime=2020-01-01>", "").replace("<time>", "")
    assert " ".join(read(f"<p>{line}</p>")).removesuffix(" on") == (whole if text is None else text)


def test_many_times_end_soon() -> None:
    assert (
        read(f"<p>{'<i><time>10:00</time></i>' * 20_000}</p><p>{'<i>' * 200}<time>1 May</time> it sank.</p>")
        is not None
    )


def test_a_menu_is_no_text_of_a_brief() -> None:
    brief = "<h1>The pier is closed</h1><p>The pier of Porto was closed on Friday after waves tore away a railing.</p>"
    for site in (f"<header>{MENU}</header>", f"<header><a href=/>Tidewater Post</a>{MENU}</header>", MENU,
                 "<div role=navigation><a href=/>Home</a> <a href=/w>World</a></div>"):  # fmt: skip
        assert read_page(page("", f"{site}<div>{brief}</div>"))["text"].startswith("The pier of Porto")
    held = f"<header>{MENU}{brief}</header>"
    assert "waves" in read_page(page("", held))["text"]


LONG = "The lower quarter has boiled its water for eleven weeks now, a clerk of the water board said on Friday."


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td><p>{0}</p></td></tr></table>",
        "<table><tr><td>{0}</td></tr></table>",
        "<table><tr><td>{0}</td><td>{1}</td></tr></table>",
        "<table><tr><td>{0}</td></tr><tr><td>{1}</td></tr></table>",
        "<table role=presentation><tr><td>{0}</td><td>12</td></tr></table>",
        "<table><tr><td><table><tr><td>{0}</td></tr></table></td></tr></table>",
    ],
)
def test_a_table_for_the_layout_alone_is_text(table: str) -> None:
    body = BODY.replace(
        "</article>", table.format(LONG, LONG.replace("eleven", "twelve")) + "<p>The end came.</p></article>"
    )
    found = read_page(page("", body))
    assert LONG in found["text"]
    assert ("twelve" in found["text"]) == ("{1}" in table)
    assert "notes" not in found


def test_a_table_of_one_row_is_told_of() -> None:
    row = "<table><tr><td>Kisumu</td><td>12 vessels</td></tr></table><p>The end came, the clerk of the port said.</p>"
    found = read_page(page("", BODY.replace("</article>", f"{row}</article>")))
    assert found["notes"] == ["1 table left out of the text"]


def test_a_page_laid_out_by_a_table() -> None:
    text = "".join(f"<p>{LONG.replace('eleven', str(n))}</p>" for n in range(4))
    laid = f"<table><tr><td><a href=/>Home</a></td><td><h1>The ferry of the lagoon</h1>{text}</td></tr></table>"
    found = read_page(page("", laid))["text"]
    assert found.startswith("The lower quarter")
    assert "Home" not in found
