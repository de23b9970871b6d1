"""A broker of each kind, with topics of the test's own."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pipeline import settings as configuration
from pipeline.broker import Broker, Message, TopicSpec, open_broker
from pipeline.settings import Settings


@dataclass(frozen=True)
class Log:
    """An opened broker, its settings, and a topic of four partitions."""

    broker: Broker
    settings: Settings
    topic: str

    @property
    def environ(self) -> dict[str, str]:
        """What another process needs to open the same broker."""
        return {"GEOWIRE_BROKER": self.settings.broker, "GEOWIRE_INDEX": self.settings.index, "GEOWIRE_CONFIG": ""}


def messages(count: int, *, keys: int = 8, first: int = 0) -> list[Message]:
    """Numbered messages over some keys."""
    return [Message(f"key {n % keys}".encode(), str(n).encode()) for n in range(first, first + count)]


def sqlite_log(folder: Path) -> Settings:
    """Settings of a SQLite log."""
    return configuration.load(environ={"GEOWIRE_DATA": str(folder)})


def kafka_log(url: str) -> Settings:
    """Settings of a Kafka; its Elasticsearch is never asked."""
    return configuration.load(environ={"GEOWIRE_BROKER": url, "GEOWIRE_INDEX": "http://127.0.0.1:1"})


def opened(settings: Settings) -> Iterator[Log]:
    """A broker with an empty topic."""
    broker = open_broker(settings)
    topic = f"test-{uuid.uuid4().hex[:12]}"
    broker.create_topics([TopicSpec(topic, 4)])
    yield Log(broker, settings, topic)
    broker.close()


@pytest.fixture(params=["sqlite", pytest.param("kafka", marks=pytest.mark.servers)])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """An empty topic on each kind of broker."""
    if request.param == "sqlite":
        yield from opened(sqlite_log(tmp_path))
    else:
        yield from opened(kafka_log(request.getfixturevalue("kafka_server").url))


@pytest.fixture
def kafka(request: pytest.FixtureRequest) -> Iterator[Log]:
    """An empty topic on Kafka, for what only a consumer group of several has."""
    yield from opened(kafka_log(request.getfixturevalue("kafka_server").url))
