"""Faust's transport over the SQLite log, registered as `sqlite://` in the entry points `faust.transports`.

One consumer reads all partitions of its topics; there is no group protocol, because one worker at a time may consume
a log. Offsets are committed by Faust as on Kafka, and what was not committed is delivered again after a crash.
docs/delivery.md tells what was learned about Faust's contract with a transport.
"""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar

from faust.transport import base
from faust.transport.consumer import Consumer as FaustConsumer
from faust.transport.consumer import ConsumerMessage
from faust.transport.producer import Producer as FaustProducer
from faust.types import TP, RecordMetadata
from yarl import URL

from pipeline.broker import Message, StoredMessage
from pipeline.broker.faust_options import AT_ONCE
from pipeline.broker.sqlite_log import SqliteLog, key_partition

POLL_SECONDS = 0.01  # between two looks at an unchanged log


class Consumer(FaustConsumer):  # type: ignore[misc]  # Faust has no types for mypy to see
    """Reads the assigned partitions in turn; commits to the log."""

    consumer_stopped_errors: ClassVar[tuple[type[BaseException], ...]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log = self.transport.log
        self._positions: dict[TP, int] = {}
        self._seen: object = None  # the log and the active partitions at the last look that found nothing
        self._turn = 0

    async def subscribe(self, topics: Iterable[str]) -> None:
        """Assign all partitions; in the background, since the callbacks wait for this call to return."""
        assigned = {TP(topic, part) for topic in topics for part in range(self._log.partitions(topic))}
        self.add_future(self._reassign(assigned))

    async def _reassign(self, assigned: set[TP]) -> None:
        self.app.on_rebalance_start()
        await self.on_partitions_revoked(set(self._positions) - assigned)
        self._positions = dict.fromkeys(assigned, 0)
        self.app.consumer_generation_id += 1
        await self.on_partitions_assigned(assigned, self.app.consumer_generation_id)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Put every partition to its committed offset."""
        for topic in {tp.topic for tp in self._positions}:
            committed = self._log.committed(self.app.conf.id, topic)
            first = self._log.beginning_offsets(topic)
            for tp in self._positions:
                if tp.topic == topic:
                    self._positions[tp] = max(committed.get(tp.partition, 0), first[tp.partition])
        self._seen = None
        return dict(self._positions)

    async def _seek(self, partition: TP, offset: int) -> None:
        self._positions[partition] = offset
        self._seen = None

    async def seek_wait(self, partitions: Mapping[TP, int]) -> None:
        """Seek, and forget what was read before, so that older messages are not dropped as repeats."""
        for tp, offset in partitions.items():
            await self.seek(tp, offset)

    async def _getmany(self, active_partitions: set[TP] | None, timeout: float) -> dict[TP, list[StoredMessage]]:  # noqa: ASYNC109  # Faust's name
        deadline = asyncio.get_running_loop().time() + timeout
        while not self.should_stop:
            seen = self._log.change_counter(), frozenset(active_partitions or ())
            if seen != self._seen:
                records = self._read(active_partitions)
                if records:
                    return records
                self._seen = seen
            if asyncio.get_running_loop().time() > deadline:
                break
            await asyncio.sleep(POLL_SECONDS)
        return {}

    def _read(self, active: set[TP] | None) -> dict[TP, list[StoredMessage]]:
        """The next messages, AT_ONCE of all partitions together; each read begins with another partition."""
        records: dict[TP, list[StoredMessage]] = {}
        room, self._turn = AT_ONCE, self._turn + 1
        places = sorted(tp for tp in self._positions if active is None or tp in active)
        for at in range(len(places)):
            tp = places[(self._turn + at) % len(places)]
            if found := self._log.read(tp.topic, tp.partition, self._positions[tp], limit=room):
                records[tp] = found
                self._positions[tp] = found[-1].position.offset + 1
                room -= len(found)
                if not room:
                    break
        return records

    def _to_message(self, tp: TP, record: StoredMessage) -> ConsumerMessage:
        return ConsumerMessage(
            tp.topic,
            tp.partition,
            record.position.offset,
            record.timestamp,
            0,
            list(record.headers),
            record.key,
            record.value,
            None,
            len(record.key or b""),
            len(record.value),
            tp,
            generation_id=self.app.consumer_generation_id,
        )

    def _new_offset(self, tp: TP) -> int | None:
        """The next offset to commit: up to the first message that is not acknowledged, never over it.

        Faust's own steps over a single unacknowledged message at the head (its issue 606).
        """
        acked = self._acked[tp]
        if not acked:
            return None
        acked.sort()
        following = self._committed_offset[tp] or 0
        if following == 0:
            following = max(self._log.committed(self.app.conf.id, tp.topic).get(tp.partition, 0), 0)
        done = following
        for offset in acked:
            if offset > done:
                break
            done = max(done, offset + 1)
        taken = [offset for offset in acked if offset < done]
        acked[: len(taken)] = []
        self._acked_index[tp].difference_update(taken)
        return done if done > following else None

    async def _commit(self, offsets: Mapping[TP, int]) -> bool:
        await asyncio.to_thread(
            self._log.commit, self.app.conf.id, {(tp.topic, tp.partition): offset for tp, offset in offsets.items()}
        )
        self._committed_offset.update(offsets)
        return True

    def assignment(self) -> set[TP]:
        """All partitions of the subscribed topics."""
        return set(self._positions)

    def highwater(self, tp: TP) -> int:
        """The offset after the last message that was seen; Faust asks for it at every message."""
        return self._positions.get(tp, 0)

    async def highwaters(self, *partitions: TP) -> Mapping[TP, int]:
        """The offset that the next message will get, by partition."""
        return {tp: self._log.end_offsets(tp.topic).get(tp.partition, 0) for tp in partitions}

    async def earliest_offsets(self, *partitions: TP) -> Mapping[TP, int]:
        """The first offset still kept, by partition."""
        return {tp: self._log.beginning_offsets(tp.topic)[tp.partition] for tp in partitions}

    async def position(self, tp: TP) -> int | None:
        """The offset that will be read next."""
        return self._positions.get(tp)

    def topic_partitions(self, topic: str) -> int | None:
        """The number of partitions of a topic."""
        return self._log.partitions(topic) or None

    def key_partition(self, topic: str, key: bytes | None, partition: int | None = None) -> int | None:
        """The partition of a key."""
        return key_partition(key, self._log.partitions(topic)) if partition is None else partition

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Topics are made by `geowire init`."""

    def _new_topicpartition(self, topic: str, partition: int) -> TP:
        return TP(topic, partition)


class Producer(FaustProducer):  # type: ignore[misc]  # as above
    """Appends to the log; what is sent within one turn of the event loop shares a transaction."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._log = self.transport.log
        self._waiting: list[tuple[str, Message, float | None, asyncio.Future[RecordMetadata]]] = []
        self._flushing: asyncio.Task[None] | None = None

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Any,
        *,
        transactional_id: str | None = None,
    ) -> "asyncio.Future[RecordMetadata]":
        """Queue a message; the future is done when it is on disk."""
        pairs = tuple(headers.items()) if hasattr(headers, "items") else tuple(headers or ())
        future: asyncio.Future[RecordMetadata] = asyncio.get_running_loop().create_future()
        self._waiting.append((topic, Message(key or b"", value or b"", pairs), timestamp, future))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._write())
        return future

    async def send_and_wait(self, *args: Any, **kwargs: Any) -> RecordMetadata:
        """Send and wait until the message is on disk."""
        return await (await self.send(*args, **kwargs))

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            for topic in dict.fromkeys(entry[0] for entry in batch):
                await self._append(topic, [entry for entry in batch if entry[0] == topic])

    async def _append(self, topic: str, entries: list[Any]) -> None:
        try:
            positions = await asyncio.to_thread(self._log.publish, topic, [entry[1] for entry in entries])
        except Exception as exc:  # noqa: BLE001  # it belongs to whoever waits for the confirmation
            for *_, future in entries:
                if not future.done():
                    future.set_exception(exc)
            return
        for (*_, future), place in zip(entries, positions, strict=True):
            if not future.done():
                metadata = RecordMetadata(topic, place.partition, TP(topic, place.partition), place.offset, None, None)
                future.set_result(metadata)

    async def flush(self) -> None:
        """Wait until everything sent is on disk."""
        while self._flushing is not None and not self._flushing.done():
            await asyncio.wait([self._flushing])

    def key_partition(self, topic: str, key: bytes) -> TP:
        """The partition that a key goes to."""
        return TP(topic, key_partition(key, self._log.partitions(topic)))

    async def create_topic(self, topic: str, partitions: int, replication: int, **options: Any) -> None:
        """Topics are made by `geowire init`."""

    def supports_headers(self) -> bool:
        """Headers are stored with each message."""
        return True


class Transport(base.Transport):  # type: ignore[misc]  # as above
    """The transport that Faust loads for `sqlite://`."""

    Consumer: ClassVar[type[Consumer]] = Consumer
    Producer: ClassVar[type[Producer]] = Producer
    default_port = 0
    driver_version = "geowire sqlite log"

    def __init__(self, url: list[URL], app: Any, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(url, app, loop)
        self.log = SqliteLog(Path(url[0].path))  # yarl has unquoted it
