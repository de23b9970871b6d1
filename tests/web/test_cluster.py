"""The web server over a real Kafka and a real Elasticsearch, asked by several clients at once."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from pipeline import worker
from pipeline.web.api import create_web
from tests.e2e.cluster import wipe
from tests.web.conftest import fill, serving, site


@pytest.fixture
def cluster(tmp_path: Path, kafka_server: Any, elasticsearch_server: Any) -> Iterator[httpx2.Client]:
    """A server on clean topics and indices that hold the articles of the other tests."""
    wipe(kafka_server.url, elasticsearch_server.url)
    settings = site(tmp_path, GEOWIRE_BROKER=kafka_server.url, GEOWIRE_INDEX=elasticsearch_server.url)
    asyncio.run(worker.init(settings))
    asyncio.run(fill(settings))
    with serving(create_web(settings)) as client:
        yield client
    wipe(kafka_server.url, elasticsearch_server.url)


def test_many_at_once(cluster: httpx2.Client) -> None:
    assert cluster.get("/readyz").json() == {"status": "ready"}

    def publish(number: int) -> int:
        article = {"id": f"new-{number}", "text": f"New text {number}."}
        return cluster.post("/api/articles", json=article, timeout=60).status_code

    def read(path: str) -> int:
        return cluster.get(path, timeout=60).status_code

    with ThreadPoolExecutor(12) as pool:
        published = pool.map(publish, range(40))
        asked = pool.map(read, ["/api/status", "/metrics", "/readyz", "/?q=talks", "/articles/talks-1"] * 4)
        assert {*published} == {202}
        assert {*asked} == {200}
    status = cluster.get("/api/status").json()
    assert (status["published"], status["pending"], status["indexed_documents"]) == (40, 40, 33)
    assert cluster.get("/api/search", params={"q": "minister talks"}).json()["total"] == 1
