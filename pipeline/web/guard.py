"""What stands before every request: who may ask and how often, and the headers that every answer carries.

Without a key the server is for the person at this machine. A page of a stranger in their browser can reach it too, by a
name that resolves to 127.0.0.1 (DNS rebinding) or by a form that posts across sites; both are refused here. With keys,
publishing needs the role `publish`, any other change `admin`; reading needs a key once there is one that may read.
"""

import base64
import binascii
import hashlib
import logging
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline import keys
from pipeline.errors import Misconfigured
from pipeline.keys import ApiKey, Role
from pipeline.settings import Settings
from pipeline.web.problems import HttpProblem, describe, respond

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
ASKERS = 10_000  # whose requests are counted at once
LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})
SECURITY_HEADERS = {
    # Nothing but the page's own style sheet is loaded, no script runs, and no other page may frame this one.
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def check_address(settings: Settings) -> None:
    """Refuse to serve other machines without a key.

    Raises:
        Misconfigured: with the setting to change.
    """
    if settings.api_key.get_secret_value() or _is_loopback(settings.host) or keys.load(settings.api_keys_path):
        return
    raise Misconfigured(
        f"GEOWIRE_HOST={settings.host} lets other machines in, so GEOWIRE_API_KEY (or GEOWIRE_API_KEY_FILE) must be "
        "set, or a key made by geowire key add; or use GEOWIRE_HOST=127.0.0.1"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Guard:
    """ASGI middleware: refuses what must not pass, and puts the headers on every answer, errors included."""

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app, self._keys, self._limit = app, KeyRing(settings), Limit(settings.rate_limit)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        method, headers = scope["method"], Headers(scope=scope)
        if method == "HEAD":  # answered as GET; the server leaves the body out
            scope = {**scope, "method": "GET"}

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message)
            await send(message)

        answer = Tagged(send_guarded, headers.get("if-none-match", "")) if method in ("GET", "HEAD") else send_guarded
        try:
            self._check(scope, method, headers)
            await self._app(scope, receive, answer)
        except HttpProblem as exc:
            await respond(exc)(scope, receive, send_guarded)
        except Exception as exc:
            log.exception("a request to %s failed", scope["path"])
            if started:
                raise
            await respond(describe(exc))(scope, receive, send_guarded)

    def _check(self, scope: Scope, method: str, headers: Headers) -> None:
        known = self._keys.known()
        if known:
            needed = needed_role(scope["path"], method, closed=any(key.role == "read" for key in known))
            token = _token(headers.get("authorization", ""))
            asking = keys.find(known, token) if token else None
            client = scope.get("client") or ("?", 0)
            self._limit.take(asking.name if asking else f"from {client[0]}")  # who is refused counts, too
            _check_role(asking, needed, unknown=bool(token) and asking is None)
            return
        host = headers.get("host", "")
        if _host_name(host) not in LOOPBACK_NAMES:
            detail = "without an API key only this machine is served, by the name 127.0.0.1, localhost or [::1]"
            raise HttpProblem(403, "host", detail)
        if method not in SAFE_METHODS and _is_cross_site(headers, host):
            raise HttpProblem(403, "cross-site", "a page of another site may not publish here")


class KeyRing:
    """The keys that are known: the one of the settings, and those of the file, read again when it changes."""

    def __init__(self, settings: Settings) -> None:
        token = settings.api_key.get_secret_value()
        self._own = [keys.master(token)] if token else []
        self._path = settings.api_keys_path
        self._stamp: tuple[int, int] | None = None
        self._kept: list[ApiKey] = []

    def known(self) -> list[ApiKey]:
        """All of them; empty where everybody at this machine may do everything."""
        try:
            status = self._path.stat()
            stamp = (status.st_mtime_ns, status.st_ino)
        except OSError:
            stamp = None
        if stamp != self._stamp:
            self._kept, self._stamp = keys.load(self._path), stamp
        return [*self._own, *self._kept]


class Limit:
    """Requests a minute of each asker: a bucket that fills again evenly (token bucket)."""

    def __init__(self, per_minute: int) -> None:
        self._rate = per_minute / 60
        self._full = float(per_minute)
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, asker: str) -> None:
        """Count one request.

        Raises:
            HttpProblem: 429 where there have been too many, with the seconds to wait.
        """
        if not self._rate:
            return
        now = time.monotonic()
        left, at = self._left.pop(asker, (self._full, now))
        left = min(self._full, left + (now - at) * self._rate)
        if left < 1:
            self._left[asker] = (left, now)
            wait = {"Retry-After": str(int((1 - left) / self._rate) + 1)}
            detail = f"more than {self._full:.0f} requests a minute; GEOWIRE_RATE_LIMIT is the limit"
            raise HttpProblem(429, "rate", detail, headers=wait)
        self._left[asker] = (left - 1, now)
        if len(self._left) > ASKERS:
            self._left.popitem(last=False)


class Tagged:
    """Sends a small answer with an `ETag`, or 304 where the client has it already; large and streamed ones pass."""

    def __init__(self, send: Send, given: str) -> None:
        self._send, self._given = send, given
        self._start: Message | None = None

    async def __call__(self, message: Message) -> None:
        """Send one message."""
        if message["type"] == "http.response.start" and message["status"] == 200:
            self._start = message
            return
        start, self._start = self._start, None
        if start is not None and message["type"] == "http.response.body":
            if not message.get("more_body"):
                message = self._tag(start, message)
            await self._send(start)
        await self._send(message)

    def _tag(self, start: Message, body: Message) -> Message:
        headers = MutableHeaders(scope=start)
        tag = headers.get("etag") or f'W/"{hashlib.sha256(body.get("body", b"")).hexdigest()[:24]}"'
        headers["ETag"] = tag
        if tag.removeprefix("W/") not in {one.strip().removeprefix("W/") for one in self._given.split(",")}:
            return body
        start["status"] = 304
        for name in ("content-length", "content-type"):
            del headers[name]
        return {**body, "body": b""}


def needed_role(path: str, method: str, *, closed: bool) -> Role | None:
    """What a request needs; None where everybody may. What is not named here needs `admin`.

    Args:
        path: of the request.
        method: of the request.
        closed: whether reading needs a key.
    """
    if path in ("/healthz", "/readyz"):
        return None
    if method in SAFE_METHODS:
        return "read" if closed else None
    return "publish" if path == "/api/articles" else "admin"


def secured(document: Mapping[str, Any], known: Sequence[ApiKey]) -> dict[str, Any]:
    """An OpenAPI document with the key that each request needs by now, and the role that it must have.

    Args:
        document: of the whole server.
        known: the keys; where there is none, no request needs any.
    """
    if not known:
        return dict(document)
    closed, paths = any(key.role == "read" for key in known), dict[str, Any]()
    for path, methods in document["paths"].items():
        needed = {method: needed_role(path, method.upper(), closed=closed) for method in methods}
        paths[path] = {method: operation | _needs(needed[method]) for method, operation in methods.items()}
    components = document.get("components", {}) | {"securitySchemes": _SCHEMES}
    return {**document, "paths": paths, "components": components}


_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "a key of `geowire key add`, or GEOWIRE_API_KEY"},
    "basic": {"type": "http", "scheme": "basic", "description": "the same key as the password, whatever the name"},
}


def _needs(role: Role | None) -> dict[str, Any]:
    return {"security": [{scheme: [role]} for scheme in _SCHEMES]} if role else {}


def _check_role(asking: ApiKey | None, needed: Role | None, *, unknown: bool) -> None:
    if needed is None or (asking and keys.RANK[asking.role] >= keys.RANK[needed]):
        return
    if asking is not None:
        needs = "the role admin" if needed == "admin" else f"the role {needed} or admin"
        raise HttpProblem(403, "role", f"the key {asking.name} has the role {asking.role}; this needs {needs}")
    asks = {"publish": "publishing", "read": "reading"}.get(needed, "changing this")
    detail = f"{asks} needs the header `Authorization: Bearer KEY` with a key of the role {needed} or above"
    if unknown:
        detail = "this key is not known here, or was removed; geowire key list shows those that are"
    raise HttpProblem(401, "key", detail, headers={"WWW-Authenticate": _CHALLENGES[needed == "read"]})


_CHALLENGES = {False: 'Bearer realm="geowire"', True: 'Bearer realm="geowire", Basic realm="geowire", charset="UTF-8"'}


def _token(given: str) -> str | None:
    """The key of an Authorization header: of the scheme Bearer, or the password of Basic, as a browser sends it."""
    scheme, _, value = given.partition(" ")
    raw = value.strip().encode("latin-1")  # the bytes as sent
    if scheme.lower() == "basic":
        try:
            raw = base64.b64decode(raw, validate=True).partition(b":")[2]
        except binascii.Error:
            return None
    elif scheme.lower() != "bearer":
        return None
    return raw.decode("utf-8", "surrogateescape")


def _host_name(host: str) -> str:
    """The name of a Host header without its port; empty for one that is none."""
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises for what is no port
    except ValueError:
        return ""
    return "" if parts.username is not None or parts.path else parts.hostname or ""


def _is_cross_site(headers: Headers, host: str) -> bool:
    """Whether a browser says that a page of another origin sent this; programs send neither header."""
    site = headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return True
    origin = headers.get("origin")
    return origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower())


def _add_headers(message: Message) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in SECURITY_HEADERS.items():
        headers[name] = value
    headers.setdefault("Cache-Control", "no-cache")
