"""Base forms of the verbs and nouns that the tables know: surer than a trained lemmatizer's guess ("slammed": slam)."""

import re
from functools import cache

from pipeline.enrich import TABLES
from pipeline.tables import rows_of, words_of


def base_form(word: str, tag: str) -> str | None:
    """The base of a verb's or noun's form, if the tables have it.

    Args:
        word: as it is written.
        tag: its Penn Treebank tag.
    """
    word = word.lower()
    if tag.startswith("VB"):
        return verb_forms().get(word)
    return noun_forms().get(word) if tag.startswith("NN") else None


@cache
def verb_forms() -> dict[str, str]:
    """Every form of the verbs of the tables, to its base."""
    found: dict[str, str] = {}
    for verb, forms in rows_of(TABLES / "irregular.tsv"):
        found |= dict.fromkeys((verb, *forms.split()), verb)
    for verb in sorted(_verbs()):
        for form in regular_forms(verb):
            found.setdefault(form, verb)
    return found


def regular_forms(verb: str) -> list[str]:
    """The forms of a verb by rule, with and without a doubled last letter."""
    sibilant = re.search(r"(s|x|z|sh|ch|o)$", verb)
    third = verb + "es" if sibilant else verb[:-1] + "ies" if re.search(r"[^aeou]y$", verb) else verb + "s"
    stem = verb.removesuffix("e")
    past = verb + "d" if verb.endswith("e") else verb[:-1] + "ied" if re.search(r"[^aeou]y$", verb) else verb + "ed"
    forms = [verb, third, past, stem + "ing"]
    if re.search(r"[^aeiou][aeiou][bdgklmnprt]$", verb):
        forms += [verb + verb[-1] + "ed", verb + verb[-1] + "ing"]
    return [*forms, verb + "ing"] if verb.endswith("ee") else forms


@cache
def noun_forms() -> dict[str, str]:
    """The plurals of the nouns that tell events, and of those that they are made of."""
    nouns = {noun for _, noun, *_ in rows_of(TABLES / "event_nouns.tsv")}
    known = words_of(TABLES / "event_words.toml")
    nouns |= {noun for part in ("classes", "agents") for several in known[part].values() for noun in several}
    found: dict[str, str] = {}
    for noun in sorted(nouns):
        plural = (
            noun.removesuffix("man") + "men"
            if noun.endswith("man")
            else noun + "es"
            if re.search(r"(s|x|z|sh|ch)$", noun)
            else noun[:-1] + "ies"
            if re.search(r"[^aeou]y$", noun)
            else noun + "s"
        )
        found.setdefault(plural, noun)
        found.setdefault(noun, noun)
    return found


def _verbs() -> set[str]:
    cues = words_of(TABLES / "cues.toml")
    figures = words_of(TABLES / "figures.toml")
    status = words_of(TABLES / "event_words.toml")["status"]
    found = {verb.split()[0] for _, verb, *_ in rows_of(TABLES / "event_verbs.tsv")}
    found |= {verb for verbs in (*cues["stance"].values(), cues["weak"]["verbs"]) for verb in verbs}
    found |= {verb for kind in figures["kinds"].values() for verb in kind["verbs"]}
    return found | {
        verb
        for name, verbs in status.items()
        if name.endswith("_verbs") or name in ("deny", "takes_place")
        for verb in verbs
    }
