"""What tantivy keeps of an article: the indexed fields of fields.py, and the record to read back."""

from typing import Any

import orjson
import tantivy

from pipeline.article import EnrichedArticle
from pipeline.index.decide import Meta, Stored
from pipeline.index.fields import FACETS, NUMBERS, TERMS, TILES, TOKENS, VALUES, Fields, fields


def schema() -> Any:
    """The schema of the articles."""
    builder = tantivy.SchemaBuilder()
    for name in TOKENS:  # no phrase is ever looked for in the last of them
        kept = "basic" if name == "same_stem" else "position"
        builder.add_text_field(name, tokenizer_name="whitespace", index_option=kept)
    counted = {*FACETS.values(), "id"}
    for name in (*TERMS, *VALUES):
        options: dict[str, Any] = {"fast": name in counted, "stored": name == "id", "index_option": "basic"}
        builder.add_text_field(name, tokenizer_name="raw", **options)
    for name in NUMBERS:
        builder.add_integer_field(name, indexed=True, fast=True)
    for name in TILES:
        builder.add_integer_field(name, fast=True)
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def version_schema() -> Any:
    """The schema of the earlier versions."""
    builder = tantivy.SchemaBuilder()
    for name in ("key", "article"):
        builder.add_text_field(name, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("record", stored=True)
    return builder.build()


def document(stored: Stored) -> Any:
    """The document of an article."""
    indexed: Fields = fields(stored.article)
    document = tantivy.Document()
    for name, text in indexed.tokens.items():
        document.add_text(name, text)
    for name, values in indexed.terms.items():
        for value in values:
            document.add_text(name, value)
    written = {"indexed_ms": stored.meta.indexed_ms, "written_ms": stored.meta.written_ms}
    for name, number in (indexed.numbers | written).items():
        document.add_integer(name, number)
    for name, numbers in indexed.tiles.items():
        for number in numbers:
            document.add_integer(name, number)
    document.add_bytes("record", _dumped(stored))
    return document


def version_document(key: str, article: EnrichedArticle) -> Any:
    """The document of an earlier version, by its key."""
    document = tantivy.Document()
    document.add_text("key", key)
    document.add_text("article", article.id)
    record = {"id": article.id, "fetched_at": article.fetched_at, "title": article.title, "text": article.text}
    document.add_bytes("record", orjson.dumps(record))
    return document


def _dumped(stored: Stored) -> bytes:
    return orjson.dumps(
        {"meta": stored.meta.model_dump(mode="json"), "article": stored.article.model_dump(mode="json")}
    )


def stored_of(document: Any) -> Stored:
    """The article of a document, and what decides about the next one."""
    raw = orjson.loads(bytes(document["record"][0]))
    return Stored(EnrichedArticle.model_validate(raw["article"]), Meta.model_validate(raw["meta"]))
