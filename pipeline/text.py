"""Analysis: how text becomes tokens, the same for both engines, for queries, highlights and shingles.

A token is a run of letters, digits and their combining marks in any script; everything else separates. So
`COVID-19` is two tokens, `O'Brien` two, `user_name` two. Beyond that:

* **Dotted acronyms** are one token without their dots: `U.S.` is `US`, with or without the last dot (which the offsets
  cover where it is there).
* **Thousands** written with commas are one number: `1,200` is `1200`. Any other punctuation in a number separates:
  `2.5` is `2` and `5`, next to each other, as a search for `2.5` is too.
* **Possessives** are cut: `Obama's` is `obama`, `states'` is `states`.
* **Scripts without blanks** (Chinese, Japanese, Thai, Lao, Khmer, Burmese) give one token per character with its marks.
* **Case** is folded, except for a listed set of acronyms that are also English words (data/text.toml): in capitals they
  stay, so `US` is not `us` and `WHO` not `who`. A sentence all in capitals says nothing about case and gives no such
  token: that is one without a small letter, and with at least two unlisted words in capitals. An acronym written with
  dots is kept in any sentence and any case (`u.s.` is `US`).
* **Diacritics** are folded (`Türkiye` is `turkiye`), after stemming; compatibility forms too (`ﬁ` is `fi`). Marks that
  are part of the spelling, as in Hindi, stay.
* **Length**: a run of more than 64 characters is several tokens of 64, the last one shorter; a token whose folded form
  is longer is cut to 64. No form holds white space, so the engines can split on it.

Stems are those of the Snowball stemmers (snowballstem.org, by PyStemmer). Time is linear in the text.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import Stemmer

from pipeline.tables import words_of

MAX_TOKEN = 64  # characters of a token, in the text and in its forms
_CACHED = 100_000  # words kept per language: about 20 MB; then the cache starts anew


class Token(NamedTuple):
    """One token of a text: exact form, stem, and its offsets in code points."""

    exact: str
    stem: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QueryToken:
    """One token of a query: its exact form, and its stems in each of several languages (sorted, without repeats)."""

    exact: str
    stems: tuple[str, ...]


_TABLE = words_of(Path(__file__).parent / "data" / "text.toml")
_KEEP_CASE = frozenset(_TABLE["keep_case"])
_STEMMERS: dict[str, str] = {code: name for code, name in _TABLE["stemmers"].items() if name in Stemmer.algorithms()}
"""Names of the stemmers by the codes (ISO 639-1) of their languages; all others are stemmed as English."""


def _points(ranges: Iterable[Sequence[str]]) -> Iterator[int]:
    for first, last in ranges:
        yield from range(int(first, 16), int(last, 16) + 1)


_INVISIBLE = "".join(chr(int(point, 16)) for point in _TABLE["invisible"])
_APART = "".join(f"{chr(int(first, 16))}-{chr(int(last, 16))}" for first, last in _TABLE["unspaced"])
_DROPPED: dict[int, str] = dict.fromkeys([*_points(_TABLE["diacritics"]), *map(ord, _INVISIBLE)], "")
_JOINED = dict.fromkeys(map(ord, _INVISIBLE), "")
_LETTERS = str.maketrans(_TABLE["letters"])
_PLAIN_ENDS = r"\x00-&(-+\-/:-@\[-_{-\x7f"  # ASCII but letters, digits, apostrophes, full stop and comma
_APOSTROPHES = "'’‘ʼʻ＇`´"


def _character_class(points: Iterable[int]) -> str:
    """The inside of a regular expression's `[...]` for sorted code points."""
    ranges: list[list[int]] = []
    for point in points:
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    return "".join(f"{chr(first)}-{chr(last)}" if first != last else chr(first) for first, last in ranges)


def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The pattern of a token, and that of a run of capitals.

    The classes of characters come from this Python's Unicode tables, which the `re` module does not offer as a whole
    (its `\\w` has no combining marks). Every repetition is bounded or of one class, so matching is linear.
    """
    apart = re.compile(f"[{_APART}]")
    planes = [*range(0x30, 0x20000), *range(0xE0100, 0xE01F0)]
    marks = [point for point in planes if unicodedata.category(chr(point))[0] == "M"]
    letters = [point for point in planes if chr(point).isalnum() and not apart.match(chr(point))]
    letters = [point for point in letters if chr(point) not in _APOSTROPHES]
    spaced = [point for point in marks if not apart.match(chr(point))]
    mark = _character_class(spaced) + _INVISIBLE
    first = _character_class(letters)
    rest = _character_class(sorted({*letters, *spaced})) + _INVISIBLE
    alpha = _character_class(point for point in letters if chr(point).isalpha())
    # Nearly all of a text are words of ASCII before a blank or a plain sign: they are found without the large classes,
    # which cost twenty times as much, and no token begins with an ASCII sign.
    plain = (
        f"[A-Za-z0-9]{{2,{MAX_TOKEN}}}(?=[{_PLAIN_ENDS}.]|\\Z)|[A-Za-z0-9](?=[{_PLAIN_ENDS}]|\\Z)"
        f"|[A-Za-z][A-Za-z0-9]{{0,{MAX_TOKEN - 1}}}(?=,)|(?![\x00-/:-@\\[-`{{-\x7f])"
    )
    token = (
        f"[{alpha}][{mark}]{{0,3}}(?:\\.[{alpha}][{mark}]{{0,3}}){{1,15}}(?![{rest}])\\.?"
        f"|\\d{{1,3}}(?:,\\d{{3}}){{1,15}}(?!\\d)[{rest}]{{0,32}}"
        f"|(?=[^\\W_])[{_APART}][{_character_class(marks)}]{{0,8}}"
        f"|[{first}][{rest}]{{0,{MAX_TOKEN - 1}}}"
    )
    possessive = f"(?:[{_APOSTROPHES}][sS](?![{rest}{_APOSTROPHES}]))?"
    return re.compile(f"(?P<token>{plain}(?:{token})){possessive}"), re.compile(f"[{first}][{rest}]+")


_TOKEN, _RUN = _patterns()
_SENTENCE_END = re.compile(r"\n|(?<!\.\w)[.!?…][\"'”’»)]{0,3}\s")


def language_code(tag: str | None) -> str | None:
    """The primary part of a language tag in small letters: `pt` for `pt-BR`; None where there is none."""
    code = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0] if tag else ""
    return code or None


def analyse(text: str, language: str | None) -> list[Token]:
    """Tokens of a text, in order and not overlapping, stemmed for `language` (English where it is unknown).

    Args:
        text: any string; a title and a text are analysed apart, so that no phrase crosses from one to the other.
        language: a language tag (`en`, `pt-BR`) or None.
    """
    forms, tokens = _forms(_algorithm(language)), list[Token]()
    known, add, new = forms.get, tokens.append, tuple.__new__  # a named tuple's own constructor takes twice as long
    shouted: list[tuple[int, int]] | None = None
    for match in _TOKEN.finditer(text):
        raw = match[1]
        exact, stem = known(raw) or _add_forms(forms, raw, language)
        if raw in _KEEP_CASE:
            shouted = _shouted(text) if shouted is None else shouted
            if not _inside(shouted, match.start(1)):
                exact = stem = raw
        if exact:
            add(new(Token, (exact, stem, match.start(1), match.end(1))))
    return tokens


def analyse_query(text: str, languages: Iterable[str | None]) -> list[QueryToken]:
    """Tokens of a word or a phrase of a query, each with its stems in all of `languages` (none given: English).

    As `analyse`, except that a listed acronym in capitals always keeps its case: who types `US` means it.
    """
    tags = {_algorithm(tag): tag for tag in [*languages]} or {_algorithm(None): None}
    found = []
    for match in _TOKEN.finditer(text):
        raw = match["token"]
        if raw in _KEEP_CASE:
            found.append(QueryToken(raw, (raw,)))
            continue
        pairs = [_forms(name).get(raw) or _add_forms(_forms(name), raw, tag) for name, tag in tags.items()]
        if pairs[0][0]:
            found.append(QueryToken(pairs[0][0], tuple(sorted({stem for _, stem in pairs}))))
    return found


def fold(name: str) -> list[str]:
    """The exact tokens of a name (a person, an organisation, a place, an outlet), without any case.

    Nobody means the pronoun by `org:who`, so listed acronyms are folded here too. A name matches where these tokens
    stand next to each other in those of another name.
    """
    return [token.exact.casefold() for token in analyse_query(name, ())]


def _algorithm(language: str | None) -> str:
    return _STEMMERS.get(language_code(language) or "en", _STEMMERS["en"])


@cache
def _forms(algorithm: str) -> dict[str, tuple[str, str]]:
    """The forms known so far (exact, stem) of words as written; both empty where nothing of a word is left."""
    return {}


@cache
def _stemmer(algorithm: str) -> Any:
    return Stemmer.Stemmer(algorithm, 0)  # its own cache off: _forms is one


def _add_forms(forms: dict[str, tuple[str, str]], raw: str, language: str | None) -> tuple[str, str]:
    """The exact form and the stem of a word as written, kept in `forms`."""
    word = raw.replace(".", "").replace(",", "")
    if "." in raw and word.upper() in _KEEP_CASE:
        pair = (word.upper(), word.upper())
    elif word.isascii():
        lower = word.lower()
        pair = (lower, _stemmer(_algorithm(language)).stemWord(lower) or lower)
    else:
        exact = _folded(word)
        composed = unicodedata.normalize("NFKC", word.casefold().translate(_JOINED))
        pair = (exact, _folded(_stemmer(_algorithm(language)).stemWord(composed)) or exact)
    if len(forms) >= _CACHED:
        forms.clear()
    forms[raw] = pair
    return pair


def _folded(word: str) -> str:
    """A word without case, diacritics and compatibility forms; at most 64 letters, digits and marks."""
    bare = unicodedata.normalize("NFKD", word.casefold()).translate(_DROPPED).casefold().translate(_LETTERS)
    whole = _cleaned(unicodedata.normalize("NFKC", bare))
    if whole and not whole[0].isalnum():  # Thai and Lao `am` come apart into a mark and a vowel: they stay whole
        whole = _cleaned(unicodedata.normalize("NFC", word.casefold()))
    return whole[:MAX_TOKEN]


def _cleaned(word: str) -> str:
    """Letters, digits and marks of a word: compatibility forms may have brought in blanks and signs."""
    return "".join(c for c in word if c.isalnum() or unicodedata.category(c)[0] == "M")


def _shouted(text: str) -> list[tuple[int, int]]:
    """Start and end of each sentence that is all in capitals (see the module's text)."""
    ends = [match.end() for match in _SENTENCE_END.finditer(text)]
    spans = zip([0, *ends], [*ends, len(text)], strict=True)
    return [(start, end) for start, end in spans if _is_shouted(text[start:end])]


def _is_shouted(sentence: str) -> bool:
    if not sentence.isupper():
        return False
    unlisted = (match[0] for match in _RUN.finditer(sentence) if match[0] not in _KEEP_CASE)
    return sum(1 for word in unlisted if word.isupper()) >= 2


def _inside(spans: list[tuple[int, int]], position: int) -> bool:
    """Whether a position lies in one of the spans (sorted, not overlapping)."""
    at = bisect_right(spans, position, key=lambda span: span[0]) - 1
    return at >= 0 and position < spans[at][1]
