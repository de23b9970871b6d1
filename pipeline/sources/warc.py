"""Web archives (WARC) become articles, one for each saved page; needs the extra `geowire[warc]` (library: warcio)."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

from pipeline.errors import Misconfigured, Rejected
from pipeline.sources.html import read_page
from pipeline.sources.http import GZIP, MAX_PAGE
from pipeline.sources.reading import unreadable

PAGES = ("text/html", "application/xhtml+xml")
ENDS_EARLY = "the web archive ends too early; what stands before its end was read"


def read_warc(stream: BinaryIO, pass_over: Callable[[str], None]) -> Iterator[tuple[str, dict[str, Any] | Rejected]]:
    """Each page of an archive: its address, and its fields or why it is none.

    Args:
        stream: the archive, compressed or not.
        pass_over: is told the kind of each record that is no page.

    Raises:
        Misconfigured: warcio is not installed.
        Rejected: not an archive, or only the beginning of one, after what stands in it.
    """
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError:
        raise Misconfigured("web archives need an extra; run: pip install 'geowire[warc]'") from None
    archive = _Archive(stream)
    try:
        for record in ArchiveIterator(archive):
            if (kind := _other_kind(record)) is None:
                yield _page(record)
            else:
                pass_over(kind)
    except (ArchiveLoadFailed, EOFError, gzip.BadGzipFile, zlib.error) as exc:
        raise Rejected(f"not a readable web archive: {exc}") from None
    except AttributeError:  # warcio asks a field's value of a record whose head was cut
        raise Rejected(ENDS_EARLY) from None
    if not archive.ends_well:
        raise Rejected(ENDS_EARLY)


class _Archive:
    """The bytes of an archive without its compression, be it record by record or as a whole, which warcio refuses.

    warcio takes an end that comes too early for the end of the archive. Here a compressed end of that kind is an error,
    and of the last bytes can be told whether they end a record, which has a blank line behind it (WARC 1.1, section 4).
    """

    def __init__(self, stream: BinaryIO) -> None:
        packed = stream.read(len(GZIP)) == GZIP
        stream.seek(0)
        self._bytes = gzip.GzipFile(fileobj=stream) if packed else stream
        self._last = b""

    def read(self, size: int) -> bytes:
        """Some of the next bytes, at most so many; none at the end."""
        try:
            found = self._bytes.read1(size) if isinstance(self._bytes, gzip.GzipFile) else self._bytes.read(size)
        except EOFError:
            raise Rejected(ENDS_EARLY) from None
        self._last = (self._last + found[-4:])[-4:]
        return found

    @property
    def ends_well(self) -> bool:
        """Whether what was read so far ends where a record does, or is nothing."""
        return not self._last or self._last.replace(b"\r", b"").endswith(b"\n\n")


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
        raise Rejected(f"the record of {url} does not say how long it is, so what follows can't be read")
    raw = record.content_stream().read(MAX_PAGE + 1) if record.raw_stream.limit <= MAX_PAGE else None
    if raw is None or len(raw) > MAX_PAGE:  # as it was sent, of which warcio may read all at once, or unpacked
        return url, Rejected(f"page larger than {MAX_PAGE // 1024**2} MiB")
    record.raw_stream.read()
    if record.raw_stream.limit:
        raise Rejected(f"{ENDS_EARLY}; of {url} it has only the beginning")
    try:
        fields = read_page(raw, url or None)
    except Rejected as exc:
        return url, exc
    except Exception as exc:  # noqa: BLE001  # whatever a parser trips over in a stranger's page, the next page goes on
        return url, unreadable(exc)
    when = record.rec_headers.get_header("WARC-Date")
    return url, fields | ({"fetched_at": when} if when else {})
