"""What a feed says of an article and what its page says, made one: the text of the page, each field by its trust."""

import re
from typing import Any

from pipeline.errors import Rejected
from pipeline.feed import Feed
from pipeline.identity import canonical_url, domain_of, entry_id
from pipeline.sources.body import TOLD, share, words
from pipeline.sources.dates import is_ahead, is_only_day
from pipeline.sources.html import ONLY_DAY

TRUST = ("jsonld", "feed", "sitemap", "meta", "time", "url", "none")  # of dates, the best first


def merged(entry: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """The fields of an article from its feed entry and its page.

    The text is the page's; the title is the feed's, which has no name of the outlet in it. The date is that of the more
    trusted place, unless it lies ahead or is a day alone (its zone is not known) and the other's is neither. What only
    one of them says is taken from it.

    Raises:
        Rejected: the page has less text than the feed's teaser, and another one: what was read is not the article.
    """
    page = page | {"text": _longer(entry, page)}
    found = {**page, **entry}
    found |= {name: page[name] for name in ("text", "completeness", "metadata_from") if name in page}
    for name in ("authors", "canonical_url", "image_url", "section"):
        if page.get(name):
            found[name] = page[name]
    dated = min(entry, page, key=_doubts)
    found["published_at"], found["published_from"] = dated.get("published_at"), dated.get("published_from", "none")
    found["notes"] = [
        *entry.get("notes", []),
        *(note for note in page.get("notes", []) if dated is page or note != ONLY_DAY),
    ]
    if page.get("modified_at"):
        found["modified_at"] = page["modified_at"]
    found["url"] = page["url"]  # where the link leads
    said = entry.get("metadata_from", {})
    origins = said | page.get("metadata_from", {}) | {"published_at": found["published_from"]}
    if "title" in said:
        origins["title"] = said["title"]
    found["metadata_from"] = {name: origin for name, origin in origins.items() if origin != "none"}
    return {name: value for name, value in found.items() if value is not None}


def _longer(entry: dict[str, Any], page: dict[str, Any]) -> str:
    """The page's text, or that of the feed where it has all of the page's and a little more, and is not cut."""
    teaser, text = str(entry["text"]), str(page["text"])
    size, least = _size(text), _size(teaser)
    if size >= least or entry.get("completeness") == "full":
        return text
    is_cut = teaser.rstrip(" ])").endswith(("…", "..."))
    if is_cut or size < TOLD * least or share(words(text), words(teaser)) < TOLD:
        raise Rejected(f"less text on the page ({size} letters) than in the feed ({least})")
    return teaser


def _size(text: str) -> int:
    """The number of letters and digits: dots and blanks at the end of a teaser are none of its text."""
    return len(re.findall(r"\w", text))


def _doubts(said: dict[str, Any]) -> tuple[bool, bool, bool, int]:
    """What speaks against the date of an entry or a page, the worst first."""
    when, trust = said.get("published_at"), TRUST.index(said.get("published_from", "none"))
    return when is None, bool(when and is_ahead(when)), bool(when and is_only_day(when)), trust


def of_another(feed: Feed, fields: dict[str, Any], page: dict[str, Any]) -> dict[str, Any]:
    """What changes about an entry that leads to another outlet, so that no feed writes over the articles of others.

    Its article is what that outlet's page says. Where that was not read, it is an article of the feed's outlet, which
    credits the other one.

    Args:
        page: the fields of its page; empty where it was not read.
    """
    notes = noted(fields, f"found in the feed {feed.url}")["notes"]
    if page:
        taken = {name: page.get(name, {}) for name in ("text", "source", "metadata_from")}
        return taken | {"title": page.get("title") or fields.get("title", ""), "notes": notes}
    named, own = fields.get("source", {}).get("name"), feed.source.model_dump(exclude_none=True)
    credit = fields.get("credit") or (named if named != feed.source.name else None) or domain_of(fields["url"])
    theirs = fields.get("id") or canonical_url(fields["url"]) or ""
    return {
        "id": entry_id(feed.source.id, theirs),
        "source": own | {"domain": domain_of(feed.site or feed.url)},
        "credit": credit,
        "notes": notes,
    }


def noted(fields: dict[str, Any], note: str) -> dict[str, Any]:
    """The fields of an article with one more note."""
    return fields | {"notes": [*fields.get("notes", []), note]}
