"""Whether words are a person's name, and the name without the role and the degrees that stand beside it unmarked."""

import re
from collections.abc import Sequence
from functools import cache
from unicodedata import category

from pipeline.sources.boilerplate import listed, pattern

MAX_UNBROKEN = 12  # letters of a name in a script without capitals where no blank stands in it
MAX_CASELESS = 30  # and of one with blanks

_ELIDED = re.compile(r"(\w+)[-'’]([^\W\d_])")


def looks_like_a_name(plain: str) -> bool:
    """Two to four words with capitals, besides particles and titles, or a short one of a script without them."""
    parts = plain.split()
    if pattern("no_author").search(plain) or pattern("desks").search(plain):
        return False
    if not all(map(_is_of_name, parts)) or not all(
        letter in " .'’‑-・·" or category(letter)[0] in "LM" for letter in plain
    ):
        return False
    counted = _counted(parts)
    if all(part[0].lower() == part[0].upper() for part in parts):
        return len(plain) <= (MAX_CASELESS if 2 <= len(counted) <= 4 else MAX_UNBROKEN)
    return 2 <= len(counted) <= 4 and len(parts) <= 7


def is_role(text: str) -> bool:
    """Whether a text is what somebody does, and nothing else: `Senior Correspondent`."""
    return _role().fullmatch(text) is not None


def is_of_role(word: str) -> bool:
    """Whether a word may stand before that for a role: the rank, the subject."""
    return any(pattern(kind).fullmatch(word) is not None for kind in ("ranks", "beats"))


def without_role(name: str) -> str:
    """A name without the role before or after it, where it can be told from a family name.

    One word for a role is told beside a full name ("Ruth Reporter" is one), two before any: `Sports Editor King`. After
    one word they follow the name of an outlet: "Tide staff reporter".
    """
    words = name.split()
    if is_role(name):
        return name
    for count in range(2, len(words)):
        role, rest = " ".join(words[count:]), words[:count]
        if is_role(role) and _is_person(rest) and (" " in role or _are_two(rest)):
            return " ".join(rest)
    for count in range(len(words) - 1, 0, -1):
        role, rest = " ".join(words[:count]), words[count:]
        if is_role(role) and (_is_person(rest) if len(rest) > 1 else " " in role and _is_one(rest[0])):
            return " ".join(rest)
    return name


def without_degrees(name: str) -> str:
    """A full name without the degrees and offices after it: `Nora Quill PhD`, `Nora Quill MdB`."""
    words = name.split()
    while len(words) > 2 and pattern("unmistakable degrees").fullmatch(words[-1]) and _capitals(words[-1]) > 1:
        words.pop()
    return " ".join(words)


def _counted(parts: Sequence[str]) -> list[str]:
    """The words of a name besides titles and particles; in capitals these are first names and last ones too (`Ben`)."""
    between = range(1, len(parts) - 1)
    return [
        part
        for number, part in enumerate(parts)
        if not pattern("titles").fullmatch(part)
        and (part.lower() if number in between else part) not in listed("particles")
    ]


def _is_of_name(part: str) -> bool:
    if part in listed("particles"):
        return True
    elided = _ELIDED.match(part)
    if elided and elided[1] in listed("elided"):
        return not elided[2].islower()
    return part[0].isalpha() and not part[0].islower()


def _is_person(words: list[str]) -> bool:
    return words[0].lower() not in listed("articles") and looks_like_a_name(" ".join(words))


def _are_two(words: list[str]) -> bool:
    """Two words, besides particles and titles, the last one none of a role (`Jonas Page Editor` may be both)."""
    return len(_counted(words)) == 2 and not is_of_role(words[-1])


def _is_one(word: str) -> bool:
    return (
        word[0].isupper()
        and not is_of_role(word)
        and not pattern("desks").search(word)
        and not pattern("nobody").fullmatch(word)
    )


def _capitals(text: str) -> int:
    return sum(letter.isupper() for letter in text)


@cache
def _role() -> re.Pattern[str]:
    before = rf"(?:{pattern('ranks').pattern}|{pattern('beats').pattern})(?:\s(?:{pattern('and').pattern}|&))?[\s-]"
    return re.compile(rf"(?:{before}){{0,4}}(?:{pattern('jobs').pattern})", re.IGNORECASE)
