"""What makes two articles one: the canonical spelling of a URL, and the id that is a hash of it.

Links to one article differ in where they were shared (tracking parameters), in what shows them (AMP, mobile) and in how
they are written. All of them are one document.
"""

import hashlib
import re
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit, urlunsplit

from courlan import extract_domain, normalize_url

MAX_PARAMETERS = 100

# Parameters that say where a link was shared, and change nothing on the page.
TRACKING = re.compile(
    r"^(?:utm_\w+|at_\w+|mc_[ce]id|fbclid|gclid|gclsrc|dclid|wbraid|gbraid|msclkid|yclid|twclid|ttclid|igshid|igsh|_ga|_gl"
    r"|li_fat_id|ocid|cmpid?|cmp|cid|icid|ito|itm_\w+|ns_\w+|xtor|wt\.\w+|wt_\w+|s_cid|s_kwcid|smid|smtyp|soc_src|soc_trk"
    r"|taid|tpcc|traffic_source|spm|share|shared|sharetype|share_id|src|sref|ref|ref_src|ref_url|referrer|referer|feedtype"
    r"|feature|partner|campaign|campaign_id|guccounter|guce_\w+|__twitter_impression|emailtracker|mod|mbid|ncid|sr_share"
    r"|intcid|link_id|linkid|list_id|via|hss_channel|mkt_tok|pk_\w+|piwik_\w+|matomo_\w+|trk|trkcampaign|wprov|echobox"
    r"|rss|partner_id|oly_\w+id|vero_id|_hs\w+|hsctatracking|sc_\w+|seg|sh|st|stm_\w+|usqp|amp_\w+|amp|outputtype)$",
    re.IGNORECASE,
)
VARIANT_HOSTS = ("www.", "m.", "mobile.", "amp.", "touch.", "wap.")

_AMP_CACHE = re.compile(r"^https?://[^/]*\.?(?:cdn\.ampproject\.org|bing-amp\.com)/[cv]/(s/)?(.+)$", re.IGNORECASE)
_AMP_VIEWER = re.compile(r"^https?://(?:www\.)?google\.[a-z.]+/amp/(s/)?(.+)$", re.IGNORECASE)
_AMP_PATH = re.compile(r"(?:/amp/?|/amp/index\.html)$|(?<=\.)amp\.(?=html?$)|(?<=/)amp/(?=[^/])", re.IGNORECASE)
_DOMAIN = re.compile(r"https?://(?:www\.)?([^/:?#]+)(?::(?:80|443)(?!\d))?(:\d+)?")


def domain_of(url: str | None) -> str | None:
    """`tidewater-post.example` for any URL of it, without `www.`, but with a port that is not the web's."""
    match = _DOMAIN.match(url or "")
    return match[1].lower() + (match[2] or "") if match else None


def same_site(one: str, other: str) -> bool:
    """Whether two URLs belong to one registrable domain, or one host where there is none (library: courlan)."""
    first, second = extract_domain(one), extract_domain(other)
    if first or second:
        return bool(first == second)
    return _without_variant(domain_of(one) or "") == _without_variant(domain_of(other) or "")


def canonical_url(url: str | None) -> str | None:
    """One spelling of a URL: no fragment, no tracking parameters, no AMP, the others in order (library: courlan)."""
    if not url or not url.strip():
        return None
    plain = _unwrapped(url.strip().partition("#")[0])
    try:
        normal: str = normalize_url(plain, strict=False) or plain
        scheme, host, path, query, _ = urlsplit(normal)
    except (ValueError, TypeError):
        return plain
    if scheme not in ("http", "https"):
        return normal
    host = host.removesuffix(":443" if scheme == "https" else ":80")
    kept = [(name, value) for name, value in parse_qsl(query, keep_blank_values=True) if not TRACKING.match(name)]
    return urlunsplit((scheme, host, _AMP_PATH.sub("", path) or "/", urlencode(sorted(kept[:MAX_PARAMETERS])), ""))


def article_id(canonical: str | None, title: str, text: str) -> str:
    """The id of an article: a hash of its canonical URL, or of title and text where it has none.

    http and https, `www.`, mobile and AMP hosts, and a slash at the end make no difference.
    Length: 32 hexadecimal digits (128 bits of SHA-256).
    """
    basis = f"url\n{_key(canonical)}" if canonical else f"text\n{title}\n{text}"
    return hashlib.sha256(basis.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _unwrapped(url: str) -> str:
    """The address that an AMP cache or viewer shows."""
    for form in (_AMP_CACHE, _AMP_VIEWER):
        if match := form.match(url):
            return f"{'https' if match[1] else 'http'}://{unquote(match[2])}"
    return url


def _key(canonical: str) -> str:
    scheme, _, rest = canonical.partition("://")
    if not rest or scheme not in ("http", "https"):
        return canonical
    path, mark, query = _without_variant(rest).partition("?")
    return path.rstrip("/") + mark + query


def _without_variant(rest: str) -> str:
    """A host, with or without what follows it, without `www.`, `m.` and the like."""
    prefix = next((each for each in VARIANT_HOSTS if rest.startswith(each)), "")
    return rest.removeprefix(prefix) if rest.partition("/")[0].count(".") > 1 else rest
