"""Who speaks: from the subject of a verb to an entity of the article.

A name in the subject is the speaker. A pronoun is the person named last before it outside of quotations, if no other
person of the same sentence could be meant; an office ("the minister") is the person whose role has it. Anything else
is named as the text names it ("a senior official") and is no entity.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.article import Entity, FieldName, Span
from pipeline.enrich import TABLES
from pipeline.enrich.clauses import antecedent
from pipeline.enrich.cues import cue_words, is_cue
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, phrase, stretch, words_between
from pipeline.enrich.roles import before
from pipeline.tables import rows_of

NAMED, BY_OFFICE, BY_PRONOUN = 0.95, 0.75, 0.7  # confidence in the speaker
CHAIN = 3  # sentences that go on with the same pronoun which are followed back
LOOK_BACK = 1500  # characters that a pronoun may reach back


@dataclass(frozen=True)
class Speaker:
    """Somebody who says something: the name, the entity where there is one, and the words that name them here."""

    name: str | None
    id: str | None
    source: Span | None
    confidence: float


class Speakers:
    """The entities of an article by where they are mentioned.

    Args:
        reading: the parsed article.
        entities: its entities.
        quoted: stretches within quotation marks: who is named there does not speak outside of them.
    """

    def __init__(self, reading: Reading, entities: Sequence[Entity], quoted: Sequence[Span]) -> None:
        self._reading = reading
        self._quoted = [(span.field == "text", span.start, span.end) for span in quoted]
        found = [
            (span.field == "text", span.start, span.end, entity) for entity in entities for span in entity.mentions
        ]
        self._mentions = sorted(found, key=lambda one: one[:3])
        self._keys = [one[:2] for one in self._mentions]

    def at(self, words: Sequence[Word]) -> list[tuple[Word, Entity]]:
        """The entities that are mentioned in some words, each with its first word."""
        found: list[tuple[Word, Entity]] = []
        for word in words:
            entity = self.covering(word)
            if entity is not None and (not found or found[-1][1] is not entity):
                found.append((word, entity))
        return found

    def covering(self, word: Word) -> Entity | None:
        """The entity whose mention has a word."""
        key = (word.field == "text", word.start + 1)
        at = bisect_left(self._keys, key) - 1
        if at >= 0:
            text, start, end, entity = self._mentions[at]
            if text == key[0] and start <= word.start < end:
                return entity
        return None

    def of(self, subject: Word) -> Speaker:
        """The speaker that a verb's subject names."""
        lemma = subject.text.lower()
        another = subject.tag == "NNS" or subject.child("nmod:poss") is not None  # "Berg, her office said"
        if subject.dep == "appos" and not another and subject.head is not None and self.covering(subject.head):
            subject = subject.head
        if subject.pos == "PRON" or lemma in ("he", "she", "it"):
            return self._pronoun(subject, lemma)
        words = [
            word for word in phrase(subject) if not (word.at < subject.at and word.tag in ("IN", "WDT", "WP", "CC"))
        ]
        text = self._reading.text_of(subject.field)
        source = stretch(words, text)
        named = [
            (word, entity)
            for word, entity in self.at(words)
            if not _belongs(word, subject) or _is_titled(subject, word, text)
        ]
        people = [entity for _, entity in named if entity.type == "PERSON"]
        if people:
            return Speaker(people[-1].name, people[-1].id, source, NAMED)
        head = self.covering(subject)
        if head is not None and head.type != "NORP":
            return Speaker(head.name, head.id, source, NAMED)
        if subject.lemma.lower() in cue_words()["offices"]["nouns"] and _definite(words):
            owner = self._office(subject, words)
            if owner is not None:
                return Speaker(owner.name, owner.id, source, BY_OFFICE)
        appositive = [
            entity for word in subject.all("appos") for _, entity in self.at(phrase(word)) if entity.type == "PERSON"
        ]
        appositive = appositive or (self._just_before(words[0]) if self._is_set_off(subject, words[-1]) else [])
        if appositive:
            return Speaker(appositive[0].name, appositive[0].id, source, NAMED)
        return Speaker(source.surface[:200], None, source, BY_PRONOUN)

    def _pronoun(self, subject: Word, lemma: str) -> Speaker:
        source = stretch([subject], self._reading.text_of(subject.field))
        kinds = ("PERSON",) if lemma in cue_words()["pronouns"]["person"] else ("ORG", "GPE") if lemma == "it" else ()
        if subject.text.lower() in ("who", "which", "that") and subject.head is not None:
            owner = antecedent(subject)
            if owner is not None and owner is not subject and owner.pos != "PRON":
                return self.of(owner)
            if near := self._just_before(subject):
                return Speaker(near[0].name, near[0].id, source, BY_PRONOUN)
        if lemma == "it" and (same := self._same_paper(subject)) is not None:
            meant = self.of(same)
            return Speaker(meant.name, meant.id, source, BY_PRONOUN)
        entity = self._before(subject, kinds, lemma)
        if entity is None:
            return Speaker(None, None, source, 0.5)
        return Speaker(entity.name, entity.id, source, BY_PRONOUN)

    def _same_paper(self, it: Word) -> Word | None:
        """The subject of the sentence before, if it is a body, or a study or paper that said something there."""
        words = self._reading.words
        last = next((words[at] for at in range(it.at - 1, -1, -1) if words[at].sentence != it.sentence), None)
        top = [last, *last.ancestors()][-1] if last is not None and last.field == it.field else None
        found = top.child("nsubj") if top is not None else None
        if found is None or top is None or found.tag != "NN" or self.covering(found) is not None:
            return None
        lemma, listed = found.lemma.lower(), cue_words()
        paper = lemma in listed["told"]["papers"] and is_cue(top, weak=True)
        called = next((word for word in found.all("appos") if self.covering(word) is not None), found)
        return called if paper or lemma in listed["pronouns"]["bodies"] else None

    def _is_set_off(self, subject: Word, last: Word) -> bool:
        """Whether a comma ends a subject: in "met Nils Berg, her office said" it is no apposition."""
        text = self._reading.text_of(subject.field)
        ends = [last, *(word for word in subject.subtree()[-2:] if word.pos != "PUNCT")]
        return any(text.startswith(",", word.end) for word in ends)

    def _just_before(self, word: Word) -> list[Entity]:
        """The person who is named right before a word, with a comma between ("Jordan, a panel member, said")."""
        key = (word.field == "text", word.start)
        at = bisect_left(self._keys, key) - 1
        if at < 0 or self._mentions[at][0] != key[0] or self._mentions[at][3].type != "PERSON":
            return []
        between = self._reading.text_of(word.field)[self._mentions[at][2] : word.start]
        return [self._mentions[at][3]] if re.fullmatch(r"(?: \([^)]{1,20}\))?,\s*", between) else []

    def _before(self, subject: Word, kinds: tuple[str, ...], pronoun: str, back: int = CHAIN) -> Entity | None:
        """The entity of some kinds that was named last before a word, outside of quotations."""
        key = (subject.field == "text", subject.start)
        own = self._own_words(subject)
        for at in range(bisect_left(self._keys, key) - 1, -1, -1):
            text, start, end, entity = self._mentions[at]
            if text != key[0] or subject.start - end > LOOK_BACK:
                return None
            if start >= own:
                continue
            if entity.type in kinds and not self._is_quoted(text, start) and self._may_be(entity, pronoun):
                return self._subject_beside(at, entity, kinds, pronoun, back)
        return None

    def _own_words(self, subject: Word) -> int:
        """Where what somebody says begins, if it stands before "he said": he does not name himself in it."""
        verb = subject.head
        clauses = [one for one in verb.all("ccomp") if one.at < min(subject.at, verb.at)] if verb is not None else []
        words = clauses[0].subtree() if clauses else []
        quoted = any(word.tag in ("``", "''") for word in words)
        return words[0].start if words and not quoted else subject.start

    def _subject_beside(self, last: int, entity: Entity, kinds: tuple[str, ...], pronoun: str, back: int) -> Entity:
        """Of those whom the sentence of the last mention names, its subject is meant sooner than whoever else; where
        that is the same pronoun, whom it means."""
        text, start, end, _ = self._mentions[last]
        field: FieldName = "text" if text else "title"
        words = words_between(self._reading.words, field, start, end)
        sentence = words[0].sentence if words else -1
        top = [*words[0].ancestors()][-1:] if words else []
        again = next((word for one in top for word in one.all("nsubj") if word.text.lower() == pronoun), None)
        if again is not None and back and again.start < start:
            return self._before(again, kinds, pronoun, back - 1) or entity
        for earlier in range(last - 1, -1, -1):
            other_text, first, stop, other = self._mentions[earlier]
            near = words_between(self._reading.words, field, first, stop) if other_text == text else []
            if not near or near[0].sentence != sentence:
                break
            subject = any(_is_main_subject(word) for word in near)
            if subject and other.type in kinds and not self._is_quoted(text, first) and self._may_be(other, pronoun):
                return other
        return entity

    def _may_be(self, entity: Entity, pronoun: str) -> bool:
        """Whether forms of address and first names allow a pronoun."""
        if pronoun not in ("he", "she"):
            return True
        other = cue_words()["address"]["she" if pronoun == "he" else "he"]
        for span in entity.mentions:
            before = self._reading.text_of(span.field)[max(0, span.start - 10) : span.start].split()
            if before and before[-1].strip(".").lower() in other:
                return False
        return first_names().get(entity.name.split()[0].lower(), pronoun) == pronoun

    def _is_quoted(self, text: bool, start: int) -> bool:
        return any(field == text and first <= start < last for field, first, last in self._quoted)

    def _office(self, subject: Word, words: Sequence[Word]) -> Entity | None:
        """The person named last before whose role is the office, rank and all."""
        wanted = _office_words(word.text.lower() for word in words if word.pos in ("NOUN", "PROPN", "ADJ"))
        heads = _office_words([subject.lemma.lower()])
        key = (subject.field == "text", subject.start)
        for at in range(bisect_left(self._keys, key) - 1, -1, -1):
            entity = self._mentions[at][3]
            role = _office_words((entity.role or "").lower().split())
            if heads <= role and wanted <= role and not role.intersection(cue_words()["address"]["ranks"]) - wanted:
                return entity
        return None


def _is_main_subject(word: Word) -> bool:
    """Whether a word is its sentence's subject, or says who that is ("The mayor, Ruth Mwangi"), not of a clause."""
    while word.dep == "appos" and word.head is not None:
        word = word.head
    return word.dep in ("nsubj", "nsubj:pass") and word.head is not None and word.head.head is None


def _office_words(words: Iterable[str]) -> set[str]:
    """The words of an office, spelled alike: an undersecretary is a deputy secretary."""
    same = cue_words()["same_office"]
    return {each for word in words for each in same.get(word, [word])}


@cache
def first_names() -> dict[str, str]:
    """First names that are nearly always a man's (`he`) or a woman's (`she`)."""
    return {name: pronoun for pronoun, names in rows_of(TABLES / "first_names.tsv") for name in names.split()}


def _is_titled(subject: Word, name: Word, text: str) -> bool:
    """Whether a subject is a part of the role right before a name: its title, not somebody else."""
    role = before(text, name.start)
    return role is not None and subject.start >= text.rindex(role, 0, name.start)


def _belongs(word: Word, subject: Word) -> bool:
    """Whether a name only qualifies the subject: "Sherman's lawyer", "a spokesman for Sherman"."""
    while word is not subject and word.head is not None:
        if (
            word.dep.startswith("nmod")
            and word.dep != "nmod:desc"
            and not (word.dep == "nmod" and word.child("case") is None)
        ):
            return True
        word = word.head
    return False


def _definite(words: Sequence[Word]) -> bool:
    return words[0].text.lower() in ("the", "this", "that", "his", "her") or words[0].pos == "NOUN"
