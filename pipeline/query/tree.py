"""The query tree: what a search means, the same for both engines and for the evaluator.

`parse` (grammar.py) makes it from text, `to_text` (printing.py) prints it so that it parses back to the same tree,
index/ compiles it, and evaluate.py answers it in memory.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Scope = Literal["title", "any"]
NameField = Literal["person", "org", "place"]
TermField = Literal[
    "person", "org", "place", "country", "about", "source", "source.country", "lang", "topic", "author", "section",
    "url", "cluster", "entity", "speaker", "stance",
]  # fmt: skip
Clock = Literal["happened", "mentions"]
Mark = Literal["band", "unlinked"]
NumberField = Literal[
    "origins", "killed", "injured", "displaced", "arrested", "troops", "money", "percent"
]  # a currency stands beside it


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
class Close:
    """Two to five words of which each two stand, somewhere, with at most `gap` words between them, in any order."""

    text: str
    gap: int
    scope: Scope = "any"


@dataclass(frozen=True)
class Prefix:
    """A word that begins so, in its exact form."""

    text: str
    scope: Scope = "any"


@dataclass(frozen=True)
class Fuzzy:
    """A word with at most `edits` letters changed, added, left out or swapped with their neighbour."""

    text: str
    edits: int
    scope: Scope = "any"


@dataclass(frozen=True)
class Term:
    """A fact of the article, compared as evaluate.py says; countries and languages stand here as codes.

    `speaker` and `stance` are facts of one quote and stand inside `Quoted` only. `id` is that of the person or
    organisation that goes by the value, which is found by its other names as well.
    """

    field: TermField
    value: str
    id: str | None = None


@dataclass(frozen=True)
class Published:
    """Published in [start, end): moments in UTC, either may be open. Articles without a date never match.

    `text` is the range as written (`7d`, `2026-11-01..2026-11-07`), so that a relative one stays relative when printed.
    """

    start: datetime | None
    end: datetime | None
    text: str


@dataclass(frozen=True)
class Dated:
    """An event's date (`happened`) or a date in the text (`mentions`) that one of these terms covers (days.py).

    `text` is the range as written.
    """

    clock: Clock
    terms: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Number:
    """A figure of a kind (or the count of independent origins) from `low` to `high`, both included.

    `currency` is an ISO 4217 code, for money only; `text` is the comparison as written.
    """

    field: NumberField
    low: float
    high: float
    text: str
    currency: str | None = None


@dataclass(frozen=True)
class Traits:
    """What is asked of one event; None asks nothing. `actor` and `target` as events.py writes parties."""

    type: str | None = None
    actor: str | None = None
    target: str | None = None
    status: str | None = None


@dataclass(frozen=True)
class Happening:
    """One event with all the traits of one of the alternatives."""

    alternatives: tuple[Traits, ...]


@dataclass(frozen=True)
class Quoted:
    """One quote for which `part` holds: words and phrases of its content, its speaker, its stance."""

    part: "Node"


@dataclass(frozen=True)
class Same:
    """One sentence for which `part` holds: words and phrases, joined by And and Or (sentences.py)."""

    part: "Node"


@dataclass(frozen=True)
class Similar:
    """Another article than that of the id, with at least `least` of these stems in its title or text.

    `parse` knows the id alone; the stems are looked up in the archive before anything is searched (likeness.py).
    """

    id: str
    stems: tuple[str, ...] = ()
    least: int = 1


@dataclass(frozen=True)
class Area:
    """A pinned place, no country, in one of these tiles (tiles.py): `near:` or `bbox:` and the value as written."""

    field: Literal["near", "bbox"]
    tiles: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Marked:
    """One of the archive's own marks (marks.py), for which the language has no words."""

    mark: Mark
    terms: tuple[str, ...]


@dataclass(frozen=True)
class And:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Or:
    parts: "tuple[Node, ...]"


@dataclass(frozen=True)
class Not:
    part: "Node"


TextLeaf = Word | Phrase | Close | Prefix | Fuzzy
FactLeaf = Similar | Term | Published | Dated | Number | Happening | Quoted | Same | Area | Marked
Leaf = TextLeaf | FactLeaf
Node = Everything | Leaf | And | Or | Not
