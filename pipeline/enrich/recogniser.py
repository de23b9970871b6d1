"""The entity recogniser of the shipped models: a spaCy component that runs an encoder by onnxruntime.

`spacy.load` of a model's folder finds it by the entry point `spacy_factories` of this package. It reads a batch of
documents in windows of like length, turns the encoder's scores into spans by the best path that BIO allows (Viterbi,
1967), gives a name one type throughout a document, and says how sure it is: of the entities whose `ent._.confidence` is
.8 about eight in ten are right (docs/model-card.md shows it).
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc, Span
from spacy.util import filter_spans, minibatch

from pipeline.enrich.pieces import Pieces, case_of

LABELS = ("PERSON", "ORG", "LOC", "NORP", "EVENT", "MISC")
TAGS = ("O", *(f"{edge}-{label}" for label in LABELS for edge in "BI"))
HIDDEN = {"MISC"}  # taught so that titles of works are none of the others; not given out
MOST_PIECES = 158  # in a window, as in training, without its two marks
OVERLAP = 16  # words that two windows share where no sentence ends
WINDOWS = 4  # that the encoder reads at once; more are no faster in one thread, and take memory
HYPHENS = {"-", "‐", "‑"}
IMPOSSIBLE = -1e4
FILES = ("encoder.onnx", "vocabulary.txt", "settings.json")

_ABBREVIATION = re.compile(r"[A-Z](?: ?\. ?[A-Z])+")

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """Words `first` to `last` of a document are read, the scores of `core` to `core_end` are kept."""

    doc: int
    first: int
    last: int
    core: int
    core_end: int


@Language.factory("geowire_ner", assigns=["doc.ents"])
def make(nlp: Language, name: str) -> "Recogniser":
    """An empty recogniser; its files come with `from_disk`."""
    return Recogniser(name)


class Recogniser:
    """Entities of documents. Not trainable here: training/ makes its files."""

    def __init__(self, name: str = "ner") -> None:
        self.name = name
        self._files: dict[str, bytes] = {}
        self._session: Any = None
        self._pieces: Pieces | None = None
        self._settings: dict[str, Any] = {}
        if not Span.has_extension("confidence"):
            Span.set_extension("confidence", default=None)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that entities may have."""
        return tuple(label for label in LABELS if label not in HIDDEN)

    def __call__(self, doc: Doc) -> Doc:
        """Set `doc.ents`."""
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 32) -> Iterator[Doc]:
        """Set `ents` of each document, a batch at a time."""
        for docs in minibatch(stream, size=batch_size):
            for doc, scores in zip(docs, self.read(docs), strict=True):
                doc.ents = tuple(self._entities(doc, scores))
                yield doc

    def read(self, docs: Sequence[Doc]) -> list[Floats]:
        """Log-probabilities (words that are not blank, tags) for each document."""
        assert self._pieces is not None, "no model: load a pipeline's folder"
        words = [[token.text for token in doc if not token.is_space] for doc in docs]
        pieces = [[self._pieces.of(word) for word in found] for found in words]
        results = [np.zeros((len(found), len(TAGS)), np.float32) for found in words]
        windows = [window for at, doc in enumerate(docs) for window in cut(at, pieces[at], _sentence_ends(doc))]
        windows.sort(key=lambda window: sum(len(found) for found in pieces[window.doc][window.first : window.last]))
        for at in range(0, len(windows), WINDOWS):
            self._run(windows[at : at + WINDOWS], words, pieces, results)
        return results

    def _run(
        self,
        windows: Sequence[Window],
        words: Sequence[Sequence[str]],
        pieces: Sequence[Sequence[tuple[int, ...]]],
        results: Sequence[Floats],
    ) -> None:
        """Run the encoder over a few windows and keep what it says about their cores."""
        assert self._pieces is not None
        rows, starts = [], []
        for window in windows:
            ids, cases, begins = [self._pieces.first], [0], []
            for at in range(window.first, window.last):
                found = pieces[window.doc][at]
                begins.append(len(ids))
                ids.extend(found)
                cases.extend([case_of(words[window.doc][at])] * len(found))
            rows.append(([*ids, self._pieces.last], [*cases, 0]))
            starts.append(begins)
        shape = (2, len(rows), max(len(ids) for ids, _ in rows))
        inputs = np.zeros(shape, np.int64)
        for at, row in enumerate(rows):
            inputs[:, at, : len(row[0])] = row
        scores: Floats = self._session.run(["scores"], {"ids": inputs[0], "cases": inputs[1]})[0]
        for at, window in enumerate(windows):
            own = starts[at][window.core - window.first : window.core_end - window.first]
            results[window.doc][window.core : window.core_end] = _log_softmax(scores[at, own])

    def _entities(self, doc: Doc, scores: Floats) -> list[Span]:
        tokens = [token.i for token in doc if not token.is_space]
        found = [(first, last, label, _sureness(scores, first, last, label)) for first, last, label in decode(scores)]
        spans = []
        for first, last, label, sure in self._consistent(doc, tokens, found):
            if label not in HIDDEN and tokens[last - 1] - tokens[first] == last - 1 - first:  # no blank line inside
                span = _whole(Span(doc, tokens[first], tokens[last - 1] + 1, label=label))
                span._.confidence = self._calibrated(label, sure)
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
        full = (name.split() for name, (_, _, label, _) in zip(names, found, strict=True) if label == "PERSON")
        families = {words[-1] for words in full if len(words) > 1}
        for name, (first, last, _, sure) in zip(names, found, strict=True):
            label = max(weights[name], key=lambda label: weights[name][label])
            if name in families and label in ("LOC", "ORG"):
                label = "PERSON"
            yield first, last, label, sure

    def _calibrated(self, label: str, sure: float) -> float:
        slope, shift = self._settings.get("calibration", {}).get(label, (1.0, 0.0))
        odds = np.log(max(sure, 1e-6) / max(1 - sure, 1e-6))
        return round(float(1 / (1 + np.exp(-(slope * odds + shift)))), 3)

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the encoder, its vocabulary and its settings into a folder."""
        Path(path).mkdir(parents=True, exist_ok=True)
        for name, content in self._files.items():
            (Path(path) / name).write_bytes(content)

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Recogniser":
        """Load what `to_disk` wrote."""
        return self.set_files({name: (Path(path) / name).read_bytes() for name in FILES})

    def to_bytes(self, *, exclude: Iterable[str] = ()) -> bytes:
        """The files in one."""
        heads = json.dumps({name: len(content) for name, content in self._files.items()}).encode()
        return heads + b"\n" + b"".join(self._files.values())

    def from_bytes(self, data: bytes, *, exclude: Iterable[str] = ()) -> "Recogniser":
        """Load what `to_bytes` gave."""
        heads, _, rest = data.partition(b"\n")
        files, at = {}, 0
        for name, size in json.loads(heads).items():
            files[name] = rest[at : at + size]
            at += size
        return self.set_files(files)

    def set_files(self, files: dict[str, bytes]) -> "Recogniser":
        """Take an encoder (ONNX), a vocabulary (a piece a line) and settings (JSON); one thread reads."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False  # they keep what the longest text needed
        options.log_severity_level = 3
        if files:
            providers = ["CPUExecutionProvider"]
            self._session = onnxruntime.InferenceSession(files["encoder.onnx"], options, providers=providers)
            self._pieces = Pieces(files["vocabulary.txt"].decode("utf-8").rstrip("\n").split("\n"))
            self._settings = json.loads(files["settings.json"])
        self._files = files
        return self


def cut(doc: int, pieces: Sequence[Sequence[int]], ends: Sequence[bool]) -> Iterator[Window]:
    """Windows of a document: cut after a sentence where one ends in time, else overlapping.

    Args:
        doc: which document, for the windows to say.
        pieces: of each word.
        ends: whether a sentence ends after a word.
    """
    first = core = 0
    while core < len(pieces):
        last, size, ended = first, 0, 0
        while last < len(pieces) and (size := size + len(pieces[last])) <= MOST_PIECES:
            last += 1
            if ends[last - 1] and last > core:
                ended = last
        if last == len(pieces):
            yield Window(doc, first, last, core, last)
            return
        if ended:
            yield Window(doc, first, ended, core, ended)
            first = core = ended
        else:
            core_end = last - OVERLAP // 2
            yield Window(doc, first, last, core, core_end)
            first, core = last - OVERLAP, core_end


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
    while last + 1 < len(doc) and doc[last].text in HYPHENS and _tight(doc[last - 1 : last + 2]):
        last += 2
    return Span(doc, first, last, label=span.label_) if (first, last) != (span.start, span.end) else span


def _tight(joined: Span) -> bool:
    """Whether two words with a hyphen between them are written as one, each with a capital."""
    left, hyphen, right = joined
    return not (left.whitespace_ or hyphen.whitespace_) and left.text[:1].isupper() and right.text[:1].isupper()


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


def _sentence_ends(doc: Doc) -> list[bool]:
    """For each word that is not blank, whether a sentence plainly ends after it."""
    ends: list[bool] = []
    for token in doc:
        if token.is_space:
            if ends and "\n" in token.text:
                ends[-1] = True
        else:
            ends.append(token.text in (".", "!", "?"))
    return ends
