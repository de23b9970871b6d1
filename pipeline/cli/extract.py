"""`geowire extract`: articles in, enriched articles out; no broker, no index."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import Article, EnrichedArticle
from pipeline.cli import output
from pipeline.cli.explain import explain_facts
from pipeline.cli.inputs import Lang, PublishedAt, Source, Url, defaults
from pipeline.cli.publish import rejection, tell_passed_over
from pipeline.errors import Poison

if TYPE_CHECKING:
    from pipeline.sources.door import Input


def extract(
    paths: Annotated[
        list[str] | None,
        typer.Argument(metavar="[PATH…|-]", help="Text, HTML, JSON, NDJSON, saved feeds, folders; stdin by default."),
    ] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Each fact beside its sentence and reason.")] = False,
    published_at: PublishedAt = None,
    source: Source = None,
    url: Url = None,
    lang: Lang = None,
) -> None:
    """Read articles and print them with their facts, one line of JSON each, in the order of the input."""
    from pipeline.sources.door import Door
    from pipeline.sources.files import read_paths

    door = Door(defaults(published_at, source, url, lang))
    failed = asyncio.run(_extract(configuration.load(), read_paths(paths or ["-"], door), explain=explain))
    tell_passed_over(door)
    if failed:
        raise typer.Exit(1)


async def _extract(settings: configuration.Settings, inputs: "Iterator[Input]", *, explain: bool) -> int:
    """Print each result in its place; the number of inputs without one."""
    failed = 0
    with output.progress("reading") as advance:
        async for each, result in _enriched(settings, inputs):
            advance(1)
            if isinstance(result, EnrichedArticle):
                if explain:
                    explain_facts(result)
                else:
                    output.line(result.model_dump(mode="json"))
                continue
            failed += 1
            if explain:
                output.note(f"{result['outcome']}: {each.origin}: {result['reason']}")
            else:
                output.line(result)
    return failed


async def _enriched(
    settings: configuration.Settings, inputs: "Iterator[Input]"
) -> "AsyncIterator[tuple[Input, EnrichedArticle | dict[str, str | None]]]":
    """Results in the order of the input; the processes start with the first batch."""
    from pipeline.enrich.pool import Pool

    pool = Pool(settings)
    started = False
    try:
        while batch := list(islice(inputs, settings.batch)):
            articles = [each.item for each in batch if isinstance(each.item, Article)]
            if articles and not started:
                await pool.start()
                started = True
            results = iter(await pool.enrich(articles))
            for each in batch:
                if isinstance(each.item, Article):
                    yield each, _known(next(results), each)
                else:
                    yield each, rejection(each)
    finally:
        pool.close()


def _known(result: EnrichedArticle | Poison, each: "Input") -> EnrichedArticle | dict[str, str | None]:
    if isinstance(result, EnrichedArticle):
        return result
    assert isinstance(each.item, Article)
    return {"id": each.item.id, "outcome": "dead", "reason": str(result), "origin": each.origin}
