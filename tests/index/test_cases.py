"""Both engines answer every case of cases.toml as it says, in its order, with its counts, and find what the evaluator
finds."""

import random
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline import counting
from pipeline.article import EnrichedArticle
from pipeline.errors import QueryError
from pipeline.index import Index, Put, open_index
from pipeline.query import cost
from pipeline.query.evaluate import matches
from pipeline.query.facts import language
from pipeline.query.grammar import parse
from pipeline.query.terms import query_languages
from pipeline.query.tree import Node
from pipeline.settings import Settings, load
from tests.index.conftest import ENGINES, Server, drop, elastic_settings
from tests.index.dispatches import dispatches
from tests.index.generated import generated

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARCHIVES: dict[str, list[EnrichedArticle]] = {
    "articles": [
        EnrichedArticle.model_validate_json(line)
        for line in (HERE / "articles.ndjson").read_text(encoding="utf-8").splitlines()
    ],
    "dispatches": dispatches(),
    "generated": generated(300),
}
LANGUAGES = {
    archive: sorted({code for article in articles if (code := language(article))})
    for archive, articles in ARCHIVES.items()
}
KNOWN = {
    "KRC": "org:kenya-red-cross",
    "Kenya Red Cross Society": "org:kenya-red-cross",
    "Madam Vartic": "person:elena-vartic",
}
"""Names that are known, beside those that the articles use."""
TABLE = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = TABLE["case"]
BY_ARCHIVE = [case for archive in ARCHIVES for case in CASES if case.get("archive", "articles") == archive]
TIMELINES: tuple[tuple[str, counting.Clock, counting.Interval], ...] = (
    ("timeline", "published", "day"),
    ("happened", "happened", "month"),
    ("mentions", "mentions", "month"),
)
"""The keys of a case that are timelines, with their clock and interval."""
LEAVES: dict[str, list[str]] = {archive: TABLE["leaves"][archive] for archive in ARCHIVES}


@pytest.fixture(scope="module", params=ENGINES)
def engine_settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Settings]:
    """The settings of each engine in turn, for each archive; Elasticsearch holds one after the other."""
    if request.param == "tantivy":
        return {archive: load({"data": tmp_path_factory.mktemp(archive)}, {}) for archive in ARCHIVES}
    return dict.fromkeys(ARCHIVES, elastic_settings(request.getfixturevalue("elasticsearch_server")))


@pytest.fixture(scope="module")
def holds(engine_settings: dict[str, Settings]) -> dict[str, str]:
    """Which archive stands in which index at the moment."""
    return {}


Filled = Callable[[str], Awaitable[Index]]


@pytest.fixture
async def filled(engine_settings: dict[str, Settings], holds: dict[str, str]) -> AsyncIterator[Filled]:
    """The index with the articles of an archive, written before its first case and left alone."""
    opened: list[Index] = []

    async def open_filled(archive: str) -> Index:
        settings = engine_settings[archive]
        fresh = holds.get(settings.index) != archive
        if fresh and settings.index_kind == "elasticsearch":
            await drop(settings)
        opened.append(open_index(settings, write=fresh))
        if fresh:
            await fill(opened[0], archive)
            holds[settings.index] = archive
        return opened[0]

    yield open_filled
    for index in opened:
        await index.close()


async def fill(index: Index, archive: str) -> None:
    """Write all articles of an archive."""
    await index.init()
    await index.put([Put(article, f"articles/0/{at}") for at, article in enumerate(ARCHIVES[archive])])
    await index.refresh()


def case_id(case: dict[str, Any]) -> str:
    """A case's name in reports."""
    return f"{case['query']} {case.get('sort', '')}".strip()


@pytest.mark.parametrize("case", BY_ARCHIVE, ids=case_id)
async def test_an_engine_answers_as_the_case_says(filled: Filled, case: dict[str, Any]) -> None:
    archive = case.get("archive", "articles")
    node = parse(case["query"], now=NOW, named=KNOWN.get)
    index = await filled(archive)
    found = await index.search(node, size=100, sort=case.get("sort", "newest"))
    assert [hit.article.id for hit in found.hits] == case["ids"]
    assert found.total == len(case["ids"])
    await check_counts(index, node, case)


async def check_counts(index: Index, node: Node, case: dict[str, Any]) -> None:
    """Facets, each ignoring what the query selects of it, and the moments of a timeline, as the case says."""
    for facet, expected in case.get("facets", {}).items():
        buckets = (await counting.facets(index, node, [facet], size=8))[facet]
        assert [(one.value, one.count) for one in buckets] == list(expected.items()), facet
    for name, clock, interval in TIMELINES:
        if name in case:
            moments = (await counting.timeline(index, node, clock, interval)).moments
            assert {one.start: one.count for one in moments if one.count} == case[name], name


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_the_evaluator_finds_the_same(case: dict[str, Any]) -> None:
    archive = case.get("archive", "articles")
    node = parse(case["query"], now=NOW, named=KNOWN.get)
    found = {one.id for one in ARCHIVES[archive] if matches(node, one, languages=LANGUAGES[archive])}
    assert found == set(case["ids"])


def test_there_are_cases_enough() -> None:
    assert len({(case.get("archive"), case_id(case)) for case in CASES}) == len(CASES) >= 250
    assert sum("facets" in case for case in CASES) >= 125
    assert sum(name in case for case in CASES for name, _, _ in TIMELINES) >= 125


def any_query(rng: random.Random, archive: str, depth: int = 0) -> str:
    """A query of words, phrases and values that the articles have, put together by chance."""
    if depth > 4 or rng.random() < 0.3:
        return rng.choice(("", "", "-")) + rng.choice(LEAVES[archive])
    parts = [any_query(rng, archive, depth + 1) for _ in range(rng.randint(2, 4))]
    return rng.choice(("", "", "-")) + "(" + rng.choice((" ", " OR ")).join(parts) + ")"


def parsed_query(rng: random.Random, archive: str) -> tuple[str, Node]:
    """A query by chance that is within the limits."""
    while True:
        text = any_query(rng, archive)
        try:
            node = parse(text, now=NOW, named=KNOWN.get)
            cost.check(node, query_languages(node, LANGUAGES[archive]))
            return text, node
        except QueryError as exc:
            if "the limit is" not in exc.message and "more than" not in exc.message:
                raise


@pytest.mark.parametrize("archive", ARCHIVES)
async def test_any_query_finds_what_the_evaluator_finds(filled: Filled, archive: str) -> None:
    rng = random.Random(20261124)
    index = await filled(archive)
    answers = set()
    for _ in range(100):
        text, node = parsed_query(rng, archive)
        found = await index.search(node, size=1000)
        ids = sorted(hit.article.id for hit in found.hits)
        expected = [one.id for one in ARCHIVES[archive] if matches(node, one, languages=LANGUAGES[archive])]
        assert ids == sorted(expected), text
        answers.add(tuple(ids))
    assert len(answers) > 20  # the queries do differ


@pytest.mark.servers
@pytest.mark.parametrize("archive", ARCHIVES)
async def test_both_engines_rank_alike(elasticsearch_server: Server, tmp_path: Path, archive: str) -> None:
    rng = random.Random(7)
    elastic = elastic_settings(elasticsearch_server)
    await drop(elastic)
    engines = [open_index(given, write=True) for given in (elastic, load({"data": tmp_path}, {}))]
    try:
        for engine in engines:
            await fill(engine, archive)
        for _ in range(100):
            text, node = parsed_query(rng, archive)
            one, other = [await engine.search(node, size=100) for engine in engines]
            assert [hit.article.id for hit in one.hits] == [hit.article.id for hit in other.hits], text
            for mine, theirs in zip(one.hits, other.hits, strict=True):
                assert mine.score == pytest.approx(theirs.score, rel=1e-3), text
    finally:
        for engine in engines:
            await engine.close()
