"""Live blogs: each of their posts has a time, and none of these is that of the page's publication."""

import json
from typing import Any

import pytest

from pipeline.sources.html import read_page
from tests.sources.test_dateline import TEXT, read

POSTS = [
    (
        "15:07",
        "The minister has left the building, and said nothing to those who had waited there since six in the morning.",
    ),
    (
        "13:02",
        "Talks have begun in the customs house, where both sides sit in separate rooms and hear of each other by post.",
    ),
    (
        "09:30",
        "Good morning and welcome to our coverage of the harbour talks, which begin at noon by the old quay.",
    ),
]
TEXTS = "\n\n".join(text for _, text in POSTS)


def posts(form: str) -> str:
    """The posts in a form with the time, as an element and as words, and the text."""
    times = ((f'<time datetime="2026-11-20T{time}:00Z">{time}</time>', time, text) for time, text in POSTS)
    return "".join(form.format(time=tag, day=f"20 November 2026, {time}", text=text) for tag, time, text in times)


def live(body: str, data: dict[str, Any] | None = None) -> dict[str, Any]:
    """What is read of a page with posts under its headline."""
    head = (
        f"<script type=application/ld+json>{json.dumps({'@type': 'LiveBlogPosting', **data})}</script>" if data else ""
    )
    return read_page(f"<html lang=en>{head}<body><main><h1>Harbour talks live</h1>{body}</main></body></html>".encode())


@pytest.mark.parametrize(
    "form",
    [
        "<article>{time}<p>{text}</p></article>",
        "<article><header>{time}</header><p>{text}</p></article>",
        "<div class='post'>{time}<h2>Told at the harbour</h2><p>{text}</p></div>",
        "<div class='post'><div>{time}</div><div>{text}</div></div>",
        "<div><div>{day}</div><p>{text}</p></div>",
        "<li>{time} <p>{text}</p></li>",
        "<p>{time}</p><p>{text}</p>",
        "<dl><dt>{time}</dt><dd>{text}</dd></dl>",
        "<live-post>{time}<p>{text}</p></live-post>",
        "<div itemprop=liveBlogUpdate itemscope itemtype='https://schema.org/BlogPosting'>"
        "<meta itemprop=datePublished content=2026-11-20T15:07:00Z>{time}<p>{text}</p></div>",
    ],
)
def test_the_time_of_a_post_is_not_that_of_the_page(form: str) -> None:
    assert "published_at" not in live(posts(form))
    told = live("<p>Published 20 November 2026, 08:55</p>" + posts(form))
    assert told["published_at"] == "2026-11-20T08:55:00"
    assert live(posts(form), {"coverageStartTime": "2026-11-20T08:30:00Z"})["published_at"][11:16] == "08:30"
    given = {"coverageStartTime": "2026-11-20T08:30:00Z", "datePublished": "2026-11-20T08:20:00Z"}
    assert live(posts(form), given)["published_at"][11:16] == "08:20"


@pytest.mark.parametrize("tag", ["article", "section", "div", "live-post"])
def test_posts_are_paragraphs(tag: str) -> None:
    text = live(posts(f"<{tag}>{{time}}<span>{{text}}</span></{tag}>"))["text"]
    assert text == "\n\n".join(f"{time} {told}" for time, told in POSTS)


def test_posts_that_have_run_together_in_the_data() -> None:
    updates = [{"@type": "BlogPosting", "articleBody": text} for _, text in POSTS]
    data = {"articleBody": TEXTS.replace("\n\n", " "), "liveBlogUpdate": [*updates, None]}
    assert live("<p>The posts are being fetched.</p>", data)["text"] == TEXTS
    assert live(posts("<p>{text}</p>"), {"liveBlogUpdate": {"@type": "BlogPosting"}})["text"] == TEXTS


STAMP = '<time datetime="2026-11-20T08:00:00Z">20 November 2026</time>'


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"<p>{STAMP}</p>", f"<p>{STAMP}</p>"),  # a day at both ends
        (f"<div>Published {STAMP}</div><div>Updated {STAMP}</div>", ""),
        (
            f"<div>{STAMP}</div>",
            f"<div>{STAMP} <a href=/2>Another story of the coast, and of those who live on it</a></div>" * 3,
        ),
        (
            f"<div class=meta>{STAMP}</div>",
            f"<div class=comment>{STAMP}<p>I have crossed on it every day for years now.</p></div>" * 3,
        ),
        (
            f"<p>{STAMP}</p>",
            f"<ul><li><a href=/2>Another story</a> {STAMP}</li><li><a href=/3>A third</a> {STAMP}</li></ul>",
        ),
    ],
)
def test_other_times_on_a_page_make_no_posts(before: str, after: str) -> None:
    assert read(before, text=f"{TEXT}{after}")["published_at"] == "2026-11-20T08:00:00+00:00"


@pytest.mark.parametrize(
    ("size", "text"), [(1, "<p>{}</p>"), (6, "<p>{}</p>"), (4, "<div class=article-body><p>{}</p></div>")]
)
def test_the_posts_come_in_their_order_after_the_standfirst_with_their_headings(size: int, text: str) -> None:
    lead = "Masters and dockers of the harbour are meeting today, for the first time in more than a year."
    heads = ["Nothing said", "Talks begin", "Good morning"]
    form = "<article class=post><header><time>{0}</time><h2>{1}</h2></header>{2}</article>"
    texts = [" ".join([told] * size) for _, told in POSTS]
    told = zip(POSTS, heads, texts, strict=True)
    posts = "".join(form.format(time, head, text.format(each)) for (time, _), head, each in told)
    short = "<article class=post><time>07:00</time><p>The gates are open.</p></article>"
    for body in (f"{posts}{short}", f"{short}{posts}"):
        found = live(f"<div class=standfirst><p>{lead}</p></div><div class=posts>{body}</div>")["text"].split("\n\n")
        lines = [line for pair in zip(heads, texts, strict=True) for line in pair]
        gates = ["The gates are open."]
        assert found == [lead, *([*lines, *gates] if body.startswith(posts) else [*gates, *lines])]


def test_an_article_without_its_headline_beside_cards_of_others_stays_one() -> None:
    card = "<article><time>20 November 2026</time><p>The mayor has told the council why she resigns.</p></article>"
    text = "".join(f"<p>{text} {text.replace('harbour', 'market')}</p>" for _, text in POSTS * 2)
    found = live(f"<article>{text}</article>{card}{card.replace('mayor', 'clerk')}")["text"]
    assert found.startswith(POSTS[0][1])
    assert "resigns" not in found
