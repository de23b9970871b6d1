"""Verbs of saying: their forms, their stance, and how to know one in a text (tables/cues.toml)."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from pipeline.article import Stance
from pipeline.enrich import TABLES
from pipeline.enrich.inflect import verb_forms
from pipeline.enrich.parse import Word
from pipeline.tables import words_of


@cache
def cue_words() -> dict[str, Any]:
    """The words of tables/cues.toml."""
    return words_of(TABLES / "cues.toml")


def says(word: str) -> bool:
    """Whether a word is a form of a verb of saying that can be nothing else; a base form may be a noun ("claim")."""
    base = forms().get(word.lower())
    return base is not None and base not in cue_words()["weak"]["verbs"] and word.lower() != base


@cache
def verbs() -> dict[str, Stance]:
    """The verbs of saying with their stance."""
    found: dict[str, Stance] = dict.fromkeys(cue_words()["weak"]["verbs"], "said")
    return found | {verb: stance for stance, verbs in cue_words()["stance"].items() for verb in verbs}


@cache
def forms() -> dict[str, str]:
    """Every form of the verbs of saying, to its base."""
    return {form: base for form, base in verb_forms().items() if base in verbs()}


def base(word: Word) -> str:
    """The base form of a verb, that of the tables before the lemmatizer's."""
    return forms().get(word.text.lower(), word.lemma.lower())


def is_cue(word: Word, *, weak: bool = False) -> bool:
    """Whether a word is a verb that says something; with `weak`, those too that do so only with a clause ("hope")."""
    base = forms().get(word.text.lower())
    if word.dep in ("amod", "compound") or (word.pos == "PROPN" and word.text.istitle()):
        return False  # "the alleged plan", Said Karimi
    if base is None or (not weak and base in cue_words()["weak"]["verbs"]):
        return False
    past = word.text.lower().endswith("ed") or word.text.lower() in ("said", "told", "wrote")
    return word.pos == "VERB" or word.tag.startswith("V") or (past and word.pos != "ADJ")


def head_within(word: Word, near: Sequence[Word]) -> Word:
    """The head of a name of several words."""
    while word.head is not None and word.head in near and word.dep.split(":")[0] in ("flat", "compound"):
        word = word.head
    return word
