"""Include and exclude rules of a feed: queries, answered in memory before an article is published.

An article has no facts at this point: a rule asks for words, phrases, `title:`, `source:`, `lang:`, `published:` only.
"""

from datetime import datetime

from pipeline.article import Article, EnrichedArticle
from pipeline.enrich.language import detect
from pipeline.errors import QueryError
from pipeline.feed import Feed
from pipeline.query.evaluate import matches
from pipeline.query.grammar import parse
from pipeline.query.tree import And, Everything, Node, Not, Or, Phrase, Published, Term, Word

FIELDS = {"source", "lang"}


def check(query: str, now: datetime) -> None:
    """Refuse a query that can't be a rule.

    Raises:
        QueryError: it does not parse, or it asks for facts.
    """
    if not _is_plain(parse(query, now=now)):
        raise QueryError(
            "a rule sees an article before its facts are found",
            position=0,
            expected='words, "phrases", title:, source:, lang:, published:, with AND OR NOT',
        )


def verdict(feed: Feed, article: Article, now: datetime) -> str | None:
    """Why the rules of a feed leave an article out, None where they take it."""
    if not (feed.include or feed.exclude):
        return None
    language, _ = detect(article)  # as it will stand in the index: many feeds name none, and some a wrong one
    seen = EnrichedArticle(**article.model_dump() | {"language": language}, enrichment="")
    languages = [language or "en"]
    if feed.include and not matches(parse(feed.include, now=now), seen, languages=languages):
        return f"does not match the include rule of the feed: {feed.include}"
    if feed.exclude and matches(parse(feed.exclude, now=now), seen, languages=languages):
        return f"matches the exclude rule of the feed: {feed.exclude}"
    return None


def _is_plain(node: Node) -> bool:
    match node:
        case And(parts) | Or(parts):
            return all(_is_plain(part) for part in parts)
        case Not(part):
            return _is_plain(part)
        case Term(field):
            return field in FIELDS
    return isinstance(node, Everything | Word | Phrase | Published)
