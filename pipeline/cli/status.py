"""`geowire status`: what became of every input, and why inputs were refused."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.ledger import MOST_REFUSED, REFUSED, LedgerRow, Outcome

if TYPE_CHECKING:
    from pipeline.status import Status


def status(
    refused: Annotated[bool, typer.Option("--refused", help="List inputs that were rejected or filtered.")] = False,
    outcome: Annotated[
        list[Outcome] | None, typer.Option("--outcome", help="List inputs of this outcome (repeat for more).")
    ] = None,
    source: Annotated[str | None, typer.Option("--source", metavar="ID", help="Only of this outlet.")] = None,
    size: Annotated[
        int, typer.Option("--size", min=1, max=MOST_REFUSED, help="How many to list, the newest first.")
    ] = 50,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Show the ledger: how many inputs, and what became of each of them, source by source."""
    settings = configuration.load({"data": data})
    if wanted := [*(REFUSED if refused else ()), *(outcome or ())]:
        _show_rows(asyncio.run(_rows(settings, source, size, wanted)), as_json)
        return
    if source is not None:
        raise typer.BadParameter("needs --refused or --outcome", param_hint="--source")
    found = asyncio.run(read_status(settings))
    if as_json:
        output.data(found.model_dump())
        return
    print_status(found)
    if not found.adds_up:
        lost = f"{found.unaccounted} messages were read and have no outcome: " if found.unaccounted else ""
        output.error(f"{lost}the ledger and the topics do not belong together; was one of them deleted?")
        raise typer.Exit(1)
    if found.outcomes[Outcome.REJECTED] or found.outcomes[Outcome.FILTERED]:
        output.note("why inputs were rejected or filtered: geowire status --refused")


def _show_rows(rows: list[LedgerRow], as_json: bool) -> None:
    """The rows as a table: where an input came from, or which article it is, and why it was not taken."""
    if as_json:
        output.data([row.model_dump(mode="json", exclude={"retry_of"}) for row in rows])
        return
    output.table(
        ["at", "source", "outcome", "came from", "reason"],
        [
            [f"{row.at:%Y-%m-%d %H:%M}", row.source or "(none)", row.outcome, _place(row), row.reason or ""]
            for row in rows
        ],
    )


def _place(row: LedgerRow) -> str:
    return row.origin or (f"article {row.article_id}" if row.article_id else row.key)


async def _rows(
    settings: configuration.Settings, source: str | None, size: int, outcomes: list[Outcome]
) -> list[LedgerRow]:
    from pipeline.open import opened

    async with opened(settings) as (_broker, _index, state):
        return await state.refused(source, size=size, outcomes=outcomes)


def print_status(found: "Status") -> None:
    """The account as a table, one row a source, and its sum as a sentence."""
    columns = ["source", *(str(outcome) for outcome in Outcome)]
    rows = [
        [source or "(none)", *(str(row.get(str(outcome), 0) or "") for outcome in Outcome)]
        for source, row in found.sources.items()
    ]
    rows.append(["all", *(str(found.outcomes[str(outcome)] or "") for outcome in Outcome)])
    output.table(columns, rows)
    lags = ", ".join(f"{topic} {count}" for topic, count in found.lag.items())
    print(f"{found.inputs} inputs = {sum(found.outcomes.values())} settled + {found.pending} pending; lag: {lags}")
    unlinked = f", {found.unlinked} of them not yet compared with the others" if found.unlinked else ""
    print(f"{found.indexed_documents} articles in the index{unlinked}")


async def read_status(settings: configuration.Settings) -> "Status":
    """Open what is needed, recount, close."""
    from pipeline.open import opened
    from pipeline.status import collect

    async with opened(settings) as (broker, index, state):
        return await collect(broker, index, state)
