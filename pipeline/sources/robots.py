"""robots.txt (RFC 9309), and what publishers say about text and data mining: TDMRep and RSL.

A reservation is not a prohibition to read: it is recorded on the article, so that whoever uses the archive can keep to
it. robots.txt decides whether a page is fetched at all.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from pipeline.sources.metadata import joined

AGENT = "geowire"
MAX_ROBOTS = 500 * 1024  # bytes that are read of it (RFC 9309, section 2.5)
MAX_RULES = 5000


@dataclass(frozen=True)
class Robots:
    """The rules of a robots.txt for geowire.

    Args:
        rules: (pattern, allowed) in the order of the file.
        sitemaps: the addresses that it names.
        license: the address of an RSL licence, if it names one.
    """

    rules: tuple[tuple[str, bool], ...] = ()
    sitemaps: tuple[str, ...] = ()
    license: str | None = None

    def allows(self, path: str) -> bool:
        """Whether a path (with its query) may be fetched: the longest match decides, of two equal ones `allow`."""
        longest, allowed, plain = -1, True, unquote(path)
        for pattern, allow in self.rules:
            if len(pattern) >= longest and _matches(pattern, plain):
                allowed = allow or (allowed if len(pattern) == longest else False)
                longest = len(pattern)
        return allowed


NOTHING_ALLOWED = Robots(rules=(("/", False),))


@dataclass
class _Group:
    agents: list[str] = field(default_factory=list)
    rules: list[tuple[str, bool]] = field(default_factory=list)


def read_robots(raw: bytes) -> Robots:
    """The rules of a robots.txt: those of the group for geowire, else of the group for everyone."""
    groups: list[_Group] = []
    sitemaps: list[str] = []
    license_url = None
    for line in raw[:MAX_ROBOTS].decode("utf-8-sig", "replace").splitlines()[:MAX_RULES]:
        name, _, value = (part.strip() for part in line.partition("#")[0].partition(":"))
        match name.lower():
            case "user-agent":
                if not groups or groups[-1].rules:
                    groups.append(_Group())
                groups[-1].agents.append(value.lower())
            case "allow" | "disallow" if groups:
                # An empty rule allows everything, and still ends the list of agents before it.
                groups[-1].rules.append((unquote(value), name.lower() == "allow") if value else ("", True))
            case "sitemap":
                sitemaps.append(value)
            case "license":
                license_url = license_url or value
    own = [group for group in groups if any(agent.split("/")[0] == AGENT for agent in group.agents)]
    chosen = own or [group for group in groups if "*" in group.agents]
    rules = tuple(rule for group in chosen for rule in group.rules)
    return Robots(rules, tuple(sitemaps[:100]), license_url)


def header_reservation(headers: Mapping[str, str]) -> str | None:
    """A reservation in an answer's headers: `tdm-reservation` (TDMRep), or a `Link` to an RSL licence."""
    if headers.get("tdm-reservation", "").strip() == "1":
        return _tdmrep(headers.get("tdm-policy"))
    for link in headers.get("Link", "").split(","):
        if "application/rsl+xml" in link and (target := re.search(r"<([^>]*)>", link)):
            return _rsl(target[1])
    return None


def page_reservation(meta: Mapping[str, str], tree: Any, url: str | None) -> str | None:
    """A reservation in a page: `<meta name="tdm-reservation">`, or a link to an RSL licence."""
    if meta.get("tdm-reservation") == "1":
        return _tdmrep(meta.get("tdm-policy"))
    found = tree.xpath("//link[contains(@rel,'license')][@type='application/rsl+xml']/@href")
    found += tree.xpath("//script[@type='application/rsl+xml']") and [""]
    return _rsl(joined(url, str(found[0])) or url or "") if found else None


def site_reservation(rules: object, path: str) -> str | None:
    """A reservation in a site's `/.well-known/tdmrep.json`: the first rule whose location matches the path."""
    for rule in rules if isinstance(rules, list) else []:
        if not isinstance(rule, dict) or not isinstance(rule.get("location"), str):
            continue
        if _matches(rule["location"], path):
            policy = rule.get("tdm-policy")
            return _tdmrep(policy if isinstance(policy, str) else None) if rule.get("tdm-reservation") == 1 else None
    return None


def robots_reservation(robots: Robots) -> str | None:
    """A reservation in robots.txt: the address of an RSL licence."""
    return _rsl(robots.license) if robots.license else None


def _tdmrep(policy: str | None) -> str:
    return f"TDMRep {policy}".strip()[:500] if policy else "TDMRep"


def _rsl(target: str) -> str:
    return f"RSL {target}".strip()[:500]


def _matches(rule: str, path: str) -> bool:
    """Whether a rule matches a path from its beginning: `*` is any number of characters, `$` at its end the end.

    Each part is looked for once, from where the last one ended, so that a hostile file costs no time.
    """
    first, *parts = rule.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    last = parts.pop() if parts and rule.endswith("$") else None
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if last is not None:
        return len(path) - len(last) >= at and path.endswith(last)
    return not rule.endswith("$") or at == len(path)
