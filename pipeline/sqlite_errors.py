"""What SQLite's errors mean to the log of broker/ and to state/, as elastic_client.py says it of Elasticsearch's."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.errors import RESTORE, Misconfigured, Unavailable

PAUSE = 0.02  # seconds before a lock is asked for again
PASSING = ("locked", "busy", "full", "disk I/O")  # words of the errors that may pass by themselves


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Everything done with a SQLite file goes inside: what may pass leaves as Unavailable, the rest needs a person."""
    try:
        yield
    except sqlite3.OperationalError as exc:
        if any(word in str(exc) for word in PASSING):
            raise Unavailable(f"{path}: {exc}") from exc
        raise Misconfigured(f"{path}: {exc}") from exc
    except sqlite3.DatabaseError as exc:
        raise Misconfigured(f"{path} is not a usable SQLite file ({exc}); {RESTORE}") from exc
    except OSError as exc:
        raise Misconfigured(f"{path}: {exc.strerror}") from exc


def write_ahead(connection: sqlite3.Connection, seconds: float) -> None:
    """Have a file written ahead (WAL). SQLite itself doesn't wait where two change to that at once, so this does.

    Args:
        connection: to the file.
        seconds: how long another one may hold it.

    Raises:
        sqlite3.OperationalError: it is still locked, or can't be used.
    """
    end = time.monotonic() + seconds
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
            return
        except sqlite3.OperationalError as exc:
            if "locked" not in str(exc) or time.monotonic() > end:
                raise
        time.sleep(PAUSE)
