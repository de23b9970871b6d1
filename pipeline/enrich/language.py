"""The language of an article: what it says of itself, checked by what it looks like (py3langid, model in the wheel)."""

from functools import cache
from typing import Any

from pipeline.article import Article
from pipeline.text import language_code

SAMPLE = 4_000  # characters that are looked at
SHORT = 60  # characters below which the declared language is believed
SURE = 0.9  # probability from which another language than the declared one is believed
PIDGIN = "pcm"  # Nigerian Pidgin: its words are mostly English, so that a short English text may look like it


def detect(article: Article) -> tuple[str | None, float | None]:
    """The ISO 639-1 code of an article's language, and how sure the text makes it (0 to 1).

    The code is None where neither the article nor its text tells, the confidence where the text is too short to ask.
    """
    declared = language_code(article.language)
    sample = f"{article.title}\n{article.text[:SAMPLE]}"
    if declared and len(sample) < SHORT:
        return declared, None
    code, probability = _identifier().classify(sample)
    if code == PIDGIN and probability < SURE:
        code = "en"
    sure = round(float(probability), 3)
    if declared is not None and (code == declared or probability < SURE):
        return declared, sure if code == declared else round(1 - sure, 3)
    return (str(code), sure) if declared is not None or probability >= SURE / 2 else (None, sure)


@cache
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
