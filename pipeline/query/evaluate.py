"""The query in memory: whether one article matches, and where. The engines answer as this file does.

* A **word** of one token matches where the stem of a token of title or text is one of the word's stems in any of the
  query's languages. A word of several tokens (`COVID-19`, `乌克兰`) is a phrase.
* A **phrase** matches where its exact tokens stand next to each other, within the title or within the text; **close**
  words where each two of them stand within the gap, a **prefix** and a **fuzzy** word on exact tokens.
* Facts match as **phrases** or as **keys** (facts.py): `person: org: place: about: source: topic: author: section:
  url:` where the value's folded tokens stand next to each other in one name; `country: about: source: source.country:
  lang: topic: cluster: entity:` where the value is one of the article's keys.
* **Published** is start <= published_at < end; an article without a date never matches, so its negation does.
* Events, quotes, sentences, figures, dates and areas match as events.py, quotes.py, sentences.py, numbers.py, days.py
  and tiles.py say.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from pipeline.article import DateMention, EnrichedArticle, FieldName, Span
from pipeline.query import days, events, facts, marks, numbers, quotes, sentences, tiles
from pipeline.query.fuzzy import is_near
from pipeline.query.terms import positive, query_languages
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
from pipeline.text import QueryToken, Token, analyse, analyse_query, fold

Stretch = tuple[FieldName, int, int]
"""A field, and start and end in code points."""


def matches(node: Node, article: EnrichedArticle, *, languages: Sequence[str]) -> bool:
    """Whether an article matches a query.

    Args:
        languages: the languages of the articles that the query searches (of the index, or of the article alone);
            a word's stems are those of all of them, or of the query's own `lang:` (terms.query_languages).
    """
    return holds(node, Analysed(article), query_languages(node, languages))


def highlights(node: Node, analysed: "Analysed", *, languages: Sequence[str]) -> list[Stretch]:
    """Where an article has what the query asks for: (field, start, end) in code points.

    Sorted, title first, without overlaps. What the query excludes is not among them. For names these are the mentions
    of what has the name, for events their triggers, for figures and dates their stretches.
    """
    tags = query_languages(node, languages)
    found: set[Stretch] = set()
    for leaf in dict.fromkeys(positive(node)):
        found.update(stretches(leaf, analysed, tags))
    return _merged(found)


@dataclass(frozen=True)
class Analysed:
    """An article with the tokens of its title, text and quotes, made when they are first needed."""

    article: EnrichedArticle

    @cached_property
    def title(self) -> list[Token]:
        return analyse(self.article.title, self.article.language)

    @cached_property
    def text(self) -> list[Token]:
        return analyse(self.article.text, self.article.language)

    @cached_property
    def quotes(self) -> list[quotes.Said]:
        return list(quotes.said(self.article))

    @cached_property
    def sentences(self) -> list[tuple[FieldName, list[Token]]]:
        """The tokens of each sentence that `same:` looks at; the first is the title."""
        found = sentences.sentences(self.title, self.text, self.article.text)
        return [("text" if at else "title", tokens) for at, tokens in enumerate(found)]


def stretches(leaf: Leaf, analysed: Analysed, languages: Sequence[str]) -> Iterable[Stretch]:
    """Where one leaf of a query is found in an article; empty for what stands in no words of it."""
    article = analysed.article
    match leaf:
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return _spans(leaf, analysed, languages)
        case Term("person" | "org" | "place" as field, value, known):
            wanted = fold(value)
            named = facts.named(article, field)
            spans = [span for name, spans in named if _within(wanted, name) for span in spans]
            return [(span.field, span.start, span.end) for span in (*spans, *_mentions(article, known))]
        case Term("entity", value):
            return [(span.field, span.start, span.end) for span in _mentions(article, value)]
        case Happening(alternatives):
            found = [event.trigger for event in events.holding(article, alternatives)]
            return [(span.field, span.start, span.end) for span in found]
        case Number():
            return [(one.field, one.start, one.end) for one in numbers.asked_figures(leaf, article)]
        case Dated():
            return [(span.field, span.start, span.end) for span in _dated(leaf, article)]
        case Quoted(part):
            return [
                (said.quote.field, said.quote.start, said.quote.end)
                for said in analysed.quotes
                if _said(part, said, languages)
            ]
        case Same() | Similar():
            return _shared(leaf, analysed, languages)
        case Area(_, wanted):
            held = ((place, tiles.prefixes(key)) for place, key in tiles.located(article))
            there = [place for place, prefixes in held if not set(wanted).isdisjoint(prefixes)]
            return [(span.field, span.start, span.end) for place in there for span in place.mentions]
    return []


def _mentions(article: EnrichedArticle, key: str | None) -> list[Span]:
    return [span for entity in article.entities if entity.id == key for span in entity.mentions]


def _dated(leaf: Dated, article: EnrichedArticle) -> list[Span | DateMention]:
    """The dates that are as asked, or the triggers of the events that have such a date."""
    if leaf.clock == "mentions":
        return [one for one in article.dates if not days.terms([one]).isdisjoint(leaf.terms)]
    dated = [(event.trigger, event.date) for event in article.events if event.date]
    return [trigger for trigger, date in dated if not days.terms([date]).isdisjoint(leaf.terms)]


def holds(node: Node, analysed: Analysed, languages: Sequence[str]) -> bool:
    """Whether an article matches a query whose words are of these languages (terms.query_languages)."""
    match node:
        case And(parts):
            return all(holds(part, analysed, languages) for part in parts)
        case Or(parts):
            return any(holds(part, analysed, languages) for part in parts)
        case Not(part):
            return not holds(part, analysed, languages)
        case Word() | Phrase() | Close() | Prefix() | Fuzzy():
            return bool(_spans(node, analysed, languages))
        case Quoted(part):
            return any(_said(part, said, languages) for said in analysed.quotes)
        case Same() | Similar():
            return bool(_shared(node, analysed, languages))
    return _has_fact(node, analysed.article)


def _has_fact(leaf: Node, article: EnrichedArticle) -> bool:
    match leaf:
        case Everything():
            return True
        case Published(start, end, _):
            at = article.published_at
            return at is not None and (start is None or start <= at) and (end is None or at < end)
        case Dated(clock, terms):
            return not days.terms(days.dates(article, clock)).isdisjoint(terms)
        case Number():
            return numbers.holds(leaf, article)
        case Happening(alternatives):
            return bool(events.holding(article, alternatives))
        case Area(_, wanted):
            return not tiles.tiles(article).isdisjoint(wanted)
        case Marked(mark, wanted):
            return not marks.terms(article, mark).isdisjoint(wanted)
        case Term(field, value):
            if facts.key(leaf) in facts.keys(article, field):
                return True
            return any(_within(fold(value), name) for name in facts.phrases(article, field))
    raise AssertionError(f"no fact: {leaf}")


def _said(part: Node, said: quotes.Said, languages: Sequence[str]) -> bool:
    """Whether one quote is as asked."""
    match part:
        case And(parts):
            return all(_said(one, said, languages) for one in parts)
        case Or(parts):
            return any(_said(one, said, languages) for one in parts)
        case Not(one):
            return not _said(one, said, languages)
        case Term("speaker", value, known):
            by_id = known is not None and said.quote.speaker_id == known
            return by_id or any(_within(fold(value), name) for name in said.speakers)
        case Term("stance", value):
            return said.quote.stance == value
        case Word() | Phrase():
            return bool(_stretches(part, analyse_query(part.text, languages), said.tokens))
    raise AssertionError(f"nothing to ask of a quote: {part}")


def _shared(leaf: Same | Similar, analysed: Analysed, languages: Sequence[str]) -> list[Stretch]:
    return _alike(leaf, analysed) if isinstance(leaf, Similar) else _together(leaf.part, analysed, languages)


def _alike(node: Similar, analysed: Analysed) -> list[Stretch]:
    """The words that an article shares with another, if they are enough."""
    fields: tuple[tuple[FieldName, list[Token]], ...] = (("title", analysed.title), ("text", analysed.text))
    shared = [(field, token) for field, tokens in fields for token in tokens if token.stem in node.stems]
    if analysed.article.id == node.id or len({token.stem for _, token in shared}) < node.least:
        return []
    return [(field, token.start, token.end) for field, token in shared]


def _together(part: Node, analysed: Analysed, languages: Sequence[str]) -> list[Stretch]:
    """The words of each sentence that has all that is asked."""
    each = ((field, _in_sentence(part, tokens, languages)) for field, tokens in analysed.sentences)
    return [(field, start, end) for field, found in each for start, end in found]


def _in_sentence(part: Node, tokens: list[Token], languages: Sequence[str]) -> list[tuple[int, int]]:
    match part:
        case And(parts) | Or(parts):
            found = [_in_sentence(one, tokens, languages) for one in parts]
            whole = all(found) if isinstance(part, And) else any(found)
            return [span for spans in found for span in spans] if whole else []
        case Word() | Phrase():
            return _stretches(part, analyse_query(part.text, languages), tokens)
    raise AssertionError(f"nothing to ask of a sentence: {part}")


def _within(wanted: Sequence[str], name: Sequence[str]) -> bool:
    """Whether tokens stand next to each other among others; no tokens never do."""
    size = len(wanted)
    return size > 0 and any(list(name[at : at + size]) == list(wanted) for at in range(len(name) - size + 1))


def _spans(leaf: TextLeaf, analysed: Analysed, languages: Sequence[str]) -> set[Stretch]:
    """Where words stand."""
    query = analyse_query(leaf.text, languages)
    found: set[Stretch] = {("title", start, end) for start, end in _stretches(leaf, query, analysed.title)}
    if leaf.scope == "any":
        found.update(("text", start, end) for start, end in _stretches(leaf, query, analysed.text))
    return found


def _stretches(leaf: TextLeaf, query: list[QueryToken], tokens: list[Token]) -> list[tuple[int, int]]:
    wanted = [token.exact for token in query]
    if not wanted:
        return []
    match leaf:
        case Word() if len(query) == 1:
            return [(token.start, token.end) for token in tokens if token.stem in query[0].stems]
        case Prefix():
            return [(token.start, token.end) for token in tokens if token.exact.startswith(wanted[0])]
        case Fuzzy(_, edits):
            return [(token.start, token.end) for token in tokens if is_near(token.exact, wanted[0], edits)]
        case Close(_, gap):
            return list(_close(list(dict.fromkeys(wanted)), gap, tokens))
    exact = [token.exact for token in tokens]
    starts = [at for at, token in enumerate(exact) if token == wanted[0] and exact[at : at + len(wanted)] == wanted]
    return [(tokens[at].start, tokens[at + len(wanted) - 1].end) for at in starts]


def _close(wanted: list[str], gap: int, tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """The words of each pair that stand close; none at all unless each pair does."""
    places = {word: [at for at, token in enumerate(tokens) if token.exact == word] for word in wanted}
    found: set[int] = set()
    for one, other in combinations(wanted, 2):
        near = [(a, b) for a in places[one] for b in places[other] if abs(a - b) - 1 <= gap]
        if not near:
            return
        found.update(at for pair in near for at in pair)
    yield from ((tokens[at].start, tokens[at].end) for at in sorted(found))


def _merged(spans: Iterable[Stretch]) -> list[Stretch]:
    """Spans in order, title first, with overlapping ones joined."""
    merged: list[Stretch] = []
    for field, start, end in sorted(spans, key=lambda span: (span[0] == "text", span[1], span[2])):
        if merged and merged[-1][0] == field and start < merged[-1][2]:
            merged[-1] = (field, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((field, start, end))
    return merged
