"""A server as a child process: started until it answers, stopped by its process id, never outliving the tests."""

import atexit
import os
import random
import shutil
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil

from tests.servers.folders import delete_folder

START_SECONDS = 240
STOP_SECONDS = 60


class ServerError(Exception):
    """The server did not start; the end of its log is in the message."""


class ServerProcess(ABC):
    """A server with its data in a folder of its own: `start`, `stop` and `kill` keep the data, `close` deletes it.

    A subclass says how to start it and when it is ready. All signals go to process ids that we started.
    """

    name: str
    user: int | None = None  # the uid it runs as, where it may not run as ours

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "server.log"
        self._child: subprocess.Popen[bytes] | None = None
        atexit.register(self.close)

    @property
    @abstractmethod
    def url(self) -> str:
        """Its address, as geowire's settings want it."""

    @abstractmethod
    def command(self) -> list[str]:
        """The command line, and the files that it reads."""

    @abstractmethod
    def ready(self) -> bool:
        """Does it answer requests? An open port is not enough."""

    def environment(self) -> dict[str, str]:
        """The environment of the server: nothing of ours but what a program needs."""
        return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(self.folder), "LANG": "C.UTF-8"}

    @property
    def pid(self) -> int:
        """The process id of the server itself."""
        if self._child is None:
            raise ServerError(f"{self.name} is not running")
        return self._child.pid

    @property
    def running(self) -> bool:
        """Is there a process (frozen ones count)?"""
        return self._child is not None and self._child.poll() is None

    def start(self) -> Self:
        """Start it on its port and data and wait until it answers; nothing stays behind if it does not."""
        if self.running:
            return self
        try:
            self._launch()
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def _launch(self) -> None:
        command = dies_with_us(self.command())
        with self.log.open("ab") as log:
            self._child = subprocess.Popen(
                command,
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # Ctrl-C is for the tests, which then stop the server
                user=self.user,
                group=self.user,
                extra_groups=None if self.user is None else [],
            )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self.ready():
            if not self.running:
                raise ServerError(f"{self.name} ended while starting:\n{self.log_tail()}")
            if time.monotonic() > deadline:
                raise ServerError(f"{self.name} did not answer within {START_SECONDS} s:\n{self.log_tail()}")
            time.sleep(0.1)

    def log_tail(self, lines: int = 40) -> str:
        """The end of the server's log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def stop(self) -> None:
        """Stop it in good order (SIGTERM), by force if it does not end; the data stays."""
        if not self.running:
            return
        self.thaw()
        processes = self.processes()
        psutil.Process(self.pid).terminate()
        if not self._all_gone(processes):
            self.kill()

    def kill(self) -> None:
        """SIGKILL, as a crash would be; the data stays."""
        processes = self.processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        self._all_gone(processes)

    def freeze(self) -> None:
        """SIGSTOP: connections stay open and nothing answers, as on a host that hangs. Returns once it stands still."""
        processes = self.processes()
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        while any(alive(process) and process.status() != psutil.STATUS_STOPPED for process in processes):
            time.sleep(0.01)

    def thaw(self) -> None:
        """SIGCONT after `freeze`; harmless otherwise."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def restart(self) -> Self:
        """Stop it if it runs and start it again on the same port and data; also after `kill`."""
        self.stop()
        return self.start()

    def close(self) -> None:
        """End it at once and delete its data. Also called when the interpreter ends."""
        self.kill()
        delete_folder(self.folder)
        atexit.unregister(self.close)

    def processes(self) -> list[psutil.Process]:
        """The processes that are alive: what we started, and what that started (Elasticsearch has a launcher)."""
        if self._child is None or self._child.poll() is not None:
            return []
        child = psutil.Process(self._child.pid)
        return [*child.children(recursive=True), child]

    def resident_bytes(self) -> int:
        """How much memory it holds."""
        return sum(int(process.memory_info().rss) for process in self.processes())

    def _all_gone(self, processes: list[psutil.Process]) -> bool:
        """Wait for them all: a port or a lock that one still holds would stop the next start."""
        deadline = time.monotonic() + STOP_SECONDS
        while any(map(alive, processes)):
            if time.monotonic() > deadline:
                return False
            time.sleep(0.02)
        if self._child is not None:
            self._child.wait(STOP_SECONDS)
        return True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def alive(process: psutil.Process) -> bool:
    """Does it still run? A zombie does not: it holds nothing, and in a container nobody may ever collect it."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def dies_with_us(command: list[str]) -> list[str]:
    """Have Linux end the server when our process is killed, where `atexit` has no say.

    What Linux watches is the thread that starts the server: start it from one that lives as long as the server should.
    """
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "KILL", *command] if setpriv else command


def free_port(preferred: int | None = None) -> int:
    """A free loopback port below 32768: no outgoing connection takes it while its server is being restarted."""
    candidates = [preferred] if preferred else []
    candidates += random.sample(range(20_000, 32_000), 100)
    for port in candidates:
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise ServerError("no free port on 127.0.0.1")
