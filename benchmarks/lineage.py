"""`python -m benchmarks.lineage FOLDER`: near-duplicates told apart, beside a 64-bit simhash at distance 3.

FOLDER holds `reuters21578/` (Lewis 1997, with mined pairs of alike reports) and `bbc_news/` (Greene and Cunningham
2006). Two measures:

* Reuters: of all reports of 40 words and more, which pairs within 72 hours are near-duplicates? Right are those whose
  runs of four words overlap by half (Jaccard). Pairs are looked for as lineage.py does, by bands, then compared.
* Edits: 2,000 BBC articles, each beside an edited one: its tail cut off (5 to 50 %), other words as its first eight, or
  1 to 10 % of its words replaced by others. All of them should be found.
"""

import argparse
import gzip
import html
import json
import random
import re
import tarfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

from pipeline.article import EnrichedArticle
from pipeline.index.lineage import APART, Compared, near_duplicates
from pipeline.query.marks import moment
from pipeline.shingles import bands
from pipeline.text import analyse

Pair = tuple[str, str]


def main() -> None:
    """Measure and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print(json.dumps({"reuters": reuters(folder / "reuters21578"), "edits": edits(folder / "bbc_news")}, indent=2))


def reuters(folder: Path) -> dict[str, dict[str, float]]:
    """Precision and recall over the pairs of the corpus, for both methods."""
    reports = {one.article.id: one for one in _reports(folder) if len(one.article.text.split()) >= 40}
    right = {pair for pair in _mined(folder) if set(pair) <= set(reports) and _near(reports, pair)}
    near = _sharing(reports, lambda one: bands(one.shingles))
    ours = {pair for pair in near if near_duplicates(*_both(reports, pair))}
    hashes = {key: simhash(one.article.text) for key, one in reports.items()}
    alike = {
        pair
        for pair in _sharing(reports, lambda one: _quarters(hashes[one.article.id]))
        if _near(reports, pair) and _distance(hashes, pair) <= 3
    }
    return {"geowire": _scores(ours, right), "simhash": _scores(alike, right)}


def edits(folder: Path) -> dict[str, dict[str, float]]:
    """The share of edited articles that are found, by kind of edit, for both methods."""
    rng = random.Random(1)
    with tarfile.open(folder / "bbc.tar.gz") as packed:
        files = [member for member in packed.getmembers() if member.name.endswith(".txt")]
        texts = [read.read().decode("utf-8", "replace") for member in files if (read := packed.extractfile(member))]
    rng.shuffle(texts)
    texts = [text for text in texts if len(text.split()) > 80][:2000]
    vocabulary = [word for text in texts[:300] for word in text.split()]
    found: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for text in texts:
        kind, edited = _edited(text, vocabulary, rng)
        one, other = _compared("a", text), _compared("b", edited)
        shared = set(bands(one.shingles)) & set(bands(other.shingles))
        apart = (simhash(text) ^ simhash(edited)).bit_count()
        found[kind].append((bool(shared) and near_duplicates(one, other), apart <= 3))
    found["all"] = [pair for pairs in found.values() for pair in pairs]
    return {
        kind: {"geowire": _share(ours for ours, _ in pairs), "simhash": _share(theirs for _, theirs in pairs)}
        for kind, pairs in found.items()
    }


def simhash(text: str) -> int:
    """The 64-bit simhash of a text's runs of three words (Charikar 2002)."""
    tokens = [token.exact for token in analyse(text, "en")]
    sums = [0] * 64
    for run in zip(tokens, tokens[1:], tokens[2:], strict=False):
        raw = " ".join(run).encode()
        value = zlib.crc32(raw) << 32 | zlib.crc32(raw[::-1])
        for bit in range(64):
            sums[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit, total in enumerate(sums) if total > 0)


def _edited(text: str, vocabulary: list[str], rng: random.Random) -> tuple[str, str]:
    words = text.split()
    match rng.choice(("tail cut", "new headline", "words changed")):
        case "tail cut":
            return "tail cut", " ".join(words[: int(len(words) * rng.uniform(0.5, 0.95))])
        case "new headline":
            return "new headline", " ".join(rng.sample(vocabulary, 8) + words[8:])
    share = rng.uniform(0.01, 0.10)
    return "words changed", " ".join(rng.choice(vocabulary) if rng.random() < share else word for word in words)


def _reports(folder: Path) -> Iterator[Compared]:
    raw = gzip.decompress((folder / "reuters21578.sgm.gz").read_bytes()).decode("latin-1")
    for head, report in re.findall(r"<REUTERS([^>]*)>(.*?)</REUTERS>", raw, re.DOTALL):
        number, body = re.search(r'NEWID="(\d+)"', head), re.search(r"<BODY>(.*?)</BODY>", report, re.DOTALL)
        date = re.search(r"<DATE>\s*(\S+ \d\d:\d\d:\d\d)", report)
        if number and body and date:
            at = datetime.strptime(date[1].title(), "%d-%b-%Y %H:%M:%S").replace(tzinfo=UTC)
            yield _compared(number[1], html.unescape(body[1]), at)


def _compared(key: str, text: str, at: datetime | None = None) -> Compared:
    return Compared(EnrichedArticle(id=key, text=text, language="en", enrichment="", published_at=at))


def _mined(folder: Path) -> Iterator[Pair]:
    """The pairs whose runs of four words overlap by half or more."""
    lines = gzip.decompress((folder / "near_dup_pairs.tsv.gz").read_bytes()).decode().splitlines()[1:]
    for jaccard, _, one, other, *_ in (line.split("\t") for line in lines):
        if float(jaccard) >= 0.5:
            yield (min(one, other), max(one, other))


def _sharing(reports: dict[str, Compared], keys: Callable[[Compared], Iterable[str]]) -> set[Pair]:
    """The pairs that have a key in common."""
    holders: dict[str, list[str]] = defaultdict(list)
    for name, one in reports.items():
        for key in keys(one):
            holders[key].append(name)
    return {(min(pair), max(pair)) for names in holders.values() for pair in combinations(names, 2)}


def _quarters(value: int) -> list[str]:
    """Values three bits apart have one of four quarters in common."""
    return [f"{at}.{value >> 16 * at & 0xFFFF:x}" for at in range(4)]


def _both(reports: dict[str, Compared], pair: Pair) -> tuple[Compared, Compared]:
    return reports[pair[0]], reports[pair[1]]


def _near(reports: dict[str, Compared], pair: Pair) -> bool:
    one, other = _both(reports, pair)
    return abs(moment(one.article) - moment(other.article)) <= APART


def _distance(hashes: dict[str, int], pair: Pair) -> int:
    return (hashes[pair[0]] ^ hashes[pair[1]]).bit_count()


def _scores(found: set[Pair], right: set[Pair]) -> dict[str, float]:
    hits = len(found & right)
    return {
        "pairs": len(found),
        "precision": round(hits / max(1, len(found)), 4),
        "recall": round(hits / max(1, len(right)), 4),
    }


def _share(answers: Iterable[bool]) -> float:
    listed = list(answers)
    return round(sum(listed) / max(1, len(listed)), 4)


if __name__ == "__main__":
    main()
