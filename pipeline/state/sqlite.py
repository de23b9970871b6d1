"""The ledger in a SQLite file, beside the embedded log. Owns `state.db`: one row for each input.

Any process may write (the worker its outcomes, `publish` its rejections); a commit is on disk when it returns.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from pipeline.article import LedgerRow, Outcome
from pipeline.errors import RESTORE, Misconfigured, Unavailable
from pipeline.state import Tally

T = TypeVar("T")

BUSY_SECONDS = 30.0

SCHEMA = """
create table if not exists ledger (
    key text primary key, outcome text not null, reason text, article_id text, source text not null,
    retry_of text, at text not null) without rowid;
"""

# The first final outcome stands; only a dead one may be replaced (state/__init__.py says why).
UPSERT = """
insert into ledger values (:key, :outcome, :reason, :article_id, :source, :retry_of, :at)
on conflict (key) do update set outcome = excluded.outcome, reason = excluded.reason,
    article_id = excluded.article_id, source = excluded.source, retry_of = excluded.retry_of, at = excluded.at
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

        def fetch(db: sqlite3.Connection) -> LedgerRow | None:
            cursor = db.execute("select * from ledger where key = ?", (key,))
            names, row = [column[0] for column in cursor.description], cursor.fetchone()
            return None if row is None else LedgerRow.model_validate(dict(zip(names, row, strict=True)))

        return await self._run(fetch)

    async def tally(self) -> list[Tally]:
        """As the seam says."""
        sql = (
            "select source, outcome, substr(key, 1, instr(key, '/') - 1) as topic, retry_of is not null, count(*) "
            "from ledger group by 1, 2, 3, 4"
        )
        counted = await self._run(lambda db: db.execute(sql).fetchall())
        return [Tally(source, Outcome(outcome), topic, bool(again), n) for source, outcome, topic, again, n in counted]

    async def close(self) -> None:
        """Nothing stays open between calls."""

    async def _run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await asyncio.to_thread(self._in_transaction, work)

    def _in_transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self._path, timeout=BUSY_SECONDS)
            try:
                db.execute("pragma journal_mode = wal")
                db.execute("pragma synchronous = full")
                db.executescript(SCHEMA)
                with db:
                    return work(db)
            finally:
                db.close()
        except sqlite3.OperationalError as exc:
            if any(word in str(exc) for word in ("locked", "busy", "full", "disk I/O")):
                raise Unavailable(f"{self._path}: {exc}") from exc
            raise Misconfigured(f"{self._path}: {exc}") from exc
        except (sqlite3.DatabaseError, OSError) as exc:
            raise Misconfigured(f"{self._path} can't be used ({exc}); {RESTORE}") from exc
