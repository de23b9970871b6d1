"""The broker seam: topics, publishing and reading, on a SQLite log or on Kafka.

Consuming in agents is Faust's work (driver.py is its transport over the SQLite log). This seam is for everything
else: creating topics, publishing from the command line and the API, looking at offsets, reading dead letters.
Its methods block; asynchronous callers use a thread.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipeline.settings import Settings

MAX_MESSAGE = 8 * 1024 * 1024  # bytes, the same on both brokers (DESIGN.md, Decisions)

Headers = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class TopicSpec:
    """A topic to create: its partitions and how long messages are kept (ms; -1 for ever)."""

    name: str
    partitions: int
    retention_ms: int = -1


@dataclass(frozen=True)
class Message:
    """A message to publish. The key decides the partition (CRC-32 or murmur2 modulo partitions)."""

    key: bytes
    value: bytes
    headers: Headers = ()


@dataclass(frozen=True)
class Position:
    """Where a message stands."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}/{self.partition}/{self.offset}"


@dataclass(frozen=True)
class StoredMessage:
    """A message as it stands in a topic; `timestamp` in seconds since 1970."""

    position: Position
    key: bytes | None
    value: bytes
    headers: Headers
    timestamp: float


class Broker(Protocol):
    """A message log. Every method raises Unavailable (down) or Misconfigured (refused, missing topic)."""

    def create_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        """Create the topics that are missing; the names created. Misconfigured if one exists with other partitions."""

    def partitions(self, topic: str) -> int:
        """The number of partitions of a topic, 0 if there is no such topic."""

    def publish(self, topic: str, messages: Sequence[Message]) -> list[Position]:
        """Append messages; returns when all are durable, positions in order.

        Memory is bounded: at most 32 MiB are in flight."""

    def beginning_offsets(self, topic: str) -> dict[int, int]:
        """The first offset still kept, by partition."""

    def end_offsets(self, topic: str) -> dict[int, int]:
        """The offset that the next message will get, by partition."""

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """The next offset that a consumer group will read, by partition; partitions never committed are left out."""

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 100) -> list[StoredMessage]:
        """Up to `limit` messages of a partition from an offset on, without a consumer group."""

    def close(self) -> None:
        """Release connections and files."""


def open_broker(settings: Settings) -> Broker:
    """The broker that `settings.broker` names."""
    if settings.embedded:
        from pipeline.broker.sqlite_log import SqliteLog

        return SqliteLog(settings.broker_path)
    from pipeline.broker.kafka import KafkaBroker

    return KafkaBroker(settings)


def read_all(broker: Broker, topic: str) -> Iterator[StoredMessage]:
    """Every message of a topic, partition by partition, oldest first."""
    for partition, offset in sorted(broker.beginning_offsets(topic).items()):
        while page := broker.read(topic, partition, offset):
            yield from page
            offset = page[-1].position.offset + 1


def waiting(broker: Broker, topic: str, places: Mapping[int, int]) -> int:
    """How many messages stand in a topic from these places (partition → offset) on.

    Offsets that hold no message (the marks of a transaction) wait for nobody.
    """
    end = broker.end_offsets(topic)
    behind = {part: end[part] - at for part, at in places.items() if at < end[part]}
    return sum(count for part, count in behind.items() if broker.read(topic, part, places[part], limit=1))


def lag(broker: Broker, group: str, topic: str) -> int:
    """How many messages of a topic a consumer group has still to acknowledge."""
    committed = broker.committed(group, topic)
    first = broker.beginning_offsets(topic)
    return sum(end - max(committed.get(part, 0), first[part]) for part, end in broker.end_offsets(topic).items())
