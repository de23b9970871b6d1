"""The one way to Elasticsearch for index/ and state/: a client from the settings, what its errors mean here, and
API keys with the rights that geowire needs.

Errors are told apart by type, not by status alone: a flood-stage disk, a red index and a timeout pass (Unavailable);
refused credentials, a missing or closed index and a block that somebody set need a person (Misconfigured).
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from elastic_transport import ConnectionError as NoConnection
from elastic_transport import SerializationError, TlsError, TransportError
from elasticsearch import ApiError, AsyncElasticsearch, UnsupportedProductError
from pydantic import SecretStr

from pipeline.errors import GeowireError, Misconfigured, Unavailable
from pipeline.settings import Settings

TIMEOUT = 30.0  # seconds of one request; a server that needs longer counts as unavailable
CONFLICT = 409  # the status of a write whose document another writer changed since it was read
CREATE = "run: geowire init"
PASSING = {"unavailable_shards_exception", "no_shard_available_action_exception", "es_rejected_execution_exception"}
PASSING |= {"circuit_breaking_exception", "process_cluster_event_timeout_exception", "master_not_discovered_exception"}
ADVICE = {
    "index_not_found_exception": f"an index or alias is missing; {CREATE}",
    "index_closed_exception": "an index is closed; open it again",
    "cluster_block_exception": "writing is blocked; remove the block once its reason is gone",
    "media_type_header_exception": "this version of Elasticsearch is not supported; use 8.19 or 9",
}
RIGHTS: dict[str, Any] = {
    "cluster": ["monitor"],
    "indices": [
        {
            "names": ["articles*", "versions*", "ledger*", "state*"],
            "privileges": ["read", "write", "maintenance", "view_index_metadata"],
        }
    ],
}


def connect(settings: Settings) -> AsyncElasticsearch:
    """A client for `settings.index`; close it after use.

    It tries nothing twice: the callers wait and ask again, and know what they have asked.

    Raises:
        Misconfigured: the URL or the file of the certificate authority can't be used.
    """
    options: dict[str, Any] = {}
    if key := settings.es_api_key.get_secret_value():
        options["api_key"] = key
    elif settings.es_user:
        options["basic_auth"] = (settings.es_user, settings.es_password.get_secret_value())
    if settings.es_ca:
        options["ca_certs"] = settings.es_ca
    try:
        return AsyncElasticsearch(
            settings.index, request_timeout=TIMEOUT, max_retries=0, retry_on_timeout=False, **options
        )
    except (ValueError, OSError) as exc:
        raise Misconfigured(f"GEOWIRE_INDEX={settings.index} can't be used: {exc}") from exc


@asynccontextmanager
async def answered(settings: Settings) -> AsyncIterator[None]:
    """Everything asked of Elasticsearch goes inside: its errors leave as Unavailable or Misconfigured."""
    try:
        yield
    except (ApiError, TransportError, UnsupportedProductError) as exc:
        raise translate(settings, exc) from exc


def translate(settings: Settings, exc: Exception) -> GeowireError:
    """What an error of the client means, as the error to raise."""
    url = settings.index
    if isinstance(exc, ApiError):
        cause = _cause(exc.body)
        return fault(settings, exc.meta.status, str(cause.get("type") or exc.message), str(cause.get("reason") or ""))
    if isinstance(exc, UnsupportedProductError):
        return Misconfigured(f"{url} is not an Elasticsearch that geowire can use: {exc}; use 8.19 or 9")
    if isinstance(exc, TlsError):
        return Misconfigured(f"{url}: no trusted TLS connection ({exc}); set GEOWIRE_ES_CA to the authority's file")
    if isinstance(exc, SerializationError):
        return Unavailable(f"{url} gave an answer that can't be read: {exc}")
    kind = "can't be reached" if isinstance(exc, NoConnection) else "does not answer"
    return Unavailable(f"Elasticsearch at {url} {kind}; start it, or correct GEOWIRE_INDEX ({exc})")


def fault(settings: Settings, status: int, kind: str, reason: str = "") -> GeowireError:
    """What a refusal means, of a whole request or of one item of a bulk.

    Args:
        status: as in HTTP.
        kind: Elasticsearch's name of the error, `index_not_found_exception`.
        reason: its sentence.
    """
    said = f"Elasticsearch at {settings.index} answered {status} {kind}" + (f": {reason}" if reason else "")
    if kind in PASSING or status in (408, 429) or status >= 500:
        return Unavailable(f"{said}; it is overloaded, or parts of it are down")
    if status in (401, 403) and kind not in ADVICE:
        return Misconfigured(f"{said}; check GEOWIRE_ES_API_KEY, or GEOWIRE_ES_USER and GEOWIRE_ES_PASSWORD")
    return Misconfigured(f"{said}; {ADVICE.get(kind, 'see docs/operations.md')}")


def _cause(body: object) -> Mapping[str, Any]:
    """The innermost useful part of an error's body: a failed search hides its cause in its first failed shard."""
    error = body.get("error") if isinstance(body, Mapping) else None
    if not isinstance(error, Mapping):
        return {"type": error} if isinstance(error, str) else {}
    roots = error.get("root_cause")
    if error.get("type") == "search_phase_execution_exception" and isinstance(roots, list) and roots:
        return roots[0] if isinstance(roots[0], Mapping) else error
    return error


async def create_api_key(settings: Settings) -> str:
    """A new API key, in its encoded form, with no more rights than the worker, the poller and the web need.

    Raises:
        Misconfigured: the credentials of `settings` may not make keys, or the server's security is off.
    """
    client = connect(settings)
    try:
        async with answered(settings):
            made = await client.security.create_api_key(name="geowire", role_descriptors={"geowire": RIGHTS})
    finally:
        await client.close()
    return str(made["encoded"])


async def key_works(settings: Settings, key: str) -> bool:
    """Whether an API key (encoded form) is known to the server and has the rights that geowire needs."""
    if not key:
        return False
    asked = settings.model_copy(update={"es_api_key": SecretStr(key)})
    client = connect(asked)
    try:
        async with answered(asked):
            try:
                answer = await client.security.has_privileges(cluster=RIGHTS["cluster"], index=RIGHTS["indices"])
            except ApiError as exc:
                if exc.meta.status == 401:
                    return False
                raise
    finally:
        await client.close()
    return bool(answer["has_all_requested"])
