"""What stands before every request: who may ask, and the headers that every answer carries.

Without a key the server is for the person at this machine. A page of a stranger in their browser can reach it too, by a
name that resolves to 127.0.0.1 (DNS rebinding) or by a form that posts across sites; both are refused here.
"""

import hmac
import logging
from ipaddress import ip_address
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from pipeline.errors import Misconfigured
from pipeline.settings import Settings
from pipeline.web.problems import HttpProblem, describe, respond

log = logging.getLogger(__name__)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
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
    if settings.api_key.get_secret_value() or _is_loopback(settings.host):
        return
    raise Misconfigured(
        f"GEOWIRE_HOST={settings.host} lets other machines in, so GEOWIRE_API_KEY (or GEOWIRE_API_KEY_FILE) must be "
        "set; or use GEOWIRE_HOST=127.0.0.1"
    )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


class Guard:
    """ASGI middleware: refuses what must not pass, and puts the headers on every answer, errors included."""

    def __init__(self, app: ASGIApp, *, key: str) -> None:
        self._app, self._key = app, key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = False
        method = scope["method"]
        if method == "HEAD":  # answered as GET; the server leaves the body out
            scope = {**scope, "method": "GET"}

        async def send_guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                _add_headers(message)
            await send(message)

        try:
            self._check(method, Headers(scope=scope))
            await self._app(scope, receive, send_guarded)
        except HttpProblem as exc:
            await respond(exc)(scope, receive, send_guarded)
        except Exception as exc:
            log.exception("a request to %s failed", scope["path"])
            if started:
                raise
            await respond(describe(exc))(scope, receive, send_guarded)

    def _check(self, method: str, headers: Headers) -> None:
        if self._key:
            if method not in SAFE_METHODS:
                self._check_key(headers.get("authorization", ""))
            return
        host = headers.get("host", "")
        if _host_name(host) not in LOOPBACK_NAMES:
            detail = "without an API key only this machine is served, by the name 127.0.0.1, localhost or [::1]"
            raise HttpProblem(403, "host", detail)
        if method not in SAFE_METHODS and _is_cross_site(headers, host):
            raise HttpProblem(403, "cross-site", "a page of another site may not publish here")

    def _check_key(self, given: str) -> None:
        scheme, _, token = given.partition(" ")
        same = hmac.compare_digest(token.strip().encode("latin-1"), self._key.encode())  # the bytes as sent
        if scheme.lower() != "bearer" or not same:
            detail = "publishing needs the header `Authorization: Bearer KEY` with the key of GEOWIRE_API_KEY"
            raise HttpProblem(401, "key", detail, headers={"WWW-Authenticate": 'Bearer realm="geowire"'})


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
