"""The query tree as a tantivy query. The same shape as compile_elastic.py: what one file does, the other does too.

Words and phrases are scored by BM25, the title counting double; beginnings and spellings of words score a constant;
close words, facts, dates and exclusions only filter (score 0).
"""

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Any

from tantivy import FieldType, Occur, Query, Schema

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


def compile_query(node: Node, schema: Schema, indexed: Sequence[str]) -> Any:
    """A tantivy query that matches what query/evaluate.py says.

    Args:
        node: the tree.
        schema: the schema of the index.
        indexed: the languages of the articles in the index.

    Raises:
        QueryError: it asks for too much at once (query/cost.py).
    """
    languages = query_languages(node, indexed)
    cost.check(node, languages)
    return _Compiler(schema, languages).query(node)


class _Compiler:
    def __init__(self, schema: Schema, languages: Sequence[str]) -> None:
        self._schema, self._languages = schema, languages

    def query(self, node: Node) -> Any:
        match node:
            case Everything():
                return _filter(Query.all_query())
            case And(parts):
                return _all([self.query(part) for part in dict.fromkeys(parts)])
            case Or(parts):
                return _any([self.query(part) for part in dict.fromkeys(parts)])
            case Not(Not(part)):
                return _filter(self.query(part))
            case Not(part):
                return _filter(_without(Query.all_query(), self.query(part)))
            case Word() | Phrase() | Close() | Prefix() | Fuzzy():
                return self._words(node)
            case Similar():
                return self._similar(node)
        return _filter(self._fact(node))

    def _similar(self, leaf: Similar) -> Any:
        each = [(Occur.Should, self._stem(stem)) for stem in leaf.stems]
        if not each:
            return Query.empty_query()
        return _without(Query.boolean_query(each, minimum_number_should_match=leaf.least), self._token("id", leaf.id))

    def _stem(self, stem: str) -> Any:
        title = Query.boost_query(self._token("title_stem", stem), TITLE_BOOST)
        return _any([title, self._token("text_stem", stem)])

    def _words(self, leaf: TextLeaf) -> Any:
        tokens = analyse_query(leaf.text, self._languages)
        if not tokens:
            return Query.empty_query()
        if isinstance(leaf, Close):
            names = ("title",) if leaf.scope == "title" else ("title", "text")
            return _filter(_any([self._close(f"{name}_exact", leaf, tokens) for name in names]))
        found = [Query.boost_query(self._in("title", leaf, tokens), TITLE_BOOST)]
        if leaf.scope == "any":
            found.append(self._in("text", leaf, tokens))
        return _any(found)

    def _in(self, name: str, leaf: TextLeaf, tokens: Sequence[QueryToken]) -> Any:
        first = tokens[0]
        match leaf:
            case Word() if len(tokens) == 1:
                return _any([self._token(f"{name}_stem", stem) for stem in first.stems])
            case Prefix():  # a token holds letters, digits and marks only, none of which a pattern reads otherwise
                pattern = Query.regex_query(self._schema, f"{name}_exact", f"{first.exact}.*")
                return Query.const_score_query(pattern, 1.0)
            case Fuzzy(_, edits):
                near = Query.fuzzy_term_query(self._schema, f"{name}_exact", first.exact, edits)
                return Query.const_score_query(near, 1.0)
        return self._phrase(f"{name}_exact", [token.exact for token in tokens])

    def _close(self, field: str, leaf: Close, tokens: Sequence[QueryToken]) -> Any:
        """Each two words within the gap, in one order or the other: of two words both engines count slop alike."""
        words = dict.fromkeys(token.exact for token in tokens)
        pairs = [
            _any([Query.phrase_query(self._schema, field, list(pair), leaf.gap) for pair in ((a, b), (b, a))])
            for a, b in combinations(words, 2)
        ]
        return _all(pairs)

    def _fact(self, leaf: Leaf) -> Any:
        match leaf:
            case Published():
                return self._published(leaf)
            case Number("origins", low, high):
                return self._origins(low, high)
            case Dated() | Number() | Happening() | Area() | Marked():
                return self._one_of(*listed(leaf))
            case Quoted(part):
                return self._quoted(part)
            case Same(part):
                return _any([self._bound("same", part, at) for at in range(sentences.MOST)])
            case Term():
                return self._term(leaf)
        raise AssertionError(f"no fact: {leaf}")

    def _term(self, term: Term) -> Any:
        found = []
        key = facts.key(term)
        if key is not None and term.field in KEYS:
            found.append(self._token(KEYS[term.field], key))
        if term.field in PHRASES:
            found.append(self._phrase(PHRASES[term.field], fold(term.value)))
        return _any(found)

    def _published(self, node: Published) -> Any:
        start = milliseconds(node.start) if node.start else None
        end = milliseconds(node.end) if node.end else None
        if start is None and end is None:
            return Query.exists_query(self._schema, "published_ms")
        return Query.range_query(self._schema, "published_ms", FieldType.Integer, start, end, include_upper=end is None)

    def _origins(self, low: float, high: float) -> Any:
        first, last = numbers.whole(low, high)
        if first > last:
            return Query.empty_query()
        return Query.range_query(self._schema, "origins", FieldType.Integer, first, last)

    def _quoted(self, part: Node) -> Any:
        """One of the quotes, whichever its number."""
        if isinstance(part, Word) and len(tokens := analyse_query(part.text, self._languages)) == 1:
            stems = [quotes.numbered(at, stem) for at in range(quotes.MOST) for stem in tokens[0].stems]
            return self._one_of("quote_stem", stems)
        return _any([self._bound("quote", part, at) for at in range(quotes.MOST)])

    def _bound(self, kind: str, part: Node, at: int) -> Any:
        """What is asked of one quote, or of one sentence, by its number."""
        match part:
            case And(parts):
                return _all([self._bound(kind, one, at) for one in parts])
            case Or(parts):
                return _any([self._bound(kind, one, at) for one in parts])
            case Not(one):
                return _without(self._token("quote_speaker", quotes.numbered(at, "")), self._bound(kind, one, at))
            case Term("stance", value):
                return self._token("quote_speaker", quotes.stance(at, value))
            case Term(_, value, known):
                by_name = self._phrase("quote_speaker", [quotes.numbered(at, token) for token in fold(value)])
                by_id = [self._token("quote_speaker", quotes.speaker(at, known))] if known else []
                return _any([by_name, *by_id])
            case Word() | Phrase():
                tokens = analyse_query(part.text, self._languages)
                if isinstance(part, Word) and len(tokens) == 1:
                    return self._one_of(f"{kind}_stem", [quotes.numbered(at, stem) for stem in tokens[0].stems])
                return self._phrase(f"{kind}_exact", [quotes.numbered(at, token.exact) for token in tokens])
        raise AssertionError(f"nothing to ask of a {kind}: {part}")

    def _phrase(self, field: str, words: Sequence[str]) -> Any:
        if not words:
            return Query.empty_query()
        if len(words) == 1:
            return self._token(field, words[0])
        return Query.phrase_query(self._schema, field, list(words))

    def _one_of(self, field: str, values: Iterable[str]) -> Any:
        return Query.term_set_query(self._schema, field, list(values))

    def _token(self, field: str, value: str) -> Any:
        return Query.term_query(self._schema, field, value)


def _all(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])


def _any(queries: Sequence[Any]) -> Any:
    return queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Should, query) for query in queries])


def _without(query: Any, excluded: Any) -> Any:
    return Query.boolean_query([(Occur.Must, query), (Occur.MustNot, excluded)])


def _filter(query: Any) -> Any:
    return Query.const_score_query(query, 0.0)
