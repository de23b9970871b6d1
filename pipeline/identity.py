"""What makes two articles one: the canonical spelling of a URL, and the id that is a hash of it."""

import hashlib
import re

from courlan import normalize_url


def domain_of(url: str | None) -> str | None:
    """`tidewater-post.example` for any URL of it, without `www.`."""
    match = re.match(r"https?://(?:www\.)?([^/:?#]+)", url or "")
    return match[1].lower() if match else None



def canonical_url(url: str | None) -> str | None:
    """One spelling of a URL: lower-case host, no fragment, no tracking parameters (library: courlan)."""
    if not url or not url.strip():
        return None
    try:
        normal: str = normalize_url(url.strip().partition("#")[0], strict=False)
    except (ValueError, TypeError):
        return url.strip()
    return normal or url.strip()


def article_id(canonical: str | None, title: str, text: str) -> str:
    """The id of an article: a hash of its canonical URL, or of title and text where it has none.

    Length: 32 hexadecimal digits (128 bits of SHA-256).
    """
    basis = f"url\n{canonical}" if canonical else f"text\n{title}\n{text}"
    return hashlib.sha256(basis.encode("utf-8")).hexdigest()[:32]
