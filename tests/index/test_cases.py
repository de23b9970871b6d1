"""Both engines answer every case of cases.toml as it says, in its order, and find what the evaluator finds."""

import random
import tomllib
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.article import EnrichedArticle
from pipeline.index import Index, Put, open_index
from pipeline.query.evaluate import highlights, matches
from pipeline.query.facts import language
from pipeline.query.grammar import parse
from pipeline.settings import Settings, load
from tests.index.conftest import ENGINES, Server, drop, elastic_settings

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARTICLES = [
    EnrichedArticle.model_validate_json(line)
    for line in (HERE / "articles.ndjson").read_text(encoding="utf-8").splitlines()
]
LANGUAGES = sorted({code for article in ARTICLES if (code := language(article))})
TABLE = tomllib.loads((HERE / "cases.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = TABLE["case"]
LEAVES: list[str] = TABLE["leaves"]


@pytest.fixture(scope="module", params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of each engine in turn."""
    if request.param == "tantivy":
        return load({"data": tmp_path_factory.mktemp("cases")}, {})
    return elastic_settings(request.getfixturevalue("elasticsearch_server"))


@pytest.fixture
async def filled(settings: Settings, filled_once: set[str]) -> AsyncIterator[Index]:
    """The index with all articles: written before the first case and left alone."""
    opened = open_index(settings, write=not filled_once)
    try:
        if not filled_once:
            if settings.index_kind == "elasticsearch":
                await drop(settings)
            await fill(opened)
            filled_once.add(settings.index)
        yield opened
    finally:
        await opened.close()


@pytest.fixture(scope="module")
def filled_once(settings: Settings) -> set[str]:
    """Whether the engine in turn holds the articles."""
    return set()


async def fill(index: Index) -> None:
    """Write all articles."""
    await index.init()
    await index.put([Put(article, f"articles/0/{at}") for at, article in enumerate(ARTICLES)])
    await index.refresh()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case.get('sort', '')}".strip())
async def test_an_engine_answers_as_the_case_says(filled: Index, case: dict[str, Any]) -> None:
    node = parse(case["query"], now=NOW)
    found = await filled.search(node, size=100, sort=case.get("sort", "newest"))
    assert [hit.article.id for hit in found.hits] == case["ids"]
    assert found.total == len(case["ids"])
    for hit in found.hits:
        marks = [(mark.field, mark.start, mark.end) for mark in hit.highlights]
        assert marks == highlights(node, hit.article, languages=LANGUAGES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['query']} {case.get('sort', '')}".strip())
def test_the_evaluator_finds_the_same(case: dict[str, Any]) -> None:
    node = parse(case["query"], now=NOW)
    assert {one.id for one in ARTICLES if matches(node, one, languages=LANGUAGES)} == set(case["ids"])


def any_query(rng: random.Random, depth: int = 0) -> str:
    """A query of words, phrases and values that the articles have, put together by chance."""
    if depth > 4 or rng.random() < 0.3:
        return rng.choice(("", "", "-")) + rng.choice(LEAVES)
    parts = [any_query(rng, depth + 1) for _ in range(rng.randint(2, 4))]
    return rng.choice(("", "", "-")) + "(" + rng.choice((" ", " OR ")).join(parts) + ")"


async def test_any_query_finds_what_the_evaluator_finds(filled: Index) -> None:
    rng = random.Random(20261124)
    answers = set()
    for _ in range(150):
        text = any_query(rng)
        node = parse(text, now=NOW)
        found = await filled.search(node, size=100)
        ids = sorted(hit.article.id for hit in found.hits)
        assert ids == sorted(one.id for one in ARTICLES if matches(node, one, languages=LANGUAGES)), text
        answers.add(tuple(ids))
    assert len(answers) > 40  # the queries do differ


@pytest.mark.servers
async def test_both_engines_rank_alike(elasticsearch_server: Server, tmp_path: Path) -> None:
    rng = random.Random(7)
    elastic = elastic_settings(elasticsearch_server)
    await drop(elastic)
    engines = [open_index(given, write=True) for given in (elastic, load({"data": tmp_path}, {}))]
    try:
        for engine in engines:
            await fill(engine)
        for _ in range(150):
            text = any_query(rng)
            one, other = [await engine.search(parse(text, now=NOW), size=100) for engine in engines]
            assert [hit.article.id for hit in one.hits] == [hit.article.id for hit in other.hits], text
            for mine, theirs in zip(one.hits, other.hits, strict=True):
                assert mine.score == pytest.approx(theirs.score, rel=1e-3), text
    finally:
        for engine in engines:
            await engine.close()
