"""The index seam: what the agents and the searchers need of a search engine, and nothing more.

Two engines stand behind it, tantivy.py (embedded) and elastic.py (Elasticsearch). Both index the tokens of text.py,
compile the same query tree, and pass the same contract suite (tests/index/).
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

from pipeline.article import EnrichedArticle
from pipeline.ledger import Outcome
from pipeline.query.tree import Node
from pipeline.settings import Settings

Sort = Literal["relevance", "newest", "oldest", "origins"]
Facet = Literal[
    "source", "country", "focus", "person", "org", "place", "topic", "event", "status", "speaker", "lang", "keyword",
    "dyad", "dyad_type", "point", "happened", "mentions", "cluster",
]  # fmt: skip

Only = str | Sequence[str] | None
"""Which values of a facet are counted: those that match a regular expression, the listed ones, or all."""


@dataclass(frozen=True)
class Put:
    """One article to write, and the ledger key of the input that it came from (`articles/0/17`)."""

    article: EnrichedArticle
    key: str


@dataclass(frozen=True)
class PutResult:
    """What became of one `Put`: indexed, updated, unchanged, superseded, or dead, some with a reason."""

    outcome: Outcome
    reason: str | None = None


@dataclass(frozen=True)
class Hit:
    """One article found, with its score (0 where the sort is by time)."""

    article: EnrichedArticle
    score: float


@dataclass(frozen=True)
class Hits:
    """A page of results and the exact number of all articles that match."""

    total: int
    hits: list[Hit] = field(default_factory=list)


@dataclass(frozen=True)
class Bucket:
    """One value of a facet and the exact number of matching articles that have it."""

    value: str
    count: int


@dataclass(frozen=True)
class Link:
    """The place of an article among its near-duplicates, as found for this text of it (lineage.py)."""

    article: EnrichedArticle  # as it was read
    cluster: str | None
    duplicate_of: str | None
    origin: str | None
    origins: int
    copied: bool


@dataclass(frozen=True)
class Version:
    """An earlier title and text of an article that was updated since."""

    id: str
    fetched_at: datetime
    title: str
    text: str


@dataclass(frozen=True)
class Changes:
    """What became of the articles of a query since a moment: new, written anew, or as they were."""

    new: int
    updated: int
    kept: int


def changes(total: int, new: int, written: int) -> Changes:
    """From the numbers of all, of those first written since, and of those written since."""
    return Changes(new, written - new, total - written)


class Index(Protocol):
    """A search engine. Every method raises Unavailable (wait, try again) or Misconfigured (a person must act)."""

    async def init(self) -> None:
        """Create indices, mappings and aliases where they are missing; safe to repeat."""

    async def ready(self) -> None:
        """Return if the index can be written and searched, else raise Unavailable or Misconfigured with a sentence."""

    async def put(self, batch: Sequence[Put]) -> list[PutResult]:
        """Write articles by read, decide, write; one result for each, in order, once all are durable.

        The order key is (fetched_at in ms, enrichment); see decide.py. A second delivery of the same `key` answers as
        the first did. A document that the engine refuses is `dead`; it never spoils the others.
        """

    async def link(self, links: Sequence[Link]) -> None:
        """Write the lineage of articles; one that is gone, or says something else by now, stays as it is."""

    async def get(self, ids: Sequence[str]) -> dict[str, EnrichedArticle]:
        """The stored articles by id, in real time; missing ones are left out."""

    async def versions(self, article_id: str) -> list[Version]:
        """Earlier titles and texts of an article, newest first."""

    async def search(self, query: Node, *, size: int = 10, offset: int = 0, sort: Sort = "relevance") -> Hits:
        """The articles that match, ranked; ties by id; offset + size at most 1,000."""

    def scan(self, query: Node) -> AsyncIterator[EnrichedArticle]:
        """Every article that matches, newest first, ties by id, no cap; what arrives meanwhile may be missing."""

    async def aggregate(
        self, query: Node, facets: Sequence[Facet], *, size: int = 20, least: int = 1, only: Only = None
    ) -> dict[Facet, list[Bucket]]:
        """For each facet the most frequent values among the matching articles, ties by value.

        Args:
            query: which articles.
            facets: which facets.
            size: how many values of each, at most 65,000, all facets together (Elasticsearch's bound).
            least: values of fewer articles are left out.
            only: the values that are counted, or a regular expression that they must match as a whole: classes, counts
                and dots, nothing else.
        """

    async def tiles(self, query: Node, zoom: int, *, size: int) -> list[Bucket]:
        """The tiles of a zoom with the most matching articles, as quadkeys (query/tiles.py), ties by quadkey."""

    async def histogram(self, query: Node, *, step: int) -> dict[int, int]:
        """How many matching articles were published in each stretch of `step` milliseconds that has any.

        Args:
            query: which articles; those without a date are left out.
            step: the length of a stretch, in milliseconds; one begins with 1970, UTC.
        """

    async def languages(self) -> list[str]:
        """The languages of the articles in the index, sorted."""

    async def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """How many articles have each stem in their text; at most 1,000 stems."""

    async def watermark(self) -> int:
        """When the newest content was written, in milliseconds since 1970, UTC; 0 where there is none."""

    async def changes(self, query: Node, since: int) -> Changes:
        """What became of the matching articles after a moment, in milliseconds since 1970, UTC."""

    async def delete(self, ids: Sequence[str]) -> int:
        """Remove articles and their versions; the number of articles that were there."""

    async def count(self) -> int:
        """The number of articles."""

    async def refresh(self) -> None:
        """Make all writes visible to search and counts now."""

    async def close(self) -> None:
        """Release connections, files and locks."""


def open_index(settings: Settings, *, write: bool = False) -> Index:
    """The index that `settings.index` names; `write` opens the tantivy writer (one process at a time may)."""
    if settings.index_kind == "tantivy":
        from pipeline.index.tantivy import TantivyIndex

        return TantivyIndex(settings.index_path, write=write)
    from pipeline.index.elastic import ElasticIndex

    return ElasticIndex(settings)
