"""`geowire search --facets`: what the matching articles have in common, counted instead of listed."""

import asyncio
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import Any

from pipeline import counting
from pipeline.cli import output
from pipeline.index import Bucket, Facet, Index
from pipeline.query.printing import in_quotes, to_text
from pipeline.searching import Without, explain_nothing, nothing_in_words, understand

BARS = "▁▂▃▄▅▆▇█"
WIDEST = 50  # moments of a timeline on one line
INDENT = 9  # columns of a terminal before the values
FIELDS: dict[str, Facet] = {**counting.SELECTED, "event": "event", "status": "status", "speaker": "speaker"}
"""The field of the query that selects a value of each facet."""


@dataclass(frozen=True)
class Counts:
    """What is counted of a search."""

    query: str
    total: int
    facets: dict[Facet, list[Bucket]]
    timeline: counting.Timeline
    matrix: list[counting.Dyad]
    without: list[Without]


async def counted(index: Index, query: str, size: int) -> Counts:
    """Count the articles of a query.

    Args:
        index: where.
        query: as a person writes it.
        size: how many values of each facet.

    Raises:
        QueryError: the query does not parse.
    """
    node = await understand(index, query)
    found, facets, timeline, matrix = await asyncio.gather(
        index.search(node, size=0),
        counting.facets(index, node, counting.USUAL, size=size),
        counting.timeline(index, node),
        counting.matrix(index, node, size=size),
    )
    without = [] if found.total else await explain_nothing(index, node)
    return Counts(to_text(node), found.total, facets, timeline, matrix, without)


def as_json(counts: Counts) -> dict[str, Any]:
    """For programs, in the names of the API."""
    return asdict(counts)


def show(counts: Counts) -> None:
    """A line for each field with its values, the most frequent first; each is one that the query takes."""
    print(f"{counts.total:,} article{'' if counts.total == 1 else 's'}")
    for one in counts.without:
        print(f"  {output.plain(nothing_in_words(one))}")
    for field, facet in FIELDS.items():
        if buckets := counts.facets.get(facet):
            _line(f"{field}:", [(_value(bucket.value), bucket.count) for bucket in buckets])
    if counts.matrix:
        _line("acts on", [(f"{one.actor} → {one.target}", one.count) for one in counts.matrix])
    _timeline(counts.timeline)


def _line(name: str, values: list[tuple[str, int]]) -> None:
    """The values after the name; on a terminal as many lines as they need, none of them torn."""
    from rich.cells import cell_len

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else sys.maxsize
    pieces, used = [(f"{name:<{INDENT}}", "cyan")], INDENT
    for value, count in values:
        size = cell_len(f"  {value} {count:,}")
        if used + size > width and used > INDENT:
            output.styled(pieces)
            pieces, used = [(" " * INDENT, "")], INDENT
        pieces += [(f"  {value}", ""), (f" {count:,}", "dim")]
        used += size
    output.styled(pieces)


def _timeline(timeline: counting.Timeline) -> None:
    """The newest moments as bars, with the first and the last of them."""
    moments = timeline.moments[-WIDEST:]
    if not moments:
        return
    most = max(one.count for one in moments)
    bars = "".join(BARS[max(0, -(-one.count * len(BARS) // most) - 1)] if one.count else " " for one in moments)
    ends = (moments[0].start, moments[-1].start)
    said = f"  by {timeline.interval}, at most {most:,}"
    output.styled(
        [
            (f"{'published':<{INDENT}}", "cyan"),
            (f"  {ends[0]} ", ""),
            (bars, "yellow"),
            (f" {ends[1]}", ""),
            (said, "dim"),
        ]
    )


def _value(value: str) -> str:
    return in_quotes(value) if " " in value else value
