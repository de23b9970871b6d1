"""Roles: the offices that an article gives a person, before the name ("Deputy Foreign Minister X") or after it between
commas ("X, the finance minister of Y,"). Only what the text says; no table of who holds which office."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.article import Span
from pipeline.countries import code_of
from pipeline.enrich import TABLES
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.known import name_key
from pipeline.enrich.nlp import Reading
from pipeline.tables import words_of

LONGEST = 12  # words of a role
_WORD = re.compile(r"[\w.’'-]+")
_END = re.compile(r"[,;:.()—–\n]|\s(?:who|which|that|said|says|and|but|was|is|told|has|had|will|would|in a|on)\b")


@cache
def role_words() -> dict[str, Any]:
    """The words of tables/roles.toml."""
    return {key: frozenset(listed) for key, listed in words_of(TABLES / "roles.toml").items()}


def role_of(mentions: Sequence[Span], reading: Reading) -> str | None:
    """The longest role that any mention of a person has, as it is written."""
    found: list[str] = []
    for span in mentions:
        text = reading.text_of(span.field)
        found += [role for role in (before(text, span.start), after(text, span.end)) if role is not None]
    return max(found, key=lambda role: (len(role.split()), -found.index(role))) if found else None


def before(text: str, start: int) -> str | None:
    """The role that ends right before a name, with the country or body that it names."""
    line = text[max(0, start - 120) : start]
    stripped = line.rstrip(" ")
    stripped = stripped[:-1].rstrip() if stripped.endswith(",") else stripped
    words = list(_WORD.finditer(stripped))
    if not words or not stripped.endswith(words[-1][0]):
        return None
    last, size = words[-1][0], 1
    if len(words) > 2 and words[-2][0] == "of" and last in role_words()["of"]:
        last, size = words[-3][0], 3
    if not is_head(last):
        return None
    while size < min(len(words), LONGEST) and _belongs(words[-size - 1][0]) and _joined(stripped, words, size):
        size += 1
    while size > 1 and words[-size][0].lower() in ("his", "her", "their", "the", "of", "then", "and", "for"):
        size -= 1
    return None if last.lower() == "counterpart" else stripped[words[-size].start() :]


def after(text: str, end: int) -> str | None:
    """The role that follows a name after a comma: up to the next comma, or what ends the apposition."""
    opening = re.compile(r",\s(?:(?:the|a|an|its|his|her|their|who is the)\s)?").match(text, end)
    if opening is None:
        return None
    stop = _END.search(text, opening.end())
    role = text[opening.end() : stop.start() if stop else opening.end() + 100].strip()
    words = role.split()
    if not 0 < len(words) <= LONGEST or not any(is_head(word) for word in words[:7]):
        return None
    return role if any(is_head(word) for word in words) and not words[0][0].isdigit() else None


def country_in(role: str | None) -> str | None:
    """The country that a role names, by name or demonym."""
    codes: set[str] = set()
    words = (role or "").replace(",", " ").split()
    for size in (1, 2, 3):
        for at in range(len(words) - size + 1):
            name = " ".join(words[at : at + size])
            found = demonyms().get(name_key(name), frozenset()) if name[:1].isupper() else frozenset[str]()
            code = (
                code_of(name)
                if name[:1].isupper()
                and (size > 1 or len(re.sub(r"['’]s$", "", name)) > 3 or name in ("US", "UK", "U.S."))
                else None
            )
            codes |= {*found} if len(found) == 1 else set()
            codes |= {code} if code else set()
    return next(iter(codes)) if len(codes) == 1 else None


def is_head(word: str) -> bool:
    """Whether a word can end a role."""
    word = word.lower().removesuffix("’s").removesuffix("'s")
    return word in role_words()["heads"] or (word == "ceo")


def _belongs(word: str) -> bool:
    """Whether a word before a role's last one belongs to it: an inner word, a head, a country or a people."""
    if (
        word.lower() in role_words()["inner"]
        or is_head(word)
        or word in ("of", "for", "and", "US", "U.S.", "UK", "UN", "EU", "NATO")
    ):
        return True
    return word[:1].isupper() and ((code_of(word) is not None and len(word) > 3) or _is_people(word))


def _is_people(word: str) -> bool:
    return name_key(word.removesuffix("’s").removesuffix("'s")) in demonyms()


def _joined(text: str, words: Sequence[re.Match[str]], size: int) -> bool:
    """Whether only a blank, or a hyphen, stands between a word and the role after it."""
    return text[words[-size - 1].end() : words[-size].start()] in (" ", "-")
