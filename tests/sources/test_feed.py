"""Feeds of every kind become the same entries; what strangers write wrongly ends in a refusal or is left out."""

import contextlib
import gzip
import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Rejected
from pipeline.identity import is_home
from pipeline.sources.entry import Entry
from pipeline.sources.feed import read_document, read_feed
from tests.sources.misbehaving import item, rss

ATOM = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en"><title>Tidewater &amp; Sons</title>
<link href="https://tidewater-post.example/"/><entry><id>tag:1</id>
<title type="html">Ferry &lt;b&gt;opens&lt;/b&gt; &amp;amp; sails</title>
<link rel="alternate" href="https://tidewater-post.example/1"/><published>2026-11-03T08:00:00+03:00</published>
<updated>2026-11-03T09:30:00+03:00</updated><author><name>Wanjiru Achebo-Lind</name></author>
<content type="html">&lt;p&gt;One.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;
&lt;p&gt;Two.&lt;/p&gt;</content></entry></feed>"""
RDF = b"""<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><title>Tidewater</title></channel>
<item rdf:about="u"><title>Ferry opens</title><link>https://tidewater-post.example/1</link>
<dc:date>2026-11-03T08:00:00+03:00</dc:date><description>It sails.</description></item></rdf:RDF>"""
ATOM03 = b"""<feed version="0.3" xmlns="http://purl.org/atom/ns#"><title>Tidewater</title><entry>
<title>Ferry opens</title><link rel="alternate" href="https://tidewater-post.example/1"/><issued>2026-11-03T08:00:00+03:00</issued>
<summary>It sails.</summary></entry></feed>"""
NEWS = b"""<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
xmlns:news="http://www.google.com/schemas/sitemap-news/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://tidewater-post.example/old</loc><lastmod>2026-10-01</lastmod></url>
<url><loc>https://tidewater-post.example/1</loc><image:image><image:loc>https://x.example/i.jpg</image:loc>
<image:title>A boat</image:title></image:image><news:news><news:publication><news:name>Tidewater Post</news:name>
<news:language>en</news:language></news:publication><news:publication_date>2026-11-03T08:00:00+03:00</news:publication_date>
<news:title>Ferry opens</news:title></news:news></url></urlset>"""
JSON = json.dumps(
    {
        "version": "https://jsonfeed.org/version/1.1",
        "title": "Tidewater",
        "language": "en",
        "items": [
            {
                "id": 1,
                "url": "https://tidewater-post.example/1",
                "title": "Ferry opens",
                "content_html": "<p>It sails.</p>",
                "date_published": "2026-11-03T08:00:00+03:00",
                "authors": [{"name": "Wanjiru Achebo-Lind"}, 7],
            },
            "no object",
        ],
    }
).encode()


def entries(raw: bytes) -> list[Entry]:
    """The entries of a document."""
    return read_document(raw).entries


@pytest.mark.parametrize("raw", [ATOM, RDF, ATOM03, NEWS, JSON], ids=["atom", "rdf", "atom03", "news", "json"])
def test_every_kind_gives_title_address_and_exact_date(raw: bytes) -> None:
    first = entries(raw)[0].fields
    assert first["title"].startswith("Ferry ")
    assert first["url"] == "https://tidewater-post.example/1"
    assert first["published_at"] == "2026-11-03T08:00:00+03:00"


def test_atom_tells_published_from_modified_and_html_in_titles_is_text() -> None:
    (entry,) = entries(ATOM)
    assert entry.fields["title"] == "Ferry opens & sails"
    assert entry.fields["text"] == "One.\n\nTwo."
    assert entry.fields["modified_at"] == "2026-11-03T09:30:00+03:00"
    assert (entry.key, entry.fields["authors"]) == ("tag:1", ["Wanjiru Achebo-Lind"])
    assert entry.fields["completeness"] == "teaser", "of two words"
    assert read_document(ATOM).title == "Tidewater & Sons"


def test_a_news_sitemap_names_outlet_and_language_and_pictures_are_not_pages() -> None:
    first, second = (entry.fields for entry in entries(NEWS))
    assert (first["source"], first["language"]) == ({"name": "Tidewater Post"}, "en")
    assert first["published_from"] == "sitemap"
    assert first["metadata_from"] == {"title": "sitemap", "published_at": "sitemap"}
    assert (second["url"], second.get("published_at")) == ("https://tidewater-post.example/old", None)
    assert entries(gzip.compress(NEWS)) == entries(NEWS)
    assert read_document(NEWS).title == "Tidewater Post", "as its feed is listed"


def test_a_sitemap_index_gives_its_newest_first() -> None:
    raw = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
    <sitemap><loc>https://a.example/1.xml</loc><lastmod>2026-01-01</lastmod></sitemap>
    <sitemap><loc>https://a.example/2.xml</loc><lastmod>2026-11-01</lastmod></sitemap>
    <sitemap><loc>file:///etc/passwd</loc></sitemap></sitemapindex>"""
    assert read_document(raw).children == ["https://a.example/2.xml", "https://a.example/1.xml"]


@pytest.mark.parametrize("charset", ["utf-8", "utf-16", "windows-1251", "iso-8859-15"])
def test_charsets(charset: str) -> None:
    word = "Паром" if charset == "windows-1251" else "Fähre €" if charset == "iso-8859-15" else "Fähre Паром"
    raw = rss(f"<item><title>{word}</title><description>x</description></item>", charset=charset)
    assert entries(raw)[0].fields["title"] == word


def test_an_entry_without_text_is_a_title_only() -> None:
    (fields,) = read_feed(rss("<item><title>Ferry opens</title></item>"))
    assert (fields["text"], fields["completeness"], fields["published_from"]) == ("Ferry opens", "title", "none")
    assert "published_at" not in fields


def told(*given: tuple[str, str, str]) -> list[Entry]:
    """The entries of a feed whose items have these links, guids and titles."""
    items = (
        f"<item><title>{title}</title><link>{link}</link>{f'<guid>{guid}</guid>' * bool(guid)}"
        f"<description>{title} tells about the ferry.</description></item>"
        for link, guid, title in given
    )
    return entries(rss(*items))


HOME = "https://tidewater-post.example"
OTHERS = [(f"{HOME}/{number}", "", f"Report {number}") for number in range(2, 6)]


@pytest.mark.parametrize("link", [f"{HOME}/", HOME, f"{HOME}/?utm_source=rss#top", f"{HOME}/news", f"{HOME}/?page=2"])
@pytest.mark.parametrize("guids", ["123", ["", "", ""], [f"{HOME}/news#{n}" for n in range(3)], "111"])
def test_entries_whose_link_is_no_articles_own_are_told_apart(link: str, guids: Sequence[str]) -> None:
    given = [(link, guid, f"Report {number}") for number, guid in enumerate(guids)]
    found = told(*given)
    if guids == "111" and not is_home(link):  # said to be one entry, which has a page
        assert not any("id" in each.fields for each in found)
        return
    assert len({each.fields["id"] for each in found}) == len({each.key for each in found}) == 3
    assert {each.fields["url"] for each in found} == {link}
    assert [each.fields["id"] for each in told(*given[::-1])] == [each.fields["id"] for each in found[::-1]]


def test_an_entry_of_a_home_page_keeps_its_id_when_it_changes() -> None:
    before, after = (told((f"{HOME}/", "17", title)) for title in ("Report", "Report, corrected"))
    assert before[0].fields["id"] == after[0].fields["id"]
    assert before[0].fields["id"] != told(("https://lakeside.example/", "17", "Report"))[0].fields["id"]


@pytest.mark.parametrize(
    "given",
    [
        [(f"{HOME}/1", "1", "One"), (f"{HOME}/2", "2", "Two")],
        [(f"{HOME}/1", f"{HOME}/1", "One"), (f"{HOME}/?p=2", "2", "Two")],
        [(f"{HOME}/1", "1", "One"), (f"{HOME}/1", "1-in-sport", "One")],  # one article under two heads
        [(f"{HOME}/1", "1", "One"), (f"{HOME}/1", "1", "One, corrected")],
        [("https://lakeside.example/1", "1", "One"), ("https://lakeside.example/1", "2", "Look at this")],
        [(f"{HOME}/1", "1#0", "One"), (f"{HOME}/1", "1#1", "One, corrected"), *OTHERS],  # as it was, and as it is
        [(f"{HOME}/1", "", "One"), (f"{HOME}/1/amp", "", "One for phones"), *OTHERS],
    ],
)
def test_an_ordinary_link_is_the_article(given: list[tuple[str, str, str]]) -> None:
    assert not any("id" in each.fields for each in told(*given))


def test_two_entries_that_are_all_of_a_feed_are_two() -> None:
    assert len({each.fields["id"] for each in told((f"{HOME}/news", "1", "One"), (f"{HOME}/news", "2", "Two"))}) == 2


def test_a_json_feed_whose_links_are_all_one() -> None:
    items = [{"id": n, "url": f"{HOME}/", "title": f"Report {n}", "content_text": "It sails."} for n in range(3)]
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "Tidewater", "items": items}
    assert len({each.fields["id"] for each in entries(json.dumps(feed).encode())}) == 3


def test_a_nul_costs_no_article() -> None:
    item = {"id": "1", "title": "Ferry\0 sails", "content_text": "It \0sails.", "authors": [{"name": "Nora\0 Quill"}]}
    raw = json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Tidewater", "items": [item]}).encode()
    (entry,) = entries(raw)
    assert [entry.fields[name] for name in ("title", "text")] == ["Ferry sails", "It sails."]
    assert entry.fields["authors"] == ["Nora Quill"]


def test_ttl_and_the_syndication_module() -> None:
    assert read_document(rss("<ttl>30</ttl>", item(1))).ttl == 1800
    raw = rss("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", item(1))
    named = raw.replace(b"<rss ", b'<rss xmlns:sy="http://purl.org/rss/1.0/modules/syndication/" ')
    assert read_document(named).ttl == 1800
    assert read_document(rss("<ttl>soon</ttl>", item(1))).ttl is None


def test_an_entry_changes_its_fingerprint_with_its_content() -> None:
    one, same, other = (entries(rss(item(1, text)))[0] for text in ("old", "old", "new"))
    assert one.fingerprint == same.fingerprint != other.fingerprint


def test_a_feed_with_too_many_entries_is_cut_and_says_so() -> None:
    document = read_document(rss(*(item(number, "x") for number in range(1100))))
    assert len(document.entries) == 1000
    assert "1100 entries" in (document.note or "")


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b'<!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>', "entities"),
        ('<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><rss/>'.encode("utf-16"), "entities"),
        (b"<html><head><title>x</title></head><body>y</body></html>", "page"),
        (b'{"version": "1"}', "JSON Feed"),
        (b'{"version": ', "not JSON"),
        (b"", "neither"),
        (b"/etc/passwd", "neither"),
        (b"http://127.0.0.1/", "neither"),
        (gzip.compress(b" " * 11 * 1024 * 1024), "larger"),
        (b"\x1f\x8b broken", "decompressed"),
    ],
)
def test_what_is_no_feed_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        read_document(raw)


def test_a_doctype_that_declares_nothing_is_taken() -> None:
    doctype = b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd"><rss '
    assert len(entries(rss(item(1)).replace(b"<rss ", doctype))) == 1


@settings(max_examples=60, deadline=None)
@given(st.one_of(st.binary(max_size=300), st.binary(max_size=60).map(lambda part: ATOM[:400] + part + ATOM[400:])))
def test_no_bytes_crash_the_reader(raw: bytes) -> None:
    with contextlib.suppress(Rejected):
        read_document(raw)


WRONG = ["soon", "1970-01-01T00:00:00Z", "202611", "2026-11"]  # not the first of a month, as feedparser has it


@pytest.mark.parametrize(
    "raw",
    [
        "<rss version='2.0'><channel><item><title>Ferry</title><pubDate>{}</pubDate></item></channel></rss>",
        "<feed xmlns='http://www.w3.org/2005/Atom'><entry><title>Ferry</title><published>{}</published></entry></feed>",
        '{{"version": "https://jsonfeed.org/version/1.1", "items": [{{"id": "1", "date_published": "{}"}}]}}',
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>https://a.example/1</loc>"
        "<news:publication_date xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{}</news:publication_date>"
        "</url></urlset>",
    ],
)
def test_a_date_that_is_none_is_noted(raw: str) -> None:
    notes = {
        written: read_document(raw.format(written).encode()).entries[0].fields.get("notes", [])
        for written in (*WRONG, "2026-11-03T08:00:00Z", "2026-11-03 08:00 XYZT", "")
    }
    for written in WRONG:
        assert f'published_at "{written}" is no date' in notes[written][0]
    assert notes["2026-11-03T08:00:00Z"] == notes[""] == []
    assert "only its day was kept" in notes["2026-11-03 08:00 XYZT"][0]


def test_several_authors_in_one_name() -> None:
    creator = "<dc:creator xmlns:dc='http://purl.org/dc/elements/1.1/'>By Nora Quill and Ben Trask</dc:creator>"
    items = [{"id": "1", "authors": [{"name": "Nora Quill, Political Editor"}, {"name": "Ben Trask"}]}]
    feed = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": items}).encode()
    for raw in (rss(f"<item><title>Plan</title>{creator}</item>"), feed):
        assert entries(raw)[0].fields["authors"] == ["Nora Quill", "Ben Trask"]


MAILED = [
    ("<author>{} (Nora Quill)</author>", ["Nora Quill"]),
    ("<author>Nora Quill &lt;{}&gt;</author>", ["Nora Quill"]),
    ("<author>Nora Quill {}</author>", ["Nora Quill"]),
    ("<author>{}</author>", []),
    ("<dc:creator>{}</dc:creator>", []),
    ("<dc:creator>Nora Quill ({})</dc:creator>", ["Nora Quill"]),
    ("<author>{} (Nora Quill and Ben Trask)</author>", ["Nora Quill", "Ben Trask"]),
    ("<author>{0} (Nora Quill)</author><author>Ben Trask &lt;{0}&gt;</author>", ["Nora Quill", "Ben Trask"]),
    ("<dc:creator>Nora Quill ({0})</dc:creator><dc:creator>{0} (Ben Trask)</dc:creator>", ["Nora Quill", "Ben Trask"]),
    ("<author>{} (nq)</author>", ["nq"]),
    ("<a:author><a:name>Nora Quill</a:name><a:email>{}</a:email></a:author>", ["Nora Quill"]),
    ("<dc:creator>@noraquill</dc:creator>", []),
]


@pytest.mark.parametrize("domain", ["tide.com", "tide.co.uk", "tide.info", "tide.agency", "xn--e1a.xn--p1ai"])
@pytest.mark.parametrize(("written", "names"), MAILED)
def test_an_address_of_e_mail_is_no_author_nor_is_its_end(written: str, names: list[str], domain: str) -> None:
    """Also where it ends in more letters than the library knows of addresses."""
    spaces = "xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:a='http://www.w3.org/2005/Atom'"
    raw = rss(f"<item><title>Plan</title>{written.format(f'nq@{domain}')}</item>").replace(
        b"<rss ", f"<rss {spaces} ".encode()
    )
    assert entries(raw)[0].fields.get("authors", []) == names


@pytest.mark.parametrize(
    ("cut", "note"),
    [
        (lambda raw: raw[: raw.index(b"</item><item>") + 7], "1 entry was taken, but the feed ends too early"),
        (lambda raw: raw.replace(b"</channel>", b""), "2 entries were taken, but the XML is not well-formed at line 2"),
        (lambda raw: raw, ""),
    ],
)
def test_a_feed_that_is_damaged_says_how_and_what_was_taken(cut: Callable[[bytes], bytes], note: str) -> None:
    document = read_document(cut(rss(item(1), item(2))))
    assert (document.note or "").startswith(note)
    assert "unknown" not in (document.note or "")
    assert bool(document.note) == bool(note)
