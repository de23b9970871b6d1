"""What every broker keeps to: run on the SQLite log and on a real Kafka."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from pipeline import settings as configuration
from pipeline.broker import MAX_MESSAGE, Message, Position, StoredMessage, TopicSpec, lag, open_broker, read_all
from pipeline.broker.kafka import KafkaBroker
from pipeline.broker.sqlite_log import SqliteLog
from pipeline.errors import Misconfigured, Rejected, Unavailable
from pipeline.worker import stalled
from tests.broker.conftest import Log, kafka_log, messages, opened

ROOT = Path(__file__).parents[2]


def stored(log: Log) -> list[StoredMessage]:
    """Everything in the topic."""
    return list(read_all(log.broker, log.topic))


def test_topics(log: Log) -> None:
    other = f"{log.topic}-other"
    assert log.broker.create_topics([TopicSpec(log.topic, 4), TopicSpec(other, 2, 1000)]) == [other]
    assert (log.broker.partitions(log.topic), log.broker.partitions(other)) == (4, 2)
    assert log.broker.partitions("test-no-such-topic") == 0
    with pytest.raises(Misconfigured, match="GEOWIRE_PARTITIONS=4"):
        log.broker.create_topics([TopicSpec(log.topic, 3)])


def test_what_is_published_comes_back(log: Log) -> None:
    headers = (("ce_type", b"x"), ("binary", bytes(range(256))), ("binary", b""))
    sent = [Message(b"a", b"{}", headers), Message("schlüssel".encode(), b"\x00\xff"), Message(b"", b"")]
    before = time.time()
    places = log.broker.publish(log.topic, sent)
    found = {message.position: message for message in stored(log)}
    assert set(found) == set(places)
    for message, place in zip(sent, places, strict=True):
        back = found[place]
        assert (back.key or b"", back.value, back.headers) == (message.key, message.value, message.headers)
        assert before - 1 <= back.timestamp <= time.time() + 1
    assert log.broker.publish(log.topic, []) == []


def test_a_key_keeps_its_partition_and_its_order(log: Log) -> None:
    places = log.broker.publish(log.topic, messages(60)) + log.broker.publish(log.topic, messages(60, first=60))
    by_key: dict[int, list[Position]] = {}
    for number, place in enumerate(places):
        by_key.setdefault(number % 8, []).append(place)
    for same in by_key.values():
        assert len({place.partition for place in same}) == 1
        assert [place.offset for place in same] == sorted(place.offset for place in same)
    assert len({place.partition for place in places}) > 1
    assert len(set(places)) == 120


def test_offsets_and_reading(log: Log) -> None:
    log.broker.publish(log.topic, [Message(b"same", str(n).encode()) for n in range(30)])
    ends = log.broker.end_offsets(log.topic)
    assert sorted(ends) == [0, 1, 2, 3]
    assert sorted(ends.values()) == [0, 0, 0, 30]
    assert log.broker.beginning_offsets(log.topic) == dict.fromkeys(range(4), 0)
    part = max(ends, key=ends.__getitem__)
    page = log.broker.read(log.topic, part, 10, limit=5)
    assert [message.value for message in page] == [b"10", b"11", b"12", b"13", b"14"]
    assert [str(message.position) for message in page][:1] == [f"{log.topic}/{part}/10"]
    assert len(log.broker.read(log.topic, part, 25)) == 5
    assert log.broker.read(log.topic, part, 30) == []
    assert log.broker.read(log.topic, (part + 1) % 4, 0) == []
    assert [message.value for message in stored(log)] == [str(n).encode() for n in range(30)]


def test_lag_of_a_group_that_never_read(log: Log) -> None:
    log.broker.publish(log.topic, messages(7))
    assert log.broker.committed("nobody", log.topic) == {}
    assert lag(log.broker, "nobody", log.topic) == 7


def test_large_messages(log: Log) -> None:
    value = os.urandom(MAX_MESSAGE - 128 * 1024)
    log.broker.publish(log.topic, [Message(b"k", value)] * 6)
    assert all(message.value == value for message in stored(log))
    with pytest.raises(Rejected, match="too large"):
        log.broker.publish(log.topic, [Message(b"k", b"x" * (MAX_MESSAGE + 1))])
    assert sum(log.broker.end_offsets(log.topic).values()) == 6


def test_a_missing_topic_says_what_to_run(log: Log) -> None:
    with pytest.raises(Misconfigured, match="geowire init"):
        log.broker.publish("test-no-such-topic", messages(1))


def test_publishers_at_the_same_time(log: Log) -> None:
    places: list[Position] = []
    failed: list[BaseException] = []

    def publish(first: int) -> None:
        broker = open_broker(log.settings)
        try:
            for start in range(first, first + 50, 10):
                places.extend(broker.publish(log.topic, messages(10, first=start)))
        except BaseException as exc:
            failed.append(exc)
        finally:
            broker.close()

    threads = [threading.Thread(target=publish, args=(first,)) for first in range(0, 200, 50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    assert len(set(places)) == 200
    assert sorted(int(message.value) for message in stored(log)) == list(range(200))


def test_what_was_confirmed_survives_a_kill_9_of_the_publisher(log: Log) -> None:
    program = (
        "import sys; from pipeline import settings; from pipeline.broker import Message, open_broker\n"
        "broker = open_broker(settings.load())\n"
        "for n in range(10**6):\n"
        "    [place] = broker.publish(sys.argv[1], [Message(b'k', str(n).encode())])\n"
        "    print(place.partition, place.offset, n, flush=True)\n"
    )
    environ = {name: value for name, value in os.environ.items() if not name.startswith("GEOWIRE_")} | log.environ
    command = [sys.executable, "-c", program, log.topic]
    with subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, cwd=ROOT) as publisher:
        assert publisher.stdout is not None
        lines = [publisher.stdout.readline() for _ in range(25)]
        publisher.send_signal(signal.SIGKILL)
        lines += publisher.stdout.readlines()
    confirmed = [tuple(map(int, line.split())) for line in lines if line.count(b" ") == 2 and line.endswith(b"\n")]
    assert len(confirmed) >= 25
    found = {(message.position.partition, message.position.offset): int(message.value) for message in stored(log)}
    assert all(found[part, offset] == number for part, offset, number in confirmed)


def test_marks_of_a_transaction_hold_up_nobody(kafka_server: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What docs/delivery.md says of producers that use transactions all the same."""
    with contextmanager(opened)(kafka_log(kafka_server.url)) as log:
        producer = KafkaProducer(bootstrap_servers=log.settings.bootstrap, transactional_id=log.topic)
        producer.init_transactions()
        for value, end in ((b"kept", producer.commit_transaction), (b"aborted", producer.abort_transaction)):
            producer.begin_transaction()
            producer.send(log.topic, value, partition=0)
            producer.flush()
            end()
        producer.close()
        assert [message.value for message in stored(log)] == [b"kept", b"aborted"]
        assert log.broker.end_offsets(log.topic)[0] == 4, "two messages and two marks"
        for committed, waiting in ((4, 0), (3, 0), (2, 2)):
            monkeypatch.setattr(log.broker, "committed", lambda *_names, at=committed: {0: at})
            assert stalled(log.broker, log.topic, {0}, None)[0] == waiting


def test_a_slow_connection_is_not_the_end_of_a_topic(kafka: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    (place, *_) = kafka.broker.publish(kafka.topic, messages(3, keys=1))
    assert isinstance(kafka.broker, KafkaBroker)
    reader = kafka.broker._reader()
    poll, silent = reader.poll, list[dict[str, Any]]([{}, {}])
    monkeypatch.setattr(reader, "poll", lambda **options: silent.pop() if silent else poll(**options))
    assert len(kafka.broker.read(kafka.topic, place.partition, 0)) == 3
    monkeypatch.setattr("pipeline.broker.kafka.READ_SECONDS", 0.0)
    monkeypatch.setattr(reader, "poll", lambda **_options: {})
    with pytest.raises(Unavailable, match="KafkaTimeoutError"):
        kafka.broker.read(kafka.topic, place.partition, 0)


def test_no_kafka_is_unavailable_soon() -> None:
    """In a process of its own: kafka-python leaves the sockets of refused connections to the collector."""
    program = (
        "from pipeline import settings; from pipeline.broker import open_broker\n"
        "from pipeline.errors import Unavailable\n"
        "try:\n    open_broker(settings.load()).partitions('articles')\n"
        "except Unavailable as exc:\n    print(exc)\n"
    )
    environ = {**os.environ, "GEOWIRE_BROKER": "kafka://127.0.0.1:1", "GEOWIRE_INDEX": "http://127.0.0.1:1"}
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, cwd=ROOT, check=True)
    assert b"is it running" in done.stdout
    assert time.monotonic() - started < 20


def test_a_full_disk_is_waited_for_and_a_batch_is_all_or_nothing(tmp_path: Path) -> None:
    log = SqliteLog(tmp_path / "broker.db")
    log.create_topics([TopicSpec("articles", 4)])
    batch = [Message(str(number).encode(), b"x" * 100_000) for number in range(5)]
    with log._reading() as db:
        db.execute("pragma max_page_count = 50")
    with pytest.raises(Unavailable, match="full"):
        log.publish("articles", batch)
    assert sum(log.end_offsets("articles").values()) == 0
    with log._reading() as db:
        db.execute("pragma max_page_count = 1000000")
    log.publish("articles", batch)
    assert sum(log.end_offsets("articles").values()) == 5
    log.close()


def test_a_file_that_is_no_database_is_misconfigured(tmp_path: Path) -> None:
    (tmp_path / "broker.db").write_bytes(b"no database at all, and long enough to be read as one" * 100)
    broker = open_broker(configuration.load(environ={"GEOWIRE_DATA": str(tmp_path)}))
    with pytest.raises(Misconfigured, match=r"broker\.db"):
        broker.partitions("articles")
    broker.close()
