"""`geowire worker` (the agents) and `geowire init` (topics, index, ledger)."""

import asyncio
import os
import time
from pathlib import Path
from typing import Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import Data
from pipeline.errors import Unavailable


def worker(
    data: Data = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Log warnings only.")] = False,
    parent: Annotated[int | None, typer.Option("--parent", hidden=True, help="End when this process is gone.")] = None,
) -> None:
    """Run the agents: enrich and index what is published, until stopped by a signal."""
    from pipeline.worker import run_worker

    settings = configuration.load({"data": data, "log_level": "WARNING" if quiet else None})
    run_worker(settings, parent=parent)


def init(
    data: Data = None,
    wait: Annotated[
        float, typer.Option("--wait", min=0, help="Seconds to wait for servers that are still starting.")
    ] = 0,
    api_key_file: Annotated[
        Path | None,
        typer.Option("--api-key-file", help="Write an Elasticsearch API key with only the rights that geowire needs."),
    ] = None,
) -> None:
    """Create topics, indices, aliases and the ledger where they are missing; safe to repeat."""
    from pipeline.worker import init as initialise

    settings = configuration.load({"data": data})
    deadline = time.monotonic() + wait
    while True:
        try:
            created = asyncio.run(initialise(settings))
            break
        except Unavailable as exc:
            if time.monotonic() > deadline:
                raise
            output.note(f"waiting: {exc}")
            time.sleep(2)
    output.note(f"topics created: {', '.join(created)}" if created else "topics were there already")
    output.note(f"ready: {settings.broker} and {settings.index}")
    if api_key_file is not None:
        _write_api_key(settings, api_key_file)


def _write_api_key(settings: configuration.Settings, path: Path) -> None:
    """Keep a key that still works; else make one, readable by this user alone."""
    from pipeline.elastic_client import create_api_key, key_works

    if path.is_file() and asyncio.run(key_works(settings, path.read_text(encoding="utf-8").strip())):
        output.note(f"the API key in {path} works")
        return
    key = asyncio.run(create_api_key(settings))
    path.parent.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(key)
    output.note(f"a new API key is in {path}")
