"""What Elasticsearch keeps of an article: the indexed fields of fields.py, and the record to read back.

Title and text stand in the document once, for Kibana; the record is kept without them.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.article import EnrichedArticle
from pipeline.index import Version
from pipeline.index.decide import Meta, Stored, version_key
from pipeline.index.fields import Fields, fields
from pipeline.tables import words_of

APART = {"title", "text"}  # fields of the record that the document has by themselves
READ = ["record", "title", "text"]  # what of a document is needed to read the article back


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Settings and mappings of each index, by its alias (data/elasticsearch.toml)."""
    return words_of(Path(__file__).parent.parent / "data" / "elasticsearch.toml")


def document(stored: Stored) -> dict[str, Any]:
    """The document of an article."""
    article = stored.article
    indexed: Fields = fields(article)
    article_json = article.model_dump(mode="json", exclude=APART)
    return indexed.all() | {
        "indexed_ms": stored.meta.indexed_ms,
        "written_ms": stored.meta.written_ms,
        "record": {"meta": stored.meta.model_dump(mode="json"), "article": article_json},
        "title": article.title,
        "text": article.text,
        "url": article.url,
        "published_at": article_json["published_at"],
        "location": [
            {"lat": place.lat, "lon": place.lon}
            for place in article.places
            if place.pinned and place.lat is not None and place.lon is not None
        ],
    }


def stored(source: Mapping[str, Any]) -> Stored:
    """The article of a document, and what decides about the next one."""
    texts = {name: source[name] for name in APART}
    record = source["record"]
    return Stored(EnrichedArticle.model_validate(record["article"] | texts), Meta.model_validate(record["meta"]))


def version_document(article: EnrichedArticle) -> tuple[str, dict[str, Any]]:
    """The id and the document of an earlier version: the same ones however often it is written."""
    at = article.fetched_at
    kept = {"fetched_at": at.isoformat() if at else None, "title": article.title, "text": article.text}
    return version_key(article), {"article": article.id} | kept


def version(source: Mapping[str, Any]) -> Version:
    """An earlier version from its document."""
    at = datetime.fromisoformat(source["fetched_at"])
    return Version(id=source["article"], fetched_at=at, title=source["title"], text=source["text"])
