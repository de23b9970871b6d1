"""Every command of docker-compose.yml, run as the file has it against the real servers.

No Docker engine is needed: commands and environments are read from the file, its variables come from `make env`, and
the names of its hosts, ports and folders are replaced by those of the test.
"""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.app import TOPICS
from tests.servers.elasticsearch import ElasticsearchServer
from tests.servers.kafka import start_kafka
from tests.servers.process import free_port

pytestmark = [pytest.mark.slow, pytest.mark.servers]

ROOT = Path(__file__).parent.parent.parent
ARTICLE = {
    "url": "https://tidewater-post.example/compose",
    "title": "Ferry line opens in Mombasa",
    "text": "A ferry line opened in Mombasa, Kenya, on Tuesday, harbour master Wanjiru Achebo-Lind said.",
    "source": {"name": "Tidewater Post"},
}


class Composed:
    """The services of the file, with this test's hosts, ports, secrets and folders in the place of the containers'."""

    def __init__(self, folder: Path, kafka: str, elasticsearch: ElasticsearchServer) -> None:
        self.folder, self.port = folder, free_port()
        (folder / "keys").mkdir()
        script = subprocess.run([sys.executable, ROOT / "scripts/make_env.py"], capture_output=True, check=True)
        lines = script.stdout.decode().splitlines()
        self.secrets = dict(line.split("=", 1) for line in lines)
        self.secrets["ELASTIC_PASSWORD"] = elasticsearch.password or ""
        self._places = {
            "http://elasticsearch:9200": elasticsearch.url,
            "http://localhost:9200": elasticsearch.url,
            "kafka://kafka:19092": f"kafka://{kafka}",
            "/run/geowire": str(folder / "keys"),
            "http://127.0.0.1:8000": f"http://127.0.0.1:{self.port}",
        }
        text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
        filled = re.sub(r"\$\{(\w+)(:[?-])?([^}]*)\}", self._variable, text)
        self.services: dict[str, Any] = yaml.safe_load(filled)["services"]

    def command(self, service: str) -> list[str]:
        """What the container runs."""
        return [self._placed(part).replace("$$", "$") for part in self.services[service]["command"]]

    def health(self, service: str) -> list[str]:
        """The health check."""
        kind, *parts = [self._placed(part).replace("$$", "$") for part in self.services[service]["healthcheck"]["test"]]
        return ["sh", "-c", *parts] if kind == "CMD-SHELL" else [sys.executable, *parts[1:]]

    def environment(self, service: str) -> dict[str, str]:
        """The environment of the container, and what this machine needs to run anything."""
        own = {name: self._placed(str(value)) for name, value in self.services[service]["environment"].items()}
        clean = {name: value for name, value in os.environ.items() if not name.startswith("GEOWIRE_")}
        return clean | {"GEOWIRE_DATA": str(self.folder / "data"), "GEOWIRE_CONFIG": ""} | own

    def geowire(self, service: str) -> list[str]:
        """The image's entry point with the service's command."""
        return [sys.executable, "-m", "pipeline", *self.command(service)]

    def run(self, command: list[str], service: str, **extra: str) -> subprocess.CompletedProcess[bytes]:
        """Run a command in the environment of a service."""
        environment = self.environment(service) | extra
        return subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, timeout=180, check=False)

    def _variable(self, found: re.Match[str]) -> str:
        default = found[3] if found[2] == ":-" else None
        value = self.secrets.get(found[1], default)
        assert value is not None, f"make env gives no {found[1]}"
        return value

    def _placed(self, text: str) -> str:
        for there, here in self._places.items():
            text = text.replace(there, here)
        return text


@pytest.fixture(scope="module")
def composed(
    elasticsearch_secured: ElasticsearchServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Composed]:
    """The file's services on a Kafka with the file's own settings and an Elasticsearch with security on."""
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    given = yaml.safe_load(text)["services"]["kafka"]["environment"]
    port, controller = free_port(), free_port()
    settings = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): str(value)
        .replace("CONTROLLER://:29093", f"CONTROLLER://127.0.0.1:{controller}")
        .replace("1@kafka:29093", f"1@127.0.0.1:{controller}")
        .replace("INTERNAL://:19092", f"INTERNAL://127.0.0.1:{port}")
        .replace("INTERNAL://kafka:19092", f"INTERNAL://127.0.0.1:{port}")
        .replace(",HOST://:9092", "")
        .replace(",HOST://localhost:9092", "")
        for name, value in given.items()
        if name.startswith("KAFKA_") and name not in ("KAFKA_LOG_DIRS", "KAFKA_HEAP_OPTS")
    }
    with start_kafka(port=port, settings=settings) as kafka:
        assert kafka.port == port
        yield Composed(tmp_path_factory.mktemp("compose"), kafka.bootstrap, elasticsearch_secured)


def test_elasticsearch_is_healthy_by_the_files_own_check(composed: Composed) -> None:
    done = composed.run(composed.health("elasticsearch"), "elasticsearch")
    assert done.returncode == 0, done.stderr.decode()
    refused = composed.run(composed.health("elasticsearch"), "elasticsearch", ELASTIC_PASSWORD="wrong")
    assert refused.returncode != 0


def test_from_init_to_a_search(composed: Composed, elasticsearch_secured: ElasticsearchServer) -> None:
    first = composed.run(composed.geowire("init"), "init")
    assert first.returncode == 0, first.stderr.decode()
    key_file = composed.folder / "keys" / "es_api_key"
    key = key_file.read_text()
    assert key_file.stat().st_mode & 0o077 == 0
    assert composed.run(composed.geowire("init"), "init").returncode == 0
    assert key_file.read_text() == key, "a key that works is kept"
    check_rights(elasticsearch_secured.url, key)

    worker = subprocess.Popen(composed.geowire("worker"), env=composed.environment("worker"), cwd=ROOT)
    environment = composed.environment("web") | {"GEOWIRE_PORT": str(composed.port)}
    web = subprocess.Popen(composed.geowire("web"), env=environment, cwd=ROOT)
    poller = subprocess.Popen(composed.geowire("poller"), env=composed.environment("poller"), cwd=ROOT)
    try:
        wait_until(lambda: composed.run(composed.health("web"), "web").returncode == 0, web)
        publish_and_find(f"http://127.0.0.1:{composed.port}", composed.secrets["GEOWIRE_API_KEY"], web)
    finally:
        for process in (worker, web, poller):
            process.terminate()
        assert [process.wait(20) for process in (worker, web, poller)] == [0, 0, 0]


def test_kibana_gets_its_password(composed: Composed, elasticsearch_secured: ElasticsearchServer) -> None:
    done = composed.run(composed.command("kibana-setup"), "kibana-setup")
    assert done.returncode == 0, done.stderr.decode()
    credentials = f"kibana_system:{composed.secrets['KIBANA_PASSWORD']}"
    url = f"{elasticsearch_secured.url}/_security/_authenticate"
    answer = subprocess.run(["curl", "-fsS", "-u", credentials, url], capture_output=True, check=True)
    assert json.loads(answer.stdout)["username"] == "kibana_system"


def check_rights(url: str, key: str) -> None:
    """The key can read and write geowire's indices and nothing else."""
    allowed = ["/articles/_count", "/ledger/_count", "/versions/_count", "/state/_count"]
    refused = ["/_security/user", "/other/_count"]
    for path in allowed:
        assert status_of("GET", url + path, key) == 200, path
    for path in refused:
        assert status_of("GET", url + path, key) == 403, path
    assert status_of("DELETE", f"{url}/articles-v1", key) == 403


def status_of(method: str, url: str, key: str) -> int:
    """The status of an answer to a request with an API key."""
    request = urllib.request.Request(url, method=method, headers={"Authorization": f"ApiKey {key}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code


def publish_and_find(url: str, key: str, web: subprocess.Popen[bytes]) -> None:
    """Publish through the API with and without the key, then wait for the article."""
    headers = {"Content-Type": "application/json"}
    body = json.dumps(ARTICLE).encode()
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(f"{url}/api/articles", body, headers), timeout=30)
    assert refused.value.code == 401
    refused.value.close()
    request = urllib.request.Request(f"{url}/api/articles", body, headers | {"Authorization": f"Bearer {key}"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert answer.status == 202

    def found() -> bool:
        with urllib.request.urlopen(f"{url}/api/search?q=ferry%20country:KE", timeout=30) as answer:
            return bool(json.load(answer)["total"] == 1)

    wait_until(found, web)


def wait_until(condition: Any, process: subprocess.Popen[bytes], seconds: float = 120) -> None:
    """Ask until it is true; a process that ended meanwhile is a failure."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert process.poll() is None, "the web server ended"
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.5)


def test_the_topics_are_geowires(composed: Composed) -> None:
    done = composed.run([sys.executable, "-m", "pipeline", "doctor", "--json"], "worker")
    assert all(topic in done.stdout.decode() for topic in TOPICS), done.stdout.decode()
