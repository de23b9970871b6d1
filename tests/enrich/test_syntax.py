"""Tags, lemmas, trees and sentences of the shipped models."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.enrich.nlp import SHIPPED_NAMES, load
from pipeline.enrich.syntax import lemma_by
from tests.enrich.conftest import shipped


@pytest.mark.parametrize(
    ("word", "rule", "expected"),
    [
        ("Ports", ("lower", 1, ""), "port"),
        ("was", ("lower", 3, "be"), "be"),
        ("OSLO", ("title", 0, ""), "Oslo"),
        ("Oslo", ("keep", 0, ""), "Oslo"),
        ("I", ("keep", 5, ""), "I"),
    ],
)
def test_lemma_rules(word: str, rule: tuple[str, int, str], expected: str) -> None:
    assert lemma_by(word, rule) == expected


@pytest.mark.parametrize("size", SHIPPED_NAMES)
def test_a_plain_sentence(size: str) -> None:
    doc = load(size)("The ministers visited the ports. Aid was sent by the union.")
    assert [sentence.text for sentence in doc.sents] == [
        "The ministers visited the ports.",
        "Aid was sent by the union.",
    ]
    words = {token.text: token for token in doc}
    assert (words["visited"].tag_, words["visited"].pos_, words["visited"].lemma_) == ("VBD", "VERB", "visit")
    assert (words["ports"].dep_, words["ports"].head.text, words["ports"].lemma_) == ("obj", "visited", "port")
    assert (words["Aid"].dep_, words["sent"].dep_, words["was"].dep_) == ("nsubj:pass", "ROOT", "aux:pass")
    assert words["ministers"].morph.get("Number") == ["Plur"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
@example("")
@example(" \n ")
@example("\n\nOslo.\n\nBergen fell  today \t. It")
@example("a" * 500 + " !" * 200)
@example("word " * 400)
def test_any_text_has_whole_sentences_with_one_root(text: str) -> None:
    doc = shipped()(text)
    assert doc.text == text
    assert "".join(sentence.text_with_ws for sentence in doc.sents) == text
    assert all(token.tag_ and token.pos_ and token.dep_ for token in doc)
    for sentence in doc.sents:
        roots = [token for token in sentence if token.head is token or token.head.i == token.i]
        assert len(roots) == 1 or not sentence.text.strip()
        assert all(token.head in sentence for token in sentence)


def test_a_line_begins_a_sentence() -> None:
    starts = [sentence[0].text for sentence in shipped()("Port talks resume\n\nThe ministers met in Oslo.").sents]
    assert starts == ["Port", "The"]
