"""The articles of dispatches.toml as records: surfaces found in their texts, everything else as it stands there."""

import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.article import EnrichedArticle

MADE = {"method": "test", "confidence": 1.0}


def dispatches() -> list[EnrichedArticle]:
    """All of them."""
    table = tomllib.loads(Path(__file__).with_name("dispatches.toml").read_text(encoding="utf-8"))
    return [_article(row) for row in table["article"]]


def _article(row: dict[str, Any]) -> EnrichedArticle:
    text, title = row["text"], row["title"]

    def span(surface: str) -> dict[str, Any]:
        field = "text" if surface in text else "title"
        start = (text if field == "text" else title).index(surface)
        return {"field": field, "start": start, "end": start + len(surface), "surface": surface}

    return EnrichedArticle.model_validate(
        {
            **{key: row[key] for key in ("id", "title", "text", "source", "origins")},
            **{key: row.get(key) for key in ("url", "section", "cluster", "duplicate_of")},
            "copied": "cluster" in row,
            "language": row.get("language", "en"),
            "authors": row.get("authors", []),
            "keywords": row.get("keywords", []),
            "published_at": row.get("published"),
            "first_seen_at": "2026-11-23T00:00:00Z",
            "fetched_at": "2026-11-23T00:00:00Z",
            "enrichment": "1.1",
            "entities": list(_entities(row, span)),
            "places": [_place(one, span) for one in row.get("places", [])],
            "countries": [
                {"code": code, "weight": 0.5, "why": ["place"], "is_focus": focus}
                for code, focus in row.get("countries", {}).items()
            ],
            "quotes": [_quote(one, span) for one in row.get("quotes", [])],
            "events": [_event(one, span) for one in row.get("events", [])],
            "dates": [
                {**span(one["surface"]), **_range(one), "precision": "day", **MADE} for one in row.get("dates", [])
            ],
            "figures": [{**span(one["surface"]), **one, **MADE} for one in row.get("figures", [])],
            "topics": [{"id": key, "name": name, "confidence": 1.0} for key, name in row.get("topics", {}).items()],
        }
    )


def _entities(row: dict[str, Any], span: Any) -> Iterator[dict[str, Any]]:
    for key, kind in (("persons", "PERSON"), ("orgs", "ORG")):
        for one in row.get(key, []):
            slug = one["name"].lower().replace(" ", "-")
            surface = one["name"] if one["name"] in row["text"] else one["name"].split()[0][:-1]
            yield {"id": f"{kind.lower()}:{slug}", "type": kind, "mentions": [span(surface)], **one, **MADE}


def _place(one: dict[str, Any], span: Any) -> dict[str, Any]:
    return {
        **one,
        "pinned": True,
        "is_focus": one.get("focus", False),
        "feature_code": one.get("code"),
        "mentions": [span(one["name"])],
        "reason": "test",
        **MADE,
    }


def _quote(one: dict[str, Any], span: Any) -> dict[str, Any]:
    found = span(one["text"])
    speaker = one.get("speaker")
    return {
        "kind": "direct",
        **one,
        "start": found["start"],
        "end": found["end"],
        "speaker_id": f"person:{speaker.lower().replace(' ', '-')}" if speaker else None,
        **MADE,
    }


def _event(one: dict[str, Any], span: Any) -> dict[str, Any]:
    trigger = span(one["trigger"])
    where = {key: trigger[key] for key in ("field", "start", "end")}
    return {
        "type": one["type"],
        "status": one["status"],
        "actor": _party(one.get("actor"), where),
        "target": _party(one.get("target"), where),
        "date": _range(one) if "from" in one else None,
        "trigger": trigger,
        "sentence": where,
        "reason": "test",
        **MADE,
    }


def _party(written: str | None, where: dict[str, Any]) -> dict[str, Any] | None:
    """`country:MD`, or id, name and country parted by bars."""
    if written is None:
        return None
    if written.startswith("country:"):
        code = written.removeprefix("country:")
        return {"id": written, "name": code, "country": code, **where}
    key, name, country = written.split("|")
    return {"id": key, "name": name, "country": country, **where}


def _range(one: dict[str, Any]) -> dict[str, str]:
    first = date.fromisoformat(one["from"]).isoformat()
    return {"from": first, "to": one.get("to", first)}
