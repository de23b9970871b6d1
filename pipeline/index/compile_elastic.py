"""The query tree as an Elasticsearch query. The same shape as compile_tantivy.py: what one does, the other does too.

Words and phrases are scored by BM25, the title counting double; beginnings and spellings of words score a constant;
close words, facts, dates and exclusions only filter (score 0).

Elasticsearch takes 30 queries in each other. A query of ours may have 20 pairs of parentheses, each with an AND, an OR
and a NOT: so what an AND holds goes into its own `bool` where it can, exclusions and one OR, and a pair costs one.
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from pipeline.index.fields import KEYS, PHRASES, listed, milliseconds
from pipeline.query import cost, facts, numbers, quotes, sentences
from pipeline.query.terms import query_languages
from pipeline.query.tree import (
    And,
    Area,
    Close,
    Dated,
    Everything,
    Fuzzy,
    Happening,
    Leaf,
    Marked,
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
    Word,
)  # fmt: skip
from pipeline.text import QueryToken, analyse_query, fold

TITLE_BOOST = 2.0
NOTHING: dict[str, Any] = {"match_none": {}}

Query = dict[str, Any]


def compile_query(node: Node, indexed: Sequence[str]) -> Query:
    """An Elasticsearch query that matches what query/evaluate.py says.

    Args:
        node: the tree.
        indexed: the languages of the articles in the index.

    Raises:
        QueryError: it asks for too much at once (query/cost.py).
    """
    languages = query_languages(node, indexed)
    cost.check(node, languages)
    return _query(node, languages)


def _query(node: Node, languages: Sequence[str]) -> Query:
    match node:
        case Everything():
            return _filter({"match_all": {}})
        case And(parts):
            return _all(tuple(dict.fromkeys(parts)), languages)
        case Or(parts):
            return _any([_query(part, languages) for part in dict.fromkeys(parts)])
        case Not(Not(part)):
            return _filter(_query(part, languages))
        case Not():
            return _all((node,), languages)  # a `bool` of exclusions alone scores 0
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return _words(node, languages)
        case Similar():
            return _similar(node)
    return _filter(_fact(node, languages))


def _similar(leaf: Similar) -> Query:
    if not leaf.stems:
        return NOTHING
    each = [_any([_token("title_stem", stem, TITLE_BOOST), _token("text_stem", stem)]) for stem in leaf.stems]
    itself = _token("id", leaf.id)
    return {"bool": {"should": each, "minimum_should_match": leaf.least, "must_not": [itself]}}


def _all(parts: Sequence[Node], languages: Sequence[str]) -> Query:
    """One `bool` for all parts of an AND, its exclusions and the deepest OR in it included."""
    excluded = [inner for part in parts if isinstance(part, Not) for inner in _alternatives(part.part)]
    inlined = max((part for part in parts if isinstance(part, Or)), key=_depth, default=None)
    required = [part for part in parts if part is not inlined and not isinstance(part, Not)]
    clauses: Query = {
        "must": required,
        "must_not": excluded,
        "should": tuple(dict.fromkeys(inlined.parts)) if inlined else (),
    }
    held = {name: [_query(part, languages) for part in nodes] for name, nodes in clauses.items() if nodes}
    return {"bool": held | {"minimum_should_match": 1} if inlined else held}


def _alternatives(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, Or) else (node,)


def _depth(node: Node) -> int:
    match node:
        case And(parts) | Or(parts):
            return 1 + max(map(_depth, parts), default=0)
        case Not(part):
            return 1 + _depth(part)
    return 1


def _words(leaf: TextLeaf, languages: Sequence[str]) -> Query:
    tokens = analyse_query(leaf.text, languages)
    if not tokens:
        return NOTHING
    names = ("title",) if leaf.scope == "title" else ("title", "text")
    if isinstance(leaf, Close):
        return _filter(_any([_close(f"{name}_exact", leaf, tokens) for name in names]))
    return _any([one for name in names for one in _in(name, leaf, tokens)])


def _in(name: str, leaf: TextLeaf, tokens: Sequence[QueryToken]) -> list[Query]:
    boost = TITLE_BOOST if name == "title" else 1.0
    first = tokens[0]
    match leaf:
        case Word() if len(tokens) == 1:
            return [_token(f"{name}_stem", stem, boost) for stem in first.stems]
        case Prefix():
            return [{"prefix": {f"{name}_exact": {"value": first.exact, "boost": boost, "rewrite": "constant_score"}}}]
        case Fuzzy(_, edits):
            near = {"value": first.exact, "fuzziness": edits, "boost": boost, "rewrite": "constant_score"}
            return [{"fuzzy": {f"{name}_exact": near}}]
    return [_phrase(f"{name}_exact", [token.exact for token in tokens], boost)]


def _close(field: str, leaf: Close, tokens: Sequence[QueryToken]) -> Query:
    """Each two words within the gap, in one order or the other: of two words both engines count slop alike."""
    words = dict.fromkeys(token.exact for token in tokens)
    pairs = [
        _any([{"match_phrase": {field: {"query": f"{a} {b}", "slop": leaf.gap}}} for a, b in (pair, pair[::-1])])
        for pair in combinations(words, 2)
    ]
    return {"bool": {"must": pairs}}


def _fact(leaf: Leaf, languages: Sequence[str]) -> Query:
    match leaf:
        case Published():
            return _published(leaf)
        case Number("origins", low, high):
            first, last = numbers.whole(low, high)
            return {"range": {"origins": {"gte": first, "lte": last}}} if first <= last else NOTHING
        case Dated() | Number() | Happening() | Area() | Marked():
            return _one_of(*listed(leaf))
        case Quoted(part):
            return _quoted(part, languages)
        case Same(part):
            return _any([_bound("same", part, at, languages) for at in range(sentences.MOST)])
        case Term():
            return _term(leaf)
    raise AssertionError(f"no fact: {leaf}")


def _term(term: Term) -> Query:
    found = []
    key = facts.key(term)
    if key is not None and term.field in KEYS:
        found.append(_token(KEYS[term.field], key))
    if term.field in PHRASES:
        found.append(_phrase(PHRASES[term.field], fold(term.value)))
    return _any(found)


def _published(node: Published) -> Query:
    start = milliseconds(node.start) if node.start else None
    end = milliseconds(node.end) if node.end else None
    if start is None and end is None:
        return {"exists": {"field": "published_ms"}}
    bounds = {"gte": start, "lt": end}
    return {"range": {"published_ms": {name: bound for name, bound in bounds.items() if bound is not None}}}


def _quoted(part: Node, languages: Sequence[str]) -> Query:
    """One of the quotes, whichever its number."""
    if isinstance(part, Word) and len(tokens := analyse_query(part.text, languages)) == 1:
        stems = [quotes.numbered(at, stem) for at in range(quotes.MOST) for stem in tokens[0].stems]
        return _one_of("quote_stem", stems)
    return _any([_bound("quote", part, at, languages) for at in range(quotes.MOST)])


def _bound(kind: str, part: Node, at: int, languages: Sequence[str]) -> Query:
    """What is asked of one quote, or of one sentence, by its number."""
    match part:
        case And(parts):
            return {"bool": {"must": [_bound(kind, one, at, languages) for one in parts]}}
        case Or(parts):
            return _any([_bound(kind, one, at, languages) for one in parts])
        case Not(one):
            there = _token("quote_speaker", quotes.numbered(at, ""))
            return {"bool": {"must": [there], "must_not": [_bound(kind, one, at, languages)]}}
        case Term("stance", value):
            return _token("quote_speaker", quotes.stance(at, value))
        case Term(_, value, known):
            by_name = _phrase("quote_speaker", [quotes.numbered(at, token) for token in fold(value)])
            by_id = [_token("quote_speaker", quotes.speaker(at, known))] if known else []
            return _any([by_name, *by_id])
        case Word() | Phrase():
            tokens = analyse_query(part.text, languages)
            if isinstance(part, Word) and len(tokens) == 1:
                return _one_of(f"{kind}_stem", [quotes.numbered(at, stem) for stem in tokens[0].stems])
            return _phrase(f"{kind}_exact", [quotes.numbered(at, token.exact) for token in tokens])
    raise AssertionError(f"nothing to ask of a {kind}: {part}")


def _phrase(field: str, words: Sequence[str], boost: float = 1.0) -> Query:
    if not words:
        return NOTHING
    if len(words) == 1:
        return _token(field, words[0], boost)
    return {"match_phrase": {field: {"query": " ".join(words), "boost": boost}}}


def _one_of(field: str, values: Iterable[str]) -> Query:
    return {"terms": {field: list(values)}}


def _token(field: str, value: str, boost: float = 1.0) -> Query:
    return {"term": {field: {"value": value, "boost": boost}}}


def _any(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _filter(query: Query) -> Query:
    """The query with score 0, which a `bool` of filters alone gives."""
    return {"bool": {"filter": [query]}}
