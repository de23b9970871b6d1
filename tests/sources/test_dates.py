"""Dates as they are written: read with their zone and the half of the day, in part with a note, or not at all."""

import pytest

from pipeline.sources.dates import date_in_url, moment, unread


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-03T08:00:00Z", "2026-11-03T08:00:00+00:00"),
        ("2026-11-03 08:00:00 +0300", "2026-11-03T08:00:00+03:00"),
        ("2026-11-03 08:00 UTC", "2026-11-03T08:00:00+00:00"),
        ("2026-11-03 08:00:00.25 UTC", "2026-11-03T08:00:00.250000+00:00"),
        ("2026-11-03", "2026-11-03T00:00:00"),
        # e-mail, of RFC 5322 and of its elders
        ("Tue, 03 Nov 2026 08:00:00 +0300", "2026-11-03T08:00:00+03:00"),
        ("Tue, 03 Nov 2026 08:00:00 +03:00", "2026-11-03T08:00:00+03:00"),
        ("Tue, 3 Nov 2026 08:00 GMT", "2026-11-03T08:00:00+00:00"),
        ("Tue, 03 Nov 2026 08:00:00 +0000 (GMT)", "2026-11-03T08:00:00+00:00"),
        ("Tue, 03 Nov 2026 08:00:00 -0000", "2026-11-03T08:00:00"),  # in UTC, of a zone that is not told
        ("Tuesday, 03-Nov-26 08:00:00 GMT", "2026-11-03T08:00:00+00:00"),
        ("Tue Nov  3 08:00:00 2026", "2026-11-03T08:00:00"),
        ("Tue Nov 03 08:00:00 +0100 2026", "2026-11-03T08:00:00+01:00"),
        ("Tue Nov 03 2026 08:00:00 GMT+0300 (Moscow Standard Time)", "2026-11-03T08:00:00+03:00"),
        ("Die, 03 Nov 2026 08:00:00 +0100", "2026-11-03T08:00:00+01:00"),
        # zones
        ("Tue, 03 Nov 2026 08:00:00 EST", "2026-11-03T08:00:00-05:00"),
        ("Tue, 03 Nov 2026 08:00:00 CET", "2026-11-03T08:00:00+01:00"),
        ("Tue, 03 Nov 2026 08:00:00 UTC+3", "2026-11-03T08:00:00+03:00"),
        ("Tue, 03 Nov 2026 08:00:00 GMT+5:30", "2026-11-03T08:00:00+05:30"),
        ("Tue, 03 Nov 2026 08:00:00 PKT", "2026-11-03T08:00:00+05:00"),
        ("Tue, 03 Nov 2026 08:00:00 NZDT", "2026-11-03T08:00:00+13:00"),
        ("2026-11-03 14:07 ET", "2026-11-03T14:07:00-05:00"),
        ("2026-07-03 14:07 ET", "2026-07-03T14:07:00-04:00"),
        ("2026-11-01 01:30 ET", "2026-11-01"),  # an hour that comes twice
        # the half of the day
        ("November 3, 2026 2:07 PM", "2026-11-03T14:07:00"),
        ("Tuesday, November 3, 2026 12:30 AM", "2026-11-03T00:30:00"),
        ("Nov 3, 2026 10:00 AM EST", "2026-11-03T10:00:00-05:00"),
        ("3 Nov 2026 2 p.m. EST", "2026-11-03T14:00:00-05:00"),
        ("2026-11-03 오후 3:00:00", "2026-11-03T15:00:00"),
        # the time first, other orders
        ("14:07, 3 November 2026", "2026-11-03T14:07:00"),
        ("2:07 PM EST, Tue November 3, 2026", "2026-11-03T14:07:00-05:00"),
        ("2026/11/03 08:00:00", "2026-11-03T08:00:00"),
        ("2026年11月3日 08:00", "2026-11-03T08:00:00"),
        ("2026-november-03., 08:00:00", "2026-11-03T08:00:00"),
        ("03.11.2026 08:00", "2026-11-03T08:00:00"),
        ("Tue, 01 Sept 2026 10:00:00 GMT", "2026-09-01T10:00:00+00:00"),
        ("20/11/2026 14:07", "2026-11-20T14:07:00"),
        ("20-11-2026", "2026-11-20T00:00:00"),
        ("11/20/2026 2:07:00 PM", "2026-11-20T14:07:00"),
        ("05/05/2026", "2026-05-05T00:00:00"),
        ("2026-11-03T24:00:00Z", "2026-11-04T00:00:00+00:00"),
        ("Tue, 03 Nov 2026 24:07:00 +0100", "2026-11-03"),
        ("9999-12-31 24:00", "9999-12-31"),
        ("2026-11-03 14:07 МСК", "2026-11-03T14:07:00+03:00"),
        # months of other languages, where none is told
        ("Do, 10 Dez 2026 10:00:00 +0100", "2026-12-10T10:00:00+01:00"),
        ("Lun, 05 Ene 2026 10:00:00 +0100", "2026-01-05T10:00:00+01:00"),
        ("lun., 05 janv. 2026 10:00:00 +0100", "2026-01-05T10:00:00+01:00"),
        ("mar., 06 janv. 2026 10:00:00 +0100", "2026-01-06T10:00:00+01:00"),
        ("Mon, 04 Mai 2026 10:00:00 +0200", "2026-05-04T10:00:00+02:00"),
        ("ma, 02 mrt 2026 10:00:00 +0100", "2026-03-02T10:00:00+01:00"),
        ("Mon, 02 Fev 2026 10:00:00 -0300", "2026-02-02T10:00:00-03:00"),
        ("20 ноября 2026 14:07", "2026-11-20T14:07:00"),
        ("20 Kasım 2026 14:07", "2026-11-20T14:07:00"),
        ("20 Νοεμβρίου 2026 14:07", "2026-11-20T14:07:00"),
        ("20 de noviembre de 2026 14:07", "2026-11-20T14:07:00"),
        ("20 listopada 2026 14:07", None),  # in Polish November, in Croatian October
        # zones that are none, or not known
        ("Tue, 03 Nov 2026 08:00:00 XYZT", "2026-11-03"),
        ("Tue, 03 Nov 2026 08:00:00 +2500", "2026-11-03"),
        ("Tue, 03 Nov 2026 08:00:00 of the harbour", "2026-11-03"),
        # no dates
        ("Tue, 31 Feb 2026 08:00:00 GMT", None),
        ("Tue, 03 Nov 2026 25:00:00 GMT", None),
        ("3 Nov 2026 - 5 Nov 2026", None),
        ("Updated 3 Nov 2026", None),
        ("3 Nov 2026 in the harbour", None),
        ("03/11/2026", None),
        ("20/13/2026", None),
        ("2026-11", None),
        ("2026-W47", None),
        ("202611", None),
        ("1970-01-01T00:00:00Z", None),
        ("0000-00-00", None),
        ("yesterday", None),
        ("3 Nov 2026 " * 20_000, None),
        ("", None),
        (None, None),
    ],
)
def test_dates(written: str | None, read: str | None) -> None:
    assert moment(written) == read


def test_months_and_halves_of_the_day_in_a_language() -> None:
    assert moment("3 Okt 2026 08:00 MESZ", "de-DE") == "2026-10-03T08:00:00+02:00"
    assert moment("3 Νοε 2026 3:00 μ.μ.", "el") == "2026-11-03T15:00:00"
    assert moment("20 listopada 2026", "pl") == "2026-11-20T00:00:00"
    assert moment("20 listopada 2026", "hr") == "2026-10-20T00:00:00"
    assert moment("20 בנובמבר 2026, 14:07", "he") == "2026-11-20T14:07:00"
    assert moment("20 november 2026 om 14:07", "nl") == "2026-11-20T14:07:00"
    assert moment("03/11/2026", "fr") is None  # programs write the month first in any language


def test_what_is_not_read_or_only_in_part_is_noted() -> None:
    written = {"a": "soon", "b": "2026-11-03 08:00 XYZT", "c": "2026-11-03 08:00 CET", "d": ""}
    dropped, in_part = unread(**{name: (text, moment(text)) for name, text in written.items()})
    assert dropped == 'a "soon" is no date that can be read, or before 1990, and was dropped'
    assert in_part == 'b "2026-11-03 08:00 XYZT" has a time, or a time zone, that is not known: only its day was kept'


def test_dates_in_addresses() -> None:
    assert date_in_url("https://a.example/2026/11/03/ferry") == "2026-11-03"
    assert date_in_url("https://a.example/news/20261103-ferry.html") == "2026-11-03"
    assert date_in_url("https://a.example/2026/13/03/ferry") is None
    assert date_in_url("https://a.example/article/12345678") is None
