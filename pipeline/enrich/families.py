"""By which of a person's names news goes on: the last one ("Sherman" after "Wendy Sherman"), but the first one where
the family's name comes first, as in China and Korea ("Xi" after "Xi Jinping")."""

import re

from pipeline.enrich.known import name_key, name_words

_HYPHENED = re.compile(r"[A-Z]\w{1,5}[- ][a-z]\w{0,5}")  # the given name of Kim Yong-nam
_ARTICLE = re.compile(r"(?:al|el|ad|an|ar|as|at|az|bin|ben|abu)-", re.IGNORECASE)
_INITIALS = "zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw]"
_FINALS = "iang|iong|uang|ang|eng|ing|ong|ian|iao|uai|uan|ai|ei|ao|ou|an|en|in|un|ia|ie|iu|ua|ui|uo|ue|er|[aoeiu]"
_PINYIN = re.compile(rf"(?:(?:{_INITIALS})?(?:{_FINALS})){{1,2}}", re.IGNORECASE)
_SYLLABLE = re.compile(r"(?:kw|ky|my|py|hy|hw|zh|ch|sh|ts|hs|[bcdfghjklmnpqrstwxyz])?y?[aeiou]{1,3}(?:ng|[nmkhlprt])?")
SHORT = 5  # letters at most of each given name in "Lee Kuan Yew"


def family_name(name: str) -> str:
    """The word of a full name that stands for its bearer alone."""
    words = name.split()
    if len(words) < 2:
        return name
    first, given = words[0], words[1:]
    if len(words) == 3 and _HYPHENED.fullmatch(given[1]) and given[0] in _listed():
        return given[0]  # Carrie Wong Mei-yee
    hyphened = len(words) == 2 and _HYPHENED.fullmatch(given[0]) and not _ARTICLE.match(given[0]) and len(first) <= 6
    chinese = first in name_words()["chinese_families"] and len(words) == 2 and _PINYIN.fullmatch(given[0])
    korean = (
        first in name_words()["korean_families"]
        and len(words) == 3
        and all(part.isalpha() and part.istitle() and len(part) <= SHORT for part in given)
    )
    return first if hyphened or chinese or korean else words[-1]


def _listed() -> set[str]:
    return {*name_words()["chinese_families"], *name_words()["korean_families"]}


def is_syllable(part: str) -> bool:
    """Whether a small word behind a hyphen can be the second half of a Korean or Chinese given name (`yun`)."""
    return _SYLLABLE.fullmatch(part) is not None


def family_key(name: str) -> tuple[str, ...]:
    """The family name as names are compared."""
    return name_key(family_name(name))
