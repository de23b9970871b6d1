"""`geowire doctor`: every setting with its origin, every check with the command that mends what it finds."""

import asyncio
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import typer
from pydantic import SecretStr

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.errors import GeowireError

LOW_DISK = 2 * 1024**3  # bytes; Elasticsearch stops writing at its flood stage, SQLite at a full disk

Check = tuple[str, Callable[[configuration.Settings], str]]


def doctor(
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check this installation and print every setting with where its value came from."""
    settings, origins = configuration.load_with_origins({"data": data})
    values = [(name, _printed(getattr(settings, name)), origins[name]) for name in type(settings).model_fields]
    results = [_run(check, settings) for check in CHECKS]
    failed = [name for name, good, _ in results if not good]
    if as_json:
        output.data(
            {
                "settings": {name: {"value": value, "origin": origin} for name, value, origin in values},
                "checks": [{"check": name, "ok": good, "message": message} for name, good, message in results],
            }
        )
    else:
        output.table(
            ["setting", "value", "from"], [[f"GEOWIRE_{name.upper()}", value, origin] for name, value, origin in values]
        )
        output.table(
            ["check", "", "found"], [[name, "ok" if good else "FAILED", message] for name, good, message in results]
        )
    if failed:
        raise typer.Exit(1)


def _run(check: Check, settings: configuration.Settings) -> tuple[str, bool, str]:
    name, probe = check
    try:
        return name, True, probe(settings)
    except GeowireError as exc:
        return name, False, str(exc)
    except OSError as exc:
        return name, False, f"{exc.strerror or exc}"


def _printed(value: object) -> str:
    """A value for people; secrets are only said to be set."""
    if isinstance(value, SecretStr):
        return "(set)" if value.get_secret_value() else ""
    return str(value)


def _data_folder(settings: configuration.Settings) -> str:
    if not settings.embedded:
        return "not used: the cluster keeps the data"
    folder = settings.data
    existing = next(parent for parent in (folder, *folder.parents) if parent.exists())
    probe = existing / ".geowire-doctor"
    probe.touch()
    probe.unlink()
    free = shutil.disk_usage(existing).free
    if free < LOW_DISK:
        raise GeowireError(
            f"{folder}: only {free / 1024**3:.1f} GiB free; make room or set GEOWIRE_DATA to another disk"
        )
    return f"{folder}: writable, {free / 1024**3:.0f} GiB free"


def _broker(settings: configuration.Settings) -> str:
    from pipeline.app import TOPICS
    from pipeline.broker import open_broker

    if settings.embedded and not settings.broker_path.exists():
        return f"{settings.broker_path} is not there yet; geowire demo or geowire run makes it"
    broker = open_broker(settings)
    try:
        found = {topic: broker.partitions(topic) for topic in TOPICS}
    finally:
        broker.close()
    if missing := [topic for topic, count in found.items() if not count]:
        raise GeowireError(f"{settings.broker} has no topic {', '.join(missing)}; run: geowire init")
    return f"{settings.broker}: " + ", ".join(f"{topic} ({count} partitions)" for topic, count in found.items())


def _index(settings: configuration.Settings) -> str:
    from pipeline.index import open_index

    if settings.embedded and not settings.index_path.exists():
        return f"{settings.index_path} is not there yet; geowire demo or geowire run makes it"

    async def look() -> int:
        index = open_index(settings)
        try:
            await index.ready()
            return await index.count()
        finally:
            await index.close()

    return f"{settings.index}: {asyncio.run(look())} articles"


def _ledger(settings: configuration.Settings) -> str:
    from pipeline.state import open_state

    if settings.embedded and not settings.state_path.exists():
        return f"{settings.state_path} is not there yet; geowire demo or geowire run makes it"

    async def look() -> int:
        state = open_state(settings)
        try:
            return sum(tally.rows for tally in await state.tally())
        finally:
            await state.close()

    return f"{asyncio.run(look())} rows"


def _names(_settings: configuration.Settings) -> str:
    if unknown := configuration.unknown_variables():
        raise GeowireError("; ".join(unknown))
    return "every GEOWIRE_ variable is one"


def _model(settings: configuration.Settings) -> str:
    from pipeline.enrich.nlp import describe

    return describe(settings.nlp_model)


def _gazetteer(_settings: configuration.Settings) -> str:
    path = Path(__file__).parent.parent / "enrich" / "data" / "gazetteer.db"
    if not path.is_file():
        raise GeowireError("the gazetteer is missing; run: make setup (or: python -m pipeline.enrich.gazetteer_build)")
    return f"{path.stat().st_size / 1024**2:.0f} MiB"


def _port(settings: configuration.Settings) -> str:
    with socket.socket(socket.AF_INET6 if ":" in settings.host else socket.AF_INET) as probe:
        probe.settimeout(1)
        if probe.connect_ex((settings.host, settings.port)) == 0:
            return f"{settings.host}:{settings.port} is in use (by geowire already, or set GEOWIRE_PORT to another)"
    return f"{settings.host}:{settings.port} is free"


CHECKS: tuple[Check, ...] = (
    ("settings", _names),
    ("data folder", _data_folder),
    ("broker", _broker),
    ("index", _index),
    ("ledger", _ledger),
    ("language model", _model),
    ("gazetteer", _gazetteer),
    ("web port", _port),
)
