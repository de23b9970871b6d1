"""A real Kafka: one node that is broker and controller (KRaft), small in memory, ready in a few seconds."""

import socket
import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.servers.folders import server_folder
from tests.servers.process import ServerError, ServerProcess, free_port
from tests.servers.toolchain import find_jdk, kafka_jars

JAVA = 17
CLUSTER_ID = "Z2Vvd2lyZS1rYWZrYS0wMQ"  # any 16 bytes in base64; random ones may begin with "-" and look like an option
LOG4J = Path(__file__).with_name("log4j2.properties")
SMALL = ["-Xmx128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]


@dataclass(frozen=True)
class RunningKafka:
    """A Kafka of somebody else, which the tests use and never stop."""

    url: str

    @property
    def bootstrap(self) -> str:
        """host:port, as the clients want it."""
        return self.url.removeprefix("kafka://")


class KafkaServer(ServerProcess):
    """A Kafka of ours."""

    name = "kafka"

    def __init__(self, folder: Path, port: int, settings: Mapping[str, str]) -> None:
        super().__init__(folder, port)
        self.java = [str(find_jdk(JAVA) / "bin" / "java"), *SMALL, "-cp", f"{kafka_jars()}/*"]
        self.properties = folder / "server.properties"
        lines = (defaults(port, free_port(), folder / "data") | dict(settings)).items()
        self.properties.write_text("".join(f"{key}={value}\n" for key, value in lines))

    @property
    def bootstrap(self) -> str:
        """host:port, as the clients want it."""
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The value for GEOWIRE_BROKER."""
        return f"kafka://{self.bootstrap}"

    def command(self) -> list[str]:
        """Kafka's own main class; its shell scripts would only add another process."""
        return [*self.java, f"-Dlog4j2.configurationFile={LOG4J}", "kafka.Kafka", str(self.properties)]

    def format(self) -> None:
        """Write the cluster id into the data folder, without which Kafka does not start."""
        command = [*self.java, f"-Dlog4j2.configurationFile={LOG4J}", "kafka.tools.StorageTool", "format"]
        command += ["-t", CLUSTER_ID, "-c", str(self.properties)]
        done = subprocess.run(command, env=self.environment(), capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise ServerError(f"kafka storage format: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def ready(self) -> bool:
        """An ApiVersions request is answered; topics can be created from then on."""
        request = struct.pack(">ihhih", 10, 18, 0, 1, -1)  # length, ApiVersions, version 0, correlation 1, no client id
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
                connection.sendall(request)
                return len(connection.recv(8)) == 8
        except OSError:
            return False


def defaults(port: int, controller_port: int, data: Path) -> dict[str, str]:
    """One node without replicas; no topic appears by itself, as in production."""
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "log.cleaner.dedupe.buffer.size": "10485760",  # the default of 128 MB does not fit into the heap
        "offsets.topic.num.partitions": "4",
        "offsets.topic.replication.factor": "1",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
    }


def start_kafka(*, port: int | None = None, settings: Mapping[str, str] | None = None) -> KafkaServer:
    """Start a Kafka with empty data. `settings` overrides server.properties; a `port` that is taken gives another."""
    find_jdk(JAVA)
    kafka_jars()  # first what may be unavailable, then the folder
    server = KafkaServer(server_folder("kafka"), free_port(port), settings or {})
    try:
        server.format()
        return server.start()
    except BaseException:
        server.close()
        raise
