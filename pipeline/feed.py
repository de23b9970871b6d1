"""The records of a feed: what a person asks for (`Feed`), and what the poller has seen of it (`Poll`).

They are kept apart because they are written by different hands: a command never overwrites what the poller learns at
the same moment, nor the other way round.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from statistics import median, quantiles
from typing import Any, Literal

from pydantic import Field

from pipeline.article import Moment, Record, Source

HABIT = 50  # arrivals that are remembered
DAYS = 30  # days that are counted
SILENT_FACTOR, SILENT_MIN = 4, timedelta(days=1)  # longer than so many of its long gaps, and than this

Health = Literal["new", "ok", "silent", "failing", "gone", "paused"]


class Feed(Record):
    """A feed as it was added: where it lies, and what of it is wanted."""

    id: str
    url: str
    title: str = ""
    site: str | None = None  # the outlet's home page
    source: Source = Source()
    language: str | None = None
    tags: list[str] = Field(default_factory=list)
    include: str = ""  # a query; an article that does not match it is filtered
    exclude: str = ""  # a query; an article that matches it is filtered
    full_text: bool = True  # whether the page is fetched where the feed brings a teaser
    paused: bool = False
    wanted_at: Moment | None = None  # when a person asked that it be polled now
    attributes: dict[str, str] = Field(default_factory=dict)  # of its OPML outline, where geowire does not know them
    folders: dict[str, dict[str, str]] = Field(default_factory=dict)  # those of its OPML folders, by their tags
    added_at: Moment


class Poll(Record):
    """What the poller knows of a feed. `seen` maps an entry's key to the fingerprint of its content."""

    url: str | None = None  # where it moved for good (301, 308)
    gone: bool = False  # it answered 410
    kind: str | None = None  # what it is: rss20, atom10, json11, sitemap, sitemapindex…
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    rules: str = ""  # of the feed when it was last read, as a hash: what other rules leave out must be read again
    ttl: float | None = None  # seconds that it asked to be left alone when it was last read
    polls: int = 0
    failures: int = 0  # since the last success
    error: str | None = None
    note: str | None = None  # what is odd about a feed that could be read
    status: str | None = None  # of the last poll: unchanged, read, failed, gone
    outcomes: dict[str, int] = Field(default_factory=dict)  # of the inputs that the last poll brought
    last_poll_at: Moment | None = None
    last_success_at: Moment | None = None
    last_article_at: Moment | None = None
    next_poll_at: Moment | None = None
    arrivals: list[Moment] = Field(default_factory=list)  # of new articles, oldest first
    per_day: dict[str, int] = Field(default_factory=dict)  # day → new articles
    seen: dict[str, str] = Field(default_factory=dict)
    tries: dict[str, int] = Field(default_factory=dict)  # an entry's key → how often its page could not be had

    def gaps(self) -> list[float]:
        """Seconds between arrivals; articles that came together count as one."""
        return [
            gap
            for one, other in zip(self.arrivals, self.arrivals[1:], strict=False)
            if (gap := (other - one).total_seconds()) >= 1
        ]

    def usual_gap(self) -> float | None:
        """The median of the gaps in seconds, where there are enough of them to speak of a habit."""
        gaps = self.gaps()
        return median(gaps) if len(gaps) >= 3 else None

    def arrived(self, moments: list[datetime], now: datetime) -> None:
        """Count new articles, at the times that they were published; older ones than a month say nothing of today."""
        known = sorted([*self.arrivals, *(moment for moment in moments if moment <= now)])
        self.arrivals = known[-HABIT:]
        if moments:
            latest = min(max(moments), now)  # a publisher's clock may be ahead
            self.last_article_at = max(latest, self.last_article_at or latest)
        first = (now - timedelta(days=DAYS)).date().isoformat()
        for moment in moments:
            day = moment.date().isoformat()
            self.per_day[day] = self.per_day.get(day, 0) + 1
        self.per_day = {day: count for day, count in sorted(self.per_day.items()) if day >= first}


def feed_id(url: str) -> str:
    """The id of a feed: 12 hexadecimal digits of its URL's hash."""
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def health(feed: Feed, poll: Poll, now: datetime) -> Health:
    """One word for how a feed does; docs/sources.md says what each means and what to do."""
    if poll.gone:
        return "gone"
    if feed.paused:
        return "paused"
    if poll.failures:
        return "failing"
    if poll.last_success_at is None:
        return "new"
    return "silent" if silence(poll, now) else "ok"


def silence(poll: Poll, now: datetime) -> str | None:
    """How long it has been quiet, in plain words, where that is much longer than it is used to be."""
    gaps = poll.gaps()
    if len(gaps) < 3 or poll.last_article_at is None:
        return None
    long_gap = timedelta(seconds=quantiles(gaps, n=10)[-1])
    quiet = now - poll.last_article_at
    if quiet <= max(SILENT_FACTOR * long_gap, SILENT_MIN):
        return None
    return f"no article for {in_words(quiet)}; nine of ten of its gaps are of {in_words(long_gap)} or less"


class AddedFeed(Feed):
    """A feed of an address: `new` unless it was there already, `changed` where it was and is wanted otherwise now."""

    new: bool
    changed: bool
    entries: int  # that it has now
    note: str | None = None  # what is odd about it


class FeedReport(Feed):
    """A feed as people and programs are told of it: what is asked for, how it does, the outcomes of its source."""

    health: Health
    polled_at: str  # where it lies by now
    last_poll_at: Moment | None
    last_success_at: Moment | None
    last_article_at: Moment | None
    next_poll_at: Moment | None
    per_day: float
    per_day_usual: float
    silence: str | None
    last_poll: dict[str, Any]  # its status, and the outcomes of its entries
    polls: int
    failures: int
    error: str | None
    note: str | None
    outcomes: dict[str, int]  # of all inputs of its source, by outcome


def report(feed: Feed, poll: Poll, outcomes: Mapping[str, int], now: datetime) -> FeedReport:
    """What is told of a feed.

    Args:
        outcomes: of its source's inputs, from the ledger.
    """
    last, usual = rate(poll, now)
    does = health(feed, poll, now)
    return FeedReport(
        **feed.model_dump(),
        health=does,
        polled_at=poll.url or feed.url,
        last_poll_at=poll.last_poll_at,
        last_success_at=poll.last_success_at,
        last_article_at=poll.last_article_at,
        next_poll_at=None if feed.paused or poll.gone else poll.next_poll_at,
        per_day=round(last, 1),
        per_day_usual=round(usual, 1),
        silence=silence(poll, now) if does == "silent" else None,
        last_poll={"status": poll.status, "outcomes": poll.outcomes},
        polls=poll.polls,
        failures=poll.failures,
        error=poll.error,
        note=poll.note,
        outcomes=dict(outcomes),
    )


def in_words(span: timedelta) -> str:
    """`3 h`, `80 min`: in a unit of which it has two at least, so that no rounding halves it."""
    seconds = abs(span.total_seconds())
    unit, size = next((each for each in (("d", 86400), ("h", 3600), ("min", 60)) if seconds >= 2 * each[1]), ("s", 1))
    return f"{seconds / size:.0f} {unit}"


def outcomes_in_words(outcomes: Mapping[str, int]) -> str:
    """`9 published, 1 rejected`: what is pending was published."""
    return ", ".join(f"{count} {'published' if name == 'pending' else name}" for name, count in outcomes.items())


def rate(poll: Poll, now: datetime) -> tuple[float, float]:
    """Articles a day: of the last 7 days, and of the last month, or of as many as are known."""
    if not poll.per_day:
        return 0.0, 0.0
    last = {(now - timedelta(days=back)).date().isoformat() for back in range(7)}
    counted = sum(count for day, count in poll.per_day.items() if day in last)
    days = (now.date() - datetime.fromisoformat(min(poll.per_day)).date()).days + 1
    return counted / min(7, days), sum(poll.per_day.values()) / days
