"""The recogniser as a spaCy component: windows, the best path, any text, and models that stand alone."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import spacy
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc

from pipeline.enrich.encoder import MOST_PIECES, OVERLAP, cut, sentence_ends
from pipeline.enrich.nlp import SHIPPED, SHIPPED_NAMES, load
from pipeline.enrich.recogniser import TAGS, decode
from tests.enrich.conftest import shipped

TEXT = (
    "GRANDVIEW, Kenya (Coast News Agency) — Ruth Mwangi of the Ministry of Health said on Tuesday that the European "
    "Union would help.\n\nMwangi met Norwegian officials in Oslo. “We need roads,” she said."
)


def scores(*tags: str, sure: float = 0.9) -> Any:
    """Log-probabilities that prefer these tags."""
    table = np.full((len(tags), len(TAGS)), (1 - sure) / (len(TAGS) - 1), np.float32)
    for at, tag in enumerate(tags):
        table[at, TAGS.index(tag)] = sure
    return np.log(table)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ((), []),
        (("O", "O"), []),
        (("B-PERSON", "I-PERSON", "O", "B-LOC"), [(0, 2, "PERSON"), (3, 4, "LOC")]),
        (("B-LOC", "B-LOC"), [(0, 1, "LOC"), (1, 2, "LOC")]),
        (("B-ORG", "I-ORG", "I-ORG", "B-ORG"), [(0, 3, "ORG"), (3, 4, "ORG")]),
    ],
)
def test_the_best_path_is_a_row_of_whole_names(tags: tuple[str, ...], expected: list[Any]) -> None:
    assert decode(scores(*tags)) == expected


def test_an_inside_needs_a_beginning() -> None:
    assert decode(scores("O", "I-LOC", sure=0.99)) in ([], [(1, 2, "LOC")], [(0, 2, "LOC")])


@given(st.lists(st.tuples(st.integers(1, 8), st.booleans()), max_size=900))
def test_windows_keep_every_word_once_and_are_never_too_long(words: list[tuple[int, bool]]) -> None:
    pieces = [((1,) * size, 0) for size, _ in words]
    windows = list(cut(pieces, [end for _, end in words]))
    kept = [at for window in windows for at in range(window.core, window.core_end)]
    assert kept == list(range(len(words)))
    for window in windows:
        assert window.first <= window.core < window.core_end <= window.last
        assert sum(len(found) for found, _ in pieces[window.first : window.last]) <= MOST_PIECES


def test_windows_overlap_where_no_sentence_ends() -> None:
    first, second = list(cut([((1,), 0)] * 200, [False] * 200))[:2]
    assert first.last - second.first == OVERLAP
    assert first.core_end == second.core


def test_a_sentence_ends_after_its_quotes_and_not_before_a_small_letter() -> None:
    doc = spacy.blank("en")("“Why?” he asked. “Go.” She went (home.) Then\nNext")
    ends = [
        token.text for token, end in zip((t for t in doc if not t.is_space), sentence_ends(doc), strict=True) if end
    ]
    assert ends == [".", "”", ")", "Then"]


@pytest.mark.parametrize("size", SHIPPED_NAMES)
def test_both_sizes_are_complete_and_find_names(size: str) -> None:
    nlp = load(size)
    assert nlp.pipe_names == ["encoder", "syntax", "ner"]
    doc = nlp(TEXT)
    found = {(ent.text, ent.label_) for ent in doc.ents}
    assert {("Ruth Mwangi", "PERSON"), ("Oslo", "LOC"), ("Norwegian", "NORP"), ("European Union", "ORG")} <= found
    assert all(0 < ent._.confidence < 1 for ent in doc.ents)
    assert {token.dep_ for token in doc} >= {"nsubj", "ROOT"}


def test_a_document_is_read_alike_beside_others() -> None:
    nlp = shipped()
    texts = [TEXT, "", "Oslo", TEXT[30:], " \n ", TEXT * 3]
    together = [_said(doc) for doc in nlp.pipe(texts)]
    assert together == [_said(nlp(text)) for text in texts]


def _said(doc: Doc) -> tuple[Any, ...]:
    names = [(ent.start, ent.end, ent.label_, ent._.confidence) for ent in doc.ents]
    return names, [(token.tag_, token.lemma_, token.dep_, token.head.i, token.is_sent_start) for token in doc]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=200))
@example("")
@example("\n")
@example("Oslo\n\nBergen Red Cross\u2028of \U0001f600 Norway")
@example("e\u0301" * 50 + " İstanbul ﬁre \ufeff")
def test_any_text_keeps_its_offsets(text: str) -> None:
    doc = shipped()(text)
    assert doc.text == text
    for ent in doc.ents:
        assert text[ent.start_char : ent.end_char] == ent.text
        assert ent.text.strip() == ent.text
        assert "\n" not in ent.text


@pytest.mark.slow
def test_a_megabyte_is_read() -> None:
    nlp = shipped()
    text = (TEXT + " ") * (1_000_000 // (len(TEXT) + 1))
    with nlp.select_pipes(enable=["encoder", "ner"]):
        assert len(nlp.make_doc(text)) > 100_000
        assert len(nlp(text).ents) > 20_000


def test_a_model_survives_disk(tmp_path: Path) -> None:
    nlp = shipped()
    before = [(ent.text, ent.label_) for ent in nlp(TEXT).ents]
    nlp.to_disk(tmp_path / "copy")
    copy = spacy.load(tmp_path / "copy")
    assert [(ent.text, ent.label_) for ent in copy(TEXT).ents] == before
    assert [token.dep_ for token in copy(TEXT)] == [token.dep_ for token in nlp(TEXT)]


def test_the_shipped_models_are_small() -> None:
    size = sum(path.stat().st_size for path in SHIPPED.rglob("*") if path.is_file())
    assert size < 60 * 1024**2
