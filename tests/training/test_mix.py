"""The mix that the encoder learns from: other names swapped in, windows, batches. Needs the extra `train`."""

import random
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("faker")

from pipeline.enrich.recogniser import TAGS
from tests.training.conftest import letters
from training import cleaning, mix, swaps
from training.corpora import Sentence
from training.windows import IGNORED, UNTOLD, batches

SENTENCE: Sentence = (["Anna", "Berg", "left", "the", "Bank", "for", "Rome", "."], [])
SENTENCE[1].extend(["B-PERSON", "I-PERSON", "O", "O", "B-ORG", "O", "B-LOC", "O"])


def test_names_are_swapped_and_the_rest_stays() -> None:
    rng = random.Random(1)
    seen = set()
    for _ in range(60):
        words, tags = swaps.vary(SENTENCE, rng)
        assert len(words) == len(tags)
        assert [kind for _, _, kind in cleaning.spans((words, tags))] == ["PERSON", "ORG", "LOC"]
        assert [word for word, tag in zip(words, tags, strict=True) if tag == "O"] == ["left", "the", "for", "."]
        seen.add(" ".join(words))
    assert len(seen) > 20


def test_a_seed_draws_the_same_names() -> None:
    assert swaps.vary(SENTENCE, random.Random(3)) == swaps.vary(SENTENCE, random.Random(3))


def test_names_come_from_many_languages_in_latin_letters() -> None:
    lists = swaps.people()
    assert len(lists) > 40
    assert all(swaps.organisation(random.Random(seed)) for seed in range(200))


def test_datelines_and_bylines_are_tagged() -> None:
    for seed in range(100):
        words, tags = swaps.opening(random.Random(seed))
        assert len(words) == len(tags)
        assert "B-PERSON" in tags if words[0] == "By" else tags[0] == "B-LOC"


def test_windows_hold_every_word_once() -> None:
    group = [SENTENCE] * 30
    found = list(mix.windows([group], letters(), random.Random(1)))
    assert len(found) > 1
    assert all(len(window.ids) == len(window.cases) == len(window.tags) <= mix.WINDOW + 1 for window in found)
    told = np.concatenate([window.tags for window in found])
    assert (told == TAGS.index("B-PERSON")).sum() == 30
    assert (told != IGNORED).sum() == 30 * len(SENTENCE[0])
    untold = next(mix.windows([[(["Anna", "left"], ["-", "O"])]], letters(), random.Random(0)))
    assert UNTOLD in untold.tags


def test_batches_hold_every_window_once_and_keep_to_their_size() -> None:
    found = list(mix.windows([[SENTENCE] * n for n in range(1, 12)], letters(), random.Random(1)))
    made = list(batches(found, 200, random.Random(2)))
    assert sorted(id(window) for batch in made for window in batch) == sorted(id(window) for window in found)
    assert all(max(len(window.ids) for window in batch) * len(batch) <= 200 or len(batch) == 1 for batch in made)


def test_windows_are_kept_and_found_again(tmp_path: Path) -> None:
    found = list(mix.windows([[SENTENCE]] * 3, letters(), random.Random(1), fold=2))
    mix.save(tmp_path / "names.npz", found)
    again = mix.load(tmp_path / "names.npz")
    assert [window.ids.tolist() for window in again] == [window.ids.tolist() for window in found]
    assert {window.fold for window in again} == {2}


def test_each_part_of_the_silver_corpus_is_of_one_fold() -> None:
    sentences = [([str(at)], ["O"]) for at in range(10)]
    folds = [
        (fold, [words[0] for words, _ in part[name]])
        for fold, part in mix.folded({"gmb": sentences, "gum": sentences[:1]})
        for name in part
    ]
    assert folds == [(0, ["0", "1"]), (1, ["2", "3", "4"]), (2, ["5", "6"]), (3, ["7", "8", "9"]), (-1, ["0"])]


def test_what_is_held_out_is_not_trained_on() -> None:
    sentences = [([str(at)], ["O"]) for at in range(1000)]
    train, held = mix.split({"gmb": sentences})
    assert len(train["gmb"]) == 980
    assert held == [sentences[980:]]
