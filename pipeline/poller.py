"""The poller: polls each feed when it is due, many at a time, and only while it holds the lease.

Of several pollers one works; another takes over when the lease has run out (LEASE seconds at most) or was given back.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from pipeline.errors import GeowireError, Misconfigured, Unavailable
from pipeline.feed import Feed, Poll, outcomes_in_words
from pipeline.open import opened
from pipeline.polling import Polling, Report
from pipeline.publishing import Published, publish_batch
from pipeline.settings import Settings
from pipeline.sources.door import Input
from pipeline.sources.http import Client
from pipeline.sources.reading import Readers
from pipeline.state import State, holder

log = logging.getLogger(__name__)

LEASE_NAME, LEASE = "poller", 30.0  # seconds after which a poller that fell silent is replaced
RENEW = 8.0  # seconds between two renewals, and between two tries of one that waits
TICK = 1.0
REFRESH = 10.0  # seconds after which a feed that a command added, paused or removed is noticed
AT_ONCE = 100  # polls under way
AGAIN = timedelta(minutes=1)  # after which a feed is asked again whose articles could not be published
PATIENCE = 120.0  # seconds that a command waits for the poller that is at work


class Poller:
    """Polls the feeds of a state.

    Args:
        polling: how one feed is polled.
        state: where feeds, polls and the lease are kept.
    """

    def __init__(self, polling: Polling, state: State) -> None:
        self._polling, self._state = polling, state
        self._holder = holder()
        self._known: dict[str, tuple[Feed, Poll]] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._room = asyncio.Semaphore(AT_ONCE)
        self._fatal: Misconfigured | None = None

    async def once(self, wanted: Sequence[str] = ()) -> AsyncIterator[Report]:
        """Poll every feed that is neither paused nor gone, or those that are named by id or URL, due or not.

        The lease is held meanwhile, so that two pollers never work on one feed.

        Where another poller has it, that one is asked to poll them now. If it ends before it has, or was killed and its
        lease runs out, what it left is polled here.

        Raises:
            GeowireError: another poller has it and does not answer, or got it meanwhile; says which.
        """
        asked = not await self._state.lease(LEASE_NAME, self._holder, LEASE)
        if asked:
            log.info("%s; it is asked to poll now", _busy(await self._state.holder(LEASE_NAME)))
            async for report in ask_for(self._state, wanted):
                yield report
            if not await self._state.lease(LEASE_NAME, self._holder, LEASE):
                return
        renewing = asyncio.create_task(self._keep_lease())
        polls: list[asyncio.Task[Report]] = []
        try:
            chosen = [pair for pair in await _chosen(self._state, wanted) if not asked or _asked_for(*pair)]
            polls = [asyncio.create_task(self._one(feed, poll)) for feed, poll in chosen]
            for done in asyncio.as_completed(polls):
                yield await done
                if renewing.done():
                    renewing.result()
        finally:
            await _cancelled(renewing, *polls)  # none goes on without the lease
            await self._state.release(LEASE_NAME, self._holder)

    async def _keep_lease(self) -> None:
        """Renew the lease until cancelled.

        Raises:
            GeowireError: another poller got it, because this one could not renew it in time.
        """
        while True:
            await asyncio.sleep(RENEW)
            if not await self._state.lease(LEASE_NAME, self._holder, LEASE):
                raise GeowireError(_busy(await self._state.holder(LEASE_NAME)))

    async def run(self, stop: asyncio.Event) -> None:
        """Poll until told to stop; while the state or the broker is unavailable, wait.

        Raises:
            Misconfigured: waiting does not help.
        """
        renewed = refreshed = float("-inf")
        holds: bool | None = None
        clock = asyncio.get_running_loop().time
        while not stop.is_set() and self._fatal is None:
            try:
                if clock() - renewed >= RENEW:
                    held, holds = holds, await self._state.lease(LEASE_NAME, self._holder, LEASE)
                    renewed = clock()
                    if holds != held:
                        log.info("polling the feeds" if holds else "another poller is at work; waiting")
                        self._known, refreshed = {}, float("-inf")
                if holds and clock() - refreshed >= REFRESH:
                    await self._refresh()
                    refreshed = clock()
                if holds:
                    self._start_due()
            except Unavailable as exc:
                log.warning("poller: %s", exc)
            except Misconfigured as exc:
                self._fatal = exc
            await _wait(stop, TICK)
        await self._end()
        if self._fatal is not None:
            raise self._fatal

    async def _refresh(self) -> None:
        """Look for feeds that were added, changed or removed; what this poller knows of a feed stays."""
        stored = await self._state.feeds(polls=False)
        if any(feed.id not in self._known for feed, _ in stored):
            stored = await self._state.feeds()
        self._known = {
            feed.id: (feed, self._known[feed.id][1] if feed.id in self._known else poll) for feed, poll in stored
        }

    def _start_due(self) -> None:
        now = datetime.now(UTC)
        for feed, poll in self._known.values():
            due = not _rests(feed, poll) and (poll.next_poll_at is None or poll.next_poll_at <= now)
            if (due or _asked_for(feed, poll)) and feed.id not in self._running:
                task = asyncio.create_task(self._in_background(feed, poll))
                self._running[feed.id] = task
                task.add_done_callback(lambda done, key=feed.id: self._running.pop(key, None))  # type: ignore[misc]  # mypy does not infer a lambda with a default

    async def _in_background(self, feed: Feed, poll: Poll) -> None:
        try:
            report = await self._one(feed, poll)
        except Misconfigured as exc:
            self._fatal = exc
            return
        except Exception as exc:  # mostly that the broker or the state is down, at which no outlet must be asked more
            if isinstance(exc, Unavailable):
                log.warning("%s: %s", feed.url, exc)
            else:
                log.exception("%s", feed.url)
            poll.next_poll_at = datetime.now(UTC) + AGAIN  # here alone: stored is what came of the last one
            return
        if report.error or report.outcomes:
            log.info("%s: %s", feed.url, report.error or outcomes_in_words(report.outcomes))

    async def _one(self, feed: Feed, poll: Poll) -> Report:
        async with self._room:
            report = await self._polling.poll(feed, poll)
            await self._state.put_poll(feed.id, poll)
            return report

    async def _end(self) -> None:
        """Stop what is under way (it is new again at the next poll), and let another take over at once."""
        await _cancelled(*self._running.values())
        await self._state.release(LEASE_NAME, self._holder)


@asynccontextmanager
async def opened_poller(settings: Settings) -> AsyncIterator[tuple[Poller, State]]:
    """A poller on the broker and the state of an installation."""
    async with opened(settings) as (broker, _, state):
        turn = asyncio.Lock()  # the broker's seam promises nothing to several threads

        async def publish(inputs: Sequence[Input]) -> list[Published]:
            async with turn:
                return await publish_batch(broker, state, inputs)

        async with Client(allow_private=settings.allow_private_addresses) as client, Readers() as readers:
            yield Poller(Polling(client, readers, publish), state), state


async def run(settings: Settings, stop: asyncio.Event) -> None:
    """Poll the feeds of an installation until told to stop."""
    async with opened_poller(settings) as (poller, _):
        await poller.run(stop)


async def ask_for(state: State, wanted: Sequence[str], patience: float = PATIENCE) -> AsyncIterator[Report]:
    """Have the poller that is at work poll feeds now: all that are neither paused nor gone, or those that are named.

    It ends when all are polled, or when no poller is at work any more.

    Args:
        state: where it sees what is asked for, within REFRESH seconds.
        wanted: ids or URLs.
        patience: seconds to wait for each answer.

    Raises:
        GeowireError: no answer came in time.
    """
    chosen = await _chosen(state, wanted)
    now = datetime.now(UTC)
    await state.put_feeds([feed.model_copy(update={"wanted_at": now}) for feed, _ in chosen])
    waiting = {feed.id for feed, _ in chosen}
    clock = asyncio.get_running_loop().time
    answered = clock()
    while waiting:
        await asyncio.sleep(TICK)
        stored = await state.feeds()
        for feed, poll in stored:
            if feed.id in waiting and poll.last_poll_at is not None and poll.last_poll_at >= now:
                waiting.discard(feed.id)
                answered = clock()
                yield Report(feed, poll.status or "unchanged", poll.outcomes, poll.error)
        waiting &= {feed.id for feed, _ in stored}
        if await state.holder(LEASE_NAME) is None:
            return
        if waiting and clock() - answered > patience:
            named = sorted(feed.url for feed, _ in stored if feed.id in waiting)
            more = f" and {len(named) - 3:,} more" if len(named) > 3 else ""
            late = f"it has not polled {', '.join(named[:3])}{more} within {patience:.0f} s"
            raise GeowireError(f"{_busy(await state.holder(LEASE_NAME))}; {late}")


async def _chosen(state: State, wanted: Sequence[str]) -> list[tuple[Feed, Poll]]:
    """The feeds that are named by id or URL; where none is, all that are neither paused nor gone."""
    return [pair for pair in await state.feeds() if _wanted(pair[0], wanted) or not (wanted or _rests(*pair))]


def _asked_for(feed: Feed, poll: Poll) -> bool:
    """Whether a person wants it polled now, due or not."""
    return feed.wanted_at is not None and (poll.last_poll_at is None or poll.last_poll_at < feed.wanted_at)


def _busy(holder: str | None) -> str:
    host, _, rest = (holder or "").partition(":")
    who = f"process {rest.partition(':')[0]} on {host}" if rest else "another process"
    return f"a poller is at work: {who} (geowire run, or geowire feed poll)"


def _wanted(feed: Feed, wanted: Sequence[str]) -> bool:
    return feed.id in wanted or feed.url in wanted


def _rests(feed: Feed, poll: Poll) -> bool:
    return feed.paused or poll.gone


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        pass


async def _cancelled(*tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
