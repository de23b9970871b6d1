"""Finding over HTTP: search in every format, facets, timeline, map, matrix, trends, and entities."""

from datetime import UTC, datetime
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse

from pipeline import counting, formats, permalink, searching
from pipeline.article import EventType
from pipeline.index import Facet, Sort
from pipeline.index.fields import DEEPEST
from pipeline.query.printing import to_text
from pipeline.web import answers
from pipeline.web.opened import OpenedDep
from pipeline.web.problems import HttpProblem, fails

LONGEST_LINK = 2_000  # characters of a query in a header, which repeats it six times
FEED = 50  # articles of a feed where no size is given; the other formats are whole then

_CONTENT: dict[str, Any] = {media.partition(";")[0]: {} for media in formats.MEDIA.values()}
_FORMATS: dict[int | str, dict[str, Any]] = {200: {"content": _CONTENT}}

router = APIRouter()

Text = Annotated[str, Query(description="a query; empty for every article (docs/query-language.md)")]
Fold = Annotated[bool, Query(description="whether a cluster of near-duplicates stands as one hit")]
Why = Annotated[bool, Query(description="whether to say which clauses each hit meets, and with which words")]


State = Annotated[
    str | None,
    Query(pattern=permalink.PATTERN, description="of an earlier answer: `changed` says what changed since"),
]


@router.get("/api/search", summary="Search", response_model=answers.SearchAnswer, responses=fails(400, 422, 503))
async def search(
    opened: OpenedDep,
    request: Request,
    q: Text = "",
    size: Annotated[int, Query(ge=0, le=answers.MAX_SIZE)] = 10,
    offset: Annotated[int, Query(ge=0, le=DEEPEST)] = 0,
    sort: Sort = "relevance",
    fold: Fold = True,
    why: Why = False,
    state: State = None,
) -> Response:
    """The articles that match, a page of them, and the exact number of all. `Link` leads to the pages beside it."""
    if offset + size > DEEPEST:
        detail = f"offset + size: at most {DEEPEST:,}; /api/search.ndjson has no limit"
        raise HttpProblem(422, "validation", detail)
    found = await answers.search(opened.index, q, size=size, offset=offset, sort=sort, fold=fold, why=why, state=state)
    short = len(found.hits) < size  # the end, or all that folds out of the first 1,000
    last = offset + len(found.hits) if short else found.clusters if fold else found.total
    links = _links(request, size, offset, last)
    return JSONResponse(found.model_dump(mode="json"), headers={"Link": links} if links else None)


@router.get(
    "/api/search.{form}",
    summary="Search in any format",
    response_class=StreamingResponse,
    responses=_FORMATS | fails(400, 422, 503),
)
async def search_as(
    opened: OpenedDep,
    request: Request,
    form: Annotated[formats.Format, Path(description="the format")],
    q: Text = "",
    size: Annotated[
        int | None, Query(ge=0, le=DEEPEST, description="without it: all of them (a feed: the newest 50)")
    ] = None,
    sort: Annotated[Sort, Query(description="only with a size; all of them come newest first")] = "newest",
    fold: Fold = True,
    why: Why = False,
) -> Response:
    """The articles that match, in a format for other programs; without `size` all of them, streamed and unfolded.

    A feed, and whatever has a size, carries an `ETag`: it is as new as the newest of its articles.
    """
    if size is None and form in ("atom", "rss", "feed.json"):
        size = FEED
    base, address = str(request.base_url).rstrip("/"), str(request.url)
    if size is None:
        node = await searching.understand(opened.index, q)
        total = (await opened.index.search(node, size=0)).total
        about = formats.About(to_text(node), total, datetime.now(UTC), base, address)
        pieces = formats.write(form, about, searching.everything(opened.index, node))
        return StreamingResponse(pieces, media_type=formats.MEDIA[form])
    found = await searching.find(opened.index, q, size=size, sort=sort, fold=fold, why=why)
    changed = [formats.changed(result.article) for result in found.results]
    newest = max(changed, default=datetime.fromtimestamp(await opened.index.watermark() / 1000, UTC))
    about = formats.About(to_text(found.node), found.total, newest, base, address)
    pieces = formats.write(form, about, searching.one_by_one(found.results))
    return Response(b"".join([piece async for piece in pieces]), media_type=formats.MEDIA[form])


@router.get(
    "/api/facets", summary="Count by outlet, country, name, topic, event, language", responses=fails(400, 422, 503)
)
async def facets(
    opened: OpenedDep,
    q: Text = "",
    facet: Annotated[list[Facet] | None, Query(description="which ones; the usual ones where none is named")] = None,
    size: Annotated[int, Query(ge=1, le=answers.MAX_SIZE)] = 20,
) -> answers.FacetsAnswer:
    """The most frequent values of each facet, counted as if nothing of that facet were selected; counts are exact."""
    return await answers.facets(opened.index, q, tuple(dict.fromkeys(facet or counting.USUAL)), size)


@router.get("/api/timeline", summary="Count over time", responses=fails(400, 422, 503))
async def timeline(
    opened: OpenedDep,
    q: Text = "",
    clock: Annotated[
        counting.Clock, Query(description="publication, dates of events, or dates in the text")
    ] = "published",
    interval: Annotated[counting.Interval | None, Query(description="fitting where it is left out")] = None,
) -> answers.TimelineAnswer:
    """Matching articles over time, and all articles of each moment: `share` is the part of all coverage."""
    return await answers.timeline(opened.index, q, clock, interval)


@router.get("/api/map", summary="Count by place, as GeoJSON", responses=fails(400, 422, 503))
async def areas(
    opened: OpenedDep,
    q: Text = "",
    zoom: Annotated[int, Query(ge=1, le=16, description="1: a quarter of the world, 16: 600 m")] = 6,
) -> dict[str, Any]:
    """A point for each tile of the map with matching articles: `count`, and the `place` that most of them name."""
    return await answers.area_features(opened.index, q, zoom)


@router.get("/api/matrix", summary="Who acts towards whom", responses=fails(400, 422, 503))
async def matrix(
    opened: OpenedDep,
    q: Text = "",
    type_: Annotated[EventType | None, Query(alias="type", description="only events of this type")] = None,
    size: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> answers.MatrixAnswer:
    """Pairs of countries, actor and target of an event, with the number of matching articles that tell of one."""
    node = await searching.understand(opened.index, q)
    dyads = await counting.matrix(opened.index, node, kind=type_, size=size)
    told = [answers.DyadAnswer(**vars(one)) for one in dyads]
    return answers.MatrixAnswer(query=to_text(node), type=type_, dyads=told)


@router.get("/api/trending", summary="What is on the rise", responses=fails(400, 422, 503))
async def trending(
    opened: OpenedDep,
    q: Text = "",
    days: Annotated[int, Query(ge=1, le=366, description="the length of a window")] = 7,
) -> answers.TrendingAnswer:
    """Names, topics, keywords and types of events that are more frequent now than in the four windows before."""
    node = await searching.understand(opened.index, q)
    rising = await counting.trending(opened.index, node, now=datetime.now(UTC), days=days)
    told = [answers.RisingAnswer(**vars(one)) for one in rising]
    return answers.TrendingAnswer(query=to_text(node), days=days, rising=told)


@router.get("/api/entities/{id:path}", summary="What is known of an entity", responses=fails(404, 422, 503))
async def entity(
    opened: OpenedDep, entity_id: Annotated[str, Path(alias="id", description="such as person:wendy-sherman")]
) -> answers.EntityPage:
    """Its names, what occurs together with it, its articles over time, what it is quoted with, its newest articles."""
    found = await answers.entity(opened.index, entity_id)
    if found is None:
        raise HttpProblem(404, "entity", f"no article names an entity with the id {entity_id}")
    return found


def _links(request: Request, size: int, offset: int, last: int) -> str:
    """The pages beside this one, and the same search in other formats (RFC 8288); none for a very long query."""
    if len(request.url.query) > LONGEST_LINK:
        return ""
    params = [(name, value) for name, value in request.query_params.multi_items() if name != "offset"]

    def link(path: str, rel: str, more: str = "", **extra: int) -> str:
        given = urlencode([*params, *extra.items()])
        return f'<{path}{"?" if given else ""}{given}>; rel="{rel}"{more}'

    found = []
    if size and offset:
        found.append(link(request.url.path, "prev", offset=max(0, offset - size)))
    if size and offset + size < min(last, DEEPEST - size + 1):
        found.append(link(request.url.path, "next", offset=offset + size))
    for form in ("ndjson", "csv", "geojson", "atom"):
        media = formats.MEDIA[form].partition(";")[0]
        found.append(link(f"{request.url.path}.{form}", "alternate", f'; type="{media}"'))
    return ", ".join(found)
