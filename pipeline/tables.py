"""The package's data files, for readers to edit: words in TOML, rows in TSV, with their sources at the head."""

import tomllib
from pathlib import Path
from typing import Any


def words_of(path: Path) -> dict[str, Any]:
    """What a TOML file holds; its owner keeps it (`functools.cache`), for some are asked for with every word."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def rows_of(path: Path) -> list[list[str]]:
    """The rows of a TSV file; blank lines and those that begin with # are none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
