"""Roles: the offices that an article gives a person, before the name ("Deputy Foreign Minister X") or after it between
commas ("X, the finance minister of Y,"). Only what the text says; no table of who holds which office."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.article import FieldName, Span
from pipeline.countries import code_of
from pipeline.enrich import TABLES
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.known import name_key
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, words_between
from pipeline.tables import words_of

LONGEST = 12  # words of a role
LINE = 120  # characters that a role may stand before a name
_ABBREVIATED = (
    r"(?:(?:Maj|Lt|Brig|Air|Rear|Vice)\.?[ -])?(?:Gen|Col|Lt|Maj|Capt|Cpt|Cmdr|Adm|Brig|Sgt|Insp|Supt|Dr|Prof|Rev)\."
)
_TITLE = re.compile(rf"(?:{_ABBREVIATED}|\b(?:Sir|Dame|Lord|Lady|Baroness|Dr|Prof|Mr|Mrs|Ms)\.?) $")
_RANKED = re.compile(rf", (?:{_ABBREVIATED}|Sir|Dame|Lord|Lady) [A-Z]")
_NEXT = re.compile(r"\s*(?:[,.;:()—–!?\n]|$)|['’]s\b|\s(?:who|and)\b")
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
        front, behind = before(text, span.start), after(text, span.end)
        if front is not None and _closed(text, span):
            found.append(_whole(front, span, reading))
        found += [behind] if behind is not None and not _is_deed(behind, span, reading) else []
    return max(found, key=lambda role: (len(role.split()), -found.index(role))) if found else None


def _is_deed(role: str, span: Span, reading: Reading) -> bool:
    """Whether what follows a name and a comma is a deed: "the chairman, Karl Dace, met the ambassador"."""
    at = reading.text_of(span.field).index(role, span.end)
    words = words_between(reading.words, span.field, at, at + len(role))
    return bool(words) and words[0].tag in ("VBD", "VBZ", "VBP", "MD")


def _closed(text: str, span: Span) -> bool:
    """Whether a comma or a stop follows a name that has its role before a comma: in "recalled its envoy, Vale said" the
    comma ends the clause."""
    front = _TITLE.sub("", text[max(0, span.start - LINE) : span.start]).rstrip()
    return not front.endswith(",") or _NEXT.match(text, span.end) is not None


def _whole(role: str, span: Span, reading: Reading) -> str:
    """A role with what the parse takes for a part of its noun: "Unification Minister", "EU's foreign policy chief"."""
    text = reading.text_of(span.field)
    start = text.rindex(role, max(0, span.start - LINE), span.start)
    words = words_between(reading.words, span.field, max(0, start - LINE), start + len(role))
    at = next((number for number, word in enumerate(words) if word.start >= start), len(words))
    body = _body_before(reading, span.field, start)
    inside = words[at:]
    while at > 0 and len(words) - at < LONGEST and _is_part(words[at - 1], inside):
        at -= 1
        inside = words[at:]
    while inside and (inside[0].tag in ("DT", "POS", "HYPH", "IN", "CC", "PRP$") or inside[0].pos == "PUNCT"):
        inside.pop(0)
    return text[min(start, body, inside[0].start if inside else start) : start + len(role)]


def _body_before(reading: Reading, field: FieldName, start: int) -> int:
    """Where a body's name begins that stands right before a role; else where the role does."""
    key = (field == "text", start - 3)
    at = bisect_left(reading.names, key, key=lambda name: (name.span.field == "text", name.span.end))
    name = reading.names[at] if at < len(reading.names) else None
    if name is None or name.label != "ORG" or name.span.field != field or name.span.end >= start:
        return start
    return name.span.start if reading.text_of(field)[name.span.end : start] in (" ", "'s ", "’s ") else start


def _is_part(word: Word, role: Sequence[Word]) -> bool:
    """Whether a word qualifies one that is in a role already, as an adjective, another noun or an owner does."""
    if word.tag == "POS" or word.text in ("-", "‑"):
        return True
    above = word.head
    inner = ("compound", "amod", "flat", *(["nmod:poss"] if word.pos == "PROPN" else []))  # no "charity's director"
    qualifies = word.dep in inner and word.pos in ("NOUN", "PROPN", "ADJ")
    return qualifies and above in role and (word.tag != "JJ" or word.text.lower() not in role_words()["loose"])


def before(text: str, start: int) -> str | None:
    """The role that ends right before a name and its title, with the country or body that it names."""
    line = text[max(0, start - LINE) : start]
    stripped = _TITLE.sub("", line).rstrip(" ")
    stripped = stripped[:-1].rstrip() if stripped.endswith(",") else stripped
    words = list(_WORD.finditer(stripped))
    if not words or not stripped.endswith(words[-1][0]):
        return None
    last, size = words[-1][0], 1
    if len(words) > 2 and words[-2][0] == "of" and last in role_words()["of"]:
        last, size = words[-3][0], 3
    if not is_head(last):
        return None
    while size < min(len(words), LONGEST) and _joined(stripped, words, size):
        if size > 1 and words[-size - 1][0] == "of" and size + 1 < len(words) and _is_body(words[-size - 2][0]):
            size += 2  # "Bank of England governor"
        elif _belongs(words[-size - 1][0]):
            size += 1
        else:
            break
    while size > 1 and words[-size][0].lower() in ("his", "her", "their", "the", "then", "and"):
        size -= 1
    return None if last.lower() == "counterpart" else stripped[words[-size].start() :]


def after(text: str, end: int) -> str | None:
    """The role that follows a name after a comma: up to the next comma, or what ends the apposition."""
    opening = re.compile(r",\s(?:(?:the|a|an|its|his|her|their|who is the)\s)?").match(text, end)
    if opening is None:
        return None
    stop = _END.search(text, opening.end())
    if stop is not None and (
        _is_aside(opening[0], stop[0], text[stop.end() :][:1]) or _RANKED.match(text, stop.start())
    ):
        return None  # "Ida Holm, her doctor said, was ill"; "Damboa, the commander, Gen. Sani Kolo, said"
    role = text[opening.end() : stop.start() if stop else opening.end() + 100].strip()
    words = role.split()
    if not 0 < len(words) <= LONGEST or not any(is_head(word) for word in words[:7]):
        return None
    return role if any(is_head(word) for word in words) and not words[0][0].isdigit() else None


def _is_aside(opening: str, stop: str, following: str) -> bool:
    """Whether what follows a name and a comma tells who says so: "her doctor said", "the doctor said,"."""
    words = opening.split()
    owned = words[-1] in ("his", "her", "its", "their")
    return stop.strip() in ("said", "says", "told") and (owned or following == ",")


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
        or word in ("and", "US", "U.S.", "UK", "UN", "EU", "NATO")
    ):
        return True
    return word[:1].isupper() and ((code_of(word) is not None and len(word) > 3) or _is_people(word))


def _is_body(word: str) -> bool:
    """Whether a word before "of" may begin a body's name: no "spokesman of the president"."""
    return word[:1].isupper() and not is_head(word)


def _is_people(word: str) -> bool:
    return name_key(word.removesuffix("’s").removesuffix("'s")) in demonyms()


def _joined(text: str, words: Sequence[re.Match[str]], size: int) -> bool:
    """Whether only a blank, or a hyphen, stands between a word and the role after it."""
    return text[words[-size - 1].end() : words[-size].start()] in (" ", "-")
