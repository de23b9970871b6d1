"""The seam's promises, asked of both engines."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.article import CountryWeight, EnrichedArticle, Entity, Place, Quote, Source, Span
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import Bucket, Changes, Index, Put, open_index
from pipeline.index.tantivy import TantivyIndex
from pipeline.ledger import Outcome
from pipeline.query.grammar import parse
from pipeline.query.tree import Node
from pipeline.settings import Settings

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
FETCHED = datetime(2026, 11, 20, 8, 30, 0, 123_456, tzinfo=UTC)


def query(text: str) -> Node:
    return parse(text, now=NOW)


def article(article_id: str = "a", **more: object) -> EnrichedArticle:
    """A small article; its title names its id, so that two are never the same."""
    given = {"title": f"Report {article_id}", "text": "The ferry sails.", "language": "en", "fetched_at": FETCHED}
    return EnrichedArticle.model_validate({"id": article_id, "enrichment": "1.1"} | given | more)


def later(one: EnrichedArticle, hours: int = 1, **more: object) -> EnrichedArticle:
    assert one.fetched_at is not None
    return one.model_copy(update={"fetched_at": one.fetched_at + timedelta(hours=hours), **more})


async def put(index: Index, *articles: EnrichedArticle, key: str = "articles/0/{}") -> list[Outcome]:
    """The outcomes of one batch; then everything is visible."""
    results = await index.put([Put(one, key.format(at)) for at, one in enumerate(articles)])
    await index.refresh()
    return [result.outcome for result in results]


async def test_a_record_comes_back_as_it_was(index: Index) -> None:
    span = Span(field="text", start=4, end=9, surface="ferry")
    rich = article(
        title="Ärger um Fähre 🚢",
        url="https://harbour.example/ferry?a=1",
        authors=["Nora Quill"],
        source=Source(id="harbour", name="The Harbour", domain="harbour.example"),
        published_at=datetime(2026, 11, 19, 22, 1, 2, 345_678, tzinfo=UTC),
        published_offset=-300,
        notes=["a note"],
        entities=[Entity(id="e", name="Nora Quill", type="PERSON", mentions=[span], method="m", confidence=0.1 + 0.2)],
        places=[
            Place(name="X", lat=1.5, lon=-2, pinned=True, mentions=[span], method="m", reason="r", confidence=1),
            Place(name="Y", lat=99, lon=999, pinned=True, mentions=[], method="m", reason="nonsense", confidence=0),
        ],
        countries=[CountryWeight(code="DE", weight=1 / 3, why=["place"], is_focus=True)],
    )
    assert await put(index, rich) == [Outcome.INDEXED]
    assert await index.get(["a", "missing"]) == {"a": rich}
    assert (await index.search(query("ferry"))).hits[0].article == rich


async def test_get_is_in_real_time(index: Index) -> None:
    await index.put([Put(article("a"), "articles/0/0")])
    assert list(await index.get(["a"])) == ["a"]
    assert await index.get([]) == {}


async def test_a_second_delivery_answers_as_the_first(index: Index) -> None:
    first, second = article(), later(article(), text="It sank.")
    assert await put(index, first, key="articles/0/7") == [Outcome.INDEXED]
    assert await put(index, first, key="articles/0/7") == [Outcome.INDEXED]
    assert await put(index, second, key="articles/0/8") == [Outcome.UPDATED]
    assert await put(index, second, key="articles/0/8") == [Outcome.UPDATED]
    assert len(await index.versions("a")) == 1


async def test_the_same_content_is_unchanged_and_moves_the_order(index: Index) -> None:
    one = article(first_seen_at=FETCHED)
    assert await put(index, one, key="articles/0/1") == [Outcome.INDEXED]
    assert await put(index, one, key="articles/0/2") == [Outcome.UNCHANGED]
    assert await put(index, later(one, 5), key="articles/0/3") == [Outcome.UNCHANGED]
    elsewhere = later(one, 6, url="http://m.example.org/a")  # another of its addresses, such as the one for phones
    assert await put(index, elsewhere, key="articles/0/5") == [Outcome.UNCHANGED]
    assert await put(index, later(one, 2, text="Other."), key="articles/0/4") == [Outcome.SUPERSEDED]
    stored = (await index.get(["a"]))["a"]
    assert (stored.text, stored.first_seen_at) == (one.text, FETCHED)
    assert (stored.fetched_at, stored.url) == (FETCHED + timedelta(hours=6), elsewhere.url)
    assert await index.versions("a") == []


async def test_an_older_one_is_superseded(index: Index) -> None:
    assert await put(index, later(article(), text="New."), key="articles/0/1") == [Outcome.INDEXED]
    (result,) = await index.put([Put(article(), "articles/0/2")])
    assert (result.outcome, result.reason) == (
        Outcome.SUPERSEDED,
        "fetched earlier (2026-11-20 08:30:00.123 UTC) than the version that is here (2026-11-20 09:30:00.123 UTC)",
    )
    assert (await index.get(["a"]))["a"].text == "New."


async def test_a_teaser_does_not_take_the_place_of_a_full_text(index: Index) -> None:
    await put(index, article(completeness="teaser", text="A teaser."), key="articles/0/1")
    full = later(article(), 1, text="The whole text.")
    assert await put(index, full, key="articles/0/2") == [Outcome.UPDATED]
    (result,) = await index.put([Put(later(article(completeness="teaser", text="Another teaser."), 2), "articles/0/3")])
    assert (result.outcome, result.reason) == (
        Outcome.SUPERSEDED,
        "only the teaser of an article whose full text is here",
    )
    assert (await index.get(["a"]))["a"].text == "The whole text."


async def test_captions_do_not_take_the_place_of_a_longer_teaser(index: Index) -> None:
    teaser = article(completeness="teaser", text="The ferry sails again, and all of the harbour came to see it.")
    await put(index, teaser, key="articles/0/1")
    (result,) = await index.put([Put(later(article(), 1, text="The harbour. The ferry."), "articles/0/2")])
    assert result.outcome is Outcome.SUPERSEDED
    assert result.reason == "less text (18 letters) than the teaser that is here (47)"
    assert (await index.get(["a"]))["a"].text == teaser.text


async def test_a_newer_enrichment_of_the_same_fetch_updates(index: Index) -> None:
    await put(index, article(enrichment="1.9"), key="articles/0/1")
    assert await put(index, article(enrichment="1.10"), key="articles/0/2") == [Outcome.UPDATED]
    (result,) = await index.put([Put(article(enrichment="1.2"), "articles/0/3")])
    assert (result.outcome, result.reason) == (Outcome.SUPERSEDED, "read by an older enrichment (1.2) than 1.10")
    assert await index.versions("a") == []  # neither title nor text changed


async def test_updates_keep_the_versions_before(index: Index) -> None:
    one = article(first_seen_at=FETCHED, text="One.")
    await put(index, one, article("b"), key="articles/0/1{}")
    await put(index, later(one, 1, text="Two."), key="articles/0/2")
    await put(index, later(one, 2, text="Three.", first_seen_at=FETCHED + timedelta(1)), key="articles/0/3")
    found = await index.versions("a")
    assert [(version.text, version.fetched_at) for version in found] == [
        ("Two.", FETCHED + timedelta(hours=1)),
        ("One.", FETCHED),
    ]
    assert {version.id for version in found} == {"a"}
    assert (await index.get(["a"]))["a"].first_seen_at == FETCHED
    assert await index.versions("b") == []
    assert (await index.search(query("one"))).total == 0  # versions are not searched


async def test_two_puts_of_one_article_in_a_batch(index: Index) -> None:
    one = article(text="One.")
    outcomes = await put(index, one, article("b"), later(one, text="Two."), one)
    assert outcomes == [Outcome.INDEXED, Outcome.INDEXED, Outcome.UPDATED, Outcome.SUPERSEDED]
    assert (await index.get(["a"]))["a"].text == "Two."
    assert [version.text for version in await index.versions("a")] == ["One."]
    assert await index.count() == 2


async def test_an_empty_batch(index: Index) -> None:
    assert await index.put([]) == []


async def test_sorts_and_ties(index: Index) -> None:
    day = datetime(2026, 11, 1, tzinfo=UTC)
    await put(
        index,
        article("c", title="", text="ferry ferry ferry", published_at=day),
        article("a", title="", text="ferry island", published_at=day),
        article("b", title="", text="ferry island", published_at=day - timedelta(days=1)),
        article("d", title="", text="train", published_at=day),
        article("e", title="", text="ferry coast ship", first_seen_at=day + timedelta(days=1)),
    )

    async def ids(sort: str) -> list[str]:
        return [hit.article.id for hit in (await index.search(query("ferry"), sort=sort)).hits]  # type: ignore[arg-type]

    assert await ids("relevance") == ["c", "a", "b", "e"]
    assert await ids("newest") == ["e", "a", "c", "b"]
    assert await ids("oldest") == ["b", "a", "c", "e"]
    by_time = await index.search(query("ferry"), sort="newest")
    assert {hit.score for hit in by_time.hits} == {0.0}
    scores = [hit.score for hit in (await index.search(query("ferry"))).hits]
    assert scores[0] > scores[1] == scores[2] > scores[3] > 0
    assert {hit.score for hit in (await index.search(query("lang:en -train"))).hits} == {0.0}


async def test_pages_fit_together(index: Index) -> None:
    await put(index, *(article(f"{number:02}", title="") for number in range(45)))
    expected = [f"{number:02}" for number in range(45)]
    for sort in ("relevance", "newest", "oldest"):
        found = []
        for offset in range(0, 50, 7):
            page = await index.search(query("ferry"), size=7, offset=offset, sort=sort)
            assert page.total == 45
            found += [hit.article.id for hit in page.hits]
        assert found == expected, sort


async def test_sizes_of_pages(index: Index) -> None:
    await put(index, article("a"), article("b"))
    for size, offset in ((0, 0), (5, 2), (10, 995), (10, 1000), (10, 100_000)):
        page = await index.search(query("ferry"), size=size, offset=offset)
        assert (page.total, page.hits) == (2, []), (size, offset)
    assert len((await index.search(query("ferry"), size=1000)).hits) == 2


async def test_facets_are_counted_exactly(index: Index) -> None:
    def person(name: str) -> Entity:
        return Entity(id=name, name=name, type="PERSON", mentions=[], method="m", confidence=1)

    batch = [
        article(f"{n:03}", entities=[person(f"P{n % 30:02}")], source=Source(id="even" if n % 2 == 0 else "odd"))
        for n in range(90)
    ]
    batch[0] = batch[0].model_copy(update={"entities": [person("P07"), person("Émile Zorn")], "language": "fr-CA"})
    await put(index, *batch)
    found = await index.aggregate(query("ferry"), ["person", "source", "lang", "org"], size=3)
    assert found == {
        "person": [Bucket("P07", 4), Bucket("P01", 3), Bucket("P02", 3)],
        "source": [Bucket("even", 45), Bucket("odd", 45)],
        "lang": [Bucket("en", 89), Bucket("fr", 1)],
        "org": [],
    }
    assert await index.aggregate(query("lang:fr"), ["person"]) == {
        "person": [Bucket("P07", 1), Bucket("Émile Zorn", 1)]
    }
    assert await index.aggregate(query("ferry"), []) == {}


async def test_more_values_than_usual_are_counted_where_they_are_asked_for(
    index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipeline.index.tantivy.FACET_BUCKETS", 5)
    monkeypatch.setattr("pipeline.index.elastic_counts.FACET_BUCKETS", 5)
    copies = [article(f"{n:02}", cluster=f"c{n % 20:02}", copied=True) for n in range(40)]
    await put(index, *copies)
    found = (await index.aggregate(query(""), ["cluster"], size=50, least=2))["cluster"]
    assert found == [Bucket(f"c{n:02}", 2) for n in range(20)]


async def test_what_is_known_by_several_names_is_counted_by_one(index: Index) -> None:
    def union(name: str) -> Entity:
        known = {"id": "org:lake-union", "name": name, "known_as": "Lake Union"}
        return Entity(**known, type="ORG", mentions=[], method="m", confidence=1)

    def said(by: str | None) -> Quote:
        who = {"speaker": "the LU", "speaker_id": by}
        return Quote(field="text", start=0, end=3, text="The", kind="direct", **who, method="m", confidence=1)

    one = article("a", entities=[union("LU")], quotes=[said("org:lake-union")])
    other = article("b", entities=[union("Union of the Lakes")], quotes=[said("org:unknown")])
    await put(index, one, other)
    found = await index.aggregate(query(""), ["org", "speaker"])
    assert found == {"org": [Bucket("Lake Union", 2)], "speaker": [Bucket("Lake Union", 1), Bucket("the LU", 1)]}


async def test_delete_takes_the_versions_along(index: Index) -> None:
    await put(index, article("a"), article("b"), key="articles/0/1{}")
    await put(index, later(article("a"), text="New."), key="articles/0/2")
    assert await index.delete(["a", "a", "missing"]) == 1
    assert await index.get(["a", "b"]) == {"b": article("b")}
    await index.refresh()
    assert await index.versions("a") == []
    assert await index.count() == 1
    assert (await index.search(query("new"))).total == 0
    assert await index.delete([]) == 0
    assert await index.delete(["a"]) == 0


async def test_init_keeps_what_is_there(index: Index) -> None:
    await put(index, article())
    await index.init()
    await index.ready()
    assert await index.count() == 1


async def test_a_second_reader_sees_what_is_written(index: Index, engine: Settings) -> None:
    reader = open_index(engine)
    try:
        await reader.ready()
        assert await reader.count() == 0
        await put(index, article())
        assert await reader.count() == 1
    finally:
        await reader.close()


async def test_without_an_index_a_person_is_told_what_to_do(clean: Settings) -> None:
    reader = open_index(clean)
    try:
        for ask in (reader.ready, reader.count, lambda: reader.search(query("x")), lambda: reader.get(["a"])):
            with pytest.raises(Misconfigured, match="geowire init"):
                await ask()
    finally:
        await reader.close()


async def test_close_twice(index: Index) -> None:
    await index.close()
    await index.close()


async def test_versions_of_one_moment_are_all_kept(index: Index) -> None:
    first = article()
    for number in range(3):
        await put(
            index, first.model_copy(update={"text": f"The ferry sails {number} times."}), key=f"articles/{number}/{{}}"
        )
    found = await index.versions("a")
    assert {version.text for version in found} == {"The ferry sails 0 times.", "The ferry sails 1 times."}


@pytest.mark.parametrize(
    "said",
    [
        "An IO error occurred: 'No space left on device (os error 28)'",
        "An error occurred in a thread: 'An index writer was killed.. A worker thread encountered an error "
        "(io::Error most likely) or panicked.'",
        "Failed to open file for read: 'IoError { io_error: Os { code: 24, message: \"Too many open files\" } }'",
    ],
)
async def test_a_full_disk_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    full = TantivyIndex(tmp_path / "index", write=True)
    await full.init()
    commit = full._commit

    def no_space(*_written: object) -> None:
        raise ValueError(said)

    monkeypatch.setattr(full, "_commit", no_space)
    with pytest.raises(Unavailable, match=re.escape(said)):
        await put(full, article())
    monkeypatch.setattr(full, "_commit", commit)
    assert await put(full, article()) == [Outcome.INDEXED]
    await full.close()


async def test_what_changed_since_a_moment(index: Index) -> None:
    assert await index.watermark() == 0
    await put(index, article("a"), article("b"), article("c", text="A train stops."), key="articles/0/{}")
    then = await index.watermark()
    assert await index.changes(query("ferry"), then) == Changes(new=0, updated=0, kept=2)
    await asyncio.sleep(0.005)  # moments are kept in whole milliseconds
    again = [article("d"), later(article("a"), text="The ferry stays."), later(article("b")), article("e", text="No.")]
    assert await put(index, *again, key="articles/1/{}") == [
        Outcome.INDEXED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.INDEXED,
    ]  # fmt: skip
    assert await index.changes(query("ferry"), then) == Changes(new=1, updated=1, kept=1)
    assert await index.changes(query("*"), then) == Changes(new=2, updated=1, kept=2)
    now = await index.watermark()
    assert now > then
    assert await index.changes(query("*"), now) == Changes(new=0, updated=0, kept=5)


async def test_frequencies_count_articles(index: Index) -> None:
    await put(index, article("a"), article("b", text="Ferries sail. Ferries stay."), article("c", text="A train."))
    assert await index.frequencies(["ferri", "sail", "train", "zyzzyva"]) == {
        "ferri": 2, "sail": 2, "train": 1, "zyzzyva": 0,
    }  # fmt: skip
    assert await index.frequencies([]) == {}


async def test_a_second_writer_and_a_lost_file_need_a_person(tmp_path: Path) -> None:
    first, second = (TantivyIndex(tmp_path / "index", write=True) for _ in range(2))
    await put(first, article())
    with pytest.raises(Misconfigured, match="another process"):
        await second.ready()
    await first.close()
    for segment in (tmp_path / "index").glob("*.store"):
        segment.unlink()
    reader = TantivyIndex(tmp_path / "index")
    with pytest.raises(Misconfigured, match="from a backup"):
        await reader.get(["a"])
