"""Verbs of saying: their forms, their stance, and how to know one in a text (tables/cues.toml)."""

from collections.abc import Sequence
from functools import cache

from pipeline.article import Stance
from pipeline.enrich.inflect import verb_forms
from pipeline.enrich.parse import Word
from pipeline.enrich.speakers import cues


def says(word: str) -> bool:
    base = forms().get(word.lower())
    return base is not None and base not in cues()["weak"]["verbs"] and word.lower() != base


@cache
def verbs() -> dict[str, Stance]:
    found: dict[str, Stance] = dict.fromkeys(cues()["weak"]["verbs"], "said")
    return found | {verb: stance for stance, verbs in cues()["stance"].items() for verb in verbs}


@cache
def forms() -> dict[str, str]:
    return {form: base for form, base in verb_forms().items() if base in verbs()}


def base(word: Word) -> str:
    return forms().get(word.text.lower(), word.lemma.lower())


def is_cue(word: Word, *, weak: bool = False) -> bool:
    base = forms().get(word.text.lower())
    if word.dep in ("amod", "compound"):
        return False  # "the alleged plan"
    if base is None or (not weak and base in cues()["weak"]["verbs"]):
        return False
    past = word.text.lower().endswith("ed") or word.text.lower() in ("said", "told", "wrote")
    return word.pos == "VERB" or word.tag.startswith("V") or (past and word.pos != "ADJ")


def head_within(word: Word, near: Sequence[Word]) -> Word:
    """The head of a name of several words."""
    while word.head is not None and word.head in near and word.dep.split(":")[0] in ("flat", "compound"):
        word = word.head
    return word
