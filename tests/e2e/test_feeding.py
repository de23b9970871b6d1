"""A new user's way: a home page is added, its articles are found, one is updated, one is copied, a source dies."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from tests.e2e.site import Site, embedded

TOWNS = ("Mombasa", "Lisbon", "Gdansk", "Valparaiso", "Trieste", "Bergen", "Split", "Cork", "Odessa", "Porto")
THINGS = ("ferry line", "grain terminal", "lighthouse")
PAGES, FEEDS = 30, {"ports": range(12), "ships": range(10, 22), "sea": range(20, 30)}


class Outlet:
    """An invented outlet with thirty pages, which a test changes while it is read."""

    def __init__(self, name: str, feeds: dict[str, range]) -> None:
        self.name, self.feeds, self.dead, self.corrected = name, feeds, False, set[int]()
        outlet = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, kind, body = outlet.answer(self.path.partition("?")[0])
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class calls it so
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        Thread(target=self.server.serve_forever, daemon=True).start()

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """Status, type and body for a path."""
        name, _, number = path.strip("/").partition("/")
        if name.endswith(".xml") and self.dead:
            return 503, "text/plain", b"down"
        if name == "":
            links = "".join(
                f'<link rel="alternate" type="application/rss+xml" href="/{feed}.xml">' for feed in self.feeds
            )
            return 200, "text/html", f"<html><head><title>{self.name}</title>{links}</head></html>".encode()
        if name.removesuffix(".xml") in self.feeds:
            return 200, "application/rss+xml", self.feed(name.removesuffix(".xml")).encode()
        if name == "story" and number.isdigit() and int(number) < PAGES:
            return 200, "text/html", self.page(int(number)).encode()
        return 404, "text/html", b"<h1>Page not found</h1>"

    def feed(self, name: str) -> str:
        """RSS with teasers."""
        items = "".join(
            f"<item><title>{title(n)}{' (corrected)' * (n in self.corrected)}</title>"
            f"<link>{self.url}/story/{n}?utm_source=rss</link><guid>{n}</guid><description>{paragraphs(n)[0]}</description></item>"
            for n in self.feeds[name]
        )
        head = f"<title>{self.name} - {name}</title><link>{self.url}/</link>"
        return f"<rss version='2.0'><channel>{head}{items}</channel></rss>"

    def page(self, n: int) -> str:
        """An article; number 28 shows only its beginning."""
        data = {
            "@type": "NewsArticle",
            "headline": title(n),
            "datePublished": f"2026-11-{n % 20 + 1:02}T08:00:00+03:00",
        }
        said = paragraphs(n) + ["Correction: the opening was moved to Thursday."] * (n in self.corrected)
        if n == 28:
            data["isAccessibleForFree"] = "False"
            said = [*said[:1], "Subscribe to continue reading. Already a subscriber? Log in."]
        return (
            f"<html lang='en'><head><script type='application/ld+json'>{json.dumps(data)}</script></head><body>"
            f"<nav><a href='/'>Home</a></nav><article><h1>{title(n)}</h1>{''.join(f'<p>{each}</p>' for each in said)}"
            "<p>Read more: All about ports</p></article></body></html>"
        )


def title(n: int) -> str:
    """A headline."""
    return f"{TOWNS[n % 10]}: {THINGS[n // 10]} opens to the public"


def paragraphs(n: int) -> list[str]:
    """The text of an invented report."""
    town, thing = TOWNS[n % 10], THINGS[n // 10]
    return [
        f"The {thing} in {town} will open to the public on Monday, the harbour office said in its statement {n}.",
        f"“We have waited {n + 2} years for this,” said Wanjiru Achebo-Lind, who heads the harbour office of {town}.",
        f"The works cost {3 * n + 5} million euros and took {n + 11} months, more than thought at the start.",
        f"About {17 * n + 40} people came to the first tour of the {thing} and stayed until the evening.",
    ]


@pytest.fixture
def outlets() -> Iterator[tuple[Outlet, Outlet]]:
    """An outlet of three feeds, and one that copies a story of it."""
    made = Outlet("Tidewater Post", FEEDS), Outlet("Lakeside Courier", {"news": range(3, 4)})
    yield made
    for outlet in made:
        outlet.server.shutdown()
        outlet.server.server_close()


def test_from_a_home_page_to_a_search_and_what_happens_to_sources(
    outlets: tuple[Outlet, Outlet], tmp_path: Path
) -> None:
    first, second = outlets
    site = embedded(tmp_path, GEOWIRE_ALLOW_PRIVATE_ADDRESSES="true", GEOWIRE_NLP_MODEL="fast")
    added = site.json("feed", "add", first.url, "--json")
    assert [(each["title"], each["source"]["name"], each["entries"]) for each in added] == [
        (f"Tidewater Post - {name}", "Tidewater Post", len(numbers)) for name, numbers in FEEDS.items()
    ]
    site.start_worker()
    try:
        assert site.run("feed", "poll", "--once").returncode == 0
        status = site.settle(34)
        assert status.outcomes["indexed"] == 30
        # Four stand in two feeds; of those the page that was fetched first may come last.
        assert status.outcomes["unchanged"] + status.outcomes["superseded"] == 4
        _found(site, first)
        _updated(site, first)
        _copied(site, second)
        _dying(site, first)
    finally:
        site.close()


def _found(site: Site, outlet: Outlet) -> None:
    """Every article is found once, with the text of its page; the walled one with its teaser."""
    hits = site.json("search", "harbour", "--size", "100", "--json")["hits"]
    assert {hit["canonical_url"] for hit in hits} == {f"{outlet.url}/story/{n}" for n in range(PAGES)}
    by_number = {int(hit["canonical_url"].rpartition("/")[2]): hit for hit in hits}
    assert by_number[5]["text"] == "\n\n".join(paragraphs(5))
    assert (by_number[5]["published_at"], by_number[5]["published_from"]) == ("2026-11-06T05:00:00Z", "jsonld")
    assert (by_number[28]["completeness"], by_number[28]["text"]) == ("teaser", paragraphs(28)[0])
    assert "paywall" in by_number[28]["notes"][0]


def _updated(site: Site, outlet: Outlet) -> None:
    """A changed article keeps its id, and the difference is shown."""
    outlet.corrected.add(7)
    assert site.run("feed", "poll", "--once").returncode == 0
    assert site.settle(35).outcomes["updated"] == 1
    (hit,) = site.json("search", '"moved to Thursday"', "--json")["hits"]
    shown = site.run("show", hit["id"], "--versions").stdout.decode()
    assert "+Correction: the opening was moved to Thursday." in shown


def _copied(site: Site, outlet: Outlet) -> None:
    """The copy of another outlet is an article of its own, folded behind the first."""
    site.run("feed", "add", outlet.url)
    site.run("feed", "poll", "--once")
    site.settle(36)
    hits = site.json("search", '"statement 3"', "--size", "5", "--json", "--all")["hits"]
    assert {hit["source"]["name"] for hit in hits} == {"Tidewater Post", "Lakeside Courier"}
    assert len({hit["cluster"] for hit in hits}) == 1
    assert [hit["duplicate_of"] is None for hit in hits].count(True) == 1


def _dying(site: Site, outlet: Outlet) -> None:
    """A source that fails says so, and all inputs are accounted for by their source."""
    outlet.dead = True
    assert site.run("feed", "poll", "--once").returncode == 1
    listed = site.run("feed", "list").stdout
    assert b"the server failed (HTTP 503); last read" in listed
    rows = site.json("feed", "list", "--json")
    assert [row["health"] for row in rows] == ["failing", "failing", "failing", "ok"]
    assert site.json("feed", "list", "--health", "failing", "--health", "silent", "--json") == rows[:3]
    assert b"4 of 4 feeds: 1 ok, 3 failing" in listed
    outcomes = rows[0]["outcomes"]
    assert (outcomes["indexed"], outcomes["updated"]) == (30, 1)
    assert outcomes.get("unchanged", 0) + outcomes.get("superseded", 0) == 4
    status = site.status()
    assert status.adds_up
    assert status.inputs == sum(sum(row.values()) for row in status.sources.values())
