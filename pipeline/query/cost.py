"""What a query costs: the clauses that the engines make of it, the same number for both.

Elasticsearch takes 1,024 of them with little memory, more with much; so neither engine is given more than a thousand.
Within the limits of the grammar few queries come near: words with many forms in an archive of many languages, or all
that may be asked of quotes and of sentences together.
"""

from collections.abc import Sequence
from math import comb

from pipeline.errors import QueryError
from pipeline.query import quotes, sentences
from pipeline.query.tree import (
    And,
    Area,
    Close,
    Dated,
    Fuzzy,
    Happening,
    Node,
    Not,
    Number,
    Or,
    Phrase,
    Prefix,
    Quoted,
    Same,
    Similar,
    Term,
    Word,
)  # fmt: skip
from pipeline.text import analyse_query

MOST = 1_000
SPREAD = 16  # terms up to which Lucene makes a clause of each, and one of all where there are more


def check(node: Node, languages: Sequence[str]) -> None:
    """Refuse a query that costs too much.

    Args:
        node: the tree.
        languages: those whose stems its words may match (terms.query_languages).

    Raises:
        QueryError: it does.
    """
    found = cost(node, languages)
    if found > MOST:
        message = f"the query asks for {found:,} forms of words and facts at once, the limit is {MOST:,}"
        raise QueryError(message, position=0, expected="fewer words, or lang: where the archive has many languages")


def cost(node: Node, languages: Sequence[str]) -> int:
    """The clauses of a query."""
    match node:
        case And(parts) | Or(parts):
            return sum(cost(part, languages) for part in parts)
        case Not(part):
            return 1 + cost(part, languages)
        case Quoted(Word() as word) if len(analyse_query(word.text, languages)) == 1:
            return 1
        case Quoted(part):
            return quotes.MOST * _bound(part, languages)
        case Same(part):
            return sentences.MOST * _bound(part, languages)
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return (1 if node.scope == "title" else 2) * _words(node, languages)
        case Similar(_, stems):
            return 1 + 2 * len(stems)
        case Dated(_, several) | Area(_, several) | Happening(several):
            return len(several) if len(several) <= SPREAD else 1
        case Number():
            return SPREAD
    return 2


def _bound(part: Node, languages: Sequence[str]) -> int:
    """What is asked of one quote or one sentence."""
    match part:
        case And(parts) | Or(parts):
            return sum(_bound(one, languages) for one in parts)
        case Not(one):
            return 1 + _bound(one, languages)
        case Word() | Phrase():
            return _words(part, languages)
        case Term("speaker", _, known):
            return 2 if known else 1
    return 1


def _words(leaf: Node, languages: Sequence[str]) -> int:
    match leaf:
        case Prefix() | Fuzzy():
            return SPREAD
        case Close(text):
            return 4 * comb(len({token.exact for token in analyse_query(text, ())}), 2)
        case Word(text) | Phrase(text):
            tokens = analyse_query(text, languages)
            return len(tokens[0].stems) if isinstance(leaf, Word) and len(tokens) == 1 else len(tokens)
    return 1
