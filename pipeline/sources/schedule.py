"""When a feed is polled next: pure functions of what it answered, what it publishes, and how often it failed."""

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

from pipeline.feed import Poll
from pipeline.sources.http import retry_after

SHORTEST, LONGEST = 5 * 60.0, 6 * 3600.0  # seconds between two polls of a feed that answers
UNKNOWN = 30 * 60.0  # while its habit is not known
FIRST_RETRY, LONGEST_RETRY = 5 * 60.0, 24 * 3600.0
LONGEST_WISH = 24 * 3600.0  # what a feed asks for counts up to this


def after_success(poll: Poll, headers: Mapping[str, str], now: datetime) -> datetime:
    """Half of the source's usual gap, but not sooner than it asks for (`ttl`, Cache-Control, Retry-After).

    A source that has been quiet for longer than its habit is asked less and less often.
    """
    interval = min(max(_habit(poll, now), SHORTEST), LONGEST)
    wishes = [wish for wish in (poll.ttl, max_age(headers), retry_after(headers, now.timestamp())) if wish is not None]
    interval = max(interval, min(max(wishes, default=0.0), LONGEST_WISH))
    return now + timedelta(seconds=interval * random.uniform(1.0, 1.1))


def after_failure(poll: Poll, headers: Mapping[str, str], now: datetime) -> datetime:
    """Twice as long after each failure in a row, with jitter, and not before Retry-After."""
    delay = min(FIRST_RETRY * 2 ** min(poll.failures - 1, 10), LONGEST_RETRY) * random.uniform(0.5, 1.0)
    asked = retry_after(headers, now.timestamp())
    return now + timedelta(seconds=max(delay, min(asked or 0.0, LONGEST_WISH)))


def max_age(headers: Mapping[str, str]) -> float | None:
    """`Cache-Control: max-age` in seconds, less the age that the answer had already; none where it may not be kept."""
    directives: dict[str, str] = {}
    for part in headers.get("Cache-Control", "").lower().split(","):
        name, _, value = part.strip().partition("=")
        directives[name] = value.strip('" ')
    if {"no-cache", "no-store"} & directives.keys():
        return None
    given, age = directives.get("max-age", ""), headers.get("Age", "0").strip()
    if not (given.isascii() and given.isdigit()):
        return None
    passed = float(age[:9]) if age.isascii() and age.isdigit() else 0.0
    return max(0.0, float(given[:9]) - passed)


def _habit(poll: Poll, now: datetime) -> float:
    gap = poll.usual_gap()
    if gap is None:
        return UNKNOWN
    quiet = (now - poll.last_article_at).total_seconds() if poll.last_article_at else 0.0
    return max(gap / 2, quiet / 10)
