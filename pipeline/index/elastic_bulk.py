"""Bulks of bounded size: the server refuses a body over 100 MB, and a whole bulk for one id that is too long."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

BULK_BYTES = 1_000_000  # of one bulk: a small server has the memory, and aiohttp sends it without complaint
MAX_ID = 512  # bytes; a longer id makes the server refuse the whole bulk


@dataclass(frozen=True)
class Step:
    """One operation of a bulk: `create` and `index` with a document, `delete` without."""

    kind: str
    index: str
    id: str
    body: dict[str, Any] | None = None
    state: dict[str, int] | None = None

    @property
    def lines(self) -> list[bytes]:
        """As a bulk has it."""
        head = orjson.dumps({self.kind: {"_index": self.index, "_id": self.id, **(self.state or {})}})
        return [head] if self.body is None else [head, orjson.dumps(self.body)]


def bulks(steps: Sequence[Step]) -> Iterator[list[Any]]:
    """The lines of the steps, in bulks of at most BULK_BYTES; a larger step goes by itself."""
    lines: list[Any] = []
    size = 0
    for step in steps:
        more = step.lines
        added = sum(map(len, more))
        if lines and size + added > BULK_BYTES:
            yield lines
            lines, size = [], 0
        lines, size = lines + more, size + added
    if lines:
        yield lines


def usable(article_id: str) -> bool:
    """Whether an id is one that a bulk may hold."""
    return 0 < len(article_id.encode()) <= MAX_ID
