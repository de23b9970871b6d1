"""From an article to its facts: each kind in its own file, put together here."""

from typing import Any

from pipeline.article import Article, EnrichedArticle
from pipeline.enrich.countries import find_countries
from pipeline.enrich.dates import find_dates
from pipeline.enrich.entities import find_entities
from pipeline.enrich.events import find_events
from pipeline.enrich.figures import find_figures
from pipeline.enrich.language import detect
from pipeline.enrich.metonyms import find_metonyms
from pipeline.enrich.names import find_names
from pipeline.enrich.nlp import read
from pipeline.enrich.places import find_places
from pipeline.enrich.quotes import find_quotes
from pipeline.enrich.topics import find_keywords, find_topics, tone_of

ENRICHMENT = "2026.11-7"  # the version of the facts; newer ones replace older ones at a replay


def enrich(article: Article, nlp: Any) -> EnrichedArticle:
    """Read an article. English gets facts; other languages are told and left without facts.

    Args:
        article: as it came from `articles`.
        nlp: the spaCy pipeline (nlp.load).
    """
    language, confidence = detect(article)
    base = article.model_dump() | {
        "language": language,
        "language_confidence": confidence,
        "enrichment": ENRICHMENT,
    }
    if language not in ("en", None):
        return EnrichedArticle.model_validate(base)
    reading = read(nlp, article)
    names = find_names(reading)
    metonyms = find_metonyms(reading, names)
    places = find_places(reading, names, metonyms)
    entities = find_entities(reading, names, places, metonyms)
    dates = find_dates(reading, names)
    topics = find_topics(reading)
    facts = {
        "entities": entities,
        "places": places,
        "countries": find_countries(names, places, metonyms, entities),
        "quotes": find_quotes(reading, entities),
        "events": find_events(reading, entities, places, dates, topics),
        "dates": dates,
        "figures": find_figures(reading, names, dates),
        "topics": topics,
        "keywords": find_keywords(reading, entities),
        "tone": tone_of(reading),
    }
    return EnrichedArticle.model_validate(base).model_copy(update=facts)
