"""A feed is polled politely and completely: conditional requests, redirects, new and changed entries, pages, rules."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline import poller as polling_loop
from pipeline.article import Article, Source
from pipeline.errors import GeowireError, Misconfigured, QueryError, Unavailable
from pipeline.feed import Feed, Poll, feed_id
from pipeline.identity import article_id
from pipeline.poller import Poller, ask_for
from pipeline.polling import Polling
from pipeline.publishing import Published
from pipeline.sources.door import Input, Refusal
from pipeline.sources.http import Client
from pipeline.sources.opml import read_opml
from pipeline.sources.reading import Readers
from pipeline.state.sqlite import SqliteState
from pipeline.subscribing import Wanted, add, chosen, export_opml, import_opml, reports
from pipeline.tombstone import Tombstone
from tests.sources.misbehaving import Served, item, misbehaving, rss

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
PAGE = """<html lang="en"><head><title>Report</title><script type="application/ld+json">
{{"@type": "NewsArticle", "headline": "Report", "datePublished": "2026-11-03T07:59:00+03:00"}}</script>{head}</head>
<body><article><h1>Report</h1>{body}</article></body></html>"""


HTML = {"Content-Type": "text/html"}


def page(head: str = "") -> bytes:
    """A page with a full text."""
    body = "".join(f"<p>Paragraph {n} of the whole report tells about the ferry in Mombasa.</p>" for n in range(8))
    return PAGE.format(head=head, body=body).encode()


@pytest.fixture(scope="module")
def readers() -> Iterator[Readers]:
    """The processes that read; they start once for all tests."""
    made = Readers()
    yield made
    made.close()


class Site:
    """A feed of the misbehaving server, polled as often as a test likes."""

    def __init__(self, served: Served, client: Client, readers: Readers) -> None:
        self.served, self.sent, self.down = served, list[Input](), False
        source = Source(id="tidewater", name="Tidewater")
        self.feed = Feed(id="f", url=f"{served.url}/feed", source=source, added_at=NOW)
        self.poll_state = Poll()
        self.polling = Polling(client, readers, self.publish)

    async def publish(self, inputs: Sequence[Input]) -> list[Published]:
        """Take inputs as the broker would."""
        if self.down:
            raise Unavailable("the broker is down")
        self.sent += inputs
        return [
            Published(each.origin, "pending" if isinstance(each.item, Article) else each.item.outcome)
            for each in inputs
        ]

    async def poll(self) -> str:
        """Poll once; the report's status."""
        return (await self.polling.poll(self.feed, self.poll_state)).status

    @property
    def articles(self) -> list[Article]:
        """What was published."""
        return [each.item for each in self.sent if isinstance(each.item, Article)]

    @property
    def refusals(self) -> list[Refusal]:
        """What was not."""
        return [each.item for each in self.sent if isinstance(each.item, Refusal)]


@pytest.fixture
async def site(readers: Readers) -> AsyncIterator[Site]:
    """A server, and a feed on it."""
    async with misbehaving() as served, Client(allow_private=True) as client:
        yield Site(served, client, readers)


async def test_only_what_is_new_or_changed_is_published(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1), item(2))
    assert await site.poll() == "read"
    assert await site.poll() == "unchanged"
    site.served.pages["/feed"] = rss(item(1), item(2, "changed " * 200), item(3))
    assert await site.poll() == "read"
    assert [article.title for article in site.articles] == ["Report 2", "Report 1", "Report 3", "Report 2"]
    assert {article.source.id for article in site.articles} == {"tidewater"}
    assert len(site.poll_state.arrivals) == 3
    assert site.poll_state.next_poll_at


async def test_conditional_requests_and_a_304_without_a_body(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1))
    site.served.headers["/feed"] = {"ETag": '"one"', "Last-Modified": "Tue, 03 Nov 2026 08:00:00 GMT"}
    await site.poll()
    assert await site.poll() == "unchanged"
    asked = [request for request in site.served.requests if request.path == "/feed"][-1].headers
    assert (asked["If-None-Match"], asked["If-Modified-Since"]) == ('"one"', "Tue, 03 Nov 2026 08:00:00 GMT")
    site.served.headers["/feed"] = {"ETag": '"changes each time"'}  # the same bytes all the same
    assert await site.poll() == "unchanged"
    assert len(site.articles) == 1


async def test_a_feed_that_moved_for_good_is_asked_at_its_new_place(site: Site) -> None:
    site.feed.url = f"{site.served.url}/to/308?/to/302?/feed"
    site.served.pages["/feed"] = rss(item(1))
    await site.poll()
    assert site.poll_state.url == f"{site.served.url}/to/302?/feed"
    site.served.requests.clear()
    await site.poll()
    assert "/to/308" not in site.served.paths


async def test_a_feed_that_moved_to_nowhere_is_still_asked_at_its_old_place(site: Site) -> None:
    site.feed.url = f"{site.served.url}/to/301?/nothing"
    assert await site.poll() == "failed"
    assert site.poll_state.url is None


@pytest.mark.parametrize(
    ("status", "words"),
    [(304, "all of it"), (404, "no feed"), (403, "refuses"), (429, "too often"), (500, "failed"), (410, "gone")],
)
async def test_errors_are_told_in_plain_words(site: Site, status: int, words: str) -> None:
    site.served.statuses["/feed"] = status
    site.served.headers["/feed"] = {"Retry-After": "7200"}
    before = datetime.now(UTC)
    assert await site.poll() == ("gone" if status == 410 else "failed")
    assert words in (site.poll_state.error or "")
    after = site.poll_state.next_poll_at
    assert after is None if status == 410 else after and after >= before + timedelta(hours=2)
    site.served.statuses["/feed"], site.served.pages["/feed"] = 200, rss(item(1))
    assert await site.poll() == "read"
    assert (site.poll_state.failures, site.poll_state.error) == (0, None)


@pytest.mark.parametrize("path", ["/truncated", "/half-gzip", "/loop", "/nothing"])
async def test_a_broken_answer_changes_nothing(site: Site, path: str) -> None:
    site.feed.url = site.served.url + path
    assert await site.poll() == "failed"
    assert site.sent == []


async def test_a_teaser_is_completed_from_its_page(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/story?utm_source=rss"))
    site.served.pages["/story"] = page('<meta name="tdm-reservation" content="1">')
    site.served.headers["/story"] = {"Content-Type": "text/html"}
    await site.poll()
    (article,) = site.articles
    assert (article.title, article.completeness, article.published_from) == ("Report 1", "full", "jsonld")
    assert article.published_at == datetime(2026, 11, 3, 4, 59, tzinfo=UTC)
    assert article.text.startswith("Paragraph 0")
    assert article.reservation == "TDMRep"


async def test_a_page_with_a_canonical_address_is_the_article_of_that_address(site: Site) -> None:
    story = f"{site.served.url}/story"
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{story}?page=all"))
    site.served.pages["/story"], site.served.headers["/story"] = page(f'<link rel="canonical" href="{story}">'), HTML
    await site.poll()
    (article,) = site.articles
    assert (article.canonical_url, article.id) == (story, article_id(story, "", ""))


async def test_a_link_by_way_of_another_site_is_the_article_where_it_leads(site: Site) -> None:
    story = f"{site.served.url}/story"
    elsewhere = site.served.url.replace("127.0.0.1", "localhost")
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{elsewhere}/to/302?{story}"))
    site.served.pages["/story"], site.served.headers["/story"] = page(), HTML
    await site.poll()
    (article,) = site.articles
    assert (article.url, article.id) == (story, article_id(story, "", ""))


async def test_no_feed_writes_over_the_article_of_another_outlet(site: Site) -> None:
    own = site.served.url.replace("127.0.0.1", "localhost")
    site.feed = site.feed.model_copy(update={"url": f"{own}/feed"})
    stories = [f"{site.served.url}/story", f"{site.served.url}/missing"]
    forged = "An invented text. " * 80
    site.served.pages["/feed"] = rss(*(item(n, forged, link=f"{link}?utm_source=b") for n, link in enumerate(stories)))
    head = '<script type="application/ld+json">{"@type": "NewsMediaOrganization", "name": "Lakeside Courier"}</script>'
    site.served.pages["/story"], site.served.headers["/story"] = page(head), HTML
    await site.poll()
    unread, read = site.articles
    assert (read.id, read.title, read.source.name) == (article_id(stories[0], "", ""), "Report", "Lakeside Courier")
    assert read.text.startswith("Paragraph 0")
    assert read.source.id == read.source.domain == site.served.url.removeprefix("http://")
    assert unread.id != article_id(stories[1], "", "")
    assert (unread.source.id, unread.source.domain) == ("tidewater", own.removeprefix("http://"))
    assert unread.credit == read.source.domain
    assert all(f"found in the feed {own}/feed" in article.notes for article in site.articles)


async def test_entries_that_lead_to_the_home_page_are_articles_of_their_own(site: Site) -> None:
    """That page is not read: it is none of theirs. The same goes for the home page of another outlet."""
    home, elsewhere = f"{site.served.url}/", "https://lakeside.example/"
    site.served.pages["/"], site.served.headers["/"] = page(), HTML
    teasers = [item(n, f"Teaser {n}", link=link) for n, link in enumerate([home, home, elsewhere, elsewhere])]
    site.served.pages["/feed"] = rss(*teasers)
    await site.poll()
    assert [article.text for article in site.articles] == ["Teaser 3", "Teaser 2", "Teaser 1", "Teaser 0"]
    assert len({article.id for article in site.articles}) == 4
    assert {article.credit for article in site.articles} == {None, "lakeside.example"}
    assert all("page not read: the link is no article's own" in article.notes for article in site.articles)
    assert "/" not in site.served.paths
    site.served.pages["/feed"] = rss(*teasers[:3], item(3, "Teaser 3, corrected", link=elsewhere))
    await site.poll()
    assert [article.id for article in site.articles[4:]] == [site.articles[0].id]


async def test_a_page_that_has_become_the_home_page_is_none(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/to/302?{site.served.url}/"))
    site.served.pages["/"], site.served.headers["/"] = page(), HTML
    await site.poll()
    (article,) = site.articles
    assert (article.text, article.completeness) == ("A teaser", "teaser")
    assert "error page: the address leads to the home page" in article.notes[0]


@pytest.mark.parametrize(
    ("body", "note"),
    [
        ("<noscript>You need to enable JavaScript to run this app.</noscript><div id=root></div>", "page of a script"),
        ("<h1>Sign in</h1><p>Forgot your password?</p>", "sign-in page"),
        (
            "<article><h1>Report 1</h1><p>The harbour of Porto is being painted in green.</p></article>",
            "less text on the page",
        ),
    ],
)
async def test_a_page_that_is_no_article_leaves_the_teaser(site: Site, body: str, note: str) -> None:
    teaser = "A crane fell in the harbour of Porto on Friday and nobody was hurt, the port authority said in the eve..."
    site.served.pages["/feed"] = rss(item(1, teaser, link=f"{site.served.url}/story"))
    site.served.pages["/story"], site.served.headers["/story"] = f"<html><body>{body}</body></html>".encode(), HTML
    await site.poll()
    (article,) = site.articles
    assert (article.text, article.completeness) == (teaser, "teaser")
    assert f"page not read: {note}" in article.notes[0]


async def test_where_robots_txt_cannot_be_had_the_page_is_tried_again(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/story"))
    site.served.pages["/story"], site.served.headers["/story"] = page(), HTML
    site.served.statuses["/robots.txt"] = 503
    await site.poll()
    assert (site.sent, "/story" in site.served.paths) == ([], False)
    site.served.statuses["/robots.txt"] = 404
    site.polling._pages._sites.clear()  # as after ten minutes
    await site.poll()
    assert [article.completeness for article in site.articles] == ["full"]


async def test_robots_txt_is_kept_to_and_the_teaser_stands(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/story"))
    site.served.pages["/robots.txt"] = b"User-agent: *\nDisallow: /story\nLicense: https://a.example/l.xml"
    await site.poll()
    (article,) = site.articles
    assert (article.text, article.completeness) == ("A teaser", "teaser")
    assert "robots.txt" in article.notes[0]
    assert article.reservation == "RSL https://a.example/l.xml"
    assert "/story" not in site.served.paths


async def test_a_page_that_is_down_is_tried_again_before_its_teaser_is_taken(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/story"), item(2))
    site.served.statuses["/story"] = 503
    assert [await site.poll(), await site.poll()] == ["read", "read"]
    assert [article.title for article in site.articles] == ["Report 2"]
    await site.poll()
    assert [article.completeness for article in site.articles] == ["full", "teaser"]
    assert await site.poll() == "unchanged"


async def test_a_page_without_an_article_is_a_rejection_where_the_feed_has_no_text_either(site: Site) -> None:
    link = f"{site.served.url}/story"
    site.served.pages["/feed"] = (
        f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{link}</loc></url></urlset>'
    ).encode()
    assert await site.poll() == "read"
    assert [(refused.outcome, refused.source) for refused in site.refusals] == [("rejected", "tidewater")]
    assert "404" in site.refusals[0].reason


async def test_rules_filter_before_anything_is_published(site: Site) -> None:
    site.feed.include, site.feed.exclude = "ferry OR harbour", '"football club"'
    texts = ["The ferry sails. " * 60, "The harvest was good. " * 60, "The ferry of the football club. " * 60]
    site.served.pages["/feed"] = rss(*(item(number, text) for number, text in enumerate(texts)))
    site.served.headers["/feed"] = {"ETag": '"one"'}
    await site.poll()
    assert [article.title for article in site.articles] == ["Report 0"]
    assert {refused.outcome for refused in site.refusals} == {"filtered"}
    assert all(refused.id and "rule" in refused.reason for refused in site.refusals)
    assert await site.poll() == "unchanged"
    site.feed.include = "ferry OR harvest"  # the feed did not change, and what the rule left out is looked at again
    await site.poll()
    assert [article.title for article in site.articles] == ["Report 0", "Report 1"]
    assert len(site.refusals) == 3
    assert await site.poll() == "unchanged"


async def test_a_rule_asks_for_the_language_of_the_text_where_the_feed_names_none(site: Site) -> None:
    german = "Die Fähre nach Lindholm fährt wieder, sagte der Hafenmeister am Dienstag. " * 20
    site.served.pages["/feed"] = rss(item(1), item(2, german))
    site.feed.include = "lang:en"
    await site.poll()
    assert [article.title for article in site.articles] == ["Report 1"]


async def test_what_a_feed_asks_for_counts_while_it_does_not_change(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1)).replace(b"<item>", b"<ttl>90</ttl><item>", 1)
    assert [await site.poll() for _ in range(2)] == ["read", "unchanged"]
    assert site.poll_state.next_poll_at
    assert site.poll_state.next_poll_at - datetime.now(UTC) > timedelta(minutes=85)


async def test_one_article_under_many_addresses_counts_once_in_the_pace(site: Site) -> None:
    links = [f"https://tidewater-post.example/1?utm_source=mail{n}" for n in range(2)]
    twice = (item(n, "The ferry sails. " * 80, link=link) for n, link in enumerate(links))
    site.served.pages["/feed"] = rss(*twice, *map(item, range(5, 8)))
    await site.poll()
    assert (len(site.articles), len(site.poll_state.arrivals)) == (5, 4)


ODD = ["http://a.example:99999/x", "http://[bad", "javascript:alert(1)"]


async def test_an_odd_entry_is_refused_and_the_others_go_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [{"id": link, "url": link, "summary": "A teaser"} for link in ODD]
    entries.append({"id": "good", "title": "Good", "content_text": "The ferry sails. " * 60})
    site.served.pages["/feed"] = json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": entries}).encode()
    monkeypatch.setattr(site.polling._pages, "reservation", raising)
    site.served.pages["/story"] = page()
    assert await site.poll() == "read"
    assert "Good" in [article.title for article in site.articles]
    assert len(site.sent) == len(entries)
    assert all("RuntimeError: unforeseen" in refused.reason for refused in site.refusals)
    assert site.poll_state.next_poll_at
    assert await site.poll() == "unchanged"


def raising(*_arguments: object) -> None:
    """What nobody has thought of."""
    raise RuntimeError("unforeseen")


async def test_a_page_that_keeps_its_reader_busy_stops_no_other_feed(site: Site) -> None:
    class Busy(Readers):
        async def page(self, raw: bytes, url: str) -> dict[str, object]:
            found: dict[str, object] = await self.read(time.sleep, 600)
            return found

    site.served.pages["/feed"] = rss(item(1, "A teaser", link=f"{site.served.url}/busy"))
    site.served.pages["/other"] = rss(item(2))
    site.served.pages["/busy"] = page()
    site.served.headers["/busy"] = HTML
    async with Client(allow_private=True) as client, Busy(processes=1, seconds=3) as readers:
        site.polling = Polling(client, readers, site.publish)
        other = Feed(id="other", url=f"{site.served.url}/other", added_at=NOW)
        async with asyncio.timeout(60):
            reports = await asyncio.gather(site.poll(), site.polling.poll(other, Poll()))
    assert (reports[0], reports[1].status) == ("read", "read")
    notes = {article.title: article.notes for article in site.articles}
    assert notes == {"Report 1": ["page not read: takes longer than 3 s to read"], "Report 2": []}


def sitemap(*links: str, root: str = "urlset", node: str = "url") -> bytes:
    """A sitemap, or an index of them."""
    nodes = "".join(f"<{node}><loc>{link}</loc></{node}>" for link in links)
    return f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{nodes}</{root}>'.encode()


async def test_an_index_of_sitemaps_is_looked_into_at_every_poll(site: Site) -> None:
    url, served = site.served.url, site.served
    served.pages["/feed"] = sitemap(f"{url}/a.xml", f"{url}/b.xml", root="sitemapindex", node="sitemap")
    served.headers["/feed"] = {"ETag": '"never changes"'}
    for number in range(4):
        served.pages[f"/{number}"], served.headers[f"/{number}"] = page(), HTML
    served.pages["/a.xml"], served.statuses["/b.xml"] = sitemap(f"{url}/0"), 404
    assert await site.poll() == "read"
    assert site.poll_state.note == f"1 of its 2 newest sitemaps can't be read: {url}/b.xml: {NO_FEED}"
    assert await site.poll() == "unchanged"
    served.pages["/a.xml"] = sitemap(f"{url}/1", f"{url}/0")
    assert await site.poll() == "read"
    served.statuses["/b.xml"], served.pages["/b.xml"] = 200, sitemap(f"{url}/2")
    assert await site.poll() == "read"
    assert site.poll_state.note is None
    assert [article.url for article in site.articles] == [f"{url}/{number}" for number in range(3)]
    served.statuses |= {"/a.xml": 404, "/b.xml": 404}
    assert await site.poll() == "failed"
    assert site.poll_state.error == f"{url}/a.xml: {NO_FEED}"


NO_FEED = "no feed at this address (HTTP 404)"


@pytest.mark.parametrize("address", ["foo", "http://a.example:99999/", "http://[bad"])
async def test_what_is_no_address_is_a_failed_poll(site: Site, address: str) -> None:
    site.feed.url = address
    assert await site.poll() == "failed"
    assert (site.poll_state.failures, bool(site.poll_state.next_poll_at)) == (1, True)
    assert "not a URL" in str(site.poll_state.error) or "only http" in str(site.poll_state.error)


async def test_what_nobody_has_thought_of_is_a_failed_poll(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.served.pages["/feed"] = rss(item(1))
    monkeypatch.setattr(site.polling, "_take", raising)
    assert await site.poll() == "failed"
    assert site.poll_state.error == "RuntimeError: unforeseen"
    assert site.poll_state.next_poll_at


async def test_what_could_not_be_published_is_new_again(site: Site) -> None:
    site.served.pages["/feed"] = rss(item(1))
    site.down = True
    with pytest.raises(Unavailable):
        await site.poll()
    site.down = False
    assert await site.poll() == "read"
    assert len(site.articles) == 1


async def test_one_slow_feed_delays_no_other(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pipeline.sources.pages.PATIENCE", 0.1)
    site.served.pages["/feed"] = rss(item(1))
    slow = [Feed(id=str(n), url=f"{site.served.url}/never", added_at=NOW) for n in range(40)]
    hanging = [asyncio.create_task(site.polling.poll(feed, Poll())) for feed in slow]
    await asyncio.sleep(0.05)
    async with asyncio.timeout(20):
        assert await site.poll() == "read"
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


async def test_one_of_two_pollers_works_and_the_other_takes_over(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for name, value in {"LEASE": 2.0, "RENEW": 0.2, "TICK": 0.05, "REFRESH": 0.2}.items():
        monkeypatch.setattr(polling_loop, name, value)
    site.served.pages["/feed"] = rss(item(1))
    state = SqliteState(tmp_path / "state.db")
    await state.put_feeds([site.feed])
    first, second = Poller(site.polling, state), Poller(site.polling, state)
    stop, never = asyncio.Event(), asyncio.Event()
    dying = asyncio.create_task(first.run(never))
    await until(lambda: "1 published" in caplog.text)
    waiting = asyncio.create_task(second.run(stop))
    await asyncio.sleep(0.5)
    asked = len(site.served.requests)
    await state.put_feeds([feed("added", f"{site.served.url}/added")])
    await until(lambda: len(site.served.requests) > asked)
    dying.cancel()  # without giving its lease back, as a process that is killed
    await asyncio.gather(dying, return_exceptions=True)
    await state.put_feeds([feed("later", f"{site.served.url}/later")])
    await until(lambda: "/later: no feed" in caplog.text)
    stop.set()
    await waiting
    assert await state.lease("poller", "a third", 1), "given back at once"
    assert [poll.polls for _, poll in await state.feeds()] == [1, 1, 1]
    told = [record.getMessage() for record in caplog.records if record.name == "pipeline.poller"]
    assert f"{site.feed.url}: 1 published" in told
    turns = [each for each in told if "://" not in each]
    assert turns == ["polling the feeds", "another poller is at work; waiting", "polling the feeds"]


async def test_polling_once_takes_the_lease_or_asks_who_has_it(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"RENEW": 0.2, "TICK": 0.05, "REFRESH": 0.1}.items():
        monkeypatch.setattr(polling_loop, name, value)
    state = SqliteState(tmp_path / "state.db")
    site.served.pages["/feed"] = rss(item(1))
    await state.put_feeds([site.feed])
    assert await state.lease("poller", "tidewater:4711:abc", 30)
    with pytest.raises(GeowireError, match=r"process 4711 on tidewater .* not polled http:.*feed within"):
        await anext(ask_for(state, (), patience=0.3))
    assert site.served.paths == []
    await state.release("poller", "tidewater:4711:abc")
    stop = asyncio.Event()
    working = asyncio.create_task(Poller(site.polling, state).run(stop))
    await until(lambda: len(site.articles) == 1)
    site.served.pages["/feed"] = rss(item(1), item(2))
    reports = [report async for report in Poller(site.polling, state).once()]
    assert [(report.status, report.outcomes) for report in reports] == [("read", {"pending": 1})]
    stop.set()
    await working
    site.served.pages["/feed"] = rss(item(3))
    polled = Poller(site.polling, state).once()
    taken = [(report.status, await state.lease("poller", "another", 30)) async for report in polled]
    assert taken == [("read", False)]
    assert await state.lease("poller", "another", 30), "given back at the end"


async def test_polling_once_goes_on_for_one_that_was_killed(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling_loop, "TICK", 0.05)
    state = SqliteState(tmp_path / "state.db")
    site.served.pages["/feed"] = rss(item(1))
    await state.put_feeds([site.feed, feed("paused", f"{site.served.url}/paused").model_copy(update={"paused": True})])
    assert await state.lease("poller", "tidewater:4711:abc", 0.5), "its lease runs out, for it is no more"
    reports = [report async for report in Poller(site.polling, state).once()]
    assert [(report.feed.url, report.status) for report in reports] == [(site.feed.url, "read")]
    assert await state.lease("poller", "another", 30), "given back at the end"


async def test_while_nothing_can_be_published_no_outlet_is_asked_again_and_again(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(polling_loop, "TICK", 0.02)
    state, stop, site.down = SqliteState(tmp_path / "state.db"), asyncio.Event(), True
    site.served.pages["/feed"] = rss(item(1))
    await state.put_feeds([site.feed])
    working = asyncio.create_task(Poller(site.polling, state).run(stop))
    await until(lambda: "the broker is down" in caplog.text)
    await asyncio.sleep(1)
    stop.set()
    await working
    assert site.served.paths.count("/feed") == 1
    assert [poll.next_poll_at for _, poll in await state.feeds()] == [None]


async def test_what_a_person_must_mend_stops_the_poller(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def misconfigured(*_arguments: object) -> None:
        raise Misconfigured("no topic articles")

    monkeypatch.setattr(site.polling, "_publish", misconfigured)
    site.served.pages["/feed"] = rss(item(1))
    state = SqliteState(tmp_path / "state.db")
    await state.put_feeds([site.feed])
    with pytest.raises(Misconfigured, match="no topic"):
        await asyncio.wait_for(Poller(site.polling, state).run(asyncio.Event()), 60)
    assert await state.lease("poller", "another", 30), "given back"


async def test_polling_once_leaves_nothing_running_behind_it(site: Site, tmp_path: Path) -> None:
    state, site.down = SqliteState(tmp_path / "state.db"), True
    site.served.pages["/feed"] = rss(item(1))
    await state.put_feeds([site.feed, feed("slow", f"{site.served.url}/never")])
    with pytest.raises(Unavailable):
        _ = [report async for report in Poller(site.polling, state).once()]
    assert [task for task in asyncio.all_tasks() if "Poll" in repr(task.get_coro())] == []
    assert await state.lease("poller", "another", 30), "given back"


def feed(name: str, url: str) -> Feed:
    """A feed."""
    return Feed(id=name, url=url, added_at=datetime.now(UTC))


async def until(condition: object, seconds: float = 20) -> None:
    """Wait until a condition holds."""
    assert callable(condition)
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110  # what it waits for happens in a server's requests
            await asyncio.sleep(0.05)


async def test_a_home_page_gives_its_feeds(site: Site, tmp_path: Path) -> None:
    state, served = SqliteState(tmp_path / "state.db"), site.served
    link = '<link rel="alternate" type="application/rss+xml" href="/{}">'
    links = "".join(link.format(name) for name in ("a", "same", "gone"))
    served.pages["/"] = f"<html><head>{links}</head></html>".encode()
    served.pages["/a"], served.pages["/same"] = rss(item(1)), rss(item(1))
    async with Client(allow_private=True) as client:
        added = await add(client, state, f"{served.url}/", Wanted(tags=("Ports",), include="ferry"))
        assert [(each.url, each.new, each.entries) for each in added] == [(f"{served.url}/a", True, 1)]
        assert (added[0].tags, added[0].source.id) == (["Ports"], "tidewater-post.example")
        assert [each.new for each in await add(client, state, f"{served.url}/a", Wanted())] == [False]
        served.pages["/plain"], served.pages["/feed.xml"] = b"<html><body>nothing</body></html>", rss(item(2))
        assert (await add(client, state, f"{served.url}/plain", Wanted()))[0].url == f"{served.url}/feed.xml"
        del served.pages["/feed.xml"]
        for url, reason in (("/plain", "no feed was found"), ("/missing", "404")):
            with pytest.raises(GeowireError, match=reason):
                await asyncio.wait_for(add(client, state, served.url + url, Wanted()), 40)
        served.pages["/feed.xml"] = rss(item(2))
        bomb = b'<!DOCTYPE x [<!ENTITY a "b">]><rss><channel><title>&a;</title></channel></rss>'
        for raw, reason in ((bomb, "entities"), (b"", "neither a feed"), (b"{", "JSON")):
            served.pages["/broken"] = raw
            with pytest.raises(GeowireError, match=reason):  # and no other feed of the site in its place
                await add(client, state, f"{served.url}/broken", Wanted())
        with pytest.raises(QueryError):
            await add(client, state, f"{served.url}/a", Wanted(include="country:KE"))
        for url, reason in (("", "^an empty address"), ("https://", "without a host"), ("ftp://a.example/", "only")):
            with pytest.raises(GeowireError, match=reason):
                await add(client, state, url, Wanted())
        assert "was taken out" not in (added[0].note or "")
        await state.bury([Tombstone(tombstone="source", id=added[0].source.id, at=NOW)])
        (again,) = await add(client, state, f"{served.url}/a", Wanted())
        assert "its outlet was taken out" in (again.note or "")


async def test_a_feed_that_is_there_is_changed_and_known_by_both_its_addresses(site: Site, tmp_path: Path) -> None:
    state, served = SqliteState(tmp_path / "state.db"), site.served
    served.pages["/old"] = served.pages["/new"] = rss(item(1))
    old, new = f"{served.url}/old", f"{served.url}/new"
    async with Client(allow_private=True) as client:
        await add(client, state, old, Wanted(tags=("Ports",), include="ferry", full_text=False))
        (changed,) = await add(client, state, old, Wanted(tags=("Coast",), exclude="sport"))
        (feed,) = [feed for feed, _ in await state.feeds()]
        assert (changed.new, changed.changed, changed.tags) == (False, True, feed.tags)
        assert (feed.tags, feed.include, feed.exclude, feed.full_text) == (["Ports", "Coast"], "ferry", "sport", False)
        (again,) = await add(client, state, old, Wanted(include="", full_text=True))
        assert (again.include, again.exclude, again.full_text) == ("", "sport", True)
        served.headers["/old"], served.statuses["/old"] = {"Location": new}, 301
        assert [(each.new, each.changed) for each in await add(client, state, old, Wanted())] == [(False, False)]
        await state.put_poll(feed.id, Poll(url=new))
        assert [each.id for each in await add(client, state, new, Wanted())] == [feed.id]
    assert [each.id for each in await chosen(state, [old, new])] == [feed.id]
    assert await import_opml(state, (await export_opml(state)).replace(b'"sport"', b'"football"')) == (0, 1, [])
    assert [each.exclude for each, _ in await state.feeds()] == ["football"]
    ((moved,), _) = read_opml(await export_opml(state), datetime.now(UTC))
    assert moved.url == new


def test_an_old_article_does_not_make_a_busy_source_silent() -> None:
    poll = Poll()
    poll.arrived([NOW], NOW)
    poll.arrived([NOW - timedelta(days=9)], NOW)
    assert poll.last_article_at == NOW
    poll.arrived([NOW + timedelta(hours=9)], NOW)  # by a clock that is ahead
    assert poll.last_article_at == NOW


async def test_a_feed_whose_outlet_was_taken_out_says_so(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.db")
    feeds = [feed(name, f"https://{name}.example/feed") for name in ("kept", "out")]
    feeds[1].source = Source(id="out.example")
    await state.put_feeds(feeds)
    await state.bury([Tombstone(tombstone="source", id="out.example", at=NOW)])
    told = {each.id: each.note for each in await reports(state)}
    assert told["kept"] is None
    assert "geowire feed remove" in str(told["out"])


async def test_opml_comes_in_twice_and_goes_out(tmp_path: Path) -> None:
    state = SqliteState(tmp_path / "state.db")
    raw = (Path(__file__).parents[1] / "seeds" / "feeds.opml").read_bytes()
    new, there, refused = await import_opml(state, raw)
    assert (new > 30, there, refused) == (True, 0, [])
    assert await import_opml(state, raw) == (0, new, [])
    other = SqliteState(tmp_path / "other.db")
    assert await import_opml(other, await export_opml(state)) == (new, 0, [])
    first, *_ = [each for each, _ in await other.feeds()]
    assert [each.id for each in await chosen(other, [first.url, first.id])] == [feed_id(first.url)]
    with pytest.raises(GeowireError, match="feed list"):
        await chosen(other, ["nothing"])
