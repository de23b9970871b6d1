"""The servers themselves: what geowire needs of them works, and they can be stopped, killed, frozen and restarted."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from elastic_transport import TlsError
from elasticsearch import AuthenticationException, AuthorizationException, Elasticsearch
from kafka.admin import KafkaAdminClient, NewTopic

from tests.servers.elasticsearch import ElasticsearchServer, RunningElasticsearch, start_elasticsearch
from tests.servers.fixtures import elasticsearch_version
from tests.servers.kafka import KafkaServer, RunningKafka
from tests.servers.process import alive

ROOT = Path(__file__).parents[2]


@pytest.fixture
def kafka(kafka_server: KafkaServer | RunningKafka) -> KafkaServer:
    """The session's Kafka, if it is ours to stop."""
    if isinstance(kafka_server, RunningKafka):
        pytest.skip("a running Kafka of somebody else is used; it is not stopped")
    return kafka_server


@pytest.fixture
def elasticsearch(elasticsearch_server: ElasticsearchServer | RunningElasticsearch) -> ElasticsearchServer:
    """The session's Elasticsearch, if it is ours to stop."""
    if isinstance(elasticsearch_server, RunningElasticsearch):
        pytest.skip("a running Elasticsearch of somebody else is used; it is not stopped")
    return elasticsearch_server


def topics(bootstrap: str) -> set[str]:
    """The topics there are."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        return set(admin.list_topics())
    finally:
        admin.close()


def until(condition: Callable[[], bool], seconds: float = 30) -> None:
    """Wait for it."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_kafka_keeps_its_topics(kafka: KafkaServer) -> None:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.create_topics([NewTopic("kept", 4, 1)])
    admin.close()
    first = kafka.pid
    assert "kept" in topics(kafka.restart().bootstrap)
    kafka.kill()
    assert not kafka.running
    assert not kafka.ready()
    assert "kept" in topics(kafka.restart().bootstrap)
    assert kafka.pid != first
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    admin.delete_topics(["kept"])
    admin.close()


def test_kafka_freezes_and_thaws(kafka: KafkaServer) -> None:
    pid = kafka.pid
    kafka.freeze()
    try:
        assert psutil.Process(pid).status() == psutil.STATUS_STOPPED
    finally:
        kafka.thaw()
    until(kafka.ready)
    assert kafka.pid == pid


def test_elasticsearch_keeps_its_documents(elasticsearch: ElasticsearchServer) -> None:
    with Elasticsearch(elasticsearch.url) as client:
        client.index(index="kept", id="1", document={"text": "hello"}, refresh=True)
        elasticsearch.restart()
        assert client.count(index="kept")["count"] == 1
        elasticsearch.kill()
        assert not elasticsearch.running
        elasticsearch.start()
        assert client.get(index="kept", id="1")["_source"] == {"text": "hello"}
        client.indices.delete(index="kept")


def test_elasticsearch_freezes_and_thaws(elasticsearch: ElasticsearchServer) -> None:
    elasticsearch.freeze()
    try:
        assert psutil.Process(elasticsearch.pid).status() == psutil.STATUS_STOPPED
    finally:
        elasticsearch.thaw()
    until(elasticsearch.ready)


def test_elasticsearch_is_the_version_asked_for(elasticsearch: ElasticsearchServer) -> None:
    nodes = elasticsearch.request("GET", "/_nodes/_local/http?filter_path=nodes.*.version")["nodes"]
    assert [node["version"] for node in nodes.values()] == [elasticsearch.version]


def test_api_keys_have_only_their_rights(elasticsearch_secured: ElasticsearchServer) -> None:
    server = elasticsearch_secured
    rights = {"reader": {"indices": [{"names": ["locked"], "privileges": ["read"]}]}}
    with Elasticsearch(server.url, api_key=server.api_key("all")) as everything:
        everything.index(index="locked", id="1", document={"text": "hello"}, refresh=True)
    with Elasticsearch(server.url, api_key=server.api_key("reader", rights)) as reader:
        assert reader.count(index="locked")["count"] == 1
        with pytest.raises(AuthorizationException):
            reader.index(index="locked", id="2", document={"text": "no"})
        server.request("DELETE", "/_security/api_key", {"name": "reader"})
        with pytest.raises(AuthenticationException):
            reader.count(index="locked")


def test_without_a_key_nothing_is_answered(elasticsearch_secured: ElasticsearchServer) -> None:
    with Elasticsearch(elasticsearch_secured.url) as nobody, pytest.raises(AuthenticationException):
        nobody.count(index="locked")


def test_the_superuser_is_named_as_in_production(elasticsearch_secured: ElasticsearchServer) -> None:
    answer = elasticsearch_secured.request("GET", "/_security/_authenticate")
    assert (answer["username"], answer["roles"]) == ("elastic", ["superuser"])


@pytest.mark.usefixtures("elasticsearch_secured")
def test_tls_needs_its_authority() -> None:
    with start_elasticsearch(elasticsearch_version(), security=True, tls=True) as server:
        assert server.url.startswith("https://")
        with Elasticsearch(server.url, api_key=server.api_key("all"), ca_certs=str(server.ca)) as trusting:
            assert trusting.cluster.health()["status"] == "green"
        with Elasticsearch(server.url, api_key="any", max_retries=0) as strict, pytest.raises(TlsError):
            strict.cluster.health()


@pytest.mark.usefixtures("kafka_server")
def test_a_server_dies_with_the_process_that_started_it() -> None:
    program = (
        "from tests.servers.kafka import start_kafka; import time; print(start_kafka().pid, flush=True); time.sleep(99)"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True) as starter:
        assert starter.stdout is not None
        server = psutil.Process(int(starter.stdout.readline()))
        starter.kill()
    until(lambda: not alive(server))


@pytest.mark.usefixtures("kafka_server")
@pytest.mark.parametrize("signal_number", [signal.SIGINT, signal.SIGTERM])
def test_by_hand_until_a_signal(signal_number: signal.Signals) -> None:
    command = [sys.executable, "-m", "tests.servers", "kafka"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as by_hand:
        assert by_hand.stdout is not None
        variable, _, url = by_hand.stdout.readline().strip().partition("=")
        children = psutil.Process(by_hand.pid).children(recursive=True)
        assert (variable, len(children)) == ("export GEOWIRE_BROKER", 1)
        assert "kept" not in topics(url.removeprefix("kafka://"))
        os.kill(by_hand.pid, signal_number)
        try:
            assert by_hand.wait(30) == 0
        finally:
            by_hand.kill()
    until(lambda: not alive(children[0]))
