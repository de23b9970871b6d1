"""The API of the feeds: as `geowire feed list`, `add`, `pause` and `remove`. Changing them needs the role `admin`."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi.responses import Response
from pydantic import BaseModel, Field

from pipeline import subscribing
from pipeline.admission import MAX_URL
from pipeline.feed import AddedFeed, FeedReport
from pipeline.sources.http import Client
from pipeline.state import State
from pipeline.web.opened import OpenedDep
from pipeline.web.problems import HttpProblem, fails

router = APIRouter()

FeedId = Annotated[str, Path(alias="id", description="the feed's id, as `/api/feeds` lists it", max_length=100)]
Tag = Annotated[str, Field(min_length=1, max_length=100)]


class Subscription(BaseModel):
    """A feed to add: the address of a feed, a sitemap, or a home page; of one that is there, what is to change."""

    url: Annotated[str, Field(min_length=1, max_length=MAX_URL)]
    tags: Annotated[list[Tag], Field(max_length=50)] = []
    include: Annotated[str | None, Field(max_length=4000, description="words, phrases, title:, source:, lang:")] = None
    exclude: Annotated[str | None, Field(max_length=4000)] = None
    title: Annotated[str | None, Field(max_length=500, description="another name than the feed's own")] = None
    full_text: Annotated[bool | None, Field(description="fetch the page where the feed brings a teaser")] = None


class Change(BaseModel):
    """What changes about a feed."""

    paused: bool


@router.get("/api/feeds", summary="The feeds and how they do", responses=fails(503))
async def feeds(opened: OpenedDep) -> list[FeedReport]:
    """As `geowire feed list --json`: health, pace, last article, next poll, and the outcomes of each feed's source."""
    return await subscribing.reports(opened.state)


@router.post("/api/feeds", status_code=201, summary="Add a feed", responses=fails(400, 401, 403, 413, 422, 503))
async def add(request: Request, opened: OpenedDep, wanted: Subscription) -> list[AddedFeed]:
    """Look at an address and add the feed there; of a home page, the feeds that it declares. 422 without any."""
    asked = subscribing.Wanted(tuple(wanted.tags), wanted.include, wanted.exclude, wanted.title, wanted.full_text)
    async with Client(allow_private=request.app.state.settings.allow_private_addresses) as client:
        return await subscribing.add(client, opened.state, wanted.url, asked)


@router.patch("/api/feeds/{id}", summary="Pause a feed, or poll it again", responses=fails(401, 403, 404, 422, 503))
async def change(opened: OpenedDep, feed_id: FeedId, wanted: Change) -> FeedReport:
    """A paused feed is kept and not polled."""
    await _check(opened.state, feed_id)
    await subscribing.pause(opened.state, [feed_id], paused=wanted.paused)
    found = next((told for told in await subscribing.reports(opened.state) if told.id == feed_id), None)
    if found is None:  # it was removed at this very moment
        raise _missing(feed_id)
    return found


@router.delete("/api/feeds/{id}", status_code=204, summary="Forget a feed", responses=fails(401, 403, 404, 503))
async def remove(opened: OpenedDep, feed_id: FeedId) -> Response:
    """Its articles stay."""
    await _check(opened.state, feed_id)
    await subscribing.remove(opened.state, [feed_id])
    return Response(status_code=204)


async def _check(state: State, feed_id: str) -> None:
    if all(feed.id != feed_id for feed, _ in await state.feeds()):
        raise _missing(feed_id)


def _missing(feed_id: str) -> HttpProblem:
    return HttpProblem(404, "feed", f"there is no feed with the id {feed_id}")
