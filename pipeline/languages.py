"""Languages: the tags that are written for them (BCP 47), and their English names (data/languages.tsv)."""

import re
from functools import cache
from pathlib import Path

from pipeline.tables import rows_of

UNKNOWN = ("und", "mul", "zxx", "mis")  # of ISO 639: undetermined, several, none, one without a code

_TAG = re.compile(r"([a-z]{2,3})((?:[-_][a-z0-9]{1,8}){0,6})", re.IGNORECASE)


def language_tag(written: str | None) -> str | None:
    """The tag that is meant by what is written for a language; None where that is none, or names no one language.

    Args:
        written: a tag (`en`, `pt-BR`, `en_US`), with an old or a three-letter code too (`iw`, `ger-CH`: he, de-CH), or
            an English name (`Farsi`).
    """
    text = (written or "").strip()
    tag = _TAG.fullmatch(text)
    if tag is None:
        return language_names().get(text.casefold())
    code = tag[1].lower()
    if code in UNKNOWN:
        return None
    known = language_names().get(code) or _newer_codes().get(code) or (code if len(code) == 3 else None)
    return text if known == code else known and f"{known}{tag[2]}"


@cache
def language_names() -> dict[str, str]:
    """Codes of languages by code, English name and alias, in small letters."""
    found: dict[str, str] = {}
    for code, name, aliases in rows_of(Path(__file__).parent / "data" / "languages.tsv")[1:]:
        for key in (code, name, *filter(None, aliases.split("|"))):
            found.setdefault(key.casefold(), code)
    return found


@cache
def _newer_codes() -> dict[str, str]:
    """Codes that another one stands for today, as `iw` and `heb` for `he` (CLDR)."""
    from babel.core import get_global

    return {old: str(new).partition("_")[0] for old, new in get_global("language_aliases").items()}
