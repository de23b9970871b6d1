"""The web server: its assembly (`create_web`) and the JSON API. docs/api.md shows every endpoint by example."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Path, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from fastapi.staticfiles import StaticFiles
from starlette.exceptions import HTTPException

from pipeline import __version__
from pipeline.article import Article, EnrichedArticle
from pipeline.errors import GeowireError, Misconfigured, Unavailable
from pipeline.ledger import MOST_REFUSED, REFUSED, LedgerRow, Outcome
from pipeline.open import opened
from pipeline.publishing import batches
from pipeline.settings import Settings
from pipeline.status import Status
from pipeline.web import answers, body, feeds_api, metrics, pages, problems, search_api
from pipeline.web.guard import Guard, KeyRing, check_address, secured
from pipeline.web.opened import Opened, OpenedDep
from pipeline.web.problems import HttpProblem, fails

OPENAPI = "/api/openapi.json"
STATIC = FilePath(__file__).parent / "static"

router = APIRouter()

ArticleId = Annotated[str, Path(alias="id", description="the article's id")]


_ARTICLE = {
    "type": "object",
    "required": ["text"],
    "description": "An article; everything but `text` may be left out.",
    # Names alone: their values are taken in more forms than one, and a list is taken whatever is wrong in one of it.
    "properties": {name: {"title": name} for name in Article.model_fields},
}
_EVENT = {
    "type": "object",
    "required": ["specversion", "id", "source", "type", "data"],
    "description": "a CloudEvent with an article as its data",
}
_NONE_TAKEN = fails(422)
_NONE_TAKEN[422]["content"][body.JSON] = {
    "schema": {"type": "array", "items": answers.SubmissionAnswer.model_json_schema()}
}
_PUBLISHES = {
    "requestBody": {
        "required": True,
        "content": {
            body.JSON: {"schema": {"oneOf": [_ARTICLE, {"type": "array", "items": _ARTICLE}]}},
            body.NDJSON: {"schema": {"type": "string", "description": "one article a line"}},
            body.EVENT: {"schema": _EVENT},
            body.EVENTS: {"schema": {"type": "array", "items": _EVENT}},
        },
    }
}


def create_web(settings: Settings) -> FastAPI:
    """The web server of an installation, to be run by uvicorn; it opens broker, index and state when it starts.

    Raises:
        Misconfigured: the address lets other machines in and there is no API key.
    """
    check_address(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with opened(settings) as seams:
            app.state.opened = Opened(*seams)
            yield

    app = FastAPI(
        title="geowire",
        version=__version__,
        description="News in, a searchable archive out.",
        lifespan=lifespan,
        openapi_url=OPENAPI,
        docs_url=None,  # these two load their scripts from elsewhere
        redoc_url=None,
        redirect_slashes=False,
        responses=fails(401, 403, 429),  # what the guard answers before any endpoint is asked
    )
    app.state.settings = settings
    app.add_middleware(Guard, settings=settings)
    for error in (GeowireError, HttpProblem, RequestValidationError, HTTPException):
        app.add_exception_handler(error, _failed)
    for each in (router, search_api.router, feeds_api.router, pages.router):
        app.include_router(each)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    ring, described = KeyRing(settings), app.openapi
    app.openapi = lambda: secured(described(), ring.known())  # type: ignore[method-assign]  # FastAPI's own way
    return app


def paths() -> list[str]:
    """Every address of the server, as docs/api.md names it."""
    routes = [*router.routes, *search_api.router.routes, *feeds_api.router.routes, *pages.router.routes]
    return [*(route.path_format for route in routes if isinstance(route, APIRoute)), OPENAPI]


async def _failed(request: Request, exc: Exception) -> Response:
    """An error as a page where a person looks, else as a problem."""
    show: Callable[[Request, Exception], Any] = pages.failed if pages.wants_page(request) else problems.answer
    response: Response = await show(request, exc)
    return response


@router.post(
    "/api/articles",
    status_code=202,
    summary="Publish articles",
    response_model=answers.SubmissionAnswer | list[answers.SubmissionAnswer],
    responses=fails(400, 401, 403, 413, 415, 503) | _NONE_TAKEN,
    openapi_extra=_PUBLISHES,
)
async def publish(
    request: Request,
    opened: OpenedDep,
    backfill: Annotated[bool, Query(description="old articles, which are read only while no news wait")] = False,
) -> Response:
    """Publish one article, or several. Each is `pending` (durably in the topic) or `rejected` with its reason.

    A single article is answered by one object, a list or NDJSON by a list in its order. 422 if nothing was taken.
    """
    kind = body.media_type(request)
    raw = await body.read(request)
    results: list[dict[str, Any]] = []
    for batch in batches(body.inputs(kind, raw)):
        results += [answer.answer() for answer in await opened.publish(batch, backfill=backfill)]
    if kind in (body.JSON, body.EVENT) and not raw.lstrip().startswith(b"["):
        if results[0]["outcome"] == "rejected":
            raise HttpProblem(422, "rejected", str(results[0]["reason"]), **results[0])
        return JSONResponse(results[0], status_code=202)
    taken = not results or any(result["outcome"] == "pending" for result in results)
    return JSONResponse(results, status_code=202 if taken else 422)


@router.get(
    "/api/articles/{id:path}",
    summary="One article with its facts",
    response_model=EnrichedArticle,
    responses=fails(404, 422, 503),
)
async def article(
    opened: OpenedDep,
    article_id: ArticleId,
    versions: Annotated[bool, Query(description="earlier versions too")] = False,
) -> Response:
    """An article as it stands in the index; with `versions=true` its earlier titles and texts too, newest first."""
    found = (await opened.index.get([article_id])).get(article_id)
    if found is None:
        raise HttpProblem(404, "article", f"there is no article with the id {article_id}")
    shown = found.model_dump(mode="json")
    if versions:
        earlier = await opened.index.versions(article_id)
        shown["versions"] = [answers.VersionAnswer(**vars(each)).model_dump(mode="json") for each in earlier]
    return JSONResponse(shown)


@router.get("/api/status", summary="What became of every input", responses=fails(503))
async def status(opened: OpenedDep) -> Status:
    """As `geowire status --json` tells it: `inputs` is the sum of `outcomes` plus `pending`."""
    return await opened.status()


@router.get(
    "/api/status/refused",
    summary="Inputs that were not taken, and why",
    response_model=list[LedgerRow],
    response_model_exclude={"__all__": {"retry_of"}},
    responses=fails(422, 503),
)
async def refused(
    opened: OpenedDep,
    source: Annotated[str | None, Query(description="an outlet's id; empty for inputs that named none")] = None,
    outcome: Annotated[list[Outcome], Query(description="others, such as superseded")] = list(REFUSED),  # noqa: B006
    size: Annotated[int, Query(ge=1, le=MOST_REFUSED)] = 50,
) -> list[LedgerRow]:
    """Inputs that were `rejected` or `filtered`, the newest first: where each came from (`origin`), and the reason."""
    return await opened.state.refused(source, size=size, outcomes=outcome)


@router.get("/healthz", summary="Whether the process is up")
async def healthz() -> dict[str, str]:
    """Always `ok`; no server is asked."""
    return {"status": "ok"}


@router.get("/readyz", summary="Whether broker and index answer", responses=fails(503))
async def readyz(opened: OpenedDep) -> dict[str, str]:
    """`ready`, or 503 with the reason."""
    try:
        await opened.ready()
    except Misconfigured as exc:  # waiting does not help, but a load balancer must still not send anyone here
        raise Unavailable(str(exc)) from exc
    return {"status": "ready"}


@router.get("/metrics", summary="Metrics for Prometheus", response_class=Response, responses=fails(503))
async def scrape(opened: OpenedDep) -> Response:
    """Inputs by outcome, pending, lag by topic and indexed documents, recounted at each scrape."""
    return Response(metrics.render(await opened.status()), media_type=metrics.MEDIA_TYPE)
