"""Servers that are down: the page starts, says so, and gives nothing of its inside away."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from pipeline.web.api import create_web
from tests.web.conftest import serving, site
from tests.web.test_reading import problem

SERVE = """
import sys, uvicorn
from pipeline import settings
from pipeline.web.api import create_web
uvicorn.run(create_web(settings.load()), port=int(sys.argv[1]), log_level="error")
"""


def free_port() -> int:
    """A port where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def dead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A server, in a process of its own, whose broker and index are addresses where nobody listens."""
    port, nobody = free_port(), free_port()
    env = {
        "GEOWIRE_CONFIG": "",
        "GEOWIRE_DATA": str(tmp_path_factory.mktemp("dead")),
        "GEOWIRE_BROKER": f"kafka://127.0.0.1:{nobody}",
        "GEOWIRE_INDEX": f"http://127.0.0.1:{nobody}",
    }
    command = [sys.executable, "-c", SERVE, str(port)]
    with (
        subprocess.Popen(command, env=os.environ | env, stderr=subprocess.DEVNULL) as process,
        httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client,
    ):
        try:
            wait_until_up(process, client)
            yield client
        finally:
            process.kill()


def wait_until_up(process: subprocess.Popen[bytes], client: httpx2.Client) -> None:
    """Return once the server answers."""
    for _ in range(600):
        assert process.poll() is None, "the server did not start"
        try:
            client.get("/healthz")
        except httpx2.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the server did not answer")


@pytest.mark.slow
def test_everything_says_that_it_is_unavailable(dead: httpx2.Client) -> None:
    assert dead.get("/healthz").status_code == 200
    for path in ("/readyz", "/api/search", "/api/articles/x", "/api/facets"):
        response = dead.get(path)
        problem(response, 503)
        assert int(response.headers["retry-after"]) > 0
    page = dead.get("/", headers={"Accept": "text/html"})
    assert page.status_code == 503
    assert "Not available" in page.text


@pytest.mark.slow
def test_publishing_says_that_nothing_was_taken(dead: httpx2.Client) -> None:
    problem(dead.post("/api/articles", json={"text": "A text."}, timeout=120), 503)


def test_what_was_not_expected_is_a_plain_500(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = create_web(site(tmp_path))

    @app.get("/boom")
    async def boom() -> None:
        raise RuntimeError("secret of the inside")

    with serving(app) as client:
        response = client.get("/boom")
    assert "secret" not in str(problem(response, 500))
    assert "content-security-policy" in response.headers
    assert "secret of the inside" in caplog.text  # for the person who runs the server
