"""The best tree of a sentence from scores of its arcs (Chu and Liu, 1965; Edmonds, 1967), with one root."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.floating]

# News and treebanks need 3 roots and 13 levels at most; hundreds of the same mark would need hundreds of both.
MOST_ROOTS, MOST_LEVELS = 8, 24


def heads(scores: Floats) -> list[int]:
    """The head of each word, or its own number where it is the root.

    Each word is tried as the root, those first whose tree could be worth most: its worth is at most that of the best
    heads without regard to cycles, so that mostly one or two are tried, and MOST_ROOTS of a text of nothing but marks.

    Args:
        scores: (words, 1 + words): the root, then each word as a head.
    """
    arcs = scores[:, 1:].astype(np.float64)
    np.fill_diagonal(arcs, -np.inf)
    if len(arcs) == 1:
        return [0]
    tops = arcs.max(axis=1)
    arcs -= tops[:, None]  # what each head costs beside the best
    best: list[int] = []
    most, bounds = -np.inf, scores[:, 0] - tops
    for root in np.argsort(-bounds, kind="stable")[:MOST_ROOTS].tolist():
        if bounds[root] <= most:
            break
        found = _spanning(arcs, root)
        worth = bounds[root] + sum(arcs[at, head] for at, head in enumerate(found) if at != root)
        if worth > most:
            best, most = found, worth
    return best


def _spanning(arcs: Floats, root: int, level: int = 0) -> list[int]:
    """The best heads without a cycle from arcs (words, heads); all cycles are contracted at once, MOST_LEVELS times."""
    best: list[int] = arcs.argmax(axis=1).tolist()
    best[root] = root
    cycles = _cycles(best, root)
    if not cycles:
        return best
    if level == MOST_LEVELS:
        for cycle in cycles:
            best[cycle[0]] = root
        return best
    inside = {node for cycle in cycles for node in cycle}
    groups = [*([node] for node in range(len(best)) if node not in inside), *cycles]
    arcs = arcs.copy()
    for cycle in cycles:  # what it costs to open it there
        arcs[cycle] -= arcs[cycle, [best[node] for node in cycle]][:, None]
    order = [node for group in groups for node in group]
    firsts = np.cumsum([0, *(len(group) for group in groups[:-1])])
    rows = np.maximum.reduceat(arcs[order], firsts, axis=0)
    small = np.maximum.reduceat(rows[:, order], firsts, axis=1)
    np.fill_diagonal(small, -np.inf)
    for group, head in zip(groups, _spanning(small, groups.index([root]), level + 1), strict=True):
        if group != [root]:
            between = arcs[np.ix_(group, groups[head])]
            into, out = divmod(int(between.argmax()), between.shape[1])
            best[group[into]] = groups[head][out]
    return best


def _cycles(best: Sequence[int], root: int) -> list[list[int]]:
    """The words of each cycle; the root's own is none."""
    seen = [-1] * len(best)
    seen[root] = len(best)
    cycles = []
    for start in range(len(best)):
        node = start
        while seen[node] < 0:
            seen[node] = start
            node = best[node]
        if seen[node] == start and node != root:
            cycle, at = [node], best[node]
            while at != node:
                cycle.append(at)
                at = best[at]
            cycles.append(cycle)
    return cycles
