"""The query language: text to tree (`parse`); printing.py prints it. docs/query-language.md shows it by examples.

* Words and "exact phrases" are joined by AND, OR and NOT in capitals, by blanks (AND) and by `-` directly before a
  word, phrase, field or parenthesis (NOT). NOT binds tighter than AND, AND than OR. `and`, `or`, `not` are words.
* A field takes a word, a phrase, or a group: `title:talks`, `place:"Hong Kong"`, `country:(UA OR RU)`. Inside
  `event:( )`, `quote:( )` and `same:( )` everything is asked of one event, one quote, one sentence.
* `*` alone matches every article, as the empty query does. Other runs without a letter or digit are ignored; a query of
  nothing else is refused.
* Whatever is wrong raises QueryError with its position (faults.py); nothing is guessed silently. A query is at most
  4,000 characters long, 20 parentheses deep, and has at most 200 words, phrases and values.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any, get_args

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput, VisitError

from pipeline.article import Stance
from pipeline.errors import QueryError
from pipeline.query import events, faults, geography, numbers, values, words
from pipeline.query.events import Named
from pipeline.query.geography import Locate, Spell
from pipeline.query.language import FIELDS, grammar
from pipeline.query.tree import (
    And,
    Everything,
    Fuzzy,
    Happening,
    Node,
    Not,
    Or,
    Phrase,
    Prefix,
    Quoted,
    Same,
    Similar,
    Term,
    Traits,
    Word,
)  # fmt: skip
from pipeline.query.words import Value

MAX_LENGTH = 4_000  # characters of a query
MAX_CLAUSES = 200  # words, phrases and values: both engines take five times as many clauses
MAX_QUOTED = 20  # of them inside quote:( ), where each is asked of 32 quotes
MAX_TOGETHER = 8  # of them inside same:( ), where each is asked of 64 sentences
MAX_SIMILAR = 3  # articles that others are to be like: each is looked up, and is twenty words
MAX_SCANS = 20  # beginnings of words, a spelling counting as two: each looks through the words of the index
MAX_AREAS = 5  # areas: each is up to 300 tiles, found while the query is read
STANCES: tuple[str, ...] = get_args(Stance)


def parse(
    query: str, *, now: datetime, locate: Locate | None = None, named: Named | None = None, spell: Spell | None = None
) -> Node:
    """The tree of a query.

    Args:
        query: the query as a person wrote it; empty means every article.
        now: the moment that relative dates count from, with its zone.
        locate: where a place lies that `near:` names; without it `near:` takes coordinates only.
        named: who is known by a whole name, for `person: org: speaker: actor: target:`; without it a name stands for
            itself.
        spell: which places were probably meant by the name of none.

    Raises:
        QueryError: with the position of the fault, what could have stood there and, where one is likely, a correction.
    """
    if len(query) > MAX_LENGTH:
        message = f"the query is {len(query):,} characters long, the limit is {MAX_LENGTH:,}"
        raise QueryError(message, position=MAX_LENGTH, expected="a shorter query")
    faults.check_parentheses(query)
    try:
        node: Node = _Builder(query, now, locate, named, spell).transform(_parser().parse(query))
    except UnexpectedInput as exc:
        raise faults.explained(query, exc) from None
    except VisitError as exc:
        if isinstance(exc.orig_exc, QueryError):
            raise exc.orig_exc from None
        raise
    _check_clauses(node)
    return node


@cache
def _parser() -> Lark:
    return Lark(grammar(), parser="lalr", lexer="contextual")


class _Inner:
    """A value or a group with a key of its own inside another field's group."""

    def __init__(self, key: Token, value: Any) -> None:
        self.key, self.position, self.value = key[:-1].lower(), key.start_pos or 0, value


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """Makes the tree, bottom up; a method for each rule of grammar.lark."""

    def __init__(
        self, query: str, now: datetime, locate: Locate | None, named: Named | None, spell: Spell | None
    ) -> None:
        super().__init__()
        self.query, self.now, self.locate, self.named, self.spell = query, now, locate, named, spell
        self.areas = 0

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

    def word(self, token: Token) -> Node:
        value = Value(token)
        if value.text.endswith(":"):
            faults.check_field_name(value.text[:-1], value.position, FIELDS)
        return words.leaf(value)

    def phrase(self, token: Token) -> Node:
        return words.leaf(Value(token))

    def close(self, token: Token) -> Node:
        return words.leaf(Value(token))

    def area(self, token: Token) -> Node:
        position = token.start_pos or 0
        self.areas += 1
        if self.areas > MAX_AREAS:
            raise QueryError(f"more than {MAX_AREAS} areas", position=position, expected="fewer near: and bbox:")
        return geography.area(str(token), position, self.locate, self.spell)

    def value(self, token: Token) -> Value:
        return Value(token)

    def one_value(self, field: Token, value: Value) -> Node:
        if field[:-1].lower() == "same":
            message = "same: at least two words are needed, in parentheses"
            raise QueryError(message, position=value.position, expected="such as same:(gas pipeline)")
        return self._leaf(field[:-1].lower(), value)

    def group_of_values(self, field: Token, group: Any) -> Node:
        match field[:-1].lower():
            case "event":
                return _happening(group, field.start_pos or 0, self.named)
            case "quote":
                return Quoted(_mapped(group, lambda value: _of_quote(value, self.named)))
            case "same":
                return _same(group, field.start_pos or 0)
            case name:
                return _mapped(group, lambda value: self._leaf(name, value))

    def unknown_field(self, field: Token, value: Token | None = None) -> Node:
        if value is not None and value.startswith("//"):
            raise faults.web_address(f"{field}{value}", field.start_pos or 0)
        raise faults.unknown_field(field[:-1], field.start_pos or 0, FIELDS)

    def inner_value(self, key: Token, value: Value) -> _Inner:
        return _Inner(key, value)

    def inner_group(self, key: Token, group: Any) -> _Inner:
        return _Inner(key, group)

    def inner_area(self, token: Token) -> Node:
        raise faults.field_in_group(str(token).partition(":")[0], token.start_pos or 0)

    def _leaf(self, field: str, value: "Value | _Inner") -> Node:
        if isinstance(value, _Inner):
            raise faults.field_in_group(value.key, value.position)
        text, at = value.text, value.position
        match field.partition("."):
            case ("title", _, _):
                return words.leaf(value, "title")
            case ("published", _, _):
                return values.published(words.plain(value, field), at, now=self.now)
            case ("happened" | "mentions" as clock, _, _):
                return values.dated(clock, words.plain(value, field), at, now=self.now)
            case ("event" | "actor" | "target" | "status", _, _):
                return Happening((events.trait(field, words.plain(value, field), at, self.named),))
            case ("quote", _, _):
                return Quoted(_of_quote(value, self.named))
            case ("speaker" | "stance", _, _):
                return Quoted(_spoken(field, value, self.named))
            case ("origins" | "money" | "percent" | "troops" as kind, _, currency):
                return numbers.number(kind, currency.upper() or None, text, at)
            case ("killed" | "injured" | "displaced" | "arrested" as kind, _, _):
                return numbers.number(kind, None, text, at)
        return Similar(words.plain(value, field)) if field == "similar" else words.term(field, value, self.named)


def _mapped(node: Any, leaf: Callable[[Any], Node]) -> Node:
    match node:
        case And(parts):
            return And(tuple(_mapped(part, leaf) for part in parts))
        case Or(parts):
            return Or(tuple(_mapped(part, leaf) for part in parts))
        case Not(part):
            return Not(_mapped(part, leaf))
    return leaf(node)


def _of_quote(value: Any, named: Named | None) -> Node:
    """What stands in `quote:( )`: a word, a phrase, `speaker:` or `stance:`."""
    if isinstance(value, _Inner):
        if value.key not in ("speaker", "stance"):
            raise faults.field_in_group(value.key, value.position, "words, phrases, speaker: and stance:")
        key = value.key
        return _mapped(value.value, lambda one: _spoken(key, one, named))
    leaf = words.leaf(value)
    if isinstance(leaf, Word | Phrase):
        return leaf
    message = "`*` and `~` have no meaning inside a quote"
    raise QueryError(message, position=value.position, expected="a word or a phrase")


def _same(group: Any, position: int) -> Same:
    """What stands in `same:( )`: words and phrases of one sentence."""

    def leaf(value: Any) -> Node:
        if isinstance(value, _Inner):
            raise faults.field_in_group(value.key, value.position, "words and phrases of one sentence")
        found = words.leaf(value)
        if isinstance(found, Word | Phrase):
            return found
        message = "`*` and `~` have no meaning inside same:( )"
        raise QueryError(message, position=value.position, expected="a word or a phrase")

    found = _mapped(group, leaf)
    if not isinstance(found, And):
        message = "same: at least two words are needed that stand in one sentence"
        raise QueryError(message, position=position, expected="such as same:(gas pipeline)")
    if _excludes(found):
        message = "nothing is excluded inside same:( ); put `-` before another same:( )"
        raise QueryError(message, position=position, expected="words and phrases of one sentence")
    return Same(found)


def _excludes(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return any(map(_excludes, parts))
    return isinstance(node, Not)


def _spoken(key: str, value: Any, named: Named | None) -> Node:
    """What stands after `speaker:` or `stance:`."""
    if isinstance(value, _Inner):
        raise faults.field_in_group(value.key, value.position)
    if key == "speaker":
        return Term("speaker", words.with_tokens(value), named(value.text) if named else None)
    return Term("stance", values.one_of("stance", value.text.lower(), STANCES, value.position))


def _happening(group: Any, position: int, named: Named | None) -> Happening:
    """What stands in `event:( )`: alternatives, each with what is asked of one event."""
    found = list(dict.fromkeys(_alternatives(group, position, named)))
    if len(found) > events.MAX_ALTERNATIVES:
        message = f"event: more than {events.MAX_ALTERNATIVES} ways to be met"
        raise QueryError(message, position=position, expected="fewer alternatives, or several event:( )")
    return Happening(tuple(found))


def _alternatives(node: Any, position: int, named: Named | None, key: str = "event") -> list[Traits]:
    match node:
        case Or(parts):
            return [one for part in parts for one in _alternatives(part, position, named, key)]
        case And(parts):
            return _together([_alternatives(part, position, named, key) for part in parts], position)
        case Not():
            message = "nothing is excluded inside event:( ); put `-` before another event:( )"
            raise QueryError(message, position=position, expected="type:, actor:, target: or status:")
        case _Inner(key=inner) if key == "event" and inner in events.KEYS:
            return _alternatives(node.value, node.position, named, inner)
        case _Inner():
            raise faults.field_in_group(node.key, node.position, "type:, actor:, target: and status:")
    return [events.trait(key, words.plain(node, key), node.position, named)]


def _together(each: list[list[Traits]], position: int) -> list[Traits]:
    """Every combination of what several parts ask; those that contradict themselves drop out."""
    found = each[0]
    for others in each[1:]:
        joined = [events.joined(one, other) for one in found for other in others]
        found = list(dict.fromkeys(one for one in joined if one is not None))
        if len(found) > events.MAX_ALTERNATIVES:
            break
    if not found:
        message = "event: no event can be all of this; OR stands between alternatives"
        raise QueryError(message, position=position, expected="one type:, actor:, target: and status:, or OR")
    return found


def _check_clauses(node: Node) -> None:
    """Refuse what would cost an engine too much."""
    counted = Counter(_counted(node))
    for name, most, what, expected in _LIMITS:
        if counted[name] > most:
            message = f"the query {what.format(counted[name])}, the limit is {most}"
            raise QueryError(message, position=0, expected=expected)


def _counted(node: Node) -> Iterator[str]:
    """What of a query costs something, one by one: every clause, and those that cost more by their kind too."""
    todo: list[tuple[Node, tuple[str, ...]]] = [(node, ("clause",))]
    while todo:
        part, kinds = todo.pop()
        match part:
            case And(parts) | Or(parts):
                todo.extend((one, kinds) for one in parts)
            case Not(one):
                todo.append((one, kinds))
            case Quoted(one):
                todo.append((one, (*kinds, "quoted")))
            case Same(one):
                todo.append((one, (*kinds, "together")))
            case Happening(alternatives):
                yield from ("clause" for _ in alternatives)
            case Prefix():
                yield from (*kinds, "scan")
            case Fuzzy():
                yield from (*kinds, "scan", "scan")
            case Similar():
                yield from (*kinds, "similar")
            case _:
                yield from kinds


_LIMITS = (
    ("clause", MAX_CLAUSES, "has {:,} words, phrases and values", "a shorter query"),
    ("scan", MAX_SCANS, "has {:,} words with `*`, those with `~` counted twice", "fewer of them"),
    ("similar", MAX_SIMILAR, "asks {:,} times for similar articles", "fewer similar:"),
    ("quoted", MAX_QUOTED, "asks {:,} things of quotes", "fewer words, speakers and stances"),
    ("together", MAX_TOGETHER, "asks for {:,} words in the same sentence", "fewer words"),
)
