"""One geowire installation for a test: its environment, its commands, its worker processes."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import settings as configuration
from pipeline.open import opened
from pipeline.status import Status, collect

ROOT = Path(__file__).parent.parent.parent
SEEDS = ROOT / "seeds"
SETTLE_SECONDS = 240.0


@dataclass
class Site:
    """An installation; `env` is what its commands see."""

    env: dict[str, str]
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def settings(self) -> configuration.Settings:
        """The settings that the commands of this site load."""
        return configuration.load(environ=self.env)

    def run(self, *args: str, stdin: bytes = b"", timeout: float = 180) -> subprocess.CompletedProcess[bytes]:
        """Run `geowire …` to its end."""
        command = [sys.executable, "-m", "pipeline", *args]
        return subprocess.run(
            command, input=stdin, capture_output=True, env=self._environ(), timeout=timeout, cwd=ROOT, check=False
        )

    def json(self, *args: str) -> Any:
        """Run a command that prints JSON and must succeed."""
        done = self.run(*args)
        assert done.returncode == 0, done.stderr.decode()
        return json.loads(done.stdout)

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start `geowire worker` in its own process group."""
        log = open(self._log(), "ab")  # noqa: SIM115  # it lives as long as the process
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", "worker"], env=self._environ(), stdout=log, stderr=log, cwd=ROOT
        )
        log.close()
        self.workers.append(process)
        return process

    def start(self, *args: str) -> subprocess.Popen[bytes]:
        """Start a command whose output is read while it runs."""
        command = [sys.executable, "-m", "pipeline", *args]
        return subprocess.Popen(
            command, env=self._environ(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=ROOT
        )

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """kill -9; its NLP children must notice by themselves."""
        process.send_signal(signal.SIGKILL)
        process.wait(10)

    def terminate(self, process: subprocess.Popen[bytes], seconds: float = 15) -> int:
        """SIGTERM; the exit code."""
        process.terminate()
        return process.wait(seconds)

    def status(self) -> Status:
        """Recount the ledger in this process: `geowire status` without the start of a command."""

        async def read() -> Status:
            async with opened(self.settings) as (broker, index, state):
                return await collect(broker, index, state)

        return asyncio.run(read())

    def settle(self, inputs: int, seconds: float = SETTLE_SECONDS) -> Status:
        """Wait until every input has its outcome."""
        deadline = time.monotonic() + seconds
        while True:
            status = self.status()
            if status.pending == status.unlinked == 0 and status.inputs >= inputs:
                return status
            assert time.monotonic() < deadline, f"not settled: {status}\n{self.log()}"
            time.sleep(0.3)

    def settle_some(self, inputs: int, seconds: float = SETTLE_SECONDS) -> None:
        """Wait until some inputs have their outcome."""
        deadline = time.monotonic() + seconds
        while (status := self.status()).inputs - status.pending < inputs:
            assert time.monotonic() < deadline, f"not settled: {status}\n{self.log()}"
            time.sleep(0.1)

    def log(self) -> str:
        """The last lines of the workers' log."""
        return "\n".join(self._log().read_text(errors="replace").splitlines()[-40:]) if self._log().exists() else ""

    def close(self) -> None:
        """End every worker that still runs."""
        for process in self.workers:
            if process.poll() is None:
                process.kill()
                process.wait()

    def _log(self) -> Path:
        return Path(self.env["GEOWIRE_DATA"]).with_suffix(".log")

    def _environ(self) -> Mapping[str, str]:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GEOWIRE_")}
        return clean | self.env


def embedded(folder: Path, **extra: str) -> Site:
    """A site on a SQLite log and tantivy."""
    return Site({"GEOWIRE_DATA": str(folder / "data"), "GEOWIRE_CONFIG": "", **extra})


def cluster(folder: Path, kafka: str, elasticsearch: str, **extra: str) -> Site:
    """A site on Kafka and Elasticsearch."""
    servers = {"GEOWIRE_BROKER": kafka, "GEOWIRE_INDEX": elasticsearch}
    return Site({"GEOWIRE_DATA": str(folder / "data"), "GEOWIRE_CONFIG": "", **servers, **extra})
