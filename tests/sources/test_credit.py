"""Whom feeds and pages credit with a text; all outlets and agencies are invented."""

import pytest

from pipeline.sources.credit import foreign
from pipeline.sources.feed import read_document
from pipeline.sources.html import read_page
from tests.sources.misbehaving import rss
from tests.sources.test_dateline import read
from tests.sources.test_pages import jsonld, page

HERE = "https://tidewater-post.example/story"
WIRE = "https://meridian-wire.example/story"


def told(head: str) -> str | None:
    """The credit of a page of the Tidewater Post with this head."""
    found: str | None = read_page(page(f'<meta property="og:site_name" content="Tidewater Post">{head}'), HERE).get(
        "credit"
    )
    return found


@pytest.mark.parametrize(
    ("head", "credit"),
    [
        (jsonld(sourceOrganization={"@type": "Organization", "name": "Meridian Wire"}), "Meridian Wire"),
        (jsonld(sourceOrganization={"@type": "Organization", "name": "Tidewater Post"}), None),
        (jsonld(sourceOrganization={"@id": "https://tidewater-post.example/#sea", "name": "Sea"}), None),
        (jsonld(creditText="Source: Meridian Wire"), "Meridian Wire"),
        (jsonld(isBasedOn=WIRE), "meridian-wire.example"),
        (jsonld(isBasedOn=HERE), None),
        (jsonld(isBasedOn={"@type": "NewsArticle", "publisher": {"name": "Meridian"}, "url": WIRE}), "Meridian"),
        (jsonld(isBasedOn={"@type": "Dataset", "url": WIRE}), None),
        (jsonld(author=[{"@type": "Organization", "name": "Meridian Wire"}]), "Meridian Wire"),
        (jsonld(author=[{"@type": "Organization", "name": "Newsroom"}]), None),
        (jsonld(author=[{"@type": "Person", "name": "Ana Ferrand-Ruiz"}]), None),
        (f'<meta name="original-source" content="{WIRE}">', "meridian-wire.example"),
        (f'<link rel="canonical" href="{WIRE}">', "meridian-wire.example"),
        (f'<link rel="canonical" href="{HERE}">', None),
        (jsonld(sourceOrganization=7, creditText=["x", {}], isBasedOn=[[], {"@type": 1}], author=[None, 3]), None),
    ],
)
def test_a_page_credits_another_and_never_itself(head: str, credit: str | None) -> None:
    assert told(head) == credit


@pytest.mark.parametrize(
    ("line", "credit", "people"),
    [
        ("2026-11-03 15:07 来源：海港通讯社", "海港通讯社", None),
        ("2026-11-03 15:07 来源：海港通讯社 作者：陈大文", "海港通讯社", ["陈大文"]),
        ("作者：陈大文 来源：海港通讯社 2026-11-03 15:07", "海港通讯社", ["陈大文"]),
        ("<span>来源：</span><a>海港通讯社</a> <span>2026-11-03</span><span>编辑：陈大文</span>", "海港通讯社", None),
        ("3. November 2026, 14:07 Uhr Quelle: Hafenbote", "Hafenbote", None),
        ("3. November 2026 | Quelle: Hafenbote | Autorin: Ana Ferrand-Ruiz", "Hafenbote", ["Ana Ferrand-Ruiz"]),
        ("Source: Meridian Wire, 3 November 2026", "Meridian Wire", None),
        ("3 November 2026</p><p>Source: Meridian Wire", "Meridian Wire", None),
        ("2026-11-03 Fuente: El Muelle", "El Muelle", None),
        ("2026-11-03 14:07 Источник: Гавань", "Гавань", None),
        (
            "Posted: 3 November 2026 | Source: Meridian Wire | By Ana Ferrand-Ruiz",
            "Meridian Wire",
            ["Ana Ferrand-Ruiz"],
        ),
        ("3 November 2026 Source: https://meridian-wire.example/story", "meridian-wire.example", None),
        ("The quay on 3 November 2026. Source: Meridian Wire", None, None),  # a caption
        ("3 November 2026 Source: Tidewater Post", None, None),
        ("2026-11-03 来源：本站", None, None),
        ("2026-11-03 图片来源：海港通讯社", None, None),
        ("3 November 2026, Photo: Ben Okta, Source: Meridian Wire", None, None),
        ("Data source: Meridian Statistics, 3 November 2026", None, None),
        ("Source: Meridian Wire", None, None),  # of a picture, or of numbers
    ],
)
def test_a_label_in_the_line_of_the_day(line: str, credit: str | None, people: list[str] | None) -> None:
    outlet = '<meta property="og:site_name" content="Tidewater Post">'
    found = read(f"<p>{line}</p>", head=outlet)
    assert (found.get("credit"), found.get("authors")) == (credit, people)
    assert credit is None or found["published_at"][:10] == "2026-11-03"


def test_the_outlet_at_the_end_of_the_title_is_no_credit() -> None:
    assert "credit" not in read("<p>2026-11-03 来源：海港网</p>", head="<title>The ferry of the lagoon_海港网</title>")


@pytest.mark.parametrize(
    ("name", "credit"),
    [
        ("AP", "AP"),
        ("(MW)", "MW"),
        ("Post Desk", None),
        ("The Tidewater Post", None),
        ("tidewaterpost", None),
        ("", None),
        ("A sentence " * 20, None),
    ],
)
def test_names_of_the_outlet_and_of_its_desks_are_no_credit(name: str, credit: str | None) -> None:
    assert foreign(name, ["Tidewater Post", "japantimes.example"]) == credit


def test_the_source_of_an_entry_is_a_credit_on_the_own_site_and_the_outlet_elsewhere() -> None:
    source = '<source url="https://meridian-wire.example/rss">Meridian Wire</source>'
    own = f"<item><title>One</title><link>{HERE}</link>{source}</item>"
    gathered = f"<item><title>Two</title><link>{WIRE}</link>{source}</item>"
    itself = f'<item><title>Three</title><link>{HERE}</link><source url="{HERE}">Tidewater Post</source></item>'
    first, second, third = (entry.fields for entry in read_document(rss(own, gathered, itself)).entries)
    assert (first["credit"], first.get("source")) == ("Meridian Wire", None)
    assert (second.get("credit"), second["source"]) == (None, {"name": "Meridian Wire"})
    assert (third.get("credit"), third.get("source")) == (None, None)


def test_dublin_core_names_a_source_by_name_or_address() -> None:
    head = b'<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tidewater Post</title>'
    for written, credit in ((b"Meridian Wire", "Meridian Wire"), (WIRE.encode(), "meridian-wire.example")):
        raw = head + b"<item><title>One</title><dc:source>" + written + b"</dc:source></item></channel></rss>"
        assert read_document(raw).entries[0].fields["credit"] == credit
