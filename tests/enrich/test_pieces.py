"""Words as the encoder reads them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.enrich.nlp import SHIPPED
from pipeline.enrich.pieces import MOST_PIECES, Pieces, case_of

NAMES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "un", "##believ", "##able", "cafe", "'", "s", "東", "a", "##a"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Unbelievable", ["un", "##believ", "##able"]),
        ("CAFÉ", ["cafe"]),
        ("'s", ["'", "s"]),
        ("東s", ["東", "s"]),
        ("xyz", ["[UNK]"]),
        ("\u200b", ["[UNK]"]),
        ("", ["[UNK]"]),
        ("a" * 101, ["[UNK]"]),
        ("a" * 50, ["a", *["##a"] * (MOST_PIECES - 1)]),
    ],
)
def test_pieces(word: str, expected: list[str]) -> None:
    pieces = Pieces(NAMES)
    assert [pieces.vocabulary[at] for at in pieces.of(word)] == expected
    assert pieces.read(word) is pieces.read(word)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("port", 0),
        ("Port", 1),
        ("NATO", 2),
        ("A", 3),
        ("iPhone", 4),
        ("McCoy", 4),
        ("1999", 0),
        ("U.S.", 2),
        ("ÅSA", 2),
    ],
)
def test_how_a_word_is_written(word: str, expected: int) -> None:
    assert case_of(word) == expected


@given(st.text(max_size=40))
def test_any_word_has_pieces(word: str) -> None:
    assert 1 <= len(Pieces(NAMES).of(word)) <= MOST_PIECES
    assert 0 <= case_of(word) <= 4


def test_the_library_gives_the_same_pieces() -> None:
    tokenizers = pytest.importorskip("tokenizers")
    encoder = pytest.importorskip("training.encoder")
    library = tokenizers.Tokenizer.from_file(str(encoder.package() / "tokenizer.json"))
    library.no_padding()
    library.no_truncation()
    vocabulary = (SHIPPED / "accurate" / "encoder" / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
    pieces = Pieces(vocabulary[:-1])
    for word in ("Nuku'alofa", "Đỗ", "KYIV", "al-Masri", "東京", "naïve—no", "d’Ávila", "U.N.'s", "x" * 90, "№5", "ﬁ"):
        assert list(pieces.of(word)) == library.encode(word, add_special_tokens=False).ids[:MOST_PIECES]
