"""`similar:ID`: the words of an article that say most about it, for a search for others that have many of them.

The words are weighed here, from counts, as BM25 weighs them: how often the article has a word, and how few others do.
So both engines are asked for the same words, and answer alike.
"""

from collections import Counter
from math import log

from pipeline.article import EnrichedArticle
from pipeline.errors import QueryError
from pipeline.index import Index
from pipeline.query.tree import And, Node, Not, Or, Similar
from pipeline.text import analyse

CANDIDATES = 100  # words of an article that are counted in the archive, the most frequent in it
WORDS = 20  # of them that are asked for
SHARE = 0.3  # of these words that another article must have
SATURATION = 1.2  # BM25's k1: ten mentions of a word do not say ten times as much


async def resolved(index: Index, node: Node, query: str) -> Node:
    """The query with the words behind each `similar:`.

    Args:
        index: where the articles are.
        node: the tree of the query.
        query: its text, for the place of a fault.

    Raises:
        QueryError: there is no such article.
    """
    match node:
        case And(parts):
            return And(tuple([await resolved(index, part, query) for part in parts]))
        case Or(parts):
            return Or(tuple([await resolved(index, part, query) for part in parts]))
        case Not(part):
            return Not(await resolved(index, part, query))
        case Similar(key):
            article = (await index.get([key])).get(key)
            if article is None:
                at = max(0, query.find(key))
                raise QueryError(f"similar: there is no article `{key}`", position=at, expected="the id of an article")
            words = await _telling(index, article)
            return Similar(key, words, max(1, round(SHARE * len(words))))
    return node


async def _telling(index: Index, article: EnrichedArticle) -> tuple[str, ...]:
    """The stems that say most about an article and that another one has, too."""
    tokens = [*analyse(article.title, article.language), *analyse(article.text, article.language)]
    counted = Counter(token.stem for token in tokens if len(token.stem) > 2 or not token.stem.isascii())
    most = sorted(counted, key=lambda stem: (-counted[stem], stem))[:CANDIDATES]
    known, everything = await index.frequencies(most), await index.count()
    weights = {
        stem: counted[stem]
        / (counted[stem] + SATURATION)
        * log(1 + (everything - known[stem] + 0.5) / (known[stem] + 0.5))
        for stem in most
        if known[stem] > 1
    }
    return tuple(sorted(sorted(weights, key=lambda stem: (-weights[stem], stem))[:WORDS]))
