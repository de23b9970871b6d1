"""Quotes on PolNeAR (brat standoff files: Source, Cue, Content); a gold without content is left out.

A direct gold is one whose content begins with a quotation mark; all others are indirect. A found direct quote is right
if 80 % of its words lie in one direct gold; a gold is reached if 80 % of its words lie in found ones. An indirect quote
and its gold must cover each other by 80 %.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.article import EnrichedArticle, Quote
from pipeline.evaluation.scores import Score, Tally, rates

OVERLAP = 0.8
_MARKS = "\"“”'‘’`«»"


@dataclass(frozen=True)
class Attribution:
    """A gold: where content and source stand, by the starts of their words."""

    direct: bool
    content: frozenset[int]
    source: tuple[tuple[int, int], ...]


def documents(folder: Path) -> Iterator[tuple[str, list[Attribution]]]:
    """Texts with their golds; of several annotators' copies the first."""
    for path in sorted((folder / "text").glob("*.txt")):
        text = path.read_text(encoding="utf-8")
        copies = sorted((folder / "attributions").glob(f"{path.stem}_*.ann"))
        if copies:
            yield text, list(_attributions(text, copies[0]))


def _attributions(text: str, path: Path) -> Iterator[Attribution]:
    parts: dict[str, list[tuple[int, int]]] = {}
    events: list[dict[str, list[str]]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, rest = line.partition("\t")
        if name.startswith("T"):
            spans = rest.partition("\t")[0].partition(" ")[2]
            parts[name] = [(int(first), int(last)) for first, last in (span.split() for span in spans.split(";"))]
        elif name.startswith("E"):
            event: dict[str, list[str]] = {}
            for role, part in (piece.split(":") for piece in rest.split()):
                event.setdefault(role.rstrip("0123456789"), []).append(part)
            events.append(event)
    for event in events:
        content = [span for part in event.get("Content", []) for span in parts[part]]
        if content:
            source = [span for part in event.get("Source", []) for span in parts[part]]
            first = text[content[0][0] :].lstrip()[:1]
            words = frozenset(at for start, end in content for at in word_starts(text, start, end))
            yield Attribution(first in _MARKS, words, tuple(source))


def word_starts(text: str, start: int, end: int) -> list[int]:
    """Where the words of a stretch begin."""
    return [match.start() for match in re.compile(r"\w+").finditer(text, start, end)]


def score(results: Sequence[tuple[EnrichedArticle, Sequence[Attribution]]]) -> list[Score]:
    """Direct content, speakers of the direct ones found, indirect content."""
    direct, indirect, speakers = Tally(), Tally(), Tally()
    for article, golds in results:
        quotes = [(quote, set(word_starts(article.text, quote.start, quote.end))) for quote in article.quotes]
        quotes = [(quote, words) for quote, words in quotes if words and quote.field == "text"]
        _score_direct([pair for pair in quotes if pair[0].kind == "direct"], golds, article.text, direct, speakers)
        wanted = [gold for gold in golds if not gold.direct and gold.content]
        found = [words for quote, words in quotes if quote.kind == "indirect"]
        right = sum(1 for words in found if any(_alike(words, gold.content) for gold in wanted))
        reached = sum(1 for gold in wanted if any(_alike(words, gold.content) for words in found))
        indirect.add(right, len(found), len(wanted), reached)
    speaker = Score("polnear_dev", "quotes, direct: speaker right", speakers.precision, speakers.found, 0.88)
    one, two, _ = rates("polnear_dev", "quotes, direct", direct)
    *_, three = rates("polnear_dev", "quotes, indirect", indirect)
    return [
        Score(one.set, one.name, one.value, one.of, 0.95),
        Score(two.set, two.name, two.value, two.of, 0.90),
        speaker,
        Score(three.set, three.name, three.value, three.of, 0.60),
    ]


def _score_direct(
    quotes: Sequence[tuple[Quote, set[int]]], golds: Sequence[Attribution], text: str, tally: Tally, speakers: Tally
) -> None:
    wanted = [gold for gold in golds if gold.direct and gold.content]
    everything = set().union(*(words for _, words in quotes)) if quotes else set[int]()
    right = 0
    for quote, words in quotes:
        gold = max(wanted, key=lambda each: len(words & each.content), default=None)
        if gold is None or len(words & gold.content) < OVERLAP * len(words):
            continue
        right += 1
        if gold.source:
            speakers.add(int(_same_speaker(quote, gold, text)), 1, 1)
    reached = sum(1 for gold in wanted if len(gold.content & everything) >= OVERLAP * len(gold.content))
    tally.add(right, len(quotes), len(wanted), reached)


def _same_speaker(quote: Quote, gold: Attribution, text: str) -> bool:
    """Whether our words for the speaker overlap the gold's, or our name for him stands in them."""
    if quote.source and any(quote.source.start < end and start < quote.source.end for start, end in gold.source):
        return True
    words = {word.lower() for start, end in gold.source for word in re.findall(r"\w+", text[start:end])}
    name = re.findall(r"\w+", (quote.speaker or "").lower())
    return bool(name) and name[-1] in words


def _alike(words: set[int], content: frozenset[int]) -> bool:
    return len(words & content) >= OVERLAP * max(len(words), len(content))
