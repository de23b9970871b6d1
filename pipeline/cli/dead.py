"""`geowire dead list|show|retry`: messages that could not be processed, and why."""

import asyncio
import base64
from typing import Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import DeadLetter
from pipeline.cli import output
from pipeline.cli.worker import Data
from pipeline.errors import GeowireError

app = typer.Typer(no_args_is_help=True, help="Messages that could not be processed: list, show, send again.")
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_letters(data: Data = None, as_json: Json = False) -> None:
    """List the dead letters whose input has no better outcome yet, oldest first."""
    letters = _letters(data)
    if as_json:
        output.data([_summary(letter) for letter in letters])
        return
    rows = [
        [letter.origin, letter.stage, letter.source or "(none)", f"{letter.failed_at:%Y-%m-%d %H:%M}", letter.reason]
        for letter in letters
    ]
    output.table(["key", "stage", "source", "failed at", "reason"], rows)
    print(f"{len(letters)} dead" + ("; see one with: geowire dead show KEY" if letters else ""))


@app.command("show")
def show(
    key: Annotated[str, typer.Argument(help="Key of a dead letter, as `dead list` prints it.")],
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Show a dead letter: the reason, and the original message (at most its first 1 MiB)."""
    letter = _one(data, key)
    if as_json:
        output.data(_summary(letter) | {"original_base64": letter.original_base64})
        return
    for name, value in _summary(letter).items():
        print(f"{name:>12}  {output.plain(str(value))}")
    print("\n" + output.plain(base64.b64decode(letter.original_base64).decode("utf-8", "replace")))


@app.command("retry")
def retry(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of dead letters; none with --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Send every dead letter again.")] = False,
    data: Data = None,
    as_json: Json = False,
) -> None:
    """Send dead letters again, after their cause is mended; each keeps its place in the ledger."""
    from pipeline.broker import open_broker
    from pipeline.status import retry as send_again

    if bool(keys) == everything:
        raise typer.BadParameter("name keys, or give --all")
    chosen = _letters(data) if everything else [_one(data, key) for key in keys or []]
    broker = open_broker(configuration.load({"data": data}))
    try:
        sent = [{"key": letter.origin, "sent_to": send_again(broker, letter)} for letter in chosen]
    finally:
        broker.close()
    if as_json:
        output.data(sent)
    else:
        print(f"{len(sent)} sent again; geowire status shows what becomes of them")


def _letters(data: "Data") -> list[DeadLetter]:
    from pipeline.open import rooms
    from pipeline.status import unresolved

    async def read() -> list[DeadLetter]:
        async with rooms(configuration.load({"data": data})) as (broker, _index, state):
            return [letter for _, letter in await unresolved(broker, state)]

    return asyncio.run(read())


def _one(data: "Data", key: str) -> DeadLetter:
    for letter in _letters(data):
        if key in (letter.origin, letter.article_id):
            return letter
    raise GeowireError(f"no dead letter {key}; see: geowire dead list")


def _summary(letter: DeadLetter) -> dict[str, object]:
    return {
        "key": letter.origin,
        "stage": letter.stage,
        "reason": letter.reason,
        "source": letter.source,
        "article_id": letter.article_id,
        "failed_at": letter.failed_at.isoformat(),
        "stood_at": f"{letter.topic}/{letter.partition}/{letter.offset}",
        "truncated": letter.truncated,
        "sha256": letter.sha256,
    }
