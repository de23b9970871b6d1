"""The rules of the events: which verbs and nouns tell one, and where its parties stand (tables/event_*.tsv)."""

from dataclasses import dataclass
from functools import cache
from typing import cast

from pipeline.article import EventType
from pipeline.enrich import TABLES
from pipeline.enrich.clauses import case, complement
from pipeline.enrich.parse import Word
from pipeline.tables import rows_of, words_of

# The order in which the rules of a verb are tried; else 1.
RANK = {"who_to": 0, "who": 2, "who_only": 3, "+": 2, "-": 2, "*": 3}


@dataclass(frozen=True)
class VerbRule:
    """A row of event_verbs.tsv."""

    type: EventType
    object: str
    targets: tuple[str, ...]


@dataclass(frozen=True)
class NounRule:
    """A row of event_nouns.tsv."""

    type: EventType
    actors: tuple[str, ...]
    targets: tuple[str, ...]


@cache
def event_words() -> dict[str, dict[str, frozenset[str]]]:
    """The words of tables/event_words.toml, each list as a set."""
    data = words_of(TABLES / "event_words.toml")
    return {part: {key: frozenset(listed) for key, listed in lists.items()} for part, lists in data.items()}


@cache
def verb_rules() -> dict[str, list[VerbRule]]:
    """The rules of each verb, with its particle after a blank; those that ask for the most first."""
    found: dict[str, list[VerbRule]] = {}
    for kind, verb, object_, targets in rows_of(TABLES / "event_verbs.tsv"):
        found.setdefault(verb, []).append(VerbRule(cast(EventType, kind), object_, tuple(targets.split(","))))
    for rules in found.values():
        rules.sort(key=lambda rule: RANK.get(rule.object, 1))
    return found


@cache
def noun_rules() -> dict[str, NounRule]:
    """The rule of each noun."""
    return {
        noun: NounRule(cast(EventType, kind), tuple(actors.split(",")), tuple(targets.split(",")))
        for kind, noun, actors, targets in rows_of(TABLES / "event_nouns.tsv")
    }


def types(which: str) -> frozenset[str]:
    """PLOVER's types that are alike in what an event of them needs (event_words.toml, `types`)."""
    return event_words()["types"][which]


def rules_of(verb: Word) -> list[VerbRule]:
    """The rules of a verb: with its particle where there are some, else without."""
    lemma = verb.lemma.lower()
    rules = [rule for particle in _particles(verb) for rule in verb_rules().get(f"{lemma} {particle}", [])]
    return rules or verb_rules().get(lemma, [])


def _particles(verb: Word) -> list[str]:
    """The particles of a verb; the parse may take one for an adverb, or for the preposition of the object behind it."""
    found = verb.all("compound:prt", "advmod")
    found += [mark for child in verb.all("obl") for mark in child.all("case") if mark.at == verb.at + 1]
    return [word.text.lower() for word in found if 0 < word.at - verb.at < 6]


def fits(rule: VerbRule, verb: Word, object_: Word | None) -> bool:
    """Whether a verb's object is one that the rule asks for; `who` is left to whoever knows the parties."""
    return all(_fits_one(wanted, verb, object_) for wanted in rule.object.split("&"))


def _fits_one(wanted: str, verb: Word, object_: Word | None) -> bool:
    preposition, colon, held = wanted.partition(":")
    if colon:
        near = verb.all("obl", "obl:arg", "nmod") + (object_.all("nmod") if object_ is not None else [])
        return any(case(child) == preposition and is_one_of(child, held) for child in near)
    if wanted == "~":
        return complement(verb) is not None
    if wanted == "who_only":
        return object_ is not None and verb.child("xcomp", "ccomp") is None
    if wanted in ("*", "-", "+", "who", "who_to"):
        return wanted == "*" or (object_ is None) == (wanted == "-")
    small = verb.all("xcomp") if object_ is not None else []  # "found the mayor guilty"
    return object_ is not None and (is_one_of(object_, wanted) or any(is_one_of(word, wanted) for word in small))


def is_one_of(word: Word, wanted: str) -> bool:
    """Whether a noun, or what it numbers ("dozens of troops"), is one of a rule's words or of its class."""
    if wanted == "*":
        return (
            word.lemma.lower() not in event_words()["calendar"]["words"] and word.pos != "NUM"
        )  # "called on Friday" calls on nobody
    lemmas = event_words()["classes"][wanted[1:]] if wanted.startswith("@") else frozenset(wanted.split("|"))
    near = [word, *word.all("conj")]
    if word.lemma.lower() in event_words()["counted"]["nouns"] or word.pos == "NUM":
        near += [*word.all("compound"), *(child for child in word.all("nmod") if case(child) in ("of", "in"))]
    if word.pos == "NUM" or word.text in ("$", "€", "£"):
        near += word.all("nmod", "nmod:unmarked")
    return any(each.lemma.lower() in lemmas or each.text.lower() in lemmas for each in near)
