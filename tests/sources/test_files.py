"""Files, folders and streams become inputs, each taken or refused in its place."""

import gzip
import io
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from pipeline.article import Article
from pipeline.errors import GeowireError
from pipeline.sources import files
from pipeline.sources.door import Defaults, Door, Input, Refusal
from pipeline.sources.files import read_file, read_paths, read_stream
from tests.sources.misbehaving import item, rss

SEEDS = Path(__file__).parents[2] / "seeds"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def door(**defaults: object) -> Door:
    """A door at a fixed moment."""
    return Door(Defaults(**defaults), clock=lambda: NOW)  # type: ignore[arg-type]  # the tests give what fits


def read(raw: bytes, **defaults: object) -> list[Input]:
    """What standard input gives."""
    return list(read_stream(io.BytesIO(raw), "in", door(**defaults)))


def article(each: Input) -> Article:
    """The article of an input that must have been taken."""
    assert isinstance(each.item, Article), each
    return each.item


def reason(each: Input) -> str:
    """Why an input was refused, which it must have been."""
    assert isinstance(each.item, Refusal), each
    return each.item.reason


def test_text_has_its_title_in_the_first_line() -> None:
    found = article(read(b"\xef\xbb\xbfFerry opens\n\nIt opened on Tuesday.\nIt is blue.\n")[0])
    assert (found.title, found.text) == ("Ferry opens", "It opened on Tuesday.\nIt is blue.")
    only = article(read("Only one línea".encode())[0])
    assert (only.title, only.text) == ("", "Only one línea")


@pytest.mark.parametrize(
    ("raw", "texts"),
    [
        (b'{"text": "a"}\n\n{"text": "b"}\n', ["a", "b"]),
        (b'{"text": "a"}', ["a"]),
        (b'{\n "text": "a"\n}\n', ["a"]),
        (b'[{"text": "a"},\n {"text": "b"}]', ["a", "b"]),
        (b'\n\n{"text": "a"}\n{"text": "b"}', ["a", "b"]),
        (b'{"text": "a\\nb"}\r\n{"text": "c"}\r\n', ["a\nb", "c"]),
    ],
)
def test_json_is_told_by_its_beginning(raw: bytes, texts: list[str]) -> None:
    assert [article(each).text for each in read(raw)] == texts


def test_a_broken_line_is_refused_in_its_place() -> None:
    found = read(
        b'{"text": "a"}\n{"text": \n{"id": "mine", "text": "", "source": {"name": "Post"}}\n[1]\n{"text": "b"}'
    )
    assert [isinstance(each.item, Article) for each in found] == [True, False, False, False, True]
    assert [each.origin for each in found] == [f"in:{number}" for number in range(1, 6)]
    assert "not JSON" in reason(found[1])
    refused = found[2].item
    assert isinstance(refused, Refusal)
    assert (refused.id, refused.source, refused.reason) == ("mine", "Post", "no text")
    assert "object" in reason(found[3])


def test_another_charset_is_named() -> None:
    assert "JSON is UTF-8" in reason(read('{"text": "Cafè"}\n{"text": "b"}\n'.encode("latin-1"))[0])


@pytest.mark.parametrize("charset", ["utf-8-sig", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    ("name", "raw"), [("a.txt", "Fähre\r\n\nSie fährt.\n"), ("a.json", '{"title": "Fähre", "text": "Sie fährt."}')]
)
def test_a_byte_order_mark_tells_the_charset(name: str, raw: str, charset: str, tmp_path: Path) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(charset, b"")
    (tmp_path / name).write_bytes(mark + raw.encode(charset))
    for found in ([*read_paths([str(tmp_path)], Door())], read(mark + raw.encode(charset))):
        assert [(article(each).title, article(each).text) for each in found] == [("Fähre", "Sie fährt.")]


def test_a_text_in_no_known_charset_says_what_to_do() -> None:
    for raw in ("Fähre".encode("latin-1"), "Fähre".encode("utf-16-le"), b"\xff\xfea"):
        assert reason(read(raw)[0]).startswith(("not UTF-8 text: save it as UTF-8 (", "a NUL character"))


def test_a_broken_first_line_does_not_take_the_others_with_it() -> None:
    found = read(b'{"text": oops}\n{"text": "b"}\n')
    assert "not JSON" in reason(found[0])
    assert article(found[1]).text == "b"


def test_nor_does_it_in_a_file_of_any_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 200)
    found = read(b'{"text": oops}\n\n' + b'{"text": "b"}\n' * 50)
    assert len(found) == 51
    assert [article(each).text for each in found[1:]] == ["b"] * 50


@pytest.mark.parametrize("kind", ["rss", "json", "atom"])
def test_a_feed_is_told_by_its_beginning(kind: str) -> None:
    feeds = {
        "rss": rss(item(1), item(2)),
        "json": b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": 1, "title": "Report 1", '
        b'"content_text": "One."}, {"id": 2, "title": "Report 2", "content_text": "Two."}]}',
        "atom": b'<?xml version="1.0"?>\n<!-- of a test -->\n<feed xmlns="http://www.w3.org/2005/Atom"><title>Post</title>'
        b"<entry><title>Report 1</title><summary>One.</summary></entry>"
        b"<entry><title>Report 2</title><summary>Two.</summary></entry></feed>",
    }
    assert [article(each).title for each in read(feeds[kind])] == ["Report 1", "Report 2"]


def test_a_byte_order_mark_is_no_part_of_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(b'\xef\xbb\xbf{"text": "a"}\n{"text": "b"}\n')
    assert [article(each).text for each in read_file(tmp_path / "a.ndjson", door())] == ["a", "b"]


def test_a_link_out_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("Title\nA secret.")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("Title\nText.")
    (folder / "b.txt").symlink_to(folder / "a.txt")
    (folder / "c.txt").symlink_to(tmp_path / "secret.txt")
    entrance = door()
    assert [article(each).text for each in read_paths([str(folder)], entrance)] == ["Text.", "Text."]
    assert entrance.passed_over == {"links that lead out of the folder": 1}


def test_a_line_without_end_is_refused_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.lines.MAX_LINE", 100)
    found = read(b'{"text": "a"}\n{"text": "' + b"x" * 5000 + b'"}\n{"text": "b"}\n')
    assert [isinstance(each.item, Article) for each in found] == [True, False, True]
    assert "too long" in reason(found[1])


def test_a_large_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_FILE", 10)
    (tmp_path / "a.txt").write_text("more than ten bytes")
    assert "too large" in reason(*read_file(tmp_path / "a.txt", door()))


@pytest.mark.parametrize("raw", [b"", b"   \n", b"\xff\xfe\x00", b"a\x00b", b"<html></html>", b"[]x", b"<", b"{"])
def test_nothing_usable_is_one_refusal(raw: bytes) -> None:
    found = read(raw)
    assert len(found) == 1
    assert reason(found[0])


def test_what_the_caller_says_fills_what_is_missing() -> None:
    when = datetime(2026, 11, 3, 8, tzinfo=UTC)
    own = b'"published_at": "2026-11-01T00:00:00Z", "source": {"name": "Own"}, "language": "fr"'
    raw = b'{"text": "a"}\n{"text": "b", ' + own + b"}"
    first, second = (article(each) for each in read(raw, published_at=when, source="Post", lang="en"))
    assert (first.published_at, first.published_from, first.source.name, first.language) == (when, "push", "Post", "en")
    assert (second.source.name, second.language, second.published_from) == ("Own", "fr", "push")
    assert second.published_at == datetime(2026, 11, 1, tzinfo=UTC)


def test_one_url_names_one_article() -> None:
    found = read(b'{"text": "a"}\n{"text": "b"}\n', url="https://a.example/1")
    assert article(found[0]).url == "https://a.example/1"
    assert "https://a.example/1" in reason(found[1])


def test_a_folder_is_read_in_order_and_what_is_no_article_is_counted(tmp_path: Path) -> None:
    for name in ("b.txt", "a.txt", "notes.md", "c.png", "e.PNG", "Makefile"):
        (tmp_path / name).write_text(f"Title\nText of {name}")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "d.txt").write_text("Title\nText of d.txt")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    entrance = door()
    found = [article(each).text for each in read_paths([str(tmp_path)], entrance)]
    assert found == ["Text of a.txt", "Text of b.txt", "Text of d.txt"]
    assert entrance.passed_over == {
        ".md files": 1, ".png files": 2, "files without a suffix": 1, "pipes and devices": 1,
    }  # fmt: skip


def test_compressed_files(tmp_path: Path) -> None:
    lines = gzip.compress(b"".join(b'{"text": "Line %d of an archive."}\n' % number for number in range(2000)))
    (tmp_path / "a.ndjson.gz").write_bytes(lines)
    (tmp_path / "b.txt.gz").write_bytes(gzip.compress(b"Title\nText"))
    (tmp_path / "c.ndjson.GZ").write_bytes(lines[:-400])
    (tmp_path / "d.txt.gz").write_bytes(b"not compressed")
    (tmp_path / "e.tar.gz").write_bytes(b"")
    entrance = door()
    found = list(read_paths([str(tmp_path)], entrance))
    assert [article(each).text for each in found[:2001]] == [*(f"Line {n} of an archive." for n in range(2000)), "Text"]
    assert "decompressed" in reason(found[-1])
    assert "decompressed" in reason(found[-2])
    assert all(isinstance(each.item, Article) for each in found[2001:-2])
    assert 4 < len(found[2001:]) < 2002
    assert entrance.passed_over == {".gz files": 1}


def test_what_is_compressed_is_told_by_its_first_bytes(tmp_path: Path) -> None:
    packed = gzip.compress(b'{"text": "a"}\n{"text": "b"}\n')
    assert [article(each).text for each in read(packed)] == ["a", "b"]
    assert [article(each).text for each in read(gzip.compress(b"Title\nText"))] == ["Text"]
    for name in ("lines", "lines.ndjson", "lines.gz"):
        (tmp_path / name).write_bytes(packed)
        assert [article(each).text for each in read_file(tmp_path / name, door())] == ["a", "b"], name
    assert "decompressed" in reason(*read(packed[:-20]))
    assert ".warc" in reason(*read(gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n")))


@pytest.mark.parametrize("raw", [b'{"text": "a"}', b'[{"text": "a"}]', b'{\n"text": "a"\n}', b"Title\na"])
def test_a_byte_order_mark_says_nothing(raw: bytes, tmp_path: Path) -> None:
    marked = b"\xef\xbb\xbf" + raw
    (tmp_path / "a.json").write_bytes(marked)
    found = [read(marked), read(gzip.compress(marked))]
    if raw[:1] in b"{[":
        found.append(list(read_file(tmp_path / "a.json", door())))
    assert [[article(each).text for each in inputs] for inputs in found] == [["a"]] * len(found)


def test_of_what_is_passed_over_few_kinds_are_told_apart() -> None:
    entrance = door()
    for number in range(1000):
        entrance.pass_over(f"{number}/{'x' * 100_000} records")
    assert len(entrance.passed_over) <= 21
    assert entrance.passed_over.total() == 1000


def test_a_path_that_is_not_there_is_an_error() -> None:
    with pytest.raises(GeowireError, match=r"nowhere\.txt"):
        list(read_paths(["nowhere.txt"], door()))


def test_an_unreadable_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.txt").symlink_to(tmp_path / "loop.txt")
    (tmp_path / "a.txt").write_text("Title\nText")
    found = list(read_paths([str(tmp_path)], door()))
    assert [isinstance(each.item, Article) for each in found] == [True, False]


def test_every_seed_is_taken() -> None:
    found = [article(each) for each in read_paths([str(SEEDS)], door())]
    assert len(found) >= 60
    assert len({each.source.id for each in found} - {""}) == 8
    assert sum(each.published_at is None for each in found) >= 1
    assert {each.published_from for each in found} >= {"push", "feed", "jsonld", "none"}


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("page.html", b'<meta charset="undefined"><article><p>Caf\xe9 opens in the harbour on Tuesday.</p></article>'),
        ("feed.xml", b"<rss><channel><item><title>t</title><description>d</description>"
         b"<pubDate>Tue, 03 Nov 99999999999999999999 08:00:00 GMT</pubDate></item></channel></rss>"),
        ("feed.atom", b'<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>t</title><summary>d</summary>'
         b"<updated>99999-01-01T00:00:00Z</updated></entry></feed>"),
    ],
)  # fmt: skip
def test_a_strangers_nonsense_ends_in_an_outcome(tmp_path: Path, name: str, raw: bytes) -> None:
    (tmp_path / name).write_bytes(raw)
    (found,) = read_file(tmp_path / name, door())
    assert isinstance(found.item, Article | Refusal)


def test_what_no_parser_expected_is_refused_and_the_next_file_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(raw: bytes, url: str | None) -> dict[str, object]:
        raise IndexError("out of range")

    monkeypatch.setattr(files, "read_page", trip)
    (tmp_path / "a.html").write_bytes(b"<p>x</p>")
    (tmp_path / "b.txt").write_bytes(b"A text.")
    first, second = read_paths([str(tmp_path)], door())
    assert reason(first) == "can't be read as html: IndexError: out of range"
    assert article(second).text == "A text."


def test_a_file_name_that_is_no_text_is_shown_as_far_as_it_is_one(tmp_path: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path / "a") + b"\xff.txt"))
    path.write_bytes(b"A text.")
    (found,) = read_file(path, door())
    assert found.origin.endswith("a\N{REPLACEMENT CHARACTER}.txt")
