"""The tables of the model card, from what was measured: `python -m training.card`.

Each model's meta.json holds its scores as `performance` (training/evaluate.py). The tables stand in docs/model-card.md
between the lines `<!-- scores -->` and `<!-- end of scores -->`; `make model` writes a card beside the models it makes.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PAGE, SHIPPED = ROOT / "docs" / "model-card.md", ROOT / "pipeline" / "enrich" / "model"
SIZES = ("accurate", "fast")
BEGIN, END = "<!-- scores -->\n", "<!-- end of scores -->\n"
TREEBANKS = {"ewt_dev": "UD EWT dev", "gum_dev": "UD GUM dev, permissive genres"}
SYNTAX = {
    "tag_acc": "tags",
    "pos_acc": "UPOS",
    "morph_acc": "features",
    "lemma_acc": "lemmas",
    "dep_uas": "UAS",
    "dep_las": "LAS",
    "sents_f": "sentences (F1)",
}

Scores = dict[str, Any]
Measured = dict[str, Scores]
Part = tuple[str, str]  # a line, and the table under it


def performances(models: Path) -> Measured:
    """The scores of both sizes in a folder of models, as their meta.json has them."""
    return {
        size: json.loads((models / size / "meta.json").read_text(encoding="utf-8"))["performance"] for size in SIZES
    }


def tables(measured: Measured) -> str:
    """All tables as Markdown, a line above each.

    Args:
        measured: what `evaluate.scores` says of each size.
    """
    reliability = [_reliability(size, scores) for size, scores in measured.items()]
    parts = [_entities(measured), *reliability, _challenge(measured), _syntax(measured), _speed(measured)]
    return "\n".join(f"{line}:\n\n{table}" for line, table in parts)


def _entities(measured: Measured) -> Part:
    kinds, regions = (list(next(iter(measured.values()))[part]) for part in ("worldwide_dev", "regions"))
    rows = (
        [f"`{size}`", *_of(scores["worldwide_dev"], kinds), *_of(scores["regions"], regions)]
        for size, scores in measured.items()
    )
    line = "Entities on worldwide_dev, F1 of exact spans: all, by type, and by the part of the world of the outlet"
    return line, _table(["", *kinds, *regions], rows)


def _reliability(size: str, scores: Scores) -> Part:
    starts, counts, right = zip(*scores["reliability"], strict=True)
    rows = [["entities", *(f"{count:,}" for count in counts)], ["right", *map(_figure, right)]]
    return f"Confidence of `{size}` against what is right, of the entities that it gives out", _table(
        ["confidence from", *(f"{start:.1f}" for start in starts)], rows
    )


def _challenge(measured: Measured) -> Part:
    classes = list(next(iter(measured.values()))["challenge"])
    rows = (
        [name.replace("_", " "), *(_figure(measured[size]["challenge"][name]) for size in SIZES)] for name in classes
    )
    line = "The challenge set (`training/challenge/`, PERSON, ORG, LOC and NORP), F1 by class"
    return line, _table(["", *(f"`{size}`" for size in SIZES)], rows)


def _syntax(measured: Measured) -> Part:
    rows = (
        [f"`{size}`, {title}", *_of(scores[name], list(SYNTAX))]
        for name, title in TREEBANKS.items()
        for size, scores in measured.items()
    )
    line = (
        "Syntax on development sets, raw text, ten sentences a document; tokenizer errors and wrong sentence ends count"
    )
    return line, _table(["", *SYNTAX.values()], rows)


def _speed(measured: Measured) -> Part:
    rows = (
        [f"`{size}`", f"{scores['speed']['words_per_s']:,}", str(scores["speed"]["peak_memory_mb"])]
        for size, scores in measured.items()
    )
    line = "Speed over raw articles, all components, one thread, and the memory of the process that measured"
    return line, _table(["", "words a second of processor time", "MB at most"], rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _of(found: dict[str, float], names: Sequence[str]) -> list[str]:
    return [_figure(found[name]) for name in names]


def _figure(value: float) -> str:
    """Three places without the zero before them, as scores are written."""
    return f"{value:.3f}".removeprefix("0")


def renewed(page: str, measured: Measured) -> str:
    """The card's text with the tables written anew."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    return f"{before}{begin}{tables(measured)}{end}{after}"


def main() -> None:
    """Write the card of a folder of models."""
    parser = argparse.ArgumentParser(prog="python -m training.card", description=__doc__)
    parser.add_argument("models", type=Path, nargs="?", default=SHIPPED, help="default: the models that ship")
    parser.add_argument("--to", type=Path, default=PAGE, help="the page to write; default: %(default)s")
    options = parser.parse_args()
    options.to.write_text(renewed(PAGE.read_text(encoding="utf-8"), performances(options.models)), encoding="utf-8")


if __name__ == "__main__":
    main()
