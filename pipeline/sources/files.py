"""Files and standard input become articles: text, HTML, JSON, NDJSON, saved feeds, compressed or not, folders of them.

In a text file the first line is the title and the rest the text. In JSON only `text` is required. What is refused comes
out as a `Refusal` in its place, and the reading goes on; what is no article at all is counted (`Door.pass_over`).
"""

import gzip
import io
import os
import re
import sys
import zlib
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, cast

from pipeline.errors import GeowireError, Rejected
from pipeline.sources import lines
from pipeline.sources.door import Door, Input
from pipeline.sources.feed import read_feed
from pipeline.sources.html import read_page
from pipeline.sources.http import GZIP
from pipeline.sources.warc import read_warc

MAX_FILE = 64 * 1024 * 1024  # bytes of a file that is read whole; NDJSON is read line by line
PAGES, FEEDS, LINES = {".html", ".htm"}, {".xml", ".rss", ".atom"}, {".ndjson", ".jsonl"}
ARCHIVES = {".warc"}
SUFFIXES = {".txt", ".json"} | PAGES | FEEDS | LINES | ARCHIVES
PACKED = ".gz"  # after any of them
DAMAGED = (EOFError, zlib.error, gzip.BadGzipFile)

_XML_FEED = re.compile(rb"(?:\s*<[?!][^>]*>)*\s*<(?:rss|feed|(?:\w+:)?(?:RDF|urlset|sitemapindex))[\s>]")
_JSON_FEED = re.compile(rb"\"version\"\s*:\s*\"https?://jsonfeed\.org/")


def read_paths(paths: Iterable[str], door: Door) -> Iterator[Input]:
    """Inputs of files, folders (sorted, known suffixes only) and `-` (standard input), one after the other.

    Raises:
        GeowireError: a path does not exist; nothing was read then.
    """
    names = list(paths)
    if missing := [name for name in names if name != "-" and not Path(name).exists()]:
        raise GeowireError(f"{', '.join(missing)}: no such file or folder")
    for name in names:
        path = Path(name)
        if name == "-":
            yield from read_stream(sys.stdin.buffer, "standard input", door)
        elif path.is_dir():
            for file in sorted(found for found in path.rglob("*") if _is_input(found, path, door)):
                yield from read_file(file, door)
        else:
            yield from read_file(path, door)


def read_file(path: Path, door: Door) -> Iterator[Input]:
    """Inputs of one file, by its suffix; one without a known suffix is looked at as standard input is."""
    try:
        with path.open("rb") as raw:
            if _suffix(path) in ARCHIVES:  # those are packed page by page
                yield from _archive(str(path), raw, door)
                return
            plain = _unpacked(raw, packed=path.suffix.lower() == PACKED)
            yield from _of_suffix(path, plain, door)
    except DAMAGED as exc:
        yield door.refuse(str(path), f"not to be decompressed from here on: {exc}")
    except OSError as exc:
        yield door.refuse(str(path), f"can't be read: {exc.strerror}")


def _of_suffix(path: Path, stream: BinaryIO, door: Door) -> Iterator[Input]:
    suffix = _suffix(path)
    if suffix in LINES:
        yield from lines.ndjson(str(path), lines.bounded_lines(stream), door)
    elif suffix in SUFFIXES:
        yield from _whole(str(path), stream.read(MAX_FILE + 1), suffix, door)
    else:
        yield from _of_beginning(stream, str(path), door)


def _suffix(path: Path) -> str:
    """The suffix that tells what is in a file, `.ndjson` of `news.ndjson.gz`."""
    inner = Path(path.name.lower().removesuffix(PACKED)).suffix
    return inner if inner in SUFFIXES else path.suffix.lower()


def read_stream(stream: BinaryIO, origin: str, door: Door) -> Iterator[Input]:
    """Inputs of a stream, packed or not: JSON or NDJSON where it begins with `{` or `[`, HTML with `<`, else text."""
    try:
        yield from _of_beginning(_unpacked(stream), origin, door)
    except DAMAGED as exc:
        yield door.refuse(origin, f"not to be decompressed from here on: {exc}")


def _unpacked(stream: BinaryIO, *, packed: bool = False) -> BinaryIO:
    """A stream without its compression, which its first bytes tell, or whoever named it."""
    begun = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    packed = packed or begun.peek(len(GZIP)).startswith(GZIP)
    return cast(BinaryIO, gzip.GzipFile(fileobj=begun)) if packed else begun


def _of_beginning(stream: BinaryIO, origin: str, door: Door) -> Iterator[Input]:
    each = (line for line in lines.bounded_lines(stream) if line.strip())
    head = [next(each, b"").removeprefix(lines.BOM)]
    if head[0].lstrip().startswith(b"{"):
        if not lines.is_complete(head[0]):  # of an article a line the first one may be broken
            head.append(next(each, b""))
        if lines.is_complete(head[-1]) and not _JSON_FEED.search(head[0]):
            yield from lines.ndjson(origin, chain(head, each), door)
            return
    whole = b"".join(head)
    whole += stream.read(MAX_FILE + 1 - min(len(whole), MAX_FILE))
    if whole.startswith(b"WARC/"):
        yield door.refuse(origin, "a web archive, which is read from a file with a name that ends in .warc or .warc.gz")
        return
    yield from _whole(origin, whole, _told_suffix(lines.utf8(whole)), door)


def _told_suffix(whole: bytes) -> str:
    """The suffix that the beginning of a document tells."""
    if lines.begins_value(whole):
        return ".json"
    if not whole.lstrip().startswith(b"<"):
        return ".txt"
    return ".xml" if _XML_FEED.match(whole[:4096]) else ".html"


def _is_input(path: Path, folder: Path, door: Door) -> bool:
    """Whether what lies in a folder is read: a file of a known kind. A pipe is none, it might never end."""
    if path.is_dir():
        return False
    if path.is_symlink() and not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder)):
        door.pass_over("links that lead out of the folder")
        return False
    if path.exists() and not path.is_file():
        door.pass_over("pipes and devices")
    elif _suffix(path) in SUFFIXES:
        return True
    else:
        door.pass_over(f"{path.suffix.lower()} files" if path.suffix else "files without a suffix")
    return False


def _archive(origin: str, stream: BinaryIO, door: Door) -> Iterator[Input]:
    try:
        for url, found in read_warc(stream, door.pass_over):
            place = f"{origin} {url}"
            yield door.refuse(place, str(found)) if isinstance(found, Rejected) else door.take(place, found)
    except Rejected as exc:
        yield door.refuse(origin, str(exc))


def _whole(origin: str, raw: bytes, suffix: str, door: Door) -> Iterator[Input]:
    if len(raw) > MAX_FILE:
        yield door.refuse(origin, f"file too large: the limit is {MAX_FILE:,} bytes (NDJSON has none)")
        return
    if suffix == ".json" and _JSON_FEED.search(raw):
        suffix = ".xml"  # of feeds
    if suffix == ".json":
        yield from lines.document(origin, raw, door)
        return
    try:
        found = list(_fields(raw, suffix, door))
    except Rejected as exc:
        yield door.refuse(origin, str(exc))
        return
    except Exception as exc:  # noqa: BLE001  # whatever a parser trips over in a stranger's file, the next file goes on
        yield door.refuse(origin, f"can't be read as {suffix[1:]}: {type(exc).__name__}: {exc}")
        return
    for number, fields in enumerate(found, start=1):
        yield door.take(f"{origin}[{number}]" if suffix in FEEDS else origin, fields)


def _fields(raw: bytes, suffix: str, door: Door) -> Iterator[dict[str, Any]]:
    if suffix in PAGES:
        yield read_page(raw, door.url)
    elif suffix in FEEDS:
        yield from read_feed(raw)
    else:
        yield read_text(raw)


def read_text(raw: bytes) -> dict[str, Any]:
    """The fields of an article from plain text: the first line is the title.

    Raises:
        Rejected: neither UTF-8 nor UTF-16 text.
    """
    try:
        text = lines.utf8(raw).decode("utf-8")
    except UnicodeDecodeError as exc:
        raise Rejected(f"not UTF-8 text: save it as UTF-8 ({exc.reason} at byte {exc.start})") from None
    title, _, rest = text.strip().partition("\n")
    return {"title": title.strip(), "text": rest.strip()} if rest.strip() else {"text": title.strip()}
