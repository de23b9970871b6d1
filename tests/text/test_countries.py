"""The table of countries: complete, unambiguous, and found by what people write."""

import pytest

from pipeline.countries import _key, by_code, code_of, countries, near_names


def test_every_code_is_there_once() -> None:
    codes = [country.code for country in countries()]
    assert len(codes) == len(set(codes)) == 250
    assert len({country.alpha3 for country in countries()}) == 250
    assert codes == sorted(codes)


def test_a_name_means_one_country() -> None:
    owners: dict[tuple[str, ...], set[str]] = {}
    for country in countries():
        for name in (country.alpha3, country.name, *country.aliases):
            assert _key(name), name
            owners.setdefault(_key(name), set()).add(country.code)
            assert code_of(name) == country.code
    assert {name: codes for name, codes in owners.items() if len(codes) > 1} == {}


def test_no_name_hides_a_code() -> None:
    """A name of two letters that is another country's code would never be found."""
    codes = {country.code for country in countries()}
    for country in countries():
        for name in country.aliases:
            key = "".join(_key(name)).upper()
            assert key not in codes or key == country.code, name


def test_cells_are_clean() -> None:
    for country in countries():
        for cell in (country.name, *country.aliases, *country.capitals, *country.demonyms):
            assert cell, country.code
            assert cell == cell.strip()
        assert len(set(country.aliases)) == len(country.aliases)
        assert len(set(country.demonyms)) == len(country.demonyms)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("UA", "UA"),
        ("ua", "UA"),
        ("UKR", "UA"),
        ("Ukraine", "UA"),
        ("the UK", "GB"),
        ("U.S.", "US"),
        ("america", "US"),
        ("Trinidad & Tobago", "TT"),
        ("St Lucia", "LC"),
        ("CURACAO", "CW"),
        ("South Korea", "KR"),
        ("Guinea", "GN"),
        ("Equatorial Guinea", "GQ"),
        ("Niger", "NE"),
        ("Kosovo", "XK"),
        ("Palestinian territories", "PS"),
        ("Russian", None),
        ("EU", None),
        ("", None),
        ("the", None),
    ],
)
def test_code_of(name: str, code: str | None) -> None:
    assert code_of(name) == code


def test_by_code() -> None:
    country = by_code("ua")
    assert country is not None
    assert (country.name, country.capitals, country.demonyms) == ("Ukraine", ("Kyiv", "Kiev"), ("Ukrainian",))
    assert by_code("EU") is None


def test_near_names() -> None:
    assert near_names("Germny")[0] == "Germany"
    assert near_names("Dutch")[0] == "Netherlands"
    assert near_names("Congolese")[:2] == ["Democratic Republic of the Congo", "Republic of the Congo"]
    assert near_names("xyzzy") == []
