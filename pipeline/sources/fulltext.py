"""What a feed says of an article and what its page says, made one: the text of the page, each field by its trust."""

from typing import Any

from pipeline.feed import Feed
from pipeline.identity import article_id, canonical_url, domain_of

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
    found["url"] = page["url"]  # where the link leads
    origins = dict(page.get("metadata_from", {}))
    if entry.get("title"):
        origins["title"] = "feed"
    found["metadata_from"] = origins
    return {name: value for name, value in found.items() if value is not None}


def of_another(feed: Feed, fields: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """What changes about an entry that leads to another outlet, so that no feed writes over the articles of others.

    Its article is what that outlet's page says. Where that was not read, it is an article of the feed's outlet, which
    credits the other one.

    Args:
        page: the fields of its page; empty where it was not read.
    """
    notes = noted(fields, f"found in the feed {feed.url}")["notes"]
    if page:
        taken = {name: page.get(name, {}) for name in ("source", "metadata_from")}
        return taken | {"title": page.get("title") or fields.get("title", ""), "notes": notes}
    named, own = fields.get("source", {}).get("name"), feed.source.model_dump(exclude_none=True)
    credit = fields.get("credit") or (named if named != feed.source.name else None) or domain_of(fields["url"])
    theirs = fields.get("id") or canonical_url(fields["url"])
    return {
        "id": article_id(f"{feed.source.id} {theirs}", "", ""),
        "source": own | {"domain": domain_of(feed.site or feed.url)},
        "credit": credit,
        "notes": notes,
    }


def noted(fields: dict[str, Any], note: str) -> dict[str, Any]:
    """The fields of an article with one more note."""
    return fields | {"notes": [*fields.get("notes", []), note]}
