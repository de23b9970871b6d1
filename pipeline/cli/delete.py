"""`geowire delete`: articles and sources are taken out for good."""

import asyncio
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import Data
from pipeline.tombstone import Tombstone

if TYPE_CHECKING:
    from pipeline.index import Index


def delete(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Ids, as search prints them.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Everything of this outlet, by its id.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask first, as is done on a terminal.")] = False,
    data: Data = None,
) -> None:
    """Take articles, or everything of an outlet, out for good: nothing brings them back, and there is no undo."""
    if bool(ids) == bool(source):
        raise typer.BadParameter("give either ids or --source", param_hint="ID")
    now = datetime.now(UTC)
    stones = [Tombstone(tombstone="article", id=each[:500], at=now) for each in ids or []]
    stones += [Tombstone(tombstone="source", id=source[:500], at=now)] if source else []
    asyncio.run(_delete(configuration.load({"data": data}), stones, ask=is_terminal() and not yes))
    print("a worker does it; geowire status counts it as deleted")


def is_terminal() -> bool:
    """Whether a person is there to be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


async def _delete(settings: configuration.Settings, stones: list[Tombstone], *, ask: bool) -> None:
    """Say what will be taken out, and publish it.

    Raises:
        typer.Abort: whoever was asked did not want it.
    """
    from pipeline.open import opened
    from pipeline.publishing import publish_tombstones

    async with opened(settings) as (broker, index, _):
        for said in await _said(index, stones):
            print(output.plain(said))
        if ask:
            typer.confirm("this can't be undone; go on?", abort=True)
        await publish_tombstones(broker, stones)


async def _said(index: "Index", stones: list[Tombstone]) -> list[str]:
    """What becomes of each article, or of the outlet, one sentence each."""
    from pipeline.query.tree import Term

    if stones[0].tombstone == "source":
        outlet = stones[0].id
        count = (await index.search(Term("source", outlet), size=0)).total  # of outlets that are named alike too
        if not count:
            return [f"no article of {outlet} is in the index; whatever comes of it will not get in"]
        many = f"{count:,} article{'' if count == 1 else 's'}"
        return [f"{many} of {outlet} will be taken out, and whatever comes of it will not get in"]
    found = await index.get([each.id for each in stones])
    unknown = "is not in the index; if it comes, it will not get in"
    return [f"{each.id} {'will be taken out' if each.id in found else unknown}" for each in stones]
