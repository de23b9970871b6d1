"""A search as people and programs see it: the query's text in; hits with their matching words in context out.

Near-duplicates are folded here: a cluster stands at its best-ranked matching member. Totals count articles.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from difflib import get_close_matches
from typing import Any

from pipeline.article import EnrichedArticle
from pipeline.enrich.gazetteer import lookup, near_names
from pipeline.enrich.known import entity_id
from pipeline.excerpt import Highlight, Mark, Piece, around, cut
from pipeline.index import Facet, Index, Sort
from pipeline.index.fields import DEEPEST
from pipeline.likeness import resolved
from pipeline.query.evaluate import Analysed, highlights
from pipeline.query.events import KEYS, shown
from pipeline.query.grammar import parse
from pipeline.query.printing import to_text
from pipeline.query.terms import ranks
from pipeline.query.tree import And, Everything, Happening, Node, Not, Or, Quoted, Same, Term, Traits
from pipeline.query.why import Reason, reasons

COUNTED = 10_000  # names that are looked through
CLUSTERS = 50_000  # clusters of several that are told apart; both engines give at most 65,000 values
MAX_TRIED = 12  # clauses of a query without results, each left out in turn; and alternatives of a clause
MAX_UNKNOWN = 3  # names of a query that are compared with all those of the archive
_SUGGESTED: dict[str, Facet] = {
    "person": "person",
    "org": "org",
    "place": "place",
    "source": "source",
    "topic": "topic",
}


@dataclass(frozen=True)
class Result:
    """One article found; `folded` near-duplicates of it match, too, and stand behind it. `why` only if asked for."""

    article: EnrichedArticle
    score: float
    highlights: tuple[Highlight, ...] = ()
    folded: int = 0
    why: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Without:
    """What a query without results would find if a clause were left out; `meant` are names that were probably meant."""

    clause: str
    total: int
    query: str
    meant: tuple[str, ...] = ()


@dataclass(frozen=True)
class Found:
    """A page of results: how many articles match, in how many clusters, and if none do, which clause it is."""

    node: Node
    total: int
    clusters: int
    results: list[Result] = field(default_factory=list)
    without: list[Without] = field(default_factory=list)


def read(query: str) -> Node:
    """The tree of a query, relative dates counted from now, places and parties of events looked up by name.

    Raises:
        QueryError: the query does not parse.
    """
    return parse(query, now=datetime.now(UTC), locate=_locate, named=entity_id, spell=near_names)


async def understand(index: Index, query: str) -> Node:
    """The tree of a query, ready to be searched for: with the words of the articles that `similar:` names.

    Raises:
        QueryError: the query does not parse, or names an article that there is not.
    """
    return await resolved(index, read(query), query)


async def find(
    index: Index,
    query: str | Node,
    *,
    size: int = 10,
    offset: int = 0,
    sort: Sort = "relevance",
    fold: bool = True,
    why: bool = False,
) -> Found:
    """A page of the articles that match a query, as text or as `understand` gives it.

    Raises:
        QueryError: the query does not parse.
    """
    node = await understand(index, query) if isinstance(query, str) else query
    (total, kept), copies = await asyncio.gather(
        _ranked(index, node, offset + size, sort, fold=fold), index.aggregate(node, ["cluster"], size=CLUSTERS, least=2)
    )
    shown = kept[offset : offset + size]
    if not total:
        return Found(node, 0, 0, without=await explain_nothing(index, node))
    members = {bucket.value: bucket.count for bucket in copies["cluster"]}
    languages = await index.languages()

    def results() -> list[Result]:
        made = (_result(node, article, score, languages, why=why) for article, score in shown)
        return [replace(one, folded=members.get(one.article.cluster or "", 1) - 1 if fold else 0) for one in made]

    return Found(node, total, total - sum(count - 1 for count in members.values()), await asyncio.to_thread(results))


async def everything(index: Index, node: Node) -> AsyncIterator[Result]:
    """Every article that matches, newest first, unfolded, without a cap."""
    languages = await index.languages()
    async for article in index.scan(node):
        yield await asyncio.to_thread(_result, node, article, 0.0, languages)


async def one_by_one(results: Sequence[Result]) -> AsyncIterator[Result]:
    """Results that are there already, as `everything` gives them."""
    for result in results:
        yield result


async def explain_nothing(index: Index, node: Node) -> list[Without]:
    """Which clause leaves a query without results.

    That is what it finds without each of them, the most first, and which of them nothing has at all, with what of it is
    asked too much of one event, quote or sentence; where each has something and no one stands in the way of all others,
    what each finds alone.
    """
    parts = parts_of(node)
    if len(parts) > MAX_TRIED:  # no sentence helps whoever asks for so much at once
        return []
    archive = _Names(index)
    found, alone = list[Without](), list[Without]()
    for at, part in enumerate(parts):
        rest = joined([*parts[:at], *parts[at + 1 :]])
        total = 0 if isinstance(rest, Everything) else (await index.search(rest, size=0)).total
        own = (await index.search(part, size=0)).total if len(parts) > 1 else 0
        if total or not own:
            found.append(Without(to_text(part), total, to_text(rest), await _meant(archive, part)))
            found += [] if own else [one async for one in _without_a_trait(index, parts, at)]
        else:
            alone.append(Without(to_text(rest), own, to_text(part)))
    return sorted(found or alone, key=lambda one: -one.total)


async def _without_a_trait(index: Index, parts: Sequence[Node], at: int) -> AsyncIterator[Without]:
    """What is found where less is asked of the one event, quote or sentence of a part."""
    for left_out, less in list(_asking_less(parts[at]))[:MAX_TRIED]:
        query = joined([*parts[:at], less, *parts[at + 1 :]])
        if total := (await index.search(query, size=0)).total:
            yield Without(to_text(left_out), total, to_text(query))


def _asking_less(part: Node) -> Iterator[tuple[Node, Node]]:
    """Each single thing that is asked of one event, quote or sentence, and the part without it."""
    match part:
        case Happening((traits,)):
            given = {key: getattr(traits, key) for key in KEYS if getattr(traits, key) is not None}
            for key, value in given.items() if len(given) > 1 else ():
                yield Happening((Traits(**{key: value}),)), Happening((replace(traits, **{key: None}),))
        case Quoted(And(asked)) | Same(And(asked)):
            for at, one in enumerate(asked):
                rest = joined([*asked[:at], *asked[at + 1 :]])
                if isinstance(part, Quoted):
                    yield Quoted(one), Quoted(rest)
                elif isinstance(rest, And):
                    yield one, Same(rest)


def joined(parts: Sequence[Node]) -> Node:
    """Parts of a query together; every article where there are none."""
    if not parts:
        return Everything()
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def parts_of(node: Node) -> tuple[Node, ...]:
    """What a query is bound to as a whole, part by part."""
    if isinstance(node, Everything):
        return ()
    return node.parts if isinstance(node, And) else (node,)


def snippet(hit: Result) -> list[Piece[bool]]:
    """The part of the text with the most matches, matches marked, with dots where the text goes on."""
    text = hit.article.text
    shown = around(text, hit.highlights)
    marks = [Mark(mark.start, mark.end, True) for mark in hit.highlights if mark.field == "text"]
    before = [Piece[bool]("… ")] if shown.start else []
    after = [Piece[bool](" …")] if shown.end < len(text) else []
    return [*before, *cut(text, marks, shown.start, shown.end), *after]


def flat(hit: Result) -> dict[str, Any]:
    """A hit for programs: the article's fields, with the score, the matches and the snippet beside them."""
    marks = [{"field": mark.field, "start": mark.start, "end": mark.end} for mark in hit.highlights]
    shown = around(hit.article.text, hit.highlights)
    found: dict[str, Any] = {
        "score": round(hit.score, 4),
        "highlights": marks,
        "snippet": hit.article.text[shown.start : shown.end],
        "snippet_start": shown.start,
        "folded": hit.folded,
    }
    if hit.why:
        found["why"] = [why_json(reason) for reason in hit.why]
    return hit.article.model_dump(mode="json") | found


def why_json(reason: Reason) -> dict[str, Any]:
    """A reason for programs."""
    spans = [{"field": name, "start": start, "end": end} for name, start, end in reason.spans]
    return {"clause": reason.clause, "surfaces": list(reason.surfaces), "spans": spans}


def nothing_in_words(without: Without) -> str:
    """What would help a query that finds nothing, as a sentence."""
    said = f"{without.total:,} without `{without.clause}`" if without.total else f"nothing has `{without.clause}`"
    return f"{said}; did you mean {' or '.join(f'`{name}`' for name in without.meant)}?" if without.meant else said


def names(article: EnrichedArticle, *types: str) -> list[str]:
    """The names of an article's entities of some types, in its order."""
    return [entity.name for entity in article.entities if entity.type in types]


def _result(
    node: Node, article: EnrichedArticle, score: float, languages: Sequence[str], *, why: bool = False
) -> Result:
    """An article as a result; to be made beside the loop, for a long text takes a third of a second."""
    analysed = Analysed(article)
    marks = tuple(Highlight(*span) for span in highlights(node, analysed, languages=languages))
    return Result(article, score, marks, why=tuple(reasons(node, analysed, languages=languages)) if why else ())


async def _ranked(
    index: Index, node: Node, depth: int, sort: Sort, *, fold: bool
) -> tuple[int, list[tuple[EnrichedArticle, float]]]:
    """The first `depth` results and the number of all; folded, more are read until there are enough clusters."""
    if sort == "relevance" and not ranks(node):
        sort = "newest"  # of articles that match equally well, which are all
    read = min(depth, DEEPEST)
    while True:
        found = await index.search(node, size=read, sort=sort)
        kept: dict[str, tuple[EnrichedArticle, float]] = {}
        for hit in found.hits:
            key = f"cluster {hit.article.cluster}" if fold and hit.article.cluster else hit.article.id
            kept.setdefault(key, (hit.article, hit.score))
        if len(kept) >= depth or len(found.hits) < read or read >= DEEPEST:
            return found.total, list(kept.values())
        read = min(DEEPEST, read * 2)


@dataclass
class _Names:
    """The names in the archive, for one query: read once for each facet, and compared with only a few.

    To compare one with twenty thousand takes about a tenth of a second, so it is done beside the loop.
    """

    index: Index
    left: int = MAX_UNKNOWN
    known: dict[Facet, list[str]] = field(default_factory=dict)

    async def like(self, facets: Sequence[Facet], value: str) -> list[str]:
        """Names that are spelled like one that the archive does not have; none after the first few."""
        for facet in facets:
            if self.left and facet not in self.known:
                buckets = (await self.index.aggregate(Everything(), [facet], size=COUNTED))[facet]
                self.known[facet] = [bucket.value for bucket in reversed(buckets)]
        names = [name for facet in reversed(facets) for name in self.known.get(facet, ())]
        if not self.left or value.casefold() in {name.casefold() for name in names}:
            return []
        self.left -= 1
        return await asyncio.to_thread(_spelled_like, value, names)


async def _meant(archive: _Names, part: Node) -> tuple[str, ...]:
    """Names in the archive that are spelled like one that it does not have."""
    inner = part.part if isinstance(part, Not) else part
    found: list[str] = []
    for one in inner.parts[:MAX_TRIED] if isinstance(inner, Or) else (inner,):
        written = list(_written_names(one))
        if not archive.left or not written or (await archive.index.search(one, size=0)).total:
            continue
        for facets, value in written:
            found += await archive.like(facets, value)
    return tuple(dict.fromkeys(found))


def _spelled_like(value: str, names: Sequence[str]) -> list[str]:
    spelled = {part: name for name in names for part in _parts_of_name(name)}
    return [spelled[name] for name in get_close_matches(value.casefold(), spelled, n=3, cutoff=0.7)]


def _written_names(leaf: Node) -> Iterator[tuple[list[Facet], str]]:
    """The names that a clause asks for, each with the facets that hold such names."""
    match leaf:
        case Term(field, value) if field in _SUGGESTED:
            yield [_SUGGESTED[field]], value
        case Happening(alternatives):
            parties = {party for one in alternatives for party in (one.actor, one.target) if party}
            for party in sorted(party for party in parties if party.startswith("=")):
                yield ["org", "person"], shown(party)


def _parts_of_name(name: str) -> list[str]:
    """What of a name may be written instead of the whole; of a domain its first label, in words."""
    words = name.casefold().replace("-", " ").partition(".")[0]
    return [part for part in (words, *name.casefold().split(), name.casefold()) if len(part) > 3]


def _locate(name: str) -> tuple[float, float] | None:
    """Where the most populous place of a name lies."""
    known = lookup(name)
    return (known[0].lat, known[0].lon) if known else None
