"""The ledger in Elasticsearch. Owns the index `ledger-v1` behind the alias `ledger`: one document for each input.

The document's id is the row's key. Rows are read in real time, decided and written with `if_seq_no`, as articles are:
the first final outcome stands, whichever worker writes it. Counts refresh the index before they look.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.article import LedgerRow, Outcome
from pipeline.elastic_client import answered, connect, fault
from pipeline.errors import Unavailable
from pipeline.settings import Settings
from pipeline.state import Tally

ALIAS, INDEX = "ledger", "ledger-v1"
ROUNDS = 10  # of read and decide again, before other writers count as too busy
PAGE = 1000  # buckets of one page of counts

_NOT_SEARCHED = {"type": "keyword", "index": False, "doc_values": False}
MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "key": {"type": "keyword"},
        "topic": {"type": "keyword"},  # the key's first part: a topic, or `submission`
        "outcome": {"type": "keyword"},
        "reason": _NOT_SEARCHED,
        "article_id": {"type": "keyword"},
        "source": {"type": "keyword"},
        "retry_of": {"type": "keyword"},
        "at": {"type": "date_nanos"},
    },
}


class ElasticState:
    """The state seam on Elasticsearch."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client = connect(settings)

    async def init(self) -> None:
        """As the seam says."""
        async with answered(self._settings):
            if not await self._client.indices.exists(index=INDEX):
                await self._client.options(ignore_status=400).indices.create(
                    index=INDEX,
                    mappings=MAPPINGS,
                    settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
                    aliases={ALIAS: {"is_write_index": True}},
                )
            await self._client.search(index=ALIAS, size=0)  # fails where another index has the name

    async def record(self, rows: Sequence[LedgerRow]) -> None:
        """As the seam says; one bulk for all that are to be written."""
        pending: dict[str, LedgerRow] = {}
        for row in rows:
            if (first := pending.get(row.key)) is None or first.outcome is Outcome.DEAD:
                pending[row.key] = row
        for _ in range(ROUNDS):
            if not pending:
                return
            pending = await self._attempt(pending)
        raise Unavailable(f"{self._settings.index}: {len(pending)} ledger rows keep being written by others")

    async def get(self, key: str) -> LedgerRow | None:
        """As the seam says."""
        found = (await self._stored([key])).get(key)
        return LedgerRow.model_validate(found["_source"]) if found else None

    async def tally(self) -> list[Tally]:
        """As the seam says; exact, page by page, at one point in time."""
        parts = [{name: {"terms": {"field": name}}} for name in ("source", "outcome", "topic")]
        composite: dict[str, Any] = {"size": PAGE, "sources": parts}
        again = {"again": {"filter": {"exists": {"field": "retry_of"}}}}
        counted: list[Tally] = []
        async with answered(self._settings):
            await self._client.indices.refresh(index=ALIAS)
            moment = (await self._client.open_point_in_time(index=ALIAS, keep_alive="1m"))["id"]
            try:
                while True:
                    aggs = {"parts": {"composite": composite, "aggs": again}}
                    found = await self._client.search(pit={"id": moment, "keep_alive": "1m"}, size=0, aggs=aggs)
                    page = found["aggregations"]["parts"]
                    counted += [tally for bucket in page["buckets"] for tally in _tallies(bucket)]
                    if "after_key" not in page:
                        return counted
                    composite = composite | {"after": page["after_key"]}
            finally:
                await self._client.close_point_in_time(id=moment)

    async def close(self) -> None:
        """As the seam says."""
        await self._client.close()

    async def _attempt(self, rows: Mapping[str, LedgerRow]) -> dict[str, LedgerRow]:
        """Write what is new or replaces a dead row; what another writer changed meanwhile comes back."""
        stored = await self._stored(list(rows))
        operations: list[Mapping[str, Any]] = []
        written: list[LedgerRow] = []
        for key, row in rows.items():
            old = stored.get(key)
            if old is None:
                operations.append({"create": {"_id": key}})
            elif old["_source"]["outcome"] == Outcome.DEAD:
                place = {"if_seq_no": old["_seq_no"], "if_primary_term": old["_primary_term"]}
                operations.append({"index": {"_id": key, **place}})
            else:
                continue
            operations.append(row.model_dump(mode="json", exclude_none=True) | {"topic": key.partition("/")[0]})
            written.append(row)
        if not written:
            return {}
        async with answered(self._settings):
            answer = await self._client.bulk(index=ALIAS, operations=operations, require_alias=True)
        return self._conflicts(written, answer["items"])

    def _conflicts(self, rows: Sequence[LedgerRow], items: Sequence[Mapping[str, Any]]) -> dict[str, LedgerRow]:
        again: dict[str, LedgerRow] = {}
        for row, item in zip(rows, items, strict=True):
            (result,) = item.values()
            if result["status"] == 409:
                again[row.key] = row
            elif error := result.get("error"):
                raise fault(self._settings, result["status"], str(error.get("type")), str(error.get("reason")))
        return again

    async def _stored(self, keys: Sequence[str]) -> dict[str, Any]:
        async with answered(self._settings):
            answer = await self._client.mget(index=ALIAS, ids=list(keys))
        return {doc["_id"]: doc for doc in answer["docs"] if doc.get("found")}


def _tallies(bucket: Mapping[str, Any]) -> Iterator[Tally]:
    """What one bucket of source, outcome and topic counts, messages that were sent again apart."""
    key, again = bucket["key"], int(bucket["again"]["doc_count"])
    for sent_again, rows in ((False, int(bucket["doc_count"]) - again), (True, again)):
        if rows:
            yield Tally(key["source"], Outcome(key["outcome"]), key["topic"], sent_again, rows)
