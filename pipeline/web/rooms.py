"""The opened broker, index and state of a running server, for its handlers."""

import asyncio
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from pipeline.app import ARTICLES
from pipeline.broker import Broker
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import Index
from pipeline.state import State

PATIENCE = 5.0  # seconds that /readyz waits for a server


@dataclass(frozen=True)
class Opened:
    """What the handlers work with."""

    broker: Broker
    index: Index
    state: State

    async def ready(self) -> None:
        """Return if articles can be published and searched.

        Raises:
            Unavailable, Misconfigured: with the sentence of the first that can't.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                if not await asyncio.to_thread(self.broker.partitions, ARTICLES):
                    raise Misconfigured(f"the topic {ARTICLES} is missing; run `geowire init`")
                await self.index.ready()
        except TimeoutError:
            raise Unavailable(f"the servers did not answer within {PATIENCE:.0f} s") from None


async def _opened(request: Request) -> Opened:
    opened: Opened = request.app.state.opened
    return opened


Rooms = Annotated[Opened, Depends(_opened)]
