"""What both engines index of an article: ready tokens, terms and numbers. The one place that says so.

Scored fields (`title_exact title_stem text_exact text_stem`) are the tokens of text.py joined by blanks; the engines
split them at white space and do nothing else. Each ends in a sentinel token that no analysis makes, so that every
document has every scored field and both engines count the same average lengths. Names of persons, organisations and
places are token phrases in one field each, with the sentinel between them, so that no phrase crosses from one name to
the next. Facets are the names themselves.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

from pipeline.article import EnrichedArticle
from pipeline.index import Facet
from pipeline.query import facts
from pipeline.text import analyse

SENTINEL = "_"
MAX_FACET = 200  # characters of a facet value
DEEPEST = 1000  # results that paging by relevance reaches: offset + size at most
FACET_BUCKETS = 10_000  # values of a facet that are counted exactly
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FACETS: dict[Facet, str] = {
    "source": "facet_source",
    "country": "country",
    "person": "facet_person",
    "org": "facet_org",
    "place": "facet_place",
    "lang": "lang",
}
"""The field behind each facet."""


@dataclass(frozen=True)
class Fields:
    """The indexed form of one article; times in milliseconds since 1970, UTC."""

    id: str
    title_exact: str
    title_stem: str
    text_exact: str
    text_stem: str
    person: str
    org: str
    place: str
    source_name: str
    source_key: list[str]
    country: list[str]
    lang: str | None
    published_ms: int | None
    sort_ms: int
    facet_source: str | None
    facet_person: list[str]
    facet_org: list[str]
    facet_place: list[str]


def fields(article: EnrichedArticle) -> Fields:
    """The indexed form of an article."""
    title = analyse(article.title, article.language)
    text = analyse(article.text, article.language)
    when = article.published_at or article.first_seen_at or EPOCH
    return Fields(
        id=article.id,
        title_exact=_joined([token.exact for token in title]),
        title_stem=_joined([token.stem for token in title]),
        text_exact=_joined([token.exact for token in text]),
        text_stem=_joined([token.stem for token in text]),
        person=_names(facts.names(article, "person")),
        org=_names(facts.names(article, "org")),
        place=_names(facts.names(article, "place")),
        source_name=_names([facts.source_name(article.source)]),
        source_key=sorted(facts.source_keys(article.source)),
        country=sorted(facts.country_codes(article)),
        lang=facts.language(article),
        published_ms=milliseconds(article.published_at) if article.published_at else None,
        sort_ms=milliseconds(when),
        facet_source=article.source.id[:MAX_FACET] or None,
        facet_person=_facet([entity.name for entity in article.entities if entity.type == "PERSON"]),
        facet_org=_facet([entity.name for entity in article.entities if entity.type == "ORG"]),
        facet_place=_facet([place.name for place in article.places]),
    )


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970, UTC, without the rounding of floats."""
    delta = moment - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1000 + delta.microseconds // 1000


def _joined(tokens: list[str]) -> str:
    return " ".join([*tokens, SENTINEL])


def _names(names: list[list[str]]) -> str:
    return " ".join(f"{' '.join(name)} {SENTINEL}" for name in names if name) or SENTINEL


def _facet(values: list[str]) -> list[str]:
    return sorted({value[:MAX_FACET] for value in values if value})
