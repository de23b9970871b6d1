"""Analysis: how text becomes tokens, the same for both engines, for queries, highlights and shingles."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text: exact form, stem, and its offsets in code points."""

    exact: str
    stem: str
    start: int
    end: int


def analyse(text: str, language: str | None) -> list[Token]:
    """Tokens of a text, stemmed for `language` (English where it is unknown)."""
    raise NotImplementedError
