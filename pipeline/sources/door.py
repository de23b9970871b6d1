"""What every adapter ends in: data for an article, and what the caller said of it, through the one door `admit`."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pipeline.admission import admit
from pipeline.article import Article
from pipeline.errors import Rejected
from pipeline.sources.standards import unwrapped

Clock = Callable[[], datetime]

MAX_KINDS = 20  # of what is passed over; strangers choose the names of some


@dataclass(frozen=True)
class Refusal:
    """An input that is not taken, and why; with the id and the source that it named, where it did.

    `filtered` is what a rule of its feed leaves out, `rejected` what can't be an article.
    """

    reason: str
    id: str | None = None
    source: str = ""
    outcome: Literal["rejected", "filtered"] = "rejected"


@dataclass(frozen=True)
class Input:
    """One input: where it came from (`notes/water.txt`, `news.ndjson:17`; valid Unicode), and what it is.

    `notes` are those of the article that its sender did not write: what the door did with it.
    """

    origin: str
    item: Article | Refusal
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Defaults:
    """What the caller says of articles that do not say it themselves.

    Args:
        published_at: with its zone; UTC where it has none.
        source: the outlet's name or domain.
        url: for a single article; a second one without a URL of its own is refused.
        lang: a language tag.
    """

    published_at: datetime | None = None
    source: str | None = None
    url: str | None = None
    lang: str | None = None


def utc_now() -> datetime:
    """The moment of arrival."""
    return datetime.now(UTC)


class Door:
    """Makes inputs of data, in order; holds the caller's defaults, of which the URL is used up by the first article.

    What is no input, as an image in a folder or a request in a web archive, is counted in `passed_over` by its kind.
    """

    def __init__(self, defaults: Defaults | None = None, *, clock: Clock = utc_now) -> None:
        self._defaults = defaults or Defaults()
        self._wanted_url = self._defaults.url
        self._clock = clock
        self.passed_over: Counter[str] = Counter()

    @property
    def url(self) -> str | None:
        """The URL that the caller gave for the one article, while no article has taken it."""
        return self._wanted_url

    def take(self, origin: str, data: object) -> Input:
        """One article from a decoded JSON value or an adapter's fields, or the reason why not."""
        known = data.get("notes") if isinstance(data, Mapping) else None
        try:
            data = unwrapped(data)
            article = admit(self._filled(data), now=self._clock(), pushed=True)
            said = tuple(note for note in article.notes if not isinstance(known, list) or note not in known)
            return Input(_printable(origin), article, said)
        except Rejected as exc:
            return self.refuse(origin, str(exc), data)

    def refuse(self, origin: str, reason: str, data: object = None) -> Input:
        """An input that is not taken."""
        known = data if isinstance(data, Mapping) else {}
        given = known.get("id")
        source = known.get("source")
        source_id = source.get("id") or source.get("name") if isinstance(source, Mapping) else None
        return Input(
            _printable(origin),
            Refusal(
                reason,
                given[:200] if isinstance(given, str) and given else None,
                source_id[:200] if isinstance(source_id, str) else "",
            ),
        )

    def pass_over(self, kind: str) -> None:
        """Count what is no input.

        Args:
            kind: in the plural, `.png files`; of more than MAX_KINDS kinds the later ones are counted together.
        """
        kind = _printable(kind[:60])
        known = kind in self.passed_over or len(self.passed_over) < MAX_KINDS
        self.passed_over[kind if known else "others"] += 1

    def _filled(self, data: object) -> object:
        """The data with the caller's defaults where it says nothing itself."""
        if not isinstance(data, Mapping):
            return data
        filled: dict[Any, Any] = dict(data)
        defaults = self._defaults
        if defaults.published_at is not None and not filled.get("published_at"):
            filled |= {"published_at": defaults.published_at, "published_from": "push"}
        if defaults.lang and not filled.get("language"):
            filled["language"] = defaults.lang
        if defaults.url and not filled.get("url"):
            if self._wanted_url is None:
                raise Rejected(f"--url {defaults.url} names one article, and this is another without a URL of its own")
            filled["url"], self._wanted_url = defaults.url, None
        source = filled.get("source")
        if defaults.source and (not source or (isinstance(source, Mapping) and not _named(source))):
            filled["source"] = {**(source or {}), "name": defaults.source}
        return filled


def _printable(origin: str) -> str:
    """A file's name may be any bytes; what is no UTF-8 of it is shown as such."""
    return origin.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _named(source: Mapping[Any, Any]) -> bool:
    return bool(source.get("id") or source.get("name"))
