"""Universal Dependencies as the syntax branch learns them: windows of pieces, and what each word is.

English EWT and the permissive genres of GUM, cut into words by spaCy as at run time; where its words and the corpus's
differ, the corpus does not tell. Some copies are written as headlines, without their last mark, or with curly quotes.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from pipeline.enrich.encoder import MOST_PIECES
from pipeline.enrich.pieces import Pieces, case_of
from pipeline.enrich.syntax import ASKED, lemma_by
from training import corpora
from training.windows import IGNORED, Ids, Soft, ends

SENTENCES = (1, 1, 2, 3, 4, 6, 8)  # in a row make a window, if it holds them
CAPITALS, TITLED, UNMARKED, CURLED = 0.05, 0.04, 0.08, 0.3  # shares of the sentences of a varied copy
LEAST_ANALYSIS, LEAST_LEMMA = 3, 3  # uses that make a class of its own
SILENT = ("Typo=", "ExtPos=", "Style=")  # features that are not taught
LONGEST_ENDING = 4  # letters that a lemma rule puts in
TARGETS = ("analysis", "lemma", "head", "label", "start", "sentence")

Rows = list[list[str]]


@dataclass(frozen=True)
class Tree:
    """A window of whole sentences.

    Attributes:
        ids: of pieces, with CLS and SEP.
        cases: of pieces.
        targets: (TARGETS, pieces), told at the first piece of each word; a head is the place of its first piece, and 0,
            where CLS stands, is that of a root.
        soft: what a teacher says of each piece: probabilities of the tags of entities (pieces, tags).
    """

    ids: Ids
    cases: Ids
    targets: Ids
    soft: Soft | None = None


@dataclass(frozen=True)
class Classes:
    """What the heads of the branch tell apart."""

    analyses: list[tuple[str, str, str]]  # XPOS, UPOS, features
    lemmas: list[tuple[str, int, str]]  # pipeline.enrich.syntax.lemma_by
    labels: list[str]


def sentences(folder: Path) -> list[Rows]:
    """UD English EWT and GUM (permissive genres), training parts."""
    paths = (
        folder / "ud_ewt" / "en_ewt-ud-train.rebuilt.conllu.gz",
        folder / "ud_gum" / "en_gum-ud-train.rebuilt.permissive.conllu.gz",
    )
    return [rows for path in paths for rows in corpora.conllu(path)]


def reference(nlp: Language, rows: Sequence[Sequence[str]]) -> Doc:
    """A reference document of one UD sentence; multiword tokens keep no blank between their words."""
    inside = {n for row in rows if "-" in row[0] for n in range(int(row[0].split("-")[0]), int(row[0].split("-")[1]))}
    after = {row[0].split("-")[1]: row for row in rows if "-" in row[0]}
    words = [row for row in rows if "-" not in row[0]]
    spaces = [int(row[0]) not in inside and "SpaceAfter=No" not in after.get(row[0], row)[9] for row in words]
    return Doc(
        nlp.vocab,
        words=[row[1] for row in words],
        spaces=spaces,
        tags=[row[4] for row in words],
        pos=[row[3] for row in words],
        morphs=[row[5] if row[5] != "_" else "" for row in words],
        lemmas=[row[2] for row in words],
        heads=[int(row[6]) - 1 if row[6] != "0" else at for at, row in enumerate(words)],
        deps=[row[7] if row[7] != "root" else "ROOT" for row in words],
        sent_starts=[at == 0 for at in range(len(words))],
    )


def document(nlp: Language, group: Sequence[Rows]) -> Doc:
    """Sentences in a row as one reference document."""
    docs = [reference(nlp, rows) for rows in group]
    joined = Doc.from_docs(docs) if len(docs) > 1 else docs[0]
    assert joined is not None
    return joined


def varied(rows: Rows, rng: random.Random) -> Rows:
    """A copy as news write: sometimes in capitals, in a headline's case, without its last mark, with curly quotes."""
    change = rng.random()
    if change < CAPITALS:
        rows = _rewritten(rows, str.upper)
    elif change < CAPITALS + TITLED:
        rows = _rewritten(rows, lambda word: word.capitalize() if word.islower() and "'" not in word else word)
    if rng.random() < UNMARKED and len(rows) > 2 and rows[-1][3] == "PUNCT" and _leaf(rows):
        rows = rows[:-1]
    if rng.random() < CURLED:
        opened = [False]
        rows = _rewritten(rows, lambda word: _curled(word, opened))
    return rows


def _leaf(rows: Rows) -> bool:
    """Whether the last word is one by itself, and no other depends on it."""
    return all(row[6] != rows[-1][0] for row in rows) and "-" not in rows[-2][0]


def _rewritten(rows: Rows, change: Any) -> Rows:
    return [[row[0], change(row[1]), *row[2:]] for row in rows]


def _curled(word: str, opened: list[bool]) -> str:
    if word == '"':
        opened[0] = not opened[0]
        return "“" if opened[0] else "”"
    return word.replace("'", "’")


def classes(nlp: Language, rows: Sequence[Rows]) -> Classes:
    """The classes that are used often enough, of the corpus as it is; relations that the syntax asks for, always."""
    analyses: Counter[tuple[str, str, str]] = Counter()
    lemmas: Counter[tuple[str, int, str]] = Counter()
    labels: Counter[str] = Counter()
    for sentence in rows:
        for token in reference(nlp, sentence):
            analyses[token.tag_, token.pos_, features(str(token.morph))] += 1
            lemmas[lemma_rule(token.text, token.lemma_)] += 1
            labels[token.dep_] += 1
    return Classes(
        sorted(analysis for analysis, uses in analyses.items() if uses >= LEAST_ANALYSIS),
        sorted(rule for rule, uses in lemmas.items() if uses >= LEAST_LEMMA and _general(rule)),
        sorted({*labels, *ASKED}),
    )


def features(morph: str) -> str:
    """Universal features without what says that a word is misspelt or part of a fixed expression."""
    return "|".join(part for part in morph.split("|") if part != "_" and not part.startswith(SILENT))


def _general(rule: tuple[str, int, str]) -> bool:
    """Whether a rule could be another word's, too: the corpus's names are none."""
    return len(rule[2]) <= LONGEST_ENDING and (not rule[2] or rule[2].isalpha()) and rule[2] == rule[2].lower()


def lemma_rule(word: str, lemma: str) -> tuple[str, int, str]:
    """The shortest rule that makes the lemma of the word: its case, how many letters go, and what comes instead."""
    found = []
    for case in ("lower", "keep", "title"):
        base = lemma_by(word, (case, 0, ""))
        same = 0
        while same < min(len(base), len(lemma)) and base[same] == lemma[same]:
            same += 1
        found.append((case, len(base) - same, lemma[same:]))
    return min(found, key=lambda rule: rule[1] + len(rule[2]))


class Reader:
    """From sentences to windows.

    Args:
        pieces: the encoder's.
        known: the classes.
    """

    def __init__(self, pieces: Pieces, known: Classes) -> None:
        self.nlp = spacy.blank("en")
        self.pieces = pieces
        self.analyses = {analysis: at for at, analysis in enumerate(known.analyses)}
        self.lemmas = {rule: at for at, rule in enumerate(known.lemmas)}
        self.labels = {label: at for at, label in enumerate(known.labels)}

    def windows(self, rows: Sequence[Rows], rng: random.Random) -> Iterator[Tree]:
        """All sentences but the too long, in windows of one to eight."""
        at = 0
        while at < len(rows):
            size = rng.choice(SENTENCES)
            yield from self._fitting(rows[at : at + size])
            at += size

    def _fitting(self, group: Sequence[Rows]) -> Iterator[Tree]:
        gold = document(self.nlp, group)
        example = Example(self.nlp.make_doc(gold.text), gold)
        pieces = [self.pieces.of(token.text) for token in example.predicted]
        if sum(len(found) for found in pieces) <= MOST_PIECES:
            yield self._window(example, pieces)
        elif len(group) > 1:
            yield from self._fitting(group[: len(group) // 2])
            yield from self._fitting(group[len(group) // 2 :])

    def _window(self, example: Example, pieces: Sequence[tuple[int, ...]]) -> Tree:
        ids = [self.pieces.first, *(at for found in pieces for at in found), self.pieces.last]
        cases = [
            0,
            *(case_of(token.text) for token, found in zip(example.predicted, pieces, strict=True) for _ in found),
            0,
        ]
        places = (1 + np.cumsum([0, *(len(found) for found in pieces)])[:-1]).tolist()
        targets = np.full((len(TARGETS), len(ids)), IGNORED, np.int32)
        targets[TARGETS.index("sentence")] = -1
        targets[:, places] = self._targets(example, places)
        return Tree(np.array(ids, np.int32), np.array(cases, np.int32), targets)

    def _targets(self, example: Example, places: Sequence[int]) -> Ids:
        tags, parts, morphs, lemmas = (
            example.get_aligned(name, as_string=True) for name in ("TAG", "POS", "MORPH", "LEMMA")
        )
        heads, labels = example.get_aligned_parse(projectivize=False)
        starts = example.get_aligned_sent_starts()
        rows, sentence = [], 0
        for at, token in enumerate(example.predicted):
            sentence += bool(starts[at]) and at > 0
            head = heads[at]
            place = IGNORED if head is None else 0 if head == at else places[head]
            rows.append((
                self.analyses.get((tags[at], parts[at], features(morphs[at] or "")), IGNORED),
                self.lemmas.get(lemma_rule(token.text, lemmas[at]), IGNORED) if lemmas[at] else IGNORED,
                place,
                self.labels[labels[at]] if labels[at] and head is not None else IGNORED,
                IGNORED if starts[at] is None else int(bool(starts[at])),
                sentence,
            ))  # fmt: skip
        return np.array(rows, np.int32).T


def save(path: Path, windows: Sequence[Tree]) -> None:
    """Keep windows in a file."""
    np.savez(
        path,
        ends=ends(windows),
        ids=np.concatenate([tree.ids for tree in windows]),
        cases=np.concatenate([tree.cases for tree in windows]),
        targets=np.concatenate([tree.targets for tree in windows], axis=1),
    )


def load(path: Path) -> list[Tree]:
    """The windows that were kept."""
    with np.load(path) as kept:
        parts = [np.split(kept[name], kept["ends"][:-1], axis=-1) for name in ("ids", "cases", "targets")]
    return [Tree(*row) for row in zip(*parts, strict=True)]
