"""The gazetteer: names to places, GeoNames' terms, one read-only file."""

from pathlib import Path

import pytest

from pipeline.enrich import gazetteer
from pipeline.enrich.gazetteer import country_place, lookup, near_names
from pipeline.errors import Misconfigured


def test_the_most_populous_first() -> None:
    found = lookup("paris")
    assert (found[0].country, found[0].feature_code) == ("FR", "PPLC")
    assert [known.population for known in found] == sorted((known.population for known in found), reverse=True)
    assert len(found) > 3


@pytest.mark.parametrize(
    ("name", "country"), [("SÃO PAULO", "BR"), ("sao paulo", "BR"), ("N'Djamena", "TD"), ("Kyiv", "UA")]
)
def test_case_and_diacritics_do_not_count(name: str, country: str) -> None:
    assert lookup(name)[0].country == country


def test_divisions_and_countries() -> None:
    texas = next(known for known in lookup("Texas") if known.feature_code == "ADM1")
    assert (texas.country, texas.feature_class) == ("US", "A")
    kenya = country_place("KE")
    assert kenya is not None
    assert kenya.feature_code == "PCLI"
    assert -5 < kenya.lat < 5
    assert 34 < kenya.lon < 42
    assert country_place("ZZ") is None
    assert lookup("no such place anywhere") == ()


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Kiyv", "Kyiv"), ("mosow", "Moscow"), ("San Frnacisco", "San Francisco"), ("Ordesa", "Odesa"),
        ("Black See", "Black Sea"), ("Mogadisho", "Mogadishu"), ("NewYork", "New York"),
    ],
)  # fmt: skip
def test_a_name_that_is_nearly_a_place(written: str, meant: str) -> None:
    assert near_names(written)[0] == meant


@pytest.mark.parametrize("written", ["", "x", "Qzx", "Qwxzlop", "a" * 60, "a" * 4000, "\x00" * 9])
def test_a_name_that_is_not(written: str) -> None:
    assert near_names(written) == []


def test_a_missing_file_says_how_to_make_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gazetteer, "FILE", tmp_path / "none.db")
    gazetteer._database.cache_clear()
    try:
        with pytest.raises(Misconfigured, match="gazetteer_build"):
            gazetteer._database()
    finally:
        gazetteer._database.cache_clear()
