"""JSON and NDJSON: articles as programs write them."""

import codecs
import contextlib
import re
from collections.abc import Iterable, Iterator
from typing import BinaryIO

import orjson

from pipeline.sources.door import Door, Input

MAX_LINE = 16 * 1024 * 1024  # bytes of one NDJSON line; the largest article that `admit` takes is far below
BOM = b"\xef\xbb\xbf"
_PIECE = 1024 * 1024

_BEGINS = re.compile(rb"\s*[{\[]")


def ndjson(origin: str, lines: Iterable[bytes], door: Door) -> Iterator[Input]:
    """One article a line; a broken line is refused with its number, and the rest goes on."""
    for number, line in enumerate(lines, start=1):
        line = line.removeprefix(BOM) if number == 1 else line
        if line.strip():
            yield _one(f"{origin}:{number}", line, door)


def document(origin: str, raw: bytes, door: Door) -> Iterator[Input]:
    """A JSON document: one article, or a list of them. A byte order mark before it says nothing (RFC 8259, 8.1)."""
    try:
        value = orjson.loads(utf8(raw))
    except orjson.JSONDecodeError as exc:
        yield door.refuse(origin, _not_json(exc))
        return
    if not isinstance(value, list):
        yield door.take(origin, value)
        return
    for number, item in enumerate(value, start=1):
        yield door.take(f"{origin}[{number}]", item)


def utf8(raw: bytes) -> bytes:
    """A text as UTF-8 without a byte order mark; where the mark is that of UTF-16 (Windows' "Unicode") it is converted.

    What can't be converted stays as it is.
    """
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode("utf-16").encode("utf-8")
    return raw.removeprefix(BOM)


def bounded_lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of a stream; of one that is longer than MAX_LINE only its first MAX_LINE + 1 bytes are kept."""
    while line := stream.readline(MAX_LINE + 1):
        if not line.endswith(b"\n") and len(line) > MAX_LINE:
            _skip_line(stream)
        yield line


def is_complete(line: bytes) -> bool:
    """Whether a line is JSON by itself."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def begins_value(line: bytes) -> bool:
    """Whether an object or a list begins with this line."""
    return _BEGINS.match(line) is not None


def _one(origin: str, line: bytes, door: Door) -> Input:
    if len(line) > MAX_LINE:
        return door.refuse(origin, f"line too long: the limit is {MAX_LINE // 1024**2} MiB")
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError as exc:
        return door.refuse(origin, _not_json(exc))
    return door.take(origin, value)


def _not_json(exc: orjson.JSONDecodeError) -> str:
    if "UTF-8" in str(exc):  # another charset, or a body that a program compressed
        return "not JSON: JSON is UTF-8, and this is not; convert it, and send it without compression"
    return f"not JSON: {exc}"


def _skip_line(stream: BinaryIO) -> None:
    while piece := stream.readline(_PIECE):
        if piece.endswith(b"\n"):
            return
