"""What one version of an article takes from another: whatever it says nothing of itself.

The same page is found through several doors. A feed gives its date and its author, a bare sitemap nothing but the
address: that the second one is silent is no reason to forget what the first one said. That a publisher took something
back can't be told from silence, so only another value replaces one.
"""

from typing import Any

from pipeline.article import Article, EnrichedArticle, Source

SILENT = {
    "title", "url", "canonical_url", "authors", "modified_at", "section", "image_url", "rights", "credit",
    "reservation",
}  # fmt: skip
PUBLISHED = ("published_at", "published_offset", "published_from")  # one statement
LINEAGE = {"cluster", "duplicate_of", "origin", "origins", "copied"}  # what lineage.py says, and no message
FACTS = EnrichedArticle.model_fields.keys() - Article.model_fields.keys() - LINEAGE - {"enrichment"}
READ = {"title", "text", "language", "source", "published_at", "published_offset"}  # what facts follow from


def completed(article: EnrichedArticle, other: EnrichedArticle) -> EnrichedArticle:
    """An article with what it says nothing of taken from another version of it; itself where that is nothing.

    To complete it again, with the same version or with what came of it, changes nothing: messages may come twice. The
    facts were found without what is taken here. Where the other version was read by the same enrichment, and differs in
    nothing that facts follow from, its facts are those of the completed one. Elsewhere (other words, another
    enrichment) the article keeps its own, because no NLP runs here: a relative date of its text stays unresolved until
    it is published with its date, which is less than could be known, and nothing false.
    """
    taken: dict[str, Any] = {name: getattr(other, name) for name in SILENT if not getattr(article, name)}
    if _dates_better(other, article):
        taken |= {name: getattr(other, name) for name in PUBLISHED}
    if _is_bare(article.source, other.source):
        taken["source"] = other.source
    taken = {name: value for name, value in taken.items() if value != getattr(article, name)}
    origins = _origins(article, other, taken)
    if not taken and origins == article.metadata_from:
        return article
    found = article.model_copy(update=taken | {"metadata_from": origins})
    if not READ & taken.keys() or any(getattr(found, name) != getattr(other, name) for name in READ | {"enrichment"}):
        return found
    return found.model_copy(update={name: getattr(other, name) for name in FACTS})


def _dates_better(other: EnrichedArticle, article: EnrichedArticle) -> bool:
    """Whether only the other version knows when the article was published; an address names but the day, and is asked
    where nobody else tells."""
    if article.published_at is None or other.published_at is None:
        return other.published_at is not None
    return article.published_from == "url" and other.published_from not in ("url", "none")


def _is_bare(source: Source, other: Source) -> bool:
    """Whether an outlet is nothing but the domain of the address, and the other one lies there."""
    told = {source.id, source.name} - {"", source.domain}
    return not told and source.country is None and source.domain in (None, other.domain)


def _origins(article: EnrichedArticle, other: EnrichedArticle, taken: dict[str, Any]) -> dict[str, str]:
    """Where each field stood: what is taken brings its place along, and so does what both versions say alike."""
    own = {name: place for name, place in article.metadata_from.items() if name not in taken}
    alike = {
        name: place
        for name, place in other.metadata_from.items()
        if name in taken or (name not in own and getattr(article, name, None) == getattr(other, name, None))
    }
    return own | alike
