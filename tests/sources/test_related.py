"""Cards of other articles beside, above or below an article are no part of its text; what may be its own stays."""

import time

import pytest

from pipeline.sources.html import read_page
from tests.sources.test_listing import (
    BRIEF,
    CARD,
    FLAT,
    HEADS,
    ITEM,
    LINE,
    LONG,
    PLAIN,
    SITE,
    TIMED,
    WHOLE,
    cards,
    teaser,
)
from tests.sources.test_pages import page

TITLE = "Crane falls in the harbour"
TEXT = "A crane fell in Selmstad on Friday and nobody was hurt, the harbour office said."
END = "It had stood there for nine years without any harm, he said."
STORY = "".join(map(LONG.format, ("by voices", "by hand", "in writing", "by name")))
TILE = "<div><a href=/n/{n}><h4>{head}</a></h4></a></div>"
LINK = "<li><a href=/n/{n}>{head}</a></li>"


def read(body: str, title: str = TITLE) -> str:
    """The text of a page."""
    found = read_page(page(f"<title>{title} | Courier</title>", body.replace("TITLE", title)), f"{SITE}/n/77")
    return str(found["text"])


def shown(text: str) -> list[int]:
    """The numbers of the cards of which a text has something."""
    return [number for number, head in enumerate(HEADS) if head in text or teaser(number) in text]


@pytest.mark.parametrize("form", [CARD, PLAIN, WHOLE, TIMED, FLAT, LINE, ITEM])
@pytest.mark.parametrize("number", [3, 9])
@pytest.mark.parametrize(
    "frame",
    [
        "<main><article><h1>TITLE</h1>{0}</article><section><h2>Ostatní zprávy dne</h2>{1}</section></main>",
        "<main><section>{1}</section><article><h1>TITLE</h1>{0}</article></main>",
        "<div><h1>TITLE</h1><div itemprop=articleBody>{0}</div>{1}</div>",
        "<main><h1>TITLE</h1>{0}<section><h2>More news</h2>{1}</section></main>",
        "<main><h1>TITLE</h1>{0}<section><h2>Weitere Nachrichten:</h2>{1}</section></main>",
        "<main><h1>TITLE</h1>{0}<div><p>関連記事</p><div>{1}</div></div></main>",
        "<main><h1>TITLE</h1>{0}<aside>{1}</aside></main>",
    ],
)
def test_cards_beside_an_article_are_none_of_its_text(frame: str, form: str, number: int) -> None:
    assert read(frame.format(BRIEF, cards(form, number))) == TEXT


@pytest.mark.parametrize("form", [WHOLE, TIMED])
@pytest.mark.parametrize("frame", ["<main><h1>TITLE</h1>{0}{1}</main>", "<h1>TITLE</h1><div>{0}{1}<p>{2}</p></div>"])
def test_whole_links_and_dated_cards_are_none_of_its_text(frame: str, form: str) -> None:
    text = read(frame.format(BRIEF, cards(form, 4), END))
    assert TEXT in text
    assert shown(text) == []
    assert (END in text) == (END in frame.format("", "", END))


def test_pictures_that_lead_there_too_show_cards_under_a_heading() -> None:
    text = read(f"<main><h1>TITLE</h1>{BRIEF}<div><h2>Na ostrovech</h2><div>{cards(CARD, 4)}</div></div></main>")
    assert text == TEXT


def test_a_list_of_links_in_an_article_is_none_of_its_text() -> None:
    text = read(f"<h1>TITLE</h1>{STORY}<ul>{cards(LINK, 3)}</ul><p>{END}</p>")
    assert shown(text) == []
    assert text.endswith(END)


@pytest.mark.parametrize(
    ("title", "body", "number"),
    [
        ("Five things to know", f"<p>Here is what to know on this Monday morning.</p>{cards(FLAT, 5)}", 5),
        ("Five things to know", f"<p>Here is what to know on this Monday morning.</p>{cards(PLAIN, 5)}", 5),
        (
            "Five things to know",
            f"<div><p>Here is what to know on this morning.</p></div><div>{cards(CARD, 5)}</div>",
            5,
        ),
        ("What you have read most", f"<p>These five you have read most this year.</p><ol>{cards(LINK, 5)}</ol>", 5),
        (
            "What is known so far",
            f"{STORY}<p>These are our reports on the pier so far:</p><ul>{cards(LINK, 3)}</ul><p>{END}</p>",
            3,
        ),
        ("How the pier was sold", f"{BRIEF}{cards(TIMED.replace('article', 'div'), 5)}<p>{END}</p>", 5),
        ("Storm on the coast", BRIEF + cards(TIMED.replace("1{n} May 2026", "10:1{n}"), 5), 5),
        ("Pier", f"{BRIEF}<h4>Related</h4>{cards(FLAT, 1)}{STORY}<p>{END}</p>", 1),
    ],
)
def test_what_may_be_its_own_stays(title: str, body: str, number: int) -> None:
    text = read(f"<main><h1>TITLE</h1>{body}</main>", title)
    assert len(shown(text)) == number
    assert END in text or END not in body


def test_text_after_a_card_is_the_articles() -> None:
    sections = "".join(f"{cards(TILE, n + 1)}<p>Part {n} of it. {END}</p>" for n in range(3))
    text = read(f"<article><h1>TITLE</h1>{BRIEF}<aside>{cards(PLAIN, 2)}</aside><p>{END}</p>{sections}</article>")
    assert text.count(END) == 4


def test_a_page_of_cards_ends_soon() -> None:
    link = "<a href=/n/{}><h3>one two three four five</h3></a>"
    deep = "".join(f"<div><div>{link.format(n)}</div>" for n in range(200)) + "word " * 40_000
    flat = "".join(f"<h4>Related</h4><p>{link.format(n)}</p><div>{'word ' * 70}</div>" for n in range(1000))
    for body in (deep, flat):
        start = time.monotonic()
        assert read(f"<h1>TITLE</h1>{BRIEF}{body}")
        assert time.monotonic() - start < 10


@pytest.mark.parametrize("number", [4, 5, 6])
def test_cards_in_rows_are_those_of_one_heading(number: int) -> None:
    row = "<div class=row>{}</div>".format
    parts = cards(PLAIN, number).split("</div>")[:-1]
    rows = "".join(row("".join(f"{each}</div>" for each in parts[n : n + 2])) for n in range(0, number, 2))
    assert read(f"<main><h1>TITLE</h1>{BRIEF}<section><h2>More news</h2>{rows}</section></main>") == TEXT
