"""`geowire extract`: articles in, enriched articles out; no broker, no index."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline import settings as configuration
from pipeline.article import Article, EnrichedArticle, Span
from pipeline.cli import output
from pipeline.cli.inputs import Lang, PublishedAt, Source, Url, defaults
from pipeline.cli.publish import rejection
from pipeline.errors import Poison

if TYPE_CHECKING:
    from pipeline.sources.door import Input

CONTEXT = 160  # characters of a sentence that an explanation shows
_SENTENCE_END = re.compile(r"[.!?…][\"'”’)]*\s+|\n+")


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

    inputs = read_paths(paths or ["-"], Door(defaults(published_at, source, url, lang)))
    if asyncio.run(_extract(configuration.load(), inputs, explain=explain)):
        raise typer.Exit(1)


async def _extract(settings: configuration.Settings, inputs: "Iterator[Input]", *, explain: bool) -> int:
    """Print each result in its place; the number of inputs without one."""
    failed = 0
    with output.progress("reading") as advance:
        async for each, result in _enriched(settings, inputs):
            advance(1)
            if isinstance(result, EnrichedArticle):
                if explain:
                    _explain(result)
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


def _explain(article: EnrichedArticle) -> None:
    """Facts for people: kind and name, why, and the first sentence that says it."""
    date = f"{article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "no date"
    output.styled([(article.title or article.text[:80], "bold")])
    output.styled([(f"{date} · language {article.language or 'unknown'} · id {article.id}\n", "dim")])
    for entity in article.entities:
        detail = f"{entity.method}, confidence {entity.confidence:.2f}, {_times(entity.mentions)}"
        _fact(article, entity.type, entity.name, detail, entity.mentions[0])
    for place in article.places:
        where = f"{place.lat:.2f}, {place.lon:.2f}" if place.pinned else "not pinned"
        name = f"{place.name} ({place.country})" if place.country else place.name
        _fact(article, "place", name, f"{where}; {place.reason}", place.mentions[0])
    for country in article.countries:
        focus = ", in focus" if country.is_focus else ""
        why = f"weight {country.weight:.2f}, by {', '.join(country.why)}{focus}"
        output.styled([("country  ", "cyan"), (country.code, "bold"), (f"  {why}", "dim")])
    print()


def _times(mentions: list[Span]) -> str:
    return "once" if len(mentions) == 1 else f"{len(mentions)} times"


def _fact(article: EnrichedArticle, kind: str, name: str, detail: str, mention: Span) -> None:
    before, after = _sentence(article.title if mention.field == "title" else article.text, mention)
    output.styled([(f"{kind:<9}", "cyan"), (name, "bold"), (f"  {detail}", "dim")])
    output.styled([("         “", ""), (before, ""), (mention.surface, "bold yellow"), (f"{after}”", "")])


def _sentence(text: str, mention: Span) -> tuple[str, str]:
    """What stands before and after a mention in its sentence, as much as fits a line or two."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text, max(0, mention.start - CONTEXT), mention.start)]
    start = ends[-1] if ends else max(0, mention.start - CONTEXT)
    stop = _SENTENCE_END.search(text, mention.end, mention.end + CONTEXT)
    end = stop.end() if stop else min(len(text), mention.end + CONTEXT)
    before, after = text[start : mention.start], text[mention.end : end].rstrip()
    cut_before, cut_after = not ends and start > 0, stop is None and end < len(text)
    return ("… " if cut_before else "") + before.replace("\n", " "), after.replace("\n", " ") + (
        " …" if cut_after else ""
    )
