"""The opened broker, index and state of a running server, for its handlers."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from pipeline.app import ARTICLES
from pipeline.broker import Broker
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import Index
from pipeline.publishing import Published, publish_batch
from pipeline.sources.door import Input
from pipeline.state import State
from pipeline.status import Status, collect

PATIENCE = 5.0  # seconds that /readyz waits for a server


@dataclass(frozen=True)
class Opened:
    """What the handlers work with.

    The broker is asked by one request at a time: its seam promises nothing to several threads, and kafka-python's
    admin client answers a second one that comes while it connects with "node not ready".
    """

    broker: Broker
    index: Index
    state: State
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def publish(self, inputs: Sequence[Input], *, backfill: bool) -> list[Published]:
        """As `publish_batch`."""
        async with self._turn:
            return await publish_batch(self.broker, self.state, inputs, backfill=backfill)

    async def status(self) -> Status:
        """As `collect`."""
        async with self._turn:
            return await collect(self.broker, self.index, self.state)

    async def ready(self) -> None:
        """Return if articles can be published and searched.

        Raises:
            Unavailable, Misconfigured: with the sentence of the first that can't.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                async with self._turn:
                    partitions = await asyncio.to_thread(self.broker.partitions, ARTICLES)
                if not partitions:
                    raise Misconfigured(f"the topic {ARTICLES} is missing; run: geowire init")
                await self.index.ready()
        except TimeoutError:
            raise Unavailable(f"the servers did not answer within {PATIENCE:.0f} s") from None


async def _opened(request: Request) -> Opened:
    opened: Opened = request.app.state.opened
    return opened


OpenedDep = Annotated[Opened, Depends(_opened)]
