"""The encoder of the shipped models: a spaCy component that reads documents once, for entities and syntax both.

`spacy.load` of a model's folder finds it by the entry point `spacy_factories` of this package. It reads a
document window by window by onnxruntime in one thread, and leaves what it says of each word in `doc.user_data`, where
`syntax` and `ner` take it from.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import to_disk

from pipeline.enrich.pieces import Pieces

MOST_PIECES = 158  # in a window, as in training, without its two marks
OVERLAP = 16  # words that two windows share where no sentence ends
NAMES, SYNTAX = "geowire_names", "geowire_syntax"  # keys of user_data
OUTPUTS = ("names", "analysis", "lemma", "start", "arcs", "dependent", "head")
FILES = ("encoder.onnx", "vocabulary.txt")
ENDS, CLOSING = frozenset(".!?"), frozenset("\"'”’)]»") | {"''"}

Floats = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Window:
    """Words `first` to `last` are read, what is said of `core` to `core_end` is kept."""

    first: int
    last: int
    core: int
    core_end: int


@Language.factory("geowire_encoder")
def make(nlp: Language, name: str) -> "Encoder":
    """An empty encoder; its files come with `from_disk`."""
    return Encoder(name)


class Encoder:
    """What the network says of each word that is not blank. Not trainable here: training/ makes its files.

    `user_data[NAMES]` has the scores of the entities' tags (words, tags). `user_data[SYNTAX]` has a tuple for each
    stretch of words, in order: its analyses, lemma rules, scores of a sentence's start (words); scores of arcs (words,
    1 + words: the root, then the heads); and the two sides of the labels' pairs, (words, width) and (1 + words, width).
    """

    def __init__(self, name: str = "encoder") -> None:
        self.name = name
        self._files: dict[str, Callable[[], bytes]] = {}  # where they came from: a network is 26 MB
        self._session: Any = None
        self._pieces: Pieces | None = None

    def __call__(self, doc: Doc) -> Doc:
        """Read one document: fill its `user_data`."""
        assert self._pieces is not None, "no model: load a pipeline's folder"
        words = [self._pieces.read(token.text) for token in doc if not token.is_space]
        rows = [self._run(window, words) for window in cut(words, sentence_ends(doc))]
        doc.user_data[NAMES] = np.concatenate([row[0] for row in rows]) if rows else None
        doc.user_data[SYNTAX] = [row[1:] for row in rows]
        return doc

    def _run(self, window: Window, words: Sequence[tuple[Sequence[int], int]]) -> tuple[Any, ...]:
        """What the network says of a window's core.

        It reads one at a time: activations are quantised by the range of all that is read at once, so that a document
        would be read another way beside others; and several at once are slower in one thread, for they leave the cache.
        """
        assert self._pieces is not None
        ids, cases, starts = [self._pieces.first], [0], []
        for found, case in words[window.first : window.last]:
            starts.append(len(ids))
            ids.extend(found)
            cases.extend([case] * len(found))
        inputs = np.array([[*ids, self._pieces.last], [*cases, 0]], np.int64)
        said = dict(zip(OUTPUTS, self._session.run(OUTPUTS, {"ids": inputs[:1], "cases": inputs[1:]}), strict=True))
        own = starts[window.core - window.first : window.core_end - window.first]
        rooted = [0, *own]
        return (
            *(said[name][0, own] for name in ("names", "analysis", "lemma", "start")),
            said["arcs"][0][np.ix_(own, rooted)],
            said["dependent"][0, own],
            said["head"][0, rooted],
        )

    def to_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> None:
        """Write the network and its vocabulary into a folder."""
        to_disk(
            path, {name: lambda at, name=name: at.write_bytes(self._files[name]()) for name in self._files}, exclude
        )

    def from_disk(self, path: str | Path, *, exclude: Iterable[str] = ()) -> "Encoder":
        """Load what `to_disk` wrote; writing it elsewhere needs the folder still."""
        network, vocabulary = (Path(path) / name for name in FILES)
        self._open(str(network), vocabulary.read_bytes())
        self._files = {at.name: at.read_bytes for at in (network, vocabulary)}
        return self

    def set_files(self, files: dict[str, bytes]) -> "Encoder":
        """Take a network (ONNX) and a vocabulary (a piece a line)."""
        if files:
            self._open(files["encoder.onnx"], files["vocabulary.txt"])
        self._files = {name: partial(bytes, data) for name, data in files.items()}
        return self

    def _open(self, network: str | bytes, vocabulary: bytes) -> None:
        """Open a network, from its file or as it is; one thread reads."""
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_cpu_mem_arena = options.enable_mem_pattern = False  # they keep what the longest text needed
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        self._pieces = Pieces(vocabulary.decode("utf-8").rstrip("\n").split("\n"))


def cut(words: Sequence[tuple[Sequence[int], int]], ends: Sequence[bool]) -> Iterator[Window]:
    """Windows of a document: cut after a sentence where one ends in time, else overlapping.

    Args:
        words: pieces of each word, and its case.
        ends: whether a sentence ends after a word.
    """
    first = core = 0
    while core < len(words):
        last, size, ended = first, 0, 0
        while last < len(words) and (size := size + len(words[last][0])) <= MOST_PIECES:
            last += 1
            if ends[last - 1] and last > core:
                ended = last
        if last == len(words):
            yield Window(first, last, core, last)
            return
        if ended:
            yield Window(first, ended, core, ended)
            first = core = ended
        else:
            core_end = last - OVERLAP // 2
            yield Window(first, last, core, core_end)
            first, core = last - OVERLAP, core_end


def sentence_ends(doc: Doc) -> list[bool]:
    """For each word that is not blank, whether a sentence plainly ends after it: a mark, with the quotes that it
    closes, before anything but a small letter; or a line's end."""
    ends: list[bool] = []
    marked = False
    for token in doc:
        text = token.text
        if token.is_space:
            if ends and "\n" in text:
                ends[-1], marked = True, False
            continue
        if marked:
            if text in CLOSING:
                ends.append(False)
                continue
            ends[-1], marked = not text[0].islower(), False
        ends.append(False)
        marked = text in ENDS
    return ends
