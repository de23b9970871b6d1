"""The names in a byline, as it is written: without "by", roles, degrees, places and outlets, each by itself."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from lxml import etree

from pipeline.agencies import agency_of
from pipeline.sources.boilerplate import listed, pattern
from pipeline.sources.eastern import names_of
from pipeline.sources.metadata import flat
from pipeline.sources.people import is_of_role, is_role, looks_like_a_name, without_degrees, without_role
from pipeline.sources.stamp import is_label, without_times

MAX_AUTHORS = 20
MAX_BYLINE = 300  # characters that are looked at

BY = re.compile(rf"(?:^|\|\s*)(?:{pattern('by').pattern})\s*[:,]?\s+", re.IGNORECASE)
_LABEL = re.compile(rf"^(?:{pattern('written_by').pattern})\s?[:：]\s*", re.IGNORECASE)
_BLOCKS = {"br", "dd", "div", "dt", "h1", "h2", "h3", "h4", "li", "p", "section", "td", "tr", "ul"}
_AND = pattern("and").pattern
_WITH = pattern("with").pattern
_BETWEEN = re.compile(
    rf"\s*(?:;|(?P<bar>\|)|,\s*(?:{_AND})\s|\s(?P<and>{_AND}|&)\s|,?\s(?P<with>{_WITH})(?:\s|(?<=['’]))"
    r"|(?<=\w)\s?(?P<slash>[/／])\s?(?=[^\W\d]))\s*",
    re.IGNORECASE,
)
_IN_BRACKETS = re.compile(rf"\s*\(\s*(?:(?:{_WITH})\s?)?([^()]{{2,40}})\)", re.IGNORECASE)
_MARK = re.compile(rf"[,;|/]|\s(?:{_AND}|&)\s", re.IGNORECASE)
_PART = re.compile(r"\s*(?:,|\s[–—•·-])\s+|\s*\|\s*")
_SET_OFF = re.compile(r"(?:\s[–—•·-]\s|\|)\s*([^\s|]+)\s*$")  # a word at the end: a comma may stand between names
_AT = re.compile(rf"\s(?:{pattern('at').pattern})\s(?:(?:the|die|das|el|la|le|les)\s(?=[^\W\d_a-z]))?(?=[^\W\d_])")
_OF_MAIL = re.compile(r"^\S+@\S+ \(([^()@]+)\)$")  # as RSS names authors
_BRACKETS = re.compile(r"\s*\((?![^)]*(?:www\.|https?:|@))[^)]*\)$")
_MAIL = r"(?:mailto:)?[^\s()<>\[\],;|@]+@(?:[^\W_]|-)+(?:\.(?:[^\W_]|-)+)+"
_ADDRESS = re.compile(rf"[(<\[]?\s*(?:{_MAIL}|(?<!\S)@\w+)\s*[)>\]]?")


def names_in(text: str) -> list[str]:
    """The names of a byline.

    Args:
        text: `By Nora Quill, Political Editor, and Ben Trask in Nairobi`, `Quill, Nora`.
    """
    plain = without_times(_IN_BRACKETS.sub(_agency_of_brackets, without_addresses(text[:MAX_BYLINE])))
    if eastern := names_of(plain):
        return list(dict.fromkeys(eastern))[:MAX_AUTHORS]
    plain = _LABEL.sub("", plain)
    found = [name for group in _groups(without_by(plain)) for name in _of_group(group) if not is_label(name)]
    people = [name for name in found if not is_role(name)] or found
    return list(dict.fromkeys(people))[:MAX_AUTHORS]


def as_names(text: str) -> list[str]:
    """The names of what a feed or a file gives as one name: several of people where all of it reads so, else itself."""
    found = names_in(text)
    known = [name for name in found if not pattern("nobody").fullmatch(name)]
    if known and all(looks_like_a_name(name) or agency_of(name) for name in known):
        return known
    if len(known) == 1 and _is_one_word(known[0]):
        return known  # "By Wirawan"
    plain = without_addresses(text) if "@" in text else flat(text)
    return [plain] if plain else []


def without_addresses(text: str) -> str:
    """A byline on one line without the addresses of e-mail and the accounts in it, which name nobody."""
    plain = _OF_MAIL.sub(r"\1", flat(text))
    return flat(_ADDRESS.sub(" ", plain)).strip(' ,;|"') if "@" in plain else plain


def without_by(text: str) -> str:
    """A byline without what stands before its names; `Di Stefano` and `Oleh Petrenko` are names themselves."""
    match = BY.match(text)
    rest = text[match.end() :] if match else text
    may_be_a_name = {*listed("particles"), *listed("by or a name")}
    return text if match and " " not in rest.strip() and match[0].strip().lower() in may_be_a_name else rest


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


def _agency_of_brackets(match: re.Match[str]) -> str:
    """An agency in brackets stands beside the name before it: "(AFP)", "(mit dpa)"."""
    return f", {match[1]}" if agency_of(match[1]) else match[0]


def _groups(text: str) -> Iterator[str]:
    """The parts of a byline between its marks and its words for "and", where these stand between two names."""
    begin = 0
    for mark in _BETWEEN.finditer(text):
        word = mark["and"] or mark["with"] or mark["slash"]
        if mark["bar"] and " " in text[begin : mark.start()] and _is_one_word(text[mark.end() :].strip()):
            continue  # a part of the group, as a place after a comma is
        if not word or _stands_between(text[begin : mark.start()], word, text[mark.end() :], mark["with"] is not None):
            yield text[begin : mark.start()]
            begin = mark.end()
    yield text[begin:]


def _stands_between(before: str, word: str, after: str, is_with: bool) -> bool:
    """Whether "and", "with" or a slash stands between two names: `José Ortega y Gasset` and `Iron & Wine` are one.

    Each has two words at least, or beside the word is a house or nobody ("and agencies"), or several stand before it.
    """
    last, first = _MARK.split(before)[-1].strip(), _MARK.split(after)[0].strip()
    are_full = min(len(last.split()), len(first.split())) > 1
    if last and first and is_of_role(last.split()[-1]) and is_of_role(first.split()[0]):
        return False  # "Arts and Culture Editor"
    if is_with:
        return _is_house(first) or (are_full and word.islower() and looks_like_a_name(_alone(first)))
    if word in "/／":
        return are_full or (" " in last and agency_of(first) is not None)  # what follows an agency took a picture
    if are_full or _is_house(last) or _is_house(first):
        return True
    return word not in ("y", "e") and "," in before


def _is_house(text: str) -> bool:
    return text.isupper() or (text != "" and _is_nobody(text))


def _is_nobody(text: str) -> bool:
    found = (pattern("agencies").search(text), pattern("desks").search(text), pattern("nobody").fullmatch(text))
    return any(each is not None for each in found)


def _of_group(group: str) -> Iterator[str]:
    parts = [plain for part in _PART.split(group) if (plain := without_by(_BRACKETS.sub("", part).strip(" ,;:|")))]
    if len(parts) == 2 and "," in group and _is_one_word(parts[1]) and _is_family_name(parts[0]):
        yield f"{parts[1]} {parts[0]}"  # the family name first
        return
    if len(parts) > 3 and len(parts) % 2 == 0 and all(map(_is_one_word, parts)):
        yield group.strip()  # names of one word, or several with the family name first
        return
    if len(parts) > 1 and " " in parts[-2] and _is_one_word(parts[-1]) and _SET_OFF.search(group):
        parts.pop()  # a place, or a section
    found: list[str] = []
    for part in parts:
        if pattern("not_by").match(part):
            break
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


def _is_family_name(part: str) -> bool:
    """A name of one word, perhaps after particles: `van der Veldt`."""
    *before, last = part.split()
    return _is_one_word(last) and all(each.islower() and each in listed("particles") for each in before)


def _alone(part: str) -> str:
    """A name without its role, and the place or the outlet that follows it."""
    match = _AT.search(part)
    if match and len(part[: match.start()].split()) > 1 and not part[match.end()].islower():
        part = part[: match.start()]
    part = without_role(without_degrees(part))
    return part if pattern("suffixes").fullmatch(part.split()[-1]) else part.rstrip(".")
