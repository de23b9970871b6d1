"""Counting and reading through many documents of Elasticsearch: terms, times, and every page of a query."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pipeline.index import Only
from pipeline.index.fields import FACET_BUCKETS

PAGE = 200  # documents that a scan asks for at once


async def terms(
    client: Any,
    index: str,
    query: Mapping[str, Any],
    wanted: Mapping[Any, str],
    size: int,
    least: int = 1,
    only: Only = None,
) -> dict[Any, Any]:
    """The most frequent values of keyword fields, ties by value: asked again until every shard has told enough."""
    told = max(size, FACET_BUCKETS)
    options: dict[str, Any] = {"min_doc_count": least} | ({"include": only} if only else {})
    while True:
        aggs = {
            key: {"terms": {"field": name, "size": size, "shard_size": told, **options}} for key, name in wanted.items()
        }
        answer = await client.search(
            index=index, query=query, size=0, aggs=aggs, allow_partial_search_results=False, track_total_hits=False
        )
        found = answer["aggregations"]
        if not any(found[name]["doc_count_error_upper_bound"] for name in wanted):
            return {name: found[name]["buckets"] for name in wanted}
        told *= 10


async def histogram(client: Any, index: str, query: Mapping[str, Any], step: int) -> dict[int, int]:
    """How many documents were published in each stretch of `step` milliseconds that has any."""
    wanted = {"field": "published_ms", "interval": step, "min_doc_count": 1}
    aggs = {"times": {"histogram": wanted}}
    answer = await client.search(
        index=index, query=query, size=0, aggs=aggs, allow_partial_search_results=False, track_total_hits=False
    )
    buckets = answer["aggregations"]["times"]["buckets"]
    return {int(bucket["key"]): int(bucket["doc_count"]) for bucket in buckets}


async def filtered(
    client: Any, index: str, query: Mapping[str, Any], wanted: Mapping[str, Mapping[str, Any]]
) -> tuple[int, dict[str, int]]:
    """How many documents match, and how many of them each filter, by its name."""
    aggs = {"each": {"filters": {"filters": dict(wanted)}}}
    answer = await client.search(
        index=index, query=query, size=0, aggs=aggs, allow_partial_search_results=False, track_total_hits=True
    )
    buckets = answer["aggregations"]["each"]["buckets"]
    return int(answer["hits"]["total"]["value"]), {name: int(one["doc_count"]) for name, one in buckets.items()}


async def newest(client: Any, index: str, field: str) -> int:
    """The largest value of a number; 0 where there is none."""
    answer = await client.search(
        index=index, size=0, aggs={"newest": {"max": {"field": field}}}, allow_partial_search_results=False
    )
    return int(answer["aggregations"]["newest"]["value"] or 0)


async def pages(
    client: Any, index: str, query: Mapping[str, Any], sort: Sequence[Mapping[str, str]], read: Sequence[str]
) -> AsyncIterator[dict[str, Any]]:
    """The sources of all documents of a query, each page from where the one before ended."""
    after: dict[str, Any] = {}
    while True:
        answer = await client.search(
            index=index,
            query=query,
            size=PAGE,
            sort=sort,
            source_includes=read,
            track_total_hits=False,
            allow_partial_search_results=False,
            **after,
        )
        hits = answer["hits"]["hits"]
        for hit in hits:
            yield hit["_source"]
        if len(hits) < PAGE:
            return
        after = {"search_after": hits[-1]["sort"]}
