"""Floors: the scores on the gold set that may not fall (tests/gold/floors.toml)."""

import math
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.evaluation.scores import Score

HEADER = """# Scores on this folder's articles that may not fall: `geowire eval` fails below them.
# Written by `geowire eval --update`, which raises floors; it lowers one only with `--lower`, and says so.

"""


def read(path: Path) -> dict[str, float]:
    """The floor of each score, by its name."""
    if not path.is_file():
        return {}
    try:
        return {name: float(value) for name, value in tomllib.loads(path.read_text(encoding="utf-8")).items()}
    except (tomllib.TOMLDecodeError, TypeError, ValueError) as exc:
        raise Misconfigured(f"{path}: {exc}") from None


def below(scores: Sequence[Score], floors: dict[str, float]) -> list[str]:
    """A sentence for each score under its floor."""
    found = {score.name: score.value for score in scores}
    return [
        f"{name} is {found.get(name, 0.0):.3f}, its floor is {floor:.3f}"
        for name, floor in floors.items()
        if found.get(name, 0.0) < floor
    ]


def write(path: Path, scores: Sequence[Score], *, lower: bool) -> list[str]:
    """Set the floors to the scores, rounded down to thousandths.

    Args:
        path: of the floors.
        scores: those on the gold set.
        lower: whether floors may be lowered too.

    Returns:
        A sentence for each floor that was lowered, or that stands although the score fell below it.
    """
    floors, notes = read(path), []
    for score in scores:
        value, floor = math.floor(score.value * 1000) / 1000, floors.get(score.name)
        if floor is None or value > floor or (lower and value < floor):
            floors[score.name] = value
        if floor is not None and value < floor:
            done = "lowered" if lower else "kept; --lower would lower it"
            notes.append(f"{score.name}: {floor:.3f}, now {value:.3f}: {done}")
    lines = "".join(f'"{name}" = {value:.3f}\n' for name, value in floors.items())
    path.write_text(HEADER + lines, encoding="utf-8")
    return notes
