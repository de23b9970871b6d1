"""Open the broker, the index and the state together, for commands and the web server, and close them again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from pipeline.app import topic_specs
from pipeline.broker import Broker, open_broker
from pipeline.index import Index, open_index
from pipeline.settings import Settings
from pipeline.state import State, open_state


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[tuple[Broker, Index, State]]:
    """The three seams, ready to use; the embedded ones are created where they are missing, servers are not touched.

    Raises:
        Unavailable, Misconfigured: as the seams do.
    """
    broker, index, state = open_broker(settings), open_index(settings), open_state(settings)
    try:
        if settings.embedded:
            await asyncio.to_thread(broker.create_topics, topic_specs(settings))
            await index.init()
            await state.init()
        yield broker, index, state
    finally:
        await index.close()
        await state.close()
        broker.close()


@asynccontextmanager
async def index_only(settings: Settings) -> AsyncIterator[Index]:
    """The index alone, to read: a search needs no broker."""
    index = open_index(settings)
    try:
        if settings.embedded:
            await index.init()
        yield index
    finally:
        await index.close()
