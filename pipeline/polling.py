"""One poll of one feed: ask politely, read, complete what is new from its pages, publish, and plan the next poll.

An entry is new until it was published with the content that it has now. What is seen is written after what is
published, so a crash in between publishes once more, which changes nothing (the same id, `unchanged`).
"""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from pipeline.article import Article
from pipeline.errors import GeowireError, Misconfigured, Rejected, Unavailable
from pipeline.feed import Feed, Poll
from pipeline.identity import names_page, same_site
from pipeline.publishing import Published, batches
from pipeline.rules import verdict
from pipeline.sources import schedule
from pipeline.sources.door import Clock, Door, Input, Refusal, utc_now
from pipeline.sources.entry import Entry
from pipeline.sources.feed import Document, titled
from pipeline.sources.fulltext import merged, noted, of_another
from pipeline.sources.http import Client, Fetched
from pipeline.sources.pages import Disallowed, Hosts, Pages
from pipeline.sources.reading import Readers, unreadable
from pipeline.sources.robots import header_reservation

log = logging.getLogger(__name__)

MAX_PAGES = 100  # pages fetched in one poll; what is left comes with the next one, soon
AT_ONCE = 4  # pages of one feed
TRIES = 3  # polls in which a page may be unavailable before its teaser is taken
MAX_CHILDREN = 3  # sitemaps of an index that are read in one poll, the newest
REMEMBERED = 500  # entries that are remembered after they left the feed
INDEX = "sitemapindex"

Publish = Callable[[Sequence[Input]], Awaitable[list[Published]]]


@dataclass
class Report:
    """What one poll did: `status` is unchanged, read, failed or gone; `outcomes` counts the inputs."""

    feed: Feed
    status: str = "unchanged"
    outcomes: dict[str, int] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True)
class ReadFeed:
    """A feed that was read: its document, the hash of all that was read, and what it says of text mining."""

    document: Document
    digest: str
    reservation: str | None


class Polling:
    """Polls feeds; holds what polls share: the client, the turns at hosts, what sites say to robots.

    Args:
        client: an opened one.
        readers: who reads what it fetches.
        publish: takes a batch of inputs and answers once they are durable.
    """

    def __init__(self, client: Client, readers: Readers, publish: Publish, *, clock: Clock = utc_now) -> None:
        self._client, self._readers, self._publish, self._clock = client, readers, publish, clock
        self._hosts = Hosts()
        self._pages = Pages(client, self._hosts)

    async def poll(self, feed: Feed, poll: Poll) -> Report:
        """Poll a feed once, and note in `poll` what came of it. A source's fault ends in the report, never in an error.

        Raises:
            Unavailable, Misconfigured: as publishing does; what was not published is new again at the next poll.
        """
        try:
            report = await self._poll(feed, poll)
        except (Unavailable, Misconfigured):
            raise
        except Exception as exc:  # whatever it is, the other feeds go on, and this one is tried again later
            log.exception("%s: the poll failed", feed.url)
            report = self._failed(feed, poll, f"{type(exc).__name__}: {exc}", None)
        poll.status, poll.outcomes = report.status, report.outcomes
        return report

    async def _poll(self, feed: Feed, poll: Poll) -> Report:
        poll.polls += 1
        poll.last_poll_at = self._clock()
        if poll.rules != _rules(feed):  # what the former ones left out is looked at again, so all of it must be read
            poll.rules, poll.etag, poll.last_modified, poll.body_sha256 = _rules(feed), None, None, None
        answer: Fetched | None = None
        try:
            answer = await self._ask(poll.url or feed.url, _conditions(poll))
            read = await self._read(poll, answer)
        except (Rejected, Unavailable) as exc:
            return self._failed(feed, poll, str(exc), answer)
        report = Report(feed, "unchanged" if read is None else "read")
        left = await self._take(feed, poll, read, report) if read else 0
        self._succeeded(poll, answer, read, left)
        return report

    async def _ask(self, url: str, headers: dict[str, str]) -> Fetched:
        async with self._hosts.turn(url):
            return await self._client.get(url, headers=headers)

    async def _read(self, poll: Poll, answer: Fetched) -> ReadFeed | None:
        """What a feed says, None where that is what it said before.

        Raises:
            Rejected: an error, or no feed.
            Unavailable: it could not be read now.
        """
        if answer.status == 304 and _conditions(poll):
            return None
        digest = _digest(_body(answer))
        if poll.kind and digest == poll.body_sha256:
            return None
        document = await self._readers.document(answer.body, answer.headers, answer.url)
        if document.kind == INDEX:
            document, digest = await self._of_children(document, digest)
            if digest == poll.body_sha256:
                return None
        by_license = f"RSL {document.license}"[:500] if document.license else None
        return ReadFeed(document, digest, header_reservation(answer.headers) or by_license)

    async def _of_children(self, index: Document, digest: str) -> tuple[Document, str]:
        """A sitemap index with the pages of its newest sitemaps, and the hash of them all.

        Raises:
            Rejected, Unavailable: none of them can be read.
        """
        entries: list[Entry] = []
        faults: list[GeowireError] = []
        newest = index.children[:MAX_CHILDREN]
        for url in newest:
            try:
                answer = await self._ask(url, {})
                digest = _digest(digest.encode() + _body(answer))
                document = await self._readers.document(answer.body, answer.headers, answer.url)
                if document.kind == INDEX:
                    raise Rejected("an index in an index")
            except (Rejected, Unavailable) as exc:
                faults.append(type(exc)(f"{url}: {exc}"))
                digest = _digest(f"{digest}{exc}".encode())
            else:
                entries += document.entries
        if faults and len(faults) == len(newest):
            raise faults[0]
        note = f"{len(faults)} of its {len(newest)} newest sitemaps can't be read: {faults[0]}" if faults else None
        return Document(index.kind, entries=entries, note=note), digest

    async def _take(self, feed: Feed, poll: Poll, read: ReadFeed, report: Report) -> int:
        """Publish what is new; how many entries are left for the next poll."""
        new = [each for each in read.document.entries if poll.seen.get(_short(each.key)) not in _marks(feed, each)]
        now, later = _share(feed, read.document, new)
        left, arrived = len(later), dict[str, datetime]()
        for start in range(0, len(now), AT_ONCE):
            entries = now[start : start + AT_ONCE]
            inputs = await asyncio.gather(*(self._input(feed, poll, entry, read) for entry in entries))
            for group in batches(each for each in inputs if each is not None):
                for answer in await self._publish(group):
                    report.outcomes[answer.outcome] = report.outcomes.get(answer.outcome, 0) + 1
            for entry, each in zip(entries, inputs, strict=True):
                if each is None:
                    left += 1
                    continue
                if isinstance(each.item, Article) and _short(entry.key) not in poll.seen:
                    arrived[each.item.id] = each.item.published_at or self._clock()
                left_out = isinstance(each.item, Refusal) and each.item.outcome == "filtered"
                poll.seen[_short(entry.key)] = _marks(feed, entry)[left_out]
        poll.arrived(list(arrived.values()), self._clock())
        _forget(poll, read.document.entries)
        return left

    async def _input(self, feed: Feed, poll: Poll, entry: Entry, read: ReadFeed) -> Input | None:
        """The input that an entry becomes; None where its page could not be had and is tried again."""
        try:
            return await self._made(feed, poll, entry, read)
        except Exception as exc:  # whatever is odd about a stranger's entry, the others go on
            log.exception("%s %s", feed.url, entry.key)
            return Door(clock=self._clock).refuse(f"{feed.url} {entry.key}", str(unreadable(exc)), entry.fields)

    async def _made(self, feed: Feed, poll: Poll, entry: Entry, read: ReadFeed) -> Input | None:
        origin, fields = f"{feed.url} {entry.key}", _with_source(feed, entry.fields)
        url, page = fields.get("url"), dict[str, Any]()
        door = Door(clock=self._clock)
        if url and _needs_page(feed, read.document, fields):
            try:
                page = await self._page(url)
                fields = merged(fields, page)
            except Unavailable as exc:
                tries = poll.tries[_short(entry.key)] = poll.tries.get(_short(entry.key), 0) + 1
                if tries < TRIES:
                    return None
                fields = noted(fields, f"page not read: {exc}")
            except Rejected as exc:
                if not fields["text"] and not (isinstance(exc, Disallowed) and fields.get("title")):
                    return door.refuse(origin, str(exc), fields)
                fields = noted(fields, f"page not read: {exc}")
        elif "id" in fields and feed.full_text and fields["completeness"] != "full":
            fields = noted(fields, "page not read: the link is no article's own")
        poll.tries.pop(_short(entry.key), None)
        if url and not _is_own(feed, read.document, fields["url"]):
            fields |= of_another(feed, fields, page)
        if reserved := fields.get("reservation") or read.reservation or await self._reserved(url):
            fields["reservation"] = reserved
        return self._ruled(feed, door.take(origin, titled(fields)))

    def _ruled(self, feed: Feed, each: Input) -> Input:
        """The input, or its refusal by the feed's rules."""
        if not isinstance(each.item, Article):
            return each
        reason = verdict(feed, each.item, self._clock())
        if reason is None:
            return each
        return Input(each.origin, Refusal(reason, each.item.id, each.item.source.id, "filtered"))

    async def _page(self, url: str) -> dict[str, Any]:
        fetched = await self._pages.page(url)
        if same_site(fetched.url, url) and not names_page(fetched.url, url):
            raise Rejected("error page: the address leads to the home page")
        fields = await self._readers.page(fetched.body, fetched.url)
        if reserved := header_reservation(fetched.headers):
            fields["reservation"] = reserved
        return fields

    async def _reserved(self, url: str | None) -> str | None:
        try:
            return await self._pages.reservation(url) if url else None
        except Rejected:
            return None

    def _failed(self, feed: Feed, poll: Poll, error: str, answer: Fetched | None) -> Report:
        gone = answer is not None and answer.status == 410
        poll.failures += 1
        poll.gone, poll.error = gone, error[:500]
        headers = answer.headers if answer else {}
        poll.next_poll_at = None if gone else schedule.after_failure(poll, headers, self._clock())
        return Report(feed, "gone" if gone else "failed", error=poll.error)

    def _succeeded(self, poll: Poll, answer: Fetched, read: ReadFeed | None, left: int) -> None:
        now = self._clock()
        poll.failures, poll.error, poll.last_success_at = 0, None, now
        poll.url = answer.permanent
        if read is not None:
            poll.note, poll.kind, poll.ttl = read.document.note, read.document.kind, read.document.ttl
        if left:  # the same document must be read again, so nothing says that it was seen
            poll.etag = poll.last_modified = poll.body_sha256 = None
            poll.next_poll_at = now + timedelta(seconds=schedule.SHORTEST)
            return
        if read is not None:
            poll.body_sha256 = read.digest
        if answer.status == 200:
            poll.etag, poll.last_modified = answer.headers.get("ETag"), answer.headers.get("Last-Modified")
        poll.next_poll_at = schedule.after_success(poll, answer.headers, now)


def _conditions(poll: Poll) -> dict[str, str]:
    """Ask only for what changed (RFC 9110, section 13), except of an index: its sitemaps change, it need not."""
    if poll.kind in (None, INDEX):
        return {}
    found = {"If-None-Match": poll.etag, "If-Modified-Since": poll.last_modified}
    return {name: value for name, value in found.items() if value and "\n" not in value and "\r" not in value}


def _share(feed: Feed, document: Document, new: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    """The entries that this poll takes, oldest first, and those whose pages would be too many."""
    now: list[Entry] = []
    later: list[Entry] = []
    pages = 0
    for entry in new:
        needs_page = _needs_page(feed, document, entry.fields)
        pages += needs_page
        (later if needs_page and pages > MAX_PAGES else now).append(entry)
    return now[::-1], later


def _is_own(feed: Feed, document: Document, url: str) -> bool:
    """Whether an address is of the outlet whose feed it is."""
    return any(same_site(url, home) for home in (feed.url, feed.site, document.site) if home)


def _needs_page(feed: Feed, document: Document, fields: dict[str, Any]) -> bool:
    """Whether the page is to be read: where the feed has no whole text, or speaks of another outlet's article. An entry
    with an id of its own leads to no page of its own."""
    if not feed.full_text or not fields.get("url") or "id" in fields:
        return False
    return fields["completeness"] != "full" or not _is_own(feed, document, fields["url"])


def _with_source(feed: Feed, fields: dict[str, Any]) -> dict[str, Any]:
    """An entry's fields with the outlet: the one that the entry names, else the feed's."""
    named = fields.get("source") or feed.source.model_dump(exclude_none=True)
    return fields | {"source": named, "language": fields.get("language") or feed.language}


def _body(answer: Fetched) -> bytes:
    """The document that came.

    Raises:
        Rejected: none did.
    """
    if answer.status != 200:
        raise Rejected(_status(answer.status))
    return answer.body


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _short(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()[:12]


def _marks(feed: Feed, entry: Entry) -> tuple[str, str]:
    """What is remembered of an entry: its content; of one that a rule left out the rules too, which may change."""
    return entry.fingerprint, _digest(f"{entry.fingerprint}\n{_rules(feed)}".encode())[:16]


def _rules(feed: Feed) -> str:
    """The rules of a feed as a short hash, empty where it has none."""
    ruled = f"{feed.include}\n{feed.exclude}"
    return _digest(ruled.encode("utf-8", "replace"))[:16] if ruled.strip() else ""


def _forget(poll: Poll, entries: Sequence[Entry]) -> None:
    """Keep what the feed has now, and the newest of what it had before."""
    current = {_short(entry.key) for entry in entries}
    before = [key for key in poll.seen if key not in current][-REMEMBERED:]
    poll.seen = {key: poll.seen[key] for key in [*before, *(key for key in poll.seen if key in current)]}
    poll.tries = {key: count for key, count in poll.tries.items() if key in current}


def _status(status: int) -> str:
    """An HTTP status in plain words."""
    words = {
        304: "says that nothing changed, though all of it was asked for",
        401: "asks for a password",
        403: "refuses access",
        404: "no feed at this address",
        410: "the feed is gone for good",
        429: "asked too often",
        451: "withheld for legal reasons",
    }
    return f"{words.get(status, 'the server failed' if status >= 500 else 'an unexpected answer')} (HTTP {status})"
