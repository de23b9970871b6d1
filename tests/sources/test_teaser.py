"""Which texts of feeds are whole articles, and which are teasers, wherever they stand."""

import json

import pytest

from pipeline.sources.feed import read_document
from pipeline.sources.teaser import is_whole, plain_text
from tests.sources.misbehaving import rss

SENTENCE = "The council of Ellery approved the new harbour plan on Friday after a long debate about its cost. "
BRIEF = (SENTENCE * 3).strip()  # 51 words
LONG = SENTENCE * 12
CUT = SENTENCE[:90]


def test_a_description_is_whole_where_it_is_long() -> None:
    assert is_whole(LONG)
    assert not is_whole(BRIEF)


@pytest.mark.parametrize(
    "end",
    [
        *(
            "…",
            "[...]",
            " [&hellip;]".replace("&hellip;", "…"),
            "Read more",
            "Continue reading →",
            "Subscribe to read the full story.",
            "Subscribe now to continue reading.",
            "read more »",
            "Read more.",
        ),
        *(
            "Weiterlesen",
            "Lire la suite",
            "Leer más...",
            "Leia mais",
            "Leggi tutto >",
            "Lees verder",
            "Läs mer",
            "Читать далее",
        ),
        *("Devamını oku", "Baca selengkapnya", "続きを読む"),
    ],
)
def test_what_leads_on_is_a_teaser_however_long(end: str) -> None:
    for text in (LONG + end, BRIEF + "\n\n" + end):
        assert not is_whole(text, is_content=True)
    assert not is_whole(LONG + end)


@pytest.mark.parametrize("end", ["Everybody should read more.", "Man möchte dort gern weiterlesen.", "So read on!"])
def test_a_sentence_that_speaks_of_reading_is_none(end: str) -> None:
    assert is_whole(LONG + end, is_content=True)


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        (BRIEF, True),
        (LONG, True),
        (LONG + "\n\nNora Quill, Ellery", True),  # a signature
        (LONG + "\n\n" + CUT, False),
        (LONG + "“They would do it again,” she said", False),
        (SENTENCE * 16 + "Fares: Ellery to Porto 12 euros, Porto to Split 40 euros, Split to Varna 61 euros", True),
        (BRIEF + " (nq)", True),
        (BRIEF + CUT, False),
        (CUT, False),
        (SENTENCE, False),
        ("", False),
        (BRIEF[:-1] + "?”", True),
        ("市议会周五在长时间辩论后批准了新的港口计划，预计明年春天开工。" * 6, True),
        ("市议会周五在长时间辩论后批准了新的港口计划，预计明年春天开工。" * 6 + "市议会周五", False),
        ("สภาเมืองอนุมัติแผนท่าเรือใหม่เมื่อวันศุกร์หลังจากการอภิปรายอันยาวนานเรื่องค่าใช้จ่าย " * 4, True),
        ("परिषद ने शुक्रवार को नई बंदरगाह योजना को मंजूरी दी। " * 8, True),
    ],
)
def test_a_content_is_whole_unless_it_is_very_short_or_ends_within_a_sentence(text: str, whole: bool) -> None:
    assert is_whole(text, is_content=True) is whole


def completeness(text: str) -> list[str]:
    """Of one entry with this content, in RSS, Atom and both fields of JSON Feed."""
    coded = f"<content:encoded xmlns:content='http://purl.org/rss/1.0/modules/content/'>{text}</content:encoded>"
    atom = f"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><content>{text}</content></entry></feed>"
    items = [{"id": "1", "content_text": text}, {"id": "2", "content_html": f"<p>{text}</p>"}]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items})
    documents = [rss(f"<item><title>Plan</title>{coded}</item>"), atom.encode(), feed.encode()]
    return [each.fields["completeness"] for raw in documents for each in read_document(raw).entries]


def test_the_same_goes_for_every_kind_of_feed() -> None:
    assert completeness(BRIEF) == completeness(LONG) == ["full"] * 4
    assert completeness(CUT) == completeness(BRIEF + " Weiterlesen") == ["teaser"] * 4


@pytest.mark.parametrize(
    "last",
    ["The post Harbour plan approved appeared first on The Tide.", "Der Beitrag Hafenplan erschien zuerst auf Tide."],
)
def test_the_line_of_a_content_system_is_no_text(last: str) -> None:
    assert plain_text(f"<p>{BRIEF}</p><p>{last}</p>") == BRIEF
    assert plain_text(last) == last
    assert not is_whole(plain_text(f"<p>{LONG} […]</p><p>{last}</p>"), is_content=True)
