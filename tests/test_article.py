"""`admit` is the only door: what it takes, what it fills in, what it refuses and why."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.admission import MAX_TEXT, admit
from pipeline.article import Article
from pipeline.errors import Rejected
from pipeline.identity import article_id, canonical_url

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)


def test_only_text_is_required() -> None:
    article = admit({"text": "Rain fell."}, now=NOW)
    assert article.id == article_id(None, "", "Rain fell.")
    assert article.fetched_at == article.first_seen_at == NOW
    assert article.published_at is None
    assert article.published_from == "none"


def test_text_is_returned_unchanged() -> None:
    text = " \tZwei\r\nZeilen 🌍 e\u0301 "
    assert admit({"text": text}, now=NOW).text == text


def test_a_given_id_is_kept() -> None:
    assert admit({"text": "x", "id": "my-1"}, now=NOW).id == "my-1"


def test_one_article_under_many_urls_has_one_id() -> None:
    urls = [
        "https://News.example/a?utm_source=feed",
        "https://news.example/a#top",
        "HTTPS://news.example/a",
        " https://news.example/a ",
    ]
    assert len({admit({"text": "x", "url": url}, now=NOW).id for url in urls}) == 1


STORY = "https://a.example/story-1"


@pytest.mark.parametrize(
    ("url", "claimed", "canonical"),
    [
        (f"{STORY}?page=all", STORY, STORY),
        (f"{STORY}?page=all", "https://m.a.example/story-1?utm_source=x", STORY),
        (None, f"{STORY}#top", STORY),
        (STORY, "https://victim.example/story", STORY),
        (STORY, "https://a.example/", STORY),
        ("https://a.example/?p=12", "https://a.example/", "https://a.example/?p=12"),
        ("https://a.example/?p=12&utm_source=x", "https://a.example/?p=12", "https://a.example/?p=12"),
    ],
)
def test_the_canonical_address_is_the_articles_where_it_is_sane(url: str | None, claimed: str, canonical: str) -> None:
    article = admit({"text": "x", "url": url, "canonical_url": claimed}, now=NOW)
    assert article.id == admit({"text": "y", "url": canonical}, now=NOW).id
    assert article_id(article.canonical_url, "", "") == article.id
    assert bool(article.notes) == (("victim" in claimed) or (claimed == "https://a.example/"))
    assert admit(article.model_dump(mode="json"), now=NOW) == article


@pytest.mark.parametrize("name", ["url", "canonical_url"])
def test_an_address_is_bounded(name: str) -> None:
    for address in ("https://a.example/" + "x" * 8000, "https://a.example/?q=" + "漢" * 2000):
        with pytest.raises(Rejected, match="url too long"):
            admit({"text": "x", name: address}, now=NOW)


def test_a_user_in_an_address_is_no_host() -> None:
    article = admit({"text": "x", "url": "https://bigagency.example:secret@a.example/1"}, now=NOW)
    assert (article.url, article.canonical_url) == ("https://a.example/1", "https://a.example/1")
    assert (article.source.id, article.source.domain) == ("a.example", "a.example")
    claimed = admit({"text": "x", "url": STORY, "canonical_url": "https://a.example@victim.example/1"}, now=NOW)
    assert claimed.canonical_url == STORY


def test_other_query_parameters_stay() -> None:
    assert canonical_url("https://news.example/a?id=1") != canonical_url("https://news.example/a?id=2")


def test_zone_is_kept_beside_utc() -> None:
    article = admit({"text": "x", "published_at": "2026-11-03T09:00:00+05:45"}, now=NOW, pushed=True)
    assert article.published_at == datetime(2026, 11, 3, 3, 15, tzinfo=UTC)
    assert article.published_offset == 345
    assert article.published_from == "push"


def test_an_empty_date_is_none() -> None:
    article = admit({"text": "x", "published_at": "0001-01-01T00:00:00Z"}, now=NOW)
    assert (article.published_at, len(article.notes)) == (None, 1)
    assert admit({"text": "x", "published_at": "1854-10-25T00:00:00Z"}, now=NOW).published_at


@pytest.mark.parametrize("zero", [0, 0.0, "0", -1])
def test_a_date_of_nothing_is_an_empty_field(zero: object) -> None:
    article = admit({"text": "x", "published_at": zero, "fetched_at": zero}, now=NOW, pushed=True)
    assert (article.published_at, article.published_from, article.fetched_at) == (None, "none", NOW)
    told = [f"{name} {zero} is an empty field, and was dropped" for name in ("published_at", "fetched_at")]
    assert article.notes == told
    left_out = admit({"text": "x", "published_at": "", "modified_at": ""}, now=NOW, pushed=True)
    assert (left_out.published_at, left_out.published_from, left_out.notes) == (None, "none", [])
    written = admit({"text": "x", "published_at": "1970-01-01T00:00:00Z"}, now=NOW)  # an archive may be that old
    assert written.published_at == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(("ahead", "kept"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_a_future_date_is_dropped_and_noted(ahead: timedelta, kept: bool) -> None:
    article = admit({"text": "x", "published_at": (NOW + ahead).isoformat()}, now=NOW)
    assert (article.published_at is not None) == kept
    assert bool(article.notes) != kept
    article = admit({"text": "x", "modified_at": (NOW + ahead).isoformat()}, now=NOW)
    assert (article.modified_at is not None) == kept
    assert bool(article.notes) != kept


def test_a_date_that_is_dropped_has_no_origin() -> None:
    said = {"title": "page", "published_at": "jsonld"}
    dated = {"text": "x", "published_at": (NOW + timedelta(hours=25)).isoformat(), "published_from": "jsonld"}
    article = admit(dated | {"metadata_from": said}, now=NOW)
    assert (article.published_from, article.metadata_from) == ("none", {"title": "page"})
    assert admit(dated | {"metadata_from": said, "published_at": NOW.isoformat()}, now=NOW).metadata_from == said


@pytest.mark.parametrize(
    ("said", "tag"),
    [
        ("pt-BR", "pt-BR"), (" en_US ", "en_US"), ("zh-Hant-TW", "zh-Hant-TW"), ("pcm", "pcm"), ("sr-Latn", "sr-Latn"),
        ("English", "en"), ("farsi", "fa"), ("eng", "en"), ("ger-CH", "de-CH"), ("iw", "he"), ("und", None), ("", None),
    ],
)  # fmt: skip
def test_a_language_is_a_tag_or_a_name(said: str, tag: str | None) -> None:
    article = admit({"text": "x", "language": said}, now=NOW)
    assert (article.language, article.notes) == (tag, [])


@pytest.mark.parametrize("said", ["xx-yy-zz-toolong", "us", "englsh", "{{ lang }}", "en-", "12", "de,de;q=0.9"])
def test_a_language_that_is_none_is_dropped_and_noted(said: str) -> None:
    article = admit({"text": "x", "language": said}, now=NOW)
    assert (article.language, article.notes) == (None, [f"language {said} is no language tag, and was dropped"])
    assert admit(article.model_dump(mode="json"), now=NOW) == article


@pytest.mark.parametrize("url", ["/rel", "www.tidewater-post.example/1", "ftp://a.example/1", "https://", "urn:post:7"])
def test_an_address_that_is_none_of_the_web_is_dropped_and_noted(url: str) -> None:
    article = admit({"text": "x", "url": url}, now=NOW)
    assert (article.url, article.notes) == (None, [f"url {url} is no http or https address, and was dropped"])
    assert article.id == article_id(canonical_url(url), "", "x"), "it still tells articles apart"
    assert admit(article.model_dump(mode="json"), now=NOW) == article
    assert admit({"text": "x", "url": " HTTPS://a.example/1 "}, now=NOW).url == "HTTPS://a.example/1"


def test_fetched_at_is_capped_at_now() -> None:
    assert admit({"text": "x", "fetched_at": "2199-01-01T00:00:00Z"}, now=NOW).fetched_at == NOW


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (None, "JSON object"),
        ([], "JSON object"),
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": ""}, "no text"),
        ({"text": " \n\u00a0"}, "no text"),
        ({"text": "The port is shut.", "url": " JavaScript:alert(1)"}, "http or https is needed"),
        ({"text": "x" * (MAX_TEXT + 1)}, "too long"),
        ({"text": "x", "title": "t" * 2001}, "title too long"),
        ({"text": "x", "url": "u" * 8001}, "url too long"),
        ({"text": "a\x00b"}, "NUL"),
        ({"text": "x", "authors": ["a\x00"]}, "NUL"),
        ({"text": "a\ud800b"}, "surrogate"),
        ({"text": "x", "source": {"name": "\udfff"}}, "unicode"),
        ({"text": "x", "id": "with blank"}, "id"),
        ({"text": "x", "id": "x" * 201}, "id"),
        ({"text": "x", "published_at": "soon"}, "published_at"),
        ({"text": "x", "published_at": 1e400}, "published_at"),
        ({"text": "x", "published_at": False}, "published_at"),
        ({"text": "x", "source": "Post"}, "source"),
        ({"text": "x", "language": "x" * 600}, "language"),
    ],
)
def test_refused_with_a_reason(data: Any, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        admit(data, now=NOW)


def test_an_escaped_nul_in_plain_text_is_text() -> None:
    assert admit({"text": r"print('\u0000')"}, now=NOW).text == r"print('\u0000')"


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from([*Article.model_fields]), json_values))
def test_anything_is_admitted_or_rejected_and_survives_the_wire(data: dict[str, Any]) -> None:
    try:
        article = admit(data, now=NOW)
    except Rejected:
        return
    assert article.id
    assert article.text == data["text"]
    assert Article.model_validate_json(article.model_dump_json()) == article
    assert admit(article.model_dump(mode="json"), now=NOW) == article


def test_a_second_delivery_gives_the_same_article() -> None:
    once = admit({"text": "x", "url": "https://a.example/1", "published_at": "2026-11-03T08:00:00+03:00"}, now=NOW)
    assert once.published_offset == 180
    assert admit(once.model_dump(mode="json"), now=NOW + timedelta(days=3)) == once


SAME = [
    "https://www.tidewater-post.example/news/ferry",
    "http://tidewater-post.example/news/ferry/",
    "https://m.tidewater-post.example/news/ferry",
    "https://amp.tidewater-post.example/news/ferry",
    "https://www.tidewater-post.example/news/ferry/amp/",
    "https://www.tidewater-post.example/news/ferry?amp",
    "https://www-tidewater--post-example.cdn.ampproject.org/c/s/www.tidewater-post.example/news/ferry",
    "https://www.google.com/amp/s/www.tidewater-post.example/news/ferry",
    "https://www.tidewater-post.example:443/news/ferry#comments",
    "HTTPS://WWW.Tidewater-Post.example/news/ferry?utm_source=x&utm_medium=rss",
]


@pytest.mark.parametrize("url", SAME)
def test_links_to_one_article_have_one_id(url: str) -> None:
    assert article_id(canonical_url(url), "", "") == article_id(canonical_url(SAME[0]), "", "")


def test_two_thousand_shared_links_are_one_article() -> None:
    names = ["utm_campaign", "fbclid", "gclid", "at_medium", "cmpid", "ocid", "smid", "ref", "igshid", "mc_cid", "xtor"]
    urls = {f"{SAME[0]}?{name}=x{number}&id=7" for name in names for number in range(200)}
    assert len(urls) == 2200
    assert len({article_id(canonical_url(url), "", "") for url in urls}) == 1


@pytest.mark.parametrize(
    "url", ["https://tidewater-post.example", "http://www.tidewater-post.example/?utm_source=x#top"]
)
def test_the_address_of_a_site_is_that_of_no_article(url: str) -> None:
    """Articles that are pushed with it would all be versions of one."""
    ids = {admit({"text": text, "url": url}, now=NOW).id for text in ("Rain fell.", "Snow fell.")}
    assert ids == {article_id(None, "", "Rain fell."), article_id(None, "", "Snow fell.")}


@pytest.mark.parametrize(
    "other", ["?id=8", "?page=2", "?cid=12", "?src=7", "?ref=1", "?gallery=5", "-2", "/live", "?story=ferry"]
)
def test_what_makes_another_article_makes_another_id(other: str) -> None:
    assert article_id(canonical_url(SAME[0] + other), "", "") != article_id(canonical_url(SAME[0]), "", "")
