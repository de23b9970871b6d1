"""Persons and organisations known by name (tables/known.tsv): one id across articles, whatever spelling is used."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from pipeline.article import EntityType
from pipeline.enrich import TABLES
from pipeline.tables import rows_of, words_of
from pipeline.text import fold


@dataclass(frozen=True, slots=True)
class KnownName:
    """A person or organisation of the table."""

    type: EntityType
    name: str
    country: str | None

    @property
    def id(self) -> str:
        """That of the entity in every article."""
        return f"{self.type.lower()}:{slug(self.name)}"


@cache
def _table() -> dict[tuple[str, ...], KnownName]:
    found: dict[tuple[str, ...], KnownName] = {}
    for kind, name, aliases, country in rows_of(TABLES / "known.tsv"):
        known = KnownName("PERSON" if kind == "PERSON" else "ORG", name, None if country == "-" else country)
        for spelling in (name, *(aliases.split("|") if aliases != "-" else [])):
            found.setdefault(name_key(spelling), known)
    return found


@cache
def name_words() -> dict[str, Any]:
    """The names of tables/names.toml."""
    return words_of(TABLES / "names.toml")


@lru_cache(maxsize=50_000)  # an article asks for the same names again and again
def name_key(name: str) -> tuple[str, ...]:
    """A name's folded tokens, by which names are compared: case, diacritics and punctuation do not count."""
    return tuple(fold(name))


def known(name: str) -> KnownName | None:
    """Who or what goes by a name."""
    return _table().get(name_key(name))


def entity_id(name: str) -> str | None:
    """The id of the entity that goes by a name."""
    found = known(name)
    return found.id if found else None


def slug(name: str) -> str:
    """A name as an id: small letters, digits and hyphens (`wendy-sherman`); other scripts keep their letters."""
    plain = unicodedata.normalize("NFKD", name.casefold())
    plain = "".join(character for character in plain if not unicodedata.combining(character))
    return re.sub(r"[\W_]+", "-", plain).strip("-") or "x"


@cache
def written() -> re.Pattern[str]:
    """The names of several words, and acronyms of four letters and more, as they are written."""
    names = {
        spelling
        for _, name, aliases, _ in rows_of(TABLES / "known.tsv")
        for spelling in (name, *aliases.split("|"))
        if " " in spelling or (spelling.isupper() and len(spelling) > 3)
    }
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w'’-])(?:{longest_first})(?![\w-])")


@cache
def seats() -> dict[str, str]:
    """Houses and seats of governments (tables/metonyms.tsv), with the country whose government they are."""
    return dict(rows_of(TABLES / "metonyms.tsv"))
