"""spaCy, which only this file and its components know: text in, names and sentences out, offsets in code points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from pipeline.article import Article, FieldName, Span
from pipeline.enrich.datelines import dateline_end
from pipeline.enrich.inflect import base_form
from pipeline.enrich.parse import Word
from pipeline.errors import Misconfigured

SHIPPED = Path(__file__).parent / "model"
SHIPPED_NAMES = ("accurate", "fast")
CHUNK = 20_000  # characters that spaCy reads at once: its memory grows with them

# spaCy's tokenizer takes the square of the time for marks in a row; no word and no address is as long as this.
_ENDLESS = re.compile(r"\S{300,}")
_HTML = re.compile(r"</?[a-z][a-z0-9]*(?:\s[^<>]{0,500})?/?>|&(?:nbsp|amp|quot|lt|gt|#\d{1,6});", re.IGNORECASE)


@dataclass(frozen=True)
class Name:
    """A stretch that the model calls a name, with its label (PERSON ORG GPE LOC NORP FAC EVENT PRODUCT), and how sure
    it is (0 to 1, calibrated; None of a pipeline that does not say)."""

    span: Span
    label: str
    confidence: float | None = None


@dataclass
class Reading:
    """An article as spaCy read it: names in order, title first, the sentences that hold them, and the parsed words."""

    article: Article
    names: list[Name] = field(default_factory=list)
    sentences: list[Span] = field(default_factory=list)
    words: list[Word] = field(default_factory=list)

    def text_of(self, field: FieldName) -> str:
        """The title or the text, as spans count it."""
        return self.article.title if field == "title" else self.article.text


def load(name: str) -> Any:
    """The spaCy pipeline of a setting.

    Args:
        name: `accurate` or `fast` (shipped), or an installed spaCy pipeline by name or folder.

    Raises:
        Misconfigured: there is no such pipeline, or it has no entity recogniser.
    """
    import spacy

    from pipeline.enrich import encoder, recogniser, syntax  # noqa: F401  (they register the shipped models' components)

    try:
        nlp = spacy.load(SHIPPED / name if name in SHIPPED_NAMES else name)
    except OSError as exc:
        raise Misconfigured(
            f"GEOWIRE_NLP_MODEL={name}: no such spaCy pipeline; install it (python -m spacy download {name}) "
            f"or use accurate ({exc})"
        ) from None
    if "ner" not in nlp.pipe_names and "entity_ruler" not in nlp.pipe_names:
        raise Misconfigured(f"GEOWIRE_NLP_MODEL={name} has no entity recogniser")
    return nlp


def describe(name: str) -> str:
    """One line about the pipeline of a setting, for `geowire doctor`."""
    nlp = load(name)
    meta, parts = nlp.meta, ", ".join(nlp.pipe_names)
    return f"{meta['lang']}_{meta['name']} {meta['version']} on spaCy {_spacy_version()}: {parts}"


def read(nlp: Any, article: Article) -> Reading:
    """Read title and text of an article; a long text in pieces cut at paragraphs."""
    reading = Reading(article)
    pieces = [("title", 0, article.title)] if article.title else []
    pieces += [("text", start, piece) for start, piece in _pieces(article.text)]
    docs = nlp.pipe((_to_read(*piece) for piece in pieces), batch_size=16)
    for (name, start, _), doc in zip(pieces, docs, strict=True):
        _collect(reading, name, start, doc)
    return reading


def _to_read(name: str, start: int, text: str) -> str:
    """A piece with blanks for its dateline, tags left in it and endless words; all characters keep their places."""
    heading = dateline_end(text) if name == "text" and start == 0 else 0
    text = " " * heading + text[heading:]

    def blank(match: re.Match[str]) -> str:
        return unescape(match[0] if match[0][0] == "&" else "").ljust(len(match[0]))

    text = _HTML.sub(blank, text) if "<" in text or "&" in text else text
    return _ENDLESS.sub(lambda match: " " * len(match[0]), text)


def _collect(reading: Reading, name: str, start: int, doc: Any) -> None:
    """Add what one piece holds; spaCy's token offsets are code points of the piece."""
    whole = reading.article.title if name == "title" else reading.article.text
    where: FieldName = "title" if name == "title" else "text"

    def span(first: int, last: int) -> Span:
        return Span(field=where, start=start + first, end=start + last, surface=whole[start + first : start + last])

    for ent in doc.ents:
        sure = ent._.confidence if ent.has_extension("confidence") else None
        reading.names.append(Name(span(ent.start_char, ent.end_char), ent.label_, sure))
    if doc.has_annotation("SENT_START"):
        reading.sentences += [span(sent.start_char, sent.end_char) for sent in doc.sents]
    else:
        reading.sentences.append(span(0, len(doc.text)))
    _collect_words(reading, where, start, doc)


def _collect_words(reading: Reading, where: FieldName, start: int, doc: Any) -> None:
    """Add the words of one piece with their heads; blanks and line breaks are none."""
    parsed = doc.has_annotation("DEP")
    number = len(reading.sentences) - (sum(1 for _ in doc.sents) if doc.has_annotation("SENT_START") else 1) - 1
    known: dict[int, Word] = {}
    for token in doc:
        number += token.i == 0 or token.is_sent_start is True
        if token.is_space:
            continue
        first = start + token.idx
        word = Word(
            len(reading.words), where, first, first + len(token), token.text,
            base_form(token.text, token.tag_) or token.lemma_, token.pos_, token.tag_, token.dep_, number,
        )  # fmt: skip
        known[token.i] = word
        reading.words.append(word)
    if parsed:
        for at, word in known.items():
            head = doc[at].head.i
            if head != at and head in known:
                word.head = known[head]
                known[head].children.append(word)


def _pieces(text: str) -> Iterator[tuple[int, str]]:
    """The text in pieces of at most CHUNK characters: cut at a blank line, else at a line, a blank, or anywhere."""
    start = 0
    while start < len(text):
        end = min(start + CHUNK, len(text))
        if end < len(text):
            for mark in ("\n\n", "\n", ". ", " "):
                cut = text.rfind(mark, start + 1, end)
                if cut > start:
                    end = cut + len(mark)
                    break
        if text[start:end].strip():
            yield start, text[start:end]
        start = end


def _spacy_version() -> str:
    try:
        return version("spacy")
    except PackageNotFoundError:
        return "?"
