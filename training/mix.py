"""The training mix of the entity recogniser: corpora cleaned, varied, and packed into windows of pieces."""

import random
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.training import offsets_to_biluo_tags

from pipeline.enrich.pieces import Pieces
from pipeline.enrich.recogniser import TAGS
from training import cleaning, corpora, swaps
from training.corpora import MISSING, Sentence
from training.windows import IGNORED, UNTOLD, Window, ends

REPEATS = {"wikigold": 4, "crossner": 4, "gum": 2, "re3d": 4, "wnut": 1}  # the human corpora against GMB's silver
VARIED, RECASED, CURLED, RETOKENISED = 0.5, 0.06, 0.3, 0.6  # shares of the sentences
OPENED = 0.05  # of the windows begin with a dateline or a byline
DULL = 0.25  # of GMB's sentences without an organisation or a person are kept
HELD_OUT = 0.02  # of each corpus, its last sentences, for daily choices and calibration
WINDOW = 160  # pieces
FOLDS = 4  # parts of GMB; the teacher of each has not seen it


def sentences(folder: Path) -> dict[str, list[Sentence]]:
    """The corpora, cleaned, by name, in their own order."""
    gmb = list(corpora.gmb(folder))
    usual = cleaning.usual_types(gmb) | cleaning.known_types()
    mix = {"gmb": cleaning.clean(gmb, usual)}
    peoples = {surface for surface, kind in usual.items() if kind == "NORP"}
    for name in REPEATS:
        human = cleaning.clean(getattr(corpora, name)(folder), usual)
        mix[name] = [cleaning.name_peoples(sentence, peoples) for sentence in human]
    return mix


def split(mix: Mapping[str, list[Sentence]]) -> tuple[dict[str, list[Sentence]], list[list[Sentence]]]:
    """The part to train on, and the blocks held out."""
    train = {name: found[: int(len(found) * (1 - HELD_OUT))] for name, found in mix.items()}
    return train, [found[len(train[name]) :] for name, found in mix.items()]


def folded(train: Mapping[str, list[Sentence]]) -> Iterator[tuple[int, dict[str, list[Sentence]]]]:
    """The corpora with the fold of each; GMB in FOLDS parts, one after the other."""
    for name, found in train.items():
        if name != "gmb":
            yield -1, {name: found}
            continue
        for fold in range(FOLDS):
            yield fold, {name: found[len(found) * fold // FOLDS : len(found) * (fold + 1) // FOLDS]}


def blocks(train: Mapping[str, list[Sentence]], rng: random.Random) -> Iterator[Sequence[Sentence]]:
    """Sentences in a row, varied anew in each repeat."""
    for name, found in train.items():
        for _ in range(REPEATS.get(name, 1)):
            kept = [sentence for sentence in found if name != "gmb" or rng.random() < DULL or _telling(sentence)]
            at = 0
            while at < len(kept):
                size = rng.choice((1, 1, 2, 3, 4, 5, 6, 8))
                block = [_copy(sentence, rng) for sentence in kept[at : at + size]]
                yield [swaps.opening(rng), *block] if rng.random() < OPENED else block
                at += size


def _telling(sentence: Sentence) -> bool:
    return any(tag in ("B-ORG", "B-PERSON", "B-EVENT", "B-MISC") for tag in sentence[1])


def _copy(sentence: Sentence, rng: random.Random) -> Sentence:
    if rng.random() < VARIED:
        sentence = swaps.vary(sentence, rng)
    if rng.random() < RECASED:
        sentence = cleaning.recase(sentence, rng)
    return cleaning.curl(sentence) if rng.random() < CURLED else sentence


def retokenised(nlp: Any, sentence: Sentence) -> Sentence:
    """The sentence on spaCy's own tokens; what does not align or does not tell is missing, not O."""
    text, entities, missing = cleaning.joined(sentence)
    doc = nlp.make_doc(text)
    words = [token.text for token in doc]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # spaCy's, about each name that does not align
        tags = [_iob(tag) for tag in offsets_to_biluo_tags(doc, entities, missing="O")]
    for at, token in enumerate(doc):
        if any(start < token.idx + len(token) and token.idx < end for start, end in missing):
            tags[at] = MISSING
    return words, tags


def _iob(tag: str) -> str:
    return {"U-": "B-", "L-": "I-"}.get(tag[:2], tag[:2]) + tag[2:] if len(tag) > 1 else tag


def windows(
    groups: Iterable[Sequence[Sentence]], pieces: Pieces, rng: random.Random, fold: int = -1
) -> Iterator[Window]:
    """Groups of sentences as windows of at most WINDOW pieces; 60 % of the sentences are cut into words by spaCy."""
    nlp = spacy.blank("en")
    known = {tag: at for at, tag in enumerate(TAGS)}
    for group in groups:
        ids, cases, tags = [pieces.first], [0], [IGNORED]
        for given in group:
            sentence = retokenised(nlp, given) if rng.random() < RETOKENISED else given
            for word, tag in zip(*sentence, strict=True):
                found, case = pieces.read(word)
                if len(ids) + len(found) >= WINDOW:
                    yield _window([*ids, pieces.last], cases, tags, fold)
                    ids, cases, tags = [pieces.first], [0], [IGNORED]
                ids += found
                cases += [case] * len(found)
                tags += [known.get(tag, UNTOLD), *[IGNORED] * (len(found) - 1)]
        yield _window([*ids, pieces.last], cases, tags, fold)


def _window(ids: list[int], cases: list[int], tags: list[int], fold: int) -> Window:
    parts = (np.array(row, dtype=np.int32) for row in (ids, [*cases, 0], [*tags, IGNORED]))
    return Window(next(parts), next(parts), next(parts), fold)


def save(path: Path, found: Sequence[Window]) -> None:
    """Keep windows in a file, whole or not at all."""
    np.savez(
        path.with_suffix(".new.npz"),
        ends=ends(found),
        folds=np.array([window.fold for window in found]),
        ids=np.concatenate([window.ids for window in found]),
        cases=np.concatenate([window.cases for window in found]),
        tags=np.concatenate([window.tags for window in found]),
    )
    path.with_suffix(".new.npz").replace(path)


def load(path: Path) -> list[Window]:
    """The windows that were kept."""
    with np.load(path) as kept:
        parts = [np.split(kept[name], kept["ends"][:-1]) for name in ("ids", "cases", "tags")]
        return [Window(*row) for row in zip(*parts, kept["folds"].tolist(), strict=True)]
