"""Every format is what its standard says, and no text of a stranger breaks out of it."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest

from pipeline.article import Article, EnrichedArticle, Source
from pipeline.formats import COLUMNS, FORMATS, MEDIA, About, Format, write
from pipeline.searching import Result
from pipeline.sources.feed import read_feed
from tests.index.dispatches import dispatches

HOSTILE = EnrichedArticle(
    id='x"/<&1',
    title='=cmd() <script>"]]>&amp;\x00\x0b\ufffe',
    text='\t@formula, "quoted"\r\n</summary><x/> \u2028 \x1b[31m',
    url="javascript:alert(1)",
    authors=["+1", "-2"],
    source=Source(id="=1", name="<b>'\""),
    enrichment="1",
)
ARTICLES = [*dispatches(), HOSTILE]
ABOUT = About(
    "talks OR <x>", len(ARTICLES), datetime(2026, 11, 24, tzinfo=UTC), "http://127.0.0.1:8000", "http://x/?q=a&b"
)


async def written(form: Format, articles: list[EnrichedArticle] = ARTICLES) -> str:
    async def results() -> AsyncIterator[Result]:
        for article in articles:
            yield Result(article, 1.25)

    return b"".join([piece async for piece in write(form, ABOUT, results())]).decode()


async def test_json() -> None:
    found = json.loads(await written("json"))
    assert (found["query"], found["total"]) == (ABOUT.query, len(ARTICLES))
    assert [one["id"] for one in found["hits"]] == [article.id for article in ARTICLES]
    assert EnrichedArticle.model_validate(found["hits"][-1]) == HOSTILE


async def test_ndjson() -> None:
    lines = (await written("ndjson")).removesuffix("\n").split("\n")
    assert [Article.model_validate_json(line).id for line in lines] == [article.id for article in ARTICLES]


async def test_csv_holds_no_formula() -> None:
    rows = list(csv.reader(io.StringIO(await written("csv"), newline="")))
    assert tuple(rows[0]) == COLUMNS
    assert {len(row) for row in rows} == {len(COLUMNS)}
    assert rows[-1][1].startswith("'=cmd()")
    assert not [cell for row in rows[1:] for cell in row if cell.startswith(("=", "+", "-", "@", "\t"))]
    talks = dict(zip(rows[0], rows[1], strict=True))
    assert talks["events"] == "CONSULT MD > RO planned"


async def test_geojson() -> None:
    found = json.loads(await written("geojson"))
    assert found["type"] == "FeatureCollection"
    assert set(found) == {"type", "features"}
    by_id = {feature["id"]: feature for feature in found["features"]}
    assert by_id["flood"]["geometry"] == {"type": "MultiPoint", "coordinates": [[34.7617, -0.1022]]}  # longitude first
    assert by_id["threat"]["geometry"] is None
    assert len(by_id["shelling"]["geometry"]["coordinates"]) == 1  # the country is no point
    assert all(set(feature) == {"type", "id", "geometry", "properties"} for feature in by_id.values())


@pytest.mark.parametrize("form", ["atom", "rss"])
async def test_feeds_are_read_by_a_feed_reader(form: Format) -> None:
    items = list(read_feed((await written(form)).encode()))
    assert len(items) == len(ARTICLES)
    assert items[0]["title"] == "Talks on border resume"
    assert items[0]["url"] == "https://harbour.example/world/2026/border-talks"
    assert str(items[0]["published_at"]).startswith("2026-11-20")
    assert items[-1]["url"].startswith("http://127.0.0.1:8000/articles/")
    root = ElementTree.fromstring(await written(form))
    ids = [node.text for node in root.iter() if node.tag.endswith(("}id", "guid"))]
    assert len(ids) == len(set(ids)) == len(ARTICLES) + (form == "atom")


async def test_json_feed() -> None:
    found = json.loads(await written("feed.json"))
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["title"]
    for item in found["items"]:
        assert item["id"]
        assert item["content_text"]
        assert item["url"].startswith("http")


NINJS = {"uri", "type", "versioncreated", "firstcreated", "headline", "body_text", "byline", "language", "infosource"}
NINJS |= {"person", "organisation", "place", "subject"}


async def test_ninjs() -> None:
    found = json.loads(await written("ninjs.json"))
    assert found["type"] == "composite"
    assert found["uri"].startswith("urn:")
    items: dict[str, dict[str, Any]] = found["associations"]
    assert len(items) == len(ARTICLES)
    for name, item in items.items():
        assert name.replace("_", "").isalnum()
        assert set(item) <= NINJS
        assert item["type"] == "text"


@pytest.mark.parametrize("form", FORMATS)
async def test_a_format_of_nothing(form: Format) -> None:
    text = await written(form, [])
    if MEDIA[form].endswith("json"):
        assert form == "ndjson" or json.loads(text)
    elif form != "csv":
        ElementTree.fromstring(text)  # our own text
