"""Figures as terms: a number is indexed by its leading bits, and a range is the set of stretches that make it up.

A double that is written as a sortable integer (the usual trick: its bits, turned round where it is negative) has 16
hexadecimal digits; it is indexed by each of its beginnings. A range is taken apart into beginnings, at most 30 at each
length. So both engines compare numbers of any kind and currency in one field, as a trie does.
"""

import re
import struct
from collections.abc import Iterator
from math import ceil, floor, inf, nextafter

from pipeline.article import EnrichedArticle, Figure
from pipeline.errors import QueryError
from pipeline.query.tree import Number, NumberField

EXPECTED = "a comparison such as >=10, <5000, 10..20, 1.5m or 12"
_DIGITS = 16
_NUMBER = r"-?[0-9][0-9,]{0,30}(?:\.[0-9]{1,10})?\s?(?:k|m|bn|tn)?"
_COMPARISON = re.compile(rf"(>=|<=|>|<|=)?\s?({_NUMBER})", re.IGNORECASE)
_RANGE = re.compile(rf"({_NUMBER})?\.\.({_NUMBER})?", re.IGNORECASE)
_SCALES = {"k": 1e3, "m": 1e6, "bn": 1e9, "tn": 1e12}


def number(field: NumberField, currency: str | None, value: str, position: int) -> Number:
    """What a comparison means: `>=10`, `<5,000`, `10..20`, `1.5m`, `12`."""
    text = "".join(value.split())
    name = f"{field}.{currency.lower()}" if currency else field
    if match := _COMPARISON.fullmatch(text):
        low, high = _bounds(match[1] or "=", _value(match[2]))
    elif (match := _RANGE.fullmatch(text)) and text != "..":
        low, high = (_value(match[1]) if match[1] else -inf), (_value(match[2]) if match[2] else inf)
    else:
        hint = f"{name}:>={match[0]}" if (match := re.search(r"[0-9]+", text)) else None
        message = f"{name}: `{value}` is no number to compare with"
        raise QueryError(message, position=position, expected=EXPECTED, suggestion=hint)
    if low > high:
        message = f"{name}: the range ends before it begins"
        raise QueryError(message, position=position, expected=EXPECTED)
    return Number(field, low, high, text, currency)


def holds(node: Number, article: EnrichedArticle) -> bool:
    """Whether an article has such a figure, or as many origins."""
    if node.field == "origins":
        return node.low <= article.origins <= node.high
    return any(_is_asked(node, figure) for figure in article.figures)


def asked_figures(node: Number, article: EnrichedArticle) -> list[Figure]:
    """The figures that a comparison finds."""
    return [figure for figure in article.figures if _is_asked(node, figure)]


def terms(article: EnrichedArticle) -> set[str]:
    """The terms of an article's figures: kind, currency for money, and each beginning of the number."""
    found = set()
    for figure in article.figures:
        for name in _names(figure):
            found |= {f"{name}/{_key(figure.value)[:size]}" for size in range(1, _DIGITS + 1)}
    return found


def asked(node: Number) -> tuple[str, ...]:
    """The terms of which an article must have one."""
    name = f"{node.field}.{node.currency}" if node.currency else node.field
    return tuple(f"{name}/{key}" for key in _stretches("", _key(node.low), _key(node.high)))


def _is_asked(node: Number, figure: Figure) -> bool:
    wanted = f"{node.field}.{node.currency}" if node.currency else node.field
    return wanted in _names(figure) and node.low <= figure.value <= node.high


def _names(figure: Figure) -> list[str]:
    if figure.kind == "other":
        return []
    by_currency = figure.kind == "money" and figure.currency
    return [figure.kind, *([f"money.{str(figure.currency).upper()}"] if by_currency else [])]


def _value(text: str) -> float:
    match = re.fullmatch(r"(-?[0-9,]+(?:\.[0-9]+)?)(k|m|bn|tn)?", text.lower())
    assert match is not None
    return float(match[1].replace(",", "")) * _SCALES.get(match[2], 1.0)


def _bounds(operator: str, value: float) -> tuple[float, float]:
    match operator:
        case ">=":
            return value, inf
        case ">":
            return nextafter(value, inf), inf
        case "<=":
            return -inf, value
        case "<":
            return -inf, nextafter(value, -inf)
    return value, value


def _key(value: float) -> str:
    """A number as 16 hexadecimal digits that sort as numbers do; -0 is 0."""
    (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))
    return f"{bits ^ (0xFFFF_FFFF_FFFF_FFFF if bits >> 63 else 1 << 63):016x}"


def _stretches(prefix: str, low: str, high: str) -> Iterator[str]:
    """The fewest beginnings that make up the keys from `low` to `high`."""
    at = len(prefix)
    if low[at:].strip("0") == "" and high[at:].strip("f") == "" and prefix:
        yield prefix
        return
    if at == _DIGITS:
        yield prefix
        return
    for digit in range(int(low[at], 16), int(high[at], 16) + 1):
        key = f"{prefix}{digit:x}"
        first = low if key == low[: at + 1] else key.ljust(_DIGITS, "0")
        last = high if key == high[: at + 1] else key.ljust(_DIGITS, "f")
        yield from _stretches(key, first, last)


def whole(low: float, high: float) -> tuple[int, int]:
    """The whole numbers of a range, for what is counted and indexed as one: first and last, of 64 bits."""
    least, most = -(1 << 62), 1 << 62
    return ceil(low) if low > least else least, floor(high) if high < most else most
