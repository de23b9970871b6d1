"""`geowire dead list|show|retry`: messages that could not be processed, and why."""

import asyncio
import base64
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.errors import GeowireError, Rejected
from pipeline.ledger import DeadLetter

if TYPE_CHECKING:
    from pipeline.broker import Position

app = typer.Typer(no_args_is_help=True, help="Messages that could not be processed: list, show, send again.")


@app.command("list")
def list_letters(data: Data = None, as_json: AsJson = False) -> None:
    """List the dead letters whose input has no better outcome yet, oldest first."""
    letters = [letter for _, letter in asyncio.run(_letters(data))]
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
    as_json: AsJson = False,
) -> None:
    """Show a dead letter: the reason, and the original message (at most its first 1 MiB)."""
    letter, raw = asyncio.run(_with_original(data, key))
    if as_json:
        output.data(_summary(letter) | {"original_base64": base64.b64encode(raw).decode("ascii")})
        return
    for name, value in _summary(letter).items():
        print(f"{name:>12}  {output.plain(str(value))}")
    print("\n" + output.plain(raw.decode("utf-8", "replace")))


@app.command("retry")
def retry(
    keys: Annotated[list[str] | None, typer.Argument(help="Keys of dead letters; none with --all.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Send every dead letter again.")] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Send dead letters again, after their cause is mended; each keeps its place in the ledger."""
    if bool(keys) == everything:
        raise typer.BadParameter("name keys, or give --all")
    results = asyncio.run(_retry(data, keys or []))
    failed = [result for result in results if "reason" in result]
    if as_json:
        output.data(results)
    else:
        for result in failed:
            output.note(f"not sent: {result['key']}: {result['reason']}")
        print(f"{len(results) - len(failed)} sent again; geowire status shows what becomes of them")
    if failed:
        raise typer.Exit(1)


async def _letters(data: "Data") -> "list[tuple[Position, DeadLetter]]":
    from pipeline.open import opened
    from pipeline.status import unresolved

    async with opened(configuration.load({"data": data})) as (broker, _index, state):
        return await unresolved(broker, state)


async def _with_original(data: "Data", key: str) -> tuple[DeadLetter, bytes]:
    from pipeline.open import opened
    from pipeline.status import original, unresolved

    async with opened(configuration.load({"data": data})) as (broker, _index, state):
        place, letter = _named(await unresolved(broker, state), key)
        return letter, await asyncio.to_thread(original, broker, place)


async def _retry(data: "Data", keys: list[str]) -> list[dict[str, str]]:
    """Send the named letters again (none named: all); one that can't be sent does not hold up the rest."""
    from pipeline.open import opened
    from pipeline.status import retry as send_again
    from pipeline.status import unresolved

    results = []
    async with opened(configuration.load({"data": data})) as (broker, _index, state):
        letters = await unresolved(broker, state)
        for place, letter in [_named(letters, key) for key in dict.fromkeys(keys)] if keys else letters:
            try:
                results.append({"key": letter.origin, "sent_to": await send_again(broker, state, place, letter)})
            except Rejected as exc:
                results.append({"key": letter.origin, "reason": str(exc)})
    return results


def _named(letters: "list[tuple[Position, DeadLetter]]", key: str) -> "tuple[Position, DeadLetter]":
    for place, letter in letters:
        if key in (letter.origin, letter.article_id):
            return place, letter
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
