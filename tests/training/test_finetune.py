"""A whole training on a few windows: teachers, what they say, a model of both tasks. Needs the extra `train`."""

import json
import random
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
import spacy

pytest.importorskip("torch")
pytest.importorskip("faker")

import torch

from pipeline.enrich.recogniser import TAGS
from tests.training.conftest import letters
from tests.training.test_mix import SENTENCE
from tests.training.test_treebank import rows
from training import encoder, finetune, mix, prepare, teachers, treebank
from training.finetune import Plan

TEACHER = Plan(1, steps=3, rate=1e-3, seed=1, names=200, unseen=0)
BOTH = Plan(1, steps=4, rate=1e-3, seed=1, tap=1, names=200, trees=100, soft=0.5)


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with one copy of two folds and of a treebank, and an encoder that knows nothing."""
    monkeypatch.setattr(finetune, "WORKERS", 1)
    monkeypatch.setattr(prepare, "COPIES", 1)
    monkeypatch.setattr(encoder, "pretrained", lambda tags, layers, dropout: encoder.Encoder(layers, tags, dropout))
    rng = random.Random(1)
    windows = [window for fold in (0, 1) for window in mix.windows([[SENTENCE]] * 4, letters(), rng, fold)]
    mix.save(prepare.names_file(tmp_path, 0), windows)
    found = rows(tmp_path)
    known = treebank.classes(spacy.blank("en"), found)
    (tmp_path / "classes.json").write_text(json.dumps(asdict(known)))
    treebank.save(prepare.trees_file(tmp_path, 0), list(treebank.Reader(letters(), known).windows(found, rng)))
    return tmp_path


def test_teachers_judge_what_they_have_not_seen_and_a_model_learns_from_them(out: Path) -> None:
    for fold in (0, 1):
        finetune.train(replace(TEACHER, unseen=fold), out, f"teacher-{fold}", 0)
    judges = [finetune.trained(out, f"teacher-{fold}") for fold in (0, 1)]
    (windows,) = prepare.names(out, taught=False)
    (trees,) = prepare.trees(out, taught=False)
    teachers.teach([*judges, *judges], windows, prepare.soft_file(prepare.names_file(out, 0)))
    teachers.teach([*judges, *judges], trees, prepare.soft_file(prepare.trees_file(out, 0)))
    (taught,) = prepare.names(out, taught=True)
    for window in taught:
        assert window.soft is not None
        ids, cases = (torch.from_numpy(part).long()[None] for part in (window.ids, window.cases))
        expected = judges[window.fold].probabilities(ids, cases)[0]
        np.testing.assert_allclose(window.soft, expected, atol=2e-3)
    finetune.train(BOTH, out, "accurate", 0)
    model = finetune.trained(out, "accurate")
    assert model.branch is not None
    assert model.encoder.head.out_features == len(TAGS)
    assert not (out / "accurate.state.pt").exists()


def test_a_teacher_does_not_see_its_fold(out: Path) -> None:
    seen = {window.fold for named, _ in finetune.batches(TEACHER, out, 0, 0) for window in named}
    assert seen == {1}


def test_a_stopped_training_sees_the_batches_that_are_left(out: Path) -> None:
    plan = replace(TEACHER, unseen=None)
    whole = [[window.ids.tolist() for window in named] for named, _ in finetune.batches(plan, out, 0, 0)]
    rest = [[window.ids.tolist() for window in named] for named, _ in finetune.batches(plan, out, 2, 0)]
    assert rest == whole[2:]


def test_a_trial_is_not_taken_for_the_training(out: Path) -> None:
    plan = replace(TEACHER, steps=1)
    assert not finetune.is_done(out, "teacher-0", plan)
    finetune.train(plan, out, "teacher-0", 0)
    assert finetune.is_done(out, "teacher-0", plan)
    with pytest.raises(SystemExit, match="another plan"):
        finetune.is_done(out, "teacher-0", TEACHER)
