"""The windows that a training sees, in the working folder: copies of the entity mix and of the treebanks, each varied
anew, and what the teachers say of them."""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
import spacy

from pipeline.enrich.pieces import Pieces
from training import encoder, mix, treebank
from training.treebank import Classes, Tree
from training.windows import Window, ends

COPIES = 2  # of each; the treebanks' first is as it is

Taught = TypeVar("Taught", Window, Tree)


def prepare(folder: Path, out: Path) -> None:
    """Write the windows and the syntax's classes once; it takes minutes.

    Args:
        folder: the corpora (training/README.md).
        out: the working folder.
    """
    pieces = Pieces(encoder.vocabulary())
    for copy in range(COPIES):
        if not names_file(out, copy).exists():
            rng = random.Random(100 + copy)
            train, _ = mix.split(mix.sentences(folder))
            found = [
                window
                for fold, part in mix.folded(train)
                for window in mix.windows(mix.blocks(part, rng), pieces, rng, fold)
            ]
            mix.save(names_file(out, copy), found)
    if not (out / "classes.json").exists():
        rows = treebank.sentences(folder)
        known = treebank.classes(spacy.blank("en"), rows)
        reader = treebank.Reader(pieces, known)
        for copy in range(COPIES):
            rng = random.Random(copy)
            varied = [treebank.varied(sentence, rng) for sentence in rows] if copy else rows
            treebank.save(trees_file(out, copy), list(reader.windows(varied, rng)))
        (out / "classes.json").write_text(json.dumps(asdict(known), ensure_ascii=False), encoding="utf-8")


def names_file(out: Path, copy: int) -> Path:
    """Where a copy of the entity mix is."""
    return out / f"names-{copy}.npz"


def trees_file(out: Path, copy: int) -> Path:
    """Where a copy of the treebanks is."""
    return out / f"trees-{copy}.npz"


def soft_file(path: Path) -> Path:
    """Where the teachers' word about a copy is."""
    return path.with_suffix(".soft.npy")


def classes(out: Path) -> Classes:
    """What the syntax's heads tell apart."""
    return Classes(**json.loads((out / "classes.json").read_text(encoding="utf-8")))


def names(out: Path, *, taught: bool) -> list[list[Window]]:
    """The copies of the entity mix, with the teachers' word about them."""
    found = [mix.load(names_file(out, copy)) for copy in range(COPIES)]
    return [_taught(windows, names_file(out, copy)) if taught else windows for copy, windows in enumerate(found)]


def trees(out: Path, *, taught: bool) -> list[list[Tree]]:
    """The copies of the treebanks, with the teachers' word about them."""
    found = [treebank.load(trees_file(out, copy)) for copy in range(COPIES)]
    return [_taught(windows, trees_file(out, copy)) if taught else windows for copy, windows in enumerate(found)]


def _taught(windows: Sequence[Taught], path: Path) -> list[Taught]:
    soft = np.split(np.load(soft_file(path), mmap_mode="r"), ends(windows)[:-1])
    return [replace(window, soft=part) for window, part in zip(windows, soft, strict=True)]
