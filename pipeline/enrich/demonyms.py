"""Demonyms: the countries that words for peoples and nationalities lead to."""

from functools import cache

from pipeline.countries import countries
from pipeline.enrich.known import name_key


@cache
def demonyms() -> dict[tuple[str, ...], frozenset[str]]:
    """The countries of each demonym, by its folded tokens (`Congolese` has two)."""
    found: dict[tuple[str, ...], frozenset[str]] = {}
    for country in countries():
        for word in country.demonyms:
            key = name_key(word)
            found[key] = found.get(key, frozenset()) | {country.code}
    return found
