"""Shingles and bands: alike texts share a band, others don't."""

import random

import pytest

from pipeline.shingles import BANDS, LEAST, bands, resemblance, shingles

WORDS = [f"word{number}" for number in range(400)]


def text(seed: int, size: int = 300) -> list[str]:
    return random.Random(seed).choices(WORDS, k=size)


def edited(words: list[str], share: float, seed: int = 7) -> list[str]:
    rng = random.Random(seed)
    return [rng.choice(WORDS) if rng.random() < share else word for word in words]


def test_the_keys_stay_the_same_from_run_to_run() -> None:
    found = bands(shingles([f"w{number}" for number in range(30)]))
    assert len(found) == BANDS
    assert (found[0], found[31]) == ("0.24a797637801", "1f.ba20600c988a")


def test_a_text_shares_all_bands_with_itself_and_none_with_another() -> None:
    one, other = shingles(text(1)), shingles(text(2))
    assert bands(one) == bands(shingles(text(1)))
    assert not set(bands(one)) & set(bands(other))
    assert resemblance(one, one) == 1.0
    assert resemblance(one, other) < 0.05


@pytest.mark.parametrize("seed", range(20))
def test_five_words_of_a_hundred_changed_are_found(seed: int) -> None:
    one, other = shingles(text(seed)), shingles(edited(text(seed), 0.05, seed))
    assert resemblance(one, other) > 0.54
    assert set(bands(one)) & set(bands(other))


def test_short_and_long_texts() -> None:
    assert bands(shingles(WORDS[: LEAST + 1])) == ()
    assert len(bands(shingles(WORDS[: LEAST + 2]))) == BANDS
    assert shingles(["one", "two"]) == frozenset()
    assert resemblance(frozenset(), frozenset()) == 0.0
    long = [f"w{number}" for number in range(20_000)]
    assert set(bands(shingles(long))) & set(bands(shingles(long[:19_000])))
