"""`geowire search` and `geowire show`: ask the archive."""

import asyncio
from collections.abc import Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import settings as configuration
from pipeline.article import EnrichedArticle
from pipeline.cli import output
from pipeline.cli.worker import Data
from pipeline.errors import GeowireError, QueryError

if TYPE_CHECKING:
    from pipeline.index import Hit, Hits, Version

COLUMNS = ("id", "title", "url", "source", "published_at", "language", "countries", "people", "organisations", "places")


class Format(StrEnum):
    """How results are printed."""

    TABLE = "table"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class Sort(StrEnum):
    """How results are ordered."""

    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


def search(
    query: Annotated[str, typer.Argument(help='Such as: cholera country:KE "ferry line" NOT sport')],
    format_: Annotated[Format, typer.Option("--format", help="How to print the results.")] = Format.TABLE,
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
    as_ndjson: Annotated[bool, typer.Option("--ndjson", help="Short for --format ndjson.")] = False,
    size: Annotated[int, typer.Option("--size", min=0, max=1000, help="How many results.")] = 10,
    sort: Annotated[Sort, typer.Option("--sort", help="Best, newest or oldest first.")] = Sort.RELEVANCE,
    data: Data = None,
) -> None:
    """Search the archive by words, phrases, people, organisations, places, countries, outlets, languages and dates."""
    form = Format.JSON if as_json else Format.NDJSON if as_ndjson else format_
    try:
        found = asyncio.run(_find(configuration.load({"data": data}), query, size, sort))
    except QueryError as exc:
        output.query_error(exc, query)
        raise typer.Exit(2) from None
    _print(found, query, form)


def show(
    article_id: Annotated[str, typer.Argument(metavar="ID", help="The article's id, as search prints it.")],
    versions: Annotated[bool, typer.Option("--versions", help="Earlier titles and texts too.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    data: Data = None,
) -> None:
    """Show an article with its facts."""
    article, earlier = asyncio.run(_get(configuration.load({"data": data}), article_id, versions))
    if as_json:
        shown = article.model_dump(mode="json")
        output.data(shown | {"versions": [_version(one) for one in earlier]} if versions else shown)
        return
    _print_article(article)
    for one in earlier:
        print(f"\n--- as fetched {one.fetched_at:%Y-%m-%d %H:%M} UTC")
        print(f"{output.plain(one.title)}\n\n{output.plain(one.text)}")


async def _find(settings: configuration.Settings, query: str, size: int, sort: Sort) -> "Hits":
    from pipeline.open import index_only
    from pipeline.searching import find

    async with index_only(settings) as index:
        found = await find(index, query, size=size, sort=sort.value)
        if not found.total and not await index.count():
            output.note(f"the archive {settings.index} is empty; geowire demo or geowire publish fills it")
        return found


async def _get(
    settings: configuration.Settings, article_id: str, versions: bool
) -> "tuple[EnrichedArticle, Sequence[Version]]":
    from pipeline.open import index_only

    async with index_only(settings) as index:
        found = await index.get([article_id])
        if article_id not in found:
            raise GeowireError(f"no article {article_id}; geowire search prints the ids")
        return found[article_id], await index.versions(article_id) if versions else []


def _print(found: "Hits", query: str, form: Format) -> None:
    from pipeline.searching import flat

    if form is Format.JSON:
        output.data({"query": query, "total": found.total, "hits": [flat(hit) for hit in found.hits]})
    elif form is Format.NDJSON:
        for hit in found.hits:
            output.line(flat(hit))
    elif form is Format.CSV:
        output.csv_rows(COLUMNS, [_csv(hit.article) for hit in found.hits])
    else:
        _print_hits(found)


def _print_hits(found: "Hits") -> None:
    """One block a hit: date, outlet, title; the matching words in context; countries and id."""
    for hit in found.hits:
        article = hit.article
        date = f"{article.published_at:%Y-%m-%d}" if article.published_at else "no date   "
        countries = " ".join(country.code for country in article.countries)
        output.styled(
            [(f"{date}  ", "dim"), (article.title or "(no title)", "bold"), (f"  {article.source.name}", "cyan")]
        )
        output.styled([("  ", ""), *_marked(hit)])
        output.styled([(f"  {countries}{'  ' if countries else ''}{article.id}\n", "dim")])
    shown = f", the first {len(found.hits)} shown" if found.total > len(found.hits) else ""
    print(f"{found.total} article{'' if found.total == 1 else 's'}{shown}")


def _marked(hit: "Hit") -> list[tuple[str, str]]:
    from pipeline.searching import snippet

    return [(" ".join(piece.text.split("\n")), "bold yellow" if piece.marked else "") for piece in snippet(hit)]


def _csv(article: EnrichedArticle) -> list[object]:
    from pipeline.searching import names

    return [
        article.id,
        article.title,
        article.url or "",
        article.source.name,
        article.published_at.isoformat() if article.published_at else "",
        article.language or "",
        " ".join(country.code for country in article.countries),
        "; ".join(names(article, "PERSON")),
        "; ".join(names(article, "ORG")),
        "; ".join(place.name for place in article.places),
    ]


def _print_article(article: EnrichedArticle) -> None:
    date = f"{article.published_at:%Y-%m-%d %H:%M} UTC" if article.published_at else "no date"
    output.styled([(article.title or "(no title)", "bold")])
    output.styled(
        [(f"{article.source.name} · {date} · {article.language or '?'} · {article.url or 'no URL'}\n", "dim")]
    )
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
