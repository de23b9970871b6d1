"""A real Elasticsearch: the server with its core, transport and security modules, small in memory, one node."""

import base64
import json
import secrets
import ssl
import subprocess
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.servers.certificates import make_certificates
from tests.servers.folders import give_to, server_folder, unprivileged
from tests.servers.process import ServerError, ServerProcess, free_port
from tests.servers.toolchain import elasticsearch_zip, find_jdk, pinned

PLUGIN = Path(__file__).with_name("AnalysisPieces.java")
SMALL = "-Xms256m -Xmx256m -XX:-UseG1GC -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch"


TLS = {
    "xpack.security.http.ssl.enabled": "true",
    "xpack.security.http.ssl.key": "certificates/server.key",
    "xpack.security.http.ssl.certificate": "certificates/server.crt",
}


@dataclass(frozen=True)
class RunningElasticsearch:
    """An Elasticsearch of somebody else, which the tests use and never stop."""

    url: str


class ElasticsearchServer(ServerProcess):
    """An Elasticsearch of ours. With `password`, security is on and the superuser is `elastic`, as in production.

    With `tls` it speaks https only; `ca` is the file of the authority that a client must trust. `java` are the options
    of its virtual machine: small by default, because tests start several.
    """

    name = "elasticsearch"

    def __init__(self, folder: Path, port: int, version: str, password: str | None, *, tls: bool = False) -> None:
        super().__init__(folder, port)
        self.home = folder / f"elasticsearch-{version}"
        self.java = SMALL
        self.version = version
        self.password = password
        self.user_name = "elastic" if password else None
        self.jdk = find_jdk(java_for(version), compiler=password is not None, user=unprivileged())
        self.ca = self.home / "config" / "certificates" / "ca.crt" if tls else None
        self.user = unprivileged()

    @property
    def url(self) -> str:
        """The value for GEOWIRE_INDEX."""
        return f"{'https' if self.ca else 'http'}://127.0.0.1:{self.port}"

    def command(self) -> list[str]:
        """The script of the distribution, which starts a launcher, which starts the server and ends with it."""
        self.pid_file.unlink(missing_ok=True)
        return [str(self.home / "bin" / "elasticsearch"), "-p", str(self.pid_file)]

    def environment(self) -> dict[str, str]:
        """Java's home and options; temporary files go into the folder that is deleted at the end."""
        temporary = self.folder / "tmp"
        java = {"ES_JAVA_HOME": str(self.jdk), "ES_JAVA_OPTS": self.java, "ES_TMPDIR": str(temporary)}
        return super().environment() | java | {"TMPDIR": str(temporary)}

    @property
    def pid_file(self) -> Path:
        """Where the server writes its process id."""
        return self.folder / "es.pid"

    @property
    def pid(self) -> int:
        """The server's own process id; the launcher's until the server has written it."""
        try:
            return int(self.pid_file.read_text())
        except (FileNotFoundError, ValueError):
            return super().pid

    def ready(self) -> bool:
        """All shards of the data are there: the port is open long before that after a restart."""
        try:
            self.request("GET", "/_cluster/health?wait_for_status=yellow&timeout=1s", seconds=10)  # 408 if it is not
        except OSError:
            return False
        return True

    def request(self, method: str, path: str, body: object = None, *, seconds: float = 60) -> Any:
        """Ask the server, as the superuser where security is on; urllib's errors are OSErrors."""
        headers = {"Content-Type": "application/json"}
        if self.password:
            credentials = f"{self.user_name}:{self.password}".encode()
            headers["Authorization"] = f"Basic {base64.b64encode(credentials).decode()}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        trust = ssl.create_default_context(cafile=self.ca) if self.ca else None
        try:
            with urllib.request.urlopen(request, timeout=seconds, context=trust) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            error.close()
            raise

    def api_key(self, name: str, roles: Mapping[str, object] | None = None) -> str:
        """A new API key in its encoded form; without `roles` (role descriptors) it may do everything."""
        body = {"name": name, **({"role_descriptors": dict(roles)} if roles else {})}
        return str(self.request("POST", "/_security/api_key", body)["encoded"])

    def tool(self, *command: str, typed: str = "") -> None:
        """Run one of the distribution's own commands as the server's user."""
        done = subprocess.run(
            [str(self.home / "bin" / command[0]), *command[1:]],
            env=self.environment(),
            input=typed,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            user=self.user,
            group=self.user,
            extra_groups=None if self.user is None else [],
        )
        if done.returncode:
            raise ServerError(f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}")


def java_for(version: str) -> int:
    """The oldest Java that the server runs on."""
    return 17 if version.startswith("8.") else 21


def unpack(archive: Path, folder: Path) -> None:
    """Unpack the server's own copy of the distribution: it keeps configuration, plugins and data in its home."""
    with zipfile.ZipFile(archive) as file:
        file.extractall(folder)
    for script in (folder / archive.stem / "bin").iterdir():
        script.chmod(0o755)


def defaults(port: int, transport_port: int, *, security: bool) -> dict[str, str]:
    """One node on the loopback interface; a full disk on the machine does not make its indices read-only."""
    return {
        "discovery.type": "single-node",
        "network.host": "127.0.0.1",
        "http.port": str(port),
        "transport.port": str(transport_port),
        "cluster.routing.allocation.disk.threshold_enabled": "false",
        "xpack.security.enabled": str(security).lower(),
    }


def add_plugin(server: ElasticsearchServer) -> None:
    """Compile the test plugin against this very server and install it; see its comment for why."""
    folder = server.home / "plugins" / "analysis-pieces"
    folder.mkdir()
    classes = server.folder / "classes"
    commands: list[list[str | Path]] = [
        [server.jdk / "bin" / "javac", "-cp", f"{server.home / 'lib'}/*", "-d", classes, PLUGIN],
        [server.jdk / "bin" / "jar", "cf", folder / "analysis-pieces.jar", "-C", classes, "."],
    ]
    for command in commands:
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if done.returncode:
            raise ServerError(f"{command[0]}: {done.stderr[-2000:]}")
    descriptor = {
        "name": "analysis-pieces",
        "description": "What the index .security needs of analysis-common",
        "version": "1",
        "classname": "geowire.test.AnalysisPieces",
        "java.version": str(java_for(server.version)),
        "elasticsearch.version": server.version,
    }
    lines = "".join(f"{key}={value}\n" for key, value in descriptor.items())
    (folder / "plugin-descriptor.properties").write_text(lines)


def prepare(server: ElasticsearchServer, settings: Mapping[str, str]) -> None:
    """Write the configuration, hand the tree to the server's user, and set the password of `elastic`."""
    wanted = defaults(server.port, free_port(), security=server.password is not None)
    if server.ca:
        make_certificates(server.ca.parent)
        wanted |= TLS
    wanted |= settings
    lines = "".join(f"{key}: {json.dumps(value)}\n" for key, value in wanted.items())
    (server.home / "config" / "elasticsearch.yml").write_text(lines)
    (server.folder / "tmp").mkdir()
    if server.password:
        add_plugin(server)
    if server.user is not None:
        give_to(server.user, server.folder)
    if server.password:
        server.tool("elasticsearch-keystore", "add", "--force", "--stdin", "bootstrap.password", typed=server.password)


def start_elasticsearch(
    version: str | None = None,
    *,
    security: bool = False,
    tls: bool = False,
    port: int | None = None,
    settings: Mapping[str, str] | None = None,
    heap: str | None = None,
) -> ElasticsearchServer:
    """Start an Elasticsearch with empty data. `settings` overrides elasticsearch.yml; a taken `port` gives another.

    With `heap` (`1g`) its virtual machine runs as in production, with that much memory: for measurements.
    `tls` comes with security only, as Elasticsearch has it.
    """
    if tls and not security:
        raise ValueError("tls needs security=True")
    version = version or pinned("elasticsearch")
    find_jdk(java_for(version), compiler=security, user=unprivileged())
    archive = elasticsearch_zip(version)  # first what may be unavailable, then the folder
    folder = server_folder("elasticsearch", unprivileged())
    password = secrets.token_hex(16) if security else None
    server = ElasticsearchServer(folder, free_port(port), version, password, tls=tls)
    server.java = f"-Xms{heap} -Xmx{heap}" if heap else SMALL
    try:
        unpack(archive, folder)
        prepare(server, settings or {})
        return server.start()
    except BaseException:
        server.close()
        raise
