"""Windows of pieces, whatever is told of them, and batches of windows. Needs nothing of the extra `train`."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import numpy.typing as npt

IGNORED, UNTOLD = -100, -1  # no word begins at a piece; or one does, and the corpus does not tell what it is

Ids = npt.NDArray[np.int32]
Soft = npt.NDArray[np.float16]


class HasIds(Protocol):
    """A window of pieces, whatever is told of them."""

    @property
    def ids(self) -> Ids: ...
    @property
    def cases(self) -> Ids: ...
    @property
    def soft(self) -> Soft | None: ...


Piecewise = TypeVar("Piecewise", bound=HasIds)


@dataclass(frozen=True)
class Window:
    """Pieces of sentences in a row with CLS and SEP.

    Attributes:
        ids: of pieces.
        cases: of pieces.
        tags: at the first piece of each word, UNTOLD where the corpus does not tell; IGNORED at the others.
        fold: the part of GMB that it is of, -1 for what people annotated.
        soft: what a teacher says of each piece: probabilities (pieces, tags).
    """

    ids: Ids
    cases: Ids
    tags: Ids
    fold: int = -1
    soft: Soft | None = None


def batches(found: Sequence[Piecewise], size: int, rng: random.Random) -> Iterator[list[Piecewise]]:
    """One epoch: windows of like length together, `size` pieces a batch with the padding, in random order."""
    order = sorted(range(len(found)), key=lambda at: (len(found[at].ids) + rng.randrange(-8, 9), rng.random()))
    grouped: list[list[Piecewise]] = []
    for at in order:
        window = found[at]
        longest = max([len(window.ids), *(len(other.ids) for other in grouped[-1])]) if grouped else 0
        if not grouped or longest * (len(grouped[-1]) + 1) > size:
            grouped.append([])
        grouped[-1].append(window)
    rng.shuffle(grouped)
    yield from grouped


def ends(found: Sequence[Piecewise]) -> npt.NDArray[np.int64]:
    """Where each window ends among the pieces of all."""
    return np.cumsum([len(window.ids) for window in found])
