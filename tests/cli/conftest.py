"""The command line as a person uses it: real processes over a small embedded archive."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.admission import admit
from pipeline.app import topic_specs
from pipeline.article import CountryWeight, EnrichedArticle
from pipeline.broker import Message
from pipeline.index import Put, open_index
from pipeline.ledger import LedgerRow, Outcome
from pipeline.open import opened
from tests.e2e.site import Site, embedded

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def enriched(number: int, title: str, text: str, **more: object) -> EnrichedArticle:
    """An invented article as the enrich agent would send it."""
    article = admit({"id": f"a{number}", "title": title, "text": text, **more}, now=NOW)
    countries = [CountryWeight(code="KE", weight=1.0, why=["place"])]
    return EnrichedArticle(**article.model_dump(), enrichment="test", countries=countries)


ARTICLES = [
    enriched(
        1,
        "Ferry line opens",
        "A ferry line opened.\nIt is blue.",
        published_at="2026-11-03T08:00:00Z",
        language="en",
        authors=["Nora Quill", "Ben Trask"],
    ),
    enriched(2, "Ferry strike\x1b[31m", "The ferry crews, \u202eall of them, stopped.", source={"name": "=cmd()"}),
    enriched(3, "Harvest", "The harvest was good.", published_at="2026-11-01T08:00:00Z"),
]


async def _fill(site: Site) -> None:
    index = open_index(site.settings, write=True)
    await index.init()
    old = ARTICLES[0].model_copy(
        update={"title": "Ferry line expected", "fetched_at": datetime(2026, 11, 1, tzinfo=UTC)}
    )
    await index.put([Put(old, "articles/0/0")])
    await index.put([Put(article, f"articles/0/{n}") for n, article in enumerate(ARTICLES, start=1)])
    await index.close()
    async with opened(site.settings) as (broker, _, state):
        broker.create_topics(topic_specs(site.settings))
        broker.publish("articles", [Message(b"same", b"{}") for _ in range(4)])
        await state.record(
            [LedgerRow(key=f"articles/0/{n}", outcome=Outcome.INDEXED, source="post", at=NOW) for n in range(4)]
        )


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """An embedded archive with three articles, one of them hostile to terminals and spreadsheets."""
    site = embedded(tmp_path_factory.mktemp("archive"))
    asyncio.run(_fill(site))
    return site


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """An installation in which nothing was done yet."""
    made = embedded(tmp_path)
    yield made
    made.close()
