"""Settings: origins, files, secrets, the supported pairs."""

from pathlib import Path

import pytest
from yarl import URL

from pipeline.errors import Misconfigured
from pipeline.settings import load, load_with_origins, unknown_variables


def test_embedded_by_default(tmp_path: Path) -> None:
    settings = load(environ={"GEOWIRE_DATA": str(tmp_path)})
    assert settings.embedded
    assert settings.broker_path == tmp_path / "broker.db"
    assert settings.index_path == tmp_path / "index"
    assert settings.state_path == tmp_path / "state.db"


def test_a_cluster(tmp_path: Path) -> None:
    env = {"GEOWIRE_BROKER": "kafka://a:9092,b:9093", "GEOWIRE_INDEX": "https://c:9200", "GEOWIRE_DATA": str(tmp_path)}
    settings = load(environ=env)
    assert settings.bootstrap == ["a:9092", "b:9093"]
    assert settings.index_kind == "elasticsearch"
    assert not settings.embedded


@pytest.mark.parametrize(
    "env",
    [
        {"GEOWIRE_BROKER": "kafka://a:9092"},
        {"GEOWIRE_INDEX": "http://a:9200"},
        {"GEOWIRE_BROKER": "redis://a", "GEOWIRE_INDEX": "http://a:9200"},
        {"GEOWIRE_PARTITIONS": "0"},
        {"GEOWIRE_PARTITIONS": "four"},
        {"GEOWIRE_SESSION_TIMEOUT": "60"},
        {"GEOWIRE_CONFIG": "/nonexistent.toml"},
        {"GEOWIRE_API_KEY_FILE": "/nonexistent"},
        {"GEOWIRE_BROKER": "kafka://", "GEOWIRE_INDEX": "http://a:9200"},
        {"GEOWIRE_BROKER": "kafka://a", "GEOWIRE_INDEX": "http://a:9200"},
        {"GEOWIRE_BROKER": "kafka://a:9092,", "GEOWIRE_INDEX": "http://"},
        {"GEOWIRE_BROKER": "kafka://a:9092", "GEOWIRE_INDEX": "http://elastic:secret@a:9200"},
        {"GEOWIRE_BROKER": "sqlite://relative/broker.db"},
        {"GEOWIRE_KAFKA_SECURITY": "sasl_ssl"},
        {"GEOWIRE_BROKER": "kafka://[::1", "GEOWIRE_INDEX": "http://a:9200"},
        {"GEOWIRE_BROKER": "kafka://a:9092", "GEOWIRE_INDEX": "http://[::1"},
        {"GEOWIRE_DATA": "~no-such-user/data"},
        {"GEOWIRE_CONFIG": "~no-such-user/geowire.toml"},
    ],
)
def test_refused_with_a_sentence(env: dict[str, str]) -> None:
    with pytest.raises(Misconfigured, match=r".{20}"):
        load(environ=env)


def test_origins(tmp_path: Path) -> None:
    file, secret = tmp_path / "g.toml", tmp_path / "secret"
    file.write_text("partitions = 8\nbatch = 7\nport = 9000\n")
    secret.write_text("s3cret\n")
    env = {"GEOWIRE_CONFIG": str(file), "GEOWIRE_BATCH": "9", "GEOWIRE_API_KEY_FILE": str(secret)}
    settings, origins = load_with_origins({"port": 9001}, environ=env)
    assert (settings.partitions, settings.batch, settings.port) == (8, 9, 9001)
    assert settings.api_key.get_secret_value() == "s3cret"
    assert "g.toml" in origins["partitions"]
    assert origins["batch"] == "environment GEOWIRE_BATCH"
    assert origins["port"] == "option"
    assert origins["host"] == "default"
    assert "s3cret" not in repr(settings)


@pytest.mark.parametrize("line", ["data = 5", 'data = ["a"]', "broker = 5", "[geowire]", "\xff"])
def test_a_file_with_a_wrong_value_is_refused(tmp_path: Path, line: str) -> None:
    file = tmp_path / "g.toml"
    file.write_bytes(line.encode("latin-1"))
    with pytest.raises(Misconfigured, match=r".{20}"):
        load(environ={"GEOWIRE_CONFIG": str(file)})


def test_an_unknown_key_of_the_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "g.toml"
    file.write_text("partitons = 8\n")
    with pytest.raises(Misconfigured, match="partitons"):
        load(environ={"GEOWIRE_CONFIG": str(file)})


@pytest.mark.parametrize("folder", ["a b", "a#b", "a?b", "per%41cent", "größe"])
def test_any_folder_may_hold_the_data(tmp_path: Path, folder: str) -> None:
    settings = load(environ={"GEOWIRE_DATA": str(tmp_path / folder)})
    assert settings.broker_path == tmp_path / folder / "broker.db"
    assert settings.index_path == tmp_path / folder / "index"
    assert Path(URL(settings.broker).path) == settings.broker_path, "Faust reads the same address with yarl"


def test_a_misspelt_setting_is_named(tmp_path: Path) -> None:
    file = tmp_path / "geowire.toml"
    file.write_text('brokr = "sqlite:///x/broker.db"\n')
    with pytest.raises(Misconfigured, match=r"no setting brokr .*did you mean broker\?"):
        load(environ={"GEOWIRE_CONFIG": str(file)})
    environ = {"GEOWIRE_BROKR": "x", "GEOWIRE_API_KEY_FILE": "x", "GEOWIRE_TEST_KAFKA": "x", "PATH": "x"}
    assert unknown_variables(environ) == ["there is no setting GEOWIRE_BROKR; did you mean GEOWIRE_BROKER?"]
