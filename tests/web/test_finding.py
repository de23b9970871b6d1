"""Finding over HTTP: every format, counts, links, tags of answers, and queries that want to break it."""

import contextlib
import csv
import io
import json
from pathlib import Path

import httpx2
import pytest

from benchmarks import hostile
from pipeline.article import Entity
from pipeline.errors import QueryError
from pipeline.formats import FORMATS, MEDIA
from pipeline.index import Put, open_index
from pipeline.searching import find
from pipeline.settings import load
from pipeline.web import answers
from tests.index.conftest import Server, drop, elastic_settings
from tests.index.generated import generated
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


def test_no_page_is_linked_that_has_nothing(web: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.searching.DEEPEST", 5)
    short = web.get("/api/search", params={"q": "harvest", "size": "10"})
    assert (short.json()["total"], len(short.json()["hits"])) == (30, 5)
    assert {link["rel"] for link in short.links.values()} == {"alternate"}


def test_an_answer_that_is_known_is_not_sent_again(web: httpx2.Client) -> None:
    first = web.get("/api/search", params={"q": "talks"})
    tag = first.headers["etag"]
    again = web.get("/api/search", params={"q": "talks"}, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["x-content-type-options"] == "nosniff"
    assert web.get("/api/search", params={"q": "harvest"}, headers={"If-None-Match": tag}).status_code == 200
    assert "etag" not in problem(web.get("/api/articles/nothing"), 404)
    for form in ("atom", "rss", "feed.json"):  # what readers ask for every few minutes
        known = {"If-None-Match": web.get(f"/api/search.{form}", params={"q": "talks"}).headers["etag"]}
        assert web.get(f"/api/search.{form}", params={"q": "talks"}, headers=known).status_code == 304


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


async def test_an_entity_that_goes_by_several_names_has_the_known_one(tmp_path: Path) -> None:
    index = open_index(load({"data": tmp_path}, {}), write=True)
    known = {"id": "org:lake-union", "name": "LU", "known_as": "Lake Union", "aliases": ["L.U."]}
    union = Entity.model_validate({**known, "type": "ORG", "mentions": [], "method": "m", "confidence": 1})
    try:
        await index.init()
        await index.put([Put(one.model_copy(update={"entities": [union]}), one.id) for one in generated(2)])
        found = await answers.entity(index, "org:lake-union")
    finally:
        await index.close()
    assert found is not None
    assert (found.name, found.aliases, found.total) == ("Lake Union", ["LU", "L.U."], 2)
    assert found.together["org"] == []


def test_hostile_queries_are_answered_or_refused(web: httpx2.Client) -> None:
    statuses = set()
    for query in hostile.queries():
        sent = query.encode("utf-8", "replace").decode()
        response = web.get("/api/search", params={"q": sent, "size": "1"})
        assert response.status_code in (200, 400), query
        statuses.add(response.status_code)
    assert statuses == {200, 400}
    assert len(hostile.queries()) >= 500


@pytest.mark.servers
async def test_hostile_queries_on_elasticsearch(elasticsearch_server: Server) -> None:
    settings = elastic_settings(elasticsearch_server)
    await drop(settings)
    index = open_index(settings, write=True)
    try:
        await index.init()
        await index.put([Put(one, f"articles/0/{at}") for at, one in enumerate(generated(50))])
        await index.refresh()
        answered = 0
        for query in hostile.queries():
            with contextlib.suppress(QueryError):
                answered += (await find(index, query, size=1, why=True)).total >= 0
    finally:
        await index.close()
    assert answered > 20


def test_openapi_names_every_problem(web: httpx2.Client) -> None:
    document = web.get("/api/openapi.json").json()
    for path in ("/api/search", "/api/search.{form}", "/api/facets", "/api/timeline", "/api/map", "/api/matrix"):
        assert {"200", "400", "422", "503"} <= set(document["paths"][path]["get"]["responses"]), path
    formats = document["paths"]["/api/search.{form}"]["get"]["responses"]["200"]["content"]
    assert set(formats) >= {media.partition(";")[0] for media in MEDIA.values()}
