"""Reading over the API: articles, search, facets, status, health, metrics, OpenAPI."""

import httpx2
import pytest
from prometheus_client.parser import text_string_to_metric_families

from pipeline.article import Article
from pipeline.web.api import paths


def problem(response: httpx2.Response, status: int) -> dict[str, object]:
    """The problem of an answer, after checking its form."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    found: dict[str, object] = response.json()
    assert found["status"] == status
    assert all(found[member] for member in ("type", "title", "detail"))
    assert "Traceback" not in response.text
    assert "/pipeline/" not in response.text
    return found


def test_article(web: httpx2.Client) -> None:
    found = web.get("/api/articles/talks-1").json()
    assert found["title"] == "Ceasefire talks resume in Kyiv"
    assert found["places"][0]["geonames_id"] == 703448
    assert "versions" not in found
    mention = found["entities"][0]["mentions"][0]
    assert found["text"][mention["start"] : mention["end"]] == "Olena Petrenko"


def test_article_with_versions(web: httpx2.Client) -> None:
    versions = web.get("/api/articles/talks-1", params={"versions": "true"}).json()["versions"]
    assert [version["title"] for version in versions] == ["Talks expected"]


def test_article_whose_id_needs_escapes(web: httpx2.Client) -> None:
    assert web.get("/api/articles/hostile%2F1%3Fx%23y").json()["id"] == "hostile/1?x#y"


def test_no_such_article(web: httpx2.Client) -> None:
    assert "nothing-here" in str(problem(web.get("/api/articles/nothing-here"), 404)["detail"])


def test_search(web: httpx2.Client) -> None:
    found = web.get("/api/search", params={"q": "(minister) AND talks"}).json()
    assert (found["total"], found["query"]) == (1, "minister talks")
    hit = found["hits"][0]
    assert hit["id"] == "talks-1"
    assert hit["score"] > 0
    assert hit["url"] == "https://news.example/2026/talks"
    assert hit["source"]["name"] == "The Example"
    assert hit["published_at"] == "2026-11-17T08:30:00Z"
    assert hit["countries"] == [{"code": "UA", "weight": 1.0, "why": ["place", "actor"], "is_focus": True}]
    assert (hit["places"][0]["lat"], hit["places"][0]["lon"]) == (50.4547, 30.5238)
    assert [entity["name"] for entity in hit["entities"]] == ["Olena Petrenko", "World Health Organization"]
    text = web.get("/api/articles/talks-1").json()["text"]
    assert text[hit["snippet_start"] :].startswith(hit["snippet"])
    marked = {text[mark["start"] : mark["end"]] for mark in hit["highlights"] if mark["field"] == "text"}
    assert marked == {"minister", "talks"}


def test_search_pages_do_not_overlap_and_reach_the_end(web: httpx2.Client) -> None:
    pages = [
        web.get("/api/search", params={"q": "harvest", "sort": "newest", "size": 12, "offset": offset}).json()
        for offset in (0, 12, 24, 36)
    ]
    assert {page["total"] for page in pages} == {30}
    ids = [hit["id"] for page in pages for hit in page["hits"]]
    assert ids == [f"many-{number}" for number in range(30)]


def test_oldest_first(web: httpx2.Client) -> None:
    found = web.get("/api/search", params={"q": "harvest", "sort": "oldest", "size": 1}).json()
    assert found["hits"][0]["id"] == "many-29"


def test_empty_query_is_every_article(web: httpx2.Client) -> None:
    found = web.get("/api/search", params={"size": 0}).json()
    state = found.pop("state")
    assert found == {"total": 33, "clusters": 33, "query": "*", "hits": [], "without": [], "changed": None}
    again = web.get("/api/search", params={"size": 0, "state": state}).json()["changed"]
    assert (again["new"], again["updated"], again["gone"]) == (0, 0, 0)
    assert again["enrichment"] == again["enrichment_now"]
    problem(web.get("/api/search", params={"state": "yesterday"}), 422)


@pytest.mark.parametrize(
    "params",
    [
        {"size": 101},
        {"size": -1},
        {"size": "ten"},
        {"offset": -1},
        {"offset": 1001},
        {"offset": 950, "size": 51},
        {"sort": "best"},
        {"offset": "9" * 400},
    ],
)
def test_bounds_of_a_search(web: httpx2.Client, params: dict[str, str]) -> None:
    problem(web.get("/api/search", params=params), 422)


def test_deepest_page_is_answered(web: httpx2.Client) -> None:
    assert web.get("/api/search", params={"offset": 900, "size": 100}).json()["hits"] == []


def test_query_that_does_not_parse(web: httpx2.Client) -> None:
    found = problem(web.get("/api/search", params={"q": "talks AND coutry:UA"}), 400)
    assert found["position"] == 10
    assert found["suggestion"] == "country:"
    assert "country:" in str(found["expected"])
    problem(web.get("/api/facets", params={"q": "("}), 400)


@pytest.mark.parametrize("query", ["\x00", "\ud7ff", "((((", '"', "a" * 4001, "*" * 50, "published:x", "\u202e"])
def test_strange_queries_never_break_the_server(web: httpx2.Client, query: str) -> None:
    assert web.get("/api/search", params={"q": query}).status_code in (200, 400)
    assert web.get("/", params={"q": query}).status_code in (200, 400)


def test_facets(web: httpx2.Client) -> None:
    found = web.get("/api/facets", params={"q": "talks", "facet": ["country", "person"]}).json()
    assert found == {
        "query": "talks",
        "facets": {
            "country": [{"value": "UA", "count": 1}],
            "person": [{"value": "Olena Petrenko", "count": 1}],
        },
    }
    everything = web.get("/api/facets").json()["facets"]
    assert set(everything) >= {
        "source",
        "country",
        "focus",
        "person",
        "org",
        "place",
        "topic",
        "event",
        "status",
        "lang",
    }
    problem(web.get("/api/facets", params={"facet": "colour"}), 422)
    problem(web.get("/api/facets", params={"size": 0}), 422)


def test_status_adds_up(web: httpx2.Client) -> None:
    found = web.get("/api/status").json()
    assert found["indexed_documents"] == 33
    assert found["inputs"] == sum(found["outcomes"].values()) + found["pending"]


def test_health_and_readiness(web: httpx2.Client) -> None:
    assert web.get("/healthz").json() == {"status": "ok"}
    assert web.get("/readyz").json() == {"status": "ready"}


def test_metrics_are_what_prometheus_reads(web: httpx2.Client) -> None:
    response = web.get("/metrics")
    assert response.headers["content-type"].startswith("text/plain; version=0.0.4")
    families = {family.name: family for family in text_string_to_metric_families(response.text)}
    assert families["geowire_indexed_documents"].samples[0].value == 33
    lags = {sample.labels["topic"] for sample in families["geowire_lag"].samples}
    assert lags == {"articles", "articles.backfill", "articles.enriched"}
    assert {"indexed", "rejected", "dead"} <= {s.labels["outcome"] for s in families["geowire_inputs"].samples}
    assert families["geowire_pending"].samples[0].value == 0
    assert web.get("/metrics").status_code == 200  # a second scrape: nothing is registered twice


def test_openapi_describes_every_endpoint(web: httpx2.Client) -> None:
    described = web.get("/api/openapi.json").json()
    pages = {"/", "/articles/{id}", "/api/openapi.json"}
    assert set(described["paths"]) == set(paths()) - pages
    bodies = described["paths"]["/api/articles"]["post"]["requestBody"]["content"]
    assert set(bodies) == {
        "application/json",
        "application/x-ndjson",
        "application/cloudevents+json",
        "application/cloudevents-batch+json",
    }
    assert set(bodies["application/json"]["schema"]["oneOf"][0]["properties"]) == set(Article.model_fields)
    for path in ("/docs", "/redoc"):
        assert web.get(path).status_code == 404


def test_nothing_at_an_address(web: httpx2.Client) -> None:
    problem(web.get("/api/nothing"), 404)
    assert problem(web.put("/api/search"), 405)["detail"] == "this address takes GET only"
    problem(web.get("/static/../api.py"), 404)
