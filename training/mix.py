"""The training mix of the entity recogniser: corpora cleaned, varied, and packed into windows of pieces."""

import random
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import spacy
from spacy.training import offsets_to_biluo_tags

from pipeline.enrich.pieces import Pieces
from pipeline.enrich.recogniser import TAGS
from training import cleaning, corpora, swaps
from training.corpora import MISSING, Sentence

SEED = 7
REPEATS = {"wikigold": 4, "crossner": 4, "gum": 2, "re3d": 4, "wnut": 1}  # the human corpora against GMB's silver
VARIED, RECASED, CURLED, RETOKENISED = 0.5, 0.06, 0.3, 0.6  # shares of the sentences
OPENED = 0.05  # of the windows begin with a dateline or a byline
DULL = 0.25  # of GMB's sentences without an organisation or a person are kept
HELD_OUT = 0.02  # of each corpus, its last sentences, for daily choices and calibration
WINDOW = 160  # pieces
IGNORED = -100

Ids = npt.NDArray[np.int32]


class HasIds(Protocol):
    """A window of pieces, whatever is told of them."""

    @property
    def ids(self) -> Ids: ...


Piecewise = TypeVar("Piecewise", bound=HasIds)


@dataclass(frozen=True)
class Window:
    """Pieces of sentences in a row with CLS and SEP: ids, cases, and a tag at the first piece of each word."""

    ids: Ids
    cases: Ids
    tags: Ids


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


def windows(groups: Iterable[Sequence[Sentence]], pieces: Pieces, rng: random.Random) -> Iterator[Window]:
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
                    yield _window([*ids, pieces.last], cases, tags)
                    ids, cases, tags = [pieces.first], [0], [IGNORED]
                ids += found
                cases += [case] * len(found)
                tags += [known.get(tag, IGNORED), *[IGNORED] * (len(found) - 1)]
        yield _window([*ids, pieces.last], cases, tags)


def _window(ids: list[int], cases: list[int], tags: list[int]) -> Window:
    rows = (ids, [*cases, 0], [*tags, IGNORED])
    return Window(*(np.array(row, dtype=np.int32) for row in rows))


def batches(found: Sequence[Piecewise], size: int, rng: random.Random) -> Iterator[list[Piecewise]]:
    """One epoch: windows of like length together, `size` pieces a batch with the padding, in random order."""
    order = sorted(range(len(found)), key=lambda at: (len(found[at].ids) + rng.randrange(-8, 9), rng.random()))
    grouped: list[list[Piecewise]] = [[]]
    for at in order:
        window = found[at]
        longest = max([len(window.ids), *(len(other.ids) for other in grouped[-1])])
        if grouped[-1] and longest * (len(grouped[-1]) + 1) > size:
            grouped.append([])
        grouped[-1].append(window)
    rng.shuffle(grouped)
    yield from grouped


def padded(batch: Sequence[Window]) -> tuple[Ids, Ids, Ids]:
    """Ids, cases and tags of a batch (windows, pieces), filled with 0, 0 and IGNORED."""
    longest = max(len(window.ids) for window in batch)
    shape = (len(batch), longest)
    ids, cases = np.zeros(shape, np.int32), np.zeros(shape, np.int32)
    tags = np.full(shape, IGNORED, np.int32)
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = window.ids
        cases[row, : len(window.ids)] = window.cases
        tags[row, : len(window.ids)] = window.tags
    return ids, cases, tags
