"""Names of places that stand for a government: "Moscow said", "talks between Washington and Tehran", "the Kremlin".

A capital is its country's government where it does what only people do (the subject of an active verb of saying or of
politics), or where it is a party to talks, ties or tensions. After `in`, `near` or `from` it is the city.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.article import Span
from pipeline.countries import countries
from pipeline.enrich import TABLES
from pipeline.enrich.clauses import case
from pipeline.enrich.known import name_key, seats
from pipeline.enrich.names import PLACES, Named
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, words_between
from pipeline.tables import words_of

Metonyms = dict[tuple[str, int], str]  # field and start of a name, to the country whose government it means


def find_metonyms(reading: Reading, names: Sequence[Named]) -> Metonyms:
    """The names that mean a country's government."""
    found: Metonyms = {}
    persons = {name_key(word) for span, kind in names if kind == "PERSON" for word in _parts(span.surface)}
    for span, kind in names:
        key = name_key(span.surface)
        if code := _seats().get(key):
            words = words_between(reading.words, span.field, span.start, span.end)
            if not words or case(words[-1]) not in _words()["places"]["cases"]:
                found[span.field, span.start] = code
            continue
        code, place = capitals().get(key), kind in (*PLACES, "ORG") or key not in persons
        if code and place and _is_actor(span, reading):
            found[span.field, span.start] = code
    return found


def find_seats(reading: Reading, names: Sequence[Named]) -> set[tuple[str, int]]:
    """The names of seats of several states that mean their institutions: "Brussels said". They are no place there, and
    no country's government."""
    shared = (span for span, kind in names if kind in PLACES and is_shared_seat(span.surface))
    return {(span.field, span.start) for span in shared if _is_actor(span, reading)}


def _is_actor(span: Span, reading: Reading) -> bool:
    words = words_between(reading.words, span.field, span.start, span.end)
    return bool(words) and _acts(words[-1])


def _parts(name: str) -> list[str]:
    """The words of a full name: a first or last name alone is no capital where its owner is named in full."""
    words = name.split()
    return words if len(words) > 1 else []


@cache
def _seats() -> dict[tuple[str, ...], str]:
    return {name_key(name): code for name, code in seats().items()}


@cache
def capitals() -> dict[tuple[str, ...], str]:
    """Capitals and seats of government by their folded names; those that two countries share are left out."""
    found: dict[tuple[str, ...], set[str]] = {}
    for country in countries():
        for name in country.capitals:
            found.setdefault(name_key(name), set()).add(country.code)
    found[name_key("Washington")] = {"US"}
    return {name: next(iter(codes)) for name, codes in found.items() if len(codes) == 1 and name not in _shared_seats()}


def is_shared_seat(name: str) -> bool:
    """Whether a name is that of a seat of several states' institutions."""
    return name_key(name) in _shared_seats()


@cache
def _shared_seats() -> frozenset[tuple[str, ...]]:
    return frozenset(name_key(name) for name in _words()["shared"]["names"])


@cache
def _words() -> dict[str, Any]:
    return words_of(TABLES / "metonyms.toml")


def _acts(word: Word) -> bool:
    """Whether a capital acts, or is a party, in its sentence."""
    top = word
    while top.dep in ("conj", "flat", "compound") and top.head is not None and top.head.pos in ("PROPN", "NOUN"):
        if top.dep == "compound" and top.head.lemma.lower() not in _words()["owned"]["nouns"]:
            return False  # "London police"
        top = top.head
    before = case(word) or case(top)
    if before in _words()["places"]["cases"]:
        return False
    verb = top.head
    if top.dep == "nsubj" and verb is not None:
        return bool(verb.lemma.lower() in _words()["acts"]["verbs"])
    if top.dep == "nmod:poss" and verb is not None:
        return bool(verb.lemma.lower() in _words()["owned"]["nouns"])
    if verb is not None and before in ("on", "to") and top.dep in ("obl", "nmod"):
        return verb.lemma.lower() in _words()["leaned"][f"{before}_it"]
    if before in ("between", "with", "against", "by") and verb is not None:
        holder = (
            verb
            if top.dep.startswith("nmod")
            else next((child for child in verb.children if child.dep in ("obj", "nsubj")), verb)
        )
        return bool(
            holder.lemma.lower() in _words()["parties"]["nouns"] or verb.lemma.lower() in _words()["acts"]["verbs"]
        )
    return top.dep in ("obj", "iobj") and verb is not None and verb.lemma.lower() in _words()["addressed"]["verbs"]
