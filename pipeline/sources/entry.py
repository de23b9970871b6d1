"""An entry of a feed, and what makes it an article of its own where its link does not.

The id of an article comes from its link. Some feeds have one link for all of their entries, that of their home page or
of a page with all reports; what the feed calls each of them, or what each of them says, tells these apart.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from pipeline.identity import article_id, canonical_url, entry_id, is_home, page_key, same_site

PLACED = ("title", "authors", "published_at")  # fields of which it is told where they stood
TWICE = 2  # entries that one article may have in a feed: as it was, and as it is


@dataclass(frozen=True)
class Entry:
    """One entry of a feed: fields of an `Article`, of which `text` may be empty.

    Args:
        key: what the feed identifies it by.
        fields: as `admit` takes them.
    """

    key: str
    fields: dict[str, Any]

    @property
    def words(self) -> tuple[str, str]:
        """Title and text."""
        return self.fields.get("title", ""), self.fields["text"]

    @property
    def own_key(self) -> str | None:
        """The key, where it is not just the entry's link; one with a fragment is more than the page it leads to."""
        link = canonical_url(self.fields.get("url"))
        return self.key if "#" in self.key or canonical_url(self.key) != link else None

    @property
    def fingerprint(self) -> str:
        """Changes when the entry does."""
        says = [str(self.fields.get(name, "")) for name in ("title", "text", "url", "modified_at")]
        return hashlib.sha256("\n".join(says).encode("utf-8", "replace")).hexdigest()[:16]


def placed(fields: dict[str, Any], where: str) -> dict[str, Any]:
    """The fields with where they stood: `feed`, `sitemap`."""
    return fields | {"metadata_from": {name: where for name in PLACED if fields.get(name)}}


def told_apart(entries: list[Entry], home: str | None) -> list[Entry]:
    """The entries, those with an `id` of their own whose link names no article: all of them would be one article else.

    Such a link is a home page, or a page of the feed's own site to which most of its entries lead, or more than TWICE
    ones that are different and say different things. Fewer are one article that the feed names again, with another
    headline or by its AMP address; so may be any on other sites.
    """
    found, groups = list(entries), defaultdict[str, list[int]](list)
    for at, each in enumerate(entries):
        if url := each.fields.get("url"):
            groups[page_key(canonical_url(url) or "")].append(at)
    for places in groups.values():
        group = [entries[at] for at in places]
        url = group[0].fields["url"]
        differ = min(len({each.own_key or each.words for each in group}), len({each.words for each in group}))
        of_many = differ > TWICE or (differ > 1 and 2 * len(group) > len(entries))
        if is_home(url) or (of_many and (home is None or same_site(url, home))):
            for at, each in zip(places, _by_themselves(group), strict=True):
                found[at] = each
    return found


def _by_themselves(group: list[Entry]) -> Iterator[Entry]:
    """Entries of one link whose ids follow from what the feed calls each of them, or from what they say."""
    words = defaultdict[str | None, set[tuple[str, str]]](set)
    for each in group:
        words[each.own_key].add(each.words)
    for each in group:
        own = each.own_key if len(words[each.own_key]) == 1 else None
        link = canonical_url(each.fields["url"]) or ""
        known = entry_id(link, own) if own else article_id(None, *each.words)
        yield replace(each, key=own or known, fields=each.fields | {"id": known})
