"""The query language: text to tree (`parse`) and back (`to_text`). docs/query-language.md shows it by examples.

* Words and "exact phrases" are joined by AND, OR and NOT in capitals, by blanks (AND) and by `-` directly before a
  word, phrase, field or parenthesis (NOT). NOT binds tighter than AND, AND than OR. `and`, `or`, `not` are words.
* A field takes a word, a phrase, or a group: `title:talks`, `place:"Hong Kong"`, `country:(UA OR RU)`.
* `*` alone matches every article, as the empty query does. Other runs without a letter or digit are ignored; a query of
  nothing else is refused.
* Whatever is wrong raises QueryError with its position; nothing is guessed silently. A query is at most 4,000
  characters long, 20 parentheses deep, and has at most 200 words, phrases and values.
"""

import re
from collections.abc import Callable
from datetime import datetime
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, get_args

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, UnexpectedToken, VisitError

from pipeline.errors import QueryError
from pipeline.query import values
from pipeline.query.tree import And, Everything, Node, Not, Or, Phrase, Published, Term, TermField, Word
from pipeline.text import analyse_query

MAX_LENGTH = 4_000  # characters of a query
MAX_DEPTH = 20  # parentheses in each other: keeps every recursion over a tree shallow
MAX_CLAUSES = 200  # words, phrases and values: both engines take five times as many clauses
FIELDS = ("title", *get_args(TermField), "published")

_QUOTES = '"“”„‟«»'
_PARENTHESES = re.compile(f"[{_QUOTES}][^{_QUOTES}]*[{_QUOTES}]|[()]")
_BARE = re.compile(r"\w[\w.\-/:]*")
_OPERATORS = {"AND", "OR", "NOT"}


def parse(query: str, *, now: datetime) -> Node:
    """The tree of a query.

    Args:
        query: the query as a person wrote it; empty means every article.
        now: the moment that relative dates count from, with its zone.

    Raises:
        QueryError: with the position of the fault, what could have stood there and, where one is likely, a correction.
    """
    if len(query) > MAX_LENGTH:
        message = f"the query is {len(query):,} characters long, the limit is {MAX_LENGTH:,}"
        raise QueryError(message, position=MAX_LENGTH, expected="a shorter query")
    _check_parentheses(query)
    try:
        node: Node = _Builder(query, now).transform(_parser().parse(query))
    except UnexpectedInput as exc:
        raise _explained(query, exc) from None
    except VisitError as exc:
        if isinstance(exc.orig_exc, QueryError):
            raise exc.orig_exc from None
        raise
    _check_clauses(node)
    return node


@cache
def _parser() -> Lark:
    return Lark(Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"), parser="lalr", lexer="contextual")


class _Value:
    """A value inside a field, with its place in the query, until the field is known."""

    def __init__(self, token: Token) -> None:
        self.quoted = token.type == "PHRASE"
        self.text = token[1:-1].strip() if self.quoted else str(token)
        self.position = (token.start_pos or 0) + self.quoted
        if self.quoted and not self.text:
            raise QueryError("there is nothing between the quotes", position=token.start_pos or 0, expected="a phrase")
        if not self.quoted:
            _check_word(self.text, self.position)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the tree, bottom up; a method for each rule of grammar.lark."""

    def __init__(self, query: str, now: datetime) -> None:
        super().__init__()
        self.query, self.now = query, now

    def start(self, node: Node | None = None) -> Node:
        if node is None and self.query.strip():
            raise QueryError("there is no word in the query", position=0, expected="a word, a phrase or a field")
        return node or Everything()

    def any_of(self, *parts: Any) -> Or:
        return Or(parts)

    def all_of(self, *parts: Any) -> And:
        return And(parts)

    def none_of(self, part: Any) -> Not:
        return Not(part)

    def everything(self, _: Token) -> Everything:
        return Everything()

    def word(self, token: Token) -> Word:
        value = _Value(token)
        if value.text.endswith(":"):
            _check_field_name(value.text[:-1], value.position)
        return Word(_with_tokens(value))

    def phrase(self, token: Token) -> Phrase:
        return Phrase(_with_tokens(_Value(token)))

    def value(self, token: Token) -> _Value:
        return _Value(token)

    def one_value(self, field: Token, value: _Value) -> Node:
        return self._leaf(field[:-1].lower(), value)

    def group_of_values(self, field: Token, group: Any) -> Node:
        return _map_leaves(group, lambda value: self._leaf(field[:-1].lower(), value))

    def unknown_field(self, field: Token, _: Token | None = None) -> Node:
        raise _unknown_field(field[:-1], field.start_pos or 0)

    def field_in_group(self, field: Token) -> Node:
        message = f"`{field}` stands inside another field's parentheses"
        raise QueryError(message, position=field.start_pos or 0, expected="values of one field")

    def _leaf(self, field: str, value: _Value) -> Node:
        match field:
            case "title":
                kind = Phrase if value.quoted else Word
                return kind(_with_tokens(value), "title")
            case "published":
                return values.published(value.text, value.position, now=self.now)
            case "country":
                return Term("country", values.country(value.text, value.position))
            case "lang":
                return Term("lang", values.language(value.text, value.position))
            case "person" | "org" | "place" | "source":
                return Term(field, _with_tokens(value))
        raise AssertionError(f"a field of the grammar without a meaning: {field}")


def _map_leaves(node: Any, leaf: Callable[[_Value], Node]) -> Node:
    match node:
        case And(parts):
            return And(tuple(_map_leaves(part, leaf) for part in parts))
        case Or(parts):
            return Or(tuple(_map_leaves(part, leaf) for part in parts))
        case Not(part):
            return Not(_map_leaves(part, leaf))
    return leaf(node)


def _with_tokens(value: _Value) -> str:
    if not analyse_query(value.text, ()):
        message = f"there is no letter or digit in `{value.text}`"
        raise QueryError(message, position=value.position, expected="a word with letters or digits")
    return value.text


def _check_word(word: str, position: int) -> None:
    """Refuse what looks like an operator, so that it is never searched for as a word by mistake."""
    if word in _OPERATORS:
        raise QueryError(
            f"`{word}` stands where a word is expected",
            position=position,
            expected="a word, a phrase, a field or `(`",
            suggestion=f'"{word}"',
        )
    if word.endswith(("*", "~")) or word.startswith(("*", "~")):
        bare = word.strip("*~")
        message = f"`{word}`: words are matched whole, with their inflections; `*` and `~` have no meaning here"
        raise QueryError(message, position=position, expected="a whole word", suggestion=bare or None)


def _check_field_name(name: str, position: int) -> None:
    """Refuse `coutry: UA`, where a blank makes a mistyped field a word; `Iran: the talks` is fine."""
    if get_close_matches(name.lower(), FIELDS, n=1, cutoff=0.8):
        raise _unknown_field(name, position)


def _unknown_field(name: str, position: int) -> QueryError:
    near = get_close_matches(name.lower(), FIELDS, n=1, cutoff=0.6)
    meant = f"; did you mean `{near[0]}:`?" if near else ""
    return QueryError(
        f"there is no field `{name}:`{meant}",
        position=position,
        expected="one of " + ", ".join(f"{field}:" for field in FIELDS) + ", or quotes around words with a colon",
        suggestion=f"{near[0]}:" if near else None,
    )


def _check_parentheses(query: str) -> None:
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
    return any(character in _QUOTES for character in _PARENTHESES.sub("", query))


def _check_clauses(node: Node) -> None:
    count, todo = 0, [node]
    while todo:
        match todo.pop():
            case And(parts) | Or(parts):
                todo.extend(parts)
            case Not(part):
                todo.append(part)
            case _:
                count += 1
    if count > MAX_CLAUSES:
        message = f"the query has {count:,} words, phrases and values, the limit is {MAX_CLAUSES}"
        raise QueryError(message, position=0, expected="a shorter query")


def _explained(query: str, exc: UnexpectedInput) -> QueryError:
    """The sentence for an error of the parser."""
    ended = isinstance(exc, UnexpectedToken) and exc.token.type == "$END"
    at = exc.pos_in_stream if isinstance(exc.pos_in_stream, int) and not ended else len(query)
    found = query[at : at + 1]
    if found and found in _QUOTES:
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


def to_text(node: Node) -> str:
    """A query that parses to this tree again (for trees that `parse` made, and those put together from their parts).

    Quotes inside a value are printed as blanks: they are no part of any token.
    """
    match node:
        case Everything():
            return "*"
        case Word(text, scope):
            return f"title:{text}" if scope == "title" else text
        case Phrase(text, scope):
            return f"title:{_in_quotes(text)}" if scope == "title" else _in_quotes(text)
        case Term(field, value):
            return f"{field}:{_bare(value)}"
        case Published(_, _, text):
            return f"published:{_bare(text)}" if not text.startswith("..") else f"published:{text}"
        case Not(part):
            return f"-({to_text(part)})" if isinstance(part, Not | Everything) else f"-{_inside(part)}"
        case And(parts):
            return " ".join(_inside(part) for part in parts)
        case Or(parts):
            return " OR ".join(_inside(part) for part in parts)


def _inside(node: Node) -> str:
    """A part of a larger query, in parentheses where it has parts itself."""
    text = to_text(node)
    return f"({text})" if isinstance(node, And | Or) else text


def _bare(value: str) -> str:
    safe = _BARE.fullmatch(value) and value not in _OPERATORS
    return value if safe else _in_quotes(value)


def _in_quotes(text: str) -> str:
    return '"' + "".join(" " if character in _QUOTES else character for character in text).strip() + '"'
