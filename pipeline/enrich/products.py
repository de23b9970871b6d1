"""Weapons, vehicles and other products by name (tables/products.tsv): no corpus that may train tells them well."""

import re
from collections.abc import Iterator
from functools import cache

from pipeline.enrich import TABLES
from pipeline.tables import rows_of

SURE = {"alone": 0.95, "before": 0.85}  # by judgement: nothing annotated tells how often they are right

_BEGIN = re.compile(r"(?<![\w-])\w+")


def products(text: str) -> Iterator[tuple[int, int, float]]:
    """Where products are named: first character, one past the last, confidence. A name that is a word as well is a
    product's only where its noun follows in the next words, as in "Javelin anti-tank missiles"."""
    last = 0
    for begin in _BEGIN.finditer(text):
        for name, kind in _names().get(begin[0].removesuffix("s"), ()) if begin.start() >= last else ():
            end = begin.start() + len(name)
            if not text.startswith(name, begin.start()) or (plain := _end(text, end)) is None:
                continue
            if kind == "alone" or _noun().match(text, plain):
                yield begin.start(), plain, SURE[kind]
                last = plain
                break


def product_named(surface: str) -> str | None:
    """The name of the table that a surface is, or is the plural of."""
    return next((name for name in (surface, surface.removesuffix("s")) if name in _table()), None)


def _end(text: str, end: int) -> int | None:
    """Where a name ends, with its plural's s; None inside a longer word."""
    end += text[end : end + 1] == "s"
    return None if re.match(r"\w", text[end : end + 1]) else end


@cache
def _table() -> dict[str, str]:
    """Names and words, each with its kind: `alone`, `before`, `word`."""
    return dict(rows_of(TABLES / "products.tsv"))


@cache
def _names() -> dict[str, list[tuple[str, str]]]:
    """Names with their kind by their first letters and figures in a row, the longest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, kind in sorted(_table().items(), key=lambda row: -len(row[0])):
        if kind != "word" and (begin := _BEGIN.match(name)):
            found.setdefault(begin[0].removesuffix("s"), []).append((name, kind))
    return found


@cache
def _noun() -> re.Pattern[str]:
    """A noun that a product's name stands before, after words in small letters.

    A hyphen parts words in one place only, before the first: else a line of hyphens could be read in very many ways.
    """
    nouns = "|".join(word for word, kind in _table().items() if kind == "word")
    return re.compile(rf"(?:-[a-z0-9-]{{1,30}})?(?: [a-z0-9-]{{1,30}}){{0,4}}?[ -](?:{nouns})s?\b")
