"""Every setting of geowire, in one typed table. No other module reads the environment.

A value comes from the environment (`GEOWIRE_*`, or for secrets the file that `GEOWIRE_*_FILE` names), else from the
TOML file named by `GEOWIRE_CONFIG` (default `geowire.toml` in the user's configuration folder), else it is the
default. `geowire doctor` prints each value with its origin; docs/settings.md is tested against this table.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote, unquote, urlsplit

from platformdirs import user_config_path, user_data_path
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from pipeline.errors import Misconfigured

_HOST_PORT = re.compile(r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/@\[\]]+):\d{1,5}")

PAIRS = {("sqlite", "tantivy"), ("kafka", "elasticsearch")}


class Settings(BaseModel):
    """The settings; each field is `GEOWIRE_<NAME>` in the environment and `<name>` in the TOML file."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    data: Path = Field(default=Path(), description="folder of the embedded mode: broker.db, index/, state.db")
    broker: str = Field(default="", description="sqlite:///path (embedded) or kafka://host:9092[,host:9092]")
    index: str = Field(default="", description="tantivy:///path (embedded) or http(s)://host:9200")
    partitions: int = Field(
        default=4, ge=1, le=1024, description="partitions of each topic that `geowire init` creates"
    )
    replication: int = Field(default=1, ge=1, le=9, description="replicas of each Kafka topic")
    shards: int = Field(default=1, ge=1, le=64, description="primary shards of the Elasticsearch index")
    kafka_security: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        default="PLAINTEXT", description="PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL"
    )
    kafka_user: str = Field(default="", description="user name for SASL/SCRAM-SHA-512")
    kafka_password: SecretStr = Field(default=SecretStr(""), description="password for SASL/SCRAM-SHA-512")
    kafka_ca: str = Field(default="", description="file with the certificate authority of the Kafka brokers")
    session_timeout: float = Field(
        default=8.0, ge=6, le=10, description="seconds after which Kafka counts a silent worker as gone"
    )
    instance_id: str = Field(default="", description="Kafka static member id of this worker; empty: a dynamic member")
    es_api_key: SecretStr = Field(default=SecretStr(""), description="Elasticsearch API key (encoded form)")
    es_user: str = Field(default="", description="Elasticsearch user, where no API key is set")
    es_password: SecretStr = Field(default=SecretStr(""), description="password of the Elasticsearch user")
    es_ca: str = Field(default="", description="file with the certificate authority of Elasticsearch")
    retention_days: int = Field(
        default=-1,
        ge=-1,
        description="days that articles and articles.dead are kept (embedded: articles alone); -1 for ever",
    )
    nlp_model: str = Field(
        default="accurate", description="accurate or fast, or any installed spaCy pipeline by name or folder"
    )
    nlp_processes: int = Field(default=2, ge=1, le=64, description="processes that read articles with spaCy")
    nlp_timeout: float = Field(
        default=60.0,
        gt=0,
        description="seconds that an article of 40,000 characters or less may take in NLP; a longer one more",
    )
    fuse: float = Field(
        default=0.2, ge=0, le=1, description="share of dead-lettered messages at which the worker stops; 1: never"
    )
    batch: int = Field(default=32, ge=1, le=1000, description="articles that an agent takes at once")
    host: str = Field(
        default="127.0.0.1", description="address of the web server; another than loopback needs an API key"
    )
    port: int = Field(default=8000, ge=0, le=65535, description="port of the web server")
    api_key: SecretStr = Field(
        default=SecretStr(""), description="key that publishing and changing need over HTTP (Authorization: Bearer …)"
    )
    api_keys: str = Field(
        default="", description="file with the keys of `geowire key`; default api-keys.json in the data"
    )
    rate_limit: int = Field(
        default=600, ge=0, description="requests a minute of one API key, or of one address without; 0: no limit"
    )
    allow_private_addresses: bool = Field(
        default=False, description="whether feeds and pages may lie on private addresses and other ports (intranets)"
    )
    log_level: str = Field(
        default="INFO", pattern="^(DEBUG|INFO|WARNING|ERROR)$", description="DEBUG, INFO, WARNING or ERROR"
    )

    @property
    def broker_kind(self) -> str:
        """`sqlite` or `kafka`."""
        return urlsplit(self.broker).scheme

    @property
    def index_kind(self) -> str:
        """`tantivy` or `elasticsearch`."""
        scheme = urlsplit(self.index).scheme
        return "elasticsearch" if scheme in ("http", "https") else scheme

    @property
    def embedded(self) -> bool:
        """Whether everything lives in files of this machine (SQLite log and tantivy)."""
        return self.broker_kind == "sqlite"

    @property
    def broker_path(self) -> Path:
        """The file of the SQLite log; only for `sqlite:///`."""
        return _path(self.broker)

    @property
    def index_path(self) -> Path:
        """The folder of the tantivy index; only for `tantivy:///`."""
        return _path(self.index)

    @property
    def state_path(self) -> Path:
        """The SQLite file of the embedded state."""
        return self.data / "state.db"

    @property
    def api_keys_path(self) -> Path:
        """The file with the hashes of the API keys."""
        return _absolute("api_keys", self.api_keys) if self.api_keys else self.data / "api-keys.json"

    @property
    def bootstrap(self) -> list[str]:
        """`host:port` of each Kafka broker; only for `kafka://`."""
        return [host for host in self.broker.removeprefix("kafka://").rstrip("/").split(",") if host]


def load(overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process; `overrides` (command-line options) win over everything.

    Raises:
        Misconfigured: an unknown or wrong value, or a broker and an index that are not a pair.
    """
    return load_with_origins(overrides, environ)[0]


def load_with_origins(
    overrides: Mapping[str, Any] | None = None, environ: Mapping[str, str] | None = None
) -> tuple[Settings, dict[str, str]]:
    """The settings, and for each field where its value came from (option, environment, file, default)."""
    env = os.environ if environ is None else environ
    values, origins = _from_file(env)
    for name in Settings.model_fields:
        variable = f"GEOWIRE_{name.upper()}"
        if raw := env.get(variable):
            values[name], origins[name] = raw, f"environment {variable}"
        elif file := env.get(f"{variable}_FILE"):
            values[name], origins[name] = _secret(variable, file), f"file {file} ({variable}_FILE)"
    for name, value in (overrides or {}).items():
        if value is not None:
            values[name], origins[name] = value, "option"
    data = _absolute("data", values.get("data") or str(user_data_path("geowire")))
    values["data"] = data
    values.setdefault("broker", f"sqlite://{quote(str(data / 'broker.db'))}")
    values.setdefault("index", f"tantivy://{quote(str(data / 'index'))}")
    try:
        settings = Settings.model_validate(values)
    except ValidationError as exc:
        fault = exc.errors(include_url=False, include_input=False)[0]
        name = ".".join(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            raise Misconfigured(
                f"there is no setting {name} ({origins.get(name)}){_meant(name, Settings.model_fields)}"
            ) from None
        raise Misconfigured(f"setting {name} ({origins.get(name, 'default')}): {fault['msg']}") from None
    _check_urls(settings)
    _check_pair(settings)
    _check_addresses(settings)
    return settings, {name: origins.get(name, "default") for name in Settings.model_fields}


def unknown_variables(environ: Mapping[str, str] | None = None) -> list[str]:
    """A sentence for each GEOWIRE_ variable of the environment that sets nothing: a misspelt one goes unseen else."""
    env = os.environ if environ is None else environ
    known = {f"GEOWIRE_{name.upper()}" for name in Settings.model_fields}
    allowed = known | {f"{name}_FILE" for name in known} | {"GEOWIRE_CONFIG"}
    named = sorted(name for name in env if name.startswith("GEOWIRE_") and not name.startswith("GEOWIRE_TEST_"))
    return [f"there is no setting {name}{_meant(name, known)}" for name in named if name not in allowed]


def _meant(name: str, known: Iterable[str]) -> str:
    near = get_close_matches(name, known, n=1, cutoff=0.75)
    return f"; did you mean {near[0]}?" if near else ""


def _from_file(env: Mapping[str, str]) -> tuple[dict[str, Any], dict[str, str]]:
    named = env.get("GEOWIRE_CONFIG")
    path = _absolute("GEOWIRE_CONFIG", named) if named else user_config_path("geowire") / "geowire.toml"
    try:
        if not path.is_file():
            if named:
                raise Misconfigured(f"GEOWIRE_CONFIG names {path}, which is not a file")
            return {}, {}
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as exc:
        raise Misconfigured(f"{path} can't be read: {exc.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise Misconfigured(f"{path} is not valid TOML: {exc}") from None
    return values, dict.fromkeys(values, f"file {path}")


def _absolute(name: str, value: object) -> Path:
    """A path as it is meant: `~` stands for a home folder."""
    try:
        return Path(value).expanduser().resolve()  # type: ignore[arg-type]  # a TOML file may hold any type
    except (TypeError, ValueError, OSError, RuntimeError) as exc:  # RuntimeError: no such home, a circle of links
        raise Misconfigured(f"setting {name}: {value!r} is no path that can be used: {exc}") from None


def _secret(variable: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise Misconfigured(f"{variable}_FILE names {file}, which can't be read: {exc}") from None


def _check_urls(settings: Settings) -> None:
    for name, url in (("GEOWIRE_BROKER", settings.broker), ("GEOWIRE_INDEX", settings.index)):
        try:
            urlsplit(url)
        except ValueError as exc:
            raise Misconfigured(f"{name}={url} is no address: {exc}") from None


def _check_pair(settings: Settings) -> None:
    pair = (settings.broker_kind, settings.index_kind)
    if pair not in PAIRS:
        raise Misconfigured(
            f"GEOWIRE_BROKER={settings.broker} and GEOWIRE_INDEX={settings.index} are not a supported pair; "
            "use sqlite:///… with tantivy:///…, or kafka://… with http(s)://…"
        )


def _check_addresses(settings: Settings) -> None:
    """Refuse addresses that would fail later, or show a password wherever they are printed."""
    for name, url in (("GEOWIRE_BROKER", settings.broker), ("GEOWIRE_INDEX", settings.index)):
        parts = urlsplit(url)
        if "@" in parts.netloc:
            raise Misconfigured(
                f"{name}: no user or password in the address; set GEOWIRE_ES_USER and GEOWIRE_ES_PASSWORD, or "
                "GEOWIRE_KAFKA_USER and GEOWIRE_KAFKA_PASSWORD"
            )
        if parts.scheme in ("sqlite", "tantivy") and (parts.netloc or not parts.path.strip("/")):
            raise Misconfigured(f"{name}={url}: three slashes and an absolute path are needed ({parts.scheme}:///path)")
        if parts.scheme in ("http", "https") and not parts.hostname:
            raise Misconfigured(f"{name}={url} names no host")
    if settings.broker_kind == "kafka" and not all(_HOST_PORT.fullmatch(host) for host in settings.bootstrap or [""]):
        raise Misconfigured(f"GEOWIRE_BROKER={settings.broker}: host:port is needed, several with commas between them")


def _path(url: str) -> Path:
    return Path(unquote(urlsplit(url).path))
