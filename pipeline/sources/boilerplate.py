"""The lists of data/boilerplate.toml: what stands on a page beside its article, and what labels its author."""

import re
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.tables import words_of


@cache
def pattern(*names: str) -> re.Pattern[str]:
    """One regular expression of a list in that file."""
    return re.compile("|".join(f"(?:{each})" for each in listed(*names)), re.IGNORECASE)


@cache
def listed(*names: str) -> tuple[str, ...]:
    """A list of that file as it is."""
    table: Any = _tables()
    for name in names:
        table = table[name]
    return tuple(table)


@cache
def _tables() -> dict[str, Any]:
    return words_of(Path(__file__).parent.parent / "data" / "boilerplate.toml")
