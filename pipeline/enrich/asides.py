"""Where what is reported ends: a writer adds to it in brackets, by a participle or by a clause with "which"."""

from collections.abc import Sequence

from pipeline.article import Span
from pipeline.enrich.opinions import MARKS
from pipeline.enrich.parse import Word, stretch

ASIDE_AFTER = 4  # words


def trimmed(words: Sequence[Word], text: str) -> Span:
    """A stretch without commas, stops and quotation marks at its ends that do not belong to it."""
    kept = _without_aside(words)
    while len(kept) > 1 and kept[-1].pos == "PUNCT" and not _closes(kept):
        kept.pop()
    while len(kept) > 1 and kept[0].text in (",", ".", ":", ";", "—", "–", "-"):
        kept.pop(0)
    return stretch(kept, text)


def _without_aside(words: Sequence[Word]) -> list[Word]:
    """A content without what is added to it at its end in brackets, by a participle or by a clause with "which"."""
    for number in range(ASIDE_AFTER, len(words) - 1):
        word, after = words[number], words[number + 1]
        participle = word.text == "," and after.tag == "VBG" and after.dep not in ("case", "mark", "amod", "fixed")
        relative = (
            word.text == ","
            and after.text.lower() in ("which", "who")
            and not any(w.text == "," for w in words[number + 2 :])
        )
        stops = word.text == "." and after.text in MARKS  # the parse ran into the next quotation
        if participle or relative or stops or (word.text == "(" and _is_last_bracket(words[number:])):
            return list(words[:number])
    return list(words)


def _is_last_bracket(words: Sequence[Word]) -> bool:
    """Whether nothing follows the bracket that the first of some words opens."""
    end = next((at for at, word in enumerate(words) if word.text == ")"), len(words))
    return all(word.pos == "PUNCT" for word in words[end + 1 :])


def _closes(words: Sequence[Word]) -> bool:
    """Whether a content's last mark closes what a mark within it opened."""
    last = words[-1].text
    if last == ")":
        return any(word.text == "(" for word in words)
    if last in ("'", "’"):
        return any(word.text in ("'", "‘") for word in words[:-1])
    return last in ("”", '"', "''") and sum(word.text in ("“", "”", '"', "``", "''") for word in words) % 2 == 0
