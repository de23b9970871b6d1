"""Who acts, and on whom: from a word of the parse to a party of an event.

A name is its entity. A noun that can act ("the Afghan government", "Turkish police") is its country's, where it is the
state's, or stands for itself with its country. A pronoun is whom it means; where that is not clear, there is no party.
"""

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.article import Entity, Party
from pipeline.enrich import figures, roles
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, conjuncts, phrase, stretch
from pipeline.enrich.speakers import Speakers
from pipeline.text import fold

MOST = 3  # parties that one conjunction may give
OF_STATE = frozenset(
    [
        "government",
        "army",
        "military",
        "police",
        "force",
        "forces",
        "troop",
        "troops",
        "court",
        "parliament",
        "authority",
        "authorities",
        "administration",
        "ministry",
        "navy",
        "state",
        "regime",
        "president",
        "minister",
        "premier",
        "chancellor",
        "cabinet",
        "senate",
        "congress",
        "soldier",
        "jet",
        "warplane",
        "artillery",
        "security",
        "official",
        "secretary",
        "spokesman",
        "spokeswoman",
        "ambassador",
        "envoy",
        "king",
        "leader",
        "junta",
        "embassy",
        "department",
        "air",
        "warship",
        "missile",
        "drone",
        "strike",
        "airstrike",
        "general",
        "delegation",
        "diplomat",
        "legislature",
        "commission",
        "lawmaker",
        "guard",
        "kingdom",
        "republic",
    ]
)


@cache
def table() -> dict[str, Any]:
    """The words of tables/event_words.toml, each list as a set."""
    data = tomllib.loads((Path(__file__).parent / "tables" / "event_words.toml").read_text(encoding="utf-8"))
    return {part: {key: frozenset(words) for key, words in lists.items()} for part, lists in data.items()}


class Parties:
    """The parties of an article's events.

    Args:
        reading: the parsed article.
        entities: its entities.
    """

    def __init__(self, reading: Reading, entities: Sequence[Entity]) -> None:
        self._reading = reading
        self._speakers = Speakers(reading, entities, [])
        self._byid = {entity.id: entity for entity in entities}

    def of(self, word: Word | None, *, strict: bool) -> list[Party]:
        """The parties that a noun and its conjuncts name.

        Args:
            word: the head of the subject or object.
            strict: whether the noun itself must be able to act; else a name within its phrase will do.
        """
        if word is None:
            return []
        found = [party for each in conjuncts(word)[:MOST] if (party := self._one(each, strict=strict)) is not None]
        return list({party.id: party for party in found}.values())

    def _one(self, word: Word, *, strict: bool) -> Party | None:
        if word.field == "text" and word.text.isupper() and not self._reading.article.text[: word.start].strip():
            return None  # a dateline
        if word.pos == "PRON":
            return self._pronoun(word) if strict or word.text.lower() != "it" else None
        if word.lemma.lower() in table()["agents"]["counts"] or word.pos == "NUM":
            within = next(
                (child for child in word.all("nmod") if (case := child.child("case")) and case.text == "of"), None
            )
            if within is not None:
                return self._one(within, strict=strict)
        words = [
            part for part in phrase(word) if not (part.at < word.at and part.tag in ("IN", "CC", "WDT", "WP", "TO"))
        ]
        head = self._speakers.covering(word)
        if head is not None and head.type != "NORP":
            return self._named(head, words)
        named = self._speakers.at(words)
        people = [entity for first, entity in named if entity.type == "PERSON" and not _owns(first, word)]
        beside = [entity for child in word.all("appos") if (entity := self._speakers.covering(child)) is not None]
        people = people or [entity for entity in beside if entity.type == "PERSON"]
        if people:
            return self._named(people[-1], words)
        if head is not None:
            return self._people(head, word, words)
        return self._noun(word, words, named, strict=strict)

    def _noun(
        self, word: Word, words: Sequence[Word], named: Sequence[tuple[Word, Entity]], *, strict: bool
    ) -> Party | None:
        country = next((code for _, entity in named if (code := _country(entity)) is not None), None)
        lemma = word.lemma.lower()
        if can_act(lemma) or can_act(word.text.lower()):
            if country and (lemma in OF_STATE or word.text.lower() in OF_STATE):
                return self._party(f"country:{country}", words, country)
            return self._party(f"agent:{lemma}"[:200], words, country)
        if strict or not named:
            return None
        first = next((entity for _, entity in named if entity.type != "NORP"), named[0][1])
        if first.type == "NORP":
            return self._party(f"country:{country}", words, country) if country else None
        return self._named(first, words)

    def _people(self, entity: Entity, word: Word, words: Sequence[Word]) -> Party | None:
        """A people's name as a noun: "the Palestinians", "the Americans"."""
        country = _country(entity)
        if country is None:
            return self._party(entity.id, words, None)
        return self._party(f"country:{country}", words, country) if word.pos in ("NOUN", "PROPN", "ADJ") else None

    def _pronoun(self, word: Word) -> Party | None:
        if word.text.lower() in ("who", "which", "that") and word.head is not None and word.head.dep.startswith("acl"):
            owner = word.head.head
            return self._one(owner, strict=True) if owner is not None and owner.pos != "PRON" else None
        speaker = self._speakers.of(word)
        entity = self._byid.get(speaker.id or "")
        return self._named(entity, [word]) if entity is not None and word.text.lower() in ("he", "she", "it") else None

    def _named(self, entity: Entity, words: Sequence[Word]) -> Party:
        span = stretch(words, self._reading.text_of(words[0].field))
        return Party(
            id=entity.id, name=entity.name, country=_country(entity), field=span.field, start=span.start, end=span.end
        )

    def _party(self, identifier: str, words: Sequence[Word], country: str | None) -> Party:
        span = stretch(words, self._reading.text_of(words[0].field))
        name = self._byid[identifier].name if identifier in self._byid else span.surface[:200]
        return Party(id=identifier, name=name, country=country, field=span.field, start=span.start, end=span.end)


def can_act(noun: str) -> bool:
    """Whether a noun names somebody who can act."""
    return noun in table()["agents"]["nouns"] or roles.is_head(noun) or noun in figures.table()["people"]["nouns"]


def is_named(party: Party | None) -> bool:
    """Whether a party has a name or a country; "police" has none."""
    return party is not None and (party.country is not None or not party.id.startswith("agent:"))


def _country(entity: Entity) -> str | None:
    if entity.type == "NORP":
        codes = demonyms().get(tuple(fold(entity.name)), frozenset())
        return next(iter(codes)) if len(codes) == 1 else None
    return entity.country


def _owns(name: Word, head: Word) -> bool:
    """Whether a name only owns the noun, or qualifies it after a preposition."""
    word = name
    while word is not head and word.head is not None:
        if word.dep == "nmod:poss" or (word.dep == "nmod" and word.child("case") is not None):
            return True
        word = word.head
    return False
