"""The query tree: what a search means, the same for both engines and for the evaluator.

`parse` (grammar.py) makes it from text, `to_text` prints it so that it parses back to the same tree, index/ compiles
it, and evaluate.py answers it in memory.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Scope = Literal["title", "any"]
TermField = Literal["person", "org", "place", "country", "source", "lang"]


@dataclass(frozen=True)
class Everything:
    """Matches every article: the empty query."""


@dataclass(frozen=True)
class Word:
    """One word; inflected forms match, in title or text (`scope` any) or in the title alone.

    Where the analysis splits the word (`COVID-19`), its tokens stand next to each other.
    """

    text: str
    scope: Scope = "any"


@dataclass(frozen=True)
class Phrase:
    """Exact words next to each other, within the title or within the text."""

    text: str
    scope: Scope = "any"


@dataclass(frozen=True)
class Term:
    """A fact of the article: `person: org: place:` match as a phrase over name and aliases, `country:` an
    ISO 3166-1 alpha-2 code or a country's name, `source:` an outlet's id, name or domain, `lang:` a language code."""

    field: TermField
    value: str


@dataclass(frozen=True)
class Published:
    """Published in [start, end): moments in UTC, either may be open. Articles without a date never match.

    `text` is the range as written (`7d`, `2026-11-01..2026-11-07`), so that a relative one stays relative when printed.
    """

    start: datetime | None
    end: datetime | None
    text: str


@dataclass(frozen=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Or:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Not:
    part: "Node"


Node = Everything | Word | Phrase | Term | Published | And | Or | Not
