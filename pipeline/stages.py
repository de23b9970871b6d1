"""What the agents do with a batch: decode, account, dead-letter, send on, wait while a server is down.

app.py draws the topology; this file holds the steps, so that each can be read and tested by itself.
"""

import asyncio
import base64
import hashlib
import logging
import random
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal, TypeVar

import orjson
from pydantic import ValidationError

from pipeline.admission import admit
from pipeline.article import Article, EnrichedArticle
from pipeline.errors import Misconfigured, Poison, Rejected, Unavailable
from pipeline.ledger import DeadLetter, LedgerRow, Outcome
from pipeline.tombstone import Tombstone

log = logging.getLogger(__name__)

T = TypeVar("T")

ORIGIN = "geowire-origin"  # header: the ledger key of the input that a message comes from
RETRY = "geowire-retry"  # header in articles.enriched: where in `articles` `dead retry` sent its message
MAX_ORIGINAL = 1024 * 1024  # bytes of a failed message that its dead letter keeps
MAX_TOMBSTONE = 8192  # bytes
BACKOFF_CAP = 30.0  # seconds between two attempts while a server is down
FUSE_MIN, FUSE_WINDOW = 50, 200  # messages that the fuse must have seen, and those that it remembers
EARLIEST = 946_684_800.0  # 2000-01-01: no message is older, and no clock of a producer is believed that says so

_ORIGIN_FORM = re.compile(r"articles(?:\.[a-z]+)?/\d+/\d+")


@dataclass
class Watch:
    """What the watchdog looks at: when an agent last got somewhere, and why the worker has to stop."""

    last: float = field(default_factory=time.monotonic)
    fatal: Misconfigured | None = None

    def progress(self) -> None:
        """Note that something moved: a batch settled, or one more attempt at a server that is down."""
        self.last = time.monotonic()


@dataclass(frozen=True)
class Delivery:
    """One message as an agent received it, without anything of Faust."""

    topic: str
    partition: int
    offset: int
    timestamp: float
    value: bytes
    headers: dict[str, bytes]

    @property
    def place(self) -> str:
        """Where the message stands: `articles/0/17`."""
        return f"{self.topic}/{self.partition}/{self.offset}"

    @property
    def origin(self) -> str:
        """The ledger key of the input that this message comes from: itself, unless a header says otherwise."""
        named = self.headers.get(ORIGIN, b"").decode("ascii", "replace")
        return named if _ORIGIN_FORM.fullmatch(named) else self.place

    @property
    def sent_again(self) -> str | None:
        """The place in its input topic of a message that `dead retry` sent again; None for all others."""
        if self.topic != "articles.enriched":
            return self.place if self.place != self.origin else None
        named = self.headers.get(RETRY, b"").decode("ascii", "replace")
        return named if _ORIGIN_FORM.fullmatch(named) else None

    @property
    def arrived(self) -> datetime:
        """When the broker took the message, the same at each delivery; a clock that can't be right is not believed."""
        now = time.time()
        return datetime.fromtimestamp(self.timestamp if EARLIEST < self.timestamp < now else now, UTC)


@dataclass(frozen=True)
class Failure:
    """A delivery that can't be processed, and why."""

    delivery: Delivery
    stage: Literal["enrich", "index"]
    reason: str
    article: Article | None = None


def decode_article(delivery: Delivery) -> Article:
    """The article of a message in `articles`; whatever a producer sent, the same rules as at the door.

    Raises:
        Poison: with the reason.
    """
    try:
        return admit(_json(delivery), now=delivery.arrived)
    except Rejected as exc:
        raise Poison(str(exc)) from None


def decode_tombstone(delivery: Delivery) -> Tombstone | None:
    """The tombstone that a message is, None for any other message."""
    if b'"tombstone"' not in delivery.value or len(delivery.value) > MAX_TOMBSTONE:
        return None
    try:
        return Tombstone.model_validate_json(delivery.value)
    except ValidationError:
        return None


def decode_enriched(delivery: Delivery) -> EnrichedArticle:
    """The record of a message in `articles.enriched`.

    Raises:
        Poison: with the reason.
    """
    try:
        article = EnrichedArticle.model_validate(_json(delivery))
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        raise Poison(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    if not article.id or article.fetched_at is None:
        raise Poison("an enriched article without id or fetched_at")
    return article


def _json(delivery: Delivery) -> object:
    if not delivery.value:
        raise Poison("an empty message")
    try:
        value: object = orjson.loads(delivery.value)
    except orjson.JSONDecodeError as exc:
        raise Poison(f"not JSON: {exc}") from None
    return value


def dead_letter(failure: Failure, now: datetime) -> DeadLetter:
    """The record that goes to `articles.dead`: the reason, and at most 1 MiB of the original."""
    delivery, article = failure.delivery, failure.article
    return DeadLetter(
        origin=delivery.origin,
        topic=delivery.topic,
        partition=delivery.partition,
        offset=delivery.offset,
        stage=failure.stage,
        reason=failure.reason,
        article_id=article.id if article else None,
        source=article.source.id if article else "",
        original_base64=base64.b64encode(delivery.value[:MAX_ORIGINAL]).decode("ascii"),
        truncated=len(delivery.value) > MAX_ORIGINAL,
        sha256=hashlib.sha256(delivery.value).hexdigest(),
        failed_at=now,
    )


def rows(delivery: Delivery, outcome: Outcome, reason: str | None, article: Article | None) -> list[LedgerRow]:
    """The ledger rows of a settled delivery: its input's, and where it was sent again, one for that message."""
    row = LedgerRow(
        key=delivery.origin,
        outcome=outcome,
        reason=reason,
        article_id=article.id if article else None,
        source=article.source.id if article else "",
        at=datetime.now(UTC),
    )
    if delivery.sent_again is None:
        return [row]
    return [row, row.model_copy(update={"key": delivery.sent_again, "retry_of": delivery.origin})]


class Fuse:
    """Stops an agent rather than drain a topic into the dead letters when something is wrong with all of it.

    Args:
        share: of the last messages (50 to 200), how many may be dead; 1 lets everything pass.
    """

    def __init__(self, share: float) -> None:
        self._share = share
        self._last: deque[bool] = deque(maxlen=FUSE_WINDOW)

    def check(self, failures: Sequence[Failure], taken: int) -> None:
        """Look at one more batch, before its dead letters are written.

        Raises:
            Misconfigured: too many of the last messages would be dead.
        """
        self._last.extend([False] * (taken - len(failures)) + [True] * len(failures))
        dead, seen = sum(self._last), len(self._last)
        if failures and seen >= FUSE_MIN and dead > self._share * seen:
            raise Misconfigured(
                f"{dead} of the last {seen} messages are or would be dead-lettered ({failures[0].reason}); stopped "
                "before the last of them: find the cause, then start the worker again (GEOWIRE_FUSE=1 lets them pass)"
            )


async def until_done(call: Callable[[], Awaitable[T]], watch: Watch, what: str) -> T:
    """Call until it succeeds: while a server is unavailable, wait (jittered, up to 30 s) and try again."""
    delay = 0.5
    while True:
        try:
            result = await call()
        except Unavailable as exc:
            log.warning("%s: %s; trying again in %.0f s", what, exc, delay)
        else:
            watch.progress()
            return result
        watch.progress()
        await asyncio.sleep(delay * random.uniform(0.5, 1.0))
        delay = min(delay * 2, BACKOFF_CAP)
