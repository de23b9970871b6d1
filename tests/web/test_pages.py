"""The pages, as a browser without scripts sees them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from lxml import html

from pipeline.errors import QueryError
from pipeline.searching import read
from pipeline.web import pages
from pipeline.web.shown import corrected
from tests.web.conftest import SCRIPT

BROWSER = {"Accept": "text/html,*/*;q=0.8"}


def page(web: httpx2.Client, path: str, status: int = 200, **params: str) -> Any:
    """A page, after checks that hold for all of them."""
    response = web.get(path, params=params or None, headers=BROWSER)
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    tree: Any = html.document_fromstring(response.content)  # the stubs give XPath results as any of seven types
    assert not tree.xpath("//script | //*[@style] | //style | //img[@onerror] | //iframe | //object")
    assert not [name for element in tree.iter() for name in element.attrib if name.startswith("on")]
    for href in tree.xpath("//@href | //@src | //@action"):
        assert urlsplit(href).scheme in ("", "http", "https"), href
    assert tree.get("lang") == "en"
    assert len(tree.xpath("//h1")) == 1
    ids = tree.xpath("//@id")
    assert len(ids) == len(set(ids))
    assert tree.xpath("//label[@for='q']")
    return tree


def words(tree: Any, path: str) -> list[str]:
    """The texts of elements, blanks squeezed."""
    return [" ".join(element.text_content().split()) for element in tree.xpath(path)]


def searches(tree: Any, path: str) -> dict[str, str]:
    """Links by their words, with the query that they lead to."""
    return {
        " ".join(link.text_content().split()): parse_qs(urlsplit(link.get("href")).query).get("q", [""])[0]
        for link in tree.xpath(path)
    }


def test_start_page_shows_the_newest_and_examples(web: httpx2.Client) -> None:
    tree = page(web, "/")
    assert words(tree, "//h1") == ["33 articles in the archive"]
    assert "Harvest report 0" in words(tree, "//h3")[:3]
    assert "Harvest report 29" not in words(tree, "//h3")
    for query in searches(tree, "//ul[@class='examples']//a").values():
        page(web, "/", q=query)


def test_results(web: httpx2.Client) -> None:
    tree = page(web, "/", q="minister talks")
    assert words(tree, "//h1") == ["1 article found"]
    assert tree.xpath("//input[@name='q']/@value") == ["minister talks"]
    assert tree.xpath("//h3/a/@href") == ["/articles/talks-1"]
    assert words(tree, "//p[@class='snippet']/mark") == ["minister", "talks"]
    assert words(tree, "//h3//mark") == ["talks"]
    assert words(tree, "//p[@class='meta']") == ["The Example · 17 November 2026, 08:30 UTC · en"]
    assert words(tree, "//ul[@class='tags']/li") == ["Ukraine"]


def test_facets_narrow_and_widen(web: httpx2.Client) -> None:
    tree = page(web, "/", q="talks OR harvest")
    links = searches(tree, "//aside//a")
    assert links["Ukraine"] == "(talks OR harvest) country:UA"
    narrowed = page(web, "/", q=links["Ukraine"])
    assert words(narrowed, "//h1") == ["1 article found"]
    assert searches(narrowed, "//aside//a")["Ukraine"] == "talks OR harvest"
    assert searches(narrowed, "//ul[@class='chosen']//a") == {"country: Ukraine ×": "talks OR harvest"}


def test_every_facet_link_finds_what_it_counts(web: httpx2.Client) -> None:
    tree = page(web, "/")
    items = tree.xpath("//aside//li[span[@class='count']]")
    assert len(items) > 5
    for item in items:
        (link,) = item.xpath("a/@href")
        count = item.xpath("span[@class='count']/text()")[0]
        assert words(page(web, link), "//h1")[0].split()[0] == count, link


def test_a_second_value_of_a_facet_is_added(web: httpx2.Client) -> None:
    assert searches(page(web, "/", q="country:UA"), "//aside//section[h2='Countries named']//a") == {"Ukraine": "*"}
    outlets = "//aside//section[h2='Outlets']//a"
    both = searches(page(web, "/", q="source:evil"), outlets)["news.example"]
    assert both == "source:evil OR source:news.example"
    tree = page(web, "/", q=both)
    assert words(tree, "//h1") == ["2 articles found"]
    assert set(words(tree, f"{outlets}[@aria-current='true']")) == {"evil", "news.example"}


def test_pictures_are_links_that_find_what_they_show(web: httpx2.Client) -> None:
    tree = page(web, "/", q="talks OR harvest")
    svg = "*[local-name()='svg']"
    bars = tree.xpath(f"//figure//{svg}//a[*[local-name()='rect']]")
    assert len(bars) > 10
    for bar in [bars[0], bars[-1]]:
        count = bar.get("aria-label").split(": ")[1].split(" ")[0]
        assert words(page(web, bar.get("href")), "//h1")[0].split()[0] == count
    (dot,) = tree.xpath(f"//figure//{svg}//a[*[local-name()='circle']]")
    assert dot.get("aria-label") == "Kyiv, Ukraine: 1 article"
    narrowed = page(web, dot.get("href"))
    assert words(narrowed, "//h1") == ["1 article found"]
    assert narrowed.xpath(f"//figure//{svg}/@viewbox | //figure//{svg}/@viewBox")[-1] != "-180.0 -84.0 360.0 150.0"
    assert web.get("/static/world.svg").headers["content-type"].startswith("image/svg+xml")


def test_why_is_told(web: httpx2.Client) -> None:
    tree = page(web, "/", q="talks place:Kyiv", why="1")
    assert words(tree, "//ul[@class='why']/li/code") == ["talks", "place:Kyiv"]


def test_nothing_names_its_clause(web: httpx2.Client) -> None:
    tree = page(web, "/", q="talks status:planned")
    assert words(tree, "//ul[@class='without']/li") == ["1 without status:planned"]
    assert searches(tree, "//ul[@class='without']//a") == {"1 without": "talks"}


def test_paging(web: httpx2.Client) -> None:
    first = page(web, "/", q="harvest", sort="newest")
    assert words(first, "//nav[@class='paging']/span") == ["", "Page 1 of 2"]
    second = page(web, first.xpath("//a[@rel='next']/@href")[0])
    assert words(second, "//h3") == [f"Harvest report {number}" for number in range(20, 30)]
    assert second.xpath("//ol/@start") == ["21"]
    back = page(web, second.xpath("//a[@rel='prev']/@href")[0])
    assert words(back, "//h3") == words(first, "//h3")
    assert "There is no page 9" in page(web, "/", q="harvest", page="9").text_content()


@pytest.mark.parametrize("params", [{"page": "0"}, {"page": "51"}, {"page": "x"}, {"sort": "best"}])
def test_bounds(web: httpx2.Client, params: dict[str, str]) -> None:
    page(web, "/", 422, **params)


def test_fault_in_a_query_is_pointed_at(web: httpx2.Client) -> None:
    tree = page(web, "/", 400, q="talks AND coutry:UA")
    assert words(tree, "//pre") == ["talks AND coutry:UA"]
    (here,) = tree.xpath("//pre/mark")
    assert (tree.xpath("//pre")[0].text, here.text) == ("talks AND ", "c")
    assert "did you mean" in tree.text_content()
    assert tree.xpath("//input[@name='q'][@aria-invalid='true']/@value") == ["talks AND coutry:UA"]
    assert searches(tree, "//section[@id='fault']//a") == {"talks AND country:UA": "talks AND country:UA"}


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ('-country:"Germny" talks', "-country:Germany talks"),
        ("(event:THREATN OR talks)", "(event:THREATEN OR talks)"),
        ("published:2026-11-07..2026-11-01", "published:2026-11-01..2026-11-07"),
        ("event:(type:ASSLT actor:RU)", None),  # what is suggested is no query inside the parentheses
        ("talks AND", None),
    ],
)
def test_a_query_is_corrected_where_a_link_may_be_followed(wrong: str, right: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        read(wrong)
    assert corrected(wrong, caught.value) == right


def test_fault_at_the_end(web: httpx2.Client) -> None:
    tree = page(web, "/", 400, q="talks AND")
    assert tree.xpath("//pre")[0].text_content().startswith("talks AND")


def test_no_hits(web: httpx2.Client) -> None:
    tree = page(web, "/", q="zyzzyva")
    assert words(tree, "//h1") == ["0 articles found"]
    assert "fewer words" in tree.text_content()


def test_empty_archive(empty: httpx2.Client) -> None:
    assert "The archive is empty" in page(empty, "/").text_content()


def test_article(web: httpx2.Client) -> None:
    tree = page(web, "/articles/talks-1")
    assert words(tree, "//h1") == ["Ceasefire talks resume in Kyiv"]
    text = tree.xpath("//article/div[@class='text']")[0]
    assert (text.get("lang"), text.get("dir")) == ("en", "auto")
    assert text.text_content() == web.get("/api/articles/talks-1").json()["text"]
    assert words(tree, "//article/div[@class='text']/a") == ["Kyiv", "Olena Petrenko", "World Health Organization"]
    for link in text.xpath("a/@href"):
        assert words(page(web, link), "//h1") == ["1 article found"]
    facts = " ".join(words(tree, "//aside"))
    for fact in ("Ukraine main 100%", "50.4547° N, 30.5238° E", "the capital", "foreign minister"):
        assert fact in facts
    (source,) = tree.xpath("//a[contains(@rel, 'external')]")
    assert source.get("href") == "https://news.example/2026/talks"
    assert {"noopener", "noreferrer"} <= set(source.get("rel").split())
    assert words(tree, "//summary") == ["19 November 2026, 12:00 UTC: Talks expected"]
    assert page(web, "/articles/talks-1").xpath("//a[text()='JSON']/@href") == ["/api/articles/talks-1"]


def test_article_tells_its_events_and_quotes(web: httpx2.Client) -> None:
    tree = page(web, "/articles/talks-1")
    (event,) = words(tree, "//section[h2='Events']//li")
    assert event == "Consult happened “Envoys met in Kyiv on Tuesday.”"
    assert words(tree, "//section[h2='Quotes']//li") == ["Olena Petrenko said that talks would go on"]
    (link,) = tree.xpath("//section[h2='Events']//a/@href")
    assert words(page(web, link), "//h1") == ["1 article found"]


@pytest.mark.parametrize("path", ["/?q=hostile", "/articles/hostile/1%3Fx%23y"])
def test_hostile_texts_are_only_text(web: httpx2.Client, path: str) -> None:
    tree = page(web, path)
    assert SCRIPT in tree.text_content()
    assert "javascript:" not in " ".join(tree.xpath("//@href"))
    assert not tree.xpath("//a[contains(@rel, 'external')]")


def test_hostile_result_leads_to_its_article(web: httpx2.Client) -> None:
    (href,) = page(web, "/", q="hostile").xpath("//h3/a/@href")
    assert SCRIPT in page(web, href).text_content()


@pytest.mark.parametrize("query", [f'"{SCRIPT}"', '"><img src=x onerror=alert(1)>', "'onfocus=alert(1) x", "{{7*7}}"])
def test_hostile_queries_are_only_text(web: httpx2.Client, query: str) -> None:
    response = web.get("/", params={"q": query}, headers=BROWSER)
    tree = page(web, "/", response.status_code, q=query)
    assert tree.xpath("//input[@name='q']/@value") == [query]


def test_right_to_left(web: httpx2.Client) -> None:
    (title,) = page(web, "/", q="بيروت").xpath("//h3/a")
    assert (title.get("lang"), title.get("dir")) == ("ar", "auto")


def test_errors_are_pages_for_browsers(web: httpx2.Client) -> None:
    assert "no article" in page(web, "/articles/nothing", 404).text_content()
    page(web, "/nothing", 404)
    assert web.get("/articles/nothing").headers["content-type"] == "application/problem+json"


def test_style_and_icon_are_served(web: httpx2.Client) -> None:
    tree = page(web, "/")
    for href in tree.xpath("//link/@href"):
        assert web.get(href).status_code == 200, href


def test_a_permalink_that_was_cut_off_is_still_a_search(web: httpx2.Client) -> None:
    tree = page(web, "/", q="talks", state="17952")
    assert "damaged" in words(tree, "//p[@class='changed']")[0]
    assert words(tree, "//h1") == ["1 article found"]


def test_the_last_page_says_where_the_rest_is(web: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not page(web, "/", q="harvest", page="2").xpath("//a[text()='ndjson' and ancestor::p]")
    monkeypatch.setattr(pages, "DEEPEST", 25)
    (rest,) = page(web, "/", q="harvest", page="2").xpath("//a[text()='ndjson' and ancestor::p]/@href")
    assert len(web.get(rest).text.splitlines()) == 30


def test_hours_under_the_timeline_fit(web: httpx2.Client) -> None:
    hours = words(page(web, "/", q="harvest published:2026-11-18..2026-11-20"), "//*[@class='tick']")
    assert hours
    assert all(len(hour) <= len("11-20 10:00") for hour in hours)


def test_permalink_and_similar(web: httpx2.Client) -> None:
    tree = page(web, "/?q=talks")
    (permalink,) = tree.xpath("//a[text()='Permalink']/@href")
    (told,) = words(page(web, permalink), "//p[@class='changed']")
    assert "0 new, 0 updated, 0 gone" in told
    (alike,) = page(web, "/articles/many-3").xpath("//a[text()='Similar articles']/@href")
    assert alike == "/?q=similar%3Amany-3"
    assert "Harvest report 10" in page(web, alike).text_content()
    assert web.get("/?q=similar:nobody", headers={"Accept": "text/html"}).status_code == 400
