"""The only door to an `Article`: for files, the API, feeds and messages of foreign producers alike.

Adapters at the edge (sources/) make the data, which nobody has looked at before.
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import ValidationError

from pipeline.article import Article, Source
from pipeline.errors import Rejected
from pipeline.identity import article_id, canonical_url, domain_of, names_page, without_user
from pipeline.languages import UNKNOWN, language_tag

MAX_TEXT = 500_000  # code points; a longer text is rejected (DESIGN.md, Decisions)
MAX_TITLE = 2_000  # code points
MAX_URL = 8_000  # bytes stay under Lucene's term limit of 32,766 in any encoding
FIRST_NEWS = datetime(1600, 1, 1, tzinfo=UTC)
MOMENTS, ZEROS = ("published_at", "modified_at", "first_seen_at", "fetched_at"), (0, -1, "0", "-1", "")
FUTURE = timedelta(hours=24)  # a published date further ahead than this is dropped

ID = re.compile(r"[!-~]{1,200}")  # printable ASCII without blanks; Elasticsearch takes 512 bytes
_SCRIPT = re.compile(r"\s*(?:javascript|vbscript|data):", re.IGNORECASE)
_WEB = re.compile(r"\s*https?://[^/?#\s]", re.IGNORECASE)
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")  # as JSON writes it, an escaped backslash before it apart


def admit(data: object, *, now: datetime, pushed: bool = False) -> Article:
    """Make a complete `Article` from untrusted data, or refuse it.

    Fills in id, canonical URL and times; drops dates that are 0, more than 24 h ahead or before 1600, a canonical URL
    of another site, a URL that is none of the web and a language that is none, with a note; caps `fetched_at` at now.

    Args:
        data: a decoded JSON value; only `text` is required.
        now: the time of arrival, UTC; a message's own timestamp where it is read again, so that a second
            delivery gives the same article.
        pushed: whether a date given without its origin counts as pushed by the caller.

    Raises:
        Rejected: with the reason, for anything but an object with a usable text.
    """
    if not isinstance(data, Mapping):
        raise Rejected("not a JSON object")
    empty = [name for name in MOMENTS if _is_empty(data.get(name))]
    article = _validated({**data, **dict.fromkeys(empty)} if empty else data)
    _check(article)
    told = "published_offset" in data  # by our own door: its published_at is in UTC by now
    offset = article.published_offset if told else _zone_minutes(data.get("published_at"))
    canonical, notes = _canonical(article)
    url, language = _of_the_web(article.url, notes), _tagged(article.language, notes)
    notes += [f"{name} {data[name]} is an empty field, and was dropped" for name in empty if data[name] != ""]
    update: dict[str, Any] = {
        "id": article.id or article_id(canonical, article.title, article.text),
        "url": url,
        "canonical_url": canonical,
        "language": language,
        "fetched_at": min(article.fetched_at or now, now),
        "published_offset": offset,
        "source": _source(article.source, canonical),
    }
    update["first_seen_at"] = min(article.first_seen_at or update["fetched_at"], now)
    origins = {name: place for name, place in article.metadata_from.items() if name != "published_at"}
    undated = {"published_from": "none", "published_offset": None, "metadata_from": origins}
    if article.published_at is None:
        update |= undated
    elif odd := _odd("published_at", article.published_at, now):
        notes.append(odd)
        update |= undated | {"published_at": None}
    elif article.published_from == "none" and pushed:
        update["published_from"] = "push"
    if article.modified_at is not None and (odd := _odd("modified_at", article.modified_at, now)):
        notes.append(odd)
        update["modified_at"] = None
    return article.model_copy(update=update | {"notes": [*article.notes, *notes]})


def _is_empty(moment: object) -> bool:
    """Whether a moment is one that nobody filled in, as 1970 in a feed."""
    return moment in ZEROS and not isinstance(moment, bool)


def is_web(url: str) -> bool:
    """Whether an address is one that a reader can follow: whole, and http or https."""
    return _WEB.match(url) is not None


def _canonical(article: Article) -> tuple[str | None, list[str]]:
    """The canonical URL, of which the id is a hash, and what is to be noted of the one that the article claims.

    A given id needs no hash: such an article, as every one that is read again, keeps what it says.
    """
    claimed, own = canonical_url(article.canonical_url), canonical_url(article.url)
    notes: list[str] = []
    if article.id:
        claimed = article.canonical_url
    elif claimed and own and not names_page(claimed, own):
        notes = [f"canonical_url {claimed[:200]} is of another site, or its home page, and was dropped"]
        claimed = None
    canonical = claimed or own
    if len(canonical or "") > MAX_URL:
        raise Rejected(f"canonical_url too long: the limit is {MAX_URL:,} characters")
    return canonical, notes


def _of_the_web(url: str | None, notes: list[str]) -> str | None:
    """The URL where a reader can follow it; of any other one, which tells articles apart all the same, a note stays."""
    if not url or not url.strip():
        return None
    if is_web(url):
        return without_user(url.strip())
    notes.append(f"url {url.strip()[:200]} is no http or https address, and was dropped")
    return None


def _tagged(language: str | None, notes: list[str]) -> str | None:
    """The language's tag; where there is none, the text is asked instead."""
    tag, said = language_tag(language), (language or "").strip()
    if said and tag is None and said.lower() not in UNKNOWN:
        notes.append(f"language {said[:40]} is no language tag, and was dropped")
    return tag


def _odd(name: str, moment: datetime, now: datetime) -> str | None:
    """The note on a date that can't be one of news, None of any other."""
    if FIRST_NEWS <= moment <= now + FUTURE:
        return None
    fault = "is more than 24 h ahead" if moment > now else "is older than the first newspaper"
    return f"{name} {moment.isoformat()} {fault} and was dropped"


def _validated(data: Mapping[Any, Any]) -> Article:
    try:
        return Article.model_validate(data)
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in fault["loc"]) or "article"
        if where in MOMENTS:
            fault["msg"] = f"{str(data[where])[:80]!r} is no date that can be read; ISO 8601 is, 2026-11-20T15:07:00Z"
        raise Rejected(f"{where}: {fault['msg']}") from None
    except (RecursionError, OverflowError) as exc:
        raise Rejected(f"not a usable article: {exc}") from None


def _check(article: Article) -> None:
    """Refuse what no stage could work with; every limit has its reason in DESIGN.md, Decisions."""
    if not article.text.strip():
        raise Rejected("no text")
    if len(article.text) > MAX_TEXT:
        raise Rejected(f"text too long: {len(article.text):,} characters, the limit is {MAX_TEXT:,}")
    if len(article.title) > MAX_TITLE:
        raise Rejected(f"title too long: {len(article.title):,} characters, the limit is {MAX_TITLE:,}")
    if len(article.url or "") > MAX_URL:
        raise Rejected(f"url too long: the limit is {MAX_URL:,} characters")
    if _SCRIPT.match(article.url or ""):
        raise Rejected("url: an address that a browser would run; http or https is needed")
    if article.id and not ID.fullmatch(article.id):
        raise Rejected("id: 1 to 200 printable ASCII characters without blanks are needed")
    try:
        dumped = article.model_dump_json()
    except ValueError:
        raise Rejected("a lone surrogate: not valid Unicode text") from None
    if _NUL.search(dumped):
        raise Rejected("a NUL character: binary data, not text")


def _zone_minutes(raw: object) -> int | None:
    """Minutes east of UTC that a timestamp was written with, or None where it names no zone."""
    if isinstance(raw, str):
        try:
            raw = datetime.fromisoformat(raw)
        except ValueError:
            return None
    if not isinstance(raw, datetime) or raw.utcoffset() is None:
        return None
    return int(raw.utcoffset().total_seconds() // 60)  # type: ignore[union-attr]  # checked the line before


def _source(source: Source, canonical: str | None) -> Source:
    """The source, with its domain from the URL and an id where none was given."""
    domain = source.domain or domain_of(canonical)
    name = source.name or source.id or domain or ""
    return source.model_copy(update={"domain": domain, "name": name, "id": source.id or domain or name})
