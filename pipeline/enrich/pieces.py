"""Words as the encoder reads them: pieces of its vocabulary, and how the word is written.

The pieces are those of BERT's uncased tokenizer (Devlin et al., 2019): small letters without accents, punctuation
apart, and of each part the longest piece that the vocabulary has, from the left. A library for it would bring a client
of a model hub with it; for single words it is these few lines, and a test compares them with the library's.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import groupby

MOST_PIECES = 8  # of one word: what follows tells nothing more
MOST_CHARACTERS = 100  # of one part: longer ones are unknown
MOST_REMEMBERED = 50_000

_LETTERS = re.compile(r"[^\W\d_]")


def case_of(word: str) -> int:
    """How a word is written, for an encoder that sees small letters only.

    Returns:
        0 small letters or none, 1 a capital and small letters, 2 capitals, 3 one capital letter, 4 mixed.
    """
    if word.islower():
        return 0
    letters = "".join(_LETTERS.findall(word))
    if not letters or letters.islower():
        return 0
    if letters.isupper():
        return 3 if len(letters) == 1 else 2
    return 1 if letters[0].isupper() and letters[1:].islower() else 4


class Pieces:
    """A vocabulary, and the words that were looked up in it, which are remembered.

    Args:
        vocabulary: the pieces in the order of their ids; one that goes on inside a word begins with `##`.
    """

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self.vocabulary = tuple(vocabulary)
        self._ids = {piece: at for at, piece in enumerate(self.vocabulary)}
        self._read: dict[str, tuple[tuple[int, ...], int]] = {}
        self.unknown, self.first, self.last = (self._ids[name] for name in ("[UNK]", "[CLS]", "[SEP]"))

    def of(self, word: str) -> tuple[int, ...]:
        """Ids of a word's pieces, at least one and at most MOST_PIECES."""
        ids = [at for part in _parts(word) for at in self._longest(part)]
        return tuple(ids[:MOST_PIECES]) or (self.unknown,)

    def read(self, word: str) -> tuple[tuple[int, ...], int]:
        """Ids of a word's pieces, and how it is written (`case_of`)."""
        found = self._read.get(word)
        if found is None:
            if len(self._read) >= MOST_REMEMBERED:
                self._read.clear()
            found = self._read[word] = (self.of(word), case_of(word))
        return found

    def _longest(self, part: str) -> list[int]:
        ids: list[int] = []
        start = 0
        while start < len(part) <= MOST_CHARACTERS:
            prefix = "##" if start else ""
            for end in range(len(part), start, -1):
                at = self._ids.get(prefix + part[start:end])
                if at is not None:
                    ids.append(at)
                    start = end
                    break
            else:
                return [self.unknown]
        return ids or [self.unknown]


def _parts(word: str) -> Iterator[str]:
    """A word in small letters without accents; punctuation and Chinese characters stand alone, blanks are left out."""
    plain = unicodedata.normalize("NFD", "".join(_cleaned(word[: 4 * MOST_CHARACTERS])))
    plain = "".join(character for character in plain if unicodedata.category(character) != "Mn").lower()
    for alone, characters in groupby(plain, _stands_alone):
        if alone:
            yield from characters
        else:
            yield from "".join(characters).split()


def _cleaned(word: str) -> Iterator[str]:
    for character in word:
        if character.isspace():
            yield " "
        elif character != "�" and unicodedata.category(character) not in ("Cc", "Cf", "Co"):
            yield character


def _stands_alone(character: str) -> bool:
    code = ord(character)
    if code < 128:
        return not character.isalnum() and not character.isspace() and character.isprintable()
    if unicodedata.category(character).startswith("P"):
        return True
    return (
        0x4E00 <= code <= 0x9FFF or 0x3400 <= code <= 0x4DBF or 0xF900 <= code <= 0xFAFF or 0x20000 <= code <= 0x2FA1F
    )
