"""Persons and organisations known by name (tables/known.tsv): one id across articles, whatever spelling is used."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from pipeline.article import EntityType
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
    lines = (Path(__file__).parent / "tables" / "known.tsv").read_text(encoding="utf-8").splitlines()
    found: dict[tuple[str, ...], KnownName] = {}
    for line in lines:
        if line and not line.startswith("#"):
            kind, name, aliases, country = line.split("\t")
            known = KnownName("PERSON" if kind == "PERSON" else "ORG", name, None if country == "-" else country)
            for spelling in (name, *(aliases.split("|") if aliases != "-" else [])):
                found.setdefault(name_key(spelling), known)
    return found


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
    lines = (Path(__file__).parent / "tables" / "known.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    names = {
        name
        for row in rows
        for name in (row[1], *row[2].split("|"))
        if " " in name or (name.isupper() and len(name) > 3)
    }
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![\w'’-])(?:{longest_first})(?![\w-])")


@cache
def seats() -> dict[str, str]:
    """Houses and seats of governments (tables/metonyms.tsv), with the country whose government they are."""
    lines = (Path(__file__).parent / "tables" / "metonyms.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return dict(rows)
