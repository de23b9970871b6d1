"""Countries' names that the text around them says are something else: a town's ("Lebanon, Pennsylvania"), a currency's
sign ("US$"), a part of a region's ("South China")."""

import re
from functools import cache

from pipeline.article import Span
from pipeline.enrich import TABLES
from pipeline.enrich.gazetteer import lookup
from pipeline.enrich.known import name_key
from pipeline.enrich.names import country_named
from pipeline.enrich.nlp import Reading
from pipeline.tables import rows_of
from pipeline.text import fold

FOLLOWS = re.compile(r",\s+(?:the\s+)?((?:[A-Z][\w.'’-]*)(?:\s+(?:and\s+|of\s+)?[A-Z][\w.'’-]*){0,3})")
_LISTED = re.compile(r"[A-Z][\w.’'-]*,\s+$")
_AND = re.compile(r",?\s(?:and|or)\s(?:the\s)?([A-Z]\w+(?:\s[A-Z]\w+)?)\b(?!,)")
_PART = re.compile(r"\b(?:South|North|East|West|New)\s$")


def mention_key(span: Span, reading: Reading) -> tuple[str, ...]:
    """The folded name of a mention, with the division that follows it where it would be a country's name otherwise."""
    division = division_of(span, reading)
    return name_key(span.surface) + (("in", *name_key(division)) if division is not None else ())


def division_of(span: Span, reading: Reading) -> str | None:
    """The division that a country's name lies in, for it is a town's: "Lebanon, Pennsylvania", but not in a list."""
    if country_named(span.surface) is None:
        return None
    text = reading.text_of(span.field)
    match = FOLLOWS.match(text, span.end)
    if match is None or _LISTED.search(text, max(0, span.start - 40), span.start):
        return None
    words = match[1].split()
    if (short := next((one for one in abbreviations() if match[1].startswith(one)), None)) is not None:
        words = abbreviations()[short].split()
    for size in range(len(words), 0, -1):
        around = " ".join(words[:size]).rstrip(".,")
        if any(
            known.admin1 and fold(known.admin1) == fold(around)
            for known in lookup(span.surface)
            if known.feature_class == "P"
        ):
            after = _AND.match(text, match.start(1) + len(around))
            listed = after is not None and (country_named(after[1]) is not None or bool(lookup(after[1])))
            return None if listed else around
    return None


def is_part(span: Span, reading: Reading) -> bool:
    """Whether a country's name is a part of another: of a currency's sign ("US$"), of a region's ("South China")."""
    text = reading.text_of(span.field)
    if text[span.end : span.end + 1] == "$":
        return True
    part = _PART.search(text, max(0, span.start - 10), span.start)
    named = re.match(r"\s[A-Z]", text[span.end : span.end + 2]) is not None
    return part is not None and named and country_named(span.surface) is not None


@cache
def abbreviations() -> dict[str, str]:
    """Abbreviated divisions ("Ky.") with their names."""
    return {short: name for short, _, name in rows_of(TABLES / "abbreviations.tsv")}
