"""The one file that knows spaCy: long and odd texts, and other people's pipelines."""

from pathlib import Path

import pytest
import spacy

from pipeline.admission import MAX_TEXT, admit
from pipeline.enrich.entities import CONFIDENCE
from pipeline.enrich.facts import enrich
from pipeline.enrich.language import detect
from pipeline.enrich.nlp import describe, load
from pipeline.errors import Misconfigured
from tests.cli.conftest import NOW
from tests.enrich.conftest import read

SENTENCE = "Officials of the World Bank met in Nairobi, Kenya, on Tuesday. "


def ruled(folder: Path) -> Path:
    """Somebody's own pipeline: blank English with one rule, saved to a folder."""
    nlp = spacy.blank("en")
    nlp.add_pipe("entity_ruler").add_patterns([{"label": "PERSON", "pattern": "Zebedee"}])
    nlp.to_disk(folder / "own")
    return folder / "own"


@pytest.mark.slow
def test_the_longest_text_is_read_in_pieces() -> None:
    text = (SENTENCE * (MAX_TEXT // len(SENTENCE) + 1))[:MAX_TEXT]
    article = read(text, language="en")
    spans = [span for entity in article.entities for span in entity.mentions]
    assert len(spans) > 10_000
    assert all(text[span.start : span.end] == span.surface for span in spans)


def test_tags_left_in_a_text_hide_no_name() -> None:
    places = read("<p>The port of <b>Beira</b>, Mozambique, is open.</p>", language="en").places
    assert [span.surface for place in places for span in place.mentions] == ["Beira", "Mozambique"]


@pytest.mark.parametrize("part", ["x", "(", ".)", "'s"])
def test_one_word_without_end_is_read(part: str) -> None:
    assert read(part * 30_000, language="en").text == part * 30_000


def test_any_installed_pipeline_replaces_the_shipped_one(tmp_path: Path) -> None:
    nlp = load(str(ruled(tmp_path)))
    article = enrich(admit({"text": "Zebedee left. Zebedee came to Kenya.", "language": "en"}, now=NOW), nlp)
    assert {(entity.name, entity.type) for entity in article.entities} == {("Zebedee", "PERSON"), ("Kenya", "GPE")}


def test_no_such_pipeline_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="spacy download en_no_such"):
        load("en_no_such")
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(Misconfigured, match="no entity recogniser"):
        load(str(tmp_path / "blank"))


def test_the_shipped_models_say_what_they_are() -> None:
    assert describe("accurate").startswith("en_geowire_accurate 0.4.0 on spaCy")
    assert describe("fast").startswith("en_geowire_fast 0.4.0 on spaCy")


def test_entities_are_as_sure_as_the_model() -> None:
    sure = {entity.name: entity.confidence for entity in read(SENTENCE, language="en").entities}
    assert sure["World Bank"] != CONFIDENCE["ORG"]
    assert 0.5 < sure["World Bank"] < 1


@pytest.mark.parametrize(
    ("text", "given", "expected"),
    [
        ("Le port de Marseille a rouvert mardi matin après trois jours de grève.", None, "fr"),
        ("The harbour reopened on Tuesday morning after three days of strike.", None, "en"),
        ("Der Hafen ist seit Dienstag wieder offen, teilte die Verwaltung mit.", None, "de"),
        ("The harbour reopened.", "pt-BR", "pt"),
        ("Police say two dead", None, "en"),
        (
            "Dem don arrest di man wey tif for Lagos, police tok. Di tin wey happun na say im don run well well.",
            None,
            "pcm",
        ),
    ],
)
def test_language(text: str, given: str | None, expected: str) -> None:
    assert detect(admit({"text": text, "language": given}, now=NOW))[0] == expected
