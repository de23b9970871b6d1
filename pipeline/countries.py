"""Countries: the codes of ISO 3166-1, and XK, with names, capitals and demonyms (data/countries.tsv)."""

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from pipeline.tables import rows_of
from pipeline.text import fold


@dataclass(frozen=True, slots=True)
class Country:
    """A country or territory.

    `aliases` hold other names, parts (England) and former names (Burma); `capitals[0]`, where there is one, is the
    capital to show; `demonyms` are adjectives and singular nouns (a plural only where it does not end in -s).
    """

    code: str
    alpha3: str
    name: str
    aliases: tuple[str, ...]
    capitals: tuple[str, ...]
    demonyms: tuple[str, ...]


@cache
def countries() -> tuple[Country, ...]:
    """All countries, by code."""
    rows = rows_of(Path(__file__).parent / "data" / "countries.tsv")[1:]
    return tuple(Country(code, alpha3, name, *map(_several, rest)) for code, alpha3, name, *rest in rows)


def by_code(code: str) -> Country | None:
    """The country with an ISO 3166-1 alpha-2 code, in any case; None where there is none."""
    return _by_code().get(code.upper())


def code_of(name: str) -> str | None:
    """The alpha-2 code for a code (alpha-2, alpha-3), a name or an alias, in any case and with or without diacritics
    and a leading "the"; None for anything else, a demonym too."""
    key = _key(name)
    bare = "".join(key)
    if len(key) == 1 and bare.upper() in _by_code():
        return bare.upper()
    return _by_name().get(key)


def near_names(name: str, *, most: int = 3) -> list[str]:
    """Names of countries that were probably meant, best first: by demonym, then by spelling."""
    key = " ".join(_key(name))
    exact = [country.name for country in countries() if key in {" ".join(_key(d)) for d in country.demonyms}]
    names = {" ".join(known): code for known, code in _by_name().items() if len("".join(known)) > 3}
    close = [_by_code()[names[match]].name for match in get_close_matches(key, names, n=most, cutoff=0.7)]
    return list(dict.fromkeys([*exact, *close]))[:most]


def _several(cell: str) -> tuple[str, ...]:
    return tuple(cell.split("|")) if cell else ()


def _key(name: str) -> tuple[str, ...]:
    """What of a name decides: its folded tokens without a leading "the" and without "and" (`&` gives no token)."""
    tokens = fold(name)
    if len(tokens) > 1:
        tokens = [token for token in tokens if token != "and"]  # noqa: S105  # a word, no password
    return tuple(tokens[1:] if len(tokens) > 1 and tokens[0] == "the" else tokens)


@cache
def _by_code() -> dict[str, Country]:
    return {country.code: country for country in countries()}


@cache
def _by_name() -> dict[tuple[str, ...], str]:
    return {
        _key(name): country.code for country in countries() for name in (country.alpha3, country.name, *country.aliases)
    }
