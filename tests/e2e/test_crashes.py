"""kill -9, servers that go away, signals: nothing lost, nothing twice, and the account still adds up."""

import json
import time
from contextlib import closing
from pathlib import Path

import pytest

from pipeline.app import topic_specs
from pipeline.broker import open_broker
from tests.e2e.site import Site, cluster, embedded

pytestmark = pytest.mark.slow


def articles(folder: Path, count: int) -> Path:
    """A file of invented articles, one id each."""
    path = folder / "many.ndjson"
    lines = [
        json.dumps(
            {
                "url": f"https://tidewater-post.example/{number}",
                "title": f"Ferry line {number} opens in Mombasa",
                "text": f"A ferry line with number {number} opened in Mombasa, Kenya, on Tuesday. "
                "Harbour master Wanjiru Achebo-Lind said that it would carry 400 people a day.",
                "source": {"id": "tidewater", "name": "Tidewater Post", "country": "KE"},
                "published_at": "2026-11-03T08:00:00+03:00",
            }
        )
        for number in range(count)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_kill_9_loses_nothing_and_doubles_nothing(site: Site, tmp_path: Path) -> None:
    count = 300
    assert site.run("publish", str(articles(tmp_path, count))).returncode == 0
    kills = 0
    for part in (0.1, 0.3, 0.5, 0.7):
        worker = site.start_worker()
        deadline = time.monotonic() + 120
        while site.status().outcomes["indexed"] < part * count:
            assert worker.poll() is None, site.log()
            assert time.monotonic() < deadline, site.log()
            time.sleep(0.05)
        site.kill(worker)
        kills += 1
        assert site.status().adds_up
    site.start_worker()
    status = site.settle(count)
    assert kills == 4
    assert status.outcomes["indexed"] == status.indexed_documents == count
    assert sum(status.outcomes.values()) == count


def test_sigterm_ends_a_busy_worker_soon(site: Site, tmp_path: Path) -> None:
    assert site.run("publish", str(articles(tmp_path, 200))).returncode == 0
    worker = site.start_worker()
    while site.status().outcomes["indexed"] == 0:
        assert worker.poll() is None, site.log()
        time.sleep(0.1)
    started = time.monotonic()
    assert site.terminate(worker) == 0
    assert time.monotonic() - started < 12
    site.start_worker()
    assert site.settle(200).outcomes["indexed"] == 200


def test_second_worker_of_a_log_is_refused(embedded_site: Site, tmp_path: Path) -> None:
    assert embedded_site.run("publish", str(articles(tmp_path, 3))).returncode == 0
    embedded_site.start_worker()
    embedded_site.settle(3)
    second = embedded_site.run("worker", timeout=60)
    assert second.returncode == 4
    assert b"worker" in second.stderr
    assert b"Traceback" not in second.stderr


@pytest.mark.parametrize("missing", ["broker", "index"])
def test_server_down_at_start_is_exit_3(missing: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    kafka, elasticsearch = "kafka://127.0.0.1:1", "http://127.0.0.1:1"
    if missing == "index":
        kafka = request.getfixturevalue("kafka_server").url
    site = cluster(tmp_path, kafka, elasticsearch)
    if missing == "index":
        with closing(open_broker(site.settings)) as broker:
            broker.create_topics(topic_specs(site.settings))
    for command in (["worker"], ["init"], ["status"], ["search", "x"]):
        if missing == "broker" and command[0] == "search":
            continue
        done = site.run(*command, timeout=90)
        assert done.returncode == 3, (command, done.returncode, done.stderr.decode())
        assert b"Traceback" not in done.stderr
        assert len(done.stderr.decode().strip()) > 20


def test_wrong_pair_is_exit_4(tmp_path: Path) -> None:
    site = embedded(tmp_path, GEOWIRE_BROKER="kafka://127.0.0.1:1")
    done = site.run("status")
    assert done.returncode == 4
    assert b"pair" in done.stderr


def test_servers_that_go_down_later_are_waited_for(request: pytest.FixtureRequest, tmp_path: Path) -> None:
    from tests.e2e.conftest import clean_cluster

    site = clean_cluster(request, tmp_path)
    kafka = request.getfixturevalue("kafka_server")
    elasticsearch = request.getfixturevalue("elasticsearch_server")
    if not hasattr(kafka, "freeze"):
        pytest.skip("a running server of somebody else is used; it is not stopped")
    try:
        assert site.run("publish", str(articles(tmp_path, 200))).returncode == 0
        worker = site.start_worker()
        while site.status().outcomes["indexed"] == 0:
            assert worker.poll() is None, site.log()
            time.sleep(0.1)
        elasticsearch.freeze()
        time.sleep(5)
        assert worker.poll() is None, site.log()
        elasticsearch.thaw()
        kafka.freeze()
        time.sleep(5)
        kafka.thaw()
        status = site.settle(200)
        assert status.outcomes["indexed"] == status.indexed_documents == 200
        assert status.outcomes["dead"] == 0
    finally:
        elasticsearch.thaw()
        kafka.thaw()
        site.close()
