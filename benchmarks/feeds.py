"""`python -m benchmarks.feeds FOLDER`: feedparser's own cases (BSD-2), read by geowire, against feedparser itself.

FOLDER holds the case files. Counted are crashes, cases with as many entries as feedparser finds, and dates of the first
entry that name the same moment. Cases that declare entities are refused on purpose and counted apart.
"""

import argparse
import io
import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from pipeline.errors import Rejected
from pipeline.sources.feed import read_document


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.feeds")
    parser.add_argument("folder", type=Path)
    counts: Counter[str] = Counter()
    for path in sorted(parser.parse_args().folder.rglob("*")):
        if path.suffix in (".xml", ".json"):
            for found in _compared(path):
                counts[found] += 1
    if not counts:
        parser.error("no case files (.xml, .json) in that folder; are they still packed?")
    print(json.dumps(counts, indent=2, sort_keys=True))


def _compared(path: Path) -> list[str]:
    """What is counted of one case."""
    raw = path.read_bytes()
    wanted = feedparser.parse(io.BytesIO(raw), response_headers={"content-type": "application/xml"})
    try:
        entries = read_document(raw).entries
    except Rejected as exc:
        refused = "entities" in str(exc)
        print(path, exc)
        return ["cases", "refused: declares entities"] if refused else ["cases", _counted(0, len(wanted.entries))]
    except Exception as exc:  # noqa: BLE001  # a crash is what is counted
        print(path, type(exc).__name__, exc)
        return ["cases", "crashed"]
    said = [_counted(len(entries), len(wanted.entries))]
    if len(entries) != len(wanted.entries):
        print(path, len(entries), "entries for", len(wanted.entries))
    for theirs, ours in (("published_parsed", "published_at"), ("updated_parsed", "modified_at")):
        parsed = dict.get(wanted.entries[0], theirs) if wanted.entries else None
        if parsed and parsed.tm_year >= 1990:
            when = entries[0].fields.get(ours) if entries else None
            same = when is not None and _utc(when) == datetime(*parsed[:6], tzinfo=UTC)  # type: ignore[misc]  # six numbers
            said.append("date as feedparser" if same else "another date than feedparser")
            if not same:
                print(path, ours, when, parsed)
    return ["cases", *said]


def _counted(found: int, wanted: int) -> str:
    return "entries as feedparser" if found == wanted else "other entries than feedparser"


def _utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC).replace(microsecond=0)


if __name__ == "__main__":
    main()
