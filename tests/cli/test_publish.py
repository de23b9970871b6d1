"""`geowire publish`: what goes in, what is refused, and what a dry run prints."""

import json
import signal
from pathlib import Path

import pytest

from pipeline.article import Article
from tests.e2e.site import SEEDS, Site

pytestmark = pytest.mark.slow

LINES = b'{"id": "one", "text": "Fine."}\n{"id": "two", "text": ""}\nbroken\n{"text": "Fine too."}\n'


def test_results_stand_in_the_order_of_the_input(site: Site) -> None:
    done = site.run("publish", "-", "--json", stdin=LINES)
    assert done.returncode == 1
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["outcome"] for result in results] == ["pending", "rejected", "rejected", "pending"]
    assert [result["id"] for result in results][:3] == ["one", "two", None]
    assert all(result["reason"] for result in results[1:3])
    assert results[0]["position"].startswith("articles/")
    status = site.json("status", "--json")
    assert (status["inputs"], status["pending"], status["outcomes"]["rejected"], status["adds_up"]) == (4, 2, 2, True)


def test_for_people_it_names_what_was_refused(site: Site) -> None:
    done = site.run("publish", "-", stdin=LINES)
    assert b"2 published, 2 rejected" in done.stdout
    assert b"standard input:2: no text" in done.stderr


def test_for_people_it_names_what_was_left_out_once(site: Site) -> None:
    lines = b'{"text": "One.", "published": 1}\n{"text": "Two.", "published": 1}\n{"text": "Three."}'
    done = site.run("publish", "-", stdin=lines)
    assert b"noted of 2 articles: not a field of an article, and left out: published\n" in done.stderr


def test_what_was_refused_is_listed_with_its_place_and_reason(site: Site) -> None:
    site.run("publish", "-", "--source", "Tidewater Post", stdin=LINES)
    listed = site.json("status", "--refused", "--json")
    assert {(row["origin"], row["outcome"]) for row in listed} == {
        ("standard input:2", "rejected"),
        ("standard input:3", "rejected"),
    }
    table = site.run("status", "--refused", "--size", "1").stdout.decode()
    assert "standard input:" in table
    assert len(table.splitlines()) == 2
    assert site.json("status", "--refused", "--source", "nobody", "--json") == []
    assert b"status --refused" in site.run("status").stderr
    assert site.run("status", "--source", "nobody").returncode == 2


def test_a_dry_run_prints_articles_and_publishes_nothing(site: Site) -> None:
    done = site.run("publish", str(SEEDS), "--dry-run")
    assert done.returncode == 0, done.stderr
    articles = [Article.model_validate_json(line) for line in done.stdout.splitlines()]
    assert len(articles) >= 60
    assert all(article.id and article.fetched_at for article in articles)
    refused = site.run("publish", "-", "--dry-run", stdin=LINES)
    assert refused.returncode == 1
    assert json.loads(refused.stdout.splitlines()[1])["outcome"] == "rejected"
    assert not Path(site.env["GEOWIRE_DATA"]).exists()


def test_what_the_caller_says(site: Site) -> None:
    options = ["--published-at", "2026-11-03T08:00:00+03:00", "--source", "Tidewater Post", "--lang", "en"]
    done = site.run("publish", "-", "--dry-run", *options, "--url", "https://a.example/1", stdin=b"Title\nText")
    article = json.loads(done.stdout)
    assert article["published_at"] == "2026-11-03T05:00:00Z"
    assert (article["published_offset"], article["published_from"]) == (180, "push")
    assert (article["source"]["name"], article["language"], article["url"]) == (
        "Tidewater Post",
        "en",
        "https://a.example/1",
    )
    wrong = site.run("publish", "-", "--dry-run", "--published-at", "last week", stdin=b"x")
    assert wrong.returncode == 2
    assert b"ISO 8601" in wrong.stderr


def test_what_is_no_article_is_passed_over_and_counted(site: Site, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    folder.mkdir()
    (folder / "a.png").write_bytes(b"\x89PNG")
    done = site.run("publish", str(folder))
    assert done.returncode == 0
    assert b"0 published, 0 rejected" in done.stdout
    assert b"nothing there that is read" in done.stderr
    assert b"passed over as no articles: .png files (1)" in done.stderr


def test_a_path_that_is_not_there(site: Site) -> None:
    done = site.run("publish", "nowhere.ndjson")
    assert done.returncode == 1
    assert b"nowhere.ndjson" in done.stderr
    assert b"Traceback" not in done.stderr


def test_an_article_with_too_much_beside_its_text_is_rejected(site: Site) -> None:
    line = json.dumps({"text": "x", "notes": ["n" * 400] * 25_000}).encode()
    done = site.run("publish", "-", "--json", stdin=line)
    assert done.returncode == 1
    assert "too large" in json.loads(done.stdout)["reason"]


def test_an_interrupted_publication_goes_on_where_it_was(site: Site, tmp_path: Path) -> None:
    lines = "".join(f'{{"id": "a{number}", "text": "Text {number}."}}\n' for number in range(3000))
    path = tmp_path / "many.ndjson"
    path.write_text(lines)
    first = site.start("publish", str(path), "--json")
    assert first.stdout is not None
    for _ in range(250):
        first.stdout.readline()
    first.send_signal(signal.SIGINT)
    first.communicate(timeout=60)
    assert first.returncode == 130
    done = site.run("publish", str(path), "--resume")
    assert done.returncode == 0
    assert b"going on after them" in done.stderr
    assert site.status().published == 3000, "nothing lost, nothing twice"
    again = site.run("publish", str(path), "--resume", "--json")
    assert (again.returncode, again.stdout) == (0, b"")
    assert b"nothing is left" in again.stderr
    assert b"changed" not in again.stderr


def test_resume_takes_what_is_new_behind_what_was_published(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "log.ndjson"
    path.write_bytes(LINES)
    assert site.run("publish", str(path)).returncode == 1
    path.write_bytes(LINES + b'{"id": "five", "text": "New."}\n')
    grown = site.run("publish", str(path), "--resume", "--json")
    assert [json.loads(line)["id"] for line in grown.stdout.splitlines()] == ["five"]
    assert b"changed" not in grown.stderr
    path.write_bytes(
        b'{"id": "one", "text": "Other."}\n' + path.read_bytes().partition(b"\n")[2] + b'{"text": "Six."}\n'
    )
    changed = site.run("publish", str(path), "--resume")
    assert b"1 published" in changed.stdout
    assert b"5 inputs were published before; going on after them" in changed.stderr
    assert b"some of them have changed since" in changed.stderr
    assert b"nothing is left" in site.run("publish", str(path), "--resume").stderr
    assert b"4 published, 2 rejected" in site.run("publish", str(path)).stdout
    assert site.status().published == 2 + 1 + 1 + 4


def test_the_next_stream_on_standard_input_is_another_one(site: Site) -> None:
    for _ in range(2):
        done = site.run("publish", "-", "--resume", stdin=b'{"text": "A line."}\n')
        assert b"1 published" in done.stdout, done.stderr
