"""The safe HTTP client: everything that geowire fetches from strangers comes through here (library: aiohttp).

A name is resolved once and every address that it has is checked; the connection goes to one of those. Redirects are
followed by us, at most five, each checked like the first URL. Bytes are counted after decompression while they stream,
and one deadline covers the whole exchange, redirects included. No cookies, no proxies, no credentials.
"""

import asyncio
import errno
import os
import socket
import ssl
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from pipeline import __version__
from pipeline.errors import Rejected, Unavailable
from pipeline.sources.addresses import checked_url, refusal

GZIP = b"\x1f\x8b"  # how what is compressed begins
MAX_FEED, MAX_PAGE = 10 * 1024 * 1024, 5 * 1024 * 1024  # bytes after decompression
DEADLINE = 30.0  # seconds for everything from the first name to the last byte
MAX_REDIRECTS = 5
CONNECTIONS = 200
PIECE = 64 * 1024
USER_AGENT = f"geowire/{__version__} (news archive)"
ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, text/html, application/xml;q=0.9, */*;q=0.5"
NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "HTTP_REQUEST")  # what OpenSSL makes of an answer in clear
REDIRECTS, PERMANENT = {301, 302, 303, 307, 308}, {301, 308}


@dataclass(frozen=True)
class Fetched:
    """An answer.

    Args:
        url: where the answer came from, after redirects.
        permanent: where to ask next time, after the permanent redirects at the beginning of the way.
        body: decompressed; empty for a status other than 2xx.
    """

    url: str
    permanent: str
    status: int
    headers: Mapping[str, str]
    body: bytes = b""

    @property
    def content_type(self) -> str:
        """`text/html`, without parameters."""
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()


@dataclass
class Client:
    """The client; an asynchronous context manager that holds its connections.

    Args:
        allow_private: whether private addresses and other ports may be reached (GEOWIRE_ALLOW_PRIVATE_ADDRESSES).
        resolver: who resolves names; the system by default, another one in tests.
    """

    allow_private: bool = False
    resolver: AbstractResolver | None = None
    _session: aiohttp.ClientSession | None = field(default=None, init=False)

    async def __aenter__(self) -> "Client":
        inner = self.resolver or aiohttp.ThreadedResolver()
        connector = aiohttp.TCPConnector(
            resolver=inner if self.allow_private else Checked(inner),
            use_dns_cache=False,  # a connection goes to what was just checked, never to what was checked for another
            limit=CONNECTIONS,
            socket_factory=None if self.allow_private else _checked_socket,
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": USER_AGENT, "Accept": ACCEPT, "Accept-Encoding": "gzip, deflate"},
            auto_decompress=False,  # _Body does it, with an exact bound
            trust_env=False,
        )
        return self

    async def __aexit__(self, *_exc: type[BaseException] | BaseException | TracebackType | None) -> None:
        assert self._session is not None
        await self._session.close()

    async def get(
        self,
        url: str,
        *,
        max_bytes: int = MAX_FEED,
        deadline: float = DEADLINE,
        headers: Mapping[str, str] | None = None,
    ) -> Fetched:
        """Ask for a URL and follow its redirects.

        Args:
            url: http or https.
            max_bytes: of the body after decompression.
            deadline: seconds for the whole exchange.
            headers: beside the client's own.

        Raises:
            Rejected: an address that is not fetched, too many redirects or bytes, an encoding not asked for.
            Unavailable: no answer, a broken one, or none within the deadline.
        """
        try:
            async with asyncio.timeout(deadline):
                return await self._follow(url, max_bytes, dict(headers or {}))
        except TimeoutError:
            raise Unavailable(f"no complete answer within {deadline:.0f} s") from None
        except AddressError as exc:
            raise Rejected(exc.strerror) from None
        except aiohttp.ClientConnectorError as exc:
            if isinstance(exc.os_error, AddressError):
                raise Rejected(exc.os_error.strerror) from None
            if isinstance(exc, aiohttp.ClientConnectorDNSError):
                raise Unavailable(f"no such host: {exc.host}") from None
            raise Unavailable(f"no connection to {exc.host}: {_in_words(exc.os_error)}") from None
        except aiohttp.ClientPayloadError:  # its own words are for programmers
            raise Unavailable("a broken answer: it ended too early, or was not what its headers say") from None
        except (aiohttp.ClientError, OSError, ValueError) as exc:
            raise Unavailable(f"a broken answer: {type(exc).__name__}: {str(exc)[:200]}") from None

    async def _follow(self, text: str, max_bytes: int, headers: dict[str, str]) -> Fetched:
        assert self._session is not None, "use the client as a context manager"
        url = checked_url(text, allow_private=self.allow_private)
        permanent, still_permanent = url, True
        for _ in range(MAX_REDIRECTS + 1):
            async with self._session.get(url, headers=headers, allow_redirects=False) as answer:
                target = answer.headers.get("Location", "")
                if answer.status not in REDIRECTS or not target:
                    body = await _read(answer, max_bytes) if 200 <= answer.status < 300 else b""
                    return Fetched(str(url), str(permanent), answer.status, _headers(answer.headers), body)
                still_permanent = still_permanent and answer.status in PERMANENT
            url = checked_url(str(_joined(url, target)), allow_private=self.allow_private)
            permanent = url if still_permanent else permanent
        raise Rejected(f"more than {MAX_REDIRECTS} redirects")


class AddressError(OSError):
    """An address that is not connected to; `strerror` says why."""

    def __init__(self, why: str) -> None:
        super().__init__(1, why)


class Checked(AbstractResolver):
    """A resolver that gives no address out unless all addresses of the name may be connected to."""

    def __init__(self, inner: AbstractResolver) -> None:
        self._inner = inner

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """As aiohttp asks for it."""
        found = await self._inner.resolve(host, port, family)
        for each in found:
            if why := refusal(each["host"]):
                raise AddressError(f"{host}: {why}")
        return found

    async def close(self) -> None:
        """As aiohttp asks for it."""
        await self._inner.close()


def _in_words(error: OSError) -> str:
    """`Connection refused`, where the event loop has its own words for it; the numbers of TLS are no `errno`."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not valid: {getattr(error, 'verify_message', '') or error.reason}"
    if isinstance(error, ssl.SSLError):
        reason = str(error.reason or error.strerror)
        return "no TLS there (https); try http" if reason in NO_TLS else f"TLS: {reason.replace('_', ' ').lower()}"
    known = error.errno is not None and error.errno in errno.errorcode
    return os.strerror(error.errno or 0) if known else str(error.strerror or error)


def retry_after(headers: Mapping[str, str], now: float) -> float | None:
    """Seconds that a server asks to wait (Retry-After, RFC 9110, section 10.2.3): a number, or a date."""
    given = headers.get("Retry-After", "").strip()
    if given.isascii() and given.isdigit():
        return float(given[:9])
    try:
        return max(0.0, parsedate_to_datetime(given).timestamp() - now) if given else None
    except (TypeError, ValueError, OverflowError):
        return None


def _checked_socket(info: Any) -> socket.socket:
    """A socket for one address: the last look before the connection, whoever resolved the name."""
    family, kind, protocol, _, address = info
    if why := refusal(str(address[0])):
        raise AddressError(why)
    return socket.socket(family=family, type=kind, proto=protocol)


def _joined(base: URL, target: str) -> URL:
    try:
        return base.join(URL(target))
    except ValueError as exc:
        raise Rejected(f"a redirect to what is no URL: {exc}") from None


def _headers(given: CIMultiDictProxy[str]) -> Mapping[str, str]:
    """The headers, case-insensitive, several of one name joined as RFC 9110 says."""
    joined: CIMultiDict[str] = CIMultiDict()
    for name, value in given.items():
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined


async def _read(answer: aiohttp.ClientResponse, max_bytes: int) -> bytes:
    """The decompressed body, of which never more than the limit and one piece is held.

    Raises:
        Rejected: larger than the limit, or an encoding that was not asked for.
    """
    encoding = answer.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding not in ("gzip", "x-gzip", "deflate", "identity", ""):
        raise Rejected(f"content encoding {encoding[:40]!r} was not asked for")
    inflate = None if encoding in ("identity", "") else Inflate()
    body = bytearray()
    async for raw in answer.content.iter_chunked(PIECE):
        for piece in inflate.feed(raw) if inflate else (raw,):
            body += piece
            if len(body) > max_bytes:
                raise Rejected(f"larger than {max_bytes / 1024**2:.3g} MiB")
    if inflate and body and not inflate.complete:
        raise ValueError("the compressed answer ends too early")
    return bytes(body)


class Inflate:
    """gzip or zlib or raw deflate, told by its first bytes, in pieces of bounded size."""

    def __init__(self) -> None:
        self._inflate: Any = None

    @property
    def complete(self) -> bool:
        """Whether the end was seen."""
        return bool(self._inflate is not None and self._inflate.eof)

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """The decompressed pieces of some more bytes.

        Raises:
            ValueError: not compressed as it says.
        """
        if self._inflate is None:
            bits = 31 if raw.startswith(GZIP) else 15 if raw[:1] and raw[0] & 15 == 8 else -15
            self._inflate = zlib.decompressobj(bits)
        try:
            while raw and not self._inflate.eof:
                yield self._inflate.decompress(raw, PIECE)
                raw = self._inflate.unconsumed_tail
        except zlib.error as exc:
            raise ValueError(f"can't be decompressed: {exc}") from None
