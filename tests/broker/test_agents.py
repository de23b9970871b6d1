"""Faust's agents over each broker: nothing is skipped, everything comes at least once, what is committed not again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pipeline.broker import TopicSpec, lag, open_broker
from pipeline.broker.sqlite_log import SqliteLog
from pipeline.errors import Misconfigured
from tests.broker.conftest import Log, messages, sqlite_log

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SECONDS = 60.0


@dataclass
class Group:
    """A consumer group of one topic and what its consumers have seen."""

    log: Log
    file: Path
    name: str = "group"
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, hold: float = 0) -> subprocess.Popen[bytes]:
        """One more consumer."""
        environ = {name: value for name, value in os.environ.items() if not name.startswith("GEOWIRE_")}
        command = [sys.executable, "-m", "tests.broker.consumer", self.log.topic, self.group, str(self.file), str(hold)]
        process = subprocess.Popen(command, env=environ | self.log.environ, cwd=ROOT, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    @property
    def group(self) -> str:
        """The group's id, which no other test has."""
        return f"{self.log.topic}-{self.name}"

    def seen(self) -> list[tuple[int, int, str, int]]:
        """(partition, offset, key, number) of every delivery, in order."""
        lines = self.file.read_text().splitlines() if self.file.exists() else []
        split = [line.rsplit(" ", 1) for line in lines if line.count(" ") >= 4]
        parts = [(front.split(" ", 2), number) for front, number in split]
        return [(int(part), int(offset), key, int(number)) for (part, offset, key), number in parts]

    def numbers(self) -> set[int]:
        """Which messages came."""
        return {number for *_, number in self.seen()}

    def committed(self) -> dict[int, int]:
        """The group's offsets."""
        return self.log.broker.committed(self.group, self.log.topic)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Until it is so."""
        deadline = time.monotonic() + SECONDS
        while not condition():
            assert time.monotonic() < deadline, (len(self.seen()), self.committed())
            time.sleep(0.05)

    def caught_up(self) -> bool:
        """Whether everything is committed."""
        return lag(self.log.broker, self.group, self.log.topic) == 0

    def close(self) -> None:
        """End the consumers."""
        for process in self.processes:
            kill(process)


@pytest.fixture
def group(log: Log, tmp_path: Path) -> Iterator[Group]:
    """A group without consumers yet."""
    made = Group(log, tmp_path / "seen.txt")
    yield made
    made.close()


@pytest.fixture
def kafka_group(kafka: Log, tmp_path: Path) -> Iterator[Group]:
    """The same on Kafka alone: a SQLite log has one worker at a time (test_a_second_worker_is_refused)."""
    made = Group(kafka, tmp_path / "seen.txt")
    yield made
    made.close()


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9."""
    process.send_signal(signal.SIGKILL)
    process.wait(10)


def test_everything_comes_in_order_and_is_committed(group: Group) -> None:
    group.log.broker.publish(group.log.topic, messages(300))
    consumer = group.start()
    group.wait(group.caught_up)
    assert sorted(number for *_, number in group.seen()) == list(range(300))
    for part in range(4):
        offsets = [offset for found, offset, *_ in group.seen() if found == part]
        assert offsets == sorted(offsets)
    consumer.terminate()
    assert consumer.wait(20) == 0
    group.log.broker.publish(group.log.topic, messages(20, first=300))
    group.start()
    group.wait(group.caught_up)
    assert sorted(number for *_, number in group.seen()) == list(range(320)), "nothing that was committed comes again"


def test_kill_9_loses_nothing_and_repeats_only_what_was_not_committed(group: Group) -> None:
    group.log.broker.publish(group.log.topic, messages(400))
    for share in (50, 200):
        consumer = group.start(hold=0.05)
        group.wait(lambda share=share: len(group.numbers()) >= share)  # type: ignore[misc]  # mypy can't infer it
        kill(consumer)
        before, committed = len(group.seen()), group.committed()
        assert any(committed.values()) or share == 50
        again = group.start(hold=0.05)
        group.wait(lambda before=before: len(group.seen()) > before)  # type: ignore[misc]  # as above
        kill(again)
        for part, offset, *_ in group.seen()[before:]:
            assert offset >= committed.get(part, 0), "a committed message came again"
    group.start()
    group.wait(group.caught_up)
    assert group.numbers() == set(range(400))


def test_what_is_not_acknowledged_is_not_committed(group: Group) -> None:
    group.log.broker.publish(group.log.topic, messages(40))
    consumer = group.start(hold=600)
    group.wait(lambda: group.seen() != [])
    time.sleep(2)
    assert not any(group.committed().values())
    kill(consumer)
    group.start()
    group.wait(group.caught_up)
    assert group.numbers() == set(range(40))


def test_groups_read_apart(kafka_group: Group, tmp_path: Path) -> None:
    kafka_group.log.broker.publish(kafka_group.log.topic, messages(30))
    other = Group(kafka_group.log, tmp_path / "other.txt", "other")
    try:
        kafka_group.start()
        other.start()
        kafka_group.wait(kafka_group.caught_up)
        other.wait(other.caught_up)
        assert kafka_group.numbers() == other.numbers() == set(range(30))
    finally:
        other.close()


def test_when_one_of_two_dies_the_other_takes_over(kafka_group: Group) -> None:
    first = kafka_group.start(hold=0.02)
    kafka_group.log.broker.publish(kafka_group.log.topic, messages(50))
    kafka_group.wait(lambda: len(kafka_group.numbers()) == 50)
    kafka_group.start(hold=0.02)
    time.sleep(6)  # the second joins, and the partitions are shared out anew
    kafka_group.log.broker.publish(kafka_group.log.topic, messages(100, first=50))
    kafka_group.wait(lambda: len(kafka_group.numbers()) >= 60)
    kill(first)
    started = time.monotonic()
    kafka_group.log.broker.publish(kafka_group.log.topic, messages(100, first=150))
    kafka_group.wait(kafka_group.caught_up)
    assert kafka_group.numbers() == set(range(250))
    assert time.monotonic() - started < 40


def test_a_second_worker_is_refused(tmp_path: Path) -> None:
    one, two = SqliteLog(tmp_path / "broker.db"), SqliteLog(tmp_path / "broker.db")
    one.lock_worker()
    with pytest.raises(Misconfigured, match=str(os.getpid())):
        two.lock_worker()
    one.close()
    two.lock_worker()
    two.close()


def test_expired_messages_leave_a_gap_that_is_stepped_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = sqlite_log(tmp_path)
    broker = open_broker(settings)
    assert isinstance(broker, SqliteLog)
    broker.create_topics([TopicSpec("short", 1, 50), TopicSpec("kept", 1, -1)])
    for topic in ("short", "kept"):
        broker.publish(topic, messages(10))
    time.sleep(0.1)
    broker.publish("short", messages(2, first=10))
    broker.commit("short-group", {("short", 0): 6, ("kept", 0): 10})
    assert broker.beginning_offsets("short") == {0: 6}, "expired and read ones go, unread ones stay"
    assert broker.beginning_offsets("kept") == {0: 0}
    monkeypatch.setattr("pipeline.broker.sqlite_log.EXPIRE_SECONDS", -1.0)
    broker.commit("group", {("short", 0): 12})
    assert broker.beginning_offsets("short") == {0: 10}
    group = Group(Log(broker, settings, "short"), tmp_path / "seen.txt", "new")
    group.start()
    try:
        group.wait(group.caught_up)
        assert group.numbers() == {10, 11}
    finally:
        kill(group.processes[0])
        broker.close()
