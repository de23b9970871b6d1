"""The query in memory: whether one article matches, and where. The engines answer as this file does.

* A **word** of one token matches where the stem of a token of title or text is one of the word's stems in any of the
  query's languages. A word of several tokens (`COVID-19`, `乌克兰`) is a phrase.
* A **phrase** matches where its exact tokens stand next to each other, within the title or within the text.
* `person: org: place:` match where the value's folded tokens stand next to each other in one name (facts.py);
  `country:` where the code is among the article's; `source:` where the value is the outlet's id or domain, or its
  tokens stand next to each other in the outlet's name; `lang:` where it is the article's language.
* **Published** is start <= published_at < end; an article without a date never matches, so its negation does.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from pipeline.article import EnrichedArticle
from pipeline.query import facts
from pipeline.query.terms import positive, query_languages
from pipeline.query.tree import And, Everything, Node, Not, Or, Phrase, Published, Term, Word
from pipeline.text import QueryToken, Token, analyse, analyse_query, fold

Field = Literal["title", "text"]


def matches(node: Node, article: EnrichedArticle, *, languages: Sequence[str]) -> bool:
    """Whether an article matches a query.

    Args:
        languages: the languages of the articles that the query searches (of the index, or of the article alone);
            a word's stems are those of all of them, or of the query's own `lang:` (terms.query_languages).
    """
    return _holds(node, _Analysed(article), query_languages(node, languages))


def highlights(node: Node, article: EnrichedArticle, *, languages: Sequence[str]) -> list[tuple[Field, int, int]]:
    """Where an article has the query's words, phrases and names: (field, start, end) in code points.

    Sorted, title first, without overlaps. What the query excludes is not among them. For `person: org: place:` these
    are the mentions of what has the name.
    """
    analysed, tags = _Analysed(article), query_languages(node, languages)
    found: set[tuple[Field, int, int]] = set()
    for leaf in positive(node):
        if not isinstance(leaf, Term):
            found.update(_spans(leaf, analysed, tags))
        elif leaf.field in facts.TYPES:
            found.update(_mentions(leaf, article))
    return _merged(found)


def _mentions(term: Term, article: EnrichedArticle) -> Iterator[tuple[Field, int, int]]:
    wanted = fold(term.value)
    for name, spans in facts.named(article, term.field):
        if _within(wanted, name):
            yield from ((span.field, span.start, span.end) for span in spans)


@dataclass(frozen=True)
class _Analysed:
    """An article with the tokens of its title and text, made when they are first needed."""

    article: EnrichedArticle

    @cached_property
    def title(self) -> list[Token]:
        return analyse(self.article.title, self.article.language)

    @cached_property
    def text(self) -> list[Token]:
        return analyse(self.article.text, self.article.language)


def _holds(node: Node, analysed: _Analysed, languages: Sequence[str]) -> bool:
    match node:
        case Everything():
            return True
        case And(parts):
            return all(_holds(part, analysed, languages) for part in parts)
        case Or(parts):
            return any(_holds(part, analysed, languages) for part in parts)
        case Not(part):
            return not _holds(part, analysed, languages)
        case Published(start, end, _):
            at = analysed.article.published_at
            return at is not None and (start is None or start <= at) and (end is None or at < end)
        case Term():
            return _has_fact(node, analysed.article)
    return bool(_spans(node, analysed, languages))


def _has_fact(term: Term, article: EnrichedArticle) -> bool:
    match term.field:
        case "country":
            return term.value.upper() in facts.country_codes(article)
        case "lang":
            return term.value == facts.language(article)
        case "source":
            keys = facts.source_keys(article.source)
            return facts.source_key(term.value) in keys or _within(fold(term.value), facts.source_name(article.source))
    wanted = fold(term.value)
    return any(_within(wanted, name) for name in facts.names(article, term.field))


def _within(wanted: Sequence[str], name: Sequence[str]) -> bool:
    """Whether tokens stand next to each other among others; no tokens never do."""
    size = len(wanted)
    return size > 0 and any(list(name[at : at + size]) == list(wanted) for at in range(len(name) - size + 1))


def _spans(leaf: Word | Phrase, analysed: _Analysed, languages: Sequence[str]) -> set[tuple[Field, int, int]]:
    """Where a word or a phrase stands."""
    query = analyse_query(leaf.text, languages)
    found: set[tuple[Field, int, int]] = set()
    for start, end in _stretches(leaf, query, analysed.title):
        found.add(("title", start, end))
    if leaf.scope == "any":
        found.update(("text", start, end) for start, end in _stretches(leaf, query, analysed.text))
    return found


def _stretches(leaf: Word | Phrase, query: list[QueryToken], tokens: list[Token]) -> Iterable[tuple[int, int]]:
    if isinstance(leaf, Word) and len(query) == 1:
        return [(token.start, token.end) for token in tokens if token.stem in query[0].stems]
    wanted = [token.exact for token in query]
    if not wanted:
        return []
    exact = [token.exact for token in tokens]
    starts = [at for at, token in enumerate(exact) if token == wanted[0] and exact[at : at + len(wanted)] == wanted]
    return [(tokens[at].start, tokens[at + len(wanted) - 1].end) for at in starts]


def _merged(spans: Iterable[tuple[Field, int, int]]) -> list[tuple[Field, int, int]]:
    """Spans in order, title first, with overlapping ones joined."""
    merged: list[tuple[Field, int, int]] = []
    for field, start, end in sorted(spans, key=lambda span: (span[0] == "text", span[1], span[2])):
        if merged and merged[-1][0] == field and start < merged[-1][2]:
            merged[-1] = (field, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((field, start, end))
    return merged
