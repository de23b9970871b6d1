"""What looks like a name, or a person's, and is none: sums of money, a senator's party and state, the first word of a
sentence, the office of a secretary, a title between quotation marks."""

import re
from functools import cache, lru_cache

from pipeline.article import EntityType, Span
from pipeline.countries import code_of
from pipeline.enrich.gazetteer import lookup
from pipeline.enrich.inflect import verb_forms
from pipeline.enrich.known import known, name_words
from pipeline.enrich.nlp import Reading
from pipeline.enrich.roles import role_words

TOWN = 100_000  # inhabitants of a place whose name a word that begins a sentence may be

_AFFILIATION = re.compile(r"[RDI]-[A-Z][\w.]*")  # R-Ariz., D-N.Y.
_MONEY = re.compile(r"(?:[A-Z]{0,3}[$£€¥₦₹]|[A-Z]{1,3}(?=[\d.,]+(?:bn|mn?|tn|k)\b))[\d.,]+(?:bn|mn?|tn|k)?")
_WORD = re.compile(r"(?<![\w'’-])[A-Za-z][a-z]*(?![\w’-])")
_CAPITAL_NEXT = re.compile(r" [A-Z]")
_MARKS = '"“”‘’«»'


def is_no_name(reading: Reading, span: Span, kind: EntityType) -> bool:
    """Whether words are no name by themselves: "this Administration", the State of "Secretary of State"."""
    text = reading.text_of(span.field)
    office = span.surface in role_words()["of"] and text[: span.start].endswith(" of ")
    if office or (kind == "ORG" and span.surface in name_words()["generic"]):
        return True
    if _AFFILIATION.fullmatch(span.surface) or _MONEY.fullmatch(span.surface):
        return True
    if kind == "PERSON" and span.surface in name_words()["gods"]:
        return True
    return kind in ("PERSON", "LOC", "GPE") and _is_first_word(reading, span)


def is_no_place(text: str, span: Span) -> bool:
    """Whether a place's name is a part of a paper's or a bank's, or stands alone in quotation marks as a title."""
    titled = text[max(0, span.start - 1) : span.start] in _MARKS and text[span.end : span.end + 1] in _MARKS
    if titled and span.start > 0 and span.end < len(text):
        return True
    return _owned().match(text, span.end) is not None or names_treaty(text, span)


def names_treaty(text: str, span: Span) -> bool:
    """Whether a treaty is named after a town: "the Paris climate accord"; one of a country may be with it."""
    after, before = _named_after()
    town = code_of(span.surface) is None and text[max(0, span.start - 3) : span.start].lower() != "in "
    return town and bool(after.match(text, span.end) or before.search(text, max(0, span.start - 30), span.start))


def is_acronym(text: str, span: Span) -> bool:
    """Whether a word in capitals among small letters is a body's acronym: no family name, no line in capitals."""
    if (
        not re.fullmatch(r"[A-Z]{3,7}", span.surface)
        or span.surface.title() in text
        or text[span.end : span.end + 1] == ":"
    ):
        return False
    line = text[text.rfind("\n", 0, span.start) + 1 : span.end + 80].replace(span.surface, "")
    return sum(map(str.islower, line)) > len(line) / 2


@cache
def _owned() -> re.Pattern[str]:
    return re.compile(rf"\s(?:{'|'.join(name_words()['named_after_places'])})\b")


def _is_first_word(reading: Reading, span: Span) -> bool:
    """Whether a word has its capital from the head of a sentence alone: the article writes it small elsewhere, or it is
    what somebody does ("Shelling"), and nobody and nothing is named so within a sentence."""
    word = span.surface
    if not re.fullmatch(r"[A-Z][a-z]+", word) or not _begins(reading.text_of(span.field), span.start):
        return False
    small, within = _spellings(reading.article.text)
    doing = word.endswith("ing") and word.lower() in verb_forms()
    if word in within or not (doing or word.lower() in small) or known(word) is not None:
        return False
    return all(place.population < TOWN for place in lookup(word))


@lru_cache(maxsize=2)  # asked for many names of one article
def _spellings(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words that a text writes small, and those with a capital within a sentence or before another capital."""
    small, within = set[str](), set[str]()
    for match in _WORD.finditer(text):
        if match[0].islower():
            small.add(match[0])
        elif not _begins(text, match.start()) or _CAPITAL_NEXT.match(text, match.end()):
            within.add(match[0])
    return frozenset(small), frozenset(within)


def _begins(text: str, start: int) -> bool:
    """Whether a sentence begins at a place."""
    before = text[max(0, start - 3) : start].rstrip(" \"'“‘«")
    return not before or before[-1] in "\n.!?:—–-)"


@cache
def _named_after() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What follows and what goes before the name of a town after which a treaty is named."""
    words = name_words()["instruments"]
    low, high = "|".join(words), "|".join(word.capitalize() for word in words)
    between = "|".join(name_words()["instrument_kinds"])
    after = re.compile(rf"(?i)(?:['’]s)?\s(?:(?:{between})\s)?(?:{low})s?\b")
    return after, re.compile(rf"\b(?:{high})s? of $")
