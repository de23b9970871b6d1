"""The HTTP client against a server that misbehaves, and against addresses that must not be reached."""

import gc
import socket
import ssl
import time
import tracemalloc
import zlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_reqrep import ConnectionKey

from pipeline.errors import Rejected, Unavailable
from pipeline.sources.addresses import checked_url, refusal
from pipeline.sources.http import Client, retry_after
from tests.sources.misbehaving import Served, item, misbehaving, rss


class Named(AbstractResolver):
    """A resolver of the test: addresses by name, several answers one after the other."""

    def __init__(self, names: dict[str, list[list[str]]]) -> None:
        self.names = names

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        answers = self.names.get(host)
        if not answers:
            raise OSError(None, f"no such host {host}")
        found = answers.pop(0) if len(answers) > 1 else answers[0]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for address in found
        ]

    async def close(self) -> None:
        """Nothing to close."""


async def test_an_answer_with_its_redirects(served: Served, client: Client) -> None:
    served.pages["/feed"] = rss(item(1))
    served.headers["/feed"] = {"Content-Type": "application/rss+xml; charset=utf-8"}
    moved = await client.get(f"{served.url}/to/301?/to/308?{served.url}/feed")
    assert (moved.status, moved.body, moved.content_type) == (200, rss(item(1)), "application/rss+xml")
    assert moved.url == moved.permanent == f"{served.url}/feed"
    passing = await client.get(f"{served.url}/to/302?{served.url}/feed")
    assert (passing.url, passing.permanent) == (f"{served.url}/feed", f"{served.url}/to/302?{served.url}/feed")
    half = await client.get(f"{served.url}/to/301?/to/302?/feed")
    assert half.permanent == f"{served.url}/to/302?/feed"


async def test_compressed_answers(served: Served, client: Client) -> None:
    raw = rss(item(1))
    for name, bits in (("gzip", 31), ("deflate", 15), ("deflate", -15)):
        squeeze = zlib.compressobj(wbits=bits)
        served.pages["/feed"] = squeeze.compress(raw) + squeeze.flush()
        served.headers["/feed"] = {"Content-Encoding": name}
        assert (await client.get(f"{served.url}/feed")).body == raw
    served.headers["/feed"] = {"Content-Encoding": "zstd"}
    with pytest.raises(Rejected, match="not asked for"):
        await client.get(f"{served.url}/feed")


async def test_the_deadline_covers_the_whole_exchange(served: Served, client: Client) -> None:
    for path in ("/slow", "/never"):
        started = time.monotonic()
        with pytest.raises(Unavailable, match=r"within 0 s|within 1 s"):
            await client.get(served.url + path, deadline=0.5)
        assert time.monotonic() - started < 5


@pytest.mark.parametrize("path", ["/endless", "/bomb"])
async def test_no_more_bytes_are_held_than_the_limit(served: Served, client: Client, path: str) -> None:
    gc.collect()
    tracemalloc.start()
    with pytest.raises(Rejected, match="larger than 1 MiB"):
        await client.get(served.url + path, max_bytes=1024 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 30 * 1024 * 1024


@pytest.mark.parametrize("path", ["/truncated", "/half-gzip"])
async def test_half_an_answer_is_none(served: Served, client: Client, path: str) -> None:
    with pytest.raises(Unavailable, match="broken"):
        await client.get(served.url + path)


async def test_five_redirects_and_no_more(served: Served, client: Client) -> None:
    with pytest.raises(Rejected, match="redirects"):
        await client.get(f"{served.url}/loop")
    assert len(served.requests) == 6
    for target in ("ftp://a.example/", "file:///etc/passwd", "http://[::bad", "//user:pw@127.0.0.1/"):
        with pytest.raises(Rejected):
            await client.get(f"{served.url}/to/302?{target}")


async def test_no_server_and_no_host(client: Client) -> None:
    with pytest.raises(Unavailable, match="no connection"):
        await client.get("http://127.0.0.1:1/")
    with pytest.raises(Unavailable, match="no such host"):
        await client.get("http://nowhere.invalid/")


async def test_a_server_without_tls_and_a_certificate_that_is_not_valid(
    served: Served, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Unavailable, match=r"no connection to 127\.0\.0\.1: no TLS there \(https\); try http"):
        await client.get(served.url.replace("http:", "https:"))
    error = ssl.SSLCertVerificationError(1, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)")
    error.verify_message = "certificate has expired"
    key = ConnectionKey("a.example", 443, True, True, None, None, None)

    async def expired(*_arguments: object) -> None:
        raise aiohttp.ClientConnectorCertificateError(key, error)

    monkeypatch.setattr(client, "_follow", expired)
    with pytest.raises(Unavailable, match=r"a\.example: its certificate is not valid: certificate has expired"):
        await client.get("https://a.example/")


def test_retry_after() -> None:
    assert retry_after({"Retry-After": "120"}, 0) == 120
    assert retry_after({"Retry-After": "Thu, 01 Jan 1970 00:02:00 GMT"}, 60) == 60
    assert retry_after({"Retry-After": "soon"}, 0) is None
    assert retry_after({}, 0) is None


LITERALS = [
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0x7f.0.0.1", "0177.0.0.1", "017700000001",
    "0", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]",
    "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[2002:a00:1::1]", "[fe80::1]", "[fc00::1]", "[fd12:3456::1]", "[ff02::1]",
    "[::ffff:0:127.0.0.1]", "[2001:db8::1]", "[100::1]", "10.0.0.1", "10.255.255.255", "172.16.0.1", "172.31.255.255",
    "192.168.0.1", "169.254.169.254", "100.64.0.1", "198.18.0.1", "192.0.0.192", "192.0.2.1", "203.0.113.1",
    "224.0.0.1", "240.0.0.1", "255.255.255.255", "0xa9fea9fe", "2852039166", "0251.0376.0251.0376", "169.254.43518",
    "①②⑦.⓪.⓪.①", "127。0。0。1", "127.0.0.1.", "0x7f000001.",
]  # fmt: skip


@pytest.fixture
async def canary() -> AsyncIterator[Served]:
    """The server that must never be asked for anything."""
    async with misbehaving() as server:
        server.pages["/secret"] = b"the canary"
        yield server


@pytest.mark.parametrize("host", LITERALS)
async def test_no_written_address_reaches_the_canary(
    canary: Served, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(canary.url.rpartition(":")[2])
    monkeypatch.setattr("pipeline.sources.addresses.PORTS", {port})
    async with Client() as client:
        with pytest.raises((Rejected, Unavailable)):
            await client.get(f"http://{host}:{port}/secret", deadline=3)
    assert canary.requests == []


@pytest.mark.parametrize(
    "answers",
    [
        [["127.0.0.1"]],
        [["93.184.215.14", "127.0.0.1"]],  # one address of several
        [["::1"]],
        [["::ffff:127.0.0.1"]],
        [["fe80::1%1"]],
        [["169.254.169.254"]],
        [["not an address"]],
    ],
)
async def test_no_name_reaches_the_canary(
    canary: Served, answers: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port = int(canary.url.rpartition(":")[2])
    monkeypatch.setattr("pipeline.sources.addresses.PORTS", {port})
    async with Client(resolver=Named({"news.example": answers})) as client:
        with pytest.raises((Rejected, Unavailable)):
            await client.get(f"http://news.example:{port}/secret", deadline=3)
    assert canary.requests == []


async def test_a_name_that_changes_its_address_is_checked_where_it_connects(
    canary: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS rebinding: the check and the connection use one answer, and the socket is looked at once more."""
    port = int(canary.url.rpartition(":")[2])
    monkeypatch.setattr("pipeline.sources.addresses.PORTS", {port})
    seen: list[str] = []

    def public_once(address: str) -> str | None:
        seen.append(address)
        return None if len(seen) == 1 else refusal(address)

    monkeypatch.setattr("pipeline.sources.http.refusal", public_once)
    async with Client(resolver=Named({"news.example": [["127.0.0.1"]]})) as client:
        with pytest.raises(Rejected, match="private"):
            await client.get(f"http://news.example:{port}/secret", deadline=3)
    assert seen == ["127.0.0.1", "127.0.0.1"]
    assert canary.requests == []


@pytest.mark.parametrize("host", ["127.0.0.1", "0x7f.1", "[::ffff:127.0.0.1]", "inside.example"])
@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_reaches_the_canary(
    canary: Served, host: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first server is let through by its address, as a public one would be; what it points at is not."""
    resolver = Named({"outside.example": [["127.0.0.9"]], "inside.example": [["127.0.0.1"]]})
    monkeypatch.setattr("pipeline.sources.http.refusal", lambda a: None if a == "127.0.0.9" else refusal(a))
    async with misbehaving("127.0.0.9") as outside, Client(resolver=resolver) as client:
        ports = [int(server.url.rpartition(":")[2]) for server in (canary, outside)]
        monkeypatch.setattr("pipeline.sources.addresses.PORTS", set(ports))
        target = f"http://{host}:{ports[0]}/secret"
        with pytest.raises(Rejected, match=r"private|odd form"):
            await client.get(f"http://outside.example:{ports[1]}/to/{status}?{target}", deadline=3)
        assert len(outside.requests) == 1
    assert canary.requests == []


@pytest.mark.parametrize("scheme", ["file", "gopher", "ftp", "dict", "ldap", "jar", "data", "javascript", "ws"])
def test_other_schemes_are_refused(scheme: str) -> None:
    for rest in ("://127.0.0.1/secret", ":///etc/passwd", ":secret"):
        with pytest.raises(Rejected):
            checked_url(scheme + rest)


def test_urls_that_are_refused_before_anything_is_asked() -> None:
    for url in ("", "news", "//a.example", "http://", "https:///x", "http://a.example:22/", "http://u:p@a.example/",
                "http://a.example/" + "x" * 5000, "http://[::1", "http://a.example:99999/"):  # fmt: skip
        with pytest.raises(Rejected):
            checked_url(url)
    assert str(checked_url(" https://a.example/x#part ")) == "https://a.example/x"
    assert checked_url("http://127.0.0.1:9/", allow_private=True).port == 9


def test_public_addresses_are_public() -> None:
    for address in ("93.184.215.14", "8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"):
        assert refusal(address) is None
