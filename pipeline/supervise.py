"""`geowire run` and `geowire demo`: a parent that serves the page, polls, and keeps one worker process alive."""

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path

from pipeline.errors import EXIT_MISCONFIGURED, Misconfigured

log = logging.getLogger(__name__)

BACKOFF_FIRST, BACKOFF_CAP = 1.0, 30.0  # seconds before a worker that died is started again
STEADY = 60.0  # a worker that lived this long starts again without waiting
STOP_SECONDS = 12.0  # longer than the worker's own bound


class Supervised:
    """One `geowire worker` child, started again with back-off whenever it ends.

    Args:
        data: the folder of the embedded mode, handed on to the child.
        quiet: let the child log warnings only.
        restart: whether to start the child again when it is misconfigured (a service waits for a person; a demo ends).
    """

    def __init__(self, data: Path, *, quiet: bool = False, restart: bool = True) -> None:
        self._data, self._quiet, self._restart = data, quiet, restart
        self._stopping = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self.failed: int | None = None

    def start(self) -> None:
        """Start the child and keep it alive in the background."""
        self._thread.start()

    def stop(self) -> None:
        """End the child: by SIGTERM, after STOP_SECONDS by SIGKILL; what it had in flight is delivered again."""
        self._stopping.set()
        child = self._child
        if child is not None and child.poll() is None:
            child.terminate()
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        if self._thread.is_alive():
            self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        delay = BACKOFF_FIRST
        while not self._stopping.is_set():
            started = time.monotonic()
            self._child = subprocess.Popen(self._command(), process_group=0)  # Ctrl-C is for the parent, which ends it
            code = self._child.wait()
            if self._stopping.is_set():
                return
            if code == EXIT_MISCONFIGURED and not self._restart:
                self.failed = code
                return
            delay = BACKOFF_FIRST if time.monotonic() - started > STEADY else min(delay * 2, BACKOFF_CAP)
            log.warning("the worker ended with %d; starting it again in %.0f s", code, delay)
            self._stopping.wait(delay)

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "pipeline", "worker", "--data", str(self._data), "--parent", str(os.getpid())]
        return [*command, "--quiet"] if self._quiet else command


class InBackground:
    """The poller of `geowire run`: in a thread with an event loop of its own; started again when it fails."""

    def __init__(self, run: Callable[[asyncio.Event], Coroutine[None, None, None]]) -> None:
        self._poll = run
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)

    def start(self) -> None:
        """Start polling."""
        self._thread.start()

    def stop(self) -> None:
        """Stop it: what is under way is given up, the lease is given back."""
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOP_SECONDS)

    def _keep(self) -> None:
        delay = BACKOFF_FIRST
        while not self._stop.is_set():
            try:
                self._loop.run_until_complete(self._poll(self._stop))
            except Exception:  # whatever it is, the page and the worker go on, and polling is tried again
                log.exception("polling failed; starting it again in %.0f s", delay)
                self._loop.run_until_complete(_within(self._stop, delay))
                delay = min(delay * 2, BACKOFF_CAP)


async def _within(stop: asyncio.Event, seconds: float) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


def wait_until_alive(supervised: Supervised) -> None:
    """Raise Misconfigured if the child gave up; it has already said why on standard error."""
    if supervised.failed is not None:
        raise Misconfigured("the worker could not start; its own message stands above")
