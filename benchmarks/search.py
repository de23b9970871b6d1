"""`make bench-search`: a search with facets, timeline and map over generated articles, on the engine of the settings.

Each measured search is what the page asks for: a word and two filters, ten hits folded and highlighted, eight facets,
the timeline and the map. Words follow Zipf's law, facts have the frequencies of world news in rough.
With --hostile it is the time of 600 queries that want to break it. GEOWIRE_BROKER and GEOWIRE_INDEX choose the engine,
as everywhere; without them it is tantivy in a temporary folder.
"""

import argparse
import asyncio
import json
import os
import random
import tempfile
import time
from collections.abc import Awaitable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from typing import Any, TypeVar, get_args

from benchmarks import hostile
from pipeline import counting
from pipeline import settings as configuration
from pipeline.article import EnrichedArticle, EventStatus, EventType, FigureKind, Stance
from pipeline.countries import countries
from pipeline.elastic_client import connect
from pipeline.errors import QueryError
from pipeline.index import Facet, Index, Put, open_index
from pipeline.query.tree import Everything
from pipeline.searching import Found, find, understand

T = TypeVar("T")
NOW = datetime(2026, 11, 24, tzinfo=UTC)
VOCABULARY = 30_000  # different words
FACETS: list[Facet] = ["source", "country", "focus", "person", "place", "topic", "event", "status"]
MADE = {"method": "bench", "confidence": 1.0}
BATCH = 1_000
WARMING = 50  # searches before the measured ones: the caches of the system and Java's compiler are cold at first
PARTS = ("search", "facets", "timeline", "map")


def main() -> None:
    """Fill an index, measure, and print one JSON object."""
    parser = argparse.ArgumentParser(prog="make bench-search")
    parser.add_argument("--articles", type=int, default=100_000, help="how many articles to generate")
    parser.add_argument("--searches", type=int, default=200, help="how many searches to measure")
    parser.add_argument("--hostile", action="store_true", help="measure queries that want to break the search instead")
    parser.add_argument("--keep", type=Path, help="a folder for the index, filled only where it is empty")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="geowire-bench-") as folder:
        settings = configuration.load(environ=dict(os.environ) | {"GEOWIRE_DATA": str(options.keep or folder)})
        figures = {"index": settings.index_kind, "articles": options.articles}
        print(json.dumps(figures | asyncio.run(_measure(settings, options)), indent=2))


async def _measure(settings: configuration.Settings, options: argparse.Namespace) -> dict[str, Any]:
    index = open_index(settings, write=True)
    await index.init()
    figures = {} if await index.count() == options.articles else await _fill(index, options.articles)
    figures |= await (_hostile(index) if options.hostile else _searches(index, options.searches))
    await index.close()
    return figures | {"bytes_per_article": round(await _size(settings) / options.articles)}


async def _fill(index: Index, count: int) -> dict[str, Any]:
    started = time.perf_counter()
    for batch in batched(articles(count), BATCH):
        await index.put([Put(article, f"articles/0/{article.id}") for article in batch])
    await index.refresh()
    return {"indexed_per_s": round(count / (time.perf_counter() - started), 1)}


def batched(found: Iterator[EnrichedArticle], size: int) -> Iterator[list[EnrichedArticle]]:
    """Articles in lists of a size; the last one may be shorter."""
    while batch := list(islice(found, size)):
        yield batch


async def _size(settings: configuration.Settings) -> int:
    """Bytes of the index on disk."""
    if settings.index_kind == "tantivy":
        return sum(file.stat().st_size for file in settings.index_path.rglob("*") if file.is_file())
    client = connect(settings)
    try:
        stats = await client.indices.stats(index="articles", metric="store")
    finally:
        await client.close()
    return int(stats["_all"]["primaries"]["store"]["size_in_bytes"])


async def _searches(index: Index, count: int) -> dict[str, Any]:
    """Milliseconds of searches and their parts, and of the first page, which counts everything."""
    rng = random.Random(5)
    found = await index.aggregate(Everything(), ["country"], size=40)
    common = [bucket.value for bucket in found["country"]]
    parts: dict[str, list[float]] = {name: [] for name in (*PARTS, "all")}
    totals = []
    for _ in range(WARMING):
        await _one(index, _query(rng, common))
    for _ in range(count):
        times, total = await _one(index, _query(rng, common))
        totals.append(total)
        for name, seconds in times.items():
            parts[name].append(seconds * 1000)
    first, _ = await _one(index, "")
    again, _ = await _one(index, "")
    told: dict[str, Any] = {"found_p50": sorted(totals)[count // 2], "found_most": max(totals)}
    told |= {"first_page_ms": round(first["all"] * 1000, 1), "first_page_again_ms": round(again["all"] * 1000, 1)}
    return told | {name: _percentiles(times) for name, times in parts.items()}


async def _one(index: Index, query: str) -> tuple[dict[str, float], int]:
    """Seconds of a search and of its parts, and the articles found; counts are asked for together, as by the page."""
    times: dict[str, float] = {}

    async def timed(name: str, part: Awaitable[T]) -> T:
        started = time.perf_counter()
        answer = await part
        times[name] = time.perf_counter() - started
        return answer

    async def whole() -> Found:
        node = await understand(index, query)
        found = await timed("search", find(index, node, size=10))
        await asyncio.gather(
            timed("facets", counting.facets(index, node, FACETS, size=8)),
            timed("timeline", counting.timeline(index, node)),
            timed("map", counting.areas(index, node, 5)),
        )
        return found

    found = await timed("all", whole())
    return times, found.total


async def _hostile(index: Index) -> dict[str, Any]:
    """How long hostile queries take until they are answered or refused; anything else ends the run."""
    times, answered = list[tuple[float, str]](), 0
    for query in hostile.queries():
        started = time.perf_counter()
        try:
            await find(index, query, why=True)
            answered += 1
        except QueryError:
            pass
        times.append(((time.perf_counter() - started) * 1000, query[:60]))
    slowest = [{"ms": round(ms, 1), "query": query} for ms, query in sorted(times, reverse=True)[:8]]
    over = sum(ms > 2000 for ms, _ in times)
    return {"hostile": len(times), "answered": answered, "over_2_s": over, "slowest": slowest}


def _percentiles(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        f"p{part}_ms": round(ordered[min(len(ordered) - 1, len(ordered) * part // 100)], 1) for part in (50, 95, 99)
    }


def _query(rng: random.Random, common: Sequence[str]) -> str:
    """A word, from one that most articles have to one in a thousand, and two filters.

    Args:
        rng: chance.
        common: the codes of the countries that articles name, the most frequent first.
    """
    word = f"w{int(20 * 150 ** rng.random())}"  # ranks 20 to 3,000, evenly over their logarithms
    country = common[int(len(common) * rng.random() ** 2)]
    return f"{word} {rng.choice(('country', 'about'))}:{country} {rng.choice(_FILTERS)}"


_FILTERS = ("published:30d", "event:ASSAULT", "status:planned", "topic:diplomacy", "origins:>=2", "source:outlet-2")


def articles(count: int, seed: int = 11) -> Iterator[EnrichedArticle]:
    """As many articles, always the same ones."""
    rng = random.Random(seed)
    weights = list(accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
    words = [f"w{rank}" for rank in range(VOCABULARY)]
    places = [
        (f"Town {at}", rng.uniform(-60, 70), rng.uniform(-180, 180), rng.choice(countries())) for at in range(3000)
    ]
    people = [f"Given{at % 211} Family{at}" for at in range(5000)]
    for number in range(count):
        first = number if rng.random() < 0.8 else rng.randint(0, number)  # one article in five is a copy of another
        chance = random.Random(seed + first)
        text = _sentences(chance.choices(words, cum_weights=weights, k=chance.randint(80, 320)))
        yield EnrichedArticle.model_validate(_article(rng, number, first, text, places, people))


def _sentences(words: list[str]) -> str:
    """A text of sentences of twenty words."""
    return ". ".join(" ".join(words[at : at + 20]) for at in range(0, len(words), 20)) + "."


def _article(
    rng: random.Random, number: int, first: int, text: str, places: list[Any], people: list[str]
) -> dict[str, Any]:
    named = [people[int(rng.paretovariate(0.7)) % len(people)] for _ in range(rng.randint(0, 5))]
    found = [places[int(rng.paretovariate(0.7)) % len(places)] for _ in range(rng.randint(0, 4))]
    codes = dict.fromkeys(place[3].code for place in found)
    outlet = f"outlet-{int(rng.paretovariate(0.8)) % 400}"
    return {
        "id": f"bench-{number}",
        "title": " ".join(text.split()[:8]),
        "text": text,
        "language": "en",
        "source": {"id": outlet, "name": outlet, "country": "GB"},
        "published_at": NOW - timedelta(minutes=rng.randint(0, 525_600)),
        "fetched_at": NOW,
        "enrichment": "1",
        "entities": [_person(name) for name in dict.fromkeys(named)],
        "places": [_place(*place) for place in found],
        "countries": [
            {"code": code, "weight": 0.5, "why": ["place"], "is_focus": at == 0} for at, code in enumerate(codes)
        ],
        "quotes": [_quote(rng, text, people) for _ in range(rng.randint(0, 4))],
        "events": [_event(rng, named) for _ in range(rng.randint(0, 3))],
        "dates": [_date(rng) for _ in range(rng.randint(0, 4))],
        "figures": [_figure(rng) for _ in range(rng.randint(0, 3))],
        "topics": [{"id": "medtop:20000639", "name": "diplomacy", "confidence": 1}] if rng.random() < 0.2 else [],
        "cluster": f"bench-{first}",
        "origin": f"bench-{first}",
        "copied": first != number,
        "origins": rng.choice((1, 1, 1, 2, 4)),
    }


def _person(name: str) -> dict[str, Any]:
    return {"id": _id(name), "name": name, "aliases": [name.split()[-1]], "type": "PERSON", "mentions": [], **MADE}


def _id(name: str) -> str:
    return f"person:{name.lower().replace(' ', '-')}"


def _place(name: str, lat: float, lon: float, country: Any) -> dict[str, Any]:
    where = {"lat": lat, "lon": lon, "country": country.code, "pinned": True}
    return {"name": name, **where, "mentions": [], "reason": "bench", **MADE}


def _quote(rng: random.Random, text: str, people: list[str]) -> dict[str, Any]:
    said = " ".join(text.split()[:20])
    kind = {"kind": "direct", "stance": rng.choice(get_args(Stance))}
    return {"start": 0, "end": len(said), "text": said, "speaker": rng.choice(people), **kind, **MADE}


def _event(rng: random.Random, named: list[str]) -> dict[str, Any]:
    day, span = _day(rng), {"start": 0, "end": 2}
    parties = [{"id": f"country:{code}", "name": code, "country": code, **span} for code in rng.sample(_ACTORS, 2)]
    for at, person in enumerate(named[:2]):  # half of them are persons, of a country
        if rng.random() < 0.5:
            parties[at] |= {"id": _id(person), "name": person}
    return {
        "type": rng.choice(get_args(EventType)),
        "status": rng.choice(get_args(EventStatus)),
        "actor": parties[0],
        "target": parties[1],
        "date": {"from": day, "to": day},
        "trigger": {**span, "surface": "w"},
        "sentence": span,
        "reason": "bench",
        **MADE,
    }


def _date(rng: random.Random) -> dict[str, Any]:
    day = _day(rng)
    return {"start": 0, "end": 2, "surface": "w", "from": day, "to": day, "precision": "day", **MADE}


def _figure(rng: random.Random) -> dict[str, Any]:
    kind, value = rng.choice(get_args(FigureKind)), float(round(10 ** rng.uniform(0, 6)))
    currency = "USD" if kind == "money" else None
    return {"start": 0, "end": 2, "surface": "w", "kind": kind, "value": value, "currency": currency, **MADE}


def _day(rng: random.Random) -> str:
    return (NOW.date() - timedelta(days=rng.randint(-30, 365))).isoformat()


_ACTORS = [country.code for country in countries()][:60]


if __name__ == "__main__":
    main()
