"""What makes two articles one: the canonical spelling of a URL, and the id that is a hash of it.

Links to one article differ in where they were shared (tracking parameters), in what shows them (AMP, mobile) and in how
they are written. All of them are one document.
"""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from courlan import extract_domain, normalize_url

from pipeline.tables import words_of

MAX_PARAMETERS = 100

_AMP_CACHE = re.compile(r"^https?://[^/]*\.?(?:cdn\.ampproject\.org|bing-amp\.com)/[cv]/(s/)?(.+)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^https?://(?:www\.)?google\.[a-z.]+/amp/(s/)?(.+)$", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/amp/?|/amp/index\.html)$|(?<=\.)amp\.(?=html?$)|(?<=/)amp/(?=[^/])", re.IGNORECASE)
_HOME = re.compile(r"https?://[^/?#]*/?(?:[?#]|$)")
_USER = re.compile(r"(?<=://)[^/?#]*@")
_DOMAIN = re.compile(r"https?://(?:[^/?#]*@)?(?:www\.)?([^/:?#]+)(?::(?:80|443)(?!\d))?(:\d+)?")


def domain_of(url: str | None) -> str | None:
    """`tidewater-post.example` for any URL of it, without a user's name and `www.`, but with a port not the web's."""
    match = _DOMAIN.match(url or "")
    return match[1].lower() + (match[2] or "") if match else None


def without_user(url: str) -> str:
    """A URL without the name and the password that may stand before its host, where they can pass for another host."""
    return _USER.sub("", url, count=1)


def same_site(one: str, other: str) -> bool:
    """Whether two URLs belong to one registrable domain, or one host where there is none (library: courlan)."""
    first, second = extract_domain(without_user(one)), extract_domain(without_user(other))
    if first or second:
        return bool(first == second)
    return _without_variant(domain_of(one) or "") == _without_variant(domain_of(other) or "")


def names_page(claimed: str, url: str) -> bool:
    """Whether an address that a page claims may be its own: of the same site, and not the home page of an article.

    A page of another site can't claim an article's address: it would be written over it. Nor are all articles one
    because a site gives them all its home page.
    """
    claims_home = _HOME.match(claimed) and page_key(canonical_url(claimed) or "") != page_key(canonical_url(url) or "")
    return same_site(claimed, url) and not claims_home


def is_home(url: str) -> bool:
    """Whether a URL is that of a site, and of no page on it: no path and, tracking apart, no parameters."""
    _, mark, rest = (canonical_url(url) or "").partition("://")
    return bool(mark) and not rest.partition("/")[2]


def canonical_url(url: str | None) -> str | None:
    """One spelling of a URL: no fragment, no tracking parameters, no AMP, the others in order (library: courlan).

    courlan sees no parameters: of those it takes whatever begins with `ga` or `ref` for tracking, `gallery=5` too.
    """
    if not url or not url.strip():
        return None
    plain = without_user(_unwrapped(url.strip().partition("#")[0]))
    try:
        address, mark, query = plain.partition("?")
        normal: str = normalize_url(address, strict=False) or address
        scheme, host, path, _, _ = urlsplit(normal)
    except (ValueError, TypeError):
        return plain
    if scheme not in ("http", "https"):
        return normal + mark + query
    host = host.removesuffix(":443" if scheme == "https" else ":80")
    kept = [pair for pair in parse_qsl(query, keep_blank_values=True) if not _is_tracking(*pair)]
    return urlunsplit((scheme, host, _AMP_PATH.sub("", path) or "/", urlencode(sorted(kept[:MAX_PARAMETERS])), ""))


def article_id(canonical: str | None, title: str, text: str) -> str:
    """The id of an article: a hash of its canonical URL, or of title and text where it has none but its site's.

    http and https, `www.`, mobile and AMP hosts, and a slash at the end make no difference.
    Length: 32 hexadecimal digits (128 bits of SHA-256).
    """
    if canonical and not is_home(canonical):
        return _hashed(f"url\n{page_key(canonical)}")
    return _hashed(f"text\n{title}\n{text}")


def entry_id(where: str, key: str) -> str:
    """The id of an article whose link is not its own; as long as `article_id`.

    Args:
        where: the canonical URL, or the outlet, within which its key tells it from others.
        key: what its feed calls it.
    """
    return _hashed(f"entry\n{page_key(where)}\n{key}")


def _hashed(basis: str) -> str:
    return hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _is_tracking(name: str, value: str) -> bool:
    return bool(_names("always").fullmatch(name) or (_names("unless_a_number").fullmatch(name) and not value.isdigit()))


@cache
def _names(which: str) -> re.Pattern[str]:
    """The names of a list of data/tracking.toml."""
    names = (re.escape(name).replace(r"\*", r"\w*") for name in _tracking()[which])
    return re.compile("|".join(names), re.IGNORECASE)


@cache
def _tracking() -> dict[str, Any]:
    return words_of(Path(__file__).parent / "data" / "tracking.toml")


def _unwrapped(url: str) -> str:
    """The address that an AMP cache or viewer shows."""
    for form in (_AMP_CACHE, _AMP_VIEWER):
        if match := form.match(url):
            return f"{'https' if match[1] else 'http'}://{unquote(match[2])}"
    return url


def page_key(canonical: str) -> str:
    """What all addresses of a page have in common, whatever their scheme, host variant and slash at the end."""
    scheme, _, rest = canonical.partition("://")
    if not rest or scheme not in ("http", "https"):
        return canonical
    path, mark, query = _without_variant(rest).partition("?")
    return path.rstrip("/") + mark + query


def _without_variant(rest: str) -> str:
    """A host, with or without what follows it, without `www.`, `m.` and the like."""
    prefix = next((each for each in _tracking()["variant_hosts"] if rest.startswith(each)), "")
    return rest.removeprefix(prefix) if rest.partition("/")[0].count(".") > 1 else rest
