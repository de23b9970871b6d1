"""The order of tantivy's results: ties stand in the order of their ids, which tantivy does not sort by itself."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any

import tantivy

from pipeline.index import Sort

MANY = 1000  # results alike from which on their ids are not read one by one
SCANNED = 100  # articles that a scan reads at once


def ranked(searcher: Any, schema: Any, query: Any, depth: int, sort: Sort) -> tuple[list[tuple[float, Any]], int]:
    """The first `depth` results, each with its score or number and its address, and how many there are."""
    options: dict[str, Any] = {}
    if sort != "relevance":
        order = tantivy.Order.Asc if sort == "oldest" else tantivy.Order.Desc
        options = {"order_by_field": "origins_ms" if sort == "origins" else "sort_ms", "order": order}
    limit = depth + 20
    while True:
        result = searcher.search(query, limit=limit, count=True, **options)
        hits = result.hits
        if len(hits) < limit or depth == 0 or hits[-1][0] != hits[depth - 1][0]:
            break
        limit = max(limit * 2, int(result.count) + 1 if limit > MANY else 0)
    found: list[tuple[float, Any]] = []
    for key, alike in groupby(hits, key=itemgetter(0)):
        ties = [address for _, address in alike]
        if len(found) >= depth:
            break
        if len(ties) > MANY and key == hits[-1][0] and len(hits) == result.count:
            above = {_id_of(searcher, address) for _, address in found}
            ties = _first_by_id(searcher, schema, query, above, depth - len(found))
        elif len(ties) > 1:
            ties.sort(key=lambda address: _id_of(searcher, address))
        found += [(float(key), address) for address in ties]
    return found, int(result.count)


def _id_of(searcher: Any, address: Any) -> str:
    return str(searcher.doc(address)["id"][0])


def _first_by_id(searcher: Any, schema: Any, query: Any, above: set[str], count: int) -> list[Any]:
    """Of very many last results alike the first by id, by the column of ids: to read each is slow."""
    size = count + len(above)
    wanted = {"terms": {"field": "id", "order": {"_key": "asc"}, "size": size, "segment_size": size}}
    buckets = searcher.aggregate(query, {"ids": wanted})["ids"]["buckets"]
    ids = [key for bucket in buckets if (key := str(bucket["key"])) not in above]
    each = (tantivy.Query.term_query(schema, "id", key) for key in ids[:count])
    return [searcher.search(one, limit=1, count=False).hits[0][1] for one in each]


def ties_together(hits: Sequence[tuple[int, Any]]) -> Iterator[list[tuple[int, Any]]]:
    """Results in batches that part no two of the same moment."""
    batch: list[tuple[int, Any]] = []
    for hit in hits:
        if len(batch) >= SCANNED and hit[0] != batch[-1][0]:
            yield batch
            batch = []
        batch.append(hit)
    if batch:
        yield batch
