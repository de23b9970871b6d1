"""The embedded broker: a durable message log in one SQLite file (WAL).

Owns `broker.db`: topics, messages, and the committed offsets of consumer groups. Any process may publish; one worker
at a time may consume (`lock_worker`). A publish returns after its transaction is on disk (synchronous=FULL), so what
was confirmed survives a kill -9 and a power cut.
"""

import contextlib
import fcntl
import os
import sqlite3
import threading
import time
import zlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import orjson

from pipeline.broker import MAX_MESSAGE, Headers, Message, Position, StoredMessage, TopicSpec
from pipeline.errors import Misconfigured, Rejected
from pipeline.sqlite_errors import translated, write_ahead

BUSY_MS = 30_000  # how long a writer waits for another one
EXPIRE_SECONDS = 3600.0  # between two removals of messages that have outlived their topic's retention

SCHEMA = """
create table if not exists topic (name text primary key, partitions integer not null, retention_ms integer not null);
create table if not exists message (
    topic text not null, part integer not null, pos integer not null,
    at real not null, key blob, value blob not null, headers blob not null,
    primary key (topic, part, pos)) without rowid;
create table if not exists head (topic text not null, part integer not null, next integer not null,
    primary key (topic, part)) without rowid;
create table if not exists committed (consumers text not null, topic text not null, part integer not null,
    pos integer not null, primary key (consumers, topic, part)) without rowid;
"""


class SqliteLog:
    """The log in one file; safe for threads (a connection each) and for processes.

    Args:
        path: the SQLite file; its folder is created with it.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._all: list[sqlite3.Connection] = []
        self._lock: IO[str] | None = None
        self._expired = float("-inf")

    def create_topics(self, specs: Sequence[TopicSpec]) -> list[str]:
        """As the seam says."""
        created = []
        with self._writing() as db:
            for spec in specs:
                row = db.execute("select partitions from topic where name = ?", (spec.name,)).fetchone()
                if row is None:
                    db.execute("insert into topic values (?, ?, ?)", (spec.name, spec.partitions, spec.retention_ms))
                    rows = [(spec.name, part) for part in range(spec.partitions)]
                    db.executemany("insert into head values (?, ?, 0)", rows)
                    created.append(spec.name)
                elif row[0] != spec.partitions:
                    raise Misconfigured(
                        f"topic {spec.name} in {self._path} has {row[0]} partitions, not {spec.partitions}; "
                        f"set GEOWIRE_PARTITIONS={row[0]}"
                    )
        return created

    def partitions(self, topic: str) -> int:
        """As the seam says."""
        with self._reading() as db:
            row = db.execute("select partitions from topic where name = ?", (topic,)).fetchone()
        return int(row[0]) if row else 0

    def publish(self, topic: str, messages: Sequence[Message]) -> list[Position]:
        """As the seam says; one transaction, so all of the batch or nothing."""
        for message in messages:
            if len(message.key) + len(message.value) > MAX_MESSAGE:
                raise Rejected(f"message too large: {len(message.value):,} bytes, the limit is {MAX_MESSAGE:,}")
        with self._writing() as db:
            heads: dict[int, int] = dict(db.execute("select part, next from head where topic = ?", (topic,)))
            if not heads:
                raise Misconfigured(f"no topic {topic} in {self._path}; run: geowire init")
            now, rows, positions = time.time(), [], []
            for message in messages:
                part = key_partition(message.key, len(heads))
                headers = orjson.dumps([[name, value.decode("latin-1")] for name, value in message.headers])
                rows.append((topic, part, heads[part], now, message.key, message.value, headers))
                positions.append(Position(topic, part, heads[part]))
                heads[part] += 1
            db.executemany("insert into message values (?, ?, ?, ?, ?, ?, ?)", rows)
            db.executemany(
                "update head set next = ? where topic = ? and part = ?", [(n, topic, p) for p, n in heads.items()]
            )
        return positions

    def beginning_offsets(self, topic: str) -> dict[int, int]:
        """As the seam says."""
        sql = (
            "select h.part, coalesce((select min(pos) from message m where m.topic = h.topic and m.part = h.part),"
            " h.next) from head h where h.topic = ?"
        )
        with self._reading() as db:
            return dict(db.execute(sql, (topic,)).fetchall())

    def end_offsets(self, topic: str) -> dict[int, int]:
        """As the seam says."""
        with self._reading() as db:
            return dict(db.execute("select part, next from head where topic = ?", (topic,)).fetchall())

    def committed(self, group: str, topic: str) -> dict[int, int]:
        """As the seam says."""
        with self._reading() as db:
            sql = "select part, pos from committed where consumers = ? and topic = ?"
            return dict(db.execute(sql, (group, topic)).fetchall())

    def commit(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Store the next offsets that a group will read, by (topic, partition); durable when this returns.

        Now and then it also removes what has outlived its topic's retention and is behind the group.
        """
        rows = [(group, topic, part, pos) for (topic, part), pos in offsets.items()]
        with self._writing() as db:
            db.executemany("insert or replace into committed values (?, ?, ?, ?)", rows)
            if time.monotonic() > self._expired + EXPIRE_SECONDS:
                self._expire(db, group)
                self._expired = time.monotonic()

    def _expire(self, db: sqlite3.Connection, group: str) -> None:
        read = (
            "select c.topic, c.part, c.pos, t.retention_ms from committed c join topic t on t.name = c.topic "
            "where c.consumers = ? and t.retention_ms >= 0"
        )
        kept = "select min(pos) from message where topic = ? and part = ? and pos < ? and at >= ?"
        for topic, part, committed, retention_ms in db.execute(read, (group,)).fetchall():
            oldest = time.time() - retention_ms / 1000
            first = db.execute(kept, (topic, part, committed, oldest)).fetchone()[0]
            end = committed if first is None else first
            db.execute("delete from message where topic = ? and part = ? and pos < ?", (topic, part, end))

    def read(self, topic: str, partition: int, offset: int, *, limit: int = 100) -> list[StoredMessage]:
        """As the seam says; at most about 16 MiB at once."""
        sql = (
            "select pos, at, key, value, headers from message where topic = ? and part = ? and pos >= ? "
            "order by pos limit ?"
        )
        found: list[StoredMessage] = []
        size = 0
        with self._reading() as db:
            for pos, at, key, value, headers in db.execute(sql, (topic, partition, offset, limit)):
                position = Position(topic, partition, pos)
                found.append(StoredMessage(position, key, value, _headers(headers), at))
                size += len(value)
                if size > 2 * MAX_MESSAGE:
                    break
        return found

    def change_counter(self) -> int:
        """A number that differs after any other connection has written; cheap to ask."""
        with self._reading() as db:
            return int(db.execute("pragma data_version").fetchone()[0])

    def lock_worker(self) -> None:
        """Claim the log for this worker until the process ends.

        Raises:
            Misconfigured: another worker has it.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = open(self._path.with_suffix(".lock"), "a+", encoding="utf-8")  # noqa: SIM115  # held until close
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            lock.close()
            raise Misconfigured(
                f"another worker (process {holder}) reads {self._path} already, and a SQLite log has one worker at a "
                "time; stop it, or use Kafka for several workers"
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        self._lock = lock

    def close(self) -> None:
        """Close all connections and give the worker's lock back."""
        for connection in self._all:
            connection.close()
        self._all.clear()
        self._local = threading.local()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            connection = sqlite3.connect(
                self._path, timeout=BUSY_MS / 1000, isolation_level=None, check_same_thread=False
            )
            write_ahead(connection, BUSY_MS / 1000)
            connection.execute("pragma synchronous = full")
            connection.executescript(SCHEMA)
            self._local.connection = connection
            self._all.append(connection)
        return connection

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with translated(self._path):
            yield self._connection()

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with translated(self._path):
            connection = self._connection()
            connection.execute("begin immediate")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                if connection.in_transaction:  # SQLite has taken it back by itself where the disk is full
                    connection.execute("rollback")
                raise


def key_partition(key: bytes | None, partitions: int) -> int:
    """The partition of a key: CRC-32 modulo the number of partitions."""
    return zlib.crc32(key or b"") % partitions


def _headers(raw: bytes) -> Headers:
    return tuple((name, value.encode("latin-1")) for name, value in orjson.loads(raw))
