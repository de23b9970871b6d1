"""Counting: what was found, what was to be found, and the rates of both."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass
class Tally:
    """How much of what was to be found was found, and how much of what was found is right."""

    right: int = 0  # found and right
    found: int = 0
    gold: int = 0
    reached: int = 0  # of the gold; differs from `right` where one gold is found in several pieces

    def add(self, right: int, found: int, gold: int, reached: int | None = None) -> None:
        """Count one article."""
        self.right += right
        self.found += found
        self.gold += gold
        self.reached += right if reached is None else reached

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was found."""
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        """The share of the gold that was found; 1 where there is none."""
        return self.reached / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


@dataclass(frozen=True)
class Score:
    """One figure with what it is of: 0 to 1, the set, and on how many instances it stands."""

    set: str
    name: str
    value: float
    of: int
    target: float | None = None


def rates(set_: str, name: str, tally: Tally) -> list[Score]:
    """Precision, recall and F1 as scores."""
    return [
        Score(set_, f"{name}: precision", tally.precision, tally.found),
        Score(set_, f"{name}: recall", tally.recall, tally.gold),
        Score(set_, f"{name}: F1", tally.f1, tally.gold),
    ]


def macro_f1(pairs: Sequence[tuple[str, str | None]]) -> float:
    """The mean over classes of F1; a pair is (right class, found class or None)."""
    classes = sorted({right for right, _ in pairs})
    total = 0.0
    for each in classes:
        tally = Tally(
            right=sum(1 for right, found in pairs if right == found == each),
            found=sum(1 for _, found in pairs if found == each),
            gold=sum(1 for right, _ in pairs if right == each),
        )
        tally.reached = tally.right
        total += tally.f1 if tally.found else 0.0
    return total / len(classes) if classes else 0.0
