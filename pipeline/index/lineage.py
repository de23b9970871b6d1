"""Near-duplicates: which articles say the same, who had it first, and how many independent publishers there are.

Two articles are near-duplicates when, within 72 hours of each other, they have most of their runs of three words in
common (shingles.py), most of their numbers and most of their names: a daily notice with other rates, or of another
town, is another notice. What is connected so is a cluster, and it is a cluster of the same members in whatever order
they came. Copies are found by the marks that every article is indexed with (query/marks.py), compared here, and written
with `Index.link`; no article is changed otherwise, and none is left out.

One process at a time does this (pipeline/linking.py). Thresholds: `python -m benchmarks.lineage`, docs/quality.md.
"""

import asyncio
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

from pipeline.article import EnrichedArticle
from pipeline.index import Index, Link, attribution
from pipeline.query.marks import UNLINKED, asked, moment
from pipeline.query.tree import Marked, Term
from pipeline.shingles import resemblance, shingles
from pipeline.text import analyse

APART = timedelta(hours=72)  # between two near-duplicates at most
ALIKE = 0.54  # resemblance from which on two articles are near-duplicates
COPY = 0.8  # resemblance from which on nothing of a text is its publisher's own
SAME_FACTS = 0.5  # of the numbers of the one with fewer more than these stand in both, and of the names
NEAREST, MEMBERS = 100, 500  # articles compared with a new one; members of a cluster that are read
COMPARED = 50  # earlier members that a member is compared with
BATCH = 50  # articles placed at once

TO_PLACE = Marked("unlinked", (UNLINKED,))
_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")
_NAME = re.compile(r"(?<=[^\W_][ ,])\s*([^\W\d_a-zß-öø-ÿ]\w+)")  # a word with a capital that begins no sentence


@dataclass(frozen=True)
class Compared:
    """An article with what is compared of it, made when it is first needed."""

    article: EnrichedArticle

    @cached_property
    def shingles(self) -> frozenset[int]:
        return shingles([token.exact for token in analyse(self.article.text, self.article.language)])

    @cached_property
    def numbers(self) -> set[str]:
        return set(_NUMBER.findall(self.article.text))

    @cached_property
    def names(self) -> set[str]:
        return set(_NAME.findall(self.article.text))

    @cached_property
    def publisher(self) -> str:
        return attribution.publisher(self.article)

    @property
    def order(self) -> tuple[float, float, str]:
        """Who came first: by the time of publication, where that is the same by when it was first seen here."""
        published = moment(self.article)
        return published.timestamp(), (self.article.first_seen_at or published).timestamp(), self.article.id


def near_duplicates(one: Compared, other: Compared) -> bool:
    """Whether two articles say the same."""
    if abs(moment(one.article) - moment(other.article)) > APART:
        return False
    if resemblance(one.shingles, other.shingles) < ALIKE:
        return False
    return _mostly_same(one.numbers, other.numbers) and _mostly_same(one.names, other.names)


def _mostly_same(one: set[str], other: set[str]) -> bool:
    """Whether the one with fewer has most of them in common with the other; of less than two nothing is said."""
    fewer = min(len(one), len(other))
    return fewer < 2 or len(one & other) > SAME_FACTS * fewer


async def link_some(index: Index) -> int:
    """Find the place of some of the articles that have none yet, oldest first, and write it.

    Returns:
        How many articles were looked at; 0 when there are none.
    """
    found = await index.search(TO_PLACE, size=BATCH, sort="oldest")
    new = {hit.article.id: Compared(hit.article) for hit in found.hits}
    if new:
        near = await asyncio.gather(*(_near(index, compared) for compared in new.values()))
        known = {compared.article.id: compared for group in near for compared in group} | new
        pairs = await asyncio.to_thread(_pairs, new, near)
        groups = {known[other].article.cluster for pair in pairs for other in pair}
        groups |= {compared.article.cluster for compared in new.values()}
        members = await _members(index, {group for group in groups if group})
        paired = {key for pair in pairs for key in pair}
        known = members | {key: compared for key, compared in known.items() if key in new or key in paired}
        await index.link(await asyncio.to_thread(_links, known, pairs, set(new)))
    return len(new)


async def loosen(index: Index, clusters: Iterable[str]) -> None:
    """Have the members of clusters looked at again, because one of them was taken out."""
    for cluster in sorted(set(clusters)):
        for compared in (await _members(index, {cluster})).values():
            await index.link([Link(compared.article, None, None, None, 1, copied=False)])


async def _near(index: Index, compared: Compared) -> list[Compared]:
    """Articles that share a mark with this one; those still to be placed find it themselves when it is their turn."""
    terms = await asyncio.to_thread(lambda: asked(compared.article, compared.shingles))
    if not terms:
        return []
    found = await index.search(Marked("band", terms), size=NEAREST, sort="oldest")
    return [Compared(hit.article) for hit in found.hits if hit.article.id != compared.article.id]


def _pairs(new: Mapping[str, Compared], near: Sequence[Sequence[Compared]]) -> set[tuple[str, str]]:
    """The near-duplicates among the articles to place, and of them among those that are placed."""
    pairs = set()
    for compared, others in zip(new.values(), near, strict=True):
        for other in others:
            other = new.get(other.article.id, other)
            if (other.article.id in new or other.article.origin) and near_duplicates(compared, other):
                pairs.add((compared.article.id, other.article.id))
    return pairs


async def _members(index: Index, clusters: set[str]) -> dict[str, Compared]:
    found = await asyncio.gather(
        *(index.search(Term("cluster", one), size=MEMBERS, sort="oldest") for one in sorted(clusters))
    )
    return {hit.article.id: Compared(hit.article) for hits in found for hit in hits.hits}


def _links(known: Mapping[str, Compared], pairs: Iterable[tuple[str, str]], new: set[str]) -> list[Link]:
    """The lineage of every article whose cluster is touched; those whose lineage stays are left to the index."""
    groups = {key: {key} for key in known}

    def join(one: str, other: str) -> None:
        if groups[one] is not groups[other]:
            groups[one] |= groups[other]
            for key in groups[other]:
                groups[key] = groups[one]

    first: dict[str, str] = {}
    for key, compared in known.items():
        if key not in new and compared.article.cluster:
            join(first.setdefault(compared.article.cluster, key), key)
    for one, other in pairs:
        join(one, other)
    distinct = {id(group): group for group in groups.values()}
    return [link for group in distinct.values() for link in cluster([known[key] for key in group])]


def cluster(members: Sequence[Compared]) -> list[Link]:
    """The lineage of near-duplicates.

    The origin is the first of those that others credit, else the first of all. Independent are the publishers less
    those that credit another, and those that repeat an earlier member nearly word for word: ten copies of one report
    are one origin, whether they say so or not.
    """
    ordered = sorted(members, key=lambda compared: compared.order)
    called = {name: compared.publisher for compared in ordered for name in attribution.names(compared.article)}
    credited = [attribution.credited(compared.article, called) for compared in ordered]
    whose = list[str]()
    for at, compared in enumerate(ordered):
        whose.append(credited[at] or _copied_from(compared, ordered[:at], whose) or compared.publisher)
    origin = next((compared for compared in ordered if compared.publisher in credited), ordered[0]).article.id
    return [
        Link(
            compared.article,
            cluster=origin,
            duplicate_of=None if compared.article.id == origin else origin,
            origin=origin,
            origins=len(set(whose)),
            copied=len(ordered) > 1,
        )
        for compared in ordered
    ]


def _copied_from(compared: Compared, earlier: Sequence[Compared], whose: Sequence[str]) -> str | None:
    """Whose report an article is that repeats an earlier one nearly word for word."""
    for before, owner in zip(earlier[:COMPARED], whose, strict=False):
        if resemblance(compared.shingles, before.shingles) >= COPY:
            return owner
    return None
