"""Every format is what its standard says, and no text of a stranger breaks out of it."""

import csv
import io
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from pipeline.article import Article, EnrichedArticle, Source
from pipeline.formats import COLUMNS, FORMATS, MEDIA, About, Format, write
from pipeline.searching import Result
from pipeline.sources.feed import read_feed
from tests.index.dispatches import dispatches
from tests.index.generated import generated

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


def _closed(**properties: Any) -> dict[str, Any]:
    """An object of these properties and no others."""
    return {"type": "object", "additionalProperties": False, "properties": properties}


TEXT = {"type": "string"}
MOMENT = {"type": "string", "format": "date-time", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$"}
NAMED = {"type": "array", "items": _closed(name=TEXT, code=TEXT)}
POINT = _closed(type={"const": "Point"}, coordinates={"type": "array", "items": {"type": "number"}, "minItems": 2})
ITEM = _closed(
    uri={"type": "string", "format": "uri", "pattern": "^urn:geowire:article:"},
    type={"const": "text"},
    versioncreated=MOMENT, firstcreated=MOMENT, headline=TEXT, body_text=TEXT, byline=TEXT, language=TEXT,
    infosource=NAMED, person=NAMED, organisation=NAMED, subject=NAMED,
    place={"type": "array", "items": _closed(name=TEXT, geometry_geojson=POINT)},
) | {"required": ["uri"]}  # fmt: skip
# What of ninjs 1.5 geowire writes: the standard's names and types, and nothing that it does not know.
NINJS = _closed(
    uri={"type": "string", "format": "uri"},
    type={"const": "composite"},
    versioncreated=MOMENT,
    headline=TEXT,
    associations={"type": "object", "additionalProperties": False, "patternProperties": {"^[a-zA-Z0-9_]+$": ITEM}},
) | {"required": ["uri"]}


async def test_ninjs() -> None:
    found = json.loads(await written("ninjs.json"))
    Draft202012Validator(NINJS, format_checker=FormatChecker()).validate(found)
    assert len(found["associations"]) == len(ARTICLES)
    talks = found["associations"]["article_1"]
    assert talks["person"]
    assert talks["subject"][0]["code"].startswith("medtop:")


async def test_atom_has_what_rfc_4287_asks_for() -> None:
    atom = "{http://www.w3.org/2005/Atom}"
    root = ElementTree.fromstring(await written("atom"))
    assert [root.findall(atom + name) != [] for name in ("id", "title", "updated", "author", "link")] == [True] * 5
    for entry in root.findall(f"{atom}entry"):
        assert {len(entry.findall(atom + name)) for name in ("id", "title", "updated", "summary", "link")} == {1}
        assert entry.find(f"{atom}link").get("rel") in (None, "alternate")  # type: ignore[union-attr]  # it is one
        for name in ("updated", "published"):
            assert datetime.fromisoformat(entry.findtext(atom + name, "")).tzinfo


async def test_geojson_is_in_degrees_of_longitude_and_latitude() -> None:
    found = json.loads(await written("geojson", generated(100)))
    geometries = [feature["geometry"] for feature in found["features"] if feature["geometry"]]
    assert len(geometries) > 20
    for geometry in geometries:
        assert geometry["type"] == "MultiPoint"
        assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for lon, lat in geometry["coordinates"])


@pytest.mark.parametrize("form", FORMATS)
async def test_a_format_of_nothing(form: Format) -> None:
    text = await written(form, [])
    if form in ("csv", "ndjson"):
        assert text == {"csv": ",".join(COLUMNS) + "\r\n", "ndjson": ""}[form]
    elif MEDIA[form].endswith("json"):
        assert json.loads(text)
    else:
        ElementTree.fromstring(text)  # our own text
