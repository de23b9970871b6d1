"""Sentences as `same:` parts them: what ends one, what does not, and how many are looked at."""

from itertools import pairwise

import pytest

from pipeline.query.sentences import MOST, ends, sentences
from pipeline.text import analyse


def parted(text: str) -> list[str]:
    """The sentences of a text."""
    marks = [0, *ends(text), len(text)]
    found = (text[start:end].strip() for start, end in pairwise(marks))
    return [sentence for sentence in found if sentence]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One ends. Two begins! Three? Four… Five", ["One ends.", "Two begins!", "Three?", "Four…", "Five"]),
        ("Mr. Olin met Gen. Marsk. They talked.", ["Mr. Olin met Gen. Marsk.", "They talked."]),
        ("J. Marsk of the U.S. Senate spoke. He left.", ["J. Marsk of the U.S. Senate spoke.", "He left."]),
        ("It grew by 2.5 percent. It fell to 1.200 tonnes.", ["It grew by 2.5 percent.", "It fell to 1.200 tonnes."]),
        ("“We stay.” She left.", ["“We stay.”", "She left."]),
        ("A line that\ngoes on here.\nAnother begins", ["A line that\ngoes on here.", "Another begins"]),
        ("First point\n\nsecond point", ["First point", "second point"]),
        ("They met approx. ten people, vs. five before.", ["They met approx. ten people, vs. five before."]),
        ("第一句。第二句！", ["第一句。", "第二句！"]),
    ],
)
def test_what_ends_a_sentence(text: str, expected: list[str]) -> None:
    assert parted(text) == expected


def test_no_token_is_lost_up_to_the_last_sentence() -> None:
    text = " ".join(f"Sentence{number} stands here." for number in range(100))
    tokens, title = analyse(text, "en"), analyse("A title", "en")
    found = sentences(title, tokens, text)
    assert len(found) == MOST
    assert [token.exact for token in found[0]] == ["a", "title"]
    assert [part[0].exact for part in found[1:]] == [f"sentence{number}" for number in range(MOST - 1)]
    assert {len(part) for part in found[1:]} == {3}
    assert sentences([], [], "") == [[], []]
