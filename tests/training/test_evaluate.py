"""Scoring, calibration and the challenge set."""

import re

import numpy as np
import pytest
import spacy
from spacy.tokens import Doc

from training import evaluate
from training.calibrate import platt


@pytest.fixture(scope="module")
def ruled() -> spacy.language.Language:
    """A pipeline that knows two names."""
    nlp = spacy.blank("en")
    patterns = [{"label": "PERSON", "pattern": "Ruth Mwangi"}, {"label": "LOC", "pattern": "Paris"}]
    nlp.add_pipe("entity_ruler").add_patterns(patterns)
    return nlp


def test_exact_spans_are_counted(ruled: spacy.language.Language) -> None:
    sentences = [(["Ruth", "Mwangi", "left", "Paris"], ["B-PERSON", "I-PERSON", "O", "B-ORG"])]
    gold = evaluate.documents(ruled, [sentences])
    scores = evaluate.f1(evaluate.count(evaluate.find(ruled, gold), gold), evaluate.SCORED)
    assert scores == {"all": 0.5, "PERSON": 1.0, "ORG": 0.0, "LOC": 0.0}


def test_the_challenge_set_is_as_large_as_it_says_and_marked_well() -> None:
    nlp = spacy.blank("en")
    classes = evaluate.challenge(nlp)
    assert len(classes) == 12
    assert sum(len(sentences) for sentences in classes.values()) >= 300
    for sentences in classes.values():
        assert len(sentences) >= 25
        for doc, spans in sentences:
            assert not re.search(r"[\[\]]", doc.text)
            for start, end, kind in spans:
                assert kind in ("PERSON", "ORG", "LOC", "NORP")
                assert doc.text[start:end] == doc.text[start:end].strip()


def test_marks_become_spans() -> None:
    doc, spans = evaluate._unmarked(spacy.blank("en"), "Dr. [PERSON E. Falk] left [LOC Oslo].")
    assert isinstance(doc, Doc)
    assert {(doc.text[start:end], kind) for start, end, kind in spans} == {("E. Falk", "PERSON"), ("Oslo", "LOC")}


def test_calibration_finds_how_often_the_sure_are_right() -> None:
    rng = np.random.default_rng(1)
    odds = rng.normal(1, 2, 4000)
    right = rng.random(4000) < 1 / (1 + np.exp(-(0.5 * odds - 0.3)))
    slope, shift = platt(list(zip(odds.tolist(), right.tolist(), strict=True)))
    assert slope == pytest.approx(0.5, abs=0.06)
    assert shift == pytest.approx(-0.3, abs=0.1)
    assert platt([]) == (1.0, 0.0)
