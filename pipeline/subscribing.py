"""Adding feeds: an address is looked at, and what it turns out to be is added; OPML documents come in and go out."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar
from urllib.parse import urljoin

from pipeline import rules
from pipeline.article import Source
from pipeline.errors import GeowireError, Rejected, Unavailable
from pipeline.feed import AddedFeed, Feed, FeedReport, feed_id, report
from pipeline.identity import domain_of
from pipeline.sources import discover
from pipeline.sources.addresses import web_address
from pipeline.sources.feed import Document, is_page, read_document
from pipeline.sources.http import Client, Fetched
from pipeline.sources.opml import read_opml, write_opml
from pipeline.sources.robots import read_robots
from pipeline.state import State
from pipeline.status import by_source

Told = TypeVar("Told", AddedFeed, FeedReport)

TAKEN_OUT = "its outlet was taken out (geowire delete): whatever it brings ends as deleted; geowire feed remove ends it"


@dataclass(frozen=True)
class Wanted:
    """What a person says of the feeds that are added; None is nothing, and a feed that is there keeps what it has."""

    tags: tuple[str, ...] = ()
    include: str | None = None
    exclude: str | None = None
    title: str | None = None
    full_text: bool | None = None

    def check(self) -> None:
        """Raise QueryError for a rule that can't be one."""
        for rule in (self.include, self.exclude):
            rules.check(rule or "", datetime.now(UTC))

    def changed(self, feed: Feed) -> Feed:
        """A feed that is there, as it is wanted now; tags are added to those that it has."""
        said = {"include": self.include, "exclude": self.exclude, "title": self.title, "full_text": self.full_text}
        tags = list(dict.fromkeys([*feed.tags, *self.tags]))
        return feed.model_copy(update={"tags": tags} | {name: each for name, each in said.items() if each is not None})


async def add(client: Client, state: State, url: str, wanted: Wanted) -> list[AddedFeed]:
    """Add the feed at an address, or the feeds that the home page there declares; change those that are there.

    Raises:
        QueryError: a rule that can't be one.
        GeowireError: the address gives neither a feed nor a page with one.
    """
    wanted.check()
    outlet = None
    address, answer = await _fetch(client, url)
    try:
        found = [(address, answer, await _document(answer))]
    except Rejected as not_a_feed:
        if not is_page(answer.body, answer.headers):
            raise GeowireError(f"{url}: {not_a_feed}") from None
        found = await _feeds_of_page(client, answer)
        outlet = await asyncio.to_thread(discover.outlet_name, answer.body, answer.url)
        if not found:
            advice = "no feed was found on it; give the feed's own address"
            raise GeowireError(f"{url}: {not_a_feed}, and {advice}") from None
    known = await _by_id(state)
    written, added = list[Feed](), list[AddedFeed]()
    for asked, fetched, document in found:
        feed = _feed(fetched, document, wanted, answer.url if len(found) > 1 else None, outlet)
        stored = known.get(feed.id) or known.get(feed_id(asked))
        now = wanted.changed(stored) if stored else feed
        new, changed = stored is None, stored is not None and now != stored
        told = {"entries": len(document.entries), "note": document.note}
        added.append(AddedFeed(**now.model_dump(), new=new, changed=changed, **told))
        written += [now] if new or changed else []
    await state.put_feeds(written)
    return await _noted(state, added)


async def reports(state: State) -> list[FeedReport]:
    """All feeds with how they do, in the order in which they were added."""
    counts, feeds, now = by_source(await state.tally()), await state.feeds(), datetime.now(UTC)
    return await _noted(state, [report(feed, poll, counts.get(feed.source.id, {}), now) for feed, poll in feeds])


async def pause(state: State, names: Sequence[str], *, paused: bool) -> list[Feed]:
    """Pause feeds, or have them polled again.

    Raises:
        GeowireError: a name that none has.
    """
    feeds = [feed.model_copy(update={"paused": paused}) for feed in await chosen(state, names)]
    await state.put_feeds(feeds)
    return feeds


async def remove(state: State, names: Sequence[str]) -> list[Feed]:
    """Forget feeds; their articles stay.

    Raises:
        GeowireError: a name that none has.
    """
    feeds = await chosen(state, names)
    for feed in feeds:
        await state.remove_feed(feed.id)
    return feeds


async def import_opml(state: State, raw: bytes) -> tuple[int, int, list[str]]:
    """Add the feeds of an OPML document; how many are new, how many were there (they get its tags and rules), and which
    addresses in it are none, and why.

    Raises:
        Rejected: not OPML.
        QueryError: a rule in it that can't be one.
    """
    feeds, refused = read_opml(raw, datetime.now(UTC))
    known = await _by_id(state)
    for feed in feeds:
        _wanted(feed).check()
    there = [_joined(known[feed.id], feed) for feed in feeds if feed.id in known]
    new = [feed for feed in feeds if feed.id not in known]
    await state.put_feeds([*new, *there])
    return len(new), len(there), refused


async def export_opml(state: State) -> bytes:
    """All feeds as an OPML document, those that moved for good with the addresses that they have now."""
    feeds = [feed.model_copy(update={"url": poll.url or feed.url}) for feed, poll in await state.feeds()]
    return write_opml(feeds, datetime.now(UTC))


async def chosen(state: State, names: Sequence[str]) -> list[Feed]:
    """The feeds that are named by id or URL, be it the one that they were added with or the one that they moved to.

    Raises:
        GeowireError: a name that none has.
    """
    feeds = {name: feed for feed, poll in await state.feeds() for name in (feed.id, feed.url, poll.url) if name}
    if missing := [name for name in names if name not in feeds]:
        raise GeowireError(f"no feed {missing[0]}; geowire feed list prints the ids, and --json the addresses too")
    return list({feeds[name].id: feeds[name] for name in names}.values())


async def _noted(state: State, feeds: Sequence[Told]) -> list[Told]:
    """Feeds with a note where their outlet was taken out."""
    out = await state.buried(sorted({f"source:{each.source.id}" for each in feeds}))
    return [
        each.model_copy(update={"note": TAKEN_OUT}) if f"source:{each.source.id}" in out else each for each in feeds
    ]


async def _by_id(state: State) -> dict[str, Feed]:
    """The feeds by their ids, and by those that they would have with the addresses that they moved to."""
    feeds = await state.feeds()
    return {feed_id(poll.url): feed for feed, poll in feeds if poll.url} | {feed.id: feed for feed, _ in feeds}


def _wanted(feed: Feed) -> Wanted:
    """What a document says of a feed that is there."""
    return Wanted(tuple(feed.tags), feed.include or None, feed.exclude or None)


def _joined(stored: Feed, new: Feed) -> Feed:
    kept = {"attributes": stored.attributes | new.attributes, "folders": stored.folders | new.folders}
    return _wanted(new).changed(stored).model_copy(update=kept)


async def _fetch(client: Client, url: str) -> tuple[str, Fetched]:
    """The answer, and the address that was asked."""
    address = web_address(url)
    try:
        answer = await client.get(address)
    except (Rejected, Unavailable) as exc:
        raise GeowireError(f"{address}: {exc}" if address else str(exc)) from None
    if answer.status != 200:
        raise GeowireError(f"{address} answered with HTTP {answer.status}")
    return address, answer


async def _feeds_of_page(client: Client, page: Fetched) -> list[tuple[str, Fetched, Document]]:
    """The declared feeds of a page; without any, the first that its links, robots.txt or the usual places lead to."""
    found: list[tuple[str, Fetched, Document]] = []
    told: set[frozenset[str]] = set()
    for url in await asyncio.to_thread(discover.declared, page.body, page.url):
        if (each := await _try(client, url)) is None:
            continue
        addresses = frozenset(str(entry.fields.get("url")) for entry in each[2].entries)
        if not addresses or addresses not in told:  # the same articles as RSS and as Atom are one feed
            found.append(each)
        told.add(addresses)
    if found:
        return found
    sitemaps = await _sitemaps(client, page.url)
    for url in await asyncio.to_thread(_candidates, page, sitemaps):
        if (each := await _try(client, url)) is not None:
            return [each]
    return []


def _candidates(page: Fetched, sitemaps: Sequence[str]) -> list[str]:
    news = [url for url in sitemaps if "news" in url.lower()]
    return list(dict.fromkeys([*discover.linked(page.body, page.url), *discover.usual(page.url), *news, *sitemaps]))


async def _sitemaps(client: Client, url: str) -> Sequence[str]:
    try:
        answer = await client.get(urljoin(url, "/robots.txt"), deadline=10)
    except (Rejected, Unavailable):
        return ()
    return read_robots(answer.body).sitemaps if answer.status == 200 else ()


async def _document(answer: Fetched) -> Document:
    """A feed, read off the event loop: a large one takes seconds."""
    return await asyncio.to_thread(read_document, answer.body, answer.headers, answer.url)


async def _try(client: Client, url: str) -> tuple[str, Fetched, Document] | None:
    try:
        answer = await client.get(url, deadline=10)
        if answer.status != 200:
            return None
        return url, answer, await _document(answer)
    except (Rejected, Unavailable):
        return None


def _feed(answer: Fetched, document: Document, wanted: Wanted, home: str | None, outlet: str | None) -> Feed:
    """The record of a feed; those of one home page have one outlet, by the name that the page gives it."""
    url = answer.permanent
    site = document.site or home
    title = wanted.title or document.title or domain_of(site) or domain_of(url) or url
    return Feed(
        id=feed_id(url),
        url=url,
        title=title[:500],
        site=site,
        source=Source(id=(domain_of(site) or domain_of(url) or "")[:500], name=(outlet or title)[:500]),
        language=(document.language or "")[:500] or None,
        tags=list(wanted.tags),
        include=wanted.include or "",
        exclude=wanted.exclude or "",
        full_text=wanted.full_text is not False,
        added_at=datetime.now(UTC),
    )
