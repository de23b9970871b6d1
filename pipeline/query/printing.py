"""The tree as text, so that a query can be shown, changed by a link, and kept."""

import re
from collections.abc import Sequence

from pipeline.query import events
from pipeline.query.tree import (
    And,
    Area,
    Close,
    Dated,
    Everything,
    Fuzzy,
    Happening,
    Leaf,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Published,
    Quoted,
    Same,
    Similar,
    Term,
    TextLeaf,
    Traits,
    Word,
)  # fmt: skip

QUOTES = '"“”„‟«»'
OPERATORS = {"AND", "OR", "NOT"}
_BARE = re.compile(r"\w[\w.\-/:]*")
_COMPARED = re.compile(r"[<>=0-9][<>=0-9.,kmbtn]*|\.\.[0-9][0-9.,kmbtn]*", re.IGNORECASE)


def to_text(node: Node) -> str:
    """A query that parses to this tree again (for trees that `parse` made, and those put together from their parts).

    Quotes inside a value are printed as blanks: they are no part of any token.
    """
    match node:
        case Everything():
            return "*"
        case Not(part):
            return f"-({to_text(part)})" if isinstance(part, Not | Everything) else f"-{_inside(part)}"
        case And(parts):
            return " ".join(_inside(part) for part in parts)
        case Or(parts):
            return " OR ".join(_inside(part) for part in parts)
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return _text_leaf(node)
        case Similar(key):
            return f"similar:{_bare(key)}"
    return _fact(node)


def _text_leaf(node: TextLeaf) -> str:
    name = "title:" if node.scope == "title" else ""
    match node:
        case Phrase(text):
            return name + in_quotes(text)
        case Close(text, gap):
            return f"{name}{in_quotes(text)}~{gap}"
        case Prefix(text):
            return f"{name}{text}*"
        case Fuzzy(text, edits):
            return f"{name}{text}~{edits}"
    return name + node.text


def _fact(node: Leaf) -> str:
    match node:
        case Published(_, _, text):
            return f"published:{_range(text)}"
        case Dated(clock, _, text):
            return f"{clock}:{_range(text)}"
        case Number(field, _, _, text, currency):
            name = f"{field}.{currency.lower()}" if currency else field
            return f"{name}:{text if _COMPARED.fullmatch(text) else in_quotes(text)}"
        case Area(field, _, text):
            return f"{field}:{text}"
        case Quoted(Term() as term):
            return _fact(term)
        case Quoted(Word() | Phrase() as words):
            return f"quote:{to_text(words)}"
        case Quoted(part) | Same(part):
            return f"{'same' if isinstance(node, Same) else 'quote'}:({to_text(part)})"
        case Happening(alternatives):
            return _event(alternatives)
        case Term(field, value):
            return f"{field}:{_bare(value)}"
    raise AssertionError(f"not to be printed: {node}")


def _event(alternatives: Sequence[Traits]) -> str:
    if len(alternatives) == 1 and len(given := _traits(alternatives[0])) == 1:
        (key, value) = given[0]
        return f"{'event' if key == 'type' else key}:{value}"
    return f"event:({' OR '.join(' '.join(f'{k}:{v}' for k, v in _traits(one)) for one in alternatives)})"


def _traits(one: Traits) -> list[tuple[str, str]]:
    given = ((key, getattr(one, key)) for key in events.KEYS)
    return [(key, _bare(events.shown(value))) for key, value in given if value is not None]


def _inside(node: Node) -> str:
    """A part of a larger query, in parentheses where it has parts itself."""
    text = to_text(node)
    return f"({text})" if isinstance(node, And | Or) else text


def _range(text: str) -> str:
    return text if text.startswith("..") else _bare(text)


def _bare(value: str) -> str:
    safe = _BARE.fullmatch(value) and value not in OPERATORS
    return value if safe else in_quotes(value)


def in_quotes(text: str) -> str:
    """A phrase."""
    return '"' + "".join(" " if character in QUOTES else character for character in text).strip() + '"'
