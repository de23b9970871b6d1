"""Counts over an archive with more names and places than are counted: what is rare is still counted right."""

from datetime import UTC, datetime, timedelta

import pytest

from pipeline import counting
from pipeline.article import EnrichedArticle, Entity, Place
from pipeline.index import Index, Put
from pipeline.query import tiles
from pipeline.query.tree import Everything

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def person(name: str) -> Entity:
    return Entity(id=name, name=name, type="PERSON", mentions=[], method="m", confidence=1)


def place(name: str, lat: float, lon: float) -> Place:
    return Place(
        name=name, lat=lat, lon=lon, country="KE", is_focus=False, pinned=True, mentions=[], reason="r", method="m",
        confidence=1,
    )  # fmt: skip


async def put(index: Index, *articles: EnrichedArticle) -> None:
    await index.put([Put(one, f"articles/0/{at}") for at, one in enumerate(articles)])
    await index.refresh()


async def test_a_rare_name_was_there_before_among_thousands(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counting, "RISERS", 50)
    crowd, rare = [person(f"P{number:03}") for number in range(200)], person("Zola Rarely")

    def told(key: str, days: int, people: list[Entity]) -> EnrichedArticle:
        published = NOW - timedelta(days=days)
        return EnrichedArticle(id=key, text=key, enrichment="1", published_at=published, entities=people)

    before = [told("a", 8, crowd), told("b", 9, crowd), told("c", 20, [rare])]
    await put(index, *before, told("d", 1, [rare]), told("e", 2, [rare]), told("f", 2, [person("Only Once")]))
    (found,) = await counting.trending(index, Everything(), now=NOW)
    assert (found.value, found.count, found.before) == ("Zola Rarely", 2, 1 / 4)


async def test_a_tile_without_a_place_that_is_counted_stands_on_the_map(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(counting, "MAX_BUCKETS", 2)
    east = [place("Kisumu", -0.1, 34.75), place("Nakuru", -0.3, 36.07)]
    places = {"a": east, "b": east, "c": [place("Quito", -0.2, -78.5)]}
    articles = [EnrichedArticle(id=key, text=key, enrichment="1", places=there) for key, there in places.items()]
    await put(index, *articles)
    most, least = await counting.areas(index, Everything(), 1)
    assert (most.place, most.count, most.places) == ("Kisumu", 2, 2)
    assert (least.place, least.country, least.count, least.places) == ("", "", 1, 0)
    assert (least.lat, least.lon) == tiles.middle(least.key)
