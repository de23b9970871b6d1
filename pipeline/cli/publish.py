"""`geowire publish`: files, folders and standard input go to the topic `articles`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import Article
from pipeline.cli import output
from pipeline.cli.inputs import Lang, PublishedAt, Source, Url, defaults
from pipeline.cli.worker import Data
from pipeline.errors import Misconfigured, Unavailable

if TYPE_CHECKING:
    from pipeline.publishing import Published
    from pipeline.sources.door import Input


def publish(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH…|-", help="Text, HTML, JSON, NDJSON, saved feeds, folders; - is stdin.")
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the articles as NDJSON and publish nothing.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one line a result.")] = False,
    published_at: PublishedAt = None,
    source: Source = None,
    url: Url = None,
    lang: Lang = None,
    data: Data = None,
) -> None:
    """Publish articles; a rejected one is reported with its reason, and the rest goes on."""
    from pipeline.sources.door import Door
    from pipeline.sources.files import read_paths

    inputs = read_paths(paths, Door(defaults(published_at, source, url, lang)))
    if dry_run:
        rejected = print_articles(inputs)
    else:
        rejected = asyncio.run(_publish(configuration.load({"data": data}), inputs, as_json=as_json))
    if rejected:
        raise typer.Exit(1)


def print_articles(inputs: "Iterator[Input]") -> int:
    """One line an input: the article, or its rejection; the number of rejections."""
    rejected = 0
    for each in inputs:
        if isinstance(each.item, Article):
            output.line(each.item.model_dump(mode="json"))
        else:
            rejected += 1
            output.line(rejection(each))
    return rejected


def rejection(each: "Input") -> dict[str, str | None]:
    """What stands in the place of an input that is not taken."""
    assert not isinstance(each.item, Article)
    return {"id": each.item.id, "outcome": "rejected", "reason": each.item.reason, "origin": each.origin}


async def _publish(settings: configuration.Settings, inputs: "Iterator[Input]", *, as_json: bool) -> int:
    sent, rejected = 0, 0
    try:
        with output.progress("publishing") as advance:
            async for answer in _answers(settings, inputs):
                advance(1)
                sent, rejected = sent + (answer.outcome == "pending"), rejected + (answer.outcome == "rejected")
                if as_json:
                    output.line(answer.answer())
                elif answer.outcome == "rejected":
                    output.note(f"rejected: {answer.origin}: {answer.reason}")
    except (Unavailable, Misconfigured):
        output.note(f"stopped after {sent} published, {rejected} rejected; publishing all of it again doubles nothing")
        raise
    if not as_json:
        print(f"{sent} published, {rejected} rejected; geowire status shows what becomes of them")
    return rejected


async def _answers(settings: configuration.Settings, inputs: "Iterator[Input]") -> "AsyncIterator[Published]":
    from pipeline.open import rooms
    from pipeline.publishing import batches, publish_batch

    async with rooms(settings) as (broker, _index, state):
        for batch in batches(inputs):
            for answer in await publish_batch(broker, state, batch):
                yield answer
