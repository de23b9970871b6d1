"""Whom feeds and pages credit with a text; all outlets and agencies are invented."""

import pytest

from pipeline.sources.credit import foreign
from pipeline.sources.feed import read_document
from pipeline.sources.html import read_page
from tests.sources.misbehaving import rss
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
