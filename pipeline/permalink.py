"""Permalinks: a search with the state of the archive that it was made in, so that opening it says what changed since.

The state is how far the index was written, how many articles matched, and the version of the facts. The query itself
stays in the address as it is: relative dates stay relative, and what they leave behind counts as gone.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.enrich.facts import ENRICHMENT
from pipeline.index import Index
from pipeline.query.tree import Node

PATTERN = r"^[0-9]{1,15}~[0-9]{1,12}~[0-9A-Za-z.-]{0,40}$"


@dataclass(frozen=True)
class Snapshot:
    """What a permalink keeps: the newest write (milliseconds since 1970, UTC), the articles that matched, the facts'
    version."""

    watermark: int
    total: int
    enrichment: str

    def __str__(self) -> str:
        return f"{self.watermark}~{self.total}~{self.enrichment}"


@dataclass(frozen=True)
class Changed:
    """What changed since a permalink was made, in articles; the versions of the facts then and now.

    `new` ones were not in the archive then. `updated` ones were, and were written anew since. `gone` ones matched then
    and do not any more: removed, changed, or left behind by a relative date.
    """

    since: datetime
    new: int
    updated: int
    gone: int
    enrichment: str
    enrichment_now: str = ENRICHMENT


async def snapshot(index: Index, total: int) -> Snapshot:
    """What a permalink keeps of a search that found `total` articles now."""
    return Snapshot(await index.watermark(), total, ENRICHMENT)


def is_whole(text: str) -> bool:
    """Whether a text is the state of a permalink, and not what a mail program left of one."""
    return re.fullmatch(PATTERN, text) is not None


def read(text: str) -> Snapshot:
    """The state that a permalink keeps.

    Raises:
        ValueError: it is none.
    """
    if not is_whole(text):
        raise ValueError("a permalink's state is MILLISECONDS~ARTICLES~VERSION")
    watermark, total, enrichment = text.split("~")
    return Snapshot(int(watermark), int(total), enrichment)


async def changed(index: Index, node: Node, then: Snapshot) -> Changed:
    """What changed in the answer to a query since a permalink was made."""
    found = await index.changes(node, then.watermark)
    since = datetime.fromtimestamp(min(then.watermark, 253_402_300_799_999) / 1000, UTC)
    gone = max(0, then.total - found.updated - found.kept)
    return Changed(since, found.new, found.updated, gone, then.enrichment)
