"""News agencies by the names under which their reports are credited (data/agencies.toml)."""

from functools import cache
from pathlib import Path
from typing import Any

from pipeline.identity import domain_of
from pipeline.tables import words_of
from pipeline.text import fold


def agency_of(name: str) -> str | None:
    """The id of an agency; a short name counts in its own capitals only, for `pa` and `map` are words."""
    shown = name.strip(" .")
    exact, folded = _agencies()
    return exact.get(shown) or folded.get(key(shown))


def key(name: str) -> str:
    """A name, an address or a domain as names are compared here."""
    domain = domain_of(name) if "://" in name else None
    words = fold(domain or name.removeprefix("www."))
    return " ".join(words[1:] if words[:1] == ["the"] else words)


@cache
def table() -> dict[str, Any]:
    """The file as it is: the agencies, and the patterns of how a text says whose it is."""
    return words_of(Path(__file__).parent / "data" / "agencies.toml")


@cache
def _agencies() -> tuple[dict[str, str], dict[str, str]]:
    exact: dict[str, str] = {}
    folded: dict[str, str] = {}
    for agency, said in table()["agencies"].items():
        for name in said["names"]:
            if name.isupper() or name.islower():
                exact[name] = f"agency:{agency}"
            else:
                folded[key(name)] = f"agency:{agency}"
        folded |= {key(domain): f"agency:{agency}" for domain in said["domains"]}
    return exact, folded
