"""Sections, tags, archives and authors' pages are refused as indices; an article with such cards beside it is taken."""

import pytest

from pipeline.errors import Rejected
from pipeline.sources.html import read_page
from tests.sources.test_pages import jsonld, page

HEADS = [
    "Harbour council approves a second pier",
    "Storm closes three schools in the valley",
    "Bakers ask the city for cheaper power",
    "Old lighthouse to reopen as a museum",
    "Fishing fleet returns with a record catch",
    "Tram line nine is late for another year",
    "Choir wins the national prize once more",
    "Water prices rise in spring, the utility says",
    "Volunteers plant two thousand trees on the dunes",
]
SITE = "https://courier.example"
WEBSITE = "<meta property=og:type content=website>"
PLUGIN = "<meta property=og:type content=article>"
LONG = (
    "<p>The council of Selmstad has approved a second pier for the ferry to the islands, after a debate that lasted "
    "for five hours and ended close to midnight ({}).</p>"
)
BRIEF = "<p>A crane fell in Selmstad on Friday and nobody was hurt, the harbour office said.</p>"
BIO = (
    "<p>Ana Ferrand-Ruiz has written for the Courier since 2014, mostly about the harbour, the ferries and those who "
    "live from both. She likes to sail.</p>"
)


def teaser(number: int) -> str:
    """A sentence about the article of that number."""
    return f"What came of the plan number {number} was told to the council late on Monday, after a long debate."


def cards(form: str, number: int = 6) -> str:
    """So many cards: `{n}` is the number of an article, `{head}` its headline, `{text}` its teaser."""
    given = enumerate(HEADS[:number])
    return "".join(form.format(n=n, head=head, text=teaser(n)) for n, head in given)


CARD = (
    "<div><a href=/n/{n}><img src=/{n}.jpg></a><h3><a href=/n/{n}>{head}</a></h3><p>{text}</p>"
    "<a href=/n/{n}>Read more</a></div>"
)
PLAIN = "<div><a class=head href=/n/{n}>{head}</a><p>{text}</p></div>"
WHOLE = "<a class=tile href=/n/{n}><span>Region</span><span>{head}</span><p>{text}</p></a>"
TIMED = "<article><h2><a href=/n/{n}>{head}</a></h2><time>1{n} May 2026</time><p>{text}</p></article>"
DATED = "<article><h3><a href=/n/{n}>{head}</a></h3><p>It is so.</p><span>1{n} May 2026</span></article>"
FLAT = "<h3><a href=/n/{n}>{head}</a></h3><p>{text}</p>"
LINE = "<p><a href=/n/{n}>{head}</a><br>{text}</p>"
PIER = "<div><h3><a href=/s/{0}>港の第{0}桟橋を市議会が承認</a></h3><p>市議会は月曜日に第{0}の計画を可決。</p></div>"
SAID = "<p><a href=/n/{0}>The council of Selmstad</a> has said so of plan {0}.</p>"
ITEM = "<li>1{n} May <a href=/n/{n}>{head}</a></li>"


@pytest.mark.parametrize("form", [CARD, PLAIN, WHOLE, TIMED, FLAT, LINE, ITEM])
@pytest.mark.parametrize(
    ("title", "path", "head"),
    [
        ("Politics", "/politics", ""),
        ("Politics", "/section/politics/page/3", WEBSITE),
        ("Politics news and analysis", "/category/politics", PLUGIN),
        ("Seven plans for the harbour", "/2026/05", ""),
        ("What the valley says", "/", WEBSITE),
        ("Search results for “plan”", "/find?q=plan", ""),
        ("Politics", "/c7", jsonld().replace("NewsArticle", "CollectionPage")),
    ],
)
def test_a_list_of_teasers_is_an_index(form: str, title: str, path: str, head: str) -> None:
    body = f"<main><h1>{title}</h1><p>All that we wrote of it.</p>{cards(form)}</main>"
    with pytest.raises(Rejected, match="index page: its"):
        read_page(page(f"<title>{title} | Courier</title>{head}", body), SITE + path)


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("政治", "".join(map(PIER.format, range(5)))),
        ("What the valley says", cards(FLAT, 9)),
        ("What the valley says", cards(TIMED, 5)),
        ("What the valley says", cards(DATED, 3)),
    ],
)
def test_teasers_alone_make_an_index(title: str, body: str) -> None:
    with pytest.raises(Rejected, match=r"index page: its text is \d teasers of other articles"):
        read_page(page(f"<title>{title} | Courier</title>", f"<main><h1>{title}</h1>{body}</main>"), f"{SITE}/x7")


@pytest.mark.parametrize(
    ("path", "head"),
    [
        ("/author/ana-ferrand-ruiz", ""),
        ("/autoren/ana", PLUGIN),
        ("/a/7", "<meta property=og:type content=profile>"),
        ("/a/7", PLUGIN + jsonld().replace("NewsArticle", "ProfilePage")),
    ],
)
def test_an_authors_page_is_an_index(path: str, head: str) -> None:
    body = f"<main><h1>Ana Ferrand-Ruiz</h1>{BIO}{cards(PLAIN)}</main>"
    with pytest.raises(Rejected, match=r"index page: its (data|address)"):
        read_page(page(f"<title>Ana Ferrand-Ruiz | Courier</title>{head}", body), SITE + path)


@pytest.mark.parametrize("form", [CARD, PLAIN, WHOLE, TIMED, FLAT, LINE, ITEM])
@pytest.mark.parametrize("path", ["/n/77", "/news.php?id=77", "/crane-falls", "/2026/05/03/crane", "/?p=7"])
@pytest.mark.parametrize("head", ["", WEBSITE, PLUGIN])
def test_a_brief_with_others_below_it_is_an_article(form: str, path: str, head: str) -> None:
    body = f"<main><h1>Crane falls in the harbour</h1>{BRIEF}{cards(form, 9)}</main>"
    found = read_page(page(f"<title>Crane falls in the harbour | Courier</title>{head}", body), SITE + path)
    assert "A crane fell" in found["text"]


@pytest.mark.parametrize(
    ("title", "path", "body"),
    [
        ("Five things to know", "/five", "<p>Here is what to know on this Monday morning.</p>" + cards(FLAT, 5)),
        ("Five things to know about Monday", "/five-things", cards(FLAT, 5)),  # no sentence of its own, but few
        ("Storm on the coast", "/live/storm", cards(TIMED.replace("/n/{n}", "#p{n}"), 9)),
        ("Storm on the coast", "/live/storm", cards(TIMED.replace("/n/{n}", "/live/storm?post={n}"), 9)),
        ("Nine museums by the sea", "/nine", cards(FLAT.replace("/n/{n}", "https://m{n}.example/"), 9)),
        ("Pier", "/pier", "".join(map(LONG.format, range(2))) + cards(FLAT)),
        ("Orla Benkestad", "/author/orla-benkestad", "".join(map(LONG.format, range(4))) + cards(FLAT)),
        ("A plan", "/plan", "".join(map(SAID.format, range(9)))),
    ],
)
def test_what_is_made_of_links_may_be_an_article(title: str, path: str, body: str) -> None:
    found = read_page(page(f"<title>{title} | Courier</title>{WEBSITE}", f"<h1>{title}</h1>{body}"), SITE + path)
    assert found["completeness"] == "full"


@pytest.mark.parametrize("head", [jsonld(headline="Politics"), PLUGIN + "<meta name=date content=2026-05-03>"])
def test_an_article_by_its_data_is_one(head: str) -> None:
    body = f"<main><h1>Politics</h1>{cards(TIMED)}</main>"
    assert read_page(page(f"<title>Politics</title>{head}", body), f"{SITE}/politics")["text"]
