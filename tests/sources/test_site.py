"""What sites say: robots.txt, reservations of text mining, feeds of a home page, OPML."""

import time
from datetime import UTC, datetime

import pytest
from lxml import html as lxml_html

from pipeline.errors import Rejected
from pipeline.feed import Feed, feed_id
from pipeline.sources.discover import declared, linked
from pipeline.sources.opml import read_opml, write_opml
from pipeline.sources.robots import header_reservation, page_reservation, read_robots, site_reservation

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("/private/x", False),
        ("/private/open/x", True),
        ("/a/b.pdf", False),
        ("/a/b.pdf?x", True),
        ("/caf%C3%A9/x", False),
        ("/tie", True),
    ],
)
def test_the_longest_rule_decides(path: str, allowed: bool) -> None:
    robots = read_robots(
        b"\xef\xbb\xbfUser-Agent: other\nDisallow: /\n\nUser-agent: *\nDisallow: /private # not for robots\n"
        b"Allow: /private/open\nDisallow: /*.pdf$\nDisallow: /caf\xc3\xa9/\nDisallow: /tie\nAllow: /tie\n"
        b"Sitemap: https://a.example/news.xml\nLicense: https://a.example/license.xml\n"
    )
    assert robots.allows(path) is allowed
    assert robots.sitemaps == ("https://a.example/news.xml",)
    assert robots.license == "https://a.example/license.xml"


def test_the_own_group_counts_and_an_empty_rule_allows_all() -> None:
    assert not read_robots(b"User-agent: *\nAllow: /\nUser-agent: geowire\nDisallow: /news").allows("/news/1")
    assert read_robots(b"User-agent: geowire\nDisallow:\n\nUser-agent: *\nDisallow: /").allows("/news/1")
    assert not read_robots(b"User-agent: a\nUser-agent: geowire/1.0\nDisallow: /").allows("/news/1")
    for raw in (b"", b"\xff\xfe\x00", b"Disallow: /", b"<html>not found</html>"):
        assert read_robots(raw).allows("/news/1")


def test_a_hostile_robots_file_costs_no_time() -> None:
    robots = read_robots(b"User-agent: *\nDisallow: /" + b"*a" * 3000 + b"b$\n")
    started = time.monotonic()
    assert robots.allows("/" + "a" * 4000)
    assert time.monotonic() - started < 5


BROKEN = 'href="http://[bad"'


def test_broken_links_are_passed_over() -> None:
    page = f'<link rel="alternate" type="application/rss+xml" {BROKEN}><a {BROKEN}>RSS</a><a href="/rss">RSS</a>'
    assert declared(page.encode(), "https://a.example/") == []
    assert linked(page.encode(), "https://a.example/") == ["https://a.example/rss"]
    tree = lxml_html.fromstring(f'<link rel="license" type="application/rsl+xml" {BROKEN}>')
    assert page_reservation({}, tree, "https://a.example/1") == "RSL https://a.example/1"


def test_what_is_no_address_of_a_feed_is_named_and_the_others_are_taken() -> None:
    written = ["feed://a.example/f", "feed:https://a.example/g", "a.example:8080/h", " https://a.example/i "]
    odd = ["ftp://a.example/f", "javascript:alert(1)", "http://me:secret@a.example/f", "http://a.example:99999/"]
    outlines = "".join(f'<outline type="rss" xmlUrl="{url}"/>' for url in [*written, *odd])
    outlines += '<outline type="rss" text="Tide"/><outline text="East"/><outline type="link" text="More" url="x"/>'
    feeds, refused = read_opml(f"<opml><body>{outlines}</body></opml>".encode(), NOW)
    assert [feed.url for feed in feeds] == [
        "http://a.example/f", "https://a.example/g", "https://a.example:8080/h", "https://a.example/i",
    ]  # fmt: skip
    assert [each.partition(": ")[0] for each in refused] == [*odd, "'Tide'"]
    assert refused[1] == "javascript:alert(1): only http and https addresses are fetched, not 'javascript:alert(1)'"


def test_reservations() -> None:
    assert (
        header_reservation({"tdm-reservation": "1", "tdm-policy": "https://a.example/p"})
        == "TDMRep https://a.example/p"
    )
    assert header_reservation({"tdm-reservation": "0"}) is None
    link = '<https://a.example/l.xml>; rel="license"; type="application/rsl+xml"'
    assert header_reservation({"Link": f"<x>; rel=next, {link}"}) == "RSL https://a.example/l.xml"
    tree = lxml_html.document_fromstring('<link rel="license" type="application/rsl+xml" href="/l.xml">')
    assert page_reservation({}, tree, "https://a.example/1") == "RSL https://a.example/l.xml"
    assert page_reservation({"tdm-reservation": "1"}, tree, None) == "TDMRep"
    rules = [{"location": "/open/*", "tdm-reservation": 0}, {"location": "/", "tdm-reservation": 1}, 7, {"location": 1}]
    assert site_reservation(rules, "/news/1") == "TDMRep"
    assert site_reservation(rules, "/open/1") is None
    assert site_reservation({"location": "/"}, "/news/1") is None


def test_feeds_that_a_page_declares_and_links_to() -> None:
    page = b"""<html><head><link rel="alternate" type="application/rss+xml" title="News" href="/rss.xml">
    <link rel="ALTERNATE" type="application/atom+xml; charset=utf-8" href="https://b.example/atom">
    <link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed">
    <link rel="alternate" hreflang="de" href="/de"><link rel="alternate" type="application/json" href="/wp-json/1">
    </head><body><a href="/feeds/world.rss">World</a><a href="/syndicate.php">RSS</a><a href="/news">News</a></body>
    </html>"""
    assert declared(page, "https://a.example/") == ["https://a.example/rss.xml", "https://b.example/atom"]
    assert linked(page, "https://a.example/") == [
        "https://a.example/feeds/world.rss",
        "https://a.example/syndicate.php",
    ]
    assert declared(b"", "https://a.example/") == []


OPML = b"""<opml version="2.0"><head/><body><outline text="East" colour="red"><outline text="Ports"><outline type="rss"
 text="Tidewater" xmlUrl="https://tidewater-post.example/feed" htmlUrl="https://tidewater-post.example/"
 category="/a,/b" x-rank="7"/></outline></outline><outline text="Boats"><outline text="Tidewater"
 xmlUrl="https://tidewater-post.example/feed"/></outline><outline xmlUrl="https://b.example/feed"
 geowire-include="ferry" geowire-paused="true"/></body></opml>"""


def test_opml_keeps_folders_and_what_it_does_not_know() -> None:
    (first, second), _ = read_opml(OPML, NOW)
    assert first.tags == ["East/Ports", "Boats"]
    assert first.attributes == {"category": "/a,/b", "x-rank": "7"}
    assert first.folders == {"East": {"colour": "red"}}
    assert (second.include, second.paused, second.tags) == ("ferry", True, [])
    again, _ = read_opml(write_opml([first, second], NOW), NOW)
    assert [each.model_dump() for each in again] == [each.model_dump() for each in (first, second)]


def test_opml_is_written_whatever_a_feed_is_called() -> None:
    url = "https://a.example/feed"
    odd = Feed(id=feed_id(url), url=url, title="A\x00\x1b<&>", tags=["x\x07/y"], added_at=NOW)
    odd.attributes = {"not a name": "1"}
    ((read,), _) = read_opml(write_opml([odd], NOW), NOW)
    assert (read.title, read.tags) == ("A<&>", ["x/y"])


@pytest.mark.parametrize(
    "raw", [b"", b"<rss/>", b"<opml/>", b'<!DOCTYPE o [<!ENTITY a "b">]><opml><body/></opml>',
            b"<opml><body>" + b"<outline text='a'>" * 30 + b"</outline>" * 30 + b"</body></opml>"]
)  # fmt: skip
def test_what_is_no_opml_is_refused(raw: bytes) -> None:
    with pytest.raises(Rejected):
        read_opml(raw, NOW)
