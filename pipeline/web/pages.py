"""The pages: search (`/`) and an article (`/articles/{id}`), as plain HTML that needs no script."""

import asyncio
from collections.abc import Mapping
from math import ceil
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipeline import counting, permalink
from pipeline.errors import QueryError
from pipeline.index import Facet, Sort
from pipeline.index.fields import DEEPEST
from pipeline.query.tree import Everything, Node
from pipeline.searching import understand
from pipeline.web import answers, charts, shown
from pipeline.web.opened import OpenedDep
from pipeline.web.problems import HttpProblem, describe

PAGE = 20  # hits on a page
PAGES = DEEPEST // PAGE
FACET_VALUES = 8
EXAMPLES = (
    ("border talks", "both words, with their inflections"),
    ('"foreign minister" AND NOT ceasefire', "an exact phrase, without a word"),
    ("about:SD published:2026-11-01..2026-11-30", "about a country, in a span of days"),
    ("event:(type:AGREE actor:RW)", "one event: its type and who acts"),
    ("quote:talks", "what somebody is quoted to have said"),
    ("killed:>=10 near:Manila~500km", "a figure, and a place within a distance"),
    ("place:Brussels OR org:NATO", "a place or an organisation"),
    ("title:sanctions -country:RU", "in the title, without a country"),
    ("lang:fr", "in a language"),
)

_NO_COUNTS: dict[str, Any] = {"facets": [], "timeline": None, "map": None, "dyads": []}

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)

_templates = Environment(
    loader=FileSystemLoader(FilePath(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_templates.globals.update(
    coordinates=shown.coordinates,
    country_name=shown.country_name,
    link=shown.link,
    marked=shown.marked,
    marked_snippet=shown.marked_snippet,
    marked_title=shown.marked_title,
    moment=shown.moment,
    place_name=shown.place_name,
    region=shown.region,
    similar=shown.similar,
    safe_url=answers.safe_url,
    span_text=shown.span_text,
    why=shown.why,
)


@router.get("/")
async def home(
    opened: OpenedDep,
    q: str = "",
    sort: Sort | None = None,
    page: Annotated[int, Query(ge=1, le=PAGES)] = 1,
    why: bool = False,
    unfold: bool = False,
    state: str = "",
) -> Response:
    """The search page; the newest articles where nothing is searched for."""
    q = q.strip()
    chosen: Sort = sort or ("relevance" if q else "newest")
    given = {"sort": sort or "", "why": why, "unfold": unfold}
    whole = permalink.is_whole(state)
    shared: dict[str, Any] = {"q": q, "sort": chosen, "given": given, "page": page, "examples": EXAMPLES}
    shared["damaged"] = bool(state) and not whole
    asked: dict[str, Any] = {"size": PAGE, "offset": (page - 1) * PAGE, "sort": chosen, "fold": not unfold, "why": why}
    asked["state"] = state if whole else None
    try:
        node = await understand(opened.index, q)
        found = await answers.search(opened.index, node, **asked)
    except QueryError as exc:
        return _render("search.html", shared | {"error": exc, "better": shown.corrected(q, exc)}, 400)
    return _render(
        "search.html",
        shared
        | {
            "error": None,
            "found": found,
            "pages": min(PAGES, max(1, ceil((found.total if unfold else found.clusters) / PAGE))),
            "deeper": DEEPEST if found.total > DEEPEST and _ends(page, len(found.hits)) else 0,
            "everything": isinstance(node, Everything),
            "filters": shown.filters(node),
            **(await _counts(opened, node, page) if found.total else _NO_COUNTS),
        },
    )


@router.get("/articles/{id:path}")
async def article(opened: OpenedDep, article_id: Annotated[str, Path(alias="id")]) -> Response:
    """An article with everything that geowire knows of it."""
    found = (await opened.index.get([article_id])).get(article_id)
    if found is None:
        raise HttpProblem(404, "article", f"There is no article with the id {article_id}.")
    return _render(
        "article.html",
        {
            "article": found,
            "versions": await opened.index.versions(article_id),
            "entities": shown.by_type(found.entities),
            "language": found.language or "",
        },
    )


def wants_page(request: Request) -> bool:
    """Whether an error is for a person at a browser."""
    return not request.url.path.startswith("/api/") and "text/html" in request.headers.get("accept", "")


async def failed(request: Request, exc: Exception) -> Response:
    """An error as a page."""
    problem = describe(exc)
    values = {"status": problem.status, "detail": problem.detail}
    return _render("failed.html", values, problem.status, problem.headers)


async def _counts(opened: OpenedDep, node: Node, page: int) -> dict[str, Any]:
    """What stands beside and above the results; the pictures on the first page only."""
    if page > 1:
        return {**_NO_COUNTS, "facets": await _facets(opened, node)}
    facets, timeline, world, dyads = await asyncio.gather(
        _facets(opened, node),
        charts.timeline(opened.index, node),
        charts.world(opened.index, node),
        charts.dyads(opened.index, node),
    )
    return {"facets": facets, "timeline": timeline, "map": world, "dyads": dyads}


def _ends(page: int, hits: int) -> bool:
    """Whether the pages end about here: near-duplicates are folded out of the results that can be paged through."""
    return hits < PAGE or page * PAGE >= DEEPEST - PAGE


async def _facets(opened: OpenedDep, node: Node) -> list[tuple[str, list[shown.Choice]]]:
    names: list[Facet] = list(shown.FACET_NAMES)
    counted = await counting.facets(opened.index, node, names, size=FACET_VALUES)
    each = ((shown.FACET_NAMES[name], shown.choices(node, name, counted.get(name, []))) for name in names)
    return [(heading, values) for heading, values in each if values]


def _render(
    template: str, values: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> HTMLResponse:
    return HTMLResponse(_templates.get_template(template).render(values), status_code=status, headers=headers)
