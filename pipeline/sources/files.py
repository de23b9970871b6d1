"""Files and standard input become articles: text, HTML, JSON, NDJSON, saved feeds, folders of them.

In a text file the first line is the title and the rest the text. In JSON only `text` is required. Everything passes
`admit`; what it refuses comes out as a `Refusal` in its place, and the reading goes on.
"""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from pipeline.article import Article, admit
from pipeline.errors import GeowireError, Rejected
from pipeline.sources.feed import read_feed
from pipeline.sources.html import read_page

MAX_FILE = 64 * 1024 * 1024  # bytes of a file that is read whole; NDJSON is read line by line
MAX_LINE = 16 * 1024 * 1024  # bytes of an NDJSON line
SUFFIXES = {".txt", ".html", ".htm", ".json", ".ndjson", ".jsonl", ".xml", ".rss", ".atom"}
LINES = {".ndjson", ".jsonl"}


@dataclass(frozen=True)
class Refusal:
    """An input that was refused: where it stood, and why."""

    where: str
    reason: str
    article_id: str | None = None
    source: str = ""


@dataclass(frozen=True)
class Defaults:
    """What holds for inputs that do not say it themselves (command-line options)."""

    published_at: str | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None

    def fill(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields of an article with the missing ones filled in."""
        given = {"published_at": self.published_at, "url": self.url, "language": self.lang}
        filled = {name: value for name, value in given.items() if value and not data.get(name)}
        if self.source and not data.get("source"):
            filled["source"] = {"name": self.source}
        return data | filled


def read_paths(paths: Iterable[str], defaults: Defaults | None = None) -> Iterator[Article | Refusal]:
    """Articles of files, folders (sorted, known suffixes only) and `-` (standard input), one after the other.

    Raises:
        GeowireError: a path does not exist.
    """
    for name in paths:
        if name == "-":
            yield from read_stream(sys.stdin.buffer, "standard input", defaults)
            continue
        path = Path(name)
        if path.is_dir():
            for file in sorted(found for found in path.rglob("*") if found.suffix.lower() in SUFFIXES):
                yield from read_file(file, defaults)
        elif path.is_file():
            yield from read_file(path, defaults)
        else:
            raise GeowireError(f"{name}: no such file or folder")


def read_file(path: Path, defaults: Defaults | None = None) -> Iterator[Article | Refusal]:
    """Articles of one file."""
    with path.open("rb") as stream:
        if path.suffix.lower() in LINES:
            yield from _lines(stream, str(path), defaults)
        else:
            yield from _whole(stream.read(MAX_FILE + 1), str(path), path.suffix.lower(), defaults)


def read_stream(stream: BinaryIO, where: str, defaults: Defaults | None = None) -> Iterator[Article | Refusal]:
    """Articles of standard input: NDJSON where it begins with `{`, HTML where it begins with `<`, else text."""
    start = stream.readline(MAX_LINE + 1)
    while start and not start.strip():
        start = stream.readline(MAX_LINE + 1)
    mark = start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if mark == b"{":
        yield from _lines(_Prefixed(start, stream), where, defaults)
    else:
        suffix = {b"<": ".html", b"[": ".json"}.get(mark, ".txt")
        yield from _whole(start + stream.read(MAX_FILE), where, suffix, defaults)


class _Prefixed:
    """A stream with its first line put back."""

    def __init__(self, first: bytes, rest: BinaryIO) -> None:
        self._first, self._rest = first, rest

    def readline(self, limit: int = -1) -> bytes:
        """The first line, then the others."""
        line, self._first = self._first, b""
        return line or self._rest.readline(limit)


def _lines(stream: Any, where: str, defaults: Defaults | None) -> Iterator[Article | Refusal]:
    number = 0
    while line := stream.readline(MAX_LINE + 1):
        number += 1
        place = f"{where}:{number}"
        if len(line) > MAX_LINE:
            while line and not line.endswith(b"\n"):  # skip the rest of it in bounded steps
                line = stream.readline(MAX_LINE)
            yield Refusal(place, f"line too long: the limit is {MAX_LINE:,} bytes")
        elif line.strip():
            yield from _json(line, place, defaults, one=True)


def _whole(raw: bytes, where: str, suffix: str, defaults: Defaults | None) -> Iterator[Article | Refusal]:
    if len(raw) > MAX_FILE:
        yield Refusal(where, f"file too large: the limit is {MAX_FILE:,} bytes (NDJSON has none)")
    elif suffix == ".json":
        yield from _json(raw, where, defaults, one=False)
    elif suffix in (".html", ".htm"):
        yield _guarded(where, defaults, lambda: read_page(raw, defaults.url if defaults else None))
    elif suffix in (".xml", ".rss", ".atom"):
        try:
            items = list(read_feed(raw))
        except Rejected as exc:
            yield Refusal(where, str(exc))
            return
        yield from (_admitted(item, f"{where}#{n}", defaults) for n, item in enumerate(items, 1))
    else:
        yield _guarded(where, defaults, lambda: read_text(raw))


def read_text(raw: bytes) -> dict[str, Any]:
    """The fields of an article from plain text.

    Raises:
        Rejected: not UTF-8 text.
    """
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Rejected(f"not UTF-8 text: {exc.reason} at byte {exc.start}") from None
    title, _, rest = text.strip().partition("\n")
    return {"title": title.strip(), "text": rest.strip() or title.strip()}


def _json(raw: bytes, where: str, defaults: Defaults | None, *, one: bool) -> Iterator[Article | Refusal]:
    try:
        data = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as exc:
        what = "a lone surrogate, or not JSON" if b"\\u" in raw and "surrogate" in str(exc) else "not JSON"
        yield Refusal(where, f"{what}: {exc}")
        return
    if one or not isinstance(data, list):
        yield _admitted(data, where, defaults)
    else:
        yield from (_admitted(item, f"{where}#{number}", defaults) for number, item in enumerate(data, 1))


def _guarded(where: str, defaults: Defaults | None, read: Any) -> Article | Refusal:
    try:
        data = read()
    except Rejected as exc:
        return Refusal(where, str(exc))
    return _admitted(data, where, defaults)


def _admitted(data: Any, where: str, defaults: Defaults | None) -> Article | Refusal:
    try:
        filled = (defaults or Defaults()).fill(data) if isinstance(data, dict) else data
        return admit(filled, now=datetime.now(UTC), pushed=True)
    except Rejected as exc:
        known = data if isinstance(data, dict) else {}
        source = known.get("source")
        outlet = source.get("id") or source.get("name") if isinstance(source, dict) else None
        given = known.get("id")
        return Refusal(
            where,
            str(exc),
            given if isinstance(given, str) else None,
            outlet[:500] if isinstance(outlet, str) else "",
        )
