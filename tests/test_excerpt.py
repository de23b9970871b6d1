"""Excerpts and marked pieces: they never lose, double or move a character."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.excerpt import LENGTH, Highlight, Mark, around, cut

TEXT = "".join(f"word{number} " for number in range(400)).strip()


def at(word: str) -> Highlight:
    """A match of a word of TEXT."""
    start = TEXT.index(word)
    return Highlight("text", start, start + len(word))


def test_no_match_shows_the_beginning() -> None:
    shown = around(TEXT, [Highlight("title", 5, 9)])
    assert shown.start == 0
    assert TEXT[shown.end] == " "


def test_short_text_is_shown_whole() -> None:
    assert around("A short text.", []).end == len("A short text.")


def test_the_densest_stretch_is_shown_from_a_word_on() -> None:
    shown = around(TEXT, [at("word3 "), at("word200"), at("word205"), at("word209")])
    piece = TEXT[shown.start : shown.end]
    assert all(word in piece for word in ("word200", "word205", "word209"))
    assert TEXT[shown.start - 1] == " "
    assert TEXT[shown.end] == " "


def test_a_match_at_the_end_is_shown_with_what_stands_before_it() -> None:
    shown = around(TEXT, [at("word399")])
    assert shown.end == len(TEXT)
    assert shown.end - shown.start > LENGTH // 2


def test_a_text_without_blanks() -> None:
    text = "字" * 1000
    shown = around(text, [Highlight("text", 500, 502)])
    assert shown.start <= 500
    assert 502 <= shown.end <= shown.start + LENGTH


@given(st.text(alphabet="ab \n", max_size=900), st.integers(0, 900), st.integers(1, 20))
def test_a_match_is_always_within(text: str, start: int, length: int) -> None:
    start = min(start, len(text))
    end = min(len(text), start + length)
    shown = around(text, [Highlight("text", start, end)] if end > start else [])
    assert 0 <= shown.start <= shown.end <= len(text)
    assert shown.end - shown.start <= LENGTH
    if end > start:
        assert shown.start <= start < max(shown.end, start + 1)


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(-2, 65), st.integers(-2, 65)), max_size=8))
def test_pieces_join_to_the_text(text: str, marks: list[tuple[int, int]]) -> None:
    pieces = cut(text, [Mark(max(0, start), end, "x") for start, end in marks])
    assert "".join(piece.text for piece in pieces) == text
    assert all(piece.text for piece in pieces)


def test_of_marks_that_overlap_the_first_and_longest_stays() -> None:
    pieces = cut("New York City Hall", [Mark(0, 8, "a"), Mark(0, 13, "b"), Mark(9, 18, "c")])
    assert [(piece.text, piece.what) for piece in pieces] == [("New York City", "b"), (" Hall", None)]
