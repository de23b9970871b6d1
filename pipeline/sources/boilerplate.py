"""The tables of data/boilerplate.toml: what stands on a page and is not its article."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any


@cache
def pattern(*names: str) -> re.Pattern[str]:
    """One regular expression of a list in that file."""
    table: Any = _tables()
    for name in names:
        table = table[name]
    return re.compile("|".join(f"(?:{each})" for each in table), re.IGNORECASE)


@cache
def _tables() -> dict[str, Any]:
    path = Path(__file__).parent.parent / "data" / "boilerplate.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))
