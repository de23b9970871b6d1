"""The table of operators (language.toml): the grammar's fields, and the examples that the documentation shows."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.tables import words_of


@dataclass(frozen=True)
class Operator:
    """A field of the query language, or what needs none (`field` is empty); examples are queries and what they find."""

    field: str
    examples: tuple[tuple[str, str], ...]


@cache
def operators() -> tuple[Operator, ...]:
    """All of them, in the order of the documentation."""
    table = words_of(Path(__file__).with_name("language.toml"))
    return tuple(Operator(one.get("field", ""), tuple(map(tuple, one["examples"]))) for one in table["operator"])


FIELDS: tuple[str, ...] = tuple(one.field for one in operators() if one.field)


def grammar() -> str:
    """The grammar, its fields filled in from the table; longer names stand first, for `source.country:` to be one."""
    known = sorted((re.escape(field) for field in FIELDS if field not in ("near", "bbox")), key=len, reverse=True)
    names = "|".join("money(?:\\.[a-z]{3})?" if field == "money" else field for field in known)
    return Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8").replace("%FIELDS%", names)


def table() -> str:
    """The examples as the documentation shows them: a query, blanks, and what it finds."""
    shown = [one for operator in operators() for one in operator.examples]
    width = max(len(query) for query, _ in shown) + 3
    return "".join(f"{query:<{width}}{meaning}\n" for query, meaning in shown)
