"""From how sure the encoder is of an entity to how often it is right (Platt, "Probabilistic outputs", 1999)."""

import math
from collections.abc import Sequence

import numpy as np
from spacy.language import Language

from pipeline.enrich.recogniser import LABELS
from training import evaluate
from training.corpora import Sentence

CALIBRATED = 40  # entities of a label that are enough to calibrate it by itself


def calibrate(nlp: Language, sentences: Sequence[Sequence[Sentence]]) -> dict[str, tuple[float, float]]:
    """Slope and shift of the log-odds for each label (Platt, 1999), fitted to whether an entity is right."""
    blocks = [found[at : at + 5] for found in sentences for at in range(0, len(found), 5)]
    seen: dict[str, list[tuple[float, bool]]] = {label: [] for label in LABELS}
    for doc, truth in evaluate.documents(nlp, blocks):
        for ent in evaluate.named(nlp, doc).ents:
            if ent.label_ not in seen:  # a facility is one by rule, with the confidence of what the encoder called it
                continue
            odds = math.log(ent._.confidence / (1 - ent._.confidence)) if 0 < ent._.confidence < 1 else 7.0
            seen[ent.label_].append((odds, (ent.start_char, ent.end_char, ent.label_) in truth))
    together = [pair for pairs in seen.values() for pair in pairs]
    return {label: platt(pairs if len(pairs) >= CALIBRATED else together) for label, pairs in seen.items()}


def platt(pairs: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Logistic regression of right or wrong on the log-odds, by Newton's method, drawn a little towards (1, 0)."""
    x = np.array([[odds, 1.0] for odds, _ in pairs]).reshape(-1, 2)
    y = np.array([right for _, right in pairs], dtype=float)
    weights = np.array([1.0, 0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-x @ weights))
        gradient = x.T @ (p - y) + (weights - [1.0, 0.0])
        weights -= np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + np.eye(2), gradient)
    return round(float(weights[0]), 4), round(float(weights[1]), 4)
