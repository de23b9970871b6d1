"""Pages of an outlet about itself are refused as such; an article that is called so, or speaks of it, is taken."""

import pytest

from pipeline.errors import Rejected
from pipeline.sources.html import read_page
from tests.sources.test_pages import jsonld, page

TEXT = "<p>The Selmstad Courier has told the news of the valley since 1921, and it belongs to those who read it.</p>"
SITE = "https://courier.example"
WEBSITE = "<meta property=og:type content=website>"
PLUGIN = (
    "<meta property=og:type content=article><meta property=article:modified_time content=2026-05-03T08:00:00Z>"
    '<script type=\'application/ld+json\'>{"@graph": [{"@type": "WebPage"}]}</script>'
)


@pytest.mark.parametrize(
    ("title", "path", "head"),
    [
        ("Contact us", "/contact-us", ""),
        ("About us", "/about", jsonld(headline="About us")),  # a plugin calls every page an article
        ("Impressum", "/impressum.html", ""),
        ("Datenschutzerklärung", "/service/datenschutz", ""),
        ("Mentions légales", "/fr/mentions-legales/", ""),
        ("Quiénes somos", "/quienes-somos", ""),
        ("Контакты", "/kontakty/index.php", ""),
        ("プライバシーポリシー", "/privacy", ""),
        ("Privacy policy", "/p/12", PLUGIN),
        ("Terms & conditions", "/legal/terms", WEBSITE),
        ("Terms, privacy and cookies", "/page/7", WEBSITE),
        ("Read the Courier every day", "/subscribe", ""),
        ("Three people and a press", "/courier", jsonld().replace("NewsArticle", "AboutPage")),
    ],
)
def test_a_page_about_the_outlet_is_no_article(title: str, path: str, head: str) -> None:
    with pytest.raises(Rejected, match=r"page about the outlet: its (title|address|data)"):
        read_page(page(f"<title>{title} | Courier</title>{head}", f"<h1>{title}</h1>{TEXT * 5}"), SITE + path)


@pytest.mark.parametrize(
    ("title", "path", "head"),
    [
        ("Privacy law passes the council", "/news/privacy", WEBSITE),
        ("Contact with the ferry was lost", "/2026/contact", ""),
        ("Contact", "/film/contact", ""),
        ("Contact", "/film/contact", WEBSITE),
        ("Help", "/a/12345", WEBSITE),
        ("Subscribe to nothing, says the mayor", "/opinion/subscribe", WEBSITE),
        ("About us, without us", "/opinion/about-us", WEBSITE),
        ("Terms of service", "/stage/terms-of-service", jsonld(headline="Terms of service")),
        ("Terms of service", "/stage/terms-of-service", "<meta name=date content=2026-11-03>"),
        ("The courier's new press", "/news/press", jsonld(headline="The press", mainEntity={"@type": "AboutPage"})),
    ],
)
def test_an_article_with_such_a_name_is_one(title: str, path: str, head: str) -> None:
    found = read_page(page(f"<title>{title} | Courier</title>{head}", f"<h1>{title}</h1>{TEXT * 5}"), SITE + path)
    assert "valley" in found["text"]


@pytest.mark.parametrize("beside", ["<p>3 November 2026</p>", "<p>By Ana Ferrand-Ruiz</p>"])
def test_a_byline_or_a_day_beside_its_title_speaks_for_an_article(beside: str) -> None:
    body = f"<h1>Terms of service</h1>{beside}{TEXT * 5}"
    assert read_page(page(f"<title>Terms of service</title>{WEBSITE}", body), f"{SITE}/stage/terms-of-service")["text"]
