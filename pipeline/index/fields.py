"""What both engines index of an article: ready tokens, terms and numbers. The one place that says so.

Scored fields (`title_exact title_stem text_exact text_stem`) are the tokens of text.py joined by blanks; the engines
split them at white space and do nothing else. Each ends in a sentinel token that no analysis makes, so that every
document has every scored field and both engines count the same average lengths. Names are token phrases in one field
for each kind of name, with the sentinel between them, so that no phrase crosses from one name to the next. Facts are
terms that the query's leaves make in the same way (query/). Facets are the names themselves.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain
from typing import Any

from pipeline.article import EnrichedArticle
from pipeline.index import Facet
from pipeline.query import days, events, facts, marks, numbers, quotes, sentences, tiles
from pipeline.query.tree import Area, Dated, Happening, Marked, Number, TermField
from pipeline.text import Token, analyse

SENTINEL = "_"
MAX_FACET = 200  # characters of a facet value
DEEPEST = 1000  # results that paging by relevance reaches: offset + size at most
FACET_BUCKETS = 10_000  # values of a facet that are counted exactly
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SCORED = ("title_exact", "title_stem", "text_exact", "text_stem")
PHRASES: dict[TermField, str] = {
    "person": "person",
    "org": "org",
    "place": "place",
    "about": "about_name",
    "source": "source_name",
    "topic": "topic_name",
    "author": "author",
    "section": "section",
    "url": "url_words",
}
"""The field with the names behind each field of a query that compares phrases."""
KEYS: dict[TermField, str] = {
    "country": "country",
    "about": "about",
    "source": "source_key",
    "source.country": "source_country",
    "lang": "lang",
    "topic": "topic",
    "cluster": "cluster",
    "entity": "entity",
    "person": "entity",
    "org": "entity",
}
"""The field with the keys behind each field of a query that compares keys."""
TOKENS = (*SCORED, *PHRASES.values(), "quote_exact", "quote_stem", "quote_speaker", "same_exact", "same_stem")
"""Fields of tokens, split at white space."""
TERMS = ("id", *dict.fromkeys(KEYS.values()), "event", "figure", "happened", "mentions", "tile", "band", "unlinked")
"""Fields of terms, each value as a whole."""
FACETS: dict[Facet, str] = {
    "source": "facet_source",
    "country": "country",
    "focus": "about",
    "person": "facet_person",
    "org": "facet_org",
    "place": "facet_place",
    "topic": "facet_topic",
    "event": "facet_event",
    "status": "facet_status",
    "speaker": "facet_speaker",
    "lang": "lang",
    "keyword": "facet_keyword",
    "dyad": "facet_dyad",
    "dyad_type": "facet_dyad_type",
    "point": "facet_point",
    "happened": "happened",
    "mentions": "mentions",
    "cluster": "facet_cluster",
}
"""The field behind each facet."""
VALUES = tuple(name for name in FACETS.values() if name.startswith("facet_"))
"""Fields that only facets look at."""
TILES = tuple(f"tile_{zoom}" for zoom in range(1, tiles.ZOOM + 1))
"""Fields that only the map looks at: the tiles of each zoom, as numbers. A zoom counted among all would cost ten times
as much."""
NUMBERS = ("published_ms", "sort_ms", "origins", "origins_ms", "indexed_ms", "written_ms")
"""Fields of numbers; the last two are of the writing itself and stand beside the record (decide.py)."""


@dataclass(frozen=True)
class Fields:
    """The indexed form of one article: each field by its name; times in milliseconds since 1970, UTC.

    `origins_ms` sorts by independent origins, then by time: origins in the upper bits, `sort_ms` in the lower 43.
    """

    tokens: dict[str, str]
    terms: dict[str, list[str]]
    numbers: dict[str, int]
    tiles: dict[str, list[int]]

    def all(self) -> dict[str, Any]:
        """Every field by its name."""
        return {**self.tokens, **self.terms, **self.numbers, **self.tiles}


def fields(article: EnrichedArticle) -> Fields:
    """The indexed form of an article."""
    title, text = analyse(article.title, article.language), analyse(article.text, article.language)
    tokens = {**_texts(title, text, article.text), **_names(article), **_quotes(article)}
    return Fields(tokens, _terms(article, text), _numbers(article), _tiles(article))


def listed(leaf: Dated | Number | Happening | Area | Marked) -> tuple[str, Sequence[str]]:
    """The field of terms that a leaf looks at, and the terms of which an article must have one."""
    match leaf:
        case Dated(clock, terms):
            return clock, terms
        case Number():
            return "figure", numbers.asked(leaf)
        case Happening(alternatives):
            return "event", [events.asked(traits) for traits in alternatives]
        case Area(_, terms):
            return "tile", terms
        case Marked(mark, terms):
            return mark, terms


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970, UTC, without the rounding of floats."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def point(article: EnrichedArticle) -> list[str]:
    """The places on the map, each as quadkey, coordinates, country and name, parted by bars."""
    return [
        f"{key}|{place.lat:.4f},{place.lon:.4f}|{place.country or ''}|{place.name}"
        for place, key in tiles.located(article)
    ]


def _texts(title: Sequence[Token], text: Sequence[Token], written: str) -> dict[str, str]:
    parted = list(enumerate(sentences.sentences(title, text, written)))
    return {
        "title_exact": _joined([token.exact for token in title]),
        "title_stem": _joined([token.stem for token in title]),
        "text_exact": _joined([token.exact for token in text]),
        "text_stem": _joined([token.stem for token in text]),
        "same_exact": " ".join(quotes.numbered(at, token.exact) for at, part in parted for token in part),
        "same_stem": " ".join(quotes.numbered(at, token.stem) for at, part in parted for token in part),
    }


def _names(article: EnrichedArticle) -> dict[str, str]:
    return {name: _phrases(facts.phrases(article, field)) for field, name in PHRASES.items()}


def _quotes(article: EnrichedArticle) -> dict[str, str]:
    """The words and the speakers of quotes, each with the quote's number before it."""
    exact, stems, speakers = list[str](), list[str](), list[str]()
    for said in quotes.said(article):
        exact += [quotes.numbered(said.number, token.exact) for token in said.tokens]
        stems += [quotes.numbered(said.number, token.stem) for token in said.tokens]
        named = chain.from_iterable((*name, SENTINEL) for name in said.speakers)
        speakers += [quotes.numbered(said.number, token) for token in named]
        speakers += [quotes.speaker(said.number, said.quote.speaker_id)] if said.quote.speaker_id else []
        speakers += [quotes.stance(said.number, said.quote.stance), quotes.numbered(said.number, "")]
    return {"quote_exact": " ".join(exact), "quote_stem": " ".join(stems), "quote_speaker": " ".join(speakers)}


def _terms(article: EnrichedArticle, text: Sequence[Token]) -> dict[str, list[str]]:
    known = {entity.id: entity.known_as for entity in article.entities}

    def entities(kind: str) -> list[str]:
        return [entity.known_as or entity.name for entity in article.entities if entity.type == kind]

    found: dict[str, Iterable[str]] = {
        "id": [article.id],
        **{name: facts.keys(article, field) for field, name in KEYS.items()},
        "event": events.terms(article),
        "figure": numbers.terms(article),
        "happened": days.terms(days.dates(article, "happened")),
        "mentions": days.terms(days.dates(article, "mentions")),
        "tile": tiles.tiles(article),
        "band": marks.terms(article, "band", text),
        "unlinked": marks.terms(article, "unlinked"),
    }
    facets: dict[str, Sequence[str | None]] = {
        "facet_source": [article.source.id],
        "facet_person": entities("PERSON"),
        "facet_org": entities("ORG"),
        "facet_place": [place.name for place in article.places],
        "facet_topic": [topic.name for topic in article.topics],
        "facet_event": [event.type for event in article.events],
        "facet_status": [event.status for event in article.events],
        "facet_speaker": [known.get(quote.speaker_id or "") or quote.speaker for quote in article.quotes],
        "facet_keyword": article.keywords,
        "facet_dyad": [":".join(dyad) for _, dyad in _dyads(article)],
        "facet_dyad_type": [":".join((kind, *dyad)) for kind, dyad in _dyads(article)],
        "facet_point": point(article),
        "facet_cluster": [article.cluster if article.copied else None],
    }
    cut = {name: {value[:MAX_FACET] for value in values if value} for name, values in facets.items()}
    return {name: sorted(values) for name, values in {**found, **cut}.items()}


def _tiles(article: EnrichedArticle) -> dict[str, list[int]]:
    """The tiles that hold a place of the article, by their zoom."""
    keys = {key for _, key in tiles.located(article)}
    each = ((name, sorted({tiles.number(key[:zoom]) for key in keys})) for zoom, name in enumerate(TILES, start=1))
    return {name: numbers for name, numbers in each if numbers}


def _dyads(article: EnrichedArticle) -> list[tuple[str, tuple[str, str]]]:
    """Types of events with the countries of who acts and of whom it is aimed at."""
    found: list[tuple[str, tuple[str, str]]] = []
    for event in article.events:
        actor, target = (
            party.country.upper() if party and party.country else "" for party in (event.actor, event.target)
        )
        if actor and target:
            found.append((event.type, (actor, target)))
    return found


def _numbers(article: EnrichedArticle) -> dict[str, int]:
    when = milliseconds(marks.moment(article))
    origins = max(0, min(article.origins, (1 << 19) - 1))
    found = {
        "sort_ms": when,
        "origins": article.origins,
        "origins_ms": origins << 43 | max(0, min(when, (1 << 43) - 1)),
    }
    if article.published_at:
        found["published_ms"] = milliseconds(article.published_at)
    return found


def _joined(tokens: list[str]) -> str:
    return " ".join([*tokens, SENTINEL])


def _phrases(names: list[list[str]]) -> str:
    return " ".join(f"{' '.join(name)} {SENTINEL}" for name in names if name) or SENTINEL
