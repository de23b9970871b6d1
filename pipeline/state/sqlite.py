"""Ledger, feeds and leases in a SQLite file, beside the embedded log. Owns `state.db`.

Any process may write (the worker its outcomes, `publish` its rejections, the poller its feeds); a commit is on disk
when it returns.
"""

import asyncio
import contextlib
import sqlite3
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pipeline.feed import Feed, Poll
from pipeline.ledger import REFUSED, LedgerRow, Outcome
from pipeline.sqlite_errors import translated, write_ahead
from pipeline.state import Tally
from pipeline.tombstone import Tombstone

T = TypeVar("T")

BUSY_SECONDS = 30.0

SCHEMA = """
create table if not exists ledger (
    key text primary key, outcome text not null, reason text, article_id text, source text not null,
    origin text, retry_of text, at text not null) without rowid;
create table if not exists feed (id text primary key, added_at text not null, feed text not null, poll text);
create table if not exists tombstone (name text primary key, at text not null) without rowid;
create table if not exists lease (name text primary key, holder text not null, until real not null);
create index if not exists refused on ledger (at) where outcome in ('rejected', 'filtered');
"""
VERSION = 1  # of the schema; a file without one has the ledger without `origin`

PUT_FEED = """
insert into feed (id, added_at, feed) values (?, ?, ?)
on conflict (id) do update set feed = excluded.feed
"""

# Taken where there is none, it has run out, or it is the holder's own.
LEASE = """
insert into lease values (:name, :holder, :until)
on conflict (name) do update set holder = excluded.holder, until = excluded.until
    where lease.holder = excluded.holder or lease.until < :now
"""

# The first final outcome stands; only a dead one may be replaced (state/__init__.py says why).
UPSERT = """
insert into ledger (key, outcome, reason, article_id, source, origin, retry_of, at)
values (:key, :outcome, :reason, :article_id, :source, :origin, :retry_of, :at)
on conflict (key) do update set outcome = excluded.outcome, reason = excluded.reason,
    article_id = excluded.article_id, source = excluded.source, origin = excluded.origin,
    retry_of = excluded.retry_of, at = excluded.at
    where ledger.outcome = 'dead'
"""


class SqliteState:
    """The state seam on SQLite.

    Args:
        path: the file; its folder is created with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    async def init(self) -> None:
        """As the seam says."""
        await self._run(lambda db: None)

    async def record(self, rows: Sequence[LedgerRow]) -> None:
        """As the seam says; one transaction."""
        values = [row.model_dump(mode="json") for row in rows]
        await self._run(lambda db: db.executemany(UPSERT, values))

    async def get(self, key: str) -> LedgerRow | None:
        """As the seam says."""
        found = await self._run(lambda db: _rows(db.execute("select * from ledger where key = ?", (key,))))
        return found[0] if found else None

    async def tally(self) -> list[Tally]:
        """As the seam says."""
        sql = (
            "select source, outcome, substr(key, 1, instr(key, '/') - 1) as topic, retry_of is not null, count(*) "
            "from ledger group by 1, 2, 3, 4"
        )
        counted = await self._run(lambda db: db.execute(sql).fetchall())
        return [Tally(source, Outcome(outcome), topic, bool(again), n) for source, outcome, topic, again, n in counted]

    async def refused(
        self, source: str | None = None, *, size: int, outcomes: Sequence[Outcome] = REFUSED
    ) -> list[LedgerRow]:
        """As the seam says."""
        wanted = ", ".join(f"'{Outcome(each)}'" for each in outcomes)  # as the index has them
        sql = f"select * from ledger where outcome in ({wanted}) and (? is null or source = ?) "  # noqa: S608  # of ours
        sql += "order by at desc, key limit ?"
        return await self._run(lambda db: _rows(db.execute(sql, (source, source, size))))

    async def feeds(self, *, polls: bool = True) -> list[tuple[Feed, Poll]]:
        """As the seam says."""
        poll = "coalesce(poll, '{}')" if polls else "'{}'"
        sql = f"select feed, {poll} from feed order by added_at, id"  # noqa: S608  # one of the two above
        found = await self._run(lambda db: db.execute(sql).fetchall())
        return [(Feed.model_validate_json(feed), Poll.model_validate_json(poll)) for feed, poll in found]

    async def put_feeds(self, feeds: Sequence[Feed]) -> None:
        """As the seam says."""
        values = [(feed.id, feed.added_at.isoformat(), feed.model_dump_json()) for feed in feeds]
        await self._run(lambda db: db.executemany(PUT_FEED, values))

    async def remove_feed(self, feed_id: str) -> bool:
        """As the seam says."""
        sql = "delete from feed where id = ?"
        return await self._run(lambda db: bool(db.execute(sql, (feed_id,)).rowcount))

    async def put_poll(self, feed_id: str, poll: Poll) -> None:
        """As the seam says."""
        sql = "update feed set poll = ? where id = ?"
        await self._run(lambda db: db.execute(sql, (poll.model_dump_json(), feed_id)))

    async def bury(self, tombstones: Sequence[Tombstone]) -> None:
        """As the seam says."""
        sql, values = "insert or ignore into tombstone values (?, ?)", [(t.name, t.at.isoformat()) for t in tombstones]
        await self._run(lambda db: db.executemany(sql, values))

    async def buried(self, names: Sequence[str]) -> set[str]:
        """As the seam says."""
        sql = "select name from tombstone where name = ?"
        return await self._run(lambda db: {name for name in names if db.execute(sql, (name,)).fetchone()})

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """As the seam says."""
        now = time.time()
        values = {"name": name, "holder": holder, "until": now + seconds, "now": now}
        return await self._run(lambda db: bool(db.execute(LEASE, values).rowcount))

    async def holder(self, name: str) -> str | None:
        """As the seam says."""
        sql = "select holder from lease where name = ? and until >= ?"
        found = await self._run(lambda db: db.execute(sql, (name, time.time())).fetchone())
        return str(found[0]) if found else None

    async def release(self, name: str, holder: str) -> None:
        """As the seam says."""
        sql = "delete from lease where name = ? and holder = ?"
        await self._run(lambda db: db.execute(sql, (name, holder)))

    async def close(self) -> None:
        """Nothing stays open between calls."""

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._in_transaction, work)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with translated(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS)) as db:
                write_ahead(db, BUSY_SECONDS)
                db.execute("pragma synchronous = full")
                _upgrade(db)
                with db:
                    return work(db)


def _upgrade(db: sqlite3.Connection) -> None:
    """Make the tables, or add what a file of an earlier geowire lacks; of several processes one does it."""
    if _version(db) == VERSION:
        return
    with db:
        db.execute("begin immediate")
        columns = [name for _, name, *_ in db.execute("pragma table_info(ledger)")]
        if columns and "origin" not in columns:
            db.execute("alter table ledger add column origin text")
        for statement in SCHEMA.strip().split(";\n"):
            db.execute(statement)
        db.execute(f"pragma user_version = {VERSION}")


def _version(db: sqlite3.Connection) -> int:
    return int(db.execute("pragma user_version").fetchone()[0])


def _rows(cursor: sqlite3.Cursor) -> list[LedgerRow]:
    names = [column[0] for column in cursor.description]
    return [LedgerRow.model_validate(dict(zip(names, row, strict=True))) for row in cursor]
