"""The names in a byline, as it is written: without "by", roles, degrees, places and outlets, each by itself."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.metadata import flat

MAX_AUTHORS = 20
MAX_BYLINE = 300  # characters that are looked at

BY = re.compile(rf"(?:^|\|\s*)(?:{pattern('by').pattern})\s*[:,]?\s+", re.IGNORECASE)
_BLOCKS = {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "li", "p", "section", "td", "tr", "ul"}
_BETWEEN = re.compile(
    rf"\s*(?:;|\||\s(?:{pattern('and').pattern})\s|,\s*(?:{pattern('and').pattern})\s|&\s)\s*", re.IGNORECASE
)
_PART = re.compile(r"\s*(?:,|\s[–—•·-])\s+")
_AT = re.compile(rf"\s(?:{pattern('at').pattern})\s(?=[^\W\d_])")
_OF_MAIL = re.compile(r"^\S+@\S+ \(([^()@]+)\)$")  # as RSS names authors
_BRACKETS = re.compile(r"\s*\((?![^)]*(?:www\.|https?:|@))[^)]*\)$")
_MAIL = r"(?:mailto:)?[^\s()<>\[\],;|@]+@(?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)+"
_ADDRESS = re.compile(rf"[(<\[]?\s*(?:{_MAIL}|(?<!\S)@\w+)\s*[)>\]]?")


def names_in(text: str) -> list[str]:
    """The names of a byline.

    Args:
        text: `By Nora Quill, Political Editor, and Ben Trask in Nairobi`, `Quill, Nora`.
    """
    plain = without_addresses(text[:MAX_BYLINE])
    found = [name for group in _BETWEEN.split(without_by(plain)) for name in _of_group(group)]
    return list(dict.fromkeys(found))[:MAX_AUTHORS]


def as_names(text: str) -> list[str]:
    """The names of what a feed or a file gives as one name: several of people where all of it reads so, else itself."""
    found = names_in(text)
    if found and all(map(looks_like_a_name, found)):
        return found
    plain = without_addresses(text) if "@" in text else text
    return [plain] if plain else []


def without_addresses(text: str) -> str:
    """A byline on one line without the addresses of e-mail and the accounts in it, which name nobody."""
    plain = _OF_MAIL.sub(r"\1", flat(text))
    return flat(_ADDRESS.sub(" ", plain)).strip(' ,;|"') if "@" in plain else plain


def without_by(text: str) -> str:
    """A byline without what stands before its names."""
    match = BY.match(text)
    return text[match.end() :] if match else text


def looks_like_a_name(plain: str) -> bool:
    """Two to four words with capitals, or a short one of a script without them."""
    parts = plain.split()
    if pattern("no_author").search(plain) or pattern("desks").search(plain):
        return False
    particles = listed("particles")
    if any(not part[0].isalpha() or (part[0].islower() and part.lower() not in particles) for part in parts):
        return False
    caseless = all(part[0].lower() == part[0].upper() for part in parts)
    letters = all(letter.isalpha() or letter in " .'’‑-" for letter in plain)
    return letters and (len(plain) <= 12 if caseless else 2 <= len(parts) <= 4)


def line_of(element: Any) -> str:
    """The beginning of an element's text, a comma where its parts stand below each other, or beside without a blank."""
    said: list[str] = []
    size, apart = 0, False
    for event, node in etree.iterwalk(element, events=("start", "end", "comment")):
        apart = (apart or (event != "comment" and node.tag in _BLOCKS)) and size > 0
        text = (node.text if event == "start" else node.tail if node is not element else "") or ""
        if not text.strip():
            said += [" "] if text else []
            continue
        beside = size > 0 and said[-1][-1].isalnum() and text[0].isupper()
        said += [", ", text] if apart or beside else [text]
        size, apart = size + len(text), False
        if size > MAX_BYLINE:
            break
    return "".join(said)


def _of_group(group: str) -> Iterator[str]:
    parts = [plain for part in _PART.split(group) if (plain := without_by(_BRACKETS.sub("", part).strip(" ,;:|")))]
    if len(parts) == 2 and "," in group and all(map(_is_one_word, parts)):
        yield f"{parts[1]} {parts[0]}"  # the family name first
        return
    found: list[str] = []
    for part in parts:
        if found and pattern("suffixes").fullmatch(part):
            found[-1] += f" {part}"
        elif not _is_no_name(part, parts, found):
            found.append(_alone(part))
    yield from found


def _is_no_name(part: str, parts: Sequence[str], found: Sequence[str]) -> bool:
    if len(parts) > 1 and pattern("roles").search(part):
        return True
    return bool(found) and (pattern("degrees").fullmatch(part) or pattern("houses").search(part)) is not None


def _is_one_word(part: str) -> bool:
    """A name of one word, with a capital and small letters; agencies have capitals alone."""
    return part.isalpha() and part[0].isupper() and part[1:].islower() and not pattern("agencies").search(part)


def _alone(part: str) -> str:
    """A name without the place or the outlet that follows it."""
    match = _AT.search(part)
    if match and len(part[: match.start()].split()) > 1 and not part[match.end()].islower():
        part = part[: match.start()]
    return part if pattern("suffixes").fullmatch(part.split()[-1]) else part.rstrip(".")
