"""Envelopes and formats of others, as JSON: CloudEvents (structured mode) and IPTC ninjs become an article's fields."""

import base64
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import orjson

from pipeline.admission import ID
from pipeline.article import Article, EnrichedArticle, Source
from pipeline.errors import Rejected
from pipeline.sources.dates import is_ahead, moment, unread
from pipeline.sources.html import strip_markup
from pipeline.sources.metadata import names
from pipeline.sources.names import MAX_AUTHORS, as_names, names_in

MEDIA = ("picture", "graphic", "video", "audio", "animation", "planning")  # of ninjs' types, those that are no text
GIVEN_OUT = {"score", "highlights", "snippet", "snippet_start", "folded", "why", "versions"}  # with an article, by us
MAX_NAMED = 10
NEVER_NULL = {name for name, one in Article.model_fields.items() if one.default is not None}  # null leaves them out
NINJS_MARKS = ("headlines", "bodies", "headline", "body_html", "body_text", "body_xhtml")


def unwrapped(data: object) -> object:
    """The fields of an `Article` from a CloudEvent's data, a ninjs item, or an article as people write it.

    Raises:
        Rejected: an event without data that can be read, an article without a text, or an item that its agency has
            withdrawn.
    """
    if isinstance(data, Mapping) and "text" not in data and not {"specversion", "data", "data_base64"}.isdisjoint(data):
        data = _event_data(data)
    if isinstance(data, Mapping) and "uri" in data and "text" not in data and any(name in data for name in NINJS_MARKS):
        return from_ninjs(data)
    return _as_written(data) if isinstance(data, Mapping) else data


def _as_written(data: Mapping[Any, Any]) -> dict[Any, Any]:
    """An article whose fields are not all in the form of an `Article`: dates of e-mail, one author, bylines, a name.

    What can't be read stays as it is, for `admit` to say so; what is no field is named.
    """
    unknown = _no_fields(data)
    if data.get("text") is None:
        instead = f", and these are no fields of one: {unknown}" if unknown else ""
        raise Rejected(f"no text: an article needs the field `text`{instead}")
    found = {name: value for name, value in data.items() if value is not None or name not in NEVER_NULL}
    read = {name: when for name in ("published_at", "modified_at") if (when := moment(data.get(name)))}
    notes = unread(**{name: (data[name], when) for name, when in read.items()})
    notes += [f"not a field of an article, and left out: {unknown}"] if unknown else []
    given = data.get("notes")
    if notes and (given is None or isinstance(given, list)):
        found["notes"] = [*(given or []), *(note for note in notes if note not in (given or []))]
    found |= read
    if isinstance(source := data.get("source"), str):
        found["source"] = {"name": source}
    authors = data.get("authors")
    people = authors if isinstance(authors, list) else [authors] if isinstance(authors, str | Mapping) else []
    if people and all(isinstance(each, str | Mapping) for each in people):
        named = [name[:500] for each in people for name in names(each)]
        found["authors"] = list(dict.fromkeys(name for each in named for name in as_names(each)))[:MAX_AUTHORS]
    return found


def _no_fields(data: Mapping[Any, Any]) -> str:
    """The names in an article that mean nothing there, as a misspelt field; empty where there are none."""
    source = data.get("source")
    outlet = source if isinstance(source, Mapping) else {}
    unknown = [str(name) for name in data if name not in EnrichedArticle.model_fields and name not in GIVEN_OUT]
    unknown += [f"source.{name}" for name in outlet if name not in Source.model_fields]
    more = f" and {len(unknown) - MAX_NAMED} more" if len(unknown) > MAX_NAMED else ""
    return ", ".join(name[:40] for name in unknown[:MAX_NAMED]) + more


def from_ninjs(item: Mapping[Any, Any]) -> dict[str, Any]:
    """The fields of an `Article` from an IPTC ninjs item, 1.x to 3.1.

    Raises:
        Rejected: the item is withheld, cancelled or embargoed, or it is no text: a picture, a video.
    """
    item = _lowered(item)
    status = _string(item.get("pubstatus")) or "usable"
    if status != "usable":
        raise Rejected(f"ninjs: pubstatus is {status[:40]}")
    until = moment(_string(item.get("embargoed")))
    if until and is_ahead(until, by=timedelta()):
        raise Rejected(f"ninjs: embargoed until {until}; publish it then")
    body = _chosen(item.get("bodies")) or _body(item)
    if (kind := _string(item.get("type")).lower()) in MEDIA and not body:
        raise Rejected(f"ninjs: type is {kind}, and there is no body: only texts are articles")
    uri = _string(item.get("uri"))
    is_web = uri.startswith(("http://", "https://"))
    found = {
        "id": None if is_web or not ID.fullmatch(uri) else uri,
        "url": uri if is_web else None,
        "title": " ".join(strip_markup(_chosen(item.get("headlines")) or _string(item.get("headline"))).split()),
        "text": strip_markup(body or _chosen(item.get("descriptions"))),
        "completeness": None if body else "teaser",
        "language": _string(item.get("language")),
        "authors": _people(item),
        "source": {"name": _names(item.get("infosources"))[0]} if _names(item.get("infosources")) else None,
        "published_at": _string(item.get("firstcreated")) or _string(item.get("contentcreated")),
        "modified_at": _string(item.get("versioncreated")),
        "section": next(iter(_names(item.get("subjects"))), None),
        "rights": (_string(item.get("usageterms")) or _string(item.get("copyrightnotice")))[:500],
    }
    if not found["published_at"]:
        found["published_at"] = found["modified_at"]
    return {name: value for name, value in found.items() if value or name == "text"}


def _lowered(item: Mapping[Any, Any]) -> dict[str, Any]:
    """An object under names in lower case: agencies write `versioncreated` and `versionCreated`."""
    return {str(name).lower(): value for name, value in item.items()}


def _event_data(event: Mapping[Any, Any]) -> Mapping[Any, Any]:
    if "specversion" not in event:
        raise Rejected("CloudEvent: no specversion, without which its data is not read")
    found, coded = event.get("data"), event.get("data_base64")
    if found is None and coded is None:
        raise Rejected("CloudEvent: no data, where its article would be")
    if found is None:
        try:
            found = orjson.loads(base64.b64decode(str(coded), validate=True))
        except ValueError as exc:
            raise Rejected(f"CloudEvent: data_base64 is not base64 of JSON: {exc}") from None
    if not isinstance(found, Mapping):
        raise Rejected("CloudEvent: its data is no JSON object")
    return found


def _chosen(parts: Any) -> str:
    """The main one of ninjs' texts: of the role `main` or without any, plain text before HTML."""
    found = [_lowered(part) for part in parts if isinstance(part, Mapping)] if isinstance(parts, list) else []
    found.sort(key=lambda part: (part.get("role") not in (None, "main"), part.get("contenttype") != "text/plain"))
    return next((text for part in found if (text := _string(part.get("value")))), "")


def _body(item: Mapping[Any, Any]) -> str:
    return next((text for name in ("body_text", "body_html", "body_xhtml") if (text := _string(item.get(name)))), "")


def _people(item: Mapping[Any, Any]) -> list[str]:
    named = _names(item.get("contributors")) or _names(item.get("authors"))
    return named[:20] or names_in(_string(item.get("by")) or _string(item.get("byline")))


def _names(listed: Any) -> list[str]:
    items = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return [name[:500] for each in items if (name := _string(each.get("name")))]


def _string(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
