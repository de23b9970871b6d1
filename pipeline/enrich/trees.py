"""The best tree of a sentence from scores of its arcs (Chu and Liu, 1965; Edmonds, 1967), with one root."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

ROOT_COST = 1e4  # keeps a tree from having a second root

Floats = npt.NDArray[np.floating]


def heads(scores: Floats) -> list[int]:
    """The head of each word, or its own number where it is the root.

    Args:
        scores: (words, 1 + words): the root, then each word as a head.
    """
    size = len(scores)
    scores = scores.astype(np.float64)
    scores[np.arange(size), np.arange(1, size + 1)] = -np.inf
    best = [0, *scores.argmax(axis=1).tolist()]
    if best.count(0) != 2 or _cycle(best):  # its own, at place 0, and one root
        scores[:, 0] -= ROOT_COST
        best = _spanning(np.vstack([np.zeros(size + 1), scores]))
    return [head - 1 if head else at for at, head in enumerate(best[1:])]


def _spanning(scores: Floats) -> list[int]:
    """The best heads without a cycle; node 0 is the root, scores are (nodes, heads)."""
    best: list[int] = scores.argmax(axis=1).tolist()
    best[0] = 0
    cycle = _cycle(best)
    if not cycle:
        return best
    rest = [node for node in range(len(best)) if node not in set(cycle)]
    out, into = scores[np.ix_(rest, cycle)], scores[np.ix_(cycle, rest)]
    into = into - scores[cycle, [best[node] for node in cycle]][:, None]  # what it costs to open the cycle there
    small = np.full((len(rest) + 1, len(rest) + 1), -np.inf)
    small[:-1, :-1] = scores[np.ix_(rest, rest)]
    small[:-1, -1], small[-1, :-1] = out.max(axis=1), into.max(axis=0)
    found = _spanning(small)
    for at, node in enumerate(rest[1:], 1):
        best[node] = rest[found[at]] if found[at] < len(rest) else cycle[int(out[at].argmax())]
    entry = found[-1]
    best[cycle[int(into[:, entry].argmax())]] = rest[entry]
    return best


def _cycle(best: Sequence[int]) -> list[int]:
    """The nodes of one cycle, in order; the root's own is none."""
    seen = [0] * len(best)
    for start in range(1, len(best)):
        node = start
        while node and not seen[node]:
            seen[node] = start
            node = best[node]
        if node and seen[node] == start:
            cycle, at = [node], best[node]
            while at != node:
                cycle.append(at)
                at = best[at]
            return sorted(cycle)
    return []
