"""What a version of an article says nothing of stands as another version said it, on both engines and in any order."""

from datetime import UTC, date, datetime, timedelta

import pytest

from pipeline.article import DateMention, EnrichedArticle, Source
from pipeline.index import Index, Put
from pipeline.index.inherit import completed
from pipeline.ledger import Outcome

FETCHED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
OUTLET = Source(id="tidewater", name="The Tidewater Post", domain="tidewater-post.example")
TUESDAY = DateMention(
    start=15, end=22, surface="Tuesday", first=date(2026, 11, 17), last=date(2026, 11, 17), precision="day",
    method="rules", confidence=0.9,
)  # fmt: skip


def rich(**more: object) -> EnrichedArticle:
    """What a feed and the page say together."""
    return EnrichedArticle(
        id="a",
        enrichment="1.1",
        url="https://tidewater-post.example/ferry",
        canonical_url="https://tidewater-post.example/ferry",
        title="Ferry sails",
        text="The ferry left Tuesday.",
        language="en",
        source=OUTLET,
        authors=["Nora Quill"],
        published_at=FETCHED - timedelta(hours=2),
        published_offset=120,
        published_from="feed",
        modified_at=FETCHED - timedelta(hours=1),
        section="Ports",
        image_url="https://tidewater-post.example/ferry.jpg",
        rights="Tidewater Media",
        credit="Coast Wire",
        reservation="TDMRep https://tidewater-post.example/tdm",
        metadata_from={"title": "feed", "authors": "jsonld", "published_at": "feed"},
        fetched_at=FETCHED,
        first_seen_at=FETCHED,
        dates=[TUESDAY],
    ).model_copy(update=more)


def bare(hours: int = 1, **more: object) -> EnrichedArticle:
    """The same page, found through a list of addresses: nothing but its words, and so no day for its Tuesday."""
    one = rich()
    at = FETCHED + timedelta(hours=hours)
    said = {
        name: getattr(one, name) for name in ("id", "enrichment", "url", "canonical_url", "title", "text", "language")
    }
    domain = "tidewater-post.example"
    found = EnrichedArticle(**said, source=Source(id=domain, name=domain, domain=domain))
    return found.model_copy(update={"fetched_at": at, "first_seen_at": at, **more})


async def write(index: Index, *puts: tuple[str, EnrichedArticle]) -> list[Outcome]:
    """The outcomes of inputs that come one after the other."""
    return [(await index.put([Put(article, f"articles/0/{key}")]))[0].outcome for key, article in puts]


async def stored(index: Index) -> EnrichedArticle:
    return (await index.get(["a"]))["a"]


async def test_a_silent_version_erases_nothing_and_is_unchanged(index: Index) -> None:
    one, two = ("1", rich()), ("2", bare())
    assert await write(index, one, two) == [Outcome.INDEXED, Outcome.UNCHANGED]
    moved = rich(fetched_at=FETCHED + timedelta(hours=1))
    assert await stored(index) == moved
    assert await write(index, two, one, two) == [Outcome.UNCHANGED, Outcome.INDEXED, Outcome.UNCHANGED]
    assert await stored(index) == moved
    assert await index.versions("a") == []


async def test_the_same_said_elsewhere_is_unchanged(index: Index) -> None:
    places = {"title": "page", "published_at": "meta"}
    said = {"published_at": rich().published_at, "published_offset": 120, "published_from": "meta"}
    two = bare(metadata_from=places).model_copy(update=said)
    assert await write(index, ("1", rich()), ("2", two)) == [Outcome.INDEXED, Outcome.UNCHANGED]
    found = await stored(index)
    assert (found.published_from, found.metadata_from) == ("meta", places | {"authors": "jsonld"})


async def test_a_version_changes_what_it_says_and_leaves_the_rest(index: Index) -> None:
    later = bare(title="The ferry sails again", authors=["Ben Trask"], metadata_from={"title": "page"}, dates=[])
    one, two = ("1", rich()), ("2", later)
    assert await write(index, one, two) == [Outcome.INDEXED, Outcome.UPDATED]
    found = await stored(index)
    assert (found.title, found.authors, found.section) == ("The ferry sails again", ["Ben Trask"], "Ports")
    assert found.metadata_from == {"title": "page", "published_at": "feed"}
    assert found.dates == []  # of other words than the first version's, and read without its day
    assert await write(index, two, one, two) == [Outcome.UPDATED, Outcome.SUPERSEDED, Outcome.UPDATED]
    assert await stored(index) == found
    await index.refresh()
    assert [version.title for version in await index.versions("a")] == ["Ferry sails"]


async def test_an_empty_title_is_no_other_title(index: Index) -> None:
    assert await write(index, ("1", rich()), ("2", bare(title=""))) == [Outcome.INDEXED, Outcome.UNCHANGED]
    assert (await stored(index)).title == "Ferry sails"


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_whichever_comes_first(index: Index, order: tuple[int, int]) -> None:
    puts = [("1", rich()), ("2", bare(text="The ferry left Tuesday, late."))]
    await write(index, *(puts[at] for at in order))
    found = await stored(index)
    assert found == rich(text="The ferry left Tuesday, late.", fetched_at=FETCHED + timedelta(hours=1), dates=[])
    await write(index, *puts, *reversed(puts))
    assert await stored(index) == found


async def test_what_is_superseded_still_says_what_nobody_else_does(index: Index) -> None:
    silent = bare(0, source=OUTLET)
    teaser = rich(text="A ferry.", completeness="teaser", fetched_at=FETCHED + timedelta(hours=1), dates=[])
    assert await write(index, ("1", silent), ("2", teaser), ("2", teaser)) == [
        Outcome.INDEXED, Outcome.SUPERSEDED, Outcome.SUPERSEDED,
    ]  # fmt: skip
    assert await stored(index) == rich(dates=[])
    (result,) = await index.put([Put(rich(text="A", completeness="title"), "articles/0/3")])
    assert (result.outcome, result.reason) == (
        Outcome.SUPERSEDED,
        "only the title of an article whose full text is here",
    )


async def test_the_reason_is_given_where_something_was_added(index: Index) -> None:
    teaser = rich(completeness="teaser", fetched_at=FETCHED + timedelta(hours=3))
    await write(index, ("1", bare()))
    (result,) = await index.put([Put(teaser, "articles/0/2")])
    assert result.reason == "only the teaser of an article whose full text is here"
    assert (await stored(index)).authors == ["Nora Quill"]


def test_the_day_of_an_address_is_no_better_date_than_a_known_one() -> None:
    day = bare(
        published_at=datetime(2026, 11, 20, tzinfo=UTC), published_from="url", metadata_from={"published_at": "url"}
    )
    found = completed(day, rich())
    assert (found.published_at, found.published_from, found.published_offset) == (
        FETCHED - timedelta(hours=2), "feed", 120,
    )  # fmt: skip
    assert found.metadata_from["published_at"] == "feed"
    said = completed(bare(published_at=FETCHED, published_from="meta"), rich())
    assert (said.published_at, said.published_from, said.published_offset) == (FETCHED, "meta", None)


def test_facts_of_the_same_words_are_those_that_were_read_with_the_day() -> None:
    assert completed(bare(), rich()).dates == [TUESDAY]
    assert completed(bare(enrichment="1.2"), rich()).dates == []  # facts of two readings are not mixed
    assert completed(bare(published_at=FETCHED, published_from="meta"), rich()).dates == []


def test_another_outlet_is_not_silence() -> None:
    assert completed(bare(), rich()).source == OUTLET
    other = Source(id="coast", name="Coast Wire", domain="tidewater-post.example")
    assert completed(bare(source=other), rich()).source == other
    elsewhere = Source(id="coast.example", name="coast.example", domain="coast.example")
    assert completed(bare(source=elsewhere), rich()).source == elsewhere


def test_what_is_complete_stays_itself() -> None:
    one = rich()
    assert completed(one, rich(title="Other", authors=["Ben Trask"])) is one
