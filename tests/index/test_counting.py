"""Counts over a search, on both engines: expected figures are counted here by the evaluator, article by article."""

import threading
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pytest

from pipeline import counting, permalink, searching
from pipeline.article import EnrichedArticle
from pipeline.errors import QueryError
from pipeline.index import Facet, Index, Put, open_index, tantivy_order
from pipeline.query import days, evaluate, tiles
from pipeline.query.evaluate import matches
from pipeline.query.grammar import parse
from pipeline.query.tree import Happening, Node, Similar, Traits
from pipeline.searching import everything, explain_nothing, find, read, understand
from pipeline.settings import Settings, load
from pipeline.text import Token, analyse
from tests.index.conftest import ENGINES, drop, elastic_settings
from tests.index.dispatches import dispatches
from tests.index.generated import generated

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ARTICLES = [*dispatches(), *generated(250)]
QUERIES = ["*", "delta", "status:planned", "about:RU -quote:echo", "alpha OR killed:>=10"]


@pytest.mark.parametrize("name", ["EU", "european union", "org:european-union"])
def test_a_party_is_asked_for_by_any_name_that_is_known(name: str) -> None:
    assert read(f'actor:"{name}"') == Happening((Traits(actor="org:european-union"),))


def test_a_place_that_is_misspelt_suggests_the_one_that_was_meant() -> None:
    with pytest.raises(QueryError, match="did you mean `Kyiv`") as caught:
        read("ferry near:Kiyv~50km")
    assert caught.value.suggestion == 'near:"Kyiv"~50km'


async def test_the_name_of_a_party_that_nobody_has_suggests_one_that_somebody_has(index: Index) -> None:
    (clause,) = await explain_nothing(index, query('actor:"Kenia Red Cros"'))
    assert clause.meant == ("Kenya Red Cross Society",)


def query(text: str) -> Node:
    return parse(text, now=NOW)


def matching(text: str) -> list[EnrichedArticle]:
    return [one for one in ARTICLES if matches(query(text), one, languages=["de", "en"])]


@pytest.fixture(scope="module", params=ENGINES)
def settings(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of each engine in turn."""
    if request.param == "tantivy":
        return load({"data": tmp_path_factory.mktemp("counting")}, {})
    return elastic_settings(request.getfixturevalue("elasticsearch_server"))


@pytest.fixture(scope="module")
def filled() -> set[str]:
    """Which engines hold the articles."""
    return set()


@pytest.fixture
async def index(settings: Settings, filled: set[str]) -> AsyncIterator[Index]:
    """The index with all articles, written once."""
    opened = open_index(settings, write=settings.index not in filled)
    if settings.index not in filled:
        if settings.index_kind == "elasticsearch":
            await drop(settings)
        await opened.init()
        await opened.put([Put(article, f"articles/0/{at}") for at, article in enumerate(ARTICLES)])
        await opened.refresh()
        filled.add(settings.index)
    yield opened
    await opened.close()


def values(article: EnrichedArticle, facet: Facet) -> set[str]:
    """What an article counts for in a facet."""
    found: dict[Facet, set[str]] = {
        "country": {one.code for one in article.countries} | {one.country or "" for one in article.places},
        "focus": {one.code for one in article.countries if one.is_focus},
        "person": {one.name for one in article.entities if one.type == "PERSON"},
        "topic": {one.name for one in article.topics},
        "event": {one.type for one in article.events},
        "status": {one.status for one in article.events},
        "speaker": {one.speaker or "" for one in article.quotes},
        "source": {article.source.id},
    }
    return found[facet] - {""}


FACETS: list[Facet] = ["country", "focus", "person", "topic", "event", "status", "speaker", "source"]


@pytest.mark.parametrize("text", QUERIES)
async def test_facets_count_articles(index: Index, text: str) -> None:
    counted = await counting.facets(index, query(text), FACETS, size=100)
    for facet in FACETS:
        found = [one for one in ARTICLES if matches(counting.without(query(text), facet), one, languages=["de", "en"])]
        expected = Counter(value for one in found for value in values(one, facet))
        assert {bucket.value: bucket.count for bucket in counted[facet]} == expected, facet


async def test_a_facet_ignores_its_own_selection(index: Index) -> None:
    alone = await counting.facets(index, query("delta country:UA"), ["country", "person"], size=100)
    assert alone["country"] == (await index.aggregate(query("delta"), ["country"], size=100))["country"]
    assert alone["person"] == (await index.aggregate(query("delta country:UA"), ["person"], size=100))["person"]
    both = await counting.facets(index, query("status:(planned OR denied) delta"), ["status"], size=100)
    assert both["status"] == (await index.aggregate(query("delta"), ["status"], size=100))["status"]


@pytest.mark.parametrize("text", QUERIES)
@pytest.mark.parametrize("interval", ["hour", "day", "week", "month", "year"])
async def test_timeline_counts_every_dated_article(index: Index, text: str, interval: counting.Interval) -> None:
    found = await counting.timeline(index, query(text), interval=interval)
    dated = [one for one in matching(text) if one.published_at]
    assert sum(moment.count for moment in found.moments) == len(dated)
    assert all(moment.count <= moment.all for moment in found.moments)
    starts = [moment.start for moment in found.moments]
    assert starts == sorted(set(starts))
    if interval == "week":
        assert {datetime.fromisoformat(start).weekday() for start in starts} == {0}
    if interval == "day":
        expected = Counter(one.published_at.date().isoformat() for one in dated if one.published_at)
        assert {moment.start: moment.count for moment in found.moments if moment.count} == expected


async def test_timeline_by_the_other_clocks(index: Index) -> None:
    found = await counting.timeline(index, query("event:AGREE"), "happened", "year")
    starts = [moment.start for moment in found.moments]
    assert starts == [str(year) for year in range(int(starts[0]), int(starts[-1]) + 1)]  # gaps stand as zeros
    assert sum(moment.count for moment in found.moments if moment.start.startswith("182")) == 10
    assert any(not moment.count for moment in found.moments)
    (months,) = [await counting.timeline(index, query("about:RU mentions:2026"), "mentions", "month")]
    dated = Counter(
        term
        for one in matching("about:RU mentions:2026")
        for term in days.terms(one.dates)
        if len(term) == len("2026-11")
    )
    assert {moment.start: moment.count for moment in months.moments if moment.count} == dated
    assert all(moment.count <= moment.all for moment in months.moments)
    with pytest.raises(QueryError, match="day, month or year"):
        await counting.timeline(index, query("*"), "mentions", "hour")
    assert (await counting.timeline(index, query("zyzzyva"))).moments == []


@pytest.mark.parametrize("zoom", [1, 4, 9])
async def test_map_counts_articles_by_tile(index: Index, zoom: int) -> None:
    found = await counting.areas(index, query("delta"), zoom)
    held = [{key[:zoom] for _, key in tiles.located(one)} for one in matching("delta")]
    assert {tile.key: tile.count for tile in found} == Counter(key for keys in held for key in keys)
    for tile in found:
        west, south, east, north = tiles.bounds(tile.key)
        assert west - 1e-3 <= tile.lon <= east + 1e-3
        assert south - 1e-3 <= tile.lat <= north + 1e-3 or abs(tile.lat) > 85
        assert tile.place


async def test_matrix_counts_articles_by_actor_and_target(index: Index) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    assaults: Counter[tuple[str, str]] = Counter()
    for one in ARTICLES:
        pairs = [
            (event.type, (event.actor.country, event.target.country))
            for event in one.events
            if event.actor and event.target and event.actor.country and event.target.country
        ]
        expected.update({pair for _, pair in pairs})
        assaults.update({pair for kind, pair in pairs if kind == "ASSAULT"})
    found = await counting.matrix(index, query("*"))
    assert {(one.actor, one.target): one.count for one in found} == expected
    of_type = await counting.matrix(index, query("*"), kind="ASSAULT")
    assert {(one.actor, one.target): one.count for one in of_type} == assaults


async def test_what_is_rising(index: Index) -> None:
    found = await counting.trending(index, query("*"), now=datetime(2026, 11, 22, tzinfo=UTC), days=4)
    assert found
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    assert ("event", "CONSULT") in {(one.facet, one.value) for one in found} or len(found) > 3
    assert await counting.trending(index, query("zyzzyva"), now=NOW) == []


@pytest.mark.parametrize("text", QUERIES)
async def test_scan_gives_every_article_once_newest_first(index: Index, text: str) -> None:
    found = [result.article async for result in everything(index, query(text))]
    assert sorted(one.id for one in found) == sorted(one.id for one in matching(text))
    keys = [(-(one.published_at or one.first_seen_at or NOW).timestamp(), one.id) for one in found]
    assert keys == sorted(keys)


async def test_clusters_are_folded_at_their_best_member(index: Index) -> None:
    text = "cluster:border-talks OR zyzzyva"
    folded = await find(index, text, sort="newest")
    assert (folded.total, folded.clusters) == (2, 1)
    assert [(one.article.id, one.folded) for one in folded.results] == [("border-talks-copy", 1)]
    oldest = await find(index, text, sort="oldest")
    assert [one.article.id for one in oldest.results] == ["border-talks"]
    unfolded = await find(index, text, fold=False)
    assert len(unfolded.results) == 2
    everyone = await find(index, "*", size=1000, sort="origins")
    clusters = {one.cluster or one.id for one in ARTICLES}
    assert (everyone.total, everyone.clusters, len(everyone.results)) == (len(ARTICLES), len(clusters), len(clusters))
    origins = [one.article.origins for one in everyone.results]
    assert origins == sorted(origins, reverse=True)
    pages = [await find(index, "*", size=20, offset=at, sort="newest") for at in (0, 20)]
    assert len({result.article.id for page in pages for result in page.results}) == 40


async def test_what_is_like_an_article(index: Index) -> None:
    node = await understand(index, "similar:border-talks")
    assert isinstance(node, Similar)
    assert {"moldova", "romania", "vartic"} <= set(node.stems)
    found = await find(index, "similar:border-talks", size=100, fold=False)
    assert found.results[0].article.id == "border-talks-copy"
    expected = {one.id for one in ARTICLES if matches(node, one, languages=["de", "en"])}
    assert {one.article.id for one in found.results} == expected
    assert "border-talks" not in expected
    narrower = await find(index, "similar:g-0007 country:RU", size=1, why=True)
    assert len(narrower.results[0].why[0].surfaces) > 1
    with pytest.raises(QueryError, match="there is no article `nobody`"):
        await find(index, "similar:nobody")


async def test_a_permalink_says_what_changed(index: Index) -> None:
    found = await find(index, "delta", size=1)
    made = await permalink.snapshot(index, found.total)
    assert permalink.read(str(made)) == made
    told = await permalink.changed(index, found.node, made)
    assert (told.new, told.updated, told.gone) == (0, 0, 0)
    early = await permalink.changed(index, found.node, permalink.Snapshot(0, 3, "1"))
    assert (early.new, early.updated, early.gone, early.enrichment) == (found.total, 0, 3, "1")
    with pytest.raises(ValueError, match="permalink"):
        permalink.read("1~2")


async def test_a_result_of_nothing_names_its_clause(index: Index) -> None:
    without = await explain_nothing(index, query("about:MD status:planned killed:>1tn"))
    assert (without[0].clause, without[0].total) == ("killed:>1tn", 2)
    assert without[0].query == "about:MD status:planned"
    (nobody,) = (await find(index, "person:Vartik")).without
    assert nobody.meant == ("Elena Vartic",)
    excluded = {one.clause: one.total for one in (await find(index, "depot -shelled")).without}
    assert excluded["-shelled"] == 1


@pytest.mark.parametrize(
    ("asked", "clause", "rest"),
    [
        ("event:(type:ASSAULT actor:RU target:FJ)", "target:FJ", "event:(type:ASSAULT actor:RU)"),
        ("about:MD event:(type:CONSULT target:FJ)", "target:FJ", "about:MD event:CONSULT"),
        ('quote:(speaker:"Elena Vartic" wage)', "quote:wage", 'speaker:"Elena Vartic"'),
        ("same:(strike vote zebra)", "zebra", "same:(strike vote)"),
    ],
)
async def test_what_is_asked_too_much_of_one_event_quote_or_sentence_is_named(
    index: Index, asked: str, clause: str, rest: str
) -> None:
    without = {one.clause: one for one in (await find(index, asked)).without}
    assert without[clause].query == rest
    assert without[clause].total == (await find(index, rest)).total > 0


async def test_of_many_names_that_nobody_has_only_a_few_are_compared(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted, compared = list[Facet](), list[threading.Thread]()
    aggregate = index.aggregate

    async def counting_facets(node: Node, facets: Sequence[Facet], **options: Any) -> Any:
        counted.extend(facets)
        return await aggregate(node, facets, **options)

    def comparing(*given: Any, **options: Any) -> list[str]:
        compared.append(threading.current_thread())
        return get_close_matches(*given, **options)

    monkeypatch.setattr(index, "aggregate", counting_facets)
    monkeypatch.setattr(searching, "get_close_matches", comparing)
    people = " OR ".join(["person:Vartik", *(f"person:Qwxz{number}" for number in range(20))])
    (clause,) = await explain_nothing(index, query(f"({people})"))
    assert clause.meant == ("Elena Vartic",)
    parties = " OR ".join(f'actor:"Qwxz {number}"' for number in range(5))
    await explain_nothing(index, query(f'({people}) ({parties}) person:"Qwxz Q"'))
    assert counted == ["person", "person"]
    assert len(compared) == 2 * searching.MAX_UNKNOWN
    assert threading.main_thread() not in compared  # the loop goes on meanwhile


async def test_many_results_alike_stand_in_the_order_of_their_ids(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tantivy_order, "MANY", 3)
    for text in ("country:MD OR (delta lang:en -alpha) OR -echo", "-(-delta) OR -alpha"):
        found = await index.search(query(text), size=40)
        ids = [hit.article.id for hit in found.hits if hit.score == 0]
        assert len(ids) > 20
        scored = {hit.article.id for hit in found.hits if hit.score}
        assert ids == sorted(one.id for one in matching(text) if one.id not in scored)[: len(ids)]


async def test_why_it_matched(index: Index) -> None:
    found = await find(index, 'meeting quote:(speaker:Vartic "no soldier") -person:Grom about:MD', why=True)
    (result,) = found.results
    told = {reason.clause: reason.surfaces for reason in result.why}
    assert told == {
        "meeting": ("meet",),
        'quote:(speaker:Vartic "no soldier")': ("No soldier has crossed the river.",),
        "about:MD": (),
    }


async def test_results_are_made_beside_the_loop_and_their_text_is_analysed_once(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    analysed = list[tuple[str, threading.Thread]]()

    def analysing(text: str, language: str | None = None) -> list[Token]:
        analysed.append((text, threading.current_thread()))
        return analyse(text, language)

    monkeypatch.setattr(evaluate, "analyse", analysing)
    (result,) = (await find(index, "delta", size=1, why=True)).results
    assert [text for text, _ in analysed].count(result.article.text) == 1
    assert [one async for one in everything(index, query("delta"))]
    assert threading.main_thread() not in {thread for _, thread in analysed}


def test_selections_come_back_from_the_text(tmp_path: Path) -> None:
    for facet, value in (
        ("country", "UA"), ("focus", "UA"), ("event", "ASSAULT"), ("status", "planned"), ("speaker", "Nora Quill"),
        ("person", "Nora Quill"), ("topic", "war"), ("source", "wire"), ("lang", "en"),
    ):  # fmt: skip
        assert counting.selected(counting.select(facet, value)) == facet  # type: ignore[arg-type]  # names of facets
    assert counting.selected(query("event:(type:ASSAULT actor:RU)")) is None
    assert counting.selected(query("event:(ASSAULT OR AID)")) == "event"
    with pytest.raises(ValueError, match="dyad"):
        counting.select("dyad", "RU:UA")
