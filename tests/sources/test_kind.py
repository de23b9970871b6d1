"""Pages that are no articles are refused as what they are; what is one, however short, is taken."""

import pytest

from pipeline.errors import Rejected
from pipeline.sources.html import read_page
from tests.sources.test_pages import jsonld, page

WALL = "<p>The ferry sails from Monday on, the harbour office said, and it will sail every day of the year.</p>"


@pytest.mark.parametrize(
    ("head", "body", "kind"),
    [
        ("<title>404 Not Found</title>", "<p>Sorry, the page that you asked for is not here any longer.</p>", "error"),
        ("<title>Before you continue to Post</title>", f"{WALL}<p>We use cookies to improve this.</p>", "consent"),
        ("<title>Post</title>", "<p>We use cookies. Accept all cookies to go on reading this site.</p>", "consent"),
        (jsonld(headline="Ferry", isAccessibleForFree=False), WALL, "paywall"),
        (jsonld(headline="Ferry"), f"{WALL}<div>Subscribe to continue reading</div>", "paywall"),
        (
            "<title>News</title><meta property=og:type content=website>",
            "".join(f"<h3><a href='/{n}'>Headline number {n} of the day</a></h3><p>A teaser.</p>" for n in range(12))
            + WALL,
            "index page",
        ),
        (
            "<title>News</title>",
            "".join(f"<h2><a href='/{n}'>Headline number {n} of the front page</a></h2>" for n in range(40)) + WALL,
            "index",
        ),
    ],
)
def test_other_pages_are_refused_with_their_kind(head: str, body: str, kind: str) -> None:
    with pytest.raises(Rejected, match=f"{kind}|no article text"):
        read_page(page(head, body))


SHELL = "<div id=root></div>"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (f"<noscript>You need to enable JavaScript to run this app.</noscript>{SHELL}", "page of a script: it says"),
        ("<div id=root><p>Loading...</p></div>", "page of a script: it says 'Loading...'"),
        ("<h1>Back soon</h1><p>Our site is down for scheduled maintenance. Please check back later.</p>", "error page"),
        ("<h1>Tide</h1><p>This content is not available in your country due to legal reasons.</p>", "other countries"),
        ("<h1>Sign in</h1><form><input type=password></form><p>Forgot your password? Then ask us.</p>", "sign-in page"),
        ("<h1>Anmelden</h1><p>Passwort vergessen? Wir helfen gern.</p>", "sign-in page"),
        ("<h1>Tide</h1><p>You must be 18 or older to view this page. How old are you?</p>", "age check"),
        ("<h1>Checking your browser before accessing</h1><p>This process is automatic. It takes a while.</p>", "robot"),
        ("<p>Redirecting...</p>", "page that leads on"),
        ("<h1>Oops!</h1><p>This article is no longer available. It may have expired.</p>", "error page"),
        ("<h1>Search</h1><p>0 results found. Try to search for something else.</p>", "of a search"),
        ("<p>Write to us.</p>", "no article text on the page, only 'Write to us"),
    ],
)
def test_what_stands_in_an_articles_place_is_none(body: str, reason: str) -> None:
    for head in ("<title>Harbour story | Tide</title>", "<title>Tide</title>"):
        with pytest.raises(Rejected, match=reason):
            read_page(page(head, body))


def test_a_page_that_leads_on_by_itself_is_no_article() -> None:
    head = "<title>Tide</title><meta http-equiv={} content='{}; URL=/news/2'>"
    body = "<p>The harbour story has moved to another place on this site.</p>"
    with pytest.raises(Rejected, match=r"leads on: to https://a\.example/news/2"):
        read_page(page(head.format("Refresh", 0), body), "https://a.example/news/1")
    assert read_page(page(head.format("refresh", 300), body), "https://a.example/news/1")["text"]  # read again later
    assert read_page(page(head.format("refresh", 0), body), "https://a.example/news/2")["text"]


@pytest.mark.parametrize(
    ("headline", "brief"),
    [
        ("500 march through Porto", "A crane fell in Porto on Friday and nobody was hurt."),
        ("Zustimmung im Rat von Porto", "Der Rat der Stadt hat am Freitag dem neuen Hafenplan zugestimmt."),
        ("Age verification comes in May", "Shops must ask for it. You must be 18 to buy fireworks in Porto, it says."),
        (
            "Wartungsarbeiten am Tunnel",
            "Wegen Wartungsarbeiten ist der Tunnel am Hafen von Porto bis Freitag gesperrt.",
        ),
        ("ポルトの港でクレーンが倒れる", "ポルトの港で金曜日にクレーンが倒れたが、けが人はいなかった。"),
        ("Log in the harbour of Porto", "Sign in the harbour: a tree trunk warns skippers. Forty have seen it by now."),
    ],
)
def test_a_brief_is_an_article(headline: str, brief: str) -> None:
    found = read_page(
        page(f"<title>{headline} | Tide</title>", f"<article><h1>{headline}</h1><p>{brief}</p></article>")
    )
    assert found["text"] == brief


def test_an_article_is_one_whatever_a_sentence_of_it_says_or_its_noscript() -> None:
    text = "<p>A crane fell in Porto on Friday.</p><p>Please enable JavaScript to see the map of the harbour.</p>"
    hidden = "<noscript><p>Please turn on JavaScript to see this page as it is meant to be seen by you.</p></noscript>"
    found = read_page(page(jsonld(headline="A crane fell"), f"<article>{text}{hidden}</article>"))
    assert found["text"].startswith("A crane fell")
    assert "turn on" not in found["text"]
    with pytest.raises(Rejected, match="page of a script"):
        read_page(page(jsonld(headline="A crane fell"), "<article><p>Please enable JavaScript.</p></article>"))


def test_a_free_article_about_a_paywall_is_an_article() -> None:
    part = "<p>Part {}: the outlet asks readers to subscribe to continue reading, it said.</p>"
    text = "".join(part.format(number) for number in range(30))
    assert read_page(page(jsonld(headline="A paywall opens"), f"<article>{text}</article>"))["text"]
