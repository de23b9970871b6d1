"""What every state engine keeps to: run on SQLite and on a real Elasticsearch."""

import asyncio
import contextlib
import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipeline import settings as configuration
from pipeline.errors import Misconfigured, Unavailable
from pipeline.feed import Feed, Poll, feed_id
from pipeline.ledger import LedgerRow, Outcome
from pipeline.sqlite_errors import write_ahead
from pipeline.state import State, Tally, open_state
from pipeline.state.elastic import MAPPINGS
from pipeline.state.sqlite import SqliteState
from pipeline.tombstone import Tombstone

NOW = datetime(2026, 11, 3, 8, 0, 0, 123456, tzinfo=UTC)


def row(key: str, outcome: Outcome = Outcome.INDEXED, **more: Any) -> LedgerRow:
    """A row of an invented input."""
    return LedgerRow(**{"key": key, "outcome": outcome, "source": "tidewater", "at": NOW, **more})


def cluster_settings(url: str) -> configuration.Settings:
    """Settings for the test's Elasticsearch; the broker is not asked."""
    return configuration.load(environ={"GEOWIRE_BROKER": "kafka://127.0.0.1:1", "GEOWIRE_INDEX": url})


def drop(url: str) -> None:
    """Delete the ledger and the feeds, if there are any."""
    for index in ("ledger-v1", "state-v1"):
        try:
            urllib.request.urlopen(urllib.request.Request(f"{url}/{index}", method="DELETE")).close()
        except urllib.error.HTTPError as missing:
            missing.close()


def make_ledger(url: str, properties: dict[str, Any]) -> None:
    """A ledger with other fields than today's."""
    body = {
        "mappings": {"dynamic": "strict", "properties": properties},
        "aliases": {"ledger": {"is_write_index": True}},
    }
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{url}/ledger-v1", json.dumps(body).encode(), headers, method="PUT")
    urllib.request.urlopen(request).close()


@pytest.fixture(params=["sqlite", pytest.param("elasticsearch", marks=pytest.mark.servers)])
async def state(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[State]:
    """An empty ledger on each engine."""
    if request.param == "sqlite":
        settings = configuration.load(environ={"GEOWIRE_DATA": str(tmp_path)})
    else:
        url = request.getfixturevalue("elasticsearch_server").url
        drop(url)
        settings = cluster_settings(url)
    opened = open_state(settings)
    await opened.init()
    yield opened
    await opened.close()


async def test_rows_come_back_as_they_were(state: State) -> None:
    full = row("articles/0/1", Outcome.DEAD, reason="broken “JSON”", article_id="a" * 200, source="s" * 500)
    await state.record([full, row("articles/0/2")])
    assert await state.get("articles/0/1") == full
    assert await state.get("articles/0/2") == row("articles/0/2")
    assert await state.get("articles/0/3") is None


async def test_the_first_final_outcome_stands(state: State) -> None:
    await state.record([row("articles/0/1", Outcome.INDEXED)])
    await state.record([row("articles/0/1", Outcome.UNCHANGED), row("articles/0/2", Outcome.UPDATED)])
    found = [await state.get(f"articles/0/{n}") for n in (1, 2)]
    assert [one.outcome for one in found if one] == [Outcome.INDEXED, Outcome.UPDATED]


async def test_a_dead_row_is_replaced_by_a_later_one(state: State) -> None:
    await state.record([row("articles/0/1", Outcome.DEAD, reason="poison")])
    await state.record([row("articles/0/1", Outcome.INDEXED)])
    await state.record([row("articles/0/1", Outcome.DEAD, reason="late")])
    found = await state.get("articles/0/1")
    assert found is not None
    assert (found.outcome, found.reason) == (Outcome.INDEXED, None)


async def test_the_same_rule_holds_within_a_batch(state: State) -> None:
    rows = [row("articles/0/1", outcome) for outcome in (Outcome.DEAD, Outcome.UPDATED, Outcome.INDEXED)]
    await state.record(rows)
    found = await state.get("articles/0/1")
    assert found is not None
    assert found.outcome is Outcome.UPDATED


async def test_the_tally_tells_sources_outcomes_topics_and_retries_apart(state: State) -> None:
    await state.record(
        [
            row("articles/0/1"),
            row("articles/3/5"),
            row("articles/10/7", Outcome.UPDATED, source="other"),
            row("articles/0/2", retry_of="articles/0/1"),
            row("articles.enriched/0/1", Outcome.DEAD),
            row("submission/1b2c", Outcome.REJECTED, source=""),
        ]
    )
    assert set(await state.tally()) == {
        Tally("tidewater", Outcome.INDEXED, "articles", False, 2),
        Tally("tidewater", Outcome.INDEXED, "articles", True, 1),
        Tally("other", Outcome.UPDATED, "articles", False, 1),
        Tally("tidewater", Outcome.DEAD, "articles.enriched", False, 1),
        Tally("", Outcome.REJECTED, "submission", False, 1),
    }


async def test_the_tally_is_exact_for_many_sources(state: State) -> None:
    await state.record([row(f"articles/0/{n}", source=f"outlet {n % 1200}") for n in range(1500)])
    tallies = await state.tally()
    assert len({tally.source for tally in tallies}) == 1200
    assert sum(tally.rows for tally in tallies) == 1500


async def test_writers_at_the_same_time_agree(state: State) -> None:
    outcomes = [Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.SUPERSEDED]
    await asyncio.gather(*(state.record([row(f"articles/0/{n}", o) for n in range(20)]) for o in outcomes))
    assert sum(tally.rows for tally in await state.tally()) == 20


async def test_refused_inputs_are_listed_newest_first(state: State) -> None:
    def refused(number: int, outcome: Outcome = Outcome.REJECTED, **more: Any) -> LedgerRow:
        at, origin = NOW + timedelta(microseconds=number), "feed “å” " * 100
        return row(f"submission/{number}", outcome, at=at, reason="no text", origin=origin, **more)

    rows = [refused(1), refused(2, Outcome.FILTERED, source=""), refused(3, source="other"), refused(4)]
    await state.record([*rows, row("articles/0/1", at=NOW + timedelta(hours=1)), row("articles/0/2", Outcome.DEAD)])
    assert await state.refused(size=10) == rows[::-1]
    assert await state.refused(size=2) == [rows[3], rows[2]]
    assert await state.refused("tidewater", size=10) == [rows[3], rows[0]]
    assert await state.refused("", size=10) == [rows[1]]
    assert await state.refused("nobody", size=10) == []
    older = row("articles/0/3", Outcome.SUPERSEDED, reason="fetched earlier")
    await state.record([older])
    assert await state.refused(size=10) == rows[::-1], "what is superseded was not refused"
    assert await state.refused(size=10, outcomes=[Outcome.SUPERSEDED]) == [older]


async def test_init_again_keeps_the_rows(state: State) -> None:
    await state.record([row("articles/0/1")])
    await state.init()
    assert await state.get("articles/0/1") is not None
    await state.record([])


def feed(name: str, **more: Any) -> Feed:
    """A feed of an invented outlet."""
    url = f"https://{name}.example/feed"
    return Feed(id=feed_id(url), url=url, added_at=NOW, **more)


async def test_feeds_come_back_in_their_order(state: State) -> None:
    assert await state.feeds() == []
    later = feed("ferry", title="Ferry – “News”")
    first = feed("harbour", tags=["Ports", "East"], attributes={"category": "/a,/b"}, include="ferry OR port")
    await state.put_feeds([later.model_copy(update={"added_at": NOW + timedelta(microseconds=1)}), first])
    await state.put_feeds([])
    found = await state.feeds()
    assert [each.title for each, _ in found] == ["", "Ferry – “News”"]
    assert found[0] == (first, Poll())


async def test_people_and_the_poller_do_not_overwrite_each_other(state: State) -> None:
    added = feed("harbour")
    await state.put_feeds([added])
    poll = Poll(etag='"a"', polls=3, next_poll_at=NOW, arrivals=[NOW], per_day={"2026-11-03": 2}, seen={"1": "ab"})
    await state.put_poll(added.id, poll)
    await state.put_feeds([added.model_copy(update={"paused": True})])
    ((stored, known),) = await state.feeds()
    assert (stored.paused, known) == (True, poll)
    assert await state.feeds(polls=False) == [(stored, Poll())]
    await state.put_poll(added.id, Poll())
    assert (await state.feeds())[0][1] == Poll()


async def test_a_removed_feed_is_gone_whoever_polls_it(state: State) -> None:
    added = feed("harbour")
    await state.put_feeds([added])
    assert await state.remove_feed(added.id) is True
    assert await state.remove_feed(added.id) is False
    await state.put_poll(added.id, Poll(polls=1))
    assert await state.feeds() == []


async def test_more_feeds_than_a_page(state: State) -> None:
    await state.put_feeds([feed(f"outlet-{number}") for number in range(1001)])
    assert len({each.id for each, _ in await state.feeds()}) == 1001


async def test_what_was_taken_out_is_remembered(state: State) -> None:
    stones = [Tombstone(tombstone="article", id="a" * 200, at=NOW), Tombstone(tombstone="source", id="ü" * 500, at=NOW)]
    assert await state.buried([stone.name for stone in stones]) == set()
    await state.bury(stones)
    await state.bury(stones[:1])
    await state.bury([])
    assert await state.buried([*(stone.name for stone in stones), "source:other"]) == {stone.name for stone in stones}
    assert await state.buried([]) == set()
    assert await state.feeds() == []


async def test_one_holder_has_a_lease_until_it_runs_out(state: State) -> None:
    assert await state.lease("poller", "one", 30)
    assert await state.lease("poller", "one", 2)
    assert not await state.lease("poller", "two", 30)
    assert await state.lease("other", "two", 30)
    assert (await state.holder("poller"), await state.holder("nobody's")) == ("one", None)
    await asyncio.sleep(2.1)
    assert await state.holder("poller") is None
    assert await state.lease("poller", "two", 30)
    assert not await state.lease("poller", "one", 30)


async def test_a_lease_that_is_given_back_is_free_at_once(state: State) -> None:
    assert await state.lease("poller", "one", 30)
    await state.release("poller", "two")
    assert not await state.lease("poller", "two", 30)
    await state.release("poller", "one")
    await state.release("poller", "one")
    assert await state.lease("poller", "two", 30)


async def test_of_several_takers_one_gets_the_lease(state: State) -> None:
    taken = await asyncio.gather(*(state.lease("poller", f"holder {number}", 30) for number in range(8)))
    assert sum(taken) == 1


async def test_no_server_is_unavailable() -> None:
    state = open_state(cluster_settings("http://127.0.0.1:1"))
    try:
        for call in (
            state.init(),
            state.record([row("articles/0/1")]),
            state.tally(),
            state.get("x"),
            state.refused(size=1),
        ):
            with pytest.raises(Unavailable, match=r"127\.0\.0\.1:1"):
                await call
    finally:
        await state.close()


@pytest.mark.servers
async def test_missing_index_says_what_to_run(request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("elasticsearch_server").url
    state = open_state(cluster_settings(url))
    try:
        await state.init()
        drop(url)
        with pytest.raises(Misconfigured, match="geowire init"):
            await state.record([row("articles/0/1")])
    finally:
        await state.close()


async def test_a_file_that_is_no_database_is_misconfigured(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    path.write_bytes(b"this is not a database, and long enough to be read as one" * 100)
    with pytest.raises(Misconfigured, match=r"state\.db"):
        await SqliteState(path).init()


async def test_a_file_that_another_one_holds_is_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    holder = sqlite3.connect(path, check_same_thread=False)
    holder.execute("begin exclusive")
    asyncio.get_running_loop().call_later(0.2, holder.rollback)
    with contextlib.closing(sqlite3.connect(path, timeout=0, check_same_thread=False)) as waiting:
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            write_ahead(waiting, 0)
        await asyncio.to_thread(write_ahead, waiting, 10)
        assert waiting.execute("pragma journal_mode").fetchone() == ("wal",)
    holder.close()


async def test_a_file_of_an_earlier_version_keeps_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "state.db"
    old = sqlite3.connect(path)
    columns = "key text primary key, outcome text not null, reason text, article_id text, source text not null"
    old.execute(f"create table ledger ({columns}, retry_of text, at text not null) without rowid")
    old.execute("insert into ledger values ('submission/1', 'rejected', 'no text', null, 'a', null, ?)", (str(NOW),))
    old.commit()
    old.close()
    states = [SqliteState(path) for _ in range(4)]
    await asyncio.gather(*(each.init() for each in states))
    later = row("submission/2", Outcome.REJECTED, origin="a.txt", at=NOW + timedelta(seconds=1))
    await states[0].record([later])
    found = await states[1].refused(size=10)
    assert [(each.key, each.origin) for each in found] == [("submission/2", "a.txt"), ("submission/1", None)]


@pytest.mark.servers
async def test_an_index_of_an_earlier_version_takes_the_newer_fields(request: pytest.FixtureRequest) -> None:
    url = request.getfixturevalue("elasticsearch_server").url
    drop(url)
    make_ledger(url, {name: kind for name, kind in MAPPINGS["properties"].items() if name != "origin"})
    state = open_state(cluster_settings(url))
    try:
        await state.init()
        await state.record([row("submission/1", Outcome.REJECTED, origin="a.txt")])
        assert [each.origin for each in await state.refused(size=1)] == ["a.txt"]
    finally:
        await state.close()


async def test_a_locked_file_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.state.sqlite.BUSY_SECONDS", 0.1)
    state = SqliteState(tmp_path / "state.db")
    await state.init()
    other = sqlite3.connect(tmp_path / "state.db", isolation_level=None)
    other.execute("begin immediate")
    with pytest.raises(Unavailable, match="locked"):
        await state.record([row("articles/0/1")])
    other.execute("rollback")
    other.close()
    await state.record([row("articles/0/1")])
