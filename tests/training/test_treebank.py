"""Universal Dependencies as windows, on sentences written for these tests."""

import gzip
import random
from pathlib import Path

import numpy as np
import spacy

from pipeline.enrich.syntax import lemma_by
from tests.training.conftest import letters
from training import corpora, treebank
from training.treebank import TARGETS
from training.windows import IGNORED

SENTENCE = """\
1-2\tWe'll\t_\t_\t_\t_\t_\t_\t_\t_
1\tWe\twe\tPRON\tPRP\tNumber=Plur\t3\tnsubj\t_\t_
2\t'll\twill\tAUX\tMD\tVerbForm=Fin\t3\taux\t_\t_
3\tsee\tsee\tVERB\tVB\tTypo=Yes|VerbForm=Inf\t0\troot\t_\t_
4\tports\tport\tNOUN\tNNS\tNumber=Plur\t3\tobj\t_\tSpaceAfter=No
5\t.\t.\tPUNCT\t.\t_\t3\tpunct\t_\t_

"""


def rows(folder: Path) -> list[treebank.Rows]:
    """The sentence five times."""
    path = folder / "sample.conllu.gz"
    path.write_bytes(gzip.compress((SENTENCE * 5).encode()))
    return list(corpora.conllu(path))


def test_a_window_tells_each_word(tmp_path: Path) -> None:
    found = rows(tmp_path)
    known = treebank.classes(spacy.blank("en"), found)
    assert ("VB", "VERB", "VerbForm=Inf") in known.analyses
    (window,) = treebank.Reader(letters(), known)._fitting(found[:2])
    told = dict(zip(TARGETS, window.targets, strict=True))
    words = np.flatnonzero(told["analysis"] != IGNORED)
    assert len(words) == 10
    labels = [known.labels[at] for at in told["label"][words]]
    assert labels == ["nsubj", "aux", "ROOT", "obj", "punct"] * 2
    heads = [0 if place == 0 else words.tolist().index(place) for place in told["head"][words]]
    assert heads == [2, 2, 0, 2, 2, 7, 7, 0, 7, 7]
    assert told["start"][words].tolist() == [1, 0, 0, 0, 0] * 2
    assert told["sentence"][words].tolist() == [0] * 5 + [1] * 5
    rules = [known.lemmas[at] for at in told["lemma"][words[:5]]]
    texts = ["We", "'ll", "see", "ports", "."]
    assert [lemma_by(*pair) for pair in zip(texts, rules, strict=True)] == ["we", "will", "see", "port", "."]


def test_the_shortest_rule_makes_the_lemma() -> None:
    for word, lemma in (("Ports", "port"), ("was", "be"), ("PARIS", "Paris"), ("Oslo", "Oslo"), ("went", "go")):
        assert lemma_by(word, treebank.lemma_rule(word, lemma)) == lemma
    assert treebank.lemma_rule("Ports", "port") == ("lower", 1, "")


def test_no_rule_holds_a_name() -> None:
    assert treebank._general(("lower", 3, "be"))
    assert not treebank._general(("keep", 2, "Tarn"))
    assert not treebank._general(("lower", 2, "archive"))


def test_copies_keep_their_tree(tmp_path: Path) -> None:
    sentence = rows(tmp_path)[0]
    seen = set()
    for seed in range(80):
        copy = treebank.varied(sentence, random.Random(seed))
        seen.add(treebank.reference(spacy.blank("en"), copy).text.strip())
        assert [row[:1] + row[2:] for row in copy] == [row[:1] + row[2:] for row in sentence[: len(copy)]]
    assert seen == {"We'll see ports.", "We’ll see ports.", "WE'LL SEE PORTS.", "WE’LL SEE PORTS.", "We'll see ports",
                    "We’ll see ports", "We'll See Ports.", "We’ll See Ports."} & seen  # fmt: skip
    assert len(seen) > 4


def test_windows_are_kept(tmp_path: Path) -> None:
    found = rows(tmp_path)
    reader = treebank.Reader(letters(), treebank.classes(spacy.blank("en"), found))
    windows = list(reader.windows(found, random.Random(1)))
    treebank.save(tmp_path / "trees.npz", windows)
    again = treebank.load(tmp_path / "trees.npz")
    assert all((a.targets == b.targets).all() and (a.ids == b.ids).all() for a, b in zip(windows, again, strict=True))
    assert sum((window.targets[TARGETS.index("start")] == 1).sum() for window in windows) == 5
