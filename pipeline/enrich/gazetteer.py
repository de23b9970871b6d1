"""The gazetteer: which places go by a name. One read-only SQLite file, mapped into memory that processes share."""

import sqlite3
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from string import ascii_lowercase

from pipeline.enrich import TABLES
from pipeline.errors import Misconfigured
from pipeline.tables import rows_of
from pipeline.text import fold

FILE = Path(__file__).parent / "data" / "gazetteer.db"
LONGEST_NAME = 60  # letters of a name whose spellings are looked up: 54 for each of them
MAPPED = 256 * 1024 * 1024  # bytes; more than the file has


@dataclass(frozen=True, slots=True)
class Known:
    """One place of the gazetteer; the terms are GeoNames'. A region of our own table has a negative id, or none."""

    number: int
    name: str
    lat: float
    lon: float
    country: str
    admin1: str | None
    feature_class: str
    feature_code: str
    population: int

    @property
    def geonames_id(self) -> int | None:
        """GeoNames' id, where the place has one."""
        return self.number if self.number > 0 else None

    @property
    def is_region(self) -> bool:
        """Whether it is of our own table: a region, water, mountain, island, base, well-known division."""
        return self.population < 0


@cache
def _database() -> sqlite3.Connection:
    if not FILE.is_file():
        raise Misconfigured(f"the gazetteer {FILE} is missing; run: python -m pipeline.enrich.gazetteer_build")
    database = sqlite3.connect(f"file:{FILE}?mode=ro&immutable=1", uri=True, check_same_thread=False)
    database.execute(f"pragma mmap_size = {MAPPED}")
    return database


@lru_cache(maxsize=20_000)
def lookup(name: str) -> tuple[Known, ...]:
    """The places that go by a name, the most populous first; case, diacritics and punctuation do not count."""
    sql = "select p.* from name n join place p on p.id = n.place where n.name = ? order by p.population desc, p.id"
    return tuple(Known(*row) for row in _database().execute(sql, (" ".join(fold(name)),)))


def near_names(name: str, *, most: int = 3) -> list[str]:
    """Places that are written nearly as a name: with one letter more, less or another, or two that changed places.

    The most populous come first; those that are written so by another name than their own only where there are no
    others. Every such spelling is looked up (P. Norvig, How to Write a Spelling Corrector, 2007), for it takes seconds
    to compare half a million names.
    """
    written = " ".join(fold(name))
    if not 4 <= len(written) <= LONGEST_NAME:
        return []
    spellings = _spellings(written)
    marks = ",".join("?" * len(spellings))
    sql = f"select p.name from name n join place p on p.id = n.place where n.name in ({marks})"  # noqa: S608  # marks
    rows = _database().execute(f"{sql} group by p.name order by max(p.population) desc, p.name", list(spellings))
    names = [row[0] for row in rows]
    own = [each for each in names if " ".join(fold(each)) in spellings]
    return (own or names)[:most]


def _spellings(word: str) -> set[str]:
    """Every word that is one mistake away from another."""
    cuts = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    found = {before + after[1:] for before, after in cuts if after}
    found |= {before + after[1] + after[0] + after[2:] for before, after in cuts if len(after) > 1}
    for letter in f"{ascii_lowercase} ":
        found |= {before + letter + after for before, after in cuts}
        found |= {before + letter + after[1:] for before, after in cuts if after}
    return found - {word}


@cache
def names_of_regions() -> frozenset[str]:
    """The names, as written, of regions, seas and the like, and of the divisions that news knows."""
    regions = {name for names, *_ in rows_of(TABLES / "regions.tsv") for name in names.split("|")}
    divisions = {name for code, name, *_ in rows_of(TABLES / "admin1.tsv") if code[:2] in ("US", "CA", "AU", "IN")}
    return frozenset(regions | divisions)


def country_place(code: str) -> Known | None:
    """A country as a place, with its label point."""
    return _countries().get(code)


@cache
def _countries() -> dict[str, Known]:
    """All countries by code: one look through the table, which has no index for them."""
    rows = [Known(*row) for row in _database().execute("select * from place where feature_code = 'PCLI'")]
    return {known.country: known for known in rows}
