"""The best tree, against all trees of short sentences."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.enrich import trees
from pipeline.enrich.trees import heads


def is_tree(found: tuple[int, ...]) -> bool:
    """Whether every word leads to the one root."""
    if sum(head == at for at, head in enumerate(found)) != 1:
        return False
    for start in range(len(found)):
        at = start
        for _ in found:
            at = found[at]
        if found[at] != at:
            return False
    return True


def worth(scores: np.ndarray, found: tuple[int, ...]) -> float:
    """The sum of a tree's arcs."""
    return sum(float(scores[at, 0 if head == at else head + 1]) for at, head in enumerate(found))


@settings(deadline=None)
@given(st.integers(1, 5), st.integers(0, 2**32 - 1))
def test_the_best_of_all_trees_is_found(size: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(0, 5, (size, size + 1)).astype(np.float32)
    found = tuple(heads(scores))
    assert is_tree(found)
    best = max(worth(scores, tree) for tree in product(range(size), repeat=size) if is_tree(tree))
    assert abs(worth(scores, found) - best) < 1e-3


@settings(deadline=None)
@given(st.integers(1, 160), st.integers(0, 2**32 - 1))
def test_a_long_sentence_has_one_root_and_no_cycle(size: int, seed: int) -> None:
    assert is_tree(tuple(heads(np.random.default_rng(seed).normal(0, 1, (size, size + 1)).astype(np.float32))))


def test_equal_scores_are_no_trouble() -> None:
    assert is_tree(tuple(heads(np.zeros((7, 8), np.float32))))


def test_cycles_that_go_too_deep_are_cut_at_the_root(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "MOST_LEVELS", 1)
    for seed in range(20):
        assert is_tree(tuple(heads(np.random.default_rng(seed).normal(0, 1, (60, 61)).astype(np.float32))))
