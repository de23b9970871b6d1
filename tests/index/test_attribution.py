"""Whose report an article is: what feeds and pages say, and the marks of agencies in texts."""

import pytest

from pipeline.article import Article, Source
from pipeline.index.attribution import credited, publisher

POST = Source(id="post", name="The Harbour Post", domain="harbour.example")
BODY = "The ministers met in the port on Monday and talked about the ferries."


def credited_by(article: Article, **known: str) -> str | None:
    return credited(article, known)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"KYIV, Nov 3 (Reuters) - {BODY}", "agency:reuters"),
        (f"GENEVA (AP) — {BODY}", "agency:ap"),
        (f"Beirut (dpa) - {BODY}", "agency:dpa"),
        (f"Reuters - {BODY}", "agency:reuters"),
        (f"{BODY}\n\n(Xinhua)", "agency:xinhua"),
        (f"{BODY} - AFP", "agency:afp"),
        (f"{BODY}\nSource: Agence France-Presse", "agency:afp"),
        (f"{BODY} This report was first published by Meridian Wire.", "meridian wire"),
        (f"{BODY} Originally published on lantern.example.", "lantern example"),
        (f"{BODY} The book was first published by Penrose in 1949, and first reported in March.", None),
        (f"This article originally appeared in The Lantern Gazette. {BODY}", "lantern gazette"),
        (f"{BODY} It was first published by the Harbour Post.", None),
        (f"LVIV (Own report) - {BODY}", None),
        (f"The minister told Reuters on Monday that it rains. {BODY}", None),
        (f"The MAP - as sailors call it - is old. {BODY}", None),
        (BODY, None),
        ("(" * 300 + " - " * 300, None),
    ],
)
def test_marks_in_a_text(text: str, expected: str | None) -> None:
    assert credited_by(Article(text=text, source=POST)) == expected


def test_what_a_page_says_comes_first() -> None:
    assert credited_by(Article(text=f"KYIV (AP) - {BODY}", source=POST, credit="Meridian Wire")) == "meridian wire"
    assert credited_by(Article(text=BODY, source=POST, credit="www.apnews.com")) == "agency:ap"
    assert credited_by(Article(text=BODY, source=POST, authors=["Nora Quill", "Reuters"])) == "agency:reuters"
    assert credited_by(Article(text=BODY, source=POST, credit="Harbour Post")) is None


def test_an_agency_does_not_credit_itself() -> None:
    agency = Source(id="r", name="Reuters", domain="reuters.com")
    assert publisher(Article(text=BODY, source=agency)) == "agency:reuters"
    assert credited_by(Article(text=f"KYIV (Reuters) - {BODY}", source=agency)) is None
    assert publisher(Article(text=BODY, source=POST)) == "harbour post"


def test_names_of_other_members_count_wherever_marks_stand() -> None:
    marked = Article(text=f"LVIV, Nov 3 (Meridian) - {BODY}", source=POST)
    assert credited_by(marked) is None
    assert credited_by(marked, meridian="meridian wire") == "meridian wire"
    written = Article(text=BODY, source=POST, authors=["Meridian"])
    assert credited_by(written, meridian="meridian wire") == "meridian wire"
