"""The servers as fixtures, started once per test session and only if a test wants them (docs/testing.md)."""

import os
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from tests.servers.elasticsearch import ElasticsearchServer, RunningElasticsearch, start_elasticsearch
from tests.servers.kafka import KafkaServer, RunningKafka, start_kafka
from tests.servers.process import ServerProcess
from tests.servers.toolchain import UnavailableError

S = TypeVar("S", bound=ServerProcess)


def started(kind: str, start: Callable[[], S]) -> S:
    """The server, or a skip that says why there is none; a failure where this run must not skip it."""
    try:
        return start()
    except UnavailableError as error:
        why = str(error)
    required = os.environ.get("GEOWIRE_TEST_REQUIRE", "").replace(" ", "").split(",")
    if kind in required:
        pytest.fail(f"GEOWIRE_TEST_REQUIRE names {kind}, but: {why}", pytrace=False)
    pytest.skip(f"no {kind}: {why}")


def elasticsearch_version() -> str | None:
    """The version that this run asks for; None is the pinned one."""
    return os.environ.get("GEOWIRE_TEST_ES_VERSION") or None


@pytest.fixture(scope="session")
def kafka_server() -> Iterator[KafkaServer | RunningKafka]:
    """A real Kafka with `url` and `bootstrap`; one of ours can also be stopped, killed and frozen."""
    if url := os.environ.get("GEOWIRE_TEST_KAFKA"):
        yield RunningKafka(url)
        return
    with started("kafka", start_kafka) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_server() -> Iterator[ElasticsearchServer | RunningElasticsearch]:
    """A real Elasticsearch with `url`, without security; one of ours can also be stopped, killed and frozen."""
    if url := os.environ.get("GEOWIRE_TEST_ELASTICSEARCH"):
        yield RunningElasticsearch(url)
        return
    with started("elasticsearch", lambda: start_elasticsearch(elasticsearch_version())) as server:
        yield server


@pytest.fixture(scope="session")
def elasticsearch_secured() -> Iterator[ElasticsearchServer]:
    """A second Elasticsearch with users and API keys; always one of ours, its superuser's password is known."""
    with started("elasticsearch", lambda: start_elasticsearch(elasticsearch_version(), security=True)) as server:
        yield server
