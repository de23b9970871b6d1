"""`geowire search` and `geowire show`."""

import csv
import io
import json

import pytest

from tests.e2e.site import Site

pytestmark = pytest.mark.slow


def test_hits_in_every_format(archive: Site) -> None:
    found = archive.json("search", "ferry", "--json")
    assert found["total"] == 2
    assert {hit["id"] for hit in found["hits"]} == {"a1", "a2"}
    assert all(hit["score"] > 0 and hit["highlights"] and "erry" in hit["snippet"] for hit in found["hits"])
    lines = archive.run("search", "ferry", "--ndjson").stdout.splitlines()
    assert [json.loads(line)["id"] for line in lines] == [hit["id"] for hit in found["hits"]]
    rows = list(csv.reader(io.StringIO(archive.run("search", "ferry", "--format", "csv").stdout.decode())))
    assert rows[0][:2] == ["id", "title"]
    assert len(rows) == 3
    table = archive.run("search", "ferry").stdout.decode()
    assert "Ferry line opens" in table
    assert table.rstrip().endswith("2 articles")


def test_strangers_text_does_not_reach_terminal_or_spreadsheet(archive: Site) -> None:
    table = archive.run("search", "strike").stdout
    assert b"\x1b" not in table
    assert "\u202e".encode() not in table
    rows = list(csv.reader(io.StringIO(archive.run("search", "strike", "--format", "csv").stdout.decode())))
    assert "'=cmd()" in rows[1]


def test_order_and_size(archive: Site) -> None:
    newest = archive.json("search", "", "--json", "--sort", "oldest", "--size", "1")
    assert newest["total"] == 3
    assert [hit["id"] for hit in newest["hits"]] == ["a3"]
    assert archive.json("search", "country:KE", "--json", "--size", "0")["hits"] == []


def test_a_query_may_begin_with_what_it_excludes(archive: Site) -> None:
    assert archive.json("search", "-ferry", "--json")["total"] == 1
    misspelt = archive.run("search", "--jsno")
    assert misspelt.returncode == 2
    assert b"no option --jsno" in misspelt.stderr
    assert b"no option --formt" in archive.run("search", "--formt", "csv", "ferry").stderr


def test_a_query_without_quotes_is_not_guessed_at(archive: Site) -> None:
    several = archive.run("search", "ferry", "country:KE")
    assert several.returncode == 2
    assert b"one argument, in quotes" in several.stderr


def test_facts_are_explained_for_people_and_for_programs(archive: Site) -> None:
    assert archive.json("explain", "a1", "--json") == {
        "id": "a1",
        "title": "Ferry line opens",
        "facts": [{"kind": "country", "name": "KE", "why": "weight 1.00, by place"}],
    }
    assert "country  KE  weight 1.00, by place" in archive.run("explain", "a1").stdout.decode()
    assert archive.run("explain", "nobody", "--json").returncode == 1


def test_counts_instead_of_results(archive: Site) -> None:
    counts = archive.json("search", "", "--facets", "--json")
    assert counts["total"] == 3
    assert counts["facets"]["country"] == [{"value": "KE", "count": 3}]
    assert [one["start"] for one in counts["timeline"]["moments"] if one["count"]] == [
        "2026-11-01T08:00Z",
        "2026-11-03T08:00Z",
    ]
    lines = archive.run("search", "ferry", "--facets").stdout.decode().splitlines()
    assert lines[0] == "2 articles"
    assert any(line.split() == ["country:", "KE", "2"] for line in lines)
    nothing = archive.run("search", "ferry walrus", "--facets").stdout.decode()
    assert nothing == "0 articles\n  2 without `walrus`\n"
    assert archive.run("search", "", "--facets", "--format", "csv").returncode == 2


def test_a_wrong_query_is_shown_with_its_place(archive: Site) -> None:
    done = archive.run("search", "ferry AND (strike")
    assert done.returncode == 2
    shown = done.stderr.decode()
    assert "ferry AND (strike" in shown
    assert shown.splitlines()[2].index("^") >= 2
    assert "Traceback" not in shown
    assert archive.run("search", "persn:x").returncode == 2
    assert archive.run("search", "x", "--size", "2000").returncode == 2
    assert archive.run("search", "x", "--format", "yaml").returncode == 2


def test_nothing_found_is_no_failure(archive: Site, site: Site) -> None:
    done = archive.run("search", "walrus")
    assert (done.returncode, done.stdout) == (0, b"0 articles\n  nothing has `walrus`\n")
    empty = site.run("search", "walrus")
    assert empty.returncode == 0
    assert b"geowire demo" in empty.stderr


def test_show(archive: Site) -> None:
    text = archive.run("show", "a1", "--versions").stdout.decode()
    assert "It is blue." in text
    assert text.splitlines()[1] == "Nora Quill, Ben Trask · 2026-11-03 08:00 UTC · en · no URL"
    assert "Ferry line expected" in text
    shown = archive.json("show", "a1", "--versions", "--json")
    assert shown["text"] == "A ferry line opened.\nIt is blue."
    assert [version["title"] for version in shown["versions"]] == ["Ferry line expected"]
    missing = archive.run("show", "nothing")
    assert missing.returncode == 1
    assert b"geowire search" in missing.stderr
