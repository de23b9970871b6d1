"""The syntax of the shipped models: a spaCy component that turns what the encoder says into tags, parts of speech,
features, lemmas, sentences and dependencies.

Sentences come first; in each the arcs are the best tree (trees.py), and an arc's label is the best for its pair of
words. Relations are those of Universal Dependencies, with `ROOT` for the root as everywhere in spaCy.
"""

import io
import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.attrs import DEP, HEAD, LEMMA, MORPH, POS, TAG
from spacy.language import Language
from spacy.scorer import Scorer
from spacy.symbols import IDS
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import to_disk
from spacy.vocab import Vocab

from pipeline.enrich import trees
from pipeline.enrich.encoder import SYNTAX

FILES = ("classes.json", "labels.npy")
START = 0.0  # log-odds from which a word begins a sentence
START_OF_LINE = -3.0  # and the first of a line
STOPS = frozenset(".?!")
AFTER_STOP = -6.0  # and one in capitals after a full stop by itself (that of an abbreviation is a part of its word)
ASKED = ("ROOT", "nsubj", "nmod:desc", "obj", "iobj", "appos", "cc", "conj")  # relations that every model must know
MOST_REMEMBERED = 100_000
ATTRIBUTES = [TAG, POS, MORPH, LEMMA, HEAD, DEP]

Ids = npt.NDArray[np.int64]
Hashes = npt.NDArray[np.uint64]


@Language.factory(
    "geowire_syntax",
    assigns=[
        "token.tag",
        "token.pos",
        "token.morph",
        "token.lemma",
        "token.dep",
        "token.head",
        "token.is_sent_start",
        "doc.sents",
    ],
)
def make(nlp: Language, name: str) -> "Syntax":
    """An empty component; its files come with `from_disk`."""
    return Syntax(nlp.vocab, name)


class Syntax:
    """Syntax of documents that an encoder has read. Not trainable here: training/ makes its files."""

    def __init__(self, vocab: Vocab, name: str = "syntax") -> None:
        self.name, self.vocab = name, vocab
        self._files: dict[str, bytes] = {}
        self._rules: list[tuple[str, int, str]] = []
        self._lemmas: dict[tuple[int, int], int] = {}

    @property
    def labels(self) -> tuple[str, ...]:
        """The relations."""
        return tuple(self._classes["labels"])

    def __call__(self, doc: Doc) -> Doc:
        """Set tags, parts of speech, features, lemmas, heads, relations and sentences."""
        said = doc.user_data.pop(SYNTAX, [])
        tokens = np.array([token.i for token in doc if not token.is_space], np.int64)
        rows = np.zeros((len(doc), len(ATTRIBUTES)), np.uint64)
        heads = np.arange(len(doc))
        least = _least_odds(doc)
        at = 0
        for analyses, lemmas, starts, arcs, dependents, sides in said:
            own = tokens[at : at + len(analyses)]
            found = np.array(_heads(arcs, starts > least[own]), np.int64)
            labels = self._labelled(found, dependents, sides)
            self._one_of_each(found, labels)
            heads[own] = own[found]
            rows[own, 0:3] = self._analyses[analyses]
            rows[own, 3] = [self._lemma(doc[int(i)], rule) for i, rule in zip(own, lemmas, strict=True)]
            rows[own, 5] = self._relations[labels]
            at += len(analyses)
        self._blanks(doc, tokens, rows, heads)
        rows[:, 4] = (heads - np.arange(len(doc))).astype(np.uint64)
        if len(doc):
            doc.from_array(ATTRIBUTES, rows)
        return doc

    def _labelled(self, found: Ids, dependents: Any, sides: Any) -> Ids:
        """The number of each word's relation; a root's is ROOT, and no other's."""
        root = found == np.arange(len(found))
        pairs = np.maximum(dependents + sides[np.where(root, 0, found + 1)], 0)
        # Row by row: a product of this size is given to several threads, whose waiting takes a fifth of all the time.
        scores = (pairs[:, None] @ self._weights[:-1])[:, 0] + self._weights[-1]
        scores[:, self._root] = np.where(root, np.inf, -np.inf)
        best: Ids = scores.argmax(axis=1)
        return best

    def _one_of_each(self, found: Ids, labels: Ids) -> None:
        """A predicate has one subject: of two side by side the first describes the other ("engineer Pavel Ruzic"), of
        two apart the second explains the first ("The head of the port, Pavel Ruzic, said"). Of two objects the first is
        the indirect one ("gave Fiji $3 million"); between subject and predicate stands none, but the subject's name."""
        for one in np.flatnonzero(labels == self._object):
            if 0 < one < found[one] and labels[one - 1] == self._subject and found[one - 1] == found[one]:
                labels[one] = self._subject
        for relation in (self._subject, self._object):
            places = np.flatnonzero(labels == relation)
            for one, other in pairwise(places):
                if found[one] != found[other]:
                    continue
                if relation == self._object:
                    labels[one] = self._indirect
                elif other == one + 1:
                    found[one], labels[one] = other, self._description
                elif other < found[other]:
                    joined = bool(np.any((labels[one:other] == self._conjunction) & (found[one:other] == other)))
                    found[other], labels[other] = one, self._joined if joined else self._apposition

    def _lemma(self, token: Any, rule: int) -> int:
        key = (token.orth, int(rule))
        found = self._lemmas.get(key)
        if found is None:
            if len(self._lemmas) >= MOST_REMEMBERED:
                self._lemmas.clear()
            found = self._lemmas[key] = self.vocab.strings.add(lemma_by(token.text, self._rules[rule]))
        return found

    def _blanks(self, doc: Doc, tokens: Ids, rows: Hashes, heads: Ids) -> None:
        """Blanks and line breaks hang on the word before them, the first ones on the first word."""
        for token in doc if len(tokens) < len(doc) else ():
            if token.is_space:
                before = int(np.searchsorted(tokens, token.i)) - 1
                heads[token.i] = tokens[max(before, 0)] if len(tokens) else 0
                rows[token.i] = (*self._blank[:3], token.orth, 0, self._blank[3])

    def score(self, examples: Iterable[Example], **settings: Any) -> dict[str, Any]:
        """Accuracies as spaCy's own components count them."""
        examples = list(examples)
        found: dict[str, Any] = {}
        for name in ("tag", "pos", "morph", "lemma"):
            found |= Scorer.score_token_attr(examples, name)
        found |= Scorer.score_spans(examples, "sents", has_annotation=lambda doc: doc.has_annotation("SENT_START"))
        found |= Scorer.score_deps(examples, "dep", ignore_labels=("p", "punct"))
        found.pop("sents_per_type", None)
        return found

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the classes and the labels' weights into a folder."""
        to_disk(path, {name: lambda at, name=name: at.write_bytes(self._files[name]) for name in self._files}, exclude)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Syntax":
        """Load what `to_disk` wrote."""
        return self.set_files({name: (Path(path) / name).read_bytes() for name in FILES})

    def set_files(self, files: dict[str, bytes]) -> "Syntax":
        """Take the classes (JSON) and the labels' weights (an array; its last row is the bias)."""
        if files:
            self._classes = json.loads(files["classes.json"])
            strings = self.vocab.strings
            self._analyses = np.array([self._hashes(*row) for row in self._classes["analyses"]], np.uint64)
            self._rules = [tuple(rule) for rule in self._classes["lemmas"]]
            self._relations = np.array([strings.add(label) for label in self.labels], np.uint64)
            known = [self.labels.index(label) for label in ASKED]
            self._root, self._subject, self._description, self._object = known[:4]
            self._indirect, self._apposition, self._conjunction, self._joined = known[4:]
            self._blank = (*self._hashes("_SP", "SPACE", ""), strings.add("dep"))
            self._weights = np.load(io.BytesIO(files["labels.npy"]), allow_pickle=False)
        self._files, self._lemmas = files, {}
        return self

    def _hashes(self, tag: str, part: str, features: str) -> tuple[int, int, int]:
        return self.vocab.strings.add(tag), IDS[part], self.vocab.morphology.add(features)


def lemma_by(word: str, rule: tuple[str, int, str]) -> str:
    """The lemma of a word by a rule: its case (lower, keep, title), how many letters go, what comes instead."""
    case, cut, ending = rule
    base = word.lower() if case == "lower" else word.capitalize() if case == "title" else word
    return base[: len(base) - cut] + ending if cut < len(base) or ending else base


def _heads(arcs: Any, begins: Any) -> list[int]:
    """The head of each word of a stretch, its own number where it is a root; the first word begins a sentence."""
    edges = [0, *(np.flatnonzero(begins[1:]) + 1).tolist(), len(begins)]
    found: list[int] = []
    for first, last in pairwise(edges):
        within = np.concatenate((arcs[first:last, :1], arcs[first:last, first + 1 : last + 1]), axis=1)
        found += [first + head for head in trees.heads(within)]
    return found


def _least_odds(doc: Doc) -> npt.NDArray[np.float64]:
    """The log-odds from which each token begins a sentence: fewer after a line break and after a full stop."""
    least = np.full(len(doc), START)
    broken = stopped = False
    for token in doc:
        if token.is_space:
            broken = broken or "\n" in token.text
            continue
        if broken:
            least[token.i] = START_OF_LINE
        elif stopped and not token.text[:1].islower() and not token.is_punct:
            least[token.i] = AFTER_STOP
        broken, stopped = False, token.text in STOPS
    return least
