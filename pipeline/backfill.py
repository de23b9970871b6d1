"""Old articles do not hold up the news: `articles.backfill` is read only while this worker has no live article left.

What counts are the worker's own partitions of `articles`, and what it has acknowledged itself: committed offsets lag
behind by seconds, and a trickle of news would stop a back-fill for good.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence

from pipeline.broker import Broker, waiting
from pipeline.stages import Delivery, Watch

LOOK = 0.5  # seconds between two looks


class LiveFirst:
    """Where the live news stand, as far as this worker reads them.

    Args:
        broker: where to look; nobody else may use it.
        group: the consumer group.
        topic: the topic of the live news.
    """

    def __init__(self, broker: Broker, group: str, topic: str) -> None:
        self._broker, self._group, self._topic = broker, group, topic
        self._settled: dict[int, int] = {}

    def settled(self, batch: Sequence[Delivery]) -> None:
        """Note live articles that are acknowledged."""
        for delivery in batch:
            self._settled[delivery.partition] = delivery.offset + 1

    async def wait(self, assigned: Callable[[], Collection[int]], watch: Watch) -> None:
        """Return when no live article waits.

        Args:
            assigned: this worker's partitions of the live topic, asked anew at each look.
            watch: waiting is progress.

        Raises:
            Unavailable, Misconfigured: as the broker does.
        """
        while await asyncio.to_thread(self._waits, assigned()):
            watch.progress()
            await asyncio.sleep(LOOK)

    def _waits(self, assigned: Collection[int]) -> bool:
        committed = self._broker.committed(self._group, self._topic)
        first = self._broker.beginning_offsets(self._topic)
        places = {part: max(committed.get(part, 0), self._settled.get(part, 0), first[part]) for part in assigned}
        return waiting(self._broker, self._topic, places) > 0
