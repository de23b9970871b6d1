"""Figures: the numbers of an article, with unit or currency, and what they count.

Numbers are found by their form, what they count by the parse: the noun that a number belongs to, and the verb above it
("12 people were killed" counts the killed). Years, ages, scores, times and numbers within names are no figures, and a
number that counts nothing is left out.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, get_args

from pipeline.article import DateMention, FieldName, Figure, FigureKind
from pipeline.enrich import TABLES
from pipeline.enrich.inflect import base_form
from pipeline.enrich.names import Named
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, negated, phrase, words_between
from pipeline.tables import words_of

MOST_DIGITS = 15
LEAST_MONEY = 100  # "dollars 100": a number that words of money before it make money
OF_PEOPLE: tuple[FigureKind, ...] = ("killed", "injured", "displaced", "arrested")


class Money(NamedTuple):
    """What a number is of that is money: its code (ISO 4217) where that is certain, its unit, where the figure ends."""

    currency: str | None
    unit: str
    end: int


@cache
def figure_words() -> dict[str, Any]:
    """The words of tables/figures.toml."""
    return words_of(TABLES / "figures.toml")


@cache
def _number() -> re.Pattern[str]:
    """A number with its currency sign and scale, in digits or in words."""
    signs = "|".join(re.escape(sign) for sign in sorted(figure_words()["currency_signs"], key=len, reverse=True))
    words = "|".join(sorted(figure_words()["units"], key=len, reverse=True))
    scales = "|".join(scale for scale in sorted(figure_words()["scales"], key=len, reverse=True) if len(scale) > 2)
    digits = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    return re.compile(
        rf"(?<![\w.,/:#-])(?P<sign>{signs})?\s?(?:(?P<digits>{digits})(?:\s?-?(?P<scale>{scales})\b|(?P<short>bn|tn|mn|m|k)\b)?"
        rf"|(?P<words>(?:{words})(?:[- ](?:{words}))?|a(?=\s(?:{scales})\b)|half\sa)"
        rf"(?:\s(?P<scale2>{scales})\b)?(?:\s(?P<scale3>thousand|million|billion)\b)?)"
        r"(?P<percent>\s?%|\s(?:percent|per\scent)\b)?(?!\w)(?![,.]\d)(?!-year)(?!\s?[-–/:]\s?\d)",
        re.IGNORECASE,
    )


_RAND = re.compile(r"[,.]|[a-z]$", re.IGNORECASE)  # R254bn and R1,200 are money, R254 a road
_JOINED = re.compile(r"\s(?:and|to|or)\s")
_MONEY_BEFORE = re.compile(r"(?i)(?<!\d\s)(?<!illion\s)\b(dollar|pound|euro)s\s$")  # and of no number before them
_LARGE = re.compile(r"(?i)\b(?:thousand|million|billion|trillion|\d+(?:[bmt]n|m))$")
_NUMBERED = re.compile(r"(?i)\b(?:page|chapter|paragraph|section|article|volume|box|verse|episode)\s\d$")


def find_figures(reading: Reading, names: Sequence[Named], dates: Sequence[DateMention]) -> list[Figure]:
    """The figures of title and text, in order."""
    found: list[Figure] = []
    fields: tuple[FieldName, ...] = ("title", "text")
    for field in fields:
        taken = {at for span, _ in names if span.field == field for at in range(span.start, span.end)}
        taken |= {at for day in dates if day.field == field for at in range(day.start, day.end)}
        for match in _number().finditer(reading.text_of(field)):
            numbered = _NUMBERED.search(reading.text_of(field), max(0, match.start() - 12), match.start() + 1)
            free = match["sign"] or (match.start() not in taken and match.end() - 1 not in taken)
            if free and not numbered:
                figure = _figure(reading, field, match)
                if figure is not None:
                    found.append(figure)
    return found


def _figure(reading: Reading, field: FieldName, match: re.Match[str]) -> Figure | None:
    value = _value(match)
    if value is None or (match["sign"] in ("R", "r") and not _RAND.search(match[0])):
        return None
    text = reading.text_of(field)
    start, end = match.start() + len(match[0]) - len(match[0].lstrip()), match.end()
    money = _money(match, text, end)
    if money is None and value >= LEAST_MONEY and (before := _MONEY_BEFORE.search(text, max(0, start - 9), start)):
        code, start = figure_words()["currency_words"][before[1].lower()], before.start()
        money = Money(code, code, end)
    end = money.end if money is not None else end
    number = _number_word(reading, field, start, end)
    said = _said_beside(text, start, end)
    kind: FigureKind = "other"
    counted = unit = None
    if money is not None:
        kind, counted, unit = "money", _purpose(text, end), money.unit
    elif match["percent"]:
        kind, counted, unit = "percent", _share(text, end), "percent"
    elif said is not None:
        kind, counted = said, "people"
    elif number is None:
        return None
    else:
        noun = _noun(number)
        following = reading.words[number.at + 1] if number.at + 1 < len(reading.words) else number
        if noun is None:
            return None
        if noun is number and following.pos == "NOUN" and following.sentence == number.sentence:
            noun = following  # the parse took "2.5 million" for a measure of its own
        if not _counts(noun, match, number) or (value != 1 and _is_single(noun, number)):
            return None
        kind, counted = _kind(noun, number), _counted(noun, number, text)
        unit = None if noun is number or noun.lemma.lower() in figure_words()["people"]["nouns"] else _unit(noun)
    qualifier = _qualifier(text, start)
    return Figure(
        field=field, start=start, end=end, surface=text[start:end], value=value, kind=kind, unit=unit,
        currency=money.currency if money is not None else None,
        counted=counted, qualifier=qualifier, method="number+parse" if kind not in ("money", "percent") else "number",
        confidence=0.9 if kind != "other" else 0.7,
    )  # fmt: skip


def _is_single(noun: Word, number: Word) -> bool:
    """Whether a number stands before a single thing, which it names or measures: "the 7610 phone", "a 30-man squad"."""
    return (
        noun.tag == "NN"
        and noun is not number
        and noun.lemma.lower() not in figure_words()["invariant"]["nouns"]
        and _kind(noun, number) == "other"
    )


def _unit(noun: Word) -> str:
    """The singular of a counted noun; the lemma, where it is one of the noun as it is written."""
    text, lemma = noun.text.lower(), noun.lemma.lower()
    if text in figure_words()["invariant"]["nouns"]:
        return text  # the lemma of "km" may be "k"
    if text.removesuffix("s") in figure_words()["invariant"]["in_e"]:
        return text.removesuffix("s")
    if re.search(r"(?:ss|x|sh|ch)es$", text):
        return text.removesuffix("es")
    if text.endswith("ies"):
        return text.removesuffix("ies") + "y"
    regular = text.endswith("s") and not lemma.endswith(("f", "fe", "is", "us", "s"))
    return text.removesuffix("s") if regular and text not in (lemma, lemma + "s", lemma + "es") else lemma


def _said_beside(text: str, start: int, end: int) -> FigureKind | None:
    """What the words right beside a number say that it counts: "34 injured", "the death toll rose to 150"."""
    after = re.compile(r"(?:\sothers?)?\s(?:were\s|was\s|are\s|have\sbeen\s)?(\w+)").match(text, end)
    for kind in OF_PEOPLE:
        if after and _tells(after[1].lower(), kind):
            return kind
    before = text[max(0, start - 60) : start]
    return (
        "killed"
        if re.search(
            r"\b(?:death toll|toll of dead)\b[^.]{0,40}\b(?:to|at|reached|of|is|was)\s"
            r"(?:at least\s|about\s|more than\s|over\s)?$",
            before,
        )
        else None
    )


def _value(match: re.Match[str]) -> float | None:
    scales = figure_words()["scales"]
    if match["digits"]:
        plain = match["digits"].replace(",", "")
        if len(plain) > MOST_DIGITS or (match["digits"][0] == "0" and len(plain) > 1 and plain[1] != "."):
            return None
        value = float(plain)
        scale = (match["scale"] or match["short"] or "").lower()
        if match["short"] and not match["sign"] and scale in ("m", "k"):
            return None  # 20m are metres as often as millions
    else:
        words = re.split(r"[- ]", match["words"].lower())
        value = (
            0.5
            if words[0] == "half"
            else 1.0
            if words[0] == "a"
            else float(sum(figure_words()["units"][word] for word in words))
        )
        scale = (match["scale2"] or "").lower()
        if words[0] == "half" and not scale:
            return None
        if match["scale3"]:
            value *= scales[match["scale3"].lower()]
    return round(float(value * scales.get(scale, 1)), 4)


def _money(match: re.Match[str], text: str, end: int) -> Money | None:
    """The currency by the sign before or the word after; None of what is no money."""
    if match["sign"]:
        return Money(code := figure_words()["currency_signs"][match["sign"].upper()], code, end)
    joined = _JOINED.match(text, end)  # "between 310 million and 330 million pounds"
    following = _number().match(text, joined.end()) if joined is not None and not match["percent"] else None
    if following is not None and not following["sign"]:
        money = _money_word(text, following.end())
        return money and money._replace(end=end)
    return _money_word(text, end)


def _money_word(text: str, end: int) -> Money | None:
    """The currency by the word behind a number: "kroner" alone is money of no code, "Danish kroner" have one."""
    after = _currency_words().match(text, end)
    if after is None:
        return None
    word = after["word"]
    if word == "won" and not after["nation"] and not _LARGE.search(text, max(0, end - 9), end):
        return None  # "of 140 candidates 120 won seats"
    national = figure_words()["national_currencies"].get(word, {})
    code = national.get(after["nation"]) if after["nation"] else figure_words()["currency_words"].get(word)
    return Money(code, code or word, after.end())


@cache
def _currency_words() -> re.Pattern[str]:
    national = figure_words()["national_currencies"]
    nations = "|".join(sorted({nation for each in national.values() for nation in each}, key=len, reverse=True))
    words = "|".join({**figure_words()["currency_words"], **national})
    return re.compile(rf"\s(?:(?:US|U\.S\.|American)\s|(?P<nation>{nations})\s)?(?P<word>{words})s?\b")


def _tells(word: str, kind: FigureKind) -> bool:
    """Whether a word behind a number says what became of the counted: an adjective, a participle, or "die", "flee"."""
    words, verb = figure_words()["kinds"][kind], base_form(word, "VBN")
    plain = word == verb and verb not in figure_words()["suffered"]["verbs"]  # "two murder charges"
    return word in words["adjectives"] or (verb in words["verbs"] and not plain and not word.endswith(("s", "ing")))


def _purpose(text: str, end: int) -> str | None:
    """What money is for: "in military assistance", "worth of grain"."""
    after = re.compile(r"\s(?:worth\sof|in|of)\s((?:[a-z][\w-]*\s){0,2}[a-z][\w-]+)").match(text, end)
    if after is None:
        return None
    words = re.split(r"\s", after[1])
    ends = figure_words()["ends"]["words"]
    stop = next((at for at, word in enumerate(words) if word in ends or (word.endswith("ing") and at)), len(words))
    return " ".join(words[:stop]) or None


def _share(text: str, end: int) -> str | None:
    after = re.compile(r"\sof\s(?:the\s|all\s|its\s|their\s)?((?:[a-zA-Z][\w’'-]*\s){0,2}[a-zA-Z][\w’'-]+)").match(
        text, end
    )
    if after is None:
        return None
    words = re.split(r"\s", after[1])
    ends = figure_words()["ends"]["words"]
    stop = next(
        (at for at, word in enumerate(words) if word.lower() in ends or (word.endswith("ed") and at)), len(words)
    )
    return " ".join(words[:stop]) or None


def _number_word(reading: Reading, field: FieldName, start: int, end: int) -> Word | None:
    """The last word of the number."""
    words = words_between(reading.words, field, start, end)
    return words[-1] if words else None


def _noun(number: Word) -> Word | None:
    """The noun that a number counts: its head, a noun after "of", or itself a noun ("the dead", "300 injured").

    None for what a noun before it only numbers ("Bus 38").
    """
    if number.dep == "flat" and number.head is not None and number.head.at < number.at:
        return None
    head, seen = number, 0
    while (
        head.head is not None
        and head.dep in ("nummod", "compound", "flat", "amod", "advmod", "fixed", "nmod")
        and seen < 4
    ):
        if head.pos in ("NOUN", "PROPN") and head is not number and head.dep != "compound":
            break
        head, seen = head.head, seen + 1
    if head is not number and head.pos in ("NOUN", "PROPN", "ADJ", "VERB") and head.at > number.at:
        if head.pos == "VERB":
            return number
        cases = {child: child.child("case") for child in head.all("nmod")}
        of = next((child for child, case in cases.items() if case is not None and case.text == "of"), None)
        return of if head.lemma in ("lot", "number", "total") and of is not None else head
    return number


def _counts(noun: Word, match: re.Match[str], number: Word) -> bool:
    """Whether a number counts something: not time, not a name's part, not the pronoun "one"."""
    lemma = noun.lemma.lower()
    if (
        lemma in figure_words()["not_counted"]["nouns"]
        or noun.text.lower().strip(".") in figure_words()["not_counted"]["nouns"]
    ):
        return False
    if noun is number:
        return _kind(noun, number) != "other"
    if match[0].strip().lower() == "one":
        return _kind(noun, number) in OF_PEOPLE
    if noun.pos == "PROPN" and noun.text[:1].isupper() and lemma not in figure_words()["people"]["nouns"]:
        return False
    return noun.start - number.end < 60


def _kind(noun: Word, number: Word) -> FigureKind:
    """What is counted, by the noun, its adjectives, or the verb that it depends on."""
    lemma, kinds = noun.lemma.lower(), figure_words()["kinds"]
    person = lemma in figure_words()["people"]["nouns"] or noun is number
    verb = _verb(noun)
    describing = {child.lemma.lower() for child in noun.all("amod", "acl")} | {
        child.text.lower() for child in noun.all("amod", "acl")
    }
    describing |= {verb.lemma.lower(), verb.text.lower()} if verb is not None and verb.pos == "ADJ" else set()
    kind: FigureKind
    for kind in get_args(FigureKind):
        if kind not in kinds or (kind in OF_PEOPLE and lemma in figure_words()["things"]["nouns"]):
            continue
        words = kinds[kind]
        if lemma in words["nouns"] and not (kind == "troops" and verb is not None and _kind_of_verb(verb)):
            return kind
        if person and (describing & {*words["adjectives"], *words["verbs"]}):
            return kind
        if verb is not None and verb.lemma.lower() in words["verbs"] and _undergoes(noun, verb):
            return kind
    return "other"


def _kind_of_verb(verb: Word) -> bool:
    return any(verb.lemma.lower() in figure_words()["kinds"][kind]["verbs"] for kind in OF_PEOPLE)


def _verb(noun: Word) -> Word | None:
    """The verb that a noun depends on; conjoined nouns share it; in "leaving 12 people dead" it is the adjective."""
    word = noun
    while word.dep == "conj" and word.head is not None and word.head.pos in ("NOUN", "NUM", "PROPN"):
        if (orphan := next((child for child in word.children if child.pos == "VERB"), None)) is not None:
            return orphan
        word = word.head
    verb = word.head
    if verb is None:
        return word if word.pos == "VERB" else None
    if complement := next((child for child in verb.all("xcomp") if child.pos == "ADJ"), None):
        return complement
    if verb.lemma.lower() in figure_words()["suffered"]["found"] and (below := verb.child("xcomp")) is not None:
        return below  # "are known to have died"
    return None if negated(verb) else verb


def _undergoes(noun: Word, verb: Word) -> bool:
    """Whether the counted suffer what the verb says: its object, its subject in the passive or of `die` and `flee`."""
    word = noun
    while word.dep == "conj" and word.head is not None and word.head is not verb:
        word = word.head
    if (
        word.dep in ("obj", "nsubj:pass", "obl", "xcomp", "conj")
        or verb.lemma.lower() in figure_words()["suffered"]["verbs"]
    ):
        return word.dep != "obl" or word.child("case") is None
    return False


def _counted(noun: Word, number: Word, text: str) -> str:
    """The noun with its adjectives, without the number: "Ukrainian soldiers"."""
    words = [word for word in phrase(noun) if word.pos in ("NOUN", "PROPN", "ADJ") and number.at < word.at <= noun.at]
    if not words or noun is number:
        return "people"
    return text[words[0].start : noun.end]


def _qualifier(text: str, start: int) -> Any:
    before = text[max(0, start - 24) : start].lower()
    qualifiers = figure_words()["qualifiers"]
    return next(
        (
            qualifiers[words]
            for words in sorted(qualifiers, key=len, reverse=True)
            if re.search(rf"\b{words}\s+(?:the\s|another\s)?$", before)
        ),
        None,
    )
