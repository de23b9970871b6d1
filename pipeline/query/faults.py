"""Faults of a query in sentences: where they are, what could have stood there, and what was probably meant."""

import re
from collections.abc import Sequence
from difflib import get_close_matches

from lark.exceptions import UnexpectedInput, UnexpectedToken

from pipeline.errors import QueryError
from pipeline.query.printing import QUOTES

MAX_DEPTH = 20  # parentheses in each other: keeps every recursion over a tree shallow
_PARENTHESES = re.compile(f"[{QUOTES}][^{QUOTES}]*[{QUOTES}]|[()]")


def field_in_group(name: str, position: int, expected: str = "values of one field") -> QueryError:
    """The error for a field inside another field's parentheses."""
    message = f"`{name}:` stands inside another field's parentheses"
    return QueryError(message, position=position, expected=expected)


def check_field_name(name: str, position: int, fields: Sequence[str]) -> None:
    """Refuse `coutry: UA`, where a blank makes a mistyped field a word; `Iran: the talks` is fine."""
    if get_close_matches(name.lower(), fields, n=1, cutoff=0.8):
        raise unknown_field(name, position, fields)


def unknown_field(name: str, position: int, fields: Sequence[str]) -> QueryError:
    """The error for a field that there is not, with the one that was probably meant."""
    near = get_close_matches(name.lower(), fields, n=1, cutoff=0.6)
    meant = f"; did you mean `{near[0]}:`?" if near else ""
    return QueryError(
        f"there is no field `{name}:`{meant}",
        position=position,
        expected="one of " + ", ".join(f"{field}:" for field in fields) + ", or quotes around words with a colon",
        suggestion=f"{near[0]}:" if near else None,
    )


def web_address(address: str, position: int) -> QueryError:
    """The error for an address of the web, which looks like a field with a value."""
    rest = address.partition("//")[2].strip("/")
    message = "an address of the web needs `url:` before it" if rest else f"there is no field `{address[:-2]}`"
    meant = f'url:"{rest}"' if rest else None
    return QueryError(message, position=position, expected="such as url:harbour.example/world", suggestion=meant)


def check_parentheses(query: str) -> None:
    """Refuse parentheses that are not closed, or too deep: what the parser would say of them helps nobody."""
    opened = _opened(query)
    if opened and not _has_lone_quote(query):
        raise QueryError(
            "this parenthesis is not closed", position=opened[-1], expected="`)`", suggestion=query + ")" * len(opened)
        )


def _opened(query: str) -> list[int]:
    """Where the parentheses stand that a query leaves open."""
    opened: list[int] = []
    for match in _PARENTHESES.finditer(query):
        if match[0] == "(":
            opened.append(match.start())
        elif match[0] == ")" and opened:
            opened.pop()
        if len(opened) > MAX_DEPTH:
            message = f"more than {MAX_DEPTH} parentheses stand in each other"
            raise QueryError(message, position=match.start(), expected="a simpler query")
    return opened


def _has_lone_quote(query: str) -> bool:
    """Whether a quote is not closed, which is then the fault to name first."""
    return any(character in QUOTES for character in _PARENTHESES.sub("", query))


def explained(query: str, exc: UnexpectedInput) -> QueryError:
    """The sentence for an error of the parser."""
    ended = isinstance(exc, UnexpectedToken) and exc.token.type == "$END"
    at = exc.pos_in_stream if isinstance(exc.pos_in_stream, int) and not ended else len(query)
    found = query[at : at + 1]
    if found and found in QUOTES:
        closed = query + '"' + ")" * len(_opened(query[:at]))
        return QueryError("this quote is not closed", position=at, expected="a closing quote", suggestion=closed)
    if found == ")" and not _opened(query[:at]):
        shorter = (query[:at] + query[at + 1 :]).strip()
        return QueryError("nothing is open that this `)` would close", position=at, suggestion=shorter or None)
    return _unfinished(query, at)


def _unfinished(query: str, at: int) -> QueryError:
    """The error for what lacks its word: an operator, a field, an empty pair of parentheses."""
    last = re.search(r"[^\s()]*\(?$", re.sub(r"[^\w(:]+$", "", query[:at]))
    name = last[0] if last else ""
    if name.endswith(":"):
        excluded = query[at : at + 1] in ("-", "–", "−")
        hint = f"-{name}{query[at + 1 :].split(' ')[0]}" if excluded else None
        return QueryError(
            f"a value is missing after `{name}`", position=at, expected="a word, a phrase or `(`", suggestion=hint
        )
    if name.endswith("("):
        return QueryError("there is nothing between the parentheses", position=at, expected="a word or a phrase")
    return QueryError(
        f"a word is missing after `{name}`" if name else "a word is missing",
        position=at,
        expected="a word, a phrase, a field or `(`",
    )
