"""`geowire run` and `geowire demo`: a parent that serves the page and keeps one worker process alive."""

import logging
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

from pipeline.errors import Misconfigured

log = logging.getLogger(__name__)

BACKOFF_FIRST, BACKOFF_CAP = 1.0, 30.0  # seconds before a worker that died is started again
STEADY = 60.0  # a worker that lived this long starts again without waiting
STOP_SECONDS = 12.0  # longer than the worker's own bound
EXIT_MISCONFIGURED = 4


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
        self.restarts = 0

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

    @property
    def pid(self) -> int | None:
        """The process id of the running child."""
        child = self._child
        return child.pid if child is not None and child.poll() is None else None

    def _keep(self) -> None:
        delay = BACKOFF_FIRST
        while not self._stopping.is_set():
            started = time.monotonic()
            self._child = subprocess.Popen(self._command())
            code = self._child.wait()
            if self._stopping.is_set():
                return
            if code == EXIT_MISCONFIGURED and not self._restart:
                self.failed = code
                return
            delay = BACKOFF_FIRST if time.monotonic() - started > STEADY else min(delay * 2, BACKOFF_CAP)
            log.warning("the worker ended with %d; starting it again in %.0f s", code, delay)
            self.restarts += 1
            self._stopping.wait(delay)

    def _command(self) -> list[str]:
        command = [sys.executable, "-m", "pipeline", "worker", "--data", str(self._data), "--parent", str(os.getpid())]
        return [*command, "--quiet"] if self._quiet else command


def wait_until_alive(supervised: Supervised) -> None:
    """Raise Misconfigured if the child gave up; it has already said why on standard error."""
    if supervised.failed is not None:
        raise Misconfigured("the worker could not start; its own message stands above")
