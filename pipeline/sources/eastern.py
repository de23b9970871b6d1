"""Bylines in Chinese, Japanese and Korean, where roles, places and names stand beside each other without a mark.

`記者陳大文／台北報導`, `本报记者 张三 李四`, `山田太郎記者`, `[서울=파도] 김민준 기자`. Only what a role, a label or
a mark of lists tells apart is; a byline that leaves open where a name begins or ends stays as it is.
"""

import re
from functools import cache

from pipeline.agencies import agency_of
from pipeline.sources.boilerplate import listed, pattern

HANGUL_NAME = 3  # syllables of nearly all Korean names

_LETTER = r"\u3005\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3"
_SCRIPT = re.compile(rf"[{_LETTER}]")
_HANGUL = re.compile(r"[\uac00-\ud7a3 ]+")
_NAME = re.compile(rf"[{_LETTER}][{_LETTER}·・ ]{{1,11}}")
_BRACKETED = re.compile(r"[〔【「『\[（(]([^〔【「『\[（()）\]』」】〕]{0,60})[)）\]』」】〕]")
_LIST = re.compile(r"\s*[、，,;；/／╱｜|]\s*")
_DOTS = re.compile(r"\s*[·・]\s*")
_DESK = re.compile(rf"[{_LETTER}]{{1,8}}(?:部|局|班)・")


def names_of(text: str) -> list[str]:
    """The names of a byline in those scripts; none where nothing in it tells them apart, and in others.

    Args:
        text: on one line, without days and addresses.
    """
    letters = sum(letter.isalpha() for letter in text)
    if letters == 0 or 2 * len(_SCRIPT.findall(text)) < letters or pattern("eastern after").search(text):
        return []
    plain = pattern("eastern labels").sub("", _unbracketed(text)).strip(" =＝")
    has_role = any(_role_at_head().match(each) or _role_at_end().search(each) for each in _LIST.split(plain))
    if has_role:
        plain = re.sub(r"^[^=＝]{1,20}[=＝]\s*", "", plain)
    elif plain == text.strip() and len(_LIST.split(plain)) == 1 and not _DESK.match(plain):
        return []
    plain = re.sub(rf"\s(?={pattern('eastern not by').pattern})", "、", plain)
    found: list[str] = []
    for piece in _LIST.split(_without_place(plain)):
        if pattern("eastern not by").match(piece):
            break
        names = _of_piece(piece, has_role=has_role)
        if names is None:
            return []
        found += names
    return sorted(found, key=lambda name: agency_of(name) is not None)


def _unbracketed(text: str) -> str:
    """What is in brackets where the byline is, else what is around them."""
    inner = " ".join(_BRACKETED.findall(text))
    outer = _BRACKETED.sub(" ", text).strip()
    if inner and not _SCRIPT.search(_role_at_end().sub("", outer)):
        return f"{inner} {outer}".strip()
    return outer


def _without_place(plain: str) -> str:
    """A byline without the place from which is reported, where a mark or a blank is before it."""
    return re.sub(rf"[／/╱｜|\s][{_LETTER}]{{0,6}}(?:報導|报道|報道)$", "", plain)


def _of_piece(piece: str, *, has_role: bool) -> list[str] | None:
    """The names between two marks, with the agency whose reporter they are; None where it isn't plain what they are."""
    head, role, agency = _role_at_head().match(piece), "", None
    if head:
        role, agency = head[0], agency_of(head["house"] or "")
        piece = piece[head.end() :]
    parts: list[str] = []
    for each in re.split(
        rf"(?<=[{_LETTER}])\s*(?:{pattern('eastern roles between').pattern})(?=[\s·・]|$)[\s·・]*", piece
    ):
        parts += _apart(each.strip(" ·・"), role, has_role=has_role)
    names = [part for part in parts if part and not pattern("eastern desks").search(part)]
    if not all(
        _NAME.fullmatch(name) and (" " in name or len(name) <= 4 or not has_role or "・" in name) for name in names
    ):
        return None
    return names + ([str(head["house"])] if head and agency else [])


def _apart(text: str, role: str, *, has_role: bool) -> list[str]:
    """Names that a blank or a dot parts: dots also stand in names from abroad, blanks between the names of one."""
    dotted = _DOTS.split(text)
    if len(dotted) > 1 and (_are_korean(dotted) or any(pattern("eastern desks").search(each) for each in dotted)):
        return [name for each in dotted for name in _apart(each, role, has_role=has_role)]
    parts = text.split()
    if len(parts) < 2 or not has_role:
        return [text]
    if _HANGUL.fullmatch(text):
        if parts[-2] in listed("korean family names"):
            parts[-2:] = [f"{parts[-2]} {parts[-1]}"]
        elif parts[-1][0] not in listed("korean family names"):
            return [text]  # a name from abroad
        return [part for part in parts[:-1] if _is_korean(part)] + parts[-1:]
    shortest = min(map(len, parts))
    return parts if shortest > 2 or (shortest == 2 and pattern("chinese roles").search(role)) else [text]


def _are_korean(parts: list[str]) -> bool:
    return all(_HANGUL.fullmatch(part) for part in parts)


def _is_korean(part: str) -> bool:
    """A full name, and no place and no desk, as far as its family name tells."""
    return (
        len(part) == HANGUL_NAME
        and part[0] in listed("korean family names")
        and not pattern("eastern desks").search(part)
    )


@cache
def _role_at_head() -> re.Pattern[str]:
    house = rf"(?P<house>[{_LETTER}]{{1,4}}社)?"
    return re.compile(rf"{house}(?:{pattern('eastern roles before').pattern})[\s:：・·]*(?=[{_LETTER}])")


@cache
def _role_at_end() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:{pattern('eastern roles between').pattern})\s*$")
