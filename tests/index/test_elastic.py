"""What only Elasticsearch can do to us: refuse one document of many, lose a race, close, block, forget our key."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest
from pydantic import SecretStr

from pipeline.article import CountryWeight, Entity
from pipeline.elastic_client import connect, create_api_key, fault, key_works
from pipeline.errors import Misconfigured, QueryError, Unavailable
from pipeline.index import Put, open_index
from pipeline.index.compile_elastic import compile_query
from pipeline.index.elastic import ElasticIndex
from pipeline.index.elastic_documents import definitions
from pipeline.ledger import Outcome
from pipeline.query.evaluate import matches
from pipeline.query.faults import MAX_DEPTH
from pipeline.settings import Settings
from tests.index.conftest import Server, drop, elastic_settings
from tests.index.test_contract import article, later, put, query
from tests.servers.elasticsearch import ElasticsearchServer, RunningElasticsearch
from tests.servers.process import free_port


@pytest.fixture
async def settings(elasticsearch_server: Server) -> Settings:
    given = elastic_settings(elasticsearch_server)
    await drop(given)
    return given


@pytest.fixture
async def elastic(settings: Settings) -> AsyncIterator[ElasticIndex]:
    opened = ElasticIndex(settings)
    try:
        await opened.init()
        yield opened
    finally:
        await opened.close()


async def test_one_refused_document_spoils_no_other(elastic: ElasticIndex) -> None:
    refused = article("b", countries=[CountryWeight(code="X" * 40_000, weight=1, why=[])])
    batch = [article("a"), refused, article("ü" * 257), later(article("b")), article("c")]
    results = await elastic.put([Put(one, f"articles/0/{at}") for at, one in enumerate(batch)])
    dead = Outcome.DEAD
    assert [result.outcome for result in results] == [Outcome.INDEXED, dead, dead, Outcome.INDEXED, Outcome.INDEXED]
    assert "country" in (results[1].reason or "")
    assert len(results[1].reason or "") < 1000
    assert "512 bytes" in (results[2].reason or "")
    assert sorted(await elastic.get([one.id for one in batch])) == ["a", "b", "c"]


async def test_writers_at_once_lose_nothing(settings: Settings, elastic: ElasticIndex) -> None:
    """Four writers, each with its own version of the same ten articles: the newest stands, the others are accounted."""
    others = [ElasticIndex(settings) for _ in range(4)]

    async def write(writer: ElasticIndex, hours: int) -> list[Outcome]:
        batch = [later(article(f"{n}"), hours, text=f"Version {hours}.") for n in range(10)]
        return [result.outcome for result in await writer.put([Put(one, f"articles/{hours}/0") for one in batch])]

    try:
        outcomes = await asyncio.gather(*(write(other, hours) for hours, other in enumerate(others)))
    finally:
        for other in others:
            await other.close()
    assert {one.text for one in (await elastic.get([f"{n}" for n in range(10)])).values()} == {"Version 3."}
    await elastic.refresh()
    for n in range(10):
        mine = [outcome[n] for outcome in outcomes]
        assert mine.count(Outcome.INDEXED) == 1
        assert set(mine) <= {Outcome.INDEXED, Outcome.UPDATED, Outcome.SUPERSEDED}
        assert len(await elastic.versions(f"{n}")) == mine.count(Outcome.UPDATED)


@pytest.mark.filterwarnings("ignore:Sending a large body directly:ResourceWarning")
async def test_a_batch_of_many_bulks(elastic: ElasticIndex) -> None:
    """32 articles, among them long ones: the test server has too little memory for the longest that there are."""
    batch = [article(f"{n}", text=f"w{n} " * (100_000 if n == 7 else 10_000)) for n in range(31)]
    batch.append(article("long", text="界" * 300_000))
    assert await put(elastic, *batch) == [Outcome.INDEXED] * 32
    assert (await elastic.search(query("w7"))).hits[0].article == batch[7]
    assert (await elastic.search(query("界"))).hits[0].article == batch[31]


async def test_facets_and_ranks_over_several_shards(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.index.elastic.FACET_BUCKETS", 3)
    many = ElasticIndex(settings.model_copy(update={"shards": 5}))

    def person(number: int) -> Entity:
        return Entity(id=f"{number}", name=f"P{number:02}", type="PERSON", mentions=[], method="m", confidence=1)

    batch = [
        article(f"{n:03}", title="", text="ferry " * (1 + n % 3) + "x " * (3 - n % 3), entities=[person(n % 17)])
        for n in range(80)
    ]
    try:
        await many.init()
        await put(many, *batch)
        found = (await many.aggregate(query("ferry"), ["person"], size=4))["person"]
        assert [(bucket.value, bucket.count) for bucket in found] == [("P00", 5), ("P01", 5), ("P02", 5), ("P03", 5)]
        hits = (await many.search(query("ferry"), size=100)).hits
        assert [hit.article.id for hit in hits] == [f"{n:03}" for rest in (2, 1, 0) for n in range(80) if n % 3 == rest]
    finally:
        await many.close()


async def test_nothing_creates_an_index_by_the_way(settings: Settings) -> None:
    unborn = ElasticIndex(settings)
    client = connect(settings)
    try:
        for ask in (unborn.put([Put(article(), "articles/0/0")]), unborn.delete(["a"]), unborn.versions("a")):
            with pytest.raises(Misconfigured, match="geowire init"):
                await ask
        assert not await client.indices.exists(index="articles")
    finally:
        await client.close()
        await unborn.close()


async def test_an_older_mapping_gets_what_is_new(settings: Settings, elastic: ElasticIndex) -> None:
    await drop(settings)
    now = definitions()["articles"]["mappings"]
    before = now | {"properties": {name: field for name, field in now["properties"].items() if name != "location"}}
    client = connect(settings)
    try:
        await client.indices.create(index="articles-v1", mappings=before)  # and no alias yet
        await elastic.init()
        assert await put(elastic, article()) == [Outcome.INDEXED]
    finally:
        await client.close()


@pytest.mark.parametrize("state", ["closed", "read only", "old mapping"])
async def test_what_a_person_did_stops_and_kills_no_article(
    settings: Settings, elastic: ElasticIndex, state: str
) -> None:
    client = connect(settings)
    try:
        if state == "closed":
            await client.indices.close(index="articles-v1")
        elif state == "read only":
            await client.indices.put_settings(index="articles-v1", settings={"index.blocks.write": True})
        else:
            await drop(settings)
            aliases: dict[str, dict[str, object]] = {"articles": {}}
            await client.indices.create(index="articles-v1", aliases=aliases, mappings={"dynamic": "strict"})
        with pytest.raises(Misconfigured, match=settings.index):
            await elastic.put([Put(article(), "articles/0/0")])
    finally:
        await client.close()


async def test_a_full_disk_is_waited_for(settings: Settings, elastic: ElasticIndex) -> None:
    client = connect(settings)
    try:
        full = {"index.blocks.read_only_allow_delete": True}
        await client.indices.put_settings(index="articles-v1", settings=full)
        with pytest.raises(Unavailable):
            await elastic.put([Put(article(), "articles/0/0")])
    finally:
        await client.close()


async def test_a_server_that_is_down() -> None:
    url = f"http://127.0.0.1:{free_port()}"
    down = ElasticIndex(Settings(broker="kafka://x:1", index=url))
    try:
        for ask in (down.init(), down.ready(), down.count(), down.put([Put(article(), "k")]), down.search(query("x"))):
            with pytest.raises(Unavailable, match=url):
                await ask
    finally:
        await down.close()


@pytest.mark.slow
async def test_a_killed_server_loses_nothing_that_was_answered(
    elasticsearch_server: Server, elastic: ElasticIndex
) -> None:
    if isinstance(elasticsearch_server, RunningElasticsearch):
        pytest.skip("a running Elasticsearch of somebody else is used; it is not killed")
    assert await put(elastic, article("a")) == [Outcome.INDEXED]
    elasticsearch_server.kill()
    try:
        with pytest.raises(Unavailable):
            await elastic.put([Put(article("b"), "articles/0/1")])
    finally:
        elasticsearch_server.restart()  # in this thread: the server ends with the one that starts it
    assert await put(elastic, article("a"), article("b")) == [Outcome.INDEXED, Outcome.INDEXED]
    assert await elastic.count() == 2


async def test_a_server_that_hangs(
    elasticsearch_server: Server, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    if isinstance(elasticsearch_server, RunningElasticsearch):
        pytest.skip("a running Elasticsearch of somebody else is used; it is not frozen")
    monkeypatch.setattr("pipeline.elastic_client.TIMEOUT", 1.0)
    patient = ElasticIndex(settings)
    try:
        await patient.init()
        elasticsearch_server.freeze()
        with pytest.raises(Unavailable, match="does not answer"):
            await patient.put([Put(article(), "articles/0/0")])
        monkeypatch.setattr("pipeline.index.elastic.PATIENCE", 0.5)
        with pytest.raises(Unavailable, match="does not answer"):
            await patient.search(query("x"))  # who searches is told before a writer gives up
        elasticsearch_server.thaw()
        assert await put(patient, article()) == [Outcome.INDEXED]
    finally:
        elasticsearch_server.thaw()
        await patient.close()


async def test_wrong_addresses() -> None:
    for url, more in (("http://nowhere", {}), ("https://127.0.0.1:1", {"es_ca": "/nonexistent"})):
        lost = ElasticIndex(Settings(broker="kafka://x:1", index=url, **more))
        with pytest.raises(Misconfigured, match="GEOWIRE_INDEX"):
            await lost.count()


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (429, "cluster_block_exception", Unavailable),
        (503, "cluster_block_exception", Unavailable),
        (403, "cluster_block_exception", Misconfigured),
        (503, "unavailable_shards_exception", Unavailable),
        (400, "index_closed_exception", Misconfigured),
        (404, "index_not_found_exception", Misconfigured),
        (401, "security_exception", Misconfigured),
        (500, "anything", Unavailable),
    ],
)
def test_errors_are_told_apart_by_type(status: int, kind: str, expected: type[Exception]) -> None:
    assert type(fault(Settings(broker="kafka://x:1", index="http://x:1"), status, kind)) is expected


async def test_the_deepest_queries_are_taken(elastic: ElasticIndex) -> None:
    await put(elastic, article(text="core"))
    for template in ("(a{} OR b{} -{})", "(a{} OR -(b{} {}))", "(a{} OR b{} {})", "(core -(b{} OR c{} OR {}))"):
        deepest = query(text := "core")
        with contextlib.suppress(QueryError):  # the grammar says where it ends
            for n in range(30):
                text = template.format(n, n, text)
                deepest = query(text)
        assert text.count("(") > MAX_DEPTH
        assert (await elastic.search(deepest)).total == matches(deepest, article(text="core"), languages=["en"])


def test_an_exclusion_costs_no_level() -> None:
    compiled = compile_query(query("lang:en -lang:de (lang:fr OR lang:es)"), ["en"])
    assert sorted(compiled["bool"]) == ["minimum_should_match", "must", "must_not", "should"]


async def test_api_keys(elasticsearch_secured: ElasticsearchServer) -> None:
    server = elasticsearch_secured
    admin = elastic_settings(server, es_user="elastic", es_password=server.password)
    await drop(admin)
    key = await create_api_key(admin)
    assert await key_works(admin, key)
    assert not await key_works(admin, "bm9wZTpub3Bl")
    assert not await key_works(admin, "")
    assert not await key_works(admin, server.api_key("weak", {"none": {"cluster": ["monitor"], "indices": []}}))
    first, worker = ElasticIndex(admin), open_index(_with_key(admin, key))
    try:
        await first.init()
        await worker.ready()
        assert await put(worker, article(), later(article(), text="New.")) == [Outcome.INDEXED, Outcome.UPDATED]
        assert (await worker.search(query("new"))).total == 1
        assert await worker.count() == 1
        assert await worker.delete(["a"]) == 1
        with pytest.raises(Misconfigured, match="GEOWIRE_ES_API_KEY"):
            await create_api_key(_with_key(admin, key))
    finally:
        await first.close()
        await worker.close()


async def test_without_rights_a_person_is_told_which_settings(elasticsearch_secured: ElasticsearchServer) -> None:
    for more in ({}, {"es_user": "elastic", "es_password": "wrong"}, {"es_api_key": "bm9wZTpub3Bl"}):
        stranger = ElasticIndex(elastic_settings(elasticsearch_secured, **more))
        try:
            for ask in (stranger.ready, stranger.count, stranger.init):
                with pytest.raises(Misconfigured, match="GEOWIRE_ES_API_KEY"):
                    await ask()
        finally:
            await stranger.close()


def _with_key(settings: Settings, key: str) -> Settings:
    return settings.model_copy(update={"es_user": "", "es_api_key": SecretStr(key)})
