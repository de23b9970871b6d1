"""What commands print: data on standard output, everything else on standard error, colour and progress on a terminal.

Texts of articles come from strangers, so nothing of them reaches a terminal without `plain`.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import orjson

from pipeline.errors import QueryError

# Control characters move the cursor or change colours; directional ones make text read as what it is not.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def plain(text: str) -> str:
    """Text without what a terminal would obey; tabs and line ends stay."""
    return _UNSAFE.sub("\N{REPLACEMENT CHARACTER}", text)


def data(value: object) -> None:
    """Print one JSON document, indented."""
    _write(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str))


def line(value: object) -> None:
    """Print one line of NDJSON, at once."""
    _write(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE, default=str))


def raw(piece: bytes) -> None:
    """Print bytes of a format as they are."""
    _write(piece)


def table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table; on a terminal with rules that fit its width, else in columns parted by two blanks."""
    safe = [[plain(str(value)).replace("\n", " ") for value in row] for row in rows]
    if sys.stdout.isatty():
        _rich_table(columns, safe)
        return
    widths = [max(map(len, column)) for column in zip(columns, *safe, strict=True)]
    for row in [columns, *safe]:
        padded = (value.ljust(width) for value, width in zip(row, widths, strict=True))
        _write(("  ".join(padded).rstrip() + "\n").encode())


def styled(pieces: Sequence[tuple[str, str]]) -> None:
    """Print one line of (text, rich style) pieces; the styles show on a terminal only."""
    if not sys.stdout.isatty():
        _write(("".join(plain(text) for text, _ in pieces) + "\n").encode("utf-8", "replace"))
        return
    from rich.console import Console
    from rich.text import Text

    Console(highlight=False).print(Text.assemble(*((plain(text), style) for text, style in pieces)))


def note(message: str) -> None:
    """Tell something on standard error."""
    print(plain(message), file=sys.stderr)


def error(message: str) -> None:
    """Tell what went wrong on standard error."""
    print(f"geowire: {plain(message)}", file=sys.stderr)


def query_error(exc: QueryError, query: str | None = None) -> None:
    """Tell what is wrong with a query, with a caret under the place where the query is known."""
    error(f"the query is not understood: {exc.message}")
    if query is not None:
        before, shown = _around(query, exc.position)
        print(f"  {shown}\n  {' ' * before}^", file=sys.stderr)
    if exc.expected:
        print(f"  expected: {plain(exc.expected)}", file=sys.stderr)
    if exc.suggestion:
        print(f"  did you mean: {plain(exc.suggestion)}", file=sys.stderr)


def _around(query: str, position: int) -> tuple[int, str]:
    """What of a query fits on a line, and in which terminal column of that the fault is."""
    from rich.cells import cell_len

    start = max(0, position - 60)
    shown = plain(query[start : start + 76]).replace("\n", " ").replace("\t", " ")
    return cell_len(shown[: position - start]), shown


@contextmanager
def progress(label: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """A progress bar on standard error while it is a terminal, else nothing; call it with the number of steps done."""
    if not sys.stderr.isatty():
        yield lambda steps: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=total)
        yield lambda steps: bar.advance(task, steps)


def _rich_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    shown = Table(box=box.SIMPLE_HEAD, header_style="bold", pad_edge=False)
    for column in columns:
        shown.add_column(Text(column), overflow="fold")
    for row in rows:
        shown.add_row(*(Text(value) for value in row))
    Console().print(shown)


def _write(raw: bytes) -> None:
    out: Any = sys.stdout
    out.flush()
    buffer = getattr(out, "buffer", None)
    if buffer is None:
        out.write(raw.decode("utf-8"))
    else:
        buffer.write(raw)
    (buffer or out).flush()
