"""Ledger, feeds and leases in Elasticsearch. Owns `ledger-v1` and `state-v1`, behind `ledger` and `state`.

The ledger has one document for each input; its id is the row's key. Rows are read in real time, decided and written
with `if_seq_no`, as articles are: the first final outcome stands, whichever worker writes it. Counts refresh first.

A feed is one document with two fields, one written by people and one by the poller, so that neither overwrites the
other's. A lease is written on the state that it was read in (`if_seq_no`), so that of several takers one gets it.
"""

import hashlib
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipeline.elastic_client import CONFLICT, answered, connect, fault
from pipeline.errors import Unavailable
from pipeline.feed import Feed, Poll
from pipeline.ledger import REFUSED, LedgerRow, Outcome
from pipeline.settings import Settings
from pipeline.state import Tally
from pipeline.tombstone import Tombstone

ALIAS, STATE = "ledger", "state"
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
        "origin": _NOT_SEARCHED,
        "retry_of": {"type": "keyword"},
        "at": {"type": "date_nanos"},
    },
}
STATE_MAPPINGS: dict[str, Any] = {
    "dynamic": "strict",
    "properties": {
        "kind": {"type": "keyword"},  # feed, lease, tombstone
        "key": {"type": "keyword"},
        "added_at": {"type": "date_nanos"},
        "feed": _NOT_SEARCHED,
        "poll": _NOT_SEARCHED,
        "holder": {"type": "keyword"},
        "until": {"type": "double"},  # seconds since 1970
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
            for alias, mappings in ((ALIAS, MAPPINGS), (STATE, STATE_MAPPINGS)):
                if not await self._client.indices.exists(index=f"{alias}-v1"):
                    await self._client.options(ignore_status=400).indices.create(
                        index=f"{alias}-v1",
                        mappings=mappings,
                        settings={"number_of_shards": 1, "auto_expand_replicas": "0-1"},
                        aliases={alias: {"is_write_index": True}},
                    )
                else:  # one of an earlier geowire lacks the newer fields
                    await self._client.indices.put_mapping(index=f"{alias}-v1", **mappings)
                await self._client.search(index=alias, size=0)  # fails where another index has the name

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

    async def refused(
        self, source: str | None = None, *, size: int, outcomes: Sequence[Outcome] = REFUSED
    ) -> list[LedgerRow]:
        """As the seam says."""
        wanted: list[dict[str, Any]] = [{"terms": {"outcome": list(outcomes)}}]
        if source is not None:
            wanted.append({"term": {"source": source}})
        newest = [{"at": "desc"}, {"key": "asc"}]
        async with answered(self._settings):
            await self._client.indices.refresh(index=ALIAS)
            page = await self._client.search(index=ALIAS, query={"bool": {"filter": wanted}}, sort=newest, size=size)
        return [LedgerRow.model_validate(hit["_source"]) for hit in page["hits"]["hits"]]

    async def feeds(self, *, polls: bool = True) -> list[tuple[Feed, Poll]]:
        """As the seam says; page by page."""
        found: list[tuple[Feed, Poll]] = []
        after: dict[str, Any] = {}
        async with answered(self._settings):
            await self._client.indices.refresh(index=STATE)
            while True:
                page = await self._client.search(
                    index=STATE,
                    query={"term": {"kind": "feed"}},
                    sort=[{"added_at": "asc"}, {"key": "asc"}],
                    size=PAGE,
                    source_excludes=[] if polls else ["poll"],
                    **after,
                )
                hits = page["hits"]["hits"]
                for hit in hits:
                    source = hit["_source"]
                    poll = Poll.model_validate_json(source.get("poll") or "{}")
                    found.append((Feed.model_validate_json(source["feed"]), poll))
                if len(hits) < PAGE:
                    return found
                after = {"search_after": hits[-1]["sort"]}

    async def put_feeds(self, feeds: Sequence[Feed]) -> None:
        """As the seam says."""
        operations: list[Mapping[str, Any]] = []
        for feed in feeds:
            body = {"kind": "feed", "key": feed.id, "added_at": feed.added_at.isoformat()}
            operations.append({"update": {"_id": f"feed:{feed.id}", "retry_on_conflict": ROUNDS}})
            operations.append({"doc": body | {"feed": feed.model_dump_json()}, "doc_as_upsert": True})
        await self._change(operations)

    async def remove_feed(self, feed_id: str) -> bool:
        """As the seam says."""
        async with answered(self._settings):
            gone = await self._client.options(ignore_status=404).delete(index=STATE, id=f"feed:{feed_id}")
        return bool(gone.get("result") == "deleted")

    async def put_poll(self, feed_id: str, poll: Poll) -> None:
        """As the seam says."""
        async with answered(self._settings):
            await self._client.options(ignore_status=404).update(
                index=STATE, id=f"feed:{feed_id}", doc={"poll": poll.model_dump_json()}, retry_on_conflict=ROUNDS
            )

    async def bury(self, tombstones: Sequence[Tombstone]) -> None:
        """As the seam says."""
        operations: list[Mapping[str, Any]] = []
        for each in tombstones:
            operations.append({"index": {"_id": _tombstone_id(each.name)}})
            operations.append({"kind": "tombstone", "key": each.name, "added_at": each.at.isoformat()})
        await self._change(operations)

    async def buried(self, names: Sequence[str]) -> set[str]:
        """As the seam says."""
        if not names:
            return set()
        ids = {_tombstone_id(name): name for name in names}
        async with answered(self._settings):
            answer = await self._client.mget(index=STATE, ids=list(ids), source=False)
        return {ids[doc["_id"]] for doc in answer["docs"] if doc.get("found")}

    async def lease(self, name: str, holder: str, seconds: float) -> bool:
        """As the seam says."""
        now, key = time.time(), f"lease:{name}"
        async with answered(self._settings):
            found = await self._client.options(ignore_status=404).get(index=STATE, id=key)
            place: dict[str, Any] = {"op_type": "create"}
            if found.get("found"):
                held = found["_source"]
                if held["holder"] != holder and held["until"] >= now:
                    return False
                place = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
            elif found.get("error"):  # the index is missing, not the lease
                raise fault(self._settings, 404, "index_not_found_exception")
            body = {"kind": "lease", "key": name, "holder": holder, "until": now + seconds}
            taken = await self._client.options(ignore_status=409).index(
                index=STATE, id=key, document=body, require_alias=True, **place
            )
        return bool(taken.get("result") in ("created", "updated"))

    async def holder(self, name: str) -> str | None:
        """As the seam says."""
        async with answered(self._settings):
            found = await self._client.options(ignore_status=404).get(index=STATE, id=f"lease:{name}")
        held = found["_source"] if found.get("found") else {"until": 0.0}
        return str(held["holder"]) if held["until"] >= time.time() else None

    async def release(self, name: str, holder: str) -> None:
        """As the seam says."""
        async with answered(self._settings):
            found = await self._client.options(ignore_status=404).get(index=STATE, id=f"lease:{name}")
            if found.get("found") and found["_source"]["holder"] == holder:
                place = {"if_seq_no": found["_seq_no"], "if_primary_term": found["_primary_term"]}
                await self._client.options(ignore_status=[404, 409]).delete(index=STATE, id=f"lease:{name}", **place)

    async def close(self) -> None:
        """As the seam says."""
        await self._client.close()

    async def _change(self, operations: Sequence[Mapping[str, Any]]) -> None:
        """Write feeds or tombstones, all or an error."""
        if not operations:
            return
        async with answered(self._settings):
            answer = await self._client.bulk(index=STATE, operations=operations, require_alias=True)
        for item in answer["items"]:
            (result,) = item.values()
            if error := result.get("error"):
                raise fault(self._settings, result["status"], str(error.get("type")), str(error.get("reason")))

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
            if result["status"] == CONFLICT:
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


def _tombstone_id(name: str) -> str:
    """A document's id of bounded length."""
    return f"tombstone:{hashlib.sha256(name.encode()).hexdigest()}"
