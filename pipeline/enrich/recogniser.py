"""The entity recogniser of the shipped models: a spaCy component that turns the encoder's scores into entities.

Spans are the best path that BIO allows (Viterbi, 1967); a name has one type throughout a document. It says how sure it
is: of the entities whose `ent._.confidence` is .8 about eight in ten are right (docs/model-card.md shows it).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans

from pipeline.enrich import TABLES
from pipeline.enrich.encoder import NAMES
from pipeline.enrich.families import family_name, is_syllable
from pipeline.enrich.products import products
from pipeline.tables import rows_of

LABELS = ("PERSON", "ORG", "LOC", "NORP", "EVENT", "MISC")
TAGS = ("O", *(f"{edge}-{label}" for label in LABELS for edge in "BI"))
HIDDEN = {"MISC"}  # taught so that titles of works are none of the others; not given out
HYPHENS = {"-", "‐", "‑"}
IMPOSSIBLE = -1e4
SETTINGS = "settings.json"

_ABBREVIATION = re.compile(r"[A-Z](?: ?\. ?[A-Z])+")

Floats = npt.NDArray[np.float32]


@Language.factory("geowire_ner", assigns=["doc.ents"])
def make(nlp: Language, name: str) -> "Recogniser":
    """An empty recogniser; its files come with `from_disk`."""
    return Recogniser(name)


class Recogniser:
    """Entities of documents. Not trainable here: training/ makes its files."""

    def __init__(self, name: str = "ner") -> None:
        self.name = name
        self.settings: dict[str, Any] = {}
        if not Span.has_extension("confidence"):
            Span.set_extension("confidence", default=None)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that entities may have."""
        return (*(label for label in LABELS if label not in HIDDEN), "FAC", "PRODUCT")

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc.ents` of a document that an encoder has read."""
        scores = doc.user_data.pop(NAMES, None)
        found = self._entities(doc, _log_softmax(scores)) if scores is not None else []
        doc.ents = tuple(filter_spans([*_products(doc), *found]))  # of two of one length the product stays
        return doc

    def _entities(self, doc: Doc, scores: Floats) -> list[Span]:
        tokens = [token.i for token in doc if not token.is_space]
        found = [(first, last, label, _sureness(scores, first, last, label)) for first, last, label in decode(scores)]
        spans = []
        for first, last, label, sure in self._consistent(doc, tokens, found):
            if label not in HIDDEN and tokens[last - 1] - tokens[first] == last - 1 - first:  # no blank line inside
                span = _facility(_whole(Span(doc, tokens[first], tokens[last - 1] + 1, label=label)))
                span._.confidence = self._calibrated(label, sure)
                if span._.confidence >= self.settings.get("least", {}).get(label, 0.0):
                    spans.append(span)
        whole: list[Span] = filter_spans(span for span in spans if not span.text.islower())
        return whole

    def _consistent(
        self, doc: Doc, tokens: Sequence[int], found: Sequence[tuple[int, int, str, float]]
    ) -> Iterator[tuple[int, int, str, float]]:
        """One type for a name throughout a document: the one that its mentions are surest of together. The last name of
        somebody who is named in full is a person's."""
        weights: dict[str, dict[str, float]] = {}
        names = [doc[tokens[first] : tokens[last - 1] + 1].text.casefold() for first, last, _, _ in found]
        for name, (_, _, label, sure) in zip(names, found, strict=True):
            votes = weights.setdefault(name, {})
            votes[label] = votes.get(label, 0.0) + sure
        full = [doc[tokens[first] : tokens[last - 1] + 1].text for first, last, label, _ in found if label == "PERSON"]
        families = {part.casefold() for name in full if " " in name for part in (name.split()[-1], family_name(name))}
        for name, (first, last, _, sure) in zip(names, found, strict=True):
            label = max(weights[name], key=lambda label: weights[name][label])
            if name in families and label in ("LOC", "ORG"):
                label = "PERSON"
            yield first, last, label, sure

    def _calibrated(self, label: str, sure: float) -> float:
        slope, shift = self.settings.get("calibration", {}).get(label, (1.0, 0.0))
        odds = np.log(max(sure, 1e-6) / max(1 - sure, 1e-6))
        return max(0.001, round(float(1 / (1 + np.exp(-(slope * odds + shift)))), 3))

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the settings into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        (Path(path) / SETTINGS).write_text(json.dumps(self.settings, indent=2) + "\n", encoding="utf-8")

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Recogniser":
        """Load what `to_disk` wrote."""
        self.settings = json.loads((Path(path) / SETTINGS).read_bytes())
        return self


def decode(scores: Floats) -> list[tuple[int, int, str]]:
    """Spans (first word, one past the last, label) of the best path through the tags in which I follows B or I.

    Args:
        scores: log-probabilities (words, tags).
    """
    tags = _best_path(scores)
    spans: list[tuple[int, int, str]] = []
    for at, tag in enumerate(tags):
        if tag and tag % 2:
            spans.append((at, at + 1, LABELS[tag // 2]))
        elif tag:
            spans[-1] = (spans[-1][0], at + 1, spans[-1][2])
    return spans


def _best_path(scores: Floats) -> list[int]:
    """Numbers of the tags. A word that is surely O cuts the path, so only the stretches between are searched."""
    best: list[int] = scores.argmax(axis=1).tolist()
    sure = (scores[:, 0] > -1e-3).tolist()
    at = 0
    while at < len(best):
        if sure[at]:
            at += 1
            continue
        end = at
        while end < len(best) and not sure[end]:
            end += 1
        best[at:end] = _viterbi(scores[at:end])
        at = end
    return best


def _viterbi(scores: Floats) -> list[int]:
    total = scores[0] + _ALLOWED[0]
    back = []
    for row in scores[1:]:
        through = total[:, None] + _ALLOWED
        came = through.argmax(axis=0)
        back.append(came)
        total = through[came, _EVERY] + row
    path = [int(total.argmax())]
    for came in reversed(back):
        path.append(int(came[path[-1]]))
    return path[::-1]


def _allowed() -> Floats:
    """0 where a tag may follow another, else IMPOSSIBLE (tags before, tags after); a text begins as after O."""
    table = np.zeros((len(TAGS), len(TAGS)), np.float32)
    for at, tag in enumerate(TAGS):
        if tag.startswith("I-"):
            table[:, at] = IMPOSSIBLE
            table[[at - 1, at], at] = 0
    return table


_ALLOWED = _allowed()
_EVERY = np.arange(len(TAGS))


def _whole(span: Span) -> Span:
    """A name with what is cut off from it: the last dot of "U.S.", the article of a paper that is called "The …"
    inside a sentence, and what a hyphen joins to a person, for spaCy cuts "Okonkwo-Adeyemi" into three words."""
    first, last, doc = span.start, span.end, span.doc
    if last < len(doc) and doc[last].text == "." and _ABBREVIATION.fullmatch(span.text):
        return Span(doc, first, last + 1, label=span.label_)
    if span.label_ == "ORG" and first > 1 and doc[first - 1].text == "The" and doc[first - 2].text[-1:].isalnum():
        return Span(doc, first - 1, last, label="ORG")
    if span.label_ != "PERSON":
        return span
    while first > 1 and doc[first - 1].text in HYPHENS and _tight(doc[first - 2 : first + 1]):
        first -= 2
    while (
        last + 1 < len(doc) and doc[last].text in HYPHENS and _tight(doc[last - 1 : last + 2], given=last - first > 1)
    ):
        last += 2
    return Span(doc, first, last, label=span.label_) if (first, last) != (span.start, span.end) else span


def _products(doc: Doc) -> Iterator[Span]:
    """The products that are known by name."""
    for start, end, sure in products(doc.text):
        span = doc.char_span(start, end, label="PRODUCT")
        if span is not None:
            span._.confidence = sure
            yield span


def _facility(span: Span) -> Span:
    """A place or an organisation whose last word is a building's, a road's or a work's is one."""
    asked = facilities().get(span[-1].lower_) if len(span) > 1 else None
    if asked is not None and (span.label_ == "LOC" or (span.label_ == "ORG" and asked == "any")):
        return Span(span.doc, span.start, span.end, label="FAC")
    return span


@cache
def facilities() -> dict[str, str]:
    """Last words of facilities, with what the encoder may call them (tables/facilities.tsv)."""
    return dict(rows_of(TABLES / "facilities.tsv"))


def _tight(joined: Span, *, given: bool = False) -> bool:
    """Whether two words with a hyphen between them are written as one, each with a capital, or as a `given` name
    behind a family's ("Han Do-yun")."""
    left, hyphen, right = joined
    second = right.text[:1].isupper() or (given and is_syllable(right.text))
    return not (left.whitespace_ or hyphen.whitespace_) and left.text[:1].isupper() and second


def _sureness(scores: Floats, first: int, last: int, label: str) -> float:
    """Probability of exactly this span, the words taken as independent: its tags, and no I after it."""
    begin = 1 + 2 * LABELS.index(label)
    total = scores[first, begin] + scores[first + 1 : last, begin + 1].sum()
    if last < len(scores):
        total += np.log1p(-min(float(np.exp(scores[last, begin + 1])), 0.999))
    return float(np.exp(total))


def _log_softmax(scores: Floats) -> Floats:
    shifted = scores - scores.max(axis=1, keepdims=True)
    result: Floats = shifted - np.log(np.exp(shifted).sum(axis=1, keepdims=True))
    return result
