"""The index in Elasticsearch 8.19 or 9: `articles-v1` and `versions-v1`, each behind its alias.

Several processes may write at once: every write names the state of the document that it was decided on (`if_seq_no`,
or `create`), and a conflict means read and decide again. The version before an update is written first, under an id of
its own, so that a crash between the two leaves nothing out and a second delivery nothing twice.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, AsyncElasticsearch

from pipeline.article import EnrichedArticle
from pipeline.elastic_client import ADVICE, CONFLICT, answered, connect, fault
from pipeline.errors import Misconfigured, Unavailable
from pipeline.index import Bucket, Changes, Facet, Hit, Hits, Link, Only, Put, PutResult, Sort, Version, changes
from pipeline.index import elastic_counts as counts
from pipeline.index.compile_elastic import compile_query
from pipeline.index.decide import Decision, Stored, decide, relinked
from pipeline.index.elastic_bulk import MAX_ID, Step, bulks, usable
from pipeline.index.elastic_documents import READ, definitions, document, stored, version, version_document
from pipeline.index.fields import DEEPEST, FACET_BUCKETS, FACETS, TILES
from pipeline.ledger import Outcome
from pipeline.query.tiles import numbered
from pipeline.query.tree import Node
from pipeline.settings import Settings

ARTICLES, VERSIONS = "articles", "versions"
ROUNDS = 8  # how often a put is decided again because another writer came first
MAX_REASON = 400  # characters of a server's sentence: some quote the whole value
SEEN = 1.0  # seconds; Elasticsearch's own refresh interval
PATIENCE = 10.0  # seconds of a search or a count; writes have the client's own limit
SHARD_WAIT = "20s"  # of the server for a shard; below the client's own limit
REFUSED = {"mapper_parsing_exception", "document_parsing_exception", "parsing_exception", "illegal_argument_exception"}
SORTS: dict[Sort, list[dict[str, str]]] = {
    "relevance": [{"_score": "desc"}, {"id": "asc"}],
    "newest": [{"sort_ms": "desc"}, {"id": "asc"}],
    "oldest": [{"sort_ms": "asc"}, {"id": "asc"}],
    "origins": [{"origins_ms": "desc"}, {"id": "asc"}],
}


@dataclass(frozen=True)
class Held:
    """An article as it stands in Elasticsearch, and the state of its document that a write must name."""

    stored: Stored
    state: dict[str, int]


class ElasticIndex:
    """The index seam on Elasticsearch; the connection is made with the first request.

    Args:
        settings: where it is, and as whom.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._connected: AsyncElasticsearch | None = None
        self._spoken: tuple[float, list[str]] | None = None

    async def init(self) -> None:
        """As the seam says."""
        async with answered(self._settings):
            for alias, definition in definitions().items():
                await self._create(alias, definition)

    async def ready(self) -> None:
        """As the seam says."""
        names = [ARTICLES, VERSIONS]
        async with answered(self._settings):
            if not await self._client.indices.exists_alias(name=names):
                raise Misconfigured(f"no index {' and '.join(names)} at {self._settings.index}; run: geowire init")
            await self._client.cluster.health(index=names, wait_for_status="yellow", timeout="5s")

    async def put(self, batch: Sequence[Put]) -> list[PutResult]:
        """As the seam says. Several puts of one article are written one after the other."""
        results: dict[int, PutResult] = {}
        waiting = dict(enumerate(batch))
        async with answered(self._settings):
            while waiting:
                first = {put.article.id: at for at, put in reversed(waiting.items())}
                wave = {article_id: waiting.pop(at) for article_id, at in sorted(first.items(), key=lambda one: one[1])}
                written = await self._put(wave)
                results |= {first[article_id]: result for article_id, result in written.items()}
        return [results[at] for at in range(len(batch))]

    async def link(self, links: Sequence[Link]) -> None:
        """As the seam says."""
        waiting = {link.article.id: link for link in links}
        async with answered(self._settings):
            for _ in range(ROUNDS):
                held = await self._held(list(waiting))
                new = {key: relinked(one.stored, waiting[key]) for key, one in held.items()}
                waiting = await self._link({key: one for key, one in new.items() if one is not None}, held, waiting)
                if not waiting:
                    return
            raise Unavailable(f"other writers change the same articles at {self._settings.index} all the time")

    async def get(self, ids: Sequence[str]) -> dict[str, EnrichedArticle]:
        """As the seam says."""
        async with answered(self._settings):
            return {key: held.stored.article for key, held in (await self._held(ids)).items()}

    async def versions(self, article_id: str) -> list[Version]:
        """As the seam says."""
        async with answered(self._settings):
            found = await self._reader.search(
                index=VERSIONS,
                query={"term": {"article": article_id}},
                sort=[{"fetched_at": "desc"}],
                size=DEEPEST,
                allow_partial_search_results=False,
            )
        return [version(hit["_source"]) for hit in found["hits"]["hits"]]

    async def search(self, query: Node, *, size: int = 10, offset: int = 0, sort: Sort = "relevance") -> Hits:
        """As the seam says."""
        shown = max(0, min(offset + size, DEEPEST) - offset)
        async with answered(self._settings):
            found = await self._reader.search(
                index=ARTICLES,
                query=compile_query(query, await self._languages()),
                size=shown,
                from_=offset if shown else 0,
                sort=SORTS[sort],
                search_type="dfs_query_then_fetch",
                track_total_hits=True,
                source_includes=READ,
                allow_partial_search_results=False,
            )

        def read() -> list[Hit]:
            return [Hit(stored(hit["_source"]).article, float(hit["_score"] or 0.0)) for hit in found["hits"]["hits"]]

        return Hits(int(found["hits"]["total"]["value"]), await asyncio.to_thread(read))

    async def scan(self, query: Node) -> AsyncIterator[EnrichedArticle]:
        """As the seam says: page after page, each from where the one before ended."""
        async with answered(self._settings):
            compiled = compile_query(query, await self._languages())
            async for source in counts.pages(self._client, ARTICLES, compiled, SORTS["newest"], READ):
                yield stored(source).article

    async def aggregate(
        self, query: Node, facets: Sequence[Facet], *, size: int = 20, least: int = 1, only: Only = None
    ) -> dict[Facet, list[Bucket]]:
        """As the seam says."""
        if not facets:
            return {}
        wanted = {name: FACETS[name] for name in facets}
        async with answered(self._settings):
            compiled = compile_query(query, await self._languages())
            found = await counts.terms(self._reader, ARTICLES, compiled, wanted, size, least, only)
        return {name: [Bucket(str(one["key"]), int(one["doc_count"])) for one in found[name]] for name in facets}

    async def tiles(self, query: Node, zoom: int, *, size: int) -> list[Bucket]:
        """As the seam says."""
        async with answered(self._settings):
            compiled = compile_query(query, await self._languages())
            found = await counts.terms(self._reader, ARTICLES, compiled, {"tiles": TILES[zoom - 1]}, size)
        return [Bucket(numbered(int(one["key"]), zoom), int(one["doc_count"])) for one in found["tiles"]]

    async def histogram(self, query: Node, *, step: int) -> dict[int, int]:
        """As the seam says."""
        async with answered(self._settings):
            compiled = compile_query(query, await self._languages())
            return await counts.histogram(self._reader, ARTICLES, compiled, step)

    async def languages(self) -> list[str]:
        """As the seam says."""
        async with answered(self._settings):
            return await self._languages()

    async def frequencies(self, stems: Sequence[str]) -> dict[str, int]:
        """As the seam says."""
        async with answered(self._settings):
            wanted = {stem: {"term": {"text_stem": stem}} for stem in stems}
            return (await counts.filtered(self._reader, ARTICLES, {"match_all": {}}, wanted))[1] if stems else {}

    async def watermark(self) -> int:
        """As the seam says."""
        async with answered(self._settings):
            return await counts.newest(self._reader, ARTICLES, "written_ms")

    async def changes(self, query: Node, since: int) -> Changes:
        """As the seam says."""
        async with answered(self._settings):
            compiled = compile_query(query, await self._languages())
            wanted = {name: {"range": {name: {"gt": since}}} for name in ("indexed_ms", "written_ms")}
            total, found = await counts.filtered(self._reader, ARTICLES, compiled, wanted)
        return changes(total, found["indexed_ms"], found["written_ms"])

    async def delete(self, ids: Sequence[str]) -> int:
        """As the seam says."""
        if not ids:
            return 0
        async with answered(self._settings):
            await self._client.indices.refresh(index=VERSIONS)
            for article_id in dict.fromkeys(ids):
                await self._delete_versions(article_id)
            steps = [Step("delete", ARTICLES, article_id) for article_id in dict.fromkeys(ids) if usable(article_id)]
            items = await self._bulk(steps)
            for item in items:
                if item["status"] >= 300 and item["status"] != 404:
                    raise self._fault(item)
        return sum(item["status"] < 300 for item in items)

    async def count(self) -> int:
        """As the seam says."""
        async with answered(self._settings):
            return int((await self._reader.count(index=ARTICLES))["count"])

    async def refresh(self) -> None:
        """As the seam says."""
        async with answered(self._settings):
            await self._client.indices.refresh(index=[ARTICLES, VERSIONS])
        self._spoken = None

    async def close(self) -> None:
        """As the seam says."""
        connected, self._connected = self._connected, None
        if connected is not None:
            await connected.close()

    @property
    def _client(self) -> AsyncElasticsearch:
        if self._connected is None:
            self._connected = connect(self._settings)
        return self._connected

    @property
    def _reader(self) -> AsyncElasticsearch:
        """For what somebody waits for before a screen."""
        return self._client.options(request_timeout=PATIENCE)

    async def _create(self, alias: str, definition: Mapping[str, Any]) -> None:
        """Create an index behind its alias, or add to an existing one what its mapping has not got yet."""
        name, indices = f"{alias}-v1", self._client.indices
        if not await indices.exists_alias(name=alias):
            shards = {"number_of_shards": self._settings.shards}
            try:
                await indices.create(
                    index=name,
                    settings=definition["settings"] | shards,
                    mappings=definition["mappings"],
                    aliases={alias: {"is_write_index": True}},
                )
                return
            except ApiError as exc:
                if exc.error != "resource_already_exists_exception":
                    raise
            await indices.put_alias(index=name, name=alias, is_write_index=True)
        await indices.put_mapping(index=alias, **definition["mappings"])

    async def _put(self, puts: Mapping[str, Put]) -> dict[str, PutResult]:
        """Write one put for each id."""
        too_long = PutResult(Outcome.DEAD, f"an id of more than {MAX_ID} bytes")
        results = {key: too_long for key in puts if not usable(key)}
        for _ in range(ROUNDS):
            left = {key: put for key, put in puts.items() if key not in results}
            held = await self._held(list(left))
            decisions = {key: decide(held[key].stored if key in held else None, put) for key, put in left.items()}
            results |= {key: PutResult(one.outcome, one.reason) for key, one in decisions.items() if one.write is None}
            results |= await self._write({key: one for key, one in decisions.items() if one.write}, held)
            if len(results) == len(puts):
                return results
        raise Unavailable(f"other writers change the same articles at {self._settings.index} all the time")

    async def _write(self, decisions: Mapping[str, Decision], held: Mapping[str, Held]) -> dict[str, PutResult]:
        """Write what was decided; what another writer changed meanwhile is left out of the answer."""
        retired = [version_document(one.retired) for one in decisions.values() if one.retired]
        for item in await self._bulk([Step("index", VERSIONS, key, body) for key, body in retired]):
            if item["status"] >= 300:
                raise self._fault(item)

        def steps() -> Iterator[Step]:
            for key, decision in decisions.items():
                assert decision.write is not None
                state = held[key].state if key in held else None
                yield Step("index" if state else "create", ARTICLES, key, document(decision.write), state)

        results = {}
        items = await self._bulk(await asyncio.to_thread(lambda: list(steps())))
        for (key, decision), item in zip(decisions.items(), items, strict=True):
            if item["status"] < 300:
                results[key] = PutResult(decision.outcome, decision.reason)
            elif item["error"]["type"] in REFUSED and "no write index" not in item["error"]["reason"]:
                results[key] = PutResult(Outcome.DEAD, f"Elasticsearch refuses it: {_reason(item['error'])}")
            elif item["status"] != CONFLICT:
                raise self._fault(item)
        return results

    async def _link(
        self, new: Mapping[str, Stored], held: Mapping[str, Held], links: Mapping[str, Link]
    ) -> dict[str, Link]:
        """Write articles with their lineage; the links of those that another writer changed meanwhile."""

        def steps() -> list[Step]:
            return [Step("index", ARTICLES, key, document(one), held[key].state) for key, one in new.items()]

        again = {}
        for key, item in zip(new, await self._bulk(await asyncio.to_thread(steps)), strict=True):
            if item["status"] == CONFLICT:
                again[key] = links[key]
            elif item["status"] >= 300:
                raise self._fault(item)
        return again

    async def _bulk(self, steps: Sequence[Step]) -> list[dict[str, Any]]:
        """The answer to each step, in order; bulks of bounded size, nothing created by the way."""
        items: list[dict[str, Any]] = []
        for lines in bulks(steps):
            answer = await self._client.bulk(operations=lines, require_alias=True, timeout=SHARD_WAIT)
            items += [next(iter(item.values())) for item in answer["items"]]
        if len(items) != len(steps):
            raise Unavailable(f"{self._settings.index} answered {len(items)} of {len(steps)} writes")
        return items

    async def _held(self, ids: Sequence[str]) -> dict[str, Held]:
        wanted = [key for key in dict.fromkeys(ids) if usable(key)]
        if not wanted:
            return {}
        answer = await self._client.mget(index=ARTICLES, ids=wanted, source_includes=READ)
        found = {}
        for doc in answer["docs"]:
            if error := doc.get("error"):
                status = 400 if error["type"] in ADVICE else 503  # an answer to one id has none of its own
                raise fault(self._settings, status, error["type"], _reason(error))
            if doc["found"]:
                state = {"if_seq_no": doc["_seq_no"], "if_primary_term": doc["_primary_term"]}
                found[doc["_id"]] = Held(stored(doc["_source"]), state)
        return found

    async def _delete_versions(self, article_id: str) -> None:
        query = {"term": {"article": article_id}}
        while True:
            found = await self._client.search(
                index=VERSIONS, query=query, size=DEEPEST, source=False, allow_partial_search_results=False
            )
            steps = [Step("delete", VERSIONS, hit["_id"]) for hit in found["hits"]["hits"]]
            for item in await self._bulk(steps):
                if item["status"] >= 300 and item["status"] != 404:
                    raise self._fault(item)
            if len(steps) < DEEPEST:
                return
            await self._client.indices.refresh(index=VERSIONS)

    async def _languages(self) -> list[str]:
        """The languages of the articles in the index, as of at most a second ago: no write is seen sooner, either."""
        if self._spoken is not None and time.monotonic() - self._spoken[0] < SEEN:
            return self._spoken[1]
        started = time.monotonic()
        found = await counts.terms(self._reader, ARTICLES, {"match_all": {}}, {"lang": "lang"}, FACET_BUCKETS)
        languages = sorted(str(bucket["key"]) for bucket in found["lang"])
        self._spoken = (started, languages)
        return languages

    def _fault(self, item: Mapping[str, Any]) -> Exception:
        return fault(self._settings, item["status"], item["error"]["type"], _reason(item["error"]))


def _reason(error: Mapping[str, Any]) -> str:
    """The sentence of an error with that of its cause, which names the value."""
    cause = error.get("caused_by") or {}
    parts = dict.fromkeys(str(part)[:MAX_REASON] for part in (error.get("reason"), cause.get("reason")) if part)
    return ": ".join(parts)
