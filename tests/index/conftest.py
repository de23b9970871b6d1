"""Both engines behind one fixture, empty before each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from pipeline.elastic_client import connect
from pipeline.index import Index, open_index
from pipeline.settings import Settings, load
from tests.servers.elasticsearch import ElasticsearchServer, RunningElasticsearch

Server = ElasticsearchServer | RunningElasticsearch
ENGINES = ["tantivy", pytest.param("elasticsearch", marks=pytest.mark.servers)]


def elastic_settings(server: Server, **more: object) -> Settings:
    """The settings for a server, and nothing from this machine's environment."""
    return load({"broker": "kafka://127.0.0.1:1", "index": server.url, **more}, {})


async def drop(settings: Settings) -> None:
    """Remove what geowire has made."""
    client = connect(settings)
    try:
        await client.indices.delete(index=["articles-v1", "versions-v1"], ignore_unavailable=True)
    finally:
        await client.close()


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Settings]:
    """The settings of each engine in turn; nothing is created yet."""
    if request.param == "tantivy":
        yield load({"data": tmp_path}, {})
    else:
        yield elastic_settings(request.getfixturevalue("elasticsearch_server"))


@pytest.fixture
async def clean(engine: Settings) -> Settings:
    """An engine without any index."""
    if engine.index_kind == "elasticsearch":
        await drop(engine)
    return engine


@pytest.fixture
async def index(clean: Settings) -> AsyncIterator[Index]:
    """An empty index that takes writes."""
    opened = open_index(clean, write=True)
    try:
        await opened.init()
        yield opened
    finally:
        await opened.close()
