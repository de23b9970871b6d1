"""Web archives (WARC) become articles, one for each saved page; needs the extra `geowire[warc]` (library: warcio)."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from pipeline.errors import Misconfigured, Rejected
from pipeline.sources.html import read_page
from pipeline.sources.http import MAX_PAGE
from pipeline.sources.reading import unreadable

PAGES = ("text/html", "application/xhtml+xml")


def read_warc(stream: BinaryIO, pass_over: Callable[[str], None]) -> Iterator[tuple[str, dict[str, Any] | Rejected]]:
    """Each page of an archive: its address, and its fields or why it is none.

    Args:
        stream: the archive, compressed or not.
        pass_over: is told the kind of each record that is no page.

    Raises:
        Misconfigured: warcio is not installed.
        Rejected: not an archive.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError:
        raise Misconfigured("web archives need an extra; run: pip install 'geowire[warc]'") from None
    try:
        for record in ArchiveIterator(_plain(stream)):
            if (kind := _other_kind(record)) is None:
                yield _page(record)
            else:
                pass_over(kind)
    except (ArchiveLoadFailed, EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise Rejected(f"not a readable web archive: {exc}") from None


class _Unpacked:
    """The archive without its compression, be it record by record or as a whole, which warcio refuses.

    warcio takes an end that comes too early for the end of the archive; here it is an error, after what stands before.
    """

    def __init__(self, packed: BinaryIO) -> None:
        self._unpacked = gzip.GzipFile(fileobj=packed)

    def read(self, size: int) -> bytes:
        """Some of the next bytes, at most so many; none at the end."""
        try:
            return self._unpacked.read1(size)
        except EOFError:
            raise Rejected("the web archive ends too early; what stands before its end was read") from None


def _plain(stream: BinaryIO) -> BinaryIO | _Unpacked:
    packed = stream.read(2) == b"\x1f\x8b"
    stream.seek(0)
    return _Unpacked(stream) if packed else stream


def _other_kind(record: Any) -> str | None:
    """What a record is that is no page; None of a page: an answer with it, or the page itself (`resource`)."""
    answered = record.http_headers
    if record.rec_type not in ("response", "resource") or (record.rec_type == "response" and answered is None):
        return f"{record.rec_type} records"
    if answered is not None and answered.get_statuscode() != "200":
        return f"answers of status {answered.get_statuscode()}"
    kind = ((answered or record.rec_headers).get_header("Content-Type") or "").partition(";")[0].strip().lower()
    return None if kind in PAGES else f"{kind or 'untyped'} records"


def _page(record: Any) -> tuple[str, dict[str, Any] | Rejected]:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    if record.length is None:
        return url, Rejected("the record does not say how long it is")
    raw = record.content_stream().read(MAX_PAGE + 1) if record.raw_stream.limit <= MAX_PAGE else None
    if raw is None or len(raw) > MAX_PAGE:  # as it was sent, of which warcio may read all at once, or unpacked
        return url, Rejected(f"page larger than {MAX_PAGE // 1024**2} MiB")
    record.raw_stream.read()
    if record.raw_stream.limit:
        return url, Rejected("only the beginning of the page is in the archive")
    try:
        fields = read_page(raw, url or None)
    except Rejected as exc:
        return url, exc
    except Exception as exc:  # noqa: BLE001  # whatever a parser trips over in a stranger's page, the next page goes on
        return url, unreadable(exc)
    when = record.rec_headers.get_header("WARC-Date")
    return url, fields | ({"fetched_at": when} if when else {})
