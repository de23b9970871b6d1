"""Why an article matches: each clause of the query that it meets, and the words that meet it."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.article import EnrichedArticle
from pipeline.query.evaluate import Analysed, Stretch, holds, stretches
from pipeline.query.printing import to_text
from pipeline.query.terms import positive, query_languages
from pipeline.query.tree import Node


@dataclass(frozen=True)
class Reason:
    """A clause that an article meets, as text, and where; `spans` is empty for what stands in no words of it."""

    clause: str
    spans: tuple[Stretch, ...]
    surfaces: tuple[str, ...]


def reasons(node: Node, analysed: Analysed, *, languages: Sequence[str]) -> list[Reason]:
    """The clauses that an article meets, in the order of the query; excluded ones are left out.

    Args:
        languages: the languages of the articles in the index, as for `matches`.
    """
    tags = query_languages(node, languages)
    found: dict[str, Reason] = {}
    for leaf in dict.fromkeys(positive(node)):
        spans = sorted(set(stretches(leaf, analysed, tags)), key=lambda span: (span[0] == "text", *span[1:]))
        if spans or holds(leaf, analysed, tags):
            surfaces = dict.fromkeys(_surface(analysed.article, span) for span in spans)
            clause = to_text(leaf)
            found.setdefault(clause, Reason(clause, tuple(spans), tuple(surfaces)))
    return list(found.values())


def _surface(article: EnrichedArticle, span: Stretch) -> str:
    field, start, end = span
    return (article.title if field == "title" else article.text)[start:end]
