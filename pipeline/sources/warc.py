"""Web archives (WARC) become articles, one for each saved page; needs the extra `geowire[warc]` (library: warcio)."""

from collections.abc import Iterator
from typing import Any, BinaryIO

from pipeline.errors import Misconfigured, Rejected
from pipeline.sources.html import read_page
from pipeline.sources.http import MAX_PAGE


def read_warc(stream: BinaryIO) -> Iterator[tuple[str, dict[str, Any] | Rejected]]:
    """Each page of an archive: its address, and its fields or why it is none.

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
        for record in ArchiveIterator(stream):
            if record.rec_type != "response" or record.http_headers is None:
                continue
            kind = (record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip().lower()
            if record.http_headers.get_statuscode() == "200" and kind in ("text/html", "application/xhtml+xml"):
                yield _page(record)
    except (ArchiveLoadFailed, EOFError) as exc:
        raise Rejected(f"not a readable web archive: {exc}") from None


def _page(record: Any) -> tuple[str, dict[str, Any] | Rejected]:
    url = record.rec_headers.get_header("WARC-Target-URI") or ""
    raw = record.content_stream().read(MAX_PAGE + 1)
    if len(raw) > MAX_PAGE:
        return url, Rejected(f"page larger than {MAX_PAGE // 1024**2} MiB")
    try:
        fields = read_page(raw, url or None)
    except Rejected as exc:
        return url, exc
    when = record.rec_headers.get_header("WARC-Date")
    return url, fields | ({"fetched_at": when} if when else {})
