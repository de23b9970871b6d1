"""Event types on PLV_train: sentences with a marked source and target and a PLOVER type (YIELD: CONCEDE or RETREAT).

The answer to a sentence is the type of our event whose actor overlaps the source and whose target overlaps the target;
without such a one, of an event that shares one of both and has no other party there; else none. PLOVER has no status:
its manual codes future cooperation as AGREE, and force that is only threatened as THREATEN.
"""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.article import EnrichedArticle, Event, Party
from pipeline.evaluation.scores import Score, macro_f1

FUTURE_IS_AGREE = ("CONSULT", "SUPPORT", "COOPERATE", "AID")  # PLOVER's manual, on AGREE; here it is a status

_MARK = re.compile(r"</?[st]>")


@dataclass(frozen=True)
class Marked:
    """A sentence's gold: spans of source and target, and the type."""

    source: tuple[tuple[int, int], ...]
    target: tuple[tuple[int, int], ...]
    type: str


def documents(folder: Path) -> Iterator[tuple[str, Marked]]:
    """Sentences without their marks, with the spans that the marks gave."""
    with (folder / "PLV_train.tsv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file, delimiter="\t"):
            text, spans = _unmarked(row["marked_sentence"])
            yield text, Marked(tuple(spans["s"]), tuple(spans["t"]), row["gold_root"])


def _unmarked(marked: str) -> tuple[str, dict[str, list[tuple[int, int]]]]:
    text, spans, opened, at = "", {"s": [], "t": []}, {}, 0  # type: ignore[var-annotated]  # filled below
    for mark in _MARK.finditer(marked):
        text += marked[at : mark.start()]
        at = mark.end()
        kind = mark[0][-2]
        if mark[0].startswith("</"):
            spans[kind].append((opened.get(kind, 0), len(text)))
        else:
            opened[kind] = len(text)
    return text + marked[at:], spans


def score(results: Sequence[tuple[EnrichedArticle, Marked]]) -> list[Score]:
    """Macro F1 over the types."""
    pairs = [(gold.type, answer(article, gold)) for article, gold in results]
    answered = [pair for pair in pairs if pair[1] is not None]
    right = sum(1 for gold, found in answered if gold == found)
    return [
        Score("plover_dev", "events: type, macro F1", macro_f1(pairs), len(pairs), 0.74),
        Score("plover_dev", "events: type, precision", right / len(answered) if answered else 1.0, len(answered)),
        Score("plover_dev", "events: answered", len(answered) / len(pairs) if pairs else 0.0, len(pairs)),
    ]


def answer(article: EnrichedArticle, gold: Marked) -> str | None:
    """Our type for the marked pair."""
    ranked: list[tuple[int, bool, float, Event]] = []
    for event in article.events:
        told = event.status in ("happened", "ongoing", "historical")
        actor, target = _on(event.actor, gold.source), _on(event.target, gold.target)
        crossed = _on(event.actor, gold.target) and _on(event.target, gold.source)
        if (actor and target) or (crossed and event.type in ("CONSULT", "AGREE", "COOPERATE")):
            ranked.append((3, told, event.confidence, event))
        elif actor and (event.target is None or not gold.target):
            ranked.append((2, told, event.confidence, event))
        elif target and event.actor is None:
            ranked.append((1, told, event.confidence, event))
    if not ranked:
        return None
    best = max(ranked, key=lambda one: one[:3])[3]
    if best.status == "planned" and best.type in FUTURE_IS_AGREE:
        return "AGREE"
    if best.status == "threatened" and best.type in ("ASSAULT", "COERCE", "SANCTION", "MOBILIZE"):
        return "THREATEN"
    return "YIELD" if best.type in ("CONCEDE", "RETREAT") else best.type


def _on(party: Party | None, spans: Sequence[tuple[int, int]]) -> bool:
    return party is not None and any(party.start < end and start < party.end for start, end in spans)
