"""What an article says, each fact with its evidence: a file for each kind of fact, from the parsed text on."""

from pathlib import Path

TABLES = Path(__file__).parent / "tables"  # word lists, names and rules, for readers to edit
