"""Finding over HTTP: every format, counts, links, tags of answers, and queries that want to break it."""

import csv
import io
import json
import random

import httpx2
import pytest

from pipeline.formats import FORMATS, MEDIA
from pipeline.query.grammar import FIELDS
from tests.web.test_reading import problem


@pytest.mark.parametrize("form", FORMATS)
def test_every_format(web: httpx2.Client, form: str) -> None:
    response = web.get(f"/api/search.{form}", params={"q": "talks"})
    assert response.status_code == 200
    assert response.headers["content-type"].partition(";")[0] == MEDIA[form].partition(";")[0]  # type: ignore[index]  # a format
    assert "talks-1" in response.text


def test_a_format_is_whole_unless_a_size_is_given(web: httpx2.Client) -> None:
    assert len(web.get("/api/search.ndjson", params={"q": "harvest"}).text.splitlines()) == 30
    some = web.get("/api/search.ndjson", params={"q": "harvest", "size": "5", "sort": "oldest"}).text.splitlines()
    assert [json.loads(line)["id"] for line in some] == [f"many-{number}" for number in range(29, 24, -1)]
    rows = list(csv.reader(io.StringIO(web.get("/api/search.csv").text, newline="")))
    assert len(rows) == 34
    problem(web.get("/api/search.xml"), 422)
    problem(web.get("/api/search.csv", params={"q": "coutry:UA"}), 400)


def test_pages_are_linked(web: httpx2.Client) -> None:
    first = web.get("/api/search", params={"q": "harvest", "size": "10"})
    links = {link["rel"]: link["url"] for link in first.links.values()}
    assert "prev" not in links
    second = web.get(links["next"])
    assert second.json()["hits"][0]["id"] not in {hit["id"] for hit in first.json()["hits"]}
    last = web.get("/api/search", params={"q": "harvest", "size": "10", "offset": "20"})
    assert {link["rel"] for link in last.links.values()} == {"prev", "alternate"}


def test_an_answer_that_is_known_is_not_sent_again(web: httpx2.Client) -> None:
    first = web.get("/api/search", params={"q": "talks"})
    tag = first.headers["etag"]
    again = web.get("/api/search", params={"q": "talks"}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["x-content-type-options"] == "nosniff"
    assert web.get("/api/search", params={"q": "harvest"}, headers={"If-None-Match": tag}).status_code == 200
    assert "etag" not in problem(web.get("/api/articles/nothing"), 404)


def test_why_and_nothing(web: httpx2.Client) -> None:
    (hit,) = web.get("/api/search", params={"q": "talk place:Kyiv", "why": "1"}).json()["hits"]
    assert {reason["clause"] for reason in hit["why"]} == {"talk", "place:Kyiv"}
    nothing = web.get("/api/search", params={"q": "talks country:UA status:planned"}).json()
    assert nothing["without"][0] == {"clause": "status:planned", "total": 1, "query": "talks country:UA", "meant": []}
    meant = web.get("/api/search", params={"q": 'person:"Olena Petrenka"'}).json()["without"]
    assert meant[0]["meant"] == ["Olena Petrenko"]


def test_counts(web: httpx2.Client) -> None:
    moments = web.get("/api/timeline", params={"q": "harvest", "interval": "month"}).json()["moments"]
    assert sum(moment["count"] for moment in moments) == 30
    assert all(0 < moment["share"] <= 1 for moment in moments if moment["count"])
    places = web.get("/api/map", params={"q": "talks", "zoom": "8"}).json()["features"]
    assert [place["properties"]["place"] for place in places] == ["Kyiv"]
    assert places[0]["geometry"]["coordinates"] == [30.5238, 50.4547]
    assert web.get("/api/matrix").json()["dyads"] == []
    assert web.get("/api/trending").json()["days"] == 7
    problem(web.get("/api/timeline", params={"clock": "mentions", "interval": "hour"}), 400)
    problem(web.get("/api/map", params={"zoom": "17"}), 422)


def test_entity(web: httpx2.Client) -> None:
    (hit,) = web.get("/api/search", params={"q": "person:Petrenko"}).json()["hits"]
    key = next(one["id"] for one in hit["entities"] if one["name"] == "Olena Petrenko")
    found = web.get(f"/api/entities/{key}").json()
    assert (found["name"], found["type"], found["total"]) == ("Olena Petrenko", "PERSON", 1)
    assert found["together"]["org"] == [{"value": "World Health Organization", "count": 1}]
    assert found["together"]["person"] == []
    problem(web.get("/api/entities/person:nobody"), 404)


PIECES = [
    "(", ")", '"', "“", "*", "~", "~1", "-", "AND", "OR", "NOT", ":", "..", ">=", "{", "}", "[", "]", "\\", "/", "|",
    "\x00", "\u202e", "\ud83d", "%00", "'", "' OR 1=1 --", '{"match_all":{}}', "_id:x", "a*", "é", "中", "0",
    "9" * 50, "1e999", "2026-13-45", "~999999999", "near:", "bbox:1,2,3,4", "near:0,0~1km", "x" * 300,
]  # fmt: skip


def hostile(rng: random.Random) -> str:
    """A query of pieces by chance."""
    words = [*PIECES, *(f"{field}:" for field in FIELDS)]
    return rng.choice(("", " ")).join(rng.choice(words) for _ in range(rng.randint(1, 25)))


@pytest.mark.parametrize(
    "query",
    [
        "(" * 3999, "a OR " * 900, "-" * 3999, '"' * 999, "*" * 4000, "a " * 200, "title:(" * 20 + "a" + ")" * 20,
        " ".join(f"w{number}*" for number in range(200)), " ".join(f"word{number}~2" for number in range(200)),
        "quote:(" + " OR ".join(f"speaker:s{number}" for number in range(20)) + ")",
        "event:(" + " ".join(f"(actor:A{n} OR actor:B{n})" for n in range(10)) + ")",
        "near:0,0~5000km " * 100, "money:>-1tn " * 100, "happened:0001..9999 mentions:..", "killed:" + "9" * 300,
        "cluster:" + "x" * 3000, "x" * 4001,
    ],
)  # fmt: skip
def test_heavy_queries_are_answered_or_refused(web: httpx2.Client, query: str) -> None:
    assert web.get("/api/search", params={"q": query}).status_code in (200, 400, 422)


def test_hostile_queries_are_answered_or_refused(web: httpx2.Client) -> None:
    rng = random.Random(20261124)
    statuses = set()
    for _ in range(500):
        query = hostile(rng).encode("utf-8", "replace").decode()
        response = web.get("/api/search", params={"q": query, "size": "1"})
        assert response.status_code in (200, 400), query
        statuses.add(response.status_code)
    assert statuses == {200, 400}


def test_openapi_names_every_problem(web: httpx2.Client) -> None:
    document = web.get("/api/openapi.json").json()
    for path in ("/api/search", "/api/search.{form}", "/api/facets", "/api/timeline", "/api/map", "/api/matrix"):
        assert {"200", "400", "422", "503"} <= set(document["paths"][path]["get"]["responses"]), path
    formats = document["paths"]["/api/search.{form}"]["get"]["responses"]["200"]["content"]
    assert set(formats) >= {media.partition(";")[0] for media in MEDIA.values()}
