"""The query tree as a tantivy query. The same shape as compile_elastic.py: what one file does, the other does too.

Words and phrases are scored by BM25, the title counting double; facts, dates and exclusions only filter (score 0).
"""

from collections.abc import Sequence
from typing import Any

from tantivy import FieldType, Occur, Query, Schema

from pipeline.index.fields import milliseconds
from pipeline.query.facts import source_key
from pipeline.query.terms import query_languages
from pipeline.query.tree import And, Everything, Node, Not, Or, Phrase, Published, Term, Word
from pipeline.text import analyse_query, fold

TITLE_BOOST = 2.0


def compile_query(node: Node, schema: Schema, indexed: Sequence[str]) -> Any:
    """A tantivy query that matches what query/evaluate.py says.

    Args:
        node: the tree.
        schema: the schema of the index.
        indexed: the languages of the articles in the index.
    """
    return _Compiler(schema, query_languages(node, indexed)).query(node)


class _Compiler:
    def __init__(self, schema: Schema, languages: Sequence[str]) -> None:
        self._schema, self._languages = schema, languages

    def query(self, node: Node) -> Any:
        match node:
            case Everything():
                return _filter(Query.all_query())
            case And(parts):
                return Query.boolean_query([(Occur.Must, self.query(part)) for part in parts])
            case Or(parts):
                return _any([self.query(part) for part in parts])
            case Not(part):
                return _filter(
                    Query.boolean_query([(Occur.Must, Query.all_query()), (Occur.MustNot, self.query(part))])
                )
            case Published():
                return _filter(self._published(node))
            case Term():
                return _filter(self._term(node))
            case Word() | Phrase():
                return self._words(node)

    def _words(self, leaf: Word | Phrase) -> Any:
        tokens = analyse_query(leaf.text, self._languages)
        if not tokens:
            return Query.empty_query()
        names = ("title",) if leaf.scope == "title" else ("title", "text")
        found = []
        for name in names:
            if isinstance(leaf, Word) and len(tokens) == 1:
                query = _any([self._token(f"{name}_stem", stem) for stem in tokens[0].stems])
            else:
                query = self._phrase(f"{name}_exact", [token.exact for token in tokens])
            found.append(Query.boost_query(query, TITLE_BOOST) if name == "title" else query)
        return _any(found)

    def _term(self, term: Term) -> Any:
        match term.field:
            case "country":
                return self._token("country", term.value.upper())
            case "lang":
                return self._token("lang", term.value)
            case "source":
                key = self._token("source_key", source_key(term.value))
                return _any([key, self._phrase("source_name", fold(term.value))])
        return self._phrase(term.field, fold(term.value))

    def _published(self, node: Published) -> Any:
        start = milliseconds(node.start) if node.start else None
        end = milliseconds(node.end) if node.end else None
        if start is None and end is None:
            return Query.exists_query(self._schema, "published_ms")
        return Query.range_query(self._schema, "published_ms", FieldType.Integer, start, end, include_upper=end is None)

    def _phrase(self, field: str, words: Sequence[str]) -> Any:
        if not words:
            return Query.empty_query()
        if len(words) == 1:
            return self._token(field, words[0])
        return Query.phrase_query(self._schema, field, list(words))

    def _token(self, field: str, value: str) -> Any:
        return Query.term_query(self._schema, field, value)


def _any(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _filter(query: Any) -> Any:
    return Query.const_score_query(query, 0.0)
