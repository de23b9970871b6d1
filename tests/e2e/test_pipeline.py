"""An article goes all the way, by the command line, on both pairs; and both give the same answers."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import pytest

from pipeline.app import INPUTS
from pipeline.open import opened
from tests.e2e.conftest import clean_cluster
from tests.e2e.site import ROOT, SEEDS, Site, embedded

pytestmark = pytest.mark.slow

QUERIES = [
    "ceasefire",
    '"according to"',
    "talks AND border",
    "aid OR sanctions",
    "election NOT protest",
    "(flood OR earthquake) AND rescue",
    "country:UA",
    "country:KE",
    'org:"United Nations"',
    "place:Geneva",
    "lang:fr",
    "published:2026-11-01..2026-11-07",
    "ministers",
    "title:talks",
]


def publish_seeds(site: Site) -> int:
    """Publish the seeds; how many inputs that are."""
    done = site.run("publish", str(SEEDS), "--json")
    assert done.returncode == 0, done.stderr.decode() + done.stdout.decode()[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert {line["outcome"] for line in lines} == {"pending"}
    return len(lines)


def comparable(article: dict[str, Any]) -> dict[str, Any]:
    """An article without the moments that belong to the run."""
    return {name: value for name, value in article.items() if name not in ("first_seen_at", "fetched_at")}


def _comparable_hit(hit: dict[str, Any]) -> dict[str, Any]:
    return hit | {"article": comparable(hit["article"])} if "article" in hit else comparable(hit)


def answers(site: Site) -> dict[str, Any]:
    """The whole answer to every query."""
    found = {}
    for query in QUERIES:
        result = site.json("search", query, "--json", "--size", "200")
        newest = site.json("search", query, "--json", "--size", "200", "--sort", "newest")["hits"]
        found[query] = {
            "total": result["total"],
            "hits": [_comparable_hit(hit) for hit in result["hits"]],
            "newest": [hit for hit in newest if _dated(hit)],
        }
    return found


def test_seeds_go_all_the_way(site: Site) -> None:
    inputs = publish_seeds(site)
    assert inputs >= 60
    worker = site.start_worker()
    status = site.settle(inputs)
    assert status.adds_up
    assert status.inputs == inputs
    assert status.outcomes["dead"] == 0
    assert status.outcomes["updated"] >= 1
    assert status.outcomes["indexed"] == status.indexed_documents
    hit = site.json("search", "ceasefire", "--json")["hits"][0]
    assert hit
    assert site.terminate(worker) == 0
    assert not list(ROOT.glob("*-data")), "Faust left a folder where the worker was started"


def test_both_pairs_give_the_same_answers(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    small, large = embedded(tmp_path / "small"), None
    (tmp_path / "small").mkdir()
    (tmp_path / "large").mkdir()
    try:
        large = clean_cluster(request, tmp_path / "large")
        found = []
        for one in (small, large):
            inputs = publish_seeds(one)
            one.start_worker()
            one.settle(inputs)
            found.append(answers(one))
        for query in QUERIES:
            first, second = found[0][query], found[1][query]
            assert first["total"] == second["total"], query
            assert len({json.dumps(hit, sort_keys=True) for hit in first["hits"]}) == len(first["hits"])
            assert [_id(hit) for hit in first["newest"]] == [_id(hit) for hit in second["newest"]], query
            by_id = [{_id(hit): _without_score(hit) for hit in answer["hits"]} for answer in (first, second)]
            assert by_id[0] == by_id[1], query
        assert any(found[0][query]["total"] for query in QUERIES)
    finally:
        small.close()
        if large is not None:
            large.close()


def _dated(hit: dict[str, Any]) -> bool:
    """One without a date stands by when it was seen, which is the run's."""
    return hit["published_at"] is not None


def _id(hit: dict[str, Any]) -> str:
    return str(hit["article"]["id"] if "article" in hit else hit["id"])


def _without_score(hit: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in hit.items() if name != "score"}


def test_a_second_publication_changes_nothing(site: Site) -> None:
    first = publish_seeds(site)
    site.start_worker()
    before = site.settle(first)
    again = publish_seeds(site)
    after = site.settle(first + again)
    assert after.indexed_documents == before.indexed_documents
    assert after.outcomes["indexed"] == before.outcomes["indexed"]
    assert after.outcomes["unchanged"] + after.outcomes["superseded"] == again


def test_demo_indexes_the_seeds(embedded_site: Site) -> None:
    data = embedded_site.env["GEOWIRE_DATA"]
    done = embedded_site.run("demo", "--no-serve", "--data", data, timeout=240)
    assert done.returncode == 0, done.stderr.decode()
    status = embedded_site.json("status", "--json")
    assert status["adds_up"]
    assert status["pending"] == 0
    assert status["indexed_documents"] >= 60
    assert embedded_site.json("search", "ceasefire", "--json")["total"] > 0


def test_what_is_taken_out_stays_out(site: Site, tmp_path: Path) -> None:
    """Neither publishing it again nor a second tombstone brings it back, and the account adds up."""
    articles = [
        {"id": "one", "text": "The ferry sails.", "source": {"id": "tidewater"}},
        {"id": "two", "text": "The harvest was good.", "source": {"id": "lakes"}},
        {"id": "three", "text": "The ferry is late.", "source": {"id": "tidewater", "name": "lakes"}},
    ]
    path = tmp_path / "articles.ndjson"
    path.write_text("\n".join(json.dumps(article) for article in articles))
    assert site.run("publish", str(path)).returncode == 0
    site.start_worker()
    site.settle(3)
    assert site.run("delete", "one").returncode == 0
    assert site.run("delete", "--source", "lakes").returncode == 0
    site.settle(5)
    assert site.run("show", "one").returncode == 1
    assert site.run("show", "two").returncode == 1
    assert site.run("show", "three").returncode == 0, "an outlet that is only named alike stays"
    assert site.run("publish", str(path)).returncode == 0
    status = site.settle(8)
    assert (status.outcomes["deleted"], status.outcomes["unchanged"]) == (4, 1)
    assert status.indexed_documents == 1
    assert status.adds_up


def test_old_articles_do_not_hold_up_the_news(site: Site) -> None:
    """Those of a back-fill are read, all of them, but the news that come meanwhile are there before most of them."""
    old, news = (written(site, name, count) for name, count in (("old", 200), ("news", 20)))
    assert site.run("publish", "--backfill", str(old)).returncode == 0
    site.start_worker()
    site.settle_some(10)
    assert site.run("publish", str(news)).returncode == 0
    status = site.settle(220)
    assert {name: row["indexed"] for name, row in status.sources.items()} == {"old": 200, "news": 20}
    settled = sorted(asyncio.run(moments(site)))
    before = [name for _, name in settled[: [name for _, name in settled].index("news") + 20]]
    assert before.count("news") >= 16, settled


def written(site: Site, name: str, count: int) -> Path:
    """A file of articles of one outlet that have nothing in common."""
    path = Path(site.env["GEOWIRE_DATA"]) / f"{name}.ndjson"
    path.parent.mkdir(parents=True, exist_ok=True)
    rng = random.Random(name)
    texts = [" ".join(rng.choices([f"{name}{word}" for word in range(999)], k=60)) for _ in range(count)]
    path.write_text("".join(json.dumps({"text": text, "source": {"id": name}}) + "\n" for text in texts))
    return path


async def moments(site: Site) -> list[tuple[str, str]]:
    """When each input got its outcome, and of which outlet it is."""
    found = []
    async with opened(site.settings) as (broker, _, state):
        for topic in INPUTS:
            for part, end in broker.end_offsets(topic).items():
                rows = [await state.get(f"{topic}/{part}/{offset}") for offset in range(end)]
                found += [(row.at.isoformat(), row.source) for row in rows if row]
    return found
