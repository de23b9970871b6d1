"""Which addresses geowire fetches from: http and https, ports of the web, and public addresses only.

What a feed links to is chosen by strangers, so an address could point at this machine, at the inside of the network or
at a cloud's metadata service (server-side request forgery). Names are checked after they are resolved, once, and the
connection goes to the very address that was checked (http.py).
"""

import re
import socket
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

from pipeline.errors import Rejected

PORTS = {80, 443, 8080, 8443}  # where the public web is served
MAX_URL = 4000  # characters
GLOBAL_UNICAST = IPv6Network("2000::/3")  # RFC 4291: everything else of IPv6 is special
NAT64 = IPv6Network("64:ff9b::/96")  # RFC 6052: an IPv4 address in the last 32 bits
SPECIAL_V4 = (IPv4Network("192.88.99.0/24"), IPv4Network("198.18.0.0/15"), IPv4Network("192.0.0.0/24"))

_OTHER_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:(?!\d)", re.IGNORECASE)  # `mailto:`, and no host with its port

Address = IPv4Address | IPv6Address


def checked_url(text: str, *, allow_private: bool = False) -> URL:
    """A URL that may be asked for; its host may still turn out to be private when it is resolved.

    Raises:
        Rejected: no http(s) URL with a host, a port that is not the web's, a private or oddly written address.
    """
    if len(text) > MAX_URL:
        raise Rejected(f"URL of more than {MAX_URL:,} characters")
    try:
        url = URL(text.strip())
        host, port = url.host, url.port
    except ValueError as exc:
        raise Rejected(f"not a URL: {exc}") from None
    if not text.strip():
        raise Rejected("an empty address")
    if url.scheme not in ("http", "https"):
        raise Rejected(f"only http and https addresses are fetched, not {text[:100]!r}")
    if not host:
        raise Rejected("an address without a host")
    if url.user is not None or url.password is not None:
        raise Rejected("a URL with a user name or password is not fetched")
    if not allow_private and port not in PORTS:
        raise Rejected(f"port {port} is not the web's; GEOWIRE_ALLOW_PRIVATE_ADDRESSES=true allows it")
    _check_host(host, allow_private=allow_private)
    return url.with_fragment(None)


def web_address(text: str) -> str:
    """An address as people write it, with its scheme: `feed:` (RSS readers) is http, none is https; none for none."""
    given = text.strip()
    if not given:
        return ""
    if given.lower().startswith("feed:"):
        rest = given[5:].removeprefix("//")
        return rest if "://" in rest else f"http://{rest}"
    return given if "://" in given or _OTHER_SCHEME.match(given) else f"https://{given}"


def refusal(address: str) -> str | None:
    """Why an address as numbers is not connected to, or None where it is a public one."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return f"{address} is not an address"
    if all(_is_public(each) for each in (found, *_embedded(found))):
        return None
    return f"{address} is a private or special address; GEOWIRE_ALLOW_PRIVATE_ADDRESSES=true allows it"


def _check_host(host: str, *, allow_private: bool) -> None:
    """Refuse an address that is written as such; `127.1`, `0x7f000001` and `2130706433` are addresses to a socket."""
    if _is_address(host):
        why = None if allow_private else refusal(host)
    elif _odd_form(host):
        why = f"{host} is an address in an odd form"
    else:
        return
    if why:
        raise Rejected(why)


def _is_address(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _odd_form(host: str) -> bool:
    try:
        socket.inet_aton(host.rstrip("."))
    except OSError:
        return False
    return True


def _is_public(address: Address) -> bool:
    if address.is_multicast or address.is_unspecified or (address.is_reserved and address.version == 4):
        return False
    if isinstance(address, IPv6Address):
        return (address in GLOBAL_UNICAST and address.is_global) or address in NAT64
    return address.is_global and not any(address in network for network in SPECIAL_V4)


def _embedded(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if not isinstance(address, IPv6Address):
        return []
    inner: list[Address] = [each for each in (address.ipv4_mapped, address.sixtofour) if each is not None]
    inner += list(address.teredo or ())
    if address in NAT64:
        inner.append(IPv4Address(int(address) & 0xFFFFFFFF))
    return inner
