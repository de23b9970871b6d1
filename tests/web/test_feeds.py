"""Feeds over HTTP, with a real feed on loopback."""

from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx2
import pytest

from pipeline.web.api import create_web
from tests.web.conftest import serving, site
from tests.web.test_reading import problem

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Tidewater Times</title><link>{home}</link>
<item><title>Ferry sails</title><link>{home}ferry</link><description>It sails.</description></item></channel></rss>"""
PAGE = """<html><head><title>Tidewater Times</title>
<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body>News</body></html>"""


@pytest.fixture
def outlet(tmp_path: Path) -> Iterator[str]:
    """An outlet with a home page and a feed."""
    folder = tmp_path / "outlet"
    folder.mkdir()
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(SimpleHTTPRequestHandler, directory=folder))
    home = f"http://127.0.0.1:{server.server_port}/"
    (folder / "index.html").write_text(PAGE)
    (folder / "feed.xml").write_text(FEED.format(home=home))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield home
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def web(tmp_path: Path) -> Iterator[httpx2.Client]:
    """A server that may look at loopback."""
    settings = site(tmp_path / "data").model_copy(update={"allow_private_addresses": True})
    with serving(create_web(settings)) as client:
        yield client


def test_a_feed_from_its_home_page_to_its_end(web: httpx2.Client, outlet: str) -> None:
    assert web.get("/api/feeds").json() == []
    response = web.post("/api/feeds", json={"url": outlet, "tags": ["coast"], "exclude": "sport"})
    assert response.status_code == 201, response.text
    (added,) = response.json()
    assert (added["new"], added["entries"], added["tags"]) == (True, 1, ["coast"])
    assert added["url"] == f"{outlet}feed.xml"
    assert web.post("/api/feeds", json={"url": outlet}).json()[0]["new"] is False
    (told,) = web.get("/api/feeds").json()
    assert (told["id"], told["health"], told["exclude"], told["outcomes"]) == (added["id"], "new", "sport", {})
    address = f"/api/feeds/{added['id']}"
    assert web.patch(address, json={"paused": True}).json()["health"] == "paused"
    assert web.patch(address, json={"paused": False}).json()["health"] == "new"
    assert web.delete(address).status_code == 204
    assert web.get("/api/feeds").json() == []
    problem(web.delete(address), 404)
    problem(web.patch(address, json={"paused": True}), 404)


def test_what_is_no_feed_is_refused_with_its_reason(web: httpx2.Client, outlet: str) -> None:
    assert "404" in str(problem(web.post("/api/feeds", json={"url": f"{outlet}missing"}), 422)["detail"])
    assert "url" in str(problem(web.post("/api/feeds", json={"url": ""}), 422)["detail"])
    found = problem(web.post("/api/feeds", json={"url": outlet, "include": "("}), 400)
    assert "position" in found


def test_private_addresses_are_not_looked_at(tmp_path: Path, outlet: str) -> None:
    with serving(create_web(site(tmp_path / "other"))) as client:
        assert "ALLOW_PRIVATE" in str(problem(client.post("/api/feeds", json={"url": outlet}), 422)["detail"])
