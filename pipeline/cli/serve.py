"""`geowire demo`, `geowire run` and `geowire serve`: the page and the API, alone or with a worker beside them."""

import asyncio
import signal
import socket
import sysconfig
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import Data
from pipeline.cli.status import print_status
from pipeline.errors import GeowireError, Misconfigured
from pipeline.settings import Settings

if TYPE_CHECKING:
    from fastapi import FastAPI

    from pipeline.supervise import Supervised

Port = Annotated[int | None, typer.Option("--port", min=0, max=65535, help="Another port than GEOWIRE_PORT.")]
POLL = 0.5  # seconds between two looks at the ledger


def serve(data: Data = None, port: Port = None) -> None:
    """Serve the page and the API."""
    settings = configuration.load({"data": data, "port": port})
    web, listening = _web(settings), _listen(settings)
    asyncio.run(_try(settings))
    _stop_in_order()
    _serve(web, settings, listening)


def run(data: Data = None, port: Port = None) -> None:
    """Serve the page and the API, poll the feeds, and keep a worker beside them that is started again when it ends."""
    from pipeline import logs, poller
    from pipeline.supervise import InBackground, Supervised

    settings = configuration.load({"data": data, "port": port})
    logs.to_stderr(settings)
    web, listening = _web(settings), _listen(settings)
    asyncio.run(_try(settings))
    worker, polling = Supervised(settings.data), InBackground(lambda stop: poller.run(settings, stop))
    _stop_in_order()
    worker.start()
    polling.start()
    try:
        _serve(web, settings, listening)
    finally:
        polling.stop()
        worker.stop()


def demo(
    no_serve: Annotated[bool, typer.Option("--no-serve", help="End once everything is indexed.")] = False,
    data: Data = None,
    port: Port = None,
) -> None:
    """Index the sample news, print a summary, and serve them: embedded, nothing else is needed."""
    from pipeline.supervise import Supervised

    settings = configuration.load({"data": data, "port": port})
    if not settings.embedded:
        raise Misconfigured("geowire demo is embedded: unset GEOWIRE_BROKER and GEOWIRE_INDEX, then run it again")
    web, listening = (None, None) if no_serve else (_web(settings), _listen(settings))
    seeds = _seeds()
    asyncio.run(_try(settings))
    worker = Supervised(settings.data, quiet=True, restart=False)
    _stop_in_order()
    worker.start()
    try:
        asyncio.run(_fill(settings, seeds, worker))
        if web is not None and listening is not None:
            _serve(web, settings, listening)
        else:
            print(f"try: geowire search --data {settings.data} 'cholera country:KE'")
    finally:
        worker.stop()


async def _fill(settings: Settings, seeds: Path, worker: "Supervised") -> None:
    """Publish the seeds and wait until each has its outcome."""
    from pipeline.open import opened
    from pipeline.publishing import batches, publish_batch
    from pipeline.sources.door import Door
    from pipeline.sources.files import read_paths
    from pipeline.status import collect
    from pipeline.supervise import wait_until_alive

    started = time.monotonic()
    async with opened(settings) as (broker, index, state):
        published = 0
        for batch in batches(read_paths([str(seeds)], Door())):
            published += len(await publish_batch(broker, state, batch))
        output.note(f"published {published} sample articles; reading and indexing them")
        with output.progress("indexing", published) as advance:
            done = 0
            while True:
                wait_until_alive(worker)
                status = await collect(broker, index, state)
                settled = max(0, published - status.pending)
                advance(settled - done)
                done = settled
                if not status.pending and not status.unlinked and not any(status.lag.values()):
                    break
                await asyncio.sleep(POLL)
        print_status(status)
    print(f"done in {time.monotonic() - started:.0f} s; the archive is in {settings.data}")


async def _try(settings: Settings) -> None:
    """Make what the embedded mode keeps, and see that all can be opened, while an error is still one sentence."""
    from pipeline.open import opened

    async with opened(settings):
        pass


def _seeds() -> Path:
    """The sample news: beside the package in a clone, in the data folder of the installation else."""
    for folder in (Path(__file__).parents[2] / "seeds", Path(sysconfig.get_path("data")) / "share/geowire/seeds"):
        if folder.is_dir():
            return folder
    raise GeowireError("the sample news are missing from this installation; publish your own with geowire publish")


def _listen(settings: Settings) -> socket.socket:
    """The web server's socket, bound before anything else is started."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((settings.host, settings.port))
    except OSError as exc:
        listening.close()
        address = f"{settings.host}:{settings.port}"
        raise Misconfigured(f"{address} can't be used ({exc.strerror}); choose another with --port") from None
    return listening


def _web(settings: Settings) -> "FastAPI":
    """The page and the API; refuses a setting that would serve strangers without a key, before anything starts."""
    from pipeline.web.api import create_web

    return create_web(settings)


def _serve(web: "FastAPI", settings: Settings, listening: socket.socket) -> None:
    import uvicorn

    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    print(f"geowire serves http://{host}:{listening.getsockname()[1]}  (Ctrl-C ends it)", flush=True)
    config = uvicorn.Config(
        web,
        log_level="warning",
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=5,
        limit_concurrency=200,
    )
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:  # uvicorn has ended in good order and passes the signal on
        print()


def _stop_in_order() -> None:
    """Let a SIGTERM unwind the command, so that the worker beside it is stopped too; exit code 0."""

    def stop(*_signal: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, stop)
