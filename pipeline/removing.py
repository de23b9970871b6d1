"""Taking articles out for good: what the index agent does with tombstones, and with what they keep out.

A tombstone is first remembered in the state, then applied to the index. An article that comes later, from a replay, a
feed or `dead retry`, is looked up there and not written. Everything is looked up once more after it was written,
because another worker may have remembered a source's tombstone in between.
"""

from collections.abc import Iterable, Sequence

from pipeline import stages
from pipeline.article import EnrichedArticle
from pipeline.index import Index
from pipeline.index.lineage import loosen
from pipeline.ledger import LedgerRow, Outcome
from pipeline.query.tree import Term
from pipeline.stages import Delivery, Watch
from pipeline.state import State
from pipeline.tombstone import Tombstone

PAGE = 1000  # articles of a source that are removed at once


def rows_of(delivery: Delivery, stone: Tombstone) -> list[LedgerRow]:
    """The ledger rows of a tombstone."""
    rows = stages.rows(delivery, Outcome.DELETED, None, None)
    named = {"article_id": stone.id} if stone.tombstone == "article" else {"source": stone.id}
    return [row.model_copy(update=named) for row in rows]


async def remember(state: State, stones: Sequence[Tombstone], watch: Watch) -> None:
    """Remember tombstones."""
    if stones:
        await stages.until_done(lambda: state.bury(stones), watch, "state")


async def sift(
    state: State, good: Sequence[tuple[Delivery, EnrichedArticle]], watch: Watch
) -> tuple[list[tuple[Delivery, EnrichedArticle]], list[tuple[Delivery, EnrichedArticle]]]:
    """What may be written, and what was taken out."""
    gone = await _gone(state, [article for _, article in good], watch)
    kept = [pair for pair in good if pair[1].id not in gone]
    return kept, [pair for pair in good if pair[1].id in gone]


async def remove(
    index: Index, state: State, watch: Watch, stones: Sequence[Tombstone], written: Sequence[EnrichedArticle]
) -> None:
    """Apply tombstones to the index, and take out again what was written while another worker remembered one."""
    ids = {stone.id for stone in stones if stone.tombstone == "article"}
    ids |= await _gone(state, written, watch)
    if ids:
        await stages.until_done(lambda: _delete(index, sorted(ids)), watch, "index")
    for stone in stones:
        if stone.tombstone == "source":
            await _remove_source(index, watch, stone.id)


async def _delete(index: Index, ids: Sequence[str]) -> int:
    """Remove articles; what was told of their near-duplicates is looked at again."""
    if not ids:
        return 0
    copied = {one.cluster for one in (await index.get(ids)).values() if one.copied and one.cluster}
    removed = await index.delete(ids)
    await index.refresh()
    await loosen(index, copied)
    return removed


async def _gone(state: State, articles: Iterable[EnrichedArticle], watch: Watch) -> set[str]:
    """The ids of the articles that were taken out, or whose source was."""
    names = {article.id: (f"article:{article.id}", f"source:{article.source.id}") for article in articles}
    asked = sorted({name for pair in names.values() for name in pair})
    if not asked:
        return set()
    buried = await stages.until_done(lambda: state.buried(asked), watch, "state")
    return {article_id for article_id, pair in names.items() if buried.intersection(pair)}


async def _remove_source(index: Index, watch: Watch, source: str) -> None:
    """Remove what the index has of a source, page by page; outlets that are only named alike stay."""

    async def page() -> int:
        await index.refresh()
        found = await index.search(Term("source", source), size=PAGE, sort="oldest")
        ids = [hit.article.id for hit in found.hits if hit.article.source.id == source]
        return await _delete(index, ids)

    while await stages.until_done(page, watch, "index"):
        pass
