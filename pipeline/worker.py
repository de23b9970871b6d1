"""The worker process: the start gate, the Faust worker, the watchdog, and a bounded end.

A worker either makes progress or exits: a supervisor (`geowire run`, systemd, Docker) starts it again, and
everything that was not acknowledged is delivered again.
"""

import asyncio
import logging
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import faust

from pipeline import logs
from pipeline.app import ARTICLES, BACKFILL, GROUP, READ, TOPICS, Opened, create_app, topic_specs
from pipeline.backfill import LiveFirst
from pipeline.broker import Broker, open_broker, waiting
from pipeline.enrich.pool import Pool
from pipeline.errors import EXIT_MISCONFIGURED, Misconfigured, Unavailable
from pipeline.index import Index, open_index
from pipeline.linking import Linker
from pipeline.settings import Settings
from pipeline.stages import Watch
from pipeline.state import State, open_state

log = logging.getLogger(__name__)

STOP_SECONDS = 8.0  # a SIGTERM while the broker is frozen hangs in Faust for ever; this bounds it (nothing is lost)
STALL_SECONDS = 180.0  # with messages waiting and no progress for this long, the process exits
CHECK_SECONDS = 10.0  # how often the watchdog looks
EXIT_STALLED = 70


async def init(settings: Settings) -> list[str]:
    """Create topics, indices and the ledger where they are missing; safe to repeat.

    Returns:
        The names of the topics created.
    """
    broker = open_broker(settings)
    try:
        created = await asyncio.to_thread(broker.create_topics, topic_specs(settings))
    finally:
        broker.close()
    index, state = open_index(settings, write=False), open_state(settings)
    try:
        await index.init()
        await state.init()
    finally:
        await index.close()
        await state.close()
    return created


def gate(broker: Broker, settings: Settings) -> None:
    """Let nothing start on missing topics: Faust idles for ever on a topic that does not exist.

    Raises:
        Misconfigured: a topic is missing, or has another number of partitions than its neighbours.
    """
    found = {name: broker.partitions(name) for name in TOPICS}
    if missing := [name for name, count in found.items() if count == 0]:
        raise Misconfigured(f"no topic {', '.join(missing)} on {settings.broker}; run: geowire init")
    if len(set(found.values())) > 1:
        raise Misconfigured(f"topics with different partition counts on {settings.broker}: {found}")


def run_worker(settings: Settings, *, parent: int | None = None) -> None:
    """Run the agents until a signal ends them.

    Args:
        settings: where to work.
        parent: the process id of a supervisor; when it is gone, the worker goes too.

    Raises:
        Unavailable: the broker or the index is down at start.
        Misconfigured: topics, settings or rights are wrong, at start or later.
    """
    logs.to_stderr(settings)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    if faust.streams._CStreamIterator is None:
        raise Misconfigured("Faust lacks its compiled extension, and its Python twin loses messages; install its wheel")
    if settings.embedded:
        loop.run_until_complete(init(settings))
    broker, looking = open_broker(settings), open_broker(settings)
    gate(broker, settings)
    if settings.embedded:
        broker.lock_worker()  # type: ignore[attr-defined]  # only the SQLite log has one worker at a time
    watches, pool = {topic: Watch() for topic in READ}, Pool(settings)
    index, state = open_index(settings, write=True), open_state(settings)
    linker = Linker(index, state, alone=settings.embedded)
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    try:
        loop.run_until_complete(index.ready())
        loop.run_until_complete(state.init())
        loop.run_until_complete(pool.start())
        with TemporaryDirectory(prefix="geowire-worker-") as scratch:
            opened = Opened(pool, index, state, linker, LiveFirst(looking, GROUP, ARTICLES))
            app = create_app(settings, opened, watches, Path(scratch))
            _bound_the_end(app, linker, index, state, watches)
            _watchdog(app, broker, watches, pool)
            _execute(app, loop, settings, watches)
    finally:
        if not loop.is_closed():  # it did not come to Faust, which closes it
            loop.run_until_complete(asyncio.wait_for(asyncio.gather(index.close(), state.close()), STOP_SECONDS))
        pool.close()
        looking.close()
        broker.close()


def _execute(app: faust.App, loop: asyncio.AbstractEventLoop, settings: Settings, watches: Mapping[str, Watch]) -> None:
    worker = faust.Worker(
        app, loop=loop, loglevel=settings.log_level, quiet=True, override_logging=False, redirect_stdouts=False
    )
    worker.spinner = None  # it writes to the terminal, and to logs that are none
    try:
        worker.execute_from_commandline()
    except SystemExit as exc:
        if fatal := _fatal(watches):
            raise fatal from None
        if exc.code:
            raise
    except Exception as exc:
        raise _fatal(watches) or Unavailable(f"the worker stopped: {type(exc).__name__}: {exc}") from exc


def _fatal(watches: Mapping[str, Watch]) -> Misconfigured | None:
    """Why a person must act, if an agent has met such a thing."""
    return next((watch.fatal for watch in watches.values() if watch.fatal is not None), None)


def _bound_the_end(app: faust.App, linker: Linker, index: Index, state: State, watches: Mapping[str, Watch]) -> None:
    """Make every stop end within STOP_SECONDS: what is in flight is not acknowledged and will be delivered again.

    Index and state close at its end, after the agents and before Faust closes the event loop.
    """

    def end() -> None:
        os._exit(EXIT_MISCONFIGURED if _fatal(watches) else EXIT_STALLED if app.crashed else 0)

    for room in (index, state):
        app.async_exit_stack.push_async_callback(room.close)
    app.async_exit_stack.push_async_callback(linker.release)

    @app.on_before_shutdown.connect
    async def bound(*_args: Any, **_options: Any) -> None:
        timer = threading.Timer(STOP_SECONDS, end)
        timer.daemon = True
        timer.start()


def _watchdog(app: faust.App, broker: Broker, watches: Mapping[str, Watch], pool: Pool) -> None:
    """Exit where Faust would stay silent: a dead group coordinator, or messages that wait without progress."""
    seen: dict[str, dict[int, int]] = {}

    @app.task
    async def tell() -> None:
        log.info("the agents are running")

    @app.timer(CHECK_SECONDS)
    async def look() -> None:
        _check_coordinator(app)
        for topic, watch in watches.items():
            last = max(watch.last, pool.heartbeat) if topic in (ARTICLES, BACKFILL) else watch.last
            idle = time.monotonic() - last
            if idle < STALL_SECONDS:
                continue
            assigned = {tp.partition for tp in app.consumer.assignment() if tp.topic == topic}
            try:
                stuck, seen[topic] = await asyncio.to_thread(stalled, broker, topic, assigned, seen.get(topic))
            except (Unavailable, Misconfigured) as exc:
                log.warning("watchdog: %s", exc)
                stuck = 0
            if stuck:
                log.critical(
                    "no progress for %.0f s with %d messages waiting in %s: exit, to be started again",
                    idle,
                    stuck,
                    topic,
                )
                os._exit(EXIT_STALLED)
            watch.progress()


def _check_coordinator(app: faust.App) -> None:
    """Faust never asks aiokafka's coordinator for its errors; a dead one leaves the worker idle for ever."""
    thread = getattr(app.consumer, "_thread", None)
    coordinator = getattr(getattr(thread, "_consumer", None), "_coordinator", None)
    if coordinator is None:
        return
    try:
        coordinator.check_errors()
    except Exception as exc:  # noqa: BLE001  # whatever it is, this consumer will not read again
        log.critical("the group coordinator failed (%s: %s): exit, to be started again", type(exc).__name__, exc)
        os._exit(EXIT_STALLED)


def stalled(
    broker: Broker, topic: str, assigned: set[int], before: Mapping[int, int] | None
) -> tuple[int, dict[int, int]]:
    """How many messages of a topic wait for a worker that gets nowhere.

    A worker with partitions answers for these. One without any is a spare, unless nobody in the group gets on either:
    then it was never given what it should have.

    Args:
        broker: where to look.
        topic: one that an agent reads.
        assigned: this worker's partitions of it.
        before: the group's committed offsets at the look before this one, None at the first.

    Returns:
        The number of messages, and the committed offsets now.
    """
    committed, first = broker.committed(GROUP, topic), broker.beginning_offsets(topic)
    moved = before is None or before != committed
    mine = assigned or (set() if moved else set(first))
    places = {part: max(committed.get(part, 0), first[part]) for part in mine}
    return waiting(broker, topic, places), committed


def _end_with(parent: int) -> None:
    """End this process when its supervisor is gone, however it went."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(EXIT_STALLED)
