"""Near-duplicates on both engines: found, told apart from templates, the same in whatever order they came."""

import asyncio
import random
from datetime import UTC, datetime, timedelta

from pipeline.article import EnrichedArticle, Source
from pipeline.index import Index, Put
from pipeline.index.lineage import TO_PLACE, link_some, loosen
from pipeline.ledger import Outcome
from pipeline.query.tree import Everything

START = datetime(2026, 11, 20, 8, tzinfo=UTC)
WORDS = [f"word{chr(97 + a)}{chr(97 + b)}" for a in range(20) for b in range(20)]


def body(seed: int = 1, size: int = 120) -> str:
    """A text of invented words, another one for each seed."""
    return " ".join(random.Random(seed).choices(WORDS, k=size)) + "."


def edited(text: str, share: float, seed: int = 3) -> str:
    rng = random.Random(seed)
    return " ".join(rng.choice(WORDS) if rng.random() < share else word for word in text.split())


def article(article_id: str, text: str, *, hours: float = 0, source: str = "", **more: object) -> EnrichedArticle:
    at = START + timedelta(hours=hours)
    given = {"title": f"Report {article_id}", "published_at": at, "fetched_at": at, "language": "en"}
    outlet = Source(id=source or f"outlet-{article_id}", name=source or f"Outlet {article_id}")
    return EnrichedArticle.model_validate(
        {"id": article_id, "enrichment": "1", "text": text, "source": outlet, **given, **more}
    )


async def write(index: Index, *articles: EnrichedArticle) -> None:
    await index.put([Put(one, f"articles/0/{one.id}") for one in articles])


async def placed(index: Index, *articles: EnrichedArticle) -> dict[str, EnrichedArticle]:
    """Everything in the index, once every article has its place."""
    await write(index, *articles)
    await index.refresh()
    while await link_some(index):
        await index.refresh()
    found = await index.search(Everything(), size=1000)
    assert (await index.search(TO_PLACE, size=0)).total == 0
    return {hit.article.id: hit.article for hit in found.hits}


def groups(found: dict[str, EnrichedArticle]) -> list[list[str]]:
    clusters: dict[str | None, list[str]] = {}
    for one in found.values():
        clusters.setdefault(one.cluster, []).append(one.id)
    return sorted(sorted(ids) for ids in clusters.values())


async def test_an_article_by_itself(index: Index) -> None:
    found = (await placed(index, article("a", body()), article("short", "Too short to tell.")))["a"]
    assert (found.cluster, found.duplicate_of, found.origin, found.origins, found.copied) == ("a", None, "a", 1, False)


async def test_copies_are_folded_at_the_first(index: Index) -> None:
    text = body()
    found = await placed(
        index,
        article("late", edited(text, 0.04), hours=5),
        article("first", text),
        article("cut", text[: len(text) * 4 // 5], hours=2),
        article("other", body(2), hours=1),
    )
    assert groups(found) == [["cut", "first", "late"], ["other"]]
    assert {one.duplicate_of for key, one in found.items() if key in ("cut", "late")} == {"first"}
    assert (found["first"].duplicate_of, found["first"].cluster, found["late"].origin) == (None, "first", "first")
    assert found["first"].copied


async def test_of_two_of_the_same_time_the_one_that_was_seen_first_is_the_origin(index: Index) -> None:
    copy = article("a", body(), first_seen_at=START + timedelta(minutes=5))
    first = article("b", body(), first_seen_at=START)
    found = await placed(index, copy, first)
    assert {one.origin for one in found.values()} == {"b"}


async def test_ten_copies_of_one_report_are_one_origin(index: Index) -> None:
    mark = "KYIV, Nov 20 (Reuters) -"
    copies = [article(f"copy{n}", f"{mark} {edited(body(), 0.03, n)}", hours=n) for n in range(1, 11)]
    agency = article("wire", body(), hours=3, source="Reuters")
    found = await placed(index, *copies, agency)
    assert {one.origins for one in found.values()} == {1}
    assert {one.origin for one in found.values()} == {"wire"}
    assert found["copy1"].duplicate_of == "wire"


async def test_a_version_of_ones_own_is_another_origin(index: Index) -> None:
    text = body(size=200)
    found = await placed(
        index,
        article("a", text),
        article("same", text, hours=1),
        article("rewritten", edited(text, 0.06), hours=2),
        article("credits", edited(text, 0.06, 9), hours=3, credit="Outlet a"),
    )
    assert groups(found) == [["a", "credits", "rewritten", "same"]]
    assert found["a"].origins == 2


async def test_a_notice_with_other_numbers_is_another_one(index: Index) -> None:
    def notice(dollar: str, euro: str, day: int) -> str:
        return f"{body(5)} The bank set the dollar at {dollar} and the euro at {euro} for {day} November."

    found = await placed(
        index,
        article("monday", notice("41.20", "45.11", 16)),
        article("tuesday", notice("41.35", "45.02", 17), hours=24),
        article("copy", notice("41.35", "45.02", 17), hours=25),
    )
    assert groups(found) == [["copy", "tuesday"], ["monday"]]


async def test_a_notice_with_other_names_is_another_one(index: Index) -> None:
    notice = (
        "The council of {town} voted on Tuesday to approve a new tidal mill, ending {n} months of talks between"
        " fishermen, shop owners and the county. Work begins in spring and ends before the next season does."
    )
    first, second = (
        article(town.lower(), notice.format(town=town, n=n), source="post")
        for town, n in (("Dunmoor", 11), ("Eastmere", 9))
    )
    copy = article("copy", notice.format(town="Dunmoor", n=11), hours=1)
    assert groups(await placed(index, first, second, copy)) == [["copy", "dunmoor"], ["eastmere"]]


async def test_what_lies_days_apart_is_no_copy(index: Index) -> None:
    found = await placed(index, article("a", body()), article("b", body(), hours=71), article("c", body(), hours=144))
    assert groups(found) == [["a", "b"], ["c"]]


async def test_the_order_of_arrival_changes_nothing(index: Index) -> None:
    text = body(size=200)
    chain = [article(f"{n}", edited(text, 0.03, n), hours=n) for n in range(6)]
    strangers = [article(f"s{n}", body(50 + n), hours=n) for n in range(3)]
    random.Random(4).shuffle(chain)
    for one in [*chain[:3], *strangers, *chain[3:]]:
        found = await placed(index, one)
    assert groups(found) == [[f"{n}" for n in range(6)], ["s0"], ["s1"], ["s2"]]
    assert {found[f"{n}"].origin for n in range(6)} == {"0"}


async def test_a_rewrite_keeps_its_place_and_another_text_looks_for_one(index: Index) -> None:
    text = body()
    await placed(index, article("a", text), article("b", text, hours=1))
    later = datetime(2026, 11, 21, tzinfo=UTC)
    again = article("b", text, hours=1, fetched_at=later, title="Another headline")
    await write(index, again)
    stored = (await index.get(["b"]))["b"]
    assert (stored.title, stored.cluster, stored.origin) == ("Another headline", "a", "a")
    found = await placed(index, article("b", body(9), hours=1, fetched_at=later + timedelta(hours=1)))
    assert groups(found) == [["a"], ["b"]]
    assert not found["a"].copied


async def test_who_is_left_when_the_first_is_taken_out(index: Index) -> None:
    text = body()
    await placed(index, *(article(key, text, hours=at) for at, key in enumerate(("a", "b", "c"))))
    await index.delete(["a"])
    await index.refresh()
    await loosen(index, ["a"])
    found = await placed(index)
    assert groups(found) == [["b", "c"]]
    assert found["c"].duplicate_of == "b"


async def test_an_article_that_changes_meanwhile_stays_to_be_placed(index: Index) -> None:
    """What was found for the text before is not written to the new one."""
    one = article("a", body())
    await write(index, one)
    await index.refresh()
    results = await asyncio.gather(
        link_some(index), index.put([Put(article("a", body(2), fetched_at=START + timedelta(days=1)), "articles/0/9")])
    )
    assert results[1][0].outcome is Outcome.UPDATED
    found = await placed(index)
    assert found["a"].text == body(2)
    assert found["a"].origin == "a"


async def test_more_than_are_placed_at_once(index: Index) -> None:
    pairs = [article(f"{n}{key}", body(1000 + n), hours=n / 10) for n in range(60) for key in "ab"]
    found = await placed(index, *pairs)
    assert groups(found) == sorted([f"{n}a", f"{n}b"] for n in range(60))
