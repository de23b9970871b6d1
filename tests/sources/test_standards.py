"""CloudEvents, ninjs and web archives become articles."""

import base64
import gzip
import io
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipeline.article import Article, EnrichedArticle
from pipeline.errors import Rejected
from pipeline.searching import Result, flat
from pipeline.sources.door import Door, Refusal
from pipeline.sources.files import read_paths
from pipeline.sources.http import MAX_PAGE
from pipeline.sources.warc import read_warc

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
NINJS = {
    "uri": "https://tidewater-post.example/1",
    "standard": {"name": "ninjs", "version": "3.1"},
    "pubstatus": "usable",
    "language": "en",
    "firstcreated": "2026-11-03T08:00:00+03:00",
    "versioncreated": "2026-11-03T09:00:00+03:00",
    "headlines": [{"role": "short", "value": "Ferry"}, {"role": "main", "value": "Ferry opens"}],
    "bodies": [{"contenttype": "text/html", "value": "<p>One.</p><p>Two.</p>"}],
    "by": "Wanjiru Achebo-Lind",
    "infosources": [{"name": "Tidewater Post"}],
    "subjects": [{"name": "transport"}],
}
EVENT = {"specversion": "1.0", "type": "news", "source": "/desk", "id": "1"}


def take(data: object) -> Article:
    """The article of a value that must be taken."""
    item = Door(clock=lambda: NOW).take("in", data).item
    assert isinstance(item, Article), item
    return item


def test_ninjs() -> None:
    article = take(NINJS)
    assert (article.title, article.text, article.url) == ("Ferry opens", "One.\n\nTwo.", NINJS["uri"])
    assert (article.authors, article.source.name, article.section) == (
        ["Wanjiru Achebo-Lind"],
        "Tidewater Post",
        "transport",
    )
    assert article.published_at == datetime(2026, 11, 3, 5, tzinfo=UTC)
    assert (article.published_offset, article.published_from) == (180, "push")
    old = take({"uri": "urn:tidewater:7", "headline": "Old", "body_text": "Text.", "byline": "By Ana Ferrand-Ruiz"})
    assert (old.id, old.title, old.authors) == ("urn:tidewater:7", "Old", ["Ana Ferrand-Ruiz"])


@pytest.mark.parametrize(
    ("byline", "authors"),
    [
        ({"by": "By Nora Quill"}, ["Nora Quill"]),
        ({"byline": "By Nora Quill and Ben Trask"}, ["Nora Quill", "Ben Trask"]),
        ({"by": "Von Nora Quill, Korrespondentin"}, ["Nora Quill"]),
        ({}, []),
        ({"by": "By Ivo Pell", "contributors": [{"name": "Nora Quill"}]}, ["Nora Quill"]),
    ],
)
def test_the_byline_of_ninjs(byline: dict[str, object], authors: list[str]) -> None:
    assert take({key: value for key, value in NINJS.items() if key != "by"} | byline).authors == authors


def test_a_picture_of_ninjs_is_no_article() -> None:
    caption = {"descriptions": [{"value": "A ferry."}]}
    picture = {key: value for key, value in NINJS.items() if key != "bodies"} | caption
    refused = Door().take("in", picture | {"type": "picture"}).item
    assert isinstance(refused, Refusal)
    assert "type is picture" in refused.reason
    assert take(NINJS | {"type": "video"}).text == "One.\n\nTwo."
    described = take(picture | {"type": "text"})
    assert (described.text, described.completeness, take(NINJS).completeness) == ("A ferry.", "teaser", "full")


def test_ninjs_in_camel_case() -> None:
    names = {"pubstatus": "pubStatus", "firstcreated": "firstCreated", "versioncreated": "versionCreated"}
    camel = {names.get(name, name): value for name, value in NINJS.items()}
    assert take(camel | {"bodies": [{"contentType": "text/html", "value": "<p>One.</p><p>Two.</p>"}]}) == take(NINJS)


@pytest.mark.parametrize(
    ("authors", "read"),
    [
        ("By Nora Quill and Ben Trask", ["Nora Quill", "Ben Trask"]),
        (["By Nora Quill", "nora@harbour.example (Nora Quill)", " "], ["Nora Quill"]),
        ({"@type": "Person", "name": "Nora Quill"}, ["Nora Quill"]),
        ([{"name": "Nora Quill"}, "Ben Trask"], ["Nora Quill", "Ben Trask"]),
        ([], []),
    ],
)
def test_authors_as_people_write_them(authors: object, read: list[str]) -> None:
    assert take({"text": "x", "authors": authors}).authors == read


@pytest.mark.parametrize("authors", [7, [7], ["Nora Quill", None], [["Nora Quill"]]])
def test_authors_that_are_none_are_refused(authors: object) -> None:
    refused = Door().take("in", {"text": "x", "authors": authors}).item
    assert isinstance(refused, Refusal)
    assert "authors" in refused.reason


def test_dates_as_people_write_them() -> None:
    article = take(
        {"text": "x", "published_at": "Tue, 03 Nov 2026 08:00:00 +0300", "modified_at": "3 Nov 2026 07:00 UTC"}
    )
    assert (article.published_at, article.published_offset) == (datetime(2026, 11, 3, 5, tzinfo=UTC), 180)
    assert (article.modified_at, article.notes) == (datetime(2026, 11, 3, 7, tzinfo=UTC), [])
    odd = take({"text": "x", "published_at": "3 Nov 2026 08:00 XYZT", "notes": ["of the sender"]})
    assert (odd.published_at, len(odd.notes)) == (datetime(2026, 11, 3, tzinfo=UTC), 2)
    for unclear in ("soon", "05/04/2026"):
        refused = Door().take("in", {"text": "x", "published_at": unclear}).item
        assert isinstance(refused, Refusal)
        assert refused.reason.startswith(f"published_at: '{unclear}' is no date that can be read")


def test_what_is_embargoed_is_not_published_before() -> None:
    ahead, over = ("2126-11-03T08:00:00+01:00", "2025-11-03T08:00:00+01:00")
    held = Door().take("in", NINJS | {"embargoed": ahead}).item
    assert isinstance(held, Refusal)
    assert held.reason == f"ninjs: embargoed until {ahead}; publish it then"
    assert isinstance(Door().take("in", NINJS | {"embargoed": over}).item, Article)


@pytest.mark.parametrize("name", ["pubstatus", "pubStatus"])
def test_what_an_agency_withdraws_is_refused(name: str) -> None:
    item = (
        Door().take("in", {key: value for key, value in NINJS.items() if key != "pubstatus"} | {name: "canceled"}).item
    )
    assert isinstance(item, Refusal)
    assert "canceled" in item.reason


@pytest.mark.parametrize(
    ("beside", "note"),
    [
        ({"published": "2026-11-03", "lang": "en"}, "published, lang"),
        ({"source": {"name": "Post", "site": "x"}, 7: 1}, "7, source.site"),
        ({"n" * 60: 1, **{f"k{number}": 1 for number in range(40)}}, None),
    ],
)
def test_what_is_no_field_of_an_article_is_named(beside: dict[Any, Any], note: str | None) -> None:
    told = Door(clock=lambda: NOW).take("in", {"text": "A ferry.", "notes": ["from the desk"]} | beside)
    assert isinstance(told.item, Article)
    first, *notes = told.item.notes
    assert (first, told.notes) == ("from the desk", tuple(notes)), "the sender is told what the door says"
    bounded = ", ".join(["n" * 40, *(f"k{number}" for number in range(9))]) + " and 31 more"
    assert notes == [f"not a field of an article, and left out: {note or bounded}"]
    again = told.item.model_dump(mode="json")
    assert take(again | beside).notes == told.item.notes == take(again).notes


def test_what_geowire_gives_out_is_taken_again_without_a_word() -> None:
    article = EnrichedArticle(**take({"text": "A ferry.", "url": "https://a.example/1"}).model_dump(), enrichment="1-1")
    hit = flat(Result(article, 1.0))
    assert take(hit | {"versions": [], "why": []}).notes == []


def test_the_outlet_may_be_its_name_alone() -> None:
    article = take({"text": "A ferry.", "source": "Tidewater Post", "url": "https://tidewater-post.example/1"})
    assert article == take({"text": "A ferry.", "source": {"name": "Tidewater Post"}, "url": article.url})


def test_null_is_as_good_as_nothing() -> None:
    article = take({"text": "A ferry."} | dict.fromkeys(name for name in Article.model_fields if name != "text"))
    assert article == take({"text": "A ferry."})


def test_a_text_that_is_missing_is_named_with_what_stands_in_its_place() -> None:
    for data, reason in (
        ({"title": "Ferry", "text": None}, "no text: an article needs the field `text`"),
        ({"body": "A ferry."}, "no text: an article needs the field `text`, and these are no fields of one: body"),
        (EVENT, "CloudEvent: no data, where its article would be"),
        (EVENT | {"data": None}, "CloudEvent: no data, where its article would be"),
        ({"id": "1", "data": {"text": "A ferry."}}, "CloudEvent: no specversion, without which its data is not read"),
        (EVENT | {"data": "A ferry."}, "CloudEvent: its data is no JSON object"),
    ):
        refused = Door().take("in", data).item
        assert isinstance(refused, Refusal)
        assert refused.reason == reason


def test_cloudevents() -> None:
    assert take(EVENT | {"data": {"text": "A ferry.", "id": "a"}}).id == "a"
    assert take(EVENT | {"data": NINJS}).title == "Ferry opens"
    coded = base64.b64encode(b'{"text": "A ferry."}').decode()
    assert take(EVENT | {"data_base64": coded}).text == "A ferry."
    for wrong in ({"data_base64": "%"}, {"data_base64": "YQ=="}, {"data": None, "data_base64": 1}, {"data": "text"}):
        assert isinstance(Door().take("in", EVENT | wrong).item, Refusal)


def record(url: str, status: str, kind: str, body: str) -> bytes:
    """A response as a WARC file keeps it."""
    answer = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\n\r\n{body}".encode()
    head = f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-03T05:00:00Z\r\n"
    head += f"Content-Type: application/http; msgtype=response\r\nContent-Length: {len(answer)}\r\n\r\n"
    return head.encode() + answer + b"\r\n\r\n"


def resource(url: str, kind: str, body: str) -> bytes:
    """A page as a WARC file keeps it that was no answer to a request."""
    head = f"WARC/1.0\r\nWARC-Type: resource\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-11-03T05:00:00Z\r\n"
    head += f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    return f"{head}{body}\r\n\r\n".encode()


def test_a_web_archive(tmp_path: Path) -> None:
    text = "".join(f"<p>Paragraph {n} of the report tells about the ferry in Mombasa.</p>" for n in range(6))
    page = f"<html><head><title>Ferry opens in Mombasa</title></head><body><article>{text}</article></body></html>"
    records = b"".join(
        record(*each)
        for each in (
            ("https://a.example/1", "200 OK", "text/html; charset=utf-8", page),
            ("https://a.example/2", "200 OK", "text/html", "<html></html>"),
            ("https://a.example/3", "404 Not Found", "text/html", page),
            ("https://a.example/4", "200 OK", "image/png", "x"),
        )
    )
    (tmp_path / "news.warc").write_bytes(records)
    (tmp_path / "packed.warc.gz").write_bytes(gzip.compress(records))
    (tmp_path / "broken.warc").write_bytes(b"no archive")
    door = Door(clock=lambda: NOW)
    broken, first, second, *packed = (each.item for each in read_paths([str(tmp_path)], door))
    assert isinstance(first, Article)
    assert (first.url, first.title) == ("https://a.example/1", "Ferry opens in Mombasa")
    assert first.fetched_at == datetime(2026, 11, 3, 5, tzinfo=UTC)
    assert isinstance(second, Refusal)
    assert isinstance(broken, Refusal)
    assert [type(item) for item in packed] == [Article, Refusal]
    assert door.passed_over == {"answers of status 404": 2, "image/png records": 2}


def test_a_page_that_no_parser_can_take_ends_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise ValueError("unforeseen")

    monkeypatch.setattr("pipeline.sources.warc.read_page", fail)
    archive = tmp_path / "news.warc"
    archive.write_bytes(record("https://a.example/1", "200 OK", "text/html", "<p>") * 2)
    found = [each.item for each in read_paths([str(archive)], Door(clock=lambda: NOW))]
    reasons = [each.reason for each in found if isinstance(each, Refusal)]
    assert reasons == ["can't be read: ValueError: unforeseen"] * 2


def test_an_archive_that_ends_too_early_says_so(tmp_path: Path) -> None:
    text = "".join(f"<p>Paragraph {n} of the report tells about the ferry in Mombasa.</p>" for n in range(6))
    page = f"<html><body><article><h1>Ferry opens in Mombasa</h1>{text}</article></body></html>"
    records = [record(f"https://a.example/{n}", "200 OK", "text/html", page) for n in (1, 2)]
    (tmp_path / "a.warc").write_bytes(records[0] + records[1][:-200])
    (tmp_path / "b.warc.gz").write_bytes(gzip.compress(records[0]) + gzip.compress(records[1])[:-100])
    (tmp_path / "c.warc.gz").write_bytes(gzip.compress(records[0]) + b"no archive" * 99)
    found = [each.item for each in read_paths([str(tmp_path)], Door(clock=lambda: NOW))]
    assert [type(item) for item in found] == [Article, Refusal] * 3
    reasons = [item.reason for item in found if isinstance(item, Refusal)]
    assert "too early" in reasons[0]
    assert "https://a.example/2" in reasons[0]
    assert "too early" in reasons[1]
    assert "not a readable" in reasons[2]


def test_wherever_an_archive_is_cut_one_line_says_so() -> None:
    """In the head of a record, in that of its answer, in a record that is passed over, in a page."""
    first = record("https://a.example/1", "200 OK", "image/png", "x" * 50)
    whole = first + record("https://a.example/2", "200 OK", "text/html", "<p>" * 100)
    blank_lines = {match.end() for match in re.finditer(b"\r\n\r\n", whole)}  # a record may end there
    for cut in set(range(1, len(whole) - 4)) - blank_lines:
        with pytest.raises(Rejected, match=r"too early|not a readable"):
            list(read_warc(io.BytesIO(whole[:cut]), lambda _: None))


def test_a_record_of_an_archive_is_bounded_as_it_was_sent(tmp_path: Path) -> None:
    """A few compressed bytes may be a chunk of gigabytes, or stand behind the end of a page."""
    body = "0\r\n\r\n" + "\0" * (MAX_PAGE + 1)
    sent = record("https://a.example/1", "200 OK", "text/html\r\nTransfer-Encoding: chunked", body)
    endless = sent[: sent.index(b"Content-Length")] + b"\r\nHTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>x"
    (tmp_path / "news.warc.gz").write_bytes(gzip.compress(sent) + gzip.compress(endless))
    large, unmeasured = (each.item for each in read_paths([str(tmp_path)], Door(clock=lambda: NOW)))
    assert isinstance(large, Refusal)
    assert "larger than" in large.reason
    assert isinstance(unmeasured, Refusal)
    assert "how long" in unmeasured.reason


def test_pages_of_an_archive_that_stand_without_an_answer_around_them(tmp_path: Path) -> None:
    page = "<html><body><article><h1>Ferry opens in Mombasa</h1>" + "<p>It leaves at eight from the old quay.</p>" * 9
    (tmp_path / "kept.warc").write_bytes(
        resource("https://a.example/1", "text/html", page) + resource("https://a.example/2", "image/png", "x")
    )
    door = Door(clock=lambda: NOW)
    (found,) = (each.item for each in read_paths([str(tmp_path)], door))
    assert isinstance(found, Article)
    assert (found.url, found.title) == ("https://a.example/1", "Ferry opens in Mombasa")
    assert door.passed_over == {"image/png records": 1}
