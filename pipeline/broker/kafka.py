"""Kafka: topics, publishing and reading, by kafka-python. Consuming in agents is Faust's (aiokafka's) work.

Owns nothing but connections. kafka-python 3's producer has no bound on its memory and fails only after its delivery
timeout, so the bytes in flight are bounded here and every future is checked.
"""

import contextlib
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import Any

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka import errors as kafka_errors
from kafka.admin import KafkaAdminClient, OffsetSpec

from pipeline.broker import MAX_MESSAGE, Message, Position, StoredMessage, TopicSpec
from pipeline.errors import Misconfigured, Rejected, Unavailable
from pipeline.settings import Settings

BOOTSTRAP_MS = 8_000  # a broker that is down is said to be so within this time
DELIVERY_MS = 30_000  # a message that is not confirmed by then was not published
COORDINATOR_SECONDS = 15.0
READ_SECONDS = 20.0  # after which messages that are there and do not come are taken for no answer
NOT_YET = (
    kafka_errors.CoordinatorLoadInProgressError,
    kafka_errors.CoordinatorNotAvailableError,
    kafka_errors.NotCoordinatorError,
)
IN_FLIGHT = 32 * 1024 * 1024  # bytes
ROOM = 64 * 1024  # bytes of a message for key, headers and framing

PERSON_NEEDED = (
    kafka_errors.AuthorizationError,
    kafka_errors.SaslAuthenticationFailedError,
    kafka_errors.InvalidTopicError,
    kafka_errors.PolicyViolationError,
    kafka_errors.InvalidReplicationFactorError,
)


class KafkaBroker:
    """The broker seam on Kafka; connects when it is first used.

    Args:
        settings: bootstrap servers, security, replication.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._admin: Any = None
        self._producer: Any = None
        self._consumer: Any = None

    def create_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        """As the seam says."""
        found = self._partition_counts()
        for spec in specs:
            if found.get(spec.name, spec.partitions) != spec.partitions:
                raise Misconfigured(
                    f"topic {spec.name} has {found[spec.name]} partitions, not {spec.partitions}; "
                    f"set GEOWIRE_PARTITIONS={found[spec.name]}, or add partitions to all of geowire's topics"
                )
        missing = {spec.name: self._options(spec) for spec in specs if spec.name not in found}
        if missing:
            with self._translated():
                try:
                    self._client().create_topics(missing, wait_for_metadata=True)
                except kafka_errors.TopicAlreadyExistsError:  # another init was faster
                    return self.create_topics(specs)
        return list(missing)

    def partitions(self, topic: str) -> int:
        """As the seam says."""
        return self._partition_counts().get(topic, 0)

    def publish(self, topic: str, messages: Sequence[Message]) -> list[Position]:
        """As the seam says."""
        for message in messages:
            if len(message.key) + len(message.value) > MAX_MESSAGE - ROOM:
                raise Rejected(f"message too large: {len(message.value):,} bytes, the limit is {MAX_MESSAGE - ROOM:,}")
        if not self.partitions(topic):
            raise Misconfigured(f"no topic {topic} on {self._settings.broker}; run: geowire init")
        positions: list[Position] = []
        futures: list[Any] = []
        size = 0
        with self._translated():
            for message in messages:
                if size + len(message.value) > IN_FLIGHT:
                    positions += self._confirmed(futures)
                    futures, size = [], 0
                headers = list(message.headers)
                futures.append(self._sender().send(topic, value=message.value, key=message.key, headers=headers))
                size += len(message.value)
            positions += self._confirmed(futures)
        return positions

    def beginning_offsets(self, topic: str) -> dict[int, int]:
        """As the seam says."""
        return self._offsets(topic, OffsetSpec.EARLIEST)

    def end_offsets(self, topic: str) -> dict[int, int]:
        """As the seam says."""
        return self._offsets(topic, OffsetSpec.LATEST)

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """As the seam says."""
        wanted = [TopicPartition(topic, part) for part in range(self.partitions(topic))]
        with self._translated():
            found = self._group_offsets(group, wanted)
        return {tp.partition: data.offset for tp, data in found.items() if data.offset >= 0}

    def _group_offsets(self, group: str, wanted: list[Any]) -> dict[Any, Any]:
        """A new cluster makes its offsets topic when it is first asked for a group, and says "not yet" meanwhile."""
        deadline = time.monotonic() + COORDINATOR_SECONDS
        while True:
            try:
                found: dict[Any, Any] = self._client().list_group_offsets({group: wanted})[group]
                return found
            except kafka_errors.GroupIdNotFoundError:
                return {}
            except NOT_YET:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 100) -> list[StoredMessage]:
        """As the seam says."""
        end = self.end_offsets(topic).get(partition, 0)
        place = TopicPartition(topic, partition)
        found: list[StoredMessage] = []
        deadline = time.monotonic() + READ_SECONDS
        with self._translated():
            consumer = self._reader()
            consumer.assign([place])
            consumer.seek(place, offset)
            while len(found) < limit and (consumer.position(place, timeout_ms=2_000) or 0) < end:
                page = consumer.poll(timeout_ms=2_000, max_records=limit - len(found)).get(place, [])
                found += [_stored(record) for record in page]
                if not page and found:
                    break
                if not page and time.monotonic() > deadline:  # a new connection may take long; silence is no end
                    raise kafka_errors.KafkaTimeoutError(f"no message of {topic} came within {READ_SECONDS:.0f} s")
        return found

    def close(self) -> None:
        """As the seam says; what was not confirmed was reported by publish already."""
        for client in (self._producer, self._consumer, self._admin):
            if client is not None:
                with contextlib.suppress(kafka_errors.KafkaError):
                    client.close()
        self._producer = self._consumer = self._admin = None

    def _partition_counts(self) -> dict[str, int]:
        with self._translated():
            described = self._client().describe_topics()
        return {topic["name"]: len(topic["partitions"]) for topic in described if topic.get("error_code", 0) == 0}

    def _options(self, spec: TopicSpec) -> dict[str, Any]:
        configs = {
            "retention.ms": str(spec.retention_ms),
            "max.message.bytes": str(MAX_MESSAGE),
            "cleanup.policy": "delete",
            "message.timestamp.type": "LogAppendTime",  # an article's time of arrival is not its producer's to say
            "min.insync.replicas": str(2 if self._settings.replication > 2 else 1),  # what "confirmed" means
        }
        return {
            "num_partitions": spec.partitions,
            "replication_factor": self._settings.replication,
            "configs": configs,
        }

    def _offsets(self, topic: str, spec: Any) -> dict[int, int]:
        count = self.partitions(topic)
        if not count:
            raise Misconfigured(f"no topic {topic} on {self._settings.broker}; run: geowire init")
        with self._translated():
            found = self._client().list_partition_offsets({TopicPartition(topic, part): spec for part in range(count)})
        return {tp.partition: int(data.offset) for tp, data in found.items()}

    def _confirmed(self, futures: list[Any]) -> list[Position]:
        if futures:
            self._sender().flush(timeout=DELIVERY_MS / 1000)
        places = [future.get(timeout=DELIVERY_MS / 1000) for future in futures]
        return [Position(place.topic, place.partition, place.offset) for place in places]

    def _client(self) -> Any:
        if self._admin is None:
            self._admin = KafkaAdminClient(request_timeout_ms=15_000, **self._common())
        return self._admin

    def _sender(self) -> Any:
        if self._producer is None:
            self._producer = KafkaProducer(
                acks="all",
                enable_idempotence=True,
                compression_type="gzip",
                linger_ms=5,
                max_request_size=MAX_MESSAGE,
                max_block_ms=BOOTSTRAP_MS,
                delivery_timeout_ms=DELIVERY_MS,
                request_timeout_ms=10_000,
                **self._common(),
            )
        return self._producer

    def _reader(self) -> Any:
        if self._consumer is None:
            self._consumer = KafkaConsumer(
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                max_partition_fetch_bytes=2 * MAX_MESSAGE,
                **self._common(),
            )
        return self._consumer

    def _common(self) -> dict[str, Any]:
        settings = self._settings
        options: dict[str, Any] = {
            "bootstrap_servers": settings.bootstrap,
            "bootstrap_timeout_ms": BOOTSTRAP_MS,
            "client_id": "geowire",
            "security_protocol": settings.kafka_security,
        }
        if settings.kafka_ca:
            options["ssl_cafile"] = _authority(settings.kafka_ca)
        if settings.kafka_security.startswith("SASL"):
            options |= {
                "sasl_mechanism": "SCRAM-SHA-512",
                "sasl_plain_username": settings.kafka_user,
                "sasl_plain_password": settings.kafka_password.get_secret_value(),
            }
        return options

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """kafka-python's errors as ours: a person is needed for rights and names, everything else may pass."""
        try:
            yield
        except PERSON_NEEDED as exc:
            raise Misconfigured(f"{self._settings.broker}: {type(exc).__name__}: {exc}") from exc
        except kafka_errors.MessageSizeTooLargeError as exc:
            raise Rejected(f"message too large for the broker: {exc}") from exc
        except (kafka_errors.KafkaError, OSError, TimeoutError) as exc:
            raise Unavailable(
                f"no answer from Kafka at {self._settings.broker} ({type(exc).__name__}); is it running? "
                "Start it (docker compose up kafka, or make servers), or check GEOWIRE_BROKER"
            ) from exc


def _authority(path: str) -> str:
    """The file of the certificate authority; kafka-python takes one that can't be read for a broker that is down."""
    try:
        ssl.create_default_context(cafile=path)
    except OSError as exc:  # what OpenSSL finds wrong is one, too
        raise Misconfigured(f"GEOWIRE_KAFKA_CA={path} can't be used: {exc.strerror or exc}") from None
    return path


def _stored(record: Any) -> StoredMessage:
    return StoredMessage(
        Position(record.topic, record.partition, record.offset),
        record.key,
        record.value or b"",
        tuple(record.headers or ()),
        record.timestamp / 1000,
    )
