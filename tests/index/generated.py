"""Articles by chance, the same ones each time: few words and values, so that queries meet them often."""

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any, get_args

from pipeline.article import EnrichedArticle, EventStatus, EventType, FigureKind, Stance

WORDS = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "alphabet", "deltas"]
PEOPLE = ("Olin Marsk", "Ada Torr", "Bram Olin", "Ivo Marsk Torr")
COUNTRIES = ("RU", "UA", "KE", "DE", "US")
TOPICS = {"medtop:20000639": "diplomacy", "medtop:20000053": "war"}
MADE = {"method": "test", "confidence": 1.0}
SPAN = {"field": "text", "start": 0, "end": 1}


def generated(count: int, seed: int = 20261124) -> list[EnrichedArticle]:
    """As many articles."""
    rng = random.Random(seed)
    return [EnrichedArticle.model_validate(_article(rng, f"g-{number:04}")) for number in range(count)]


def _article(rng: random.Random, key: str) -> dict[str, Any]:
    def several(make: Any, most: int) -> list[Any]:
        return [make(rng) for _ in range(rng.randint(0, most))]

    source = rng.choice(("wire", "harbour", "lakes"))
    people = rng.sample(PEOPLE, rng.randint(0, 2))
    published = datetime(2026, 11, 1, tzinfo=UTC) + timedelta(hours=rng.randint(0, 500))
    return {
        "id": key,
        "title": _words(rng, 5),
        "text": _sentences(_words(rng, 40)),
        "language": rng.choice(("en", "en", "de", None)),
        "source": {"id": source, "name": f"The {source}", "country": rng.choice(("GB", "US", None))},
        "url": f"https://{source}.example/{rng.choice(WORDS)}/{key}",
        "authors": rng.sample(("Nora Quill", "Tom Ashby"), rng.randint(0, 2)),
        "section": rng.choice(("World", "Sport", None)),
        "published_at": published if rng.random() < 0.9 else None,
        "first_seen_at": "2026-11-23T00:00:00Z",
        "fetched_at": "2026-11-23T00:00:00Z",
        "enrichment": "1.1",
        "entities": [
            {"id": _id(one), "name": one, "type": "PERSON", "aliases": [one.split()[-1]], "mentions": [], **MADE}
            for one in people
        ],
        "places": several(_place, 3),
        "countries": [
            {"code": code, "weight": 0.5, "why": ["place"], "is_focus": rng.random() < 0.4}
            for code in rng.sample(COUNTRIES, rng.randint(0, 3))
        ],
        "quotes": several(_quote, 3 if rng.random() < 0.95 else 40),
        "events": several(_event, 3),
        "dates": several(_date, 3),
        "figures": several(_figure, 3),
        "topics": [{"id": one, "name": TOPICS[one], "confidence": 1} for one in TOPICS if rng.random() < 0.3],
        "keywords": rng.sample(WORDS, 2),
        **_lineage(rng),
        "origins": rng.choice((1, 1, 1, 2, 3, 5)),
    }


def _lineage(rng: random.Random) -> dict[str, Any]:
    cluster = rng.choice((f"c-{rng.randint(0, 40)}", None))
    return {"cluster": cluster, "copied": cluster is not None}


def _id(name: str) -> str:
    return f"person:{name.lower().replace(' ', '-')}"


def _words(rng: random.Random, most: int) -> str:
    return " ".join(rng.choice(WORDS) for _ in range(rng.randint(2, most)))


def _sentences(words: str) -> str:
    """Words in sentences of seven."""
    each = words.split()
    return ". ".join(" ".join(each[at : at + 7]) for at in range(0, len(each), 7))


def _place(rng: random.Random) -> dict[str, Any]:
    pinned = rng.random() < 0.8
    return {
        "name": rng.choice(("Torvik", "Port Anna", "Vesno")),
        "lat": rng.uniform(-90, 90) if rng.random() < 0.5 else rng.uniform(45, 55),
        "lon": rng.uniform(-180, 180) if rng.random() < 0.5 else rng.uniform(25, 35),
        "country": rng.choice(COUNTRIES),
        "is_focus": rng.random() < 0.3,
        "pinned": pinned,
        "feature_code": rng.choice(("PPL", "PCLI", None)),
        "mentions": [],
        "reason": "test",
        **MADE,
    }


def _quote(rng: random.Random) -> dict[str, Any]:
    speaker = rng.choice((*PEOPLE, None))
    return {
        **SPAN,
        "text": _words(rng, 5),
        "kind": "direct",
        "speaker": speaker,
        "speaker_id": _id(speaker) if speaker else None,
        "stance": rng.choice(get_args(Stance)),
        **MADE,
    }


def _event(rng: random.Random) -> dict[str, Any]:
    return {
        "type": rng.choice(("ASSAULT", "AGREE", "CONSULT", rng.choice(get_args(EventType)))),
        "status": rng.choice(("happened", "planned", rng.choice(get_args(EventStatus)))),
        "actor": _party(rng),
        "target": _party(rng),
        "date": _range(rng) if rng.random() < 0.7 else None,
        "trigger": {**SPAN, "surface": "x"},
        "sentence": SPAN,
        "reason": "test",
        **MADE,
    }


def _party(rng: random.Random) -> dict[str, Any] | None:
    kind = rng.random()
    if kind < 0.2:
        return None
    country = rng.choice(COUNTRIES)
    if kind < 0.7:
        return {"id": f"country:{country}", "name": country, "country": country, **SPAN}
    name = rng.choice(PEOPLE)
    return {"id": _id(name), "name": name, "country": rng.choice((country, None)), **SPAN}


def _range(rng: random.Random) -> dict[str, str]:
    first = date(2026, 11, 1) + timedelta(days=rng.randint(-400, 60))
    last = first + timedelta(days=rng.choice((0, 0, 0, 3, 30, 200, 2000)))
    return {"from": first.isoformat(), "to": last.isoformat()}


def _date(rng: random.Random) -> dict[str, Any]:
    return {**SPAN, "surface": "x", **_range(rng), "precision": "day", **MADE}


def _figure(rng: random.Random) -> dict[str, Any]:
    kind = rng.choice(get_args(FigureKind))
    value = rng.choice((0, 5, 10, 12.5, rng.randint(0, 2000), rng.uniform(0, 5e9), -3))
    currency = rng.choice(("USD", "EUR", None)) if kind == "money" else None
    return {**SPAN, "surface": "x", "value": value, "kind": kind, "currency": currency, **MADE}
