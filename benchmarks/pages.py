"""`python -m benchmarks.pages FOLDER`: reading saved pages against what their publishers' parsers say (Fundus).

FOLDER is a checkout of fundus (MIT); read is its `tests/resources/parser/test_data`: pages, and for each the title,
authors, date and body that a parser written for its publisher finds. trafilatura, called plainly, is measured in the
same run. A body counts by the F1 of its words; a title, a list of authors and a time are right or wrong. `headline`
counts a title too that is another headline of the page, word for word: a fifth of the pages have several.
"""

import argparse
import gzip
import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from html import unescape
from pathlib import Path
from typing import Any

import trafilatura
from lxml import html as lxml_html

from pipeline.errors import Rejected
from pipeline.sources import metadata
from pipeline.sources.html import decode, read_page


@dataclass(frozen=True)
class Page:
    """A saved page and what is true of it."""

    name: str
    raw: bytes
    gold: dict[str, Any]

    @cached_property
    def headlines(self) -> set[str]:
        """The headlines that the page itself shows, and the one in its data for search engines, word for word.

        Where they differ, the gold has now the one and now the other, or OpenGraph's, as its publisher's parser does.
        """
        said = metadata.Page(
            lxml_html.document_fromstring(decode(self.raw).encode(), parser=lxml_html.HTMLParser(encoding="utf-8"))
        )
        given = [str(said.news.get("headline") or ""), *(h1.text_content() for h1 in said.tree.xpath("//h1"))]
        return {_plain(unescape(each)) for each in given} - {""}

    @property
    def body(self) -> str:
        """Summary, headings and paragraphs."""
        body = self.gold["body"]
        parts = [*body["summary"]]
        for section in body["sections"]:
            parts += [*section["headline"], *section["paragraphs"]]
        return "\n".join(parts)


def pages(folder: Path) -> Iterator[Page]:
    """Every page with its gold; versions of a publisher's gold and its pages go together in their order."""
    for gold in sorted(folder.rglob("test_data/*/*.json")):
        versions = json.loads(gold.read_text("utf-8"))
        saved = sorted(gold.parent.glob(f"{gold.stem}_[0-9]*.html.gz"))
        texts = {file: gzip.decompress(file.read_bytes()) for file in saved}
        for version in sorted(versions):
            told = versions[version]
            best = max(texts, key=lambda file: _said(texts[file], told), default=None)
            if best is not None:
                yield Page(f"{gold.stem} {version}", texts.pop(best), told)


def words(text: str) -> Counter[str]:
    """The words of a text."""
    return Counter(re.findall(r"\w+", _same_form(text)))


def f1(found: str, gold: str) -> float:
    """The harmonic mean of precision and recall of words."""
    one, other = words(found), words(gold)
    both = sum((one & other).values())
    return 2 * both / (sum(one.values()) + sum(other.values())) if both else 0.0


def plainly(page: Page) -> dict[str, Any]:
    """What trafilatura finds when it is called without options."""
    text = decode(page.raw)
    meta = trafilatura.extract_metadata(text)
    told = meta.as_dict() if meta else {}
    authors = [name.strip() for name in (told.get("author") or "").split(";") if name.strip()]
    return {
        "text": trafilatura.extract(text) or "",
        "title": told.get("title"),
        "authors": authors,
        "published_at": told.get("date"),
    }


def ours(page: Page) -> dict[str, Any]:
    """What geowire finds."""
    try:
        return read_page(page.raw)
    except Rejected as exc:
        return {"text": "", "rejected": str(exc)}


def score(page: Page, found: dict[str, Any]) -> dict[str, float]:
    """F1 of the body; 1 or 0 for title, authors and date, where the gold has them."""
    scores = {"body": f1(found.get("text") or "", page.body)}
    gold = page.gold
    if gold.get("title"):
        scores["title"] = float(_plain(found.get("title")) == _plain(gold["title"]))
        scores["headline"] = max(scores["title"], float(_plain(found.get("title")) in page.headlines))
    if gold.get("authors"):
        scores["authors"] = float({*map(_plain, found.get("authors") or [])} == {*map(_plain, gold["authors"])})
    if gold.get("publishing_date"):
        scores["published"] = float(_same_moment(found.get("published_at"), gold["publishing_date"]))
    return scores


def main() -> None:
    """Measure, and print the means as JSON; with --wrong also each page that is not right."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--wrong", action="store_true", help="print what is wrong, page by page")
    options = parser.parse_args()
    sums: dict[str, dict[str, list[float]]] = {"geowire": {}, "trafilatura": {}}
    for page in pages(options.folder):
        for name, read in (("geowire", ours), ("trafilatura", plainly)):
            found = read(page)
            scores = score(page, found)
            for what, value in scores.items():
                sums[name].setdefault(what, []).append(value)
            if options.wrong and name == "geowire":
                _print_wrong(page, found, scores)
    means = {name: {what: round(sum(all_) / len(all_), 4) for what, all_ in by.items()} for name, by in sums.items()}
    print(json.dumps(means | {"pages": len(sums["geowire"]["body"])}, indent=2))


def _print_wrong(page: Page, found: dict[str, Any], scores: dict[str, float]) -> None:
    gold = page.gold | {"published": page.gold.get("publishing_date"), "body": ""}
    for what, value in scores.items():
        if value < (0.9 if what == "body" else 1):
            key = {"published": "published_at"}.get(what, what)
            shown = found.get("rejected", "") if what == "body" else f"{found.get(key)!r} for {gold.get(what)!r}"
            print(f"{page.name}: {what} {value:.2f} {shown}")


def _said(raw: bytes, gold: dict[str, Any]) -> float:
    """How much of the gold's first paragraphs stands in a page."""
    text = " ".join(decode(raw).split())
    paragraphs = [each for section in gold["body"]["sections"] for each in section["paragraphs"]][:5]
    shown = [each for each in [gold.get("title") or "", *paragraphs] if each]
    return sum(" ".join(each.split())[:40] in text for each in shown) / max(len(shown), 1)


def _plain(text: Any) -> str:
    return " ".join(re.findall(r"\w+", _same_form(str(text or ""))))


def _same_form(text: str) -> str:
    """One form of what Unicode can write in several (é, full width), without soft hyphens and marks of no width."""
    return re.sub("[\xad\u200b-\u200f\u2060\ufeff]", "", unicodedata.normalize("NFKC", text)).lower()


def _same_moment(found: Any, gold: str) -> bool:
    """To the minute; where the gold has no zone, on the clock of the place that ours was written in."""
    try:
        ours, true = datetime.fromisoformat(str(found)), datetime.fromisoformat(gold)
    except ValueError:
        return False
    if true.tzinfo is None:
        ours = ours.replace(tzinfo=None)
    one, other = (each if each.tzinfo else each.replace(tzinfo=UTC) for each in (ours, true))
    return int(one.timestamp() // 60) == int(other.timestamp() // 60)


if __name__ == "__main__":
    main()
