"""The worker's gate and watchdog, on a SQLite log without any agent."""

import asyncio
from pathlib import Path

import pytest

from pipeline.app import ARTICLES, GROUP
from pipeline.backfill import LiveFirst
from pipeline.broker import Message, TopicSpec
from pipeline.broker.sqlite_log import SqliteLog
from pipeline.errors import Misconfigured
from pipeline.settings import load
from pipeline.stages import Watch
from pipeline.worker import gate, stalled
from tests.test_stages import delivery


@pytest.fixture
def log(tmp_path: Path) -> SqliteLog:
    """A log with ten messages in each of two partitions, five of them read in each."""
    made = SqliteLog(tmp_path / "broker.db")
    made.create_topics([TopicSpec(ARTICLES, 2)])
    while min(made.end_offsets(ARTICLES).values()) < 10:
        made.publish(ARTICLES, [Message(str(number).encode(), b"{}") for number in range(10)])
    made.commit(GROUP, {(ARTICLES, 0): 5, (ARTICLES, 1): 5})
    return made


def test_a_worker_answers_for_its_own_partitions(log: SqliteLog) -> None:
    end = log.end_offsets(ARTICLES)
    waiting, committed = stalled(log, ARTICLES, {0}, None)
    assert (waiting, committed) == (end[0] - 5, {0: 5, 1: 5})
    log.commit(GROUP, {(ARTICLES, 0): end[0]})
    assert stalled(log, ARTICLES, {0}, committed)[0] == 0


def test_a_spare_worker_waits_while_the_group_gets_on(log: SqliteLog) -> None:
    waiting, before = stalled(log, ARTICLES, set(), None)
    assert waiting == 0
    log.commit(GROUP, {(ARTICLES, 0): 6})
    waiting, after = stalled(log, ARTICLES, set(), before)
    assert waiting == 0
    assert stalled(log, ARTICLES, set(), after)[0] == sum(log.end_offsets(ARTICLES).values()) - 11


def test_offsets_without_a_message_wait_for_nobody(log: SqliteLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "read", lambda *args, **options: [])
    assert stalled(log, ARTICLES, {0, 1}, None)[0] == 0


def test_nothing_starts_on_missing_topics(log: SqliteLog, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="geowire init"):
        gate(log, load(environ={"GEOWIRE_DATA": str(tmp_path)}))


async def test_a_back_fill_waits_while_live_articles_do(log: SqliteLog) -> None:
    live, watch = LiveFirst(log, GROUP, ARTICLES), Watch()
    waiting = asyncio.create_task(live.wait(lambda: {0}, watch))
    await asyncio.sleep(0.1)
    assert not waiting.done()
    live.settled([delivery({"text": "x"}, offset=log.end_offsets(ARTICLES)[0] - 1)])
    await asyncio.wait_for(waiting, 10)


async def test_a_worker_without_live_partitions_reads_a_back_fill(log: SqliteLog) -> None:
    await asyncio.wait_for(LiveFirst(log, GROUP, ARTICLES).wait(set, Watch()), 10)
