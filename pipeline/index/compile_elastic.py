"""The query tree as an Elasticsearch query. The same shape as compile_tantivy.py: what one does, the other does too.

Words and phrases are scored by BM25, the title counting double; facts, dates and exclusions only filter (score 0).

Elasticsearch takes 30 queries in each other. A query of ours may have 20 pairs of parentheses, each with an AND, an OR
and a NOT: so what an AND holds goes into its own `bool` where it can, exclusions and one OR, and a pair costs one.
"""

from collections.abc import Sequence
from typing import Any

from pipeline.index.fields import milliseconds
from pipeline.query.facts import source_key
from pipeline.query.terms import query_languages
from pipeline.query.tree import And, Everything, Node, Not, Or, Phrase, Published, Term, Word
from pipeline.text import analyse_query, fold

TITLE_BOOST = 2.0
NOTHING: dict[str, Any] = {"match_none": {}}

Query = dict[str, Any]


def compile_query(node: Node, indexed: Sequence[str]) -> Query:
    """An Elasticsearch query that matches what query/evaluate.py says.

    Args:
        node: the tree.
        indexed: the languages of the articles in the index.
    """
    return _query(node, query_languages(node, indexed))


def _query(node: Node, languages: Sequence[str]) -> Query:
    match node:
        case Everything():
            return _filter({"match_all": {}})
        case And(parts):
            return _all(parts, languages)
        case Or(parts):
            return _any([_query(part, languages) for part in parts])
        case Not():
            return _all((node,), languages)  # a `bool` of exclusions alone scores 0
        case Published():
            return _filter(_published(node))
        case Term():
            return _filter(_term(node))
        case Word() | Phrase():
            return _words(node, languages)


def _all(parts: Sequence[Node], languages: Sequence[str]) -> Query:
    """One `bool` for all parts of an AND, its exclusions and the deepest OR in it included."""
    excluded = [inner for part in parts if isinstance(part, Not) for inner in _alternatives(part.part)]
    inlined = max((part for part in parts if isinstance(part, Or)), key=_depth, default=None)
    required = [part for part in parts if part is not inlined and not isinstance(part, Not)]
    clauses: Query = {"must": required, "must_not": excluded, "should": inlined.parts if inlined else ()}
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


def _words(leaf: Word | Phrase, languages: Sequence[str]) -> Query:
    tokens = analyse_query(leaf.text, languages)
    if not tokens:
        return NOTHING
    names = ("title",) if leaf.scope == "title" else ("title", "text")
    found = []
    for name in names:
        boost = TITLE_BOOST if name == "title" else 1.0
        if isinstance(leaf, Word) and len(tokens) == 1:
            found += [_token(f"{name}_stem", stem, boost) for stem in tokens[0].stems]
        else:
            found.append(_phrase(f"{name}_exact", [token.exact for token in tokens], boost))
    return _any(found)


def _term(term: Term) -> Query:
    match term.field:
        case "country":
            return _token("country", term.value.upper())
        case "lang":
            return _token("lang", term.value)
        case "source":
            key = _token("source_key", source_key(term.value))
            return _any([key, _phrase("source_name", fold(term.value))])
    return _phrase(term.field, fold(term.value))


def _published(node: Published) -> Query:
    start = milliseconds(node.start) if node.start else None
    end = milliseconds(node.end) if node.end else None
    if start is None and end is None:
        return {"exists": {"field": "published_ms"}}
    bounds = {"gte": start, "lt": end}
    return {"range": {"published_ms": {name: bound for name, bound in bounds.items() if bound is not None}}}


def _phrase(field: str, words: Sequence[str], boost: float = 1.0) -> Query:
    if not words:
        return NOTHING
    if len(words) == 1:
        return _token(field, words[0], boost)
    return {"match_phrase": {field: {"query": " ".join(words), "boost": boost}}}


def _token(field: str, value: str, boost: float = 1.0) -> Query:
    return {"term": {field: {"value": value, "boost": boost}}}


def _any(queries: Sequence[Query]) -> Query:
    return queries[0] if len(queries) == 1 else {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _filter(query: Query) -> Query:
    """The query with score 0, which a `bool` of filters alone gives."""
    return {"bool": {"filter": [query]}}
