"""When a feed is polled next, and how it is said to do."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline.feed import Feed, Poll, feed_id, health, rate
from pipeline.sources.schedule import LONGEST, SHORTEST, UNKNOWN, after_failure, after_success, max_age

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def every(gap: timedelta, count: int = 20, ago: timedelta = timedelta()) -> Poll:
    """A feed that published so often, the last time so long ago."""
    poll = Poll(last_success_at=NOW)
    poll.arrived([NOW - ago - gap * n for n in range(count)], NOW)
    return poll


def seconds(poll: Poll, ttl: float | None = None, **headers: str) -> float:
    """The interval to the next poll."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    poll.ttl = ttl
    return (after_success(poll, given, NOW) - NOW).total_seconds()


def test_the_interval_follows_what_the_source_publishes() -> None:
    assert UNKNOWN <= seconds(Poll()) <= UNKNOWN * 1.1
    assert 1800 <= seconds(every(timedelta(hours=1))) <= 1980
    assert SHORTEST <= seconds(every(timedelta(seconds=30))) <= SHORTEST * 1.1
    assert LONGEST <= seconds(every(timedelta(days=3))) <= LONGEST * 1.1
    assert seconds(every(timedelta(minutes=12))) < seconds(every(timedelta(minutes=12), ago=timedelta(days=1)))


def test_a_source_may_ask_for_more_time_but_not_for_ever() -> None:
    busy = every(timedelta(minutes=1))
    assert seconds(busy, ttl=3600) >= 3600
    assert seconds(busy, Cache_Control="public, max-age=7200") >= 7200
    assert seconds(busy, Retry_After="900") >= 900
    assert seconds(busy, Cache_Control="max-age=31536000") <= 86400 * 1.1
    assert seconds(busy, Cache_Control="no-cache, max-age=7200") <= SHORTEST * 1.1


def test_max_age() -> None:
    assert max_age({"Cache-Control": 'MAX-AGE="60"', "Age": "20"}) == 40
    for given in ("", "max-age=", "max-age=-1", "max-age=x", "no-store, max-age=60", "private"):
        assert max_age({"Cache-Control": given}) is None


def test_failures_wait_longer_and_longer_with_jitter() -> None:
    delays = [{(after_failure(Poll(failures=n), {}, NOW) - NOW).total_seconds() for _ in range(20)} for n in (1, 2, 30)]
    assert 150 <= min(delays[0]) <= max(delays[0]) <= 300
    assert 300 <= min(delays[1]) <= max(delays[1]) <= 600
    assert max(delays[2]) <= 86400
    assert len(delays[0]) > 1
    assert after_failure(Poll(failures=1), {"Retry-After": "7200"}, NOW) >= NOW + timedelta(hours=2)


@pytest.mark.parametrize(
    ("poll", "paused", "word"),
    [
        (Poll(), False, "new"),
        (Poll(), True, "paused"),
        (Poll(gone=True), True, "gone"),
        (Poll(failures=1, last_success_at=NOW), False, "failing"),
        (every(timedelta(hours=1)), False, "ok"),
        (every(timedelta(hours=1), ago=timedelta(hours=20)), False, "ok"),
        (every(timedelta(hours=1), ago=timedelta(hours=30)), False, "silent"),
        (every(timedelta(days=7), ago=timedelta(days=20)), False, "ok"),
        (every(timedelta(days=7), ago=timedelta(days=40)), False, "silent"),
    ],
)
def test_health(poll: Poll, paused: bool, word: str) -> None:
    url = "https://a.example/feed"
    assert health(Feed(id=feed_id(url), url=url, added_at=NOW, paused=paused), poll, NOW) == word


def test_articles_a_day_against_its_own_past() -> None:
    poll = Poll()
    poll.arrived([NOW - timedelta(days=20) + timedelta(hours=n) for n in range(21)], NOW)
    poll.arrived([NOW - timedelta(days=1)] * 7 + [NOW - timedelta(days=90)], NOW)
    last, usual = rate(poll, NOW)
    assert last == 1
    assert usual == pytest.approx(28 / 21)
    assert rate(Poll(), NOW) == (0, 0)
