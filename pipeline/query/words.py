"""Words, phrases and names as a query writes them: values of the grammar, and the leaves that they become."""

import re
from typing import Literal

from lark import Token

from pipeline.errors import QueryError
from pipeline.query import values
from pipeline.query.events import Named
from pipeline.query.printing import OPERATORS
from pipeline.query.tree import Close, Fuzzy, Phrase, Prefix, Scope, Term, TermField, TextLeaf, Word
from pipeline.text import analyse_query

TERMS: tuple[TermField, ...] = (
    "person", "org", "place", "country", "about", "source", "source.country", "lang", "topic", "author", "section",
    "url", "cluster", "entity",
)  # fmt: skip
SHORTEST_PREFIX = 2  # letters; scripts without blanks need one
SHORTEST_FUZZY = {1: 3, 2: 5}  # letters that a word needs for so many edits
WIDEST = 100  # words between two that stand close
MOST_CLOSE = 5  # words that stand close


class Value:
    """A value with its place in the query, until its field is known."""

    def __init__(self, token: Token) -> None:
        self.kind: Literal["WORD", "PHRASE", "CLOSE"] = token.type  # type: ignore[assignment]  # the grammar's tokens
        self.text, self.gap = str(token), ""
        self.position = token.start_pos or 0
        if self.kind != "WORD":
            self.position += 1
            inner, _, self.gap = self.text[1:].rpartition("~") if self.kind == "CLOSE" else (self.text[1:], "", "")
            self.text = inner[:-1].strip()
            if not self.text:
                raise QueryError("there is nothing between the quotes", position=self.position - 1, expected="a phrase")
        elif self.text in OPERATORS:
            raise QueryError(
                f"`{self.text}` stands where a word is expected",
                position=self.position,
                expected="a word, a phrase, a field or `(`",
                suggestion=f'"{self.text}"',
            )


def leaf(value: Value, scope: Scope = "any") -> TextLeaf:
    """A word, a phrase, words that stand close, the beginning of a word (`terr*`) or its spelling (`colour~1`)."""
    if value.kind == "PHRASE":
        return Phrase(with_tokens(value), scope)
    if value.kind == "CLOSE":
        return _close(value, scope)
    if value.text.startswith(("*", "~")):
        raise QueryError(
            f"`{value.text}`: `*` and `~` stand at the end of a word only",
            position=value.position,
            expected="the beginning of a word, then `*`",
            suggestion=value.text.strip("*~") or None,
        )
    if "*" in value.text.rstrip("*"):
        begun = value.text.partition("*")[0]
        raise QueryError(
            f"`{value.text}`: `*` stands at the end of a word only",
            position=value.position,
            expected="the beginning of a word, then `*`",
            suggestion=f"{begun}*" if len(begun) >= SHORTEST_PREFIX else None,
        )
    if value.text.endswith("*"):
        return Prefix(_single(value, value.text.rstrip("*")), scope)
    if match := re.fullmatch(r"(.+?)~([^~]*)", value.text):
        return _fuzzy(value, match[1], match[2], scope)
    return Word(with_tokens(value), scope)


def term(field: str, value: Value, named: Named | None = None) -> Term:
    """A fact, its country or language as a code; a person or an organisation with its id where it is known."""
    text, at = plain(value, field), value.position
    match field:
        case "country" | "source.country":
            return Term(field, values.country(text, at, field))
        case "lang":
            return Term("lang", values.language(text, at))
        case "cluster" | "entity":
            return Term(field, text)
        case "person" | "org":
            return Term(field, with_tokens(value), known_as(field, text, named))
    for known in TERMS:
        if known == field:
            return Term(known, with_tokens(value))
    raise AssertionError(f"a field of the grammar without a meaning: {field}")


def known_as(kind: str, name: str, named: Named | None) -> str | None:
    """The id of the person or organisation that is known by a whole name; None for one of another kind."""
    found = named(name) if named else None
    return found if found and found.startswith(f"{kind}:") else None


def plain(value: Value, field: str) -> str:
    """A value's text, where `*` and `~` mean nothing."""
    marked = value.kind == "WORD" and re.search(r"[*~]", value.text)
    if value.kind == "CLOSE" or marked:
        raise QueryError(
            f"`*` and `~` have no meaning after `{field}:`",
            position=value.position - (value.kind == "CLOSE"),
            expected="a whole word or a phrase",
            suggestion=f"{field}:{re.sub('[*~].*', '', value.text)}" if marked and value.text[0] not in "*~" else None,
        )
    return value.text


def with_tokens(value: Value) -> str:
    """A value's text, which has at least one letter or digit.

    Raises:
        QueryError: it has none, so nothing could ever match it.
    """
    if not analyse_query(value.text, ()):
        message = f"there is no letter or digit in `{value.text}`"
        raise QueryError(message, position=value.position, expected="a word with letters or digits")
    return value.text


def _single(value: Value, text: str, shortest: int = SHORTEST_PREFIX) -> str:
    """The text of a beginning or a spelling: one token, not too short."""
    tokens = analyse_query(text, ())
    if len(tokens) != 1:
        message = f"`{value.text}`: `*` and `~` need one word before them"
        raise QueryError(message, position=value.position, expected="one word")
    if len(tokens[0].exact) < shortest and text.isascii():
        message = f"`{value.text}`: at least {shortest} letters must stand before `*`"
        raise QueryError(message, position=value.position, expected="a longer beginning")
    return text


def _fuzzy(value: Value, text: str, edits: str, scope: Scope) -> Fuzzy:
    count = int(edits) if edits in ("1", "2") else 1
    if edits not in ("", "1", "2"):
        message = f"`{value.text}`: a spelling may differ by 1 or 2 letters"
        raise QueryError(message, position=value.position, expected="~1 or ~2", suggestion=f"{text}~1")
    length = len(analyse_query(_single(value, text, 1), ())[0].exact)
    if length < SHORTEST_FUZZY[count]:
        letters = "letter" if length == 1 else "letters"
        message = f"`{value.text}`: a word of {length} {letters} is too short for ~{count}"
        raise QueryError(message, position=value.position, expected=f"at least {SHORTEST_FUZZY[count]} letters")
    return Fuzzy(text, count, scope)


def _close(value: Value, scope: Scope) -> Close:
    at = value.position + len(value.text) + 1
    if not (value.gap.isascii() and value.gap.isdigit() and int(value.gap) <= WIDEST):
        message = f"`~{value.gap}`: a whole number of words up to {WIDEST} is needed"
        raise QueryError(message, position=at, expected="such as ~10", suggestion=f'"{value.text}"~10')
    tokens = {token.exact for token in analyse_query(with_tokens(value), ())}
    if not 2 <= len(tokens) <= MOST_CLOSE:
        message = f"{len(tokens)} different words can't stand close: 2 to {MOST_CLOSE} are needed"
        raise QueryError(message, position=value.position, expected=f"2 to {MOST_CLOSE} words")
    return Close(value.text, int(value.gap), scope)
