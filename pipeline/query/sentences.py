"""Sentences: words that stand together in one.

The title and the first 63 sentences of a text have a number each; their words are indexed with that number before them
(`3/gas`), as those of quotes are, and a query is asked of each number in turn. So what stands in `same:( )` is true of
one and the same sentence, on both engines, for any number of words.

A sentence ends at a full stop, a question or exclamation mark before a blank, and at a line's end. A full stop does not
end it after an initial or an abbreviation (data/sentences.toml) or before a small letter; a line's end does not where
the next line goes on in small letters, as in text of a fixed width.
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from pipeline.tables import words_of
from pipeline.text import Token

MOST = 64  # sentences of an article that `same:` looks at, its title being the first
LONGEST = 400  # words of one; what goes on without an end is no sentence, and would fill the index
_END = re.compile(r"\n\s*|[.!?…]{1,5}[\"'”’»)\]]{0,3}\s\s*|[。！？][\"'”’」』）]{0,3}")
_LAST_WORD = re.compile(r"[^\W\d_]+$")


def sentences(title: Sequence[Token], text: Sequence[Token], raw: str) -> list[list[Token]]:
    """The tokens of each sentence that a query looks at, in the order of their numbers.

    Args:
        title: the tokens of the title.
        text: the tokens of the text.
        raw: the text itself.
    """
    found: list[list[Token]] = [list(title)]
    remaining = ends(raw)
    end = next(remaining, len(raw))
    found.append([])
    for token in text:
        while token.start >= end:
            end = next(remaining, len(raw))
            if found[-1]:
                found.append([])
        if len(found) > MOST:
            break
        if len(found[-1]) < LONGEST:
            found[-1].append(token)
    return found[:MOST]


def ends(text: str) -> Iterator[int]:
    """Where the sentences of a text end: the offset of what comes after each."""
    for match in _END.finditer(text):
        before, after = text[max(0, match.start() - 20) : match.start()], text[match.end() : match.end() + 1]
        word = _LAST_WORD.search(before)
        if match[0][0] == "\n":
            goes_on = after.islower() and "\n" not in match[0][1:] and before[-1:] not in ".!?…:"
        else:
            goes_on = match[0][0] == "." and (after.islower() or (word is not None and _is_short(word[0])))
        if not goes_on:
            yield match.end()


def _is_short(word: str) -> bool:
    """Whether a full stop after this word belongs to it."""
    return (len(word) == 1 and word.isupper()) or word in _abbreviations()


@cache
def _abbreviations() -> frozenset[str]:
    path = Path(__file__).parent.parent / "data" / "sentences.toml"
    return frozenset(words_of(path)["abbreviations"])
