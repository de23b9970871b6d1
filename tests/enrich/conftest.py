"""The shipped pipeline, loaded once."""

from functools import cache
from typing import Any

from pipeline.admission import admit
from pipeline.article import EnrichedArticle
from pipeline.enrich.facts import enrich
from pipeline.enrich.nlp import load
from tests.cli.conftest import NOW


@cache
def shipped() -> Any:
    """The pipeline in the package."""
    return load("accurate")


def read(text: str, title: str = "", **more: Any) -> EnrichedArticle:
    """An article with its facts."""
    return enrich(admit({"text": text, "title": title, **more}, now=NOW), shipped())
