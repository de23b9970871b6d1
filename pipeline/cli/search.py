"""`geowire search` and `geowire show`: ask the archive."""

import asyncio
import shlex
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import unified_diff
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from pipeline import settings as configuration
from pipeline.article import EnrichedArticle
from pipeline.cli import output
from pipeline.cli.inputs import AsJson, Data
from pipeline.errors import GeowireError, QueryError

if TYPE_CHECKING:
    from pipeline.formats import Format
    from pipeline.index import Version
    from pipeline.query.tree import Node
    from pipeline.searching import Found, Result


# The formats of formats.py, and the orders of the index: neither is imported before there is a query to answer.
Form = Literal["table", "json", "ndjson", "csv", "geojson", "atom", "rss", "feed.json", "ninjs.json"]
Sort = Literal["relevance", "newest", "oldest", "origins"]


def search(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="QUERY", help="Such as: 'cholera country:KE \"ferry line\" NOT sport'", show_default=False
        ),
    ] = None,
    similar: Annotated[
        str, typer.Option("--similar", metavar="ID", help="Only what is like that article; short for similar:ID.")
    ] = "",
    format_: Annotated[Form, typer.Option("--format", help="How to print the results.")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    as_ndjson: Annotated[bool, typer.Option("--ndjson", help="Short for --format ndjson.")] = False,
    size: Annotated[int, typer.Option("--size", min=0, max=1000, help="How many results.")] = 10,
    whole: Annotated[bool, typer.Option("--all", help="Every result, newest first, unfolded; not as a table.")] = False,
    sort: Annotated[Sort, typer.Option("--sort", help="Best, newest, oldest, or most origins first.")] = "relevance",
    unfold: Annotated[bool, typer.Option("--unfold", help="Show near-duplicates one by one.")] = False,
    why: Annotated[
        bool, typer.Option("--why", help="Say which clauses each result meets, and with which words.")
    ] = False,
    facets: Annotated[
        bool, typer.Option("--facets", help="Counts instead of results: --size values of each field, and a timeline.")
    ] = False,
    data: Data = None,
) -> None:
    """Search the archive: words, names, places, events, quotes, figures, dates (docs/query-language.md)."""
    query = _one_query(words or [])
    if similar:
        query = f'({query}) similar:"{similar}"' if query.strip() else f'similar:"{similar}"'
    form: Form = "json" if as_json else "ndjson" if as_ndjson else format_
    if whole and form == "table":
        raise typer.BadParameter("--all needs a --format other than table")
    if facets and form not in ("table", "json"):
        raise typer.BadParameter("--facets are printed as a table or as json")
    asked = _Asked(query, size, sort, not unfold, why, whole)
    settings = configuration.load({"data": data})
    try:
        asyncio.run(_count(settings, asked, form) if facets else _search(settings, asked, form))
    except QueryError as exc:
        output.query_error(exc, query)
        raise typer.Exit(2) from None


def _one_query(words: "Sequence[str]") -> str:
    """The query, which is one argument: of several a shell has taken the quotes, and with them the phrases."""
    for word in words:
        if word.startswith("--"):
            raise typer.BadParameter(f"there is no option {word}; geowire search --help lists them")
    if len(words) > 1:
        raise typer.BadParameter(f"a query is one argument, in quotes: geowire search {shlex.quote(' '.join(words))}")
    return words[0] if words else ""


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as search prints it.")],
    versions: Annotated[bool, typer.Option("--versions", help="What changed since it was first seen.")] = False,
    as_json: AsJson = False,
    data: Data = None,
) -> None:
    """Show an article with its facts."""
    article, earlier = asyncio.run(_get(configuration.load({"data": data}), article_id, versions))
    if as_json:
        shown = article.model_dump(mode="json")
        output.data(shown | {"versions": [_version(one) for one in earlier]} if versions else shown)
        return
    _print_article(article)
    _print_changes(article, earlier)
    if versions and not earlier:
        print("\nno earlier version: title and text are as they were first seen")


def _print_changes(article: EnrichedArticle, earlier: "Sequence[Version]") -> None:
    """What changed from each earlier version to the next one, newest change first, as a unified diff."""
    newer, when = [article.title, *article.text.splitlines()], article.fetched_at
    for one in earlier:
        older = [one.title, *one.text.splitlines()]
        print(f"\nchanged between {one.fetched_at:%Y-%m-%d %H:%M} and {when:%Y-%m-%d %H:%M} UTC:")
        for line in list(unified_diff(older, newer, lineterm="", n=0))[2:]:
            if not line.startswith("@@"):
                output.styled([(line, {"-": "red", "+": "green"}.get(line[0], ""))])
        newer, when = older, one.fetched_at


@dataclass(frozen=True)
class _Asked:
    """What was asked for on the command line."""

    query: str
    size: int
    sort: Sort
    fold: bool
    why: bool
    whole: bool


async def _search(settings: configuration.Settings, asked: _Asked, form: Form) -> None:
    from pipeline.open import index_only
    from pipeline.searching import everything, find, one_by_one, understand

    async with index_only(settings) as index:
        if asked.whole and form != "table":
            node = await understand(index, asked.query)
            total = (await index.search(node, size=0)).total
            await _write(form, node, total, everything(index, node))
            return
        found = await find(index, asked.query, size=asked.size, sort=asked.sort, fold=asked.fold, why=asked.why)
        if form == "table":
            _print_hits(found)
        else:
            await _write(form, found.node, found.total, one_by_one(found.results))
        if not found.total and not await index.count():
            output.note(f"the archive {settings.index} is empty; geowire demo or geowire publish fills it")


async def _count(settings: configuration.Settings, asked: _Asked, form: Form) -> None:
    from pipeline.cli import counts
    from pipeline.open import index_only

    async with index_only(settings) as index:
        counted = await counts.counted(index, asked.query, asked.size)
    if form == "table":
        counts.show(counted)
    else:
        output.data(counts.as_json(counted))


async def _write(form: "Format", node: "Node", total: int, results: "AsyncIterator[Result]") -> None:
    """Print a format, piece by piece."""
    from pipeline.formats import About, write
    from pipeline.query.printing import to_text

    about = About(to_text(node), total, datetime.now(UTC))
    async for piece in write(form, about, results):
        output.raw(piece)


async def _get(
    settings: configuration.Settings, article_id: str, versions: bool
) -> "tuple[EnrichedArticle, Sequence[Version]]":
    from pipeline.open import index_only

    async with index_only(settings) as index:
        found = await index.get([article_id])
        if article_id not in found:
            raise GeowireError(f"no article {article_id}; geowire search prints the ids")
        return found[article_id], await index.versions(article_id) if versions else []


def _print_hits(found: "Found") -> None:
    """One block a hit: date, outlet, title; the matching words in context; countries and id."""
    from pipeline.searching import nothing_in_words

    for hit in found.results:
        article = hit.article
        date = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date   "
        countries = " ".join(country.code for country in article.countries)
        output.styled(
            [(f"{date}  ", "dim"), (article.title or "(no title)", "bold"), (f"  {article.source.name}", "cyan")]
        )
        output.styled([("  ", ""), *_marked(hit)])
        for reason in hit.why:
            output.styled([("  ", ""), (reason.clause, "green"), (_surfaces(reason.surfaces), "dim")])
        copies = f"  and {hit.folded} more of its cluster" if hit.folded else ""
        output.styled([(f"  {countries}{'  ' if countries else ''}{article.id}{copies}\n", "dim")])
    shown = f", the first {len(found.results)} shown" if found.clusters > len(found.results) else ""
    clusters = (
        f" in {found.clusters} cluster{'' if found.clusters == 1 else 's'}" if found.clusters < found.total else ""
    )
    print(f"{found.total} article{'' if found.total == 1 else 's'}{clusters}{shown}")
    for one in found.without:
        print(f"  {output.plain(nothing_in_words(one))}")


def _surfaces(surfaces: "Sequence[str]") -> str:
    return f": {', '.join(' '.join(one.split())[:80] for one in surfaces[:6])}" if surfaces else ""


def _marked(hit: "Result") -> list[tuple[str, str]]:
    from pipeline.searching import snippet

    return [(" ".join(piece.text.split("\n")), "bold yellow" if piece.what else "") for piece in snippet(hit)]


def _print_article(article: EnrichedArticle) -> None:
    date = f"{article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "no date"
    output.styled([(article.title or "(no title)", "bold")])
    whose = (article.source.name, ", ".join(article.authors))
    about = (*filter(None, whose), date, article.language or "?", article.url or "no URL")
    output.styled([(" · ".join(about) + "\n", "dim")])
    for said in _remarks(article):
        output.styled([(f"{said}\n", "yellow")])
    output.styled([(article.text + "\n", "")])
    output.table(("type", "name", "country", "mentions"), [_entity_row(entity) for entity in article.entities])
    output.table(("place", "country", "latitude", "longitude", "why"), [_place_row(place) for place in article.places])
    output.table(("who says", "how", "what"), [_quote_row(quote) for quote in article.quotes])
    output.table(
        ("event", "actor", "target", "status", "when", "where"), [_event_row(event) for event in article.events]
    )
    output.table(("date", "from", "to"), [[day.surface, str(day.first), str(day.last)] for day in article.dates])
    output.table(("figure", "value", "of", "what"), [_figure_row(figure) for figure in article.figures])
    if article.topics:
        output.styled([("topics  ", "cyan"), (", ".join(topic.name for topic in article.topics), "")])


def _remarks(article: EnrichedArticle) -> Iterator[str]:
    """What a reader should know beside the text: that it is not all of it and why, and what its publisher reserves."""
    if article.completeness != "full":
        yield f"only the {article.completeness} is here"
    yield from article.notes
    if article.duplicate_of:
        yield f"says the same as {article.duplicate_of}"
    if article.origins > 1:
        yield f"{article.origins} independent origins"
    if article.reservation:
        yield f"text and data mining is reserved: {article.reservation}"


def _quote_row(quote: Any) -> list[str]:
    return [quote.speaker or "", f"{quote.cue or ''} ({quote.kind})".strip(), " ".join(quote.text.split())[:160]]


def _event_row(event: Any) -> list[str]:
    parties = [party.name if party is not None else "" for party in (event.actor, event.target)]
    return [event.type, *parties, event.status, str(event.date.first) if event.date else "", event.place or ""]


def _figure_row(figure: Any) -> list[str]:
    return [figure.surface, f"{figure.value:,.10g}", figure.counted or "", figure.kind]


def _entity_row(entity: Any) -> list[str]:
    return [entity.type, entity.name, entity.country or "", str(len(entity.mentions))]


def _place_row(place: Any) -> list[str]:
    lat, lon = (f"{place.lat:.2f}", f"{place.lon:.2f}") if place.pinned else ("", "")
    return [place.name, place.country or "", lat, lon, place.reason]


def _version(version: "Version") -> dict[str, str]:
    moment = version.fetched_at.isoformat()
    return {"id": version.id, "fetched_at": moment, "title": version.title, "text": version.text}
