"""`geowire delete`: articles and sources are taken out for good."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import Data
from pipeline.tombstone import Tombstone


def delete(
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID…", help="Ids, as search prints them.")] = None,
    source: Annotated[str | None, typer.Option("--source", help="Everything of this outlet, by its id.")] = None,
    data: Data = None,
) -> None:
    """Take articles, or everything of an outlet, out for good: no replay and no feed brings them back."""
    if bool(ids) == bool(source):
        raise typer.BadParameter("give either ids or --source", param_hint="ID")
    now = datetime.now(UTC)
    stones = [Tombstone(tombstone="article", id=each[:500], at=now) for each in ids or []]
    stones += [Tombstone(tombstone="source", id=source[:500], at=now)] if source else []
    settings = configuration.load({"data": data})
    if source:
        count = asyncio.run(_delete_source(settings, stones[0]))
        what = f"everything of {source} (at most {count:,} article{'' if count == 1 else 's'} now)"
        if not count:
            output.note(f"no article of {source} is in the index; an outlet is named by its id, as in geowire status")
    else:
        for each in asyncio.run(_delete(settings, stones)):
            output.note(f"{each} is not in the index now; it will not get in either")
        what = f"{len(stones)} article{'' if len(stones) == 1 else 's'}"
    print(output.plain(f"{what} will be taken out as soon as a worker reads it; geowire status shows it as deleted"))


async def _delete_source(settings: configuration.Settings, stone: Tombstone) -> int:
    """How many articles the index has of an outlet that is taken out, or of others that are named alike."""
    from pipeline.open import opened
    from pipeline.publishing import publish_tombstones
    from pipeline.query.tree import Term

    async with opened(settings) as (broker, index, _):
        found = await index.search(Term("source", stone.id), size=0)
        await publish_tombstones(broker, [stone])
        return found.total


async def _delete(settings: configuration.Settings, stones: list[Tombstone]) -> list[str]:
    from pipeline.open import opened
    from pipeline.publishing import publish_tombstones

    async with opened(settings) as (broker, index, _):
        wanted = [stone.id for stone in stones if stone.tombstone == "article"]
        found = await index.get(wanted) if wanted else {}
        await publish_tombstones(broker, stones)
        return [each for each in wanted if each not in found]
