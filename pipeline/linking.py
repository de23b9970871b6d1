"""Who looks for near-duplicates: of several workers one, which holds the lease; another takes over within a minute.

The index agent has the articles of each batch placed before it accounts for them. What another worker wrote, or a crash
left, is placed by `run` a few seconds later.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from pipeline.errors import Unavailable
from pipeline.index import Index
from pipeline.index.lineage import link_some
from pipeline.state import State, holder

log = logging.getLogger(__name__)

LEASE_NAME, LEASE, RENEW = "lineage", 45.0, 15.0  # seconds
IDLE = 2.0  # seconds between two looks at an index in which every article has its place
ROUNDS = 4  # batches that the index agent waits for; what is left is placed between its batches


class Linker:
    """Places articles among their near-duplicates, in this process only while it holds the lease.

    Args:
        index: where they stand.
        state: where the lease is kept.
        alone: whether there is only one worker; it needs no name of its own, and so never waits for the lease of the
            one before it.
    """

    def __init__(self, index: Index, state: State, *, alone: bool) -> None:
        self._index, self._state = index, state
        self._holder = "worker" if alone else holder()
        self._until = 0.0
        self._turn = asyncio.Lock()

    async def catch_up(self) -> bool:
        """Place what has no place yet; whether there was anything to do.

        Raises:
            Unavailable, Misconfigured: as index and state do; what was done until then stays.
        """
        async with self._turn:
            if not await self._holds():
                return False
            await self._index.refresh()
            for done in range(ROUNDS):
                if not await link_some(self._index):
                    return done > 0
                await self._index.refresh()
        return True

    async def run(self, attempt: Callable[[Callable[[], Awaitable[bool]]], Awaitable[bool]]) -> None:
        """Catch up for ever.

        Args:
            attempt: how a step is tried until index and state are there.
        """
        while True:
            if not await attempt(self.catch_up):
                await asyncio.sleep(IDLE)

    async def release(self) -> None:
        """Let another worker take over at once; where the state can't be reached, when the lease has run out."""
        with suppress(Unavailable):
            await self._state.release(LEASE_NAME, self._holder)

    async def _holds(self) -> bool:
        now = time.monotonic()
        if now >= self._until - LEASE + RENEW:
            self._until = now + LEASE if await self._state.lease(LEASE_NAME, self._holder, LEASE) else 0.0
        return now < self._until
