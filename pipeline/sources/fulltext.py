"""What a feed says of an article and what its page says, made one: the text of the page, each field by its trust."""

from typing import Any

from pipeline.identity import same_site

TRUST = ("jsonld", "feed", "sitemap", "meta", "time", "url", "none")  # of dates, the best first


def merged(entry: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """The fields of an article from its feed entry and its page.

    The text is the page's; the title is the feed's, which has no name of the outlet in it. The date is that of the more
    trusted place. What only one of them says is taken from it.
    """
    found = {**page, **entry}
    found |= {name: page[name] for name in ("text", "completeness", "metadata_from") if name in page}
    for name in ("authors", "canonical_url", "image_url", "section"):
        if page.get(name):
            found[name] = page[name]
    ours, theirs = entry.get("published_from", "none"), page.get("published_from", "none")
    better = page if TRUST.index(theirs) < TRUST.index(ours) else entry
    found["published_at"] = better.get("published_at")
    found["published_from"] = better.get("published_from", "none")
    if page.get("modified_at"):
        found["modified_at"] = page["modified_at"]
    if not same_site(entry["url"], page["url"]):  # the link leads there by way of another site, as those of t.co do
        found["url"] = page["url"]
    origins = dict(page.get("metadata_from", {}))
    if entry.get("title"):
        origins["title"] = "feed"
    found["metadata_from"] = origins
    return {name: value for name, value in found.items() if value is not None}
