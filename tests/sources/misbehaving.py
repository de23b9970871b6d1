"""A web server on loopback that misbehaves on purpose: slow, endless, a bomb, in circles, cut short, false."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from aiohttp import web

RSS = """<?xml version="1.0" encoding="{charset}"?><rss version="2.0"><channel><title>Tidewater Post</title>
<link>https://tidewater-post.example/</link>{items}</channel></rss>"""


def item(number: int, text: str = "", *, link: str | None = None) -> str:
    """An invented item of a feed with its full text."""
    body = text or f"Report {number} tells about the ferry line in Mombasa. " * 30
    return (
        f"<item><title>Report {number}</title><link>{link or f'https://tidewater-post.example/{number}'}</link>"
        f"<guid>{number}</guid><pubDate>Tue, 03 Nov 2026 08:0{number % 10}:00 +0300</pubDate>"
        f"<description>{body}</description></item>"
    )


def rss(*items: str, charset: str = "utf-8") -> bytes:
    """A feed."""
    return RSS.format(charset=charset, items="".join(items)).encode(charset)


@dataclass
class Served:
    """What a test sets and sees: bodies by path, and every request that came."""

    url: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    headers: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    requests: list[web.BaseRequest] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]


async def _slow(request: web.BaseRequest) -> web.StreamResponse:
    """One byte a tenth of a second, for ever."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b"<")
        await asyncio.sleep(0.1)


async def _endless(request: web.BaseRequest) -> web.StreamResponse:
    """As fast as it goes, for ever."""
    answer = web.StreamResponse()
    await answer.prepare(request)
    while True:
        await answer.write(b"<item><title>again</title></item>" * 2000)


async def _bomb(request: web.BaseRequest) -> web.StreamResponse:
    """A hundred times the limit: blanks, a thousandth of their size in gzip."""
    answer = web.StreamResponse(headers={"Content-Encoding": "gzip"})
    await answer.prepare(request)
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    blanks = b" " * 1024 * 1024
    for _ in range(100):
        await answer.write(squeeze.compress(blanks) or b"")
    await answer.write(squeeze.flush())
    return answer


async def _truncated(request: web.BaseRequest) -> web.StreamResponse:
    """Half of what Content-Length says."""
    body = rss(item(1), item(2))
    answer = web.StreamResponse(headers={"Content-Length": str(len(body))})
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    assert request.transport is not None
    request.transport.close()
    return answer


async def _half_gzip(request: web.BaseRequest) -> web.StreamResponse:
    """A gzip stream without its end."""
    return web.Response(body=gzip.compress(rss(item(1)))[:-20], headers={"Content-Encoding": "gzip"})


async def _never(request: web.BaseRequest) -> web.StreamResponse:
    """No answer at all."""
    await asyncio.sleep(3600)
    raise AssertionError


BEHAVIOURS = {
    "/slow": _slow,
    "/endless": _endless,
    "/bomb": _bomb,
    "/truncated": _truncated,
    "/half-gzip": _half_gzip,
    "/never": _never,
}


@asynccontextmanager
async def misbehaving(address: str = "127.0.0.1") -> AsyncIterator[Served]:
    """The server, on a free port of loopback."""
    served = Served()

    async def handle(request: web.BaseRequest) -> web.StreamResponse:
        served.requests.append(request)
        path = request.path
        if behaviour := BEHAVIOURS.get(path):
            return await behaviour(request)
        if path.startswith("/to/"):  # /to/301?https://somewhere
            return web.Response(status=int(path.split("/")[2]), headers={"Location": request.query_string})
        if path.startswith("/loop"):
            return web.Response(status=302, headers={"Location": f"/loop{len(served.requests)}"})
        status, headers = served.statuses.get(path, 200), served.headers.get(path, {})
        etag = headers.get("ETag")
        if status == 200 and etag and request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        if path not in served.pages and path not in served.statuses:
            return web.Response(status=404)
        return web.Response(status=status, body=served.pages.get(path, b""), headers=headers)

    server = web.Server(handle, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, address, 0)
    await site.start()
    port = runner.addresses[0][1]
    served.url = f"http://{address}:{port}"
    try:
        yield served
    finally:
        await runner.cleanup()
