"""Pages and saved feeds: what they say of themselves, and what strangers get wrong."""

import json

import pytest

from pipeline.errors import Rejected
from pipeline.sources.feed import read_feed
from pipeline.sources.html import ONLY_DAY, decode, read_page, strip_markup

BODY = (
    "<article>"
    + "".join(f"<p>Paragraph {n} of the report tells about the ferry in Mombasa.</p>" for n in range(5))
    + "</article>"
)


def page(head: str, body: str = BODY, charset: str = "utf-8") -> bytes:
    """A page as it would be served."""
    return f"<html lang=en><head><meta charset={charset}>{head}</head><body>{body}</body></html>".encode(charset)


def jsonld(**more: object) -> str:
    """A script element with an article's metadata."""
    return f"<script type='application/ld+json'>{json.dumps({'@type': 'NewsArticle', **more})}</script>"


def test_jsonld_wins_over_meta() -> None:
    head = jsonld(
        headline="Ferry opens",
        datePublished="2026-11-03T08:00:00+03:00",
        author=[{"name": "Ana Ferrand-Ruiz"}, "Ben Okta"],
        publisher={"name": "Tidewater Post"},
    )
    head += '<meta property="og:title" content="Other"><meta property="article:published_time" content="2020-01-01">'
    found = read_page(page(head))
    assert found["title"] == "Ferry opens"
    assert (found["published_at"], found["published_from"]) == ("2026-11-03T08:00:00+03:00", "jsonld")
    assert found["authors"] == ["Ana Ferrand-Ruiz", "Ben Okta"]
    assert found["source"] == {"name": "Tidewater Post"}
    assert found["text"].startswith("Paragraph 0")


@pytest.mark.parametrize(
    ("before", "after"),
    [("<!--", "-->"), ("//<![CDATA[\n", "\n//]]>"), ("<![CDATA[", "]]>"), ("/*<![CDATA[*/", "/*]]>*/")],
)
def test_data_in_a_comment_are_read(before: str, after: str) -> None:
    head = jsonld(headline="Ferry opens").replace(">{", f">{before}{{").replace("}<", f"}}{after}<")
    assert read_page(page(head))["title"] == "Ferry opens"


def test_a_graph_of_nodes_and_broken_scripts() -> None:
    node = {"@type": ["WebPage", "NewsArticle"], "headline": "In a graph"}
    head = "<script type='application/ld+json'>{broken</script>"
    head += f"<script type='application/ld+json'>{json.dumps({'@graph': [{'@type': 'Person'}, node]})}</script>"
    assert read_page(page(head))["title"] == "In a graph"


OTHER = {
    "@type": "NewsArticle",
    "headline": "Bridge closes",
    "author": "Ben Okta",
    "datePublished": "2026-10-01T08:00Z",
}


@pytest.mark.parametrize(
    "data",
    [
        {"@type": "ItemList", "itemListElement": [OTHER]},
        {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": OTHER}] * 2},
        {"@graph": [OTHER, OTHER | {"headline": "Harbour grows"}]},
    ],
)
def test_what_the_data_say_of_other_articles_is_not_the_articles(data: dict[str, object]) -> None:
    head = f"<title>Ferry opens at last</title><script type='application/ld+json'>{json.dumps(data)}</script>"
    found = read_page(page(head, "<h1>Ferry opens at last</h1>" + BODY))
    assert (found["title"], found.get("authors", [])) == ("Ferry opens at last", [])
    assert "published_at" not in found


def test_of_several_articles_in_the_data_it_is_the_one_with_the_pages_headline() -> None:
    own = {"@type": "NewsArticle", "headline": "Ferry opens at last", "datePublished": "2026-11-03T08:00:00Z"}
    head = f"<script type='application/ld+json'>{json.dumps([OTHER, own])}</script>"
    assert read_page(page(head, "<h1>Ferry opens at last</h1>" + BODY))["published_at"].startswith("2026-11-03")


@pytest.mark.parametrize("date", ["yesterday", "03/11/2026", "", "0000-00-00"])
def test_a_wrong_date_is_left_out_and_the_next_one_taken(date: str) -> None:
    head = jsonld(datePublished=date) + '<meta property="article:published_time" content="2026-11-03T08:00:00Z">'
    found = read_page(page(head))
    assert (found["published_at"], found["published_from"]) == ("2026-11-03T08:00:00+00:00", "meta")
    assert "published_at" not in read_page(page(jsonld(datePublished=date)))


def test_a_date_that_lies_ahead_is_taken_only_where_there_is_no_other() -> None:
    head = jsonld(datePublished="2926-11-03T08:00:00Z")
    assert read_page(page(head))["published_at"] == "2926-11-03T08:00:00+00:00"  # dropped at the door, with a note
    address = "https://a.example/2025/11/03/ferry"
    assert read_page(page(head), address)["published_from"] == "url"
    assert (
        read_page(page(head, "<h1>Ferry opens at last</h1><p>3 November 2025</p>" + BODY))["published_from"] == "time"
    )
    head += '<meta property="article:published_time" content="2025-11-03T08:00:00Z">'
    assert read_page(page(head), address)["published_from"] == "meta"


def test_a_time_in_an_unknown_zone_is_a_day_with_a_note() -> None:
    head = jsonld(datePublished="3 Nov 2025 08:00 XYZT")
    found = read_page(page(head))
    assert (found["published_at"], found["notes"]) == ("2025-11-03", [ONLY_DAY])
    head += '<meta property="article:published_time" content="2025-11-03T08:00:00+03:00">'
    found = read_page(page(head))
    assert (found["published_at"], found.get("notes")) == ("2025-11-03T08:00:00+03:00", None)


def test_a_time_element_is_the_last_resort() -> None:
    found = read_page(page("", '<h1>Ferry opens at last</h1><time datetime="2026-11-03">Tuesday</time>' + BODY))
    assert found["published_from"] == "time"


def test_the_address() -> None:
    canonical = '<link rel="canonical" href="https://a.example/story">'
    assert read_page(page(canonical))["url"] == "https://a.example/story"
    found = read_page(page(canonical), "https://a.example/story?utm_source=x")
    assert found["url"] == "https://a.example/story?utm_source=x"
    assert "url" not in read_page(page('<link rel="canonical" href="javascript:alert(1)">'))


def test_no_text_is_refused() -> None:
    for raw in (b"", b"<html></html>", b"\x00"):
        with pytest.raises(Rejected):
            read_page(raw)


def test_charsets() -> None:
    assert "é" in decode(page("", "<p>café</p>", "latin-1"))
    assert "é" in decode("<p>café</p>".encode())
    assert decode(b"<meta charset=nonsense>\xff")


def test_deeply_nested_jsonld_is_bounded() -> None:
    nested: object = {"@type": "NewsArticle", "headline": "Too deep"}
    for _ in range(60):
        nested = {"@graph": [nested]}
    assert (
        read_page(page(f"<title>Kept</title><script type='application/ld+json'>{json.dumps(nested)}</script>"))["title"]
        == "Kept"
    )


def test_rss() -> None:
    raw = b"""<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Post &amp; Sons</title>
      <language>en-GB</language>
      <item><title>One</title><link> https://a.example/1 </link><pubDate>Tue, 03 Nov 2026 08:00:00 +0300</pubDate>
        <content:encoded>&lt;p&gt;First.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;&lt;p&gt;Second.&lt;/p&gt;</content:encoded></item>
      <item><title>Two</title><description>A teaser</description><pubDate>soon</pubDate></item></channel></rss>"""
    one, two = read_feed(raw)
    assert one["text"] == "First.\n\nSecond."
    assert (one["url"], one["published_at"]) == ("https://a.example/1", "2026-11-03T08:00:00+03:00")
    assert (one["source"], one["language"], one["completeness"]) == ({"name": "Post & Sons"}, "en-GB", "teaser")
    assert two["completeness"] == "teaser"
    assert "published_at" not in two


def test_atom() -> None:
    raw = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="fr"><title>Le Post</title><entry><title>Un</title>
      <link rel="alternate" href="https://a.example/un"/><updated>2026-11-03T08:00:00Z</updated>
      <author><name>Ana Ferrand-Ruiz</name></author>
      <content type="html">&lt;p&gt;Texte.&lt;/p&gt;</content></entry></feed>"""
    (entry,) = read_feed(raw)
    assert (entry["text"], entry["language"], entry["authors"]) == ("Texte.", "fr", ["Ana Ferrand-Ruiz"])
    assert entry["published_at"] == "2026-11-03T08:00:00+00:00"


@pytest.mark.parametrize(
    "raw",
    [
        b'<!DOCTYPE x [<!ENTITY a "b">]><rss><channel><item><title>&a;</title></item></channel></rss>',
        b"<rss></rss>",
        b"<opml/>",
        b"<rss",
        b"",
        b"<rss><channel>" + b"<a>" * 5000,
    ],
)
def test_what_is_no_feed_is_refused(raw: bytes) -> None:
    with pytest.raises(Rejected):
        list(read_feed(raw))


def test_markup_of_a_fragment() -> None:
    assert strip_markup("plain & simple") == "plain & simple"
    assert strip_markup("a<br>b <b>bold</b><style>p{}</style>") == "a\n\nb bold"


def test_no_insertions_in_the_text() -> None:
    inserted = [
        "Read more: The harbour in pictures",
        "Lesen Sie auch: Der Hafen",
        "Photo: Tidewater Post",
        "Sign up for our newsletter to get the news every day.",
    ]
    paragraphs = [f"Paragraph {n} of the report tells about the ferry in Mombasa and its crew." for n in range(6)]
    body = "".join(f"<p>{each}</p>" for pair in zip(paragraphs, inserted, strict=False) for each in pair)
    found = read_page(page(jsonld(headline="Ferry opens"), f"<article><h1>Ferry opens</h1>{body}</article>"))
    assert found["text"] == "\n\n".join(paragraphs[:4])
    assert found["completeness"] == "full"


def test_the_body_of_jsonld_mends_what_the_page_hides() -> None:
    paragraphs = [f"Sentence {n} tells that the ferry {n} sails from pier {n} to the island." for n in range(20)]
    shown = "".join(f"<p>{each}</p>" for each in paragraphs[:12])
    head = jsonld(headline="Ferry opens", articleBody="\n".join(paragraphs))
    assert read_page(page(head, f"<article>{shown}</article>"))["text"].splitlines()[-1] == paragraphs[-1]
    cut = jsonld(headline="Ferry opens", articleBody="\n".join(paragraphs[:6]))
    assert paragraphs[11] in read_page(page(cut, f"<article>{shown}</article>"))["text"]


def test_entities_and_the_outlets_name_are_no_part_of_a_title() -> None:
    head = jsonld(headline="Ferry &quot;opens&quot; in Mombasa", publisher={"name": "Tidewater Post"})
    assert read_page(page(head))["title"] == 'Ferry "opens" in Mombasa'
    head = '<meta property="og:site_name" content="Tidewater Post">'
    for written in ("Ferry opens - now | Tidewater Post", "Ferry opens - now – Tidewater Post"):
        assert read_page(page(f"<title>{written}</title>{head}"))["title"] == "Ferry opens - now"


def test_authors_are_people() -> None:
    head = jsonld(author=[{"name": "By Ana Ferrand-Ruiz and Ben Okta"}, {"name": "desk@a.example"}, {"name": "Post"}])
    head += '<meta property="og:site_name" content="Post">'
    assert read_page(page(head))["authors"] == ["Ana Ferrand-Ruiz", "Ben Okta"]
    assert read_page(page("", '<a rel="author" href="/x">Cay Lind</a>' + BODY))["authors"] == ["Cay Lind"]


def test_a_date_gets_its_zone_from_where_it_is_said() -> None:
    head = jsonld(datePublished="2026-11-03T08:00:00")
    assert read_page(page(head))["published_at"] == "2026-11-03T08:00:00"
    head += '<meta property="article:published_time" content="2026-11-03T08:00:00+03:00">'
    found = read_page(page(head))
    assert (found["published_at"], found["published_from"]) == ("2026-11-03T08:00:00+03:00", "jsonld")
    dated = read_page(page(""), "https://a.example/2026/11/03/ferry")
    assert (dated["published_at"], dated["published_from"]) == ("2026-11-03", "url")
    assert read_page(page("")).get("published_at") is None


@pytest.mark.parametrize(
    ("link", "kept"),
    [
        ("https://a.example/story", "https://a.example/story"),
        ("/story", "https://m.a.example/story"),
        ("https://www.a.example/story", "https://www.a.example/story"),
        ("https://a.example/", None),
        ("https://victim.example/story", None),
        ("javascript:alert(1)", None),
    ],
)
def test_a_canonical_address_must_be_sane(link: str, kept: str | None) -> None:
    found = read_page(page(f'<link rel="canonical" href="{link}">'), "https://m.a.example/story?x=1")
    assert found.get("canonical_url") == kept


def test_a_control_character_in_a_description_is_left_out() -> None:
    lead = "The \\u0001ferry \\ud800office tells how the line to the island begins next week."
    shown = lead.replace("\\u0001", "").replace("\\ud800", "")
    data = '<script type="application/ld+json">{"@type": "NewsArticle", "description": "' + lead + '"}</script>'
    assert read_page(page(data, f"<h2>{shown}</h2>{BODY}"))["text"].startswith("The ferry office tells")


def test_what_a_page_says_of_text_mining() -> None:
    assert read_page(page('<meta name="tdm-reservation" content="1">'))["reservation"] == "TDMRep"


@pytest.mark.parametrize(
    ("data", "card", "shown", "tab", "headline"),
    [
        ("Harbour: Ferry opens", "Harbour: Ferry opens | Post", "Ferry opens", "Ferry", "Harbour: Ferry opens"),
        (
            "Ferry opens soon",
            "Ferry opens at last",
            "Ferry opens at last",
            "Ferry opens soon | Post",
            "Ferry opens at last",
        ),
        ("Ferry opens soon", "Ferry opens at last", "Ferry opens soon", "Ferry opens soon", "Ferry opens soon"),
        (None, "Ferry opens at last：Post", "Ferry opens at last", "Post", "Ferry opens at last"),
        (None, "Ferry opens at last - Sea", "Ferry opens at last", "x", "Ferry opens at last"),
        (None, None, "Ferry opens at last", "Ferry | Post", "Ferry opens at last"),
    ],
)
def test_of_several_headlines_one_is_chosen(
    data: str | None, card: str | None, shown: str, tab: str, headline: str
) -> None:
    head = f"<title>{tab}</title><meta property='og:site_name' content='Post'>"
    head += jsonld(headline=data) if data else ""
    head += f"<meta property='og:title' content='{card}'>" if card else ""
    assert read_page(page(head, f"<h1>{shown}</h1>{BODY}"))["title"] == headline


CARD = '<meta name="twitter:label1" content="{}"><meta name="twitter:data1" content="{}">'
OUTLET = jsonld(author={"@type": "Organization", "name": "Tidewater Post"}, publisher={"name": "Tidewater Post"})


@pytest.mark.parametrize(
    ("head", "byline", "authors"),
    [
        (OUTLET, "", ["Tidewater Post"]),
        (OUTLET, "<p class='article__byline'>By Ana Ferrand-Ruiz, Mombasa</p>", ["Ana Ferrand-Ruiz"]),
        (OUTLET, "<p class=author>Tidewater Post</p><p class=author>Ben Okta</p>", ["Tidewater Post"]),
        (OUTLET, "<p class='author-box'>Follow Us</p><div class=author>red, desk</div>", ["Tidewater Post"]),
        (OUTLET, "<a href='/autoren'>Alle Autoren</a><a href='/autoren/lind'>Cay Lind</a>", ["Cay Lind"]),
        (CARD.format("Written by", "Cay Lind"), "", ["Cay Lind"]),
        (CARD.format("Time", "3 minutes"), "", None),
        ('<meta name="cXenseParse:author" content="Cay Lind">', "", ["Cay Lind"]),
        (jsonld(author=[{"givenName": "Cay", "familyName": "Lind"}, [{"name": "AP"}]]), "", ["Cay Lind", "AP"]),
        (jsonld(author={"name": ["Cay Lind", "牛镛"]}), "", ["Cay Lind", "牛镛"]),
        (jsonld(author={"@id": "#c"}) + jsonld(**{"@type": "Person", "@id": "#c", "name": "Cay Li"}), "", ["Cay Li"]),
    ],
)  # fmt: skip
def test_people_go_before_the_outlet(head: str, byline: str, authors: list[str] | None) -> None:
    assert read_page(page(head, byline + BODY)).get("authors") == authors


def test_names_of_meta_elements_are_written_in_several_ways() -> None:
    head = '<meta name="article:published:time" content="2026-11-03T08:00:00+03:00">'
    assert read_page(page(head))["published_at"] == "2026-11-03T08:00:00+03:00"


def test_an_article_that_follows_on_the_same_page_is_another() -> None:
    other = "".join(
        f"<p>Line {n} of another report tells about the lakes and their long winter.</p>" for n in range(20)
    )
    body = (
        f"{BODY.replace('<article>', '<article><h1>Ferry opens</h1>')}<article><h1>Lakes freeze</h1>{other}</article>"
    )
    text = read_page(page(jsonld(headline="Ferry opens"), body))["text"]
    assert "Paragraph 4" in text
    assert "lakes" not in text


def test_data_that_has_the_body_twice_does_not_double_it() -> None:
    paragraphs = [f"Sentence {n} tells that the ferry {n} sails from pier {n} to the island." for n in range(12)]
    head = jsonld(headline="Ferry opens", articleBody=" ".join(paragraphs * 2))
    shown = "".join(f"<p>{each}</p>" for each in paragraphs)
    assert read_page(page(head, f"<article>{shown}</article>"))["text"] == "\n\n".join(paragraphs)


TABLE = (
    "<table><tr><th>Town</th><th>Ships</th></tr><tr><td>Kisumu</td><td>12 vessels</td></tr>"
    "<tr><td>Porto</td><td>17</td></tr></table>"
)


@pytest.mark.parametrize(
    ("table", "notes"),
    [
        (TABLE, ["1 table left out of the text"]),
        (TABLE + "<p>The figures of the year before were these, the port authority said on Friday.</p>"
         + TABLE.replace("12", "9").replace("Porto", "Split"), ["2 tables left out of the text"]),
        (f"<aside>{TABLE}</aside>", None),
        ("<table><tr><td><p>A page may be laid out by a table, in one cell.</p></td></tr></table>", None),
    ],
)  # fmt: skip
def test_tables_are_no_text_and_it_says_so(table: str, notes: list[str] | None) -> None:
    last = "<p>The clerk of the authority told reporters that growth would slow in the winter.</p>"
    found = read_page(page("", BODY.replace("</article>", f"{table}{last}</article>")))
    assert found.get("notes") == notes
    assert "vessels" not in found["text"]
    assert found["text"].endswith("winter.")


def test_the_rows_of_a_table_of_a_feed_are_lines() -> None:
    assert strip_markup(f"<p>The ports:</p>{TABLE}The end.").split("\n\n") == [
        "The ports:", "Town Ships", "Kisumu 12 vessels", "Porto 17", "The end.",
    ]  # fmt: skip
