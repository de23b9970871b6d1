"""The embedded index: tantivy, in a folder. Owns `index/` and, within it, `versions/`.

One process at a time may write (tantivy's own lock): the index agent. Others read, and see each commit when they ask
next. A put returns after its commit is on disk. The articles before an update go to `versions/` first, under an id of
their own, so that a crash between the two commits leaves nothing out and a second delivery nothing twice.
"""

import asyncio
import re
import threading
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import orjson
import tantivy

from pipeline.article import EnrichedArticle
from pipeline.errors import RESTORE, Misconfigured, Unavailable
from pipeline.index import Bucket, Changes, Facet, Hit, Hits, Link, Only, Put, PutResult, Sort, Version, changes
from pipeline.index.compile_tantivy import compile_query
from pipeline.index.decide import Stored, decide, relinked, version_key
from pipeline.index.fields import DEEPEST, FACET_BUCKETS, FACETS, TILES
from pipeline.index.tantivy_documents import document, schema, stored_of, version_document, version_schema
from pipeline.index.tantivy_order import ranked, ties_together
from pipeline.query.tiles import numbered
from pipeline.query.tree import Everything, Node

T = TypeVar("T")

# tantivy raises ValueError for these too
_OF_RIGHTS = re.compile(r"permission ?denied|read-?only ?file ?system", re.IGNORECASE)
_OF_THE_DISK = re.compile(r"os error|io(?:::| )?error|no space left", re.IGNORECASE)
_OF_A_LOST_FILE = re.compile(r"not ?found|no such file", re.IGNORECASE)
KEPT = 100  # counts and compiled queries of one commit
HEAP = 64 * 1024 * 1024  # bytes of the writer's buffer


@dataclass(frozen=True)
class Commit:
    """What a commit left to read: a searcher, and the languages of its articles; `stamp` tells it from others."""

    stamp: tuple[int, int, int]
    schema: Any
    searcher: Any
    languages: list[str]
    counted: dict[tuple[Node, str], Any] = field(default_factory=dict)
    queries: dict[Node, Any] = field(default_factory=dict)

    def compiled(self, query: Node) -> Any:
        """A query for the searcher, kept until the next commit: a page asks ten things of the same one."""
        return _kept(self.queries, query, lambda: compile_query(query, self.schema, self.languages))


class TantivyIndex:
    """The index seam on tantivy.

    Args:
        path: the folder.
        write: whether this process is the one that writes.
    """

    def __init__(self, path: Path, *, write: bool = False) -> None:
        self._path, self._write = path, write
        self._opened: tuple[Any, Any] | None = None
        self._writers: tuple[Any, Any] | None = None
        self._seen: Commit | None = None
        self._turn = threading.Lock()  # two threads must not read, decide and write at once

    async def init(self) -> None:
        """As the seam says."""
        await self._run(lambda: self._indices(create=True))

    async def ready(self) -> None:
        """As the seam says."""
        await self._run(lambda: self._open_writers() if self._write else self._indices())

    async def put(self, batch: Sequence[Put]) -> list[PutResult]:
        """As the seam says."""
        return await self._run(lambda: self._put(batch)) if batch else []

    async def link(self, links: Sequence[Link]) -> None:
        """As the seam says."""
        if links:
            await self._run(lambda: self._link(links))

    async def get(self, ids: Sequence[str]) -> dict[str, EnrichedArticle]:
        """As the seam says."""
        return {key: stored.article for key, stored in (await self._run(lambda: self._stored(ids))).items()}

    async def versions(self, article_id: str) -> list[Version]:
        """As the seam says."""

        def find() -> list[Version]:
            index = self._indices()[1]
            index.reload()
            searcher = index.searcher()
            query = tantivy.Query.term_query(index.schema, "article", article_id)
            found = searcher.search(query, limit=DEEPEST).hits
            raw = [orjson.loads(bytes(searcher.doc(address)["record"][0])) for _, address in found]
            versions = [
                Version(**record | {"fetched_at": datetime.fromisoformat(record["fetched_at"])}) for record in raw
            ]
            return sorted(versions, key=lambda version: version.fetched_at, reverse=True)

        return await self._run(find)

    async def search(self, query: Node, *, size: int = 10, offset: int = 0, sort: Sort = "relevance") -> Hits:
        """As the seam says."""
        return await self._run(lambda: self._search(query, min(offset + size, DEEPEST), offset, sort))

    async def scan(self, query: Node) -> AsyncIterator[EnrichedArticle]:
        """As the seam says: the addresses are taken at once, the articles read in batches."""

        def find() -> tuple[Any, list[tuple[int, Any]]]:
            seen = self._newest()
            most = max(1, int(seen.searcher.num_docs))
            order: dict[str, Any] = {"order_by_field": "sort_ms", "order": tantivy.Order.Desc}
            return seen.searcher, seen.searcher.search(seen.compiled(query), limit=most, count=False, **order).hits

        searcher, hits = await self._run(find)
        for batch in ties_together(hits):

            def read(batch: Sequence[tuple[int, Any]] = batch) -> list[EnrichedArticle]:
                found = [(-key, stored_of(searcher.doc(address)).article) for key, address in batch]
                return [article for _, article in sorted(found, key=lambda one: (one[0], one[1].id))]

            for article in await self._run(read):
                yield article

    async def aggregate(
        self, query: Node, facets: Sequence[Facet], *, size: int = 20, least: int = 1, only: Only = None
    ) -> dict[Facet, list[Bucket]]:
        """As the seam says."""
        most = max(size, FACET_BUCKETS)
        options: dict[str, Any] = {"size": most, "segment_size": most, "min_doc_count": least}
        if only:
            options["include"] = only
        wanted = {name: {"terms": {"field": FACETS[name], **options}} for name in facets}
        found = await self._run(lambda: self._aggregate(query, wanted)) if wanted else {}
        return {name: _buckets(found[name], size) for name in facets}

    async def tiles(self, query: Node, zoom: int, *, size: int) -> list[Bucket]:
        """As the seam says."""
        options = {"size": FACET_BUCKETS, "segment_size": FACET_BUCKETS, "min_doc_count": 1}
        wanted = {"tiles": {"terms": {"field": TILES[zoom - 1], **options}}}
        found = await self._run(lambda: self._aggregate(query, wanted))
        return _buckets(found["tiles"], size, lambda key: numbered(int(key), zoom))

    async def histogram(self, query: Node, *, step: int) -> dict[int, int]:
        """As the seam says."""
        wanted = {"field": "published_ms", "interval": step, "min_doc_count": 1}
        found = await self._run(lambda: self._aggregate(query, {"times": {"histogram": wanted}}))
        return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in found["times"]["buckets"]}

    async def languages(self) -> list[str]:
        """As the seam says."""
        return (await self._run(self._newest)).languages

    async def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """As the seam says."""

        def count() -> dict[str, int]:
            seen = self._newest()
            queries = {stem: tantivy.Query.term_query(seen.schema, "text_stem", stem) for stem in stems}
            return {stem: int(seen.searcher.search(query, limit=1).count) for stem, query in queries.items()}

        return await self._run(count)

    async def watermark(self) -> int:
        """As the seam says."""
        found = await self._run(lambda: self._aggregate(Everything(), {"newest": {"max": {"field": "written_ms"}}}))
        return int(found["newest"]["value"] or 0)

    async def changes(self, query: Node, since: int) -> Changes:
        """As the seam says."""

        def count() -> Changes:
            seen = self._newest()
            compiled = seen.compiled(query)

            def matching(name: str | None) -> int:
                wanted = [(tantivy.Occur.Must, compiled)]
                if name:
                    after = tantivy.Query.range_query(seen.schema, name, tantivy.FieldType.Integer, since + 1, None)
                    wanted.append((tantivy.Occur.Must, after))
                return int(seen.searcher.search(tantivy.Query.boolean_query(wanted), limit=1).count)

            return changes(*map(matching, (None, "indexed_ms", "written_ms")))

        return await self._run(count)

    async def delete(self, ids: Sequence[str]) -> int:
        """As the seam says."""

        def remove() -> int:
            with self._turn:
                there = len(self._stored(ids))
                articles, versions = self._open_writers()
                for article_id in ids:
                    articles.delete_documents_by_term("id", article_id)
                    versions.delete_documents_by_term("article", article_id)
                versions.commit()
                articles.commit()
                return there

        return await self._run(remove)

    async def count(self) -> int:
        """As the seam says."""
        return await self._run(lambda: int(self._newest().searcher.num_docs))

    async def refresh(self) -> None:
        """As the seam says; every read looks for new commits by itself."""

    async def close(self) -> None:
        """As the seam says."""
        if self._writers is not None:
            for writer in self._writers:
                await self._run(writer.wait_merging_threads)
        self._writers = self._opened = self._seen = None

    def _put(self, batch: Sequence[Put]) -> list[PutResult]:
        results, written, retired = [], dict[str, Stored](), list[EnrichedArticle]()
        with self._turn:
            stored: dict[str, Stored] = dict(self._stored({put.article.id for put in batch}))
            for put in batch:
                decision = decide(stored.get(put.article.id), put)
                if decision.write is not None:
                    stored[put.article.id] = written[put.article.id] = decision.write
                if decision.retired is not None:
                    retired.append(decision.retired)
                results.append(PutResult(decision.outcome, decision.reason))
            if written:
                self._commit(written, retired)
        return results

    def _link(self, links: Sequence[Link]) -> None:
        with self._turn:
            stored = self._stored({link.article.id for link in links})
            found = {link.article.id: link for link in links if link.article.id in stored}
            decided = {key: relinked(stored[key], link) for key, link in found.items()}
            if written := {key: new for key, new in decided.items() if new is not None}:
                self._commit(written, ())

    def _commit(self, written: dict[str, Stored], retired: Sequence[EnrichedArticle]) -> None:
        articles, versions = self._open_writers()
        for article in retired:
            key = version_key(article)
            versions.delete_documents_by_term("key", key)
            versions.add_document(version_document(key, article))
        if retired:
            versions.commit()
        for key, stored in written.items():
            articles.delete_documents_by_term("id", key)
            articles.add_document(document(stored))
        articles.commit()

    def _aggregate(self, query: Node, wanted: Mapping[Any, Any]) -> Any:
        """Counts, kept until the next commit: the same first page is asked for again and again."""
        seen = self._newest()
        key = (query, repr(sorted(wanted.items())))
        return _kept(seen.counted, key, lambda: seen.searcher.aggregate(seen.compiled(query), dict(wanted)))

    def _search(self, node: Node, depth: int, offset: int, sort: Sort) -> Hits:
        seen = self._newest()
        shown, total = ranked(seen.searcher, seen.schema, seen.compiled(node), depth, sort)
        hits = []
        for score, address in shown[offset:depth]:
            article = stored_of(seen.searcher.doc(address)).article
            hits.append(Hit(article, score if sort == "relevance" else 0.0))
        return Hits(total, hits)

    def _stored(self, ids: Sequence[str] | set[str]) -> dict[str, Stored]:
        seen = self._newest()
        searcher, found = seen.searcher, {}
        for article_id in ids:
            query = tantivy.Query.term_query(seen.schema, "id", article_id)
            for _, address in searcher.search(query, limit=1, count=False).hits:
                found[article_id] = stored_of(searcher.doc(address))
        return found

    def _newest(self) -> Commit:
        """What is there to read by now; opened anew only where there was a commit, each of which writes `meta.json`."""
        index = self._indices()[0]
        status = (self._path / "meta.json").stat()
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if self._seen is None or self._seen.stamp != stamp:
            index.reload()
            searcher = index.searcher()
            self._seen = Commit(stamp, index.schema, searcher, _languages(searcher))
        return self._seen

    def _indices(self, *, create: bool = False) -> tuple[Any, Any]:
        if self._opened is None:
            folder = self._path / "versions"
            if create or self._write:
                folder.mkdir(parents=True, exist_ok=True)
            elif not folder.is_dir():
                raise Misconfigured(f"no index in {self._path}; run: geowire init (or geowire demo)")
            self._opened = (
                tantivy.Index(schema(), path=str(self._path)),
                tantivy.Index(version_schema(), path=str(folder)),
            )
        return self._opened

    def _open_writers(self) -> tuple[Any, Any]:
        if not self._write:
            raise Misconfigured(f"{self._path} was opened for reading")
        if self._writers is None:
            articles, versions = self._indices()
            try:
                self._writers = (articles.writer(HEAP, 1), versions.writer(HEAP, 1))
            except ValueError as exc:
                if "LockBusy" not in str(exc):
                    raise
                raise Misconfigured(
                    f"another process writes {self._path} already, and one at a time may; stop the other worker ({exc})"
                ) from None
        return self._writers

    async def _run(self, work: Callable[[], T]) -> T:
        """Run off the event loop; errors of the disk are waited for, those of the index need a person."""
        try:
            return await asyncio.to_thread(work)
        except (OSError, ValueError) as exc:
            said = str(exc)
            if _OF_RIGHTS.search(said):
                raise Misconfigured(f"{self._path}: {said}; give this user the right to write there") from exc
            if _OF_A_LOST_FILE.search(said) or not (isinstance(exc, OSError) or _OF_THE_DISK.search(said)):
                raise Misconfigured(f"the index in {self._path} can't be used ({said}); {RESTORE}") from exc
            self._writers = self._opened = self._seen = None  # a writer that failed stays so
            raise Unavailable(f"{self._path}: {said}") from exc


def _kept(kept: dict[Any, Any], key: Any, make: Callable[[], Any]) -> Any:
    """What was made for a key before, or made now; several threads may ask at once."""
    found = kept.get(key)
    if found is None:
        found = make()
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = found
    return found


def _languages(searcher: Any) -> list[str]:
    wanted = {"lang": {"terms": {"field": "lang", "size": FACET_BUCKETS}}}
    found = searcher.aggregate(tantivy.Query.all_query(), wanted)
    return sorted(bucket["key"] for bucket in found["lang"]["buckets"])


def _buckets(found: Any, size: int, value: Callable[[Any], str] = str) -> list[Bucket]:
    buckets = [Bucket(value(bucket["key"]), int(bucket["doc_count"])) for bucket in found["buckets"]]
    return sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value))[:size]
