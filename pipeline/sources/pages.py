"""Pages are fetched politely: robots.txt is kept to, a host is never asked for much at once, reservations are noted."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from weakref import WeakValueDictionary

import orjson
from yarl import URL

from pipeline.errors import Rejected, Unavailable
from pipeline.sources.http import MAX_PAGE, Client, Fetched
from pipeline.sources.robots import (
    MAX_ROBOTS,
    NOTHING_ALLOWED,
    Robots,
    read_robots,
    robots_reservation,
    site_reservation,
)

PER_HOST = 8  # requests to one host that are under way
PATIENCE = 3.0  # seconds after which a request without an answer makes room for the next one
SITE_DEADLINE = 10.0  # seconds for robots.txt
KEPT, KEPT_DOWN = 24 * 3600.0, 600.0  # seconds that it counts; where it could not be had
MAX_SITES = 20_000


class Disallowed(Rejected):
    """A page that robots.txt keeps robots from: what the feed says of it may still be used."""


@dataclass
class Hosts:
    """At most PER_HOST requests to one host at a time. One that hangs stops counting, so that it delays no other."""

    _turns: WeakValueDictionary[str, asyncio.Semaphore] = field(default_factory=WeakValueDictionary)

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait for a turn to ask the host of a URL.

        Raises:
            Rejected: it has none.
        """
        turns = self._turns.setdefault(_origin(url), asyncio.Semaphore(PER_HOST))  # kept while anyone here holds it
        await turns.acquire()
        held = True

        def release() -> None:
            nonlocal held
            if held:
                held = False
                turns.release()

        timer = asyncio.get_running_loop().call_later(PATIENCE, release)
        try:
            yield
        finally:
            timer.cancel()
            release()


@dataclass(frozen=True)
class Site:
    """What a site says to robots; `until` on the monotonic clock, whose seconds it counts for."""

    robots: Robots
    tdm: object
    until: float
    fault: str | None = None  # why it could not say it


@dataclass
class Pages:
    """Fetches pages, and knows for a day what their sites say to robots."""

    client: Client
    hosts: Hosts
    _sites: dict[str, Site] = field(default_factory=dict)
    _asking: dict[str, asyncio.Lock] = field(default_factory=dict)

    async def page(self, url: str) -> Fetched:
        """A page.

        Raises:
            Rejected: robots.txt forbids it, it is no HTML, or its address or size is refused.
            Unavailable: it could not be had now.
        """
        site = await self.site(url)
        if site.fault:
            raise Unavailable(site.fault)
        if not site.robots.allows(URL(url).raw_path_qs):
            raise Disallowed("robots.txt disallows the page")
        async with self.hosts.turn(url):
            fetched = await self.client.get(url, max_bytes=MAX_PAGE)
        if fetched.status in (429, 503) or fetched.status >= 500:
            raise Unavailable(f"the page answered {fetched.status}")
        if fetched.status >= 300:
            raise Rejected(f"error page: the address answered {fetched.status}")
        if fetched.content_type not in ("text/html", "application/xhtml+xml", ""):
            raise Rejected(f"not a page: {fetched.content_type[:100]}")
        if fetched.url != url and not (await self.site(fetched.url)).robots.allows(URL(fetched.url).raw_path_qs):
            raise Disallowed("robots.txt disallows the page that the address leads to")
        return fetched

    async def reservation(self, url: str) -> str | None:
        """What the site of a URL reserves by robots.txt or `tdmrep.json`, None where it says nothing."""
        site = await self.site(url)
        return site_reservation(site.tdm, URL(url).raw_path) or robots_reservation(site.robots)

    async def site(self, url: str) -> Site:
        """What the site of a URL says to robots; asked for once a day."""
        origin = _origin(url)
        async with self._asking.setdefault(origin, asyncio.Lock()):
            known = self._sites.get(origin)
            if known is not None and known.until > time.monotonic():
                return known
            if len(self._sites) >= MAX_SITES:
                self._sites.clear()
                self._asking.clear()
            self._sites[origin] = found = await self._ask(origin)
            return found

    async def _ask(self, origin: str) -> Site:
        """robots.txt and tdmrep.json: one that is not there allows everything, one that fails nothing (RFC 9309)."""
        try:
            async with self.hosts.turn(origin):
                answer = await self.client.get(f"{origin}/robots.txt", max_bytes=MAX_ROBOTS, deadline=SITE_DEADLINE)
        except Rejected:
            return Site(Robots(), None, time.monotonic() + KEPT)  # its address or size is odd: no rules to keep to
        except Unavailable as exc:
            return _down(str(exc))
        if answer.status >= 500 or answer.status == 429:
            return _down(f"it answered {answer.status}")
        robots = read_robots(answer.body) if answer.status < 300 else Robots()
        return Site(robots, await self._tdm(origin), time.monotonic() + KEPT)

    async def _tdm(self, origin: str) -> object:
        try:
            async with self.hosts.turn(origin):
                answer = await self.client.get(
                    f"{origin}/.well-known/tdmrep.json", max_bytes=MAX_ROBOTS, deadline=SITE_DEADLINE
                )
            found: object = orjson.loads(answer.body) if answer.status < 300 else None
        except (Rejected, Unavailable, orjson.JSONDecodeError):
            return None
        return found


def _down(why: str) -> Site:
    return Site(NOTHING_ALLOWED, None, time.monotonic() + KEPT_DOWN, f"robots.txt could not be read: {why}")


def _origin(url: str) -> str:
    try:
        return str(URL(url).origin())
    except ValueError as exc:
        raise Rejected(f"not a URL: {exc}") from None
