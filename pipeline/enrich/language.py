"""The language of an article: what it says of itself, checked by what it looks like (py3langid, model in the wheel)."""

from functools import cache
from typing import Any

from pipeline.article import Article
from pipeline.text import language_code

SAMPLE = 4_000  # characters that are looked at
SHORT = 60  # characters below which the declared language is believed
SURE = 0.9  # probability from which another language than the declared one is believed


def detect(article: Article) -> str | None:
    """The ISO 639-1 code of an article's language; None where neither the article nor its text tells."""
    declared = language_code(article.language)
    sample = f"{article.title}\n{article.text[:SAMPLE]}"
    if declared and len(sample) < SHORT:
        return declared
    code, probability = _identifier().classify(sample)
    if declared is not None:
        return str(code) if probability >= SURE else declared
    return str(code) if probability >= SURE / 2 else None


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
