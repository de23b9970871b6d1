"""Getting the servers, without starting any: a stand-in for Maven writes down how it is called."""

import re
import threading
from pathlib import Path

import pytest

from tests.servers import toolchain
from tests.servers.fixtures import started
from tests.servers.folders import PREFIX, server_folder
from tests.servers.process import ServerProcess, free_port
from tests.servers.toolchain import POM, UnavailableError, elasticsearch_zip, find_jdk, kafka_jars, pinned

MAVEN = """#!/bin/sh
echo "$@" >> {calls}
sleep 0.3
for word in "$@"; do case $word in -Dinto=*) into=${{word#-Dinto=}} ;; esac; done
mkdir -p "$into" && touch "$into/a.jar"
{end}
"""


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file with the calls of a Maven that works; the cache is empty."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(toolchain, "find_jdk", lambda *_args, **_options: tmp_path)
    return stand_in(tmp_path, monkeypatch, "exit 0")


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, end: str) -> Path:
    """Put a Maven on PATH that ends with `end`."""
    calls = folder / "calls"
    calls.touch()
    script = folder / "mvn"
    script.write_text(MAVEN.format(calls=calls, end=end))
    script.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return calls


def test_files_are_fetched_once(calls: Path) -> None:
    assert (kafka_jars() / "a.jar").exists()
    assert kafka_jars().name == f"kafka-{pinned('kafka')}-log4j-{pinned('log4j')}"
    assert len(calls.read_text().splitlines()) == 1


def test_another_elasticsearch_is_another_folder(calls: Path) -> None:
    for version in (pinned("elasticsearch"), pinned("elasticsearch.previous")):
        assert elasticsearch_zip(version).parent.name == f"elasticsearch-{version}"
        assert f"-Delasticsearch.version={version}" in calls.read_text()


def test_two_runs_at_once_fetch_once(calls: Path) -> None:
    threads = [threading.Thread(target=kafka_jars) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(calls.read_text().splitlines()) == 1
    assert not list(toolchain.cache_folder().glob("*.part-*"))


def test_what_is_half_fetched_is_not_in_the_cache(calls: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "echo '[ERROR] no route to the artifacts'; echo '[ERROR] more'; exit 1")
    with pytest.raises(UnavailableError, match="no route to the artifacts"):
        kafka_jars()
    assert [path.suffix for path in toolchain.cache_folder().iterdir()] == [".lock"]
    stand_in(tmp_path, monkeypatch, "exit 0")
    assert kafka_jars().is_dir()


def test_without_maven_it_says_so(calls: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(UnavailableError, match="Maven is not installed"):
        kafka_jars()


def test_without_java_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toolchain, "java_homes", list)
    with pytest.raises(UnavailableError, match="no Java 21 or newer"):
        find_jdk(21)


def test_the_oldest_java_that_suffices_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    homes = {Path("/a"): 25, Path("/b"): 17, Path("/c"): 0, Path("/d"): 21}
    monkeypatch.setattr(toolchain, "java_homes", lambda: list(homes))
    monkeypatch.setattr(toolchain, "java_version", homes.__getitem__)
    monkeypatch.setattr(toolchain, "reachable", lambda _home, _user: True)
    assert [find_jdk(minimum) for minimum in (17, 18, 22)] == [Path("/b"), Path("/d"), Path("/a")]


def unavailable() -> ServerProcess:
    """A server that this machine cannot have."""
    raise UnavailableError("no Java")


def test_an_unavailable_server_is_a_skip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOWIRE_TEST_REQUIRE", "elasticsearch")
    with pytest.raises(pytest.skip.Exception, match="no kafka: no Java"):
        started("kafka", unavailable)


def test_an_unavailable_server_that_is_required_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEOWIRE_TEST_REQUIRE", "kafka, elasticsearch")
    with pytest.raises(pytest.fail.Exception, match="names elasticsearch, but: no Java"):
        started("elasticsearch", unavailable)


def test_the_pom_names_no_repository() -> None:
    text = re.sub(r'xmlns="[^"]+"', "", POM.read_text(encoding="utf-8"))
    assert "://" not in text
    assert "epositor" not in text


def test_a_port_that_is_taken_gives_another() -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        number = taken.getsockname()[1]
        assert free_port(number) != number
    assert free_port() < 32_768


def test_folders_of_killed_runs_are_deleted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left_over = tmp_path / f"{PREFIX}kafka-dead"
    left_over.mkdir()
    (left_over / "owner.lock").touch()
    first, second = server_folder("kafka"), server_folder("kafka")
    assert not left_over.exists()
    assert first.is_dir()
    assert second.is_dir()
