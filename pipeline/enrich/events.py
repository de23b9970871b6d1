"""Events: who did what to whom, by PLOVER's types, from trigger words and the parse.

Verbs and nouns that tell an event, and where its parties stand, are data (tables/event_verbs.tsv, event_nouns.tsv).
Covered are active and passive verbs, relative clauses and participles, infinitives under another verb, conjoined
parties, and nouns ("the invasion of X by Y", "launched an attack on X", "talks between X and Y"). An event needs a
party with a name or a country; what is only wished or asked for is none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import chain, islice, product
from pathlib import Path
from typing import cast

from pipeline.article import DateMention, DateRange, Entity, Event, EventType, Party, Place, Span, Stretch
from pipeline.enrich.event_status import status_of
from pipeline.enrich.names import dateline_end
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, negated
from pipeline.enrich.parties import Parties, is_named, table

MOST_EVENTS = 200  # of one article
MOST_TRIGGERS = 2_000  # that are looked at: a long article has a hundred
Spots = Mapping[tuple[str, int], Place]  # the pinned places by where they are named
LONG_AGO = 2  # years before publication from which an event is history
REFUSED = ("AGREE", "CONCEDE", "RETREAT", "AID", "SUPPORT", "CONSULT", "COOPERATE", "REQUEST")  # not doing so rejects
ALONE = ("AGREE", "REJECT", "MOBILIZE", "PROTEST", "RETREAT", "CONCEDE", "REQUEST", "THREATEN")  # may lack a target
ACTORLESS = ("ACCUSE", "SANCTION")  # told of their target alone: "was accused", "was blacklisted"
MUTUAL = ("CONSULT", "AGREE", "COOPERATE")
BOTH, ONE, UNNAMED = 0.85, 0.6, 0.7  # confidence with both parties named, with one alone, with an unnamed other


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


@dataclass(frozen=True)
class Found:
    """A trigger with its parties, before status, place and date."""

    type: EventType
    trigger: Word
    actors: tuple[Party, ...]
    targets: tuple[Party, ...]
    how: str


def find_events(
    reading: Reading, entities: Sequence[Entity], places: Sequence[Place], dates: Sequence[DateMention]
) -> list[Event]:
    """The events of title and text in order; each type with the same parties, status and date once."""
    parties = Parties(reading, entities)
    found: dict[tuple[object, ...], Event] = {}
    spots: dict[tuple[str, int], Place] = {
        (span.field, span.start): place for place in places if place.pinned for span in place.mentions
    }
    for each in islice(chain(_verbal(reading, parties), _nominal(reading, parties)), MOST_TRIGGERS):
        for event in _events(each, reading, spots, dates):
            actor, target = event.actor.id if event.actor else None, event.target.id if event.target else None
            day = event.date.first if event.date else None
            known = found.setdefault((event.type, actor, target, event.status, day), event)
            if known is not event and event.confidence > known.confidence:
                found[event.type, actor, target, event.status, day] = event
    kept = _without_weaker(list(found.values()))
    return sorted(kept, key=lambda event: (event.trigger.field == "text", event.trigger.start))[:MOST_EVENTS]


def _without_weaker(events: list[Event]) -> list[Event]:
    """Without the events of a trigger that has a better one: a party alone where another reading has both."""
    best: dict[tuple[str, int], float] = {}
    for event in events:
        place = (event.trigger.field, event.trigger.start)
        best[place] = max(best.get(place, 0.0), event.confidence)
    return [event for event in events if event.confidence >= best[event.trigger.field, event.trigger.start] - 0.15]


@cache
def _verb_rules() -> dict[str, list[VerbRule]]:
    found: dict[str, list[VerbRule]] = {}
    for kind, verb, object_, targets in _rows("event_verbs.tsv"):
        found.setdefault(verb, []).append(VerbRule(cast(EventType, kind), object_, tuple(targets.split(","))))
    for rules in found.values():
        rules.sort(key=lambda rule: 2 if rule.object in ("*", "+", "-") else int(rule.object.startswith("@")))
    return found


@cache
def _noun_rules() -> dict[str, NounRule]:
    return {
        noun: NounRule(cast(EventType, kind), tuple(actors.split(",")), tuple(targets.split(",")))
        for kind, noun, actors, targets in _rows("event_nouns.tsv")
    }


def _rows(name: str) -> list[list[str]]:
    lines = (Path(__file__).parent / "tables" / name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def _verbal(reading: Reading, parties: Parties) -> Iterator[Found]:
    """Events told by verbs."""
    for word in reading.words:
        if not (word.pos == "VERB" or word.tag.startswith("VB")) or word.dep in ("amod", "compound"):
            continue
        particle = word.child("compound:prt")
        lemma = word.lemma.lower()
        rules = _verb_rules().get(f"{lemma} {particle.text.lower()}", []) if particle is not None else []
        rules = rules or _verb_rules().get(lemma, [])
        if rules:
            subject, object_ = _arguments(word)
            rule = next((rule for rule in rules if _fits(rule, word, object_)), None)
            if rule is not None:
                actors = parties.of(subject, strict=True)
                if not actors and subject is not None and subject.pos == "NOUN":
                    continue  # an earthquake, a law: nobody acts
                targets = _targets(rule, word, object_, parties)
                kind = "REJECT" if rule.type in REFUSED and _refuses(word) else rule.type
                yield Found(kind, word, tuple(actors), tuple(targets), "verb")
        elif lemma in table()["status"]["say"] and (clause := word.child("ccomp")) is not None and _must(clause):
            actors = parties.of(_subject(word), strict=True)
            targets = parties.of(clause.child("nsubj", "nsubj:pass"), strict=False)
            if actors and targets:
                yield Found("REQUEST", word, tuple(actors), tuple(targets), "verb")


def _refuses(verb: Word) -> bool:
    """Whether a verb says that its subject will not do something."""
    helpers = {child.text.lower() for child in verb.all("aux")}
    return negated(verb) and bool(helpers & {"will", "wo", "would", "can", "ca"})


def _must(clause: Word) -> bool:
    """Whether a clause says what somebody has to do."""
    return any(child.text.lower() in ("must", "should") for child in clause.all("aux"))


def _arguments(verb: Word) -> tuple[Word | None, Word | None]:
    """Who does it and what it is done to, in active and passive, relative, participle and infinitive clauses."""
    passive = verb.child("nsubj:pass", "aux:pass") is not None or (verb.dep == "acl" and verb.tag == "VBN")
    if passive:
        agent = verb.child("obl:agent") or next((one for one in verb.all("obl") if _case(one) == "by"), None)
        object_ = verb.child("nsubj:pass") or (verb.head if verb.dep in ("acl", "acl:relcl") else None)
        return agent, _antecedent(object_)
    return _antecedent(_subject(verb)), verb.child("obj") or _relative_object(verb)


def _subject(verb: Word) -> Word | None:
    found, word, steps = verb.child("nsubj", "nsubj:outer"), verb, 0
    while found is None and word.head is not None and steps < 4:
        if word.dep == "acl" and word.tag == "VBG":
            return word.head
        if word.dep not in ("conj", "xcomp", "advcl", "acl") or (
            word.dep == "xcomp" and word.head.child("obj") is not None
        ):
            return word.head.child("obj") if word.dep == "xcomp" else None
        word, steps = word.head, steps + 1
        found = word.child("nsubj", "nsubj:pass")
    return found


def _relative_object(verb: Word) -> Word | None:
    """What a relative clause without an object of its own is about: "the guarantees that Moscow requested"."""
    subject = verb.child("nsubj")
    if verb.dep != "acl:relcl" or subject is None or subject.text.lower() in ("who", "which", "that"):
        return None
    return verb.head


def _antecedent(word: Word | None) -> Word | None:
    """What a relative pronoun stands for."""
    if word is not None and word.text.lower() in ("who", "which", "that", "whom") and word.head is not None:
        clause = word.head
        return clause.head if clause.dep.startswith("acl") and clause.head is not None else word
    return word


def _fits(rule: VerbRule, verb: Word, object_: Word | None) -> bool:
    """Whether a verb's object is one that the rule asks for."""
    wanted = rule.object
    if wanted.startswith("with:"):
        held = next((child for child in verb.all("obl") if _case(child) == "with"), None)
        return held is not None and object_ is not None and _is_one_of(held, wanted[5:])
    if wanted in ("*", "-", "+"):
        return wanted == "*" or (object_ is None) == (wanted == "-")
    return object_ is not None and _is_one_of(object_, wanted)


def _is_one_of(word: Word, wanted: str) -> bool:
    lemmas = table()["classes"][wanted[1:]] if wanted.startswith("@") else frozenset(wanted.split("|"))
    near = [word, *word.all("conj", "compound"), *(child for child in word.all("nmod") if _case(child) in ("of", "in"))]
    return any(each.lemma.lower() in lemmas or each.text.lower() in lemmas for each in near)


def _targets(rule: VerbRule, verb: Word, object_: Word | None, parties: Parties) -> list[Party]:
    """The parties at the first of the rule's places where there are some."""
    for place in rule.targets:
        for word in _at(place, verb, object_):
            if found := parties.of(word, strict=False):
                return found
    return []


def _at(place: str, verb: Word, object_: Word | None) -> list[Word]:
    below = verb.child("xcomp") or next((one for one in verb.all("advcl") if one.tag == "VB"), None)
    if place == "obj":
        further = below.child("obj") if below is not None and object_ is None else None
        return [word for word in (object_, further) if word is not None]
    if place == "iobj":
        return verb.all("iobj")
    if place == "clause":
        clause = verb.child("ccomp", "xcomp")
        subject = clause.child("nsubj", "nsubj:pass") if clause is not None else None
        return [subject] if subject is not None else []
    deeper = [each for word in verb.all("xcomp") for each in (word, *word.all("obj"))]
    holders = [verb, *([object_] if object_ is not None else []), *deeper]
    return [child for holder in holders for child in holder.all("obl", "nmod", "obl:agent") if _case(child) == place]


def _case(word: Word) -> str:
    case = word.child("case")
    return case.text.lower() if case is not None else ""


def _nominal(reading: Reading, parties: Parties) -> Iterator[Found]:
    """Events told by nouns."""
    for word in reading.words:
        rule = _noun_rules().get(word.lemma.lower()) if word.pos == "NOUN" else None
        if rule is None or _told_by_verb(word):
            continue
        pair = next((child for child in word.all("nmod") if _case(child) == "between"), None)
        both = parties.of(pair, strict=False)
        if len(both) == 2:
            yield Found(rule.type, word, (both[0],), (both[1],), "noun")
            continue
        owner = word.child("nmod:poss") or next((one for one in word.all("amod", "compound") if _is_people(one)), None)
        by = next((one for one in word.all("nmod") if _case(one) in rule.actors), None) or _host(word)
        actors = (
            parties.of(by, strict=False)
            or parties.of(owner, strict=False)
            or parties.of(_light_subject(word), strict=True)
        )
        target = next((one for one in _around(word) if _case(one) in rule.targets), None)
        targets = parties.of(target, strict=False)
        if (
            (actors and targets)
            or (targets and rule.type in ("ASSAULT", "SANCTION"))
            or (rule.type == "CONSULT" and actors and by)
        ):
            yield Found(rule.type, word, tuple(actors), tuple(targets), "noun")


def _around(noun: Word) -> list[Word]:
    """What hangs on a noun by a preposition, and on the verb whose object it is."""
    verb = noun.head if noun.dep in ("obj", "nsubj", "nsubj:pass", "obl") else None
    return noun.all("nmod") + (
        verb.all("obl")
        if verb is not None and noun.dep != "obl" and verb.lemma.lower() in table()["status"]["light_verbs"]
        else []
    )


def _host(noun: Word) -> Word | None:
    """Who hosts a meeting: "a meeting hosted by X"."""
    clause = noun.child("acl")
    if clause is None or clause.lemma.lower() not in (
        "host",
        "organize",
        "organise",
        "convene",
        "hold",
        "call",
        "mediate",
    ):
        return None
    return clause.child("obl:agent") or next((one for one in clause.all("obl") if _case(one) == "by"), None)


def _is_people(word: Word) -> bool:
    return word.text[:1].isupper()


def _told_by_verb(noun: Word) -> bool:
    """Whether the noun is the object of a verb that tells the event itself ("launched an attack on")."""
    verb = noun.head
    if verb is None or noun.dep not in ("obj", "nsubj:pass"):
        return False
    particle = verb.child("compound:prt")
    key = f"{verb.lemma.lower()} {particle.text.lower()}" if particle is not None else verb.lemma.lower()
    return any(rule.object not in ("*", "+", "-") and _fits(rule, verb, noun) for rule in _verb_rules().get(key, []))


def _light_subject(noun: Word) -> Word | None:
    """The subject of the verb that only carries the noun: "Russia is preparing for an offensive"."""
    verb = noun.head
    if verb is None or noun.dep not in ("obj", "obl") or verb.lemma.lower() not in table()["status"]["light_verbs"]:
        return None
    return _antecedent(_subject(verb))


def _events(found: Found, reading: Reading, spots: Spots, dates: Sequence[DateMention]) -> Iterator[Event]:
    """One event for each pair of parties, if it is told as having a status."""
    heading = dateline_end(reading.text_of("text")) if found.trigger.field == "text" else 0
    actors: list[Party | None] = [party for party in found.actors if party.start >= heading]
    targets: list[Party | None] = [party for party in found.targets if party.start >= heading]
    if found.type in MUTUAL and not targets and len(actors) == 2:
        actors, targets = actors[:1], actors[1:]
    told = status_of(found.trigger)
    if told is None:
        return
    status, reason = told
    sentence = reading.sentences[found.trigger.sentence]
    day = _day(found.trigger, sentence, dates)
    if status == "happened" and day is not None and _is_long_ago(day, reading):
        status, reason = "historical", f"{day.last.year}, long before publication"
    where = _where(found.trigger, spots)
    trigger = Span(
        field=found.trigger.field, start=found.trigger.start, end=found.trigger.end, surface=found.trigger.text
    )
    for actor, target in islice(product(actors or [None], targets or [None]), 6):
        target = None if actor and target and actor.id == target.id else target
        if not (is_named(actor) or is_named(target)) or not (target or _may_be_alone(found.type, actor)):
            continue
        if actor is None and found.type not in ACTORLESS:
            continue  # a road was closed, a fungus destroyed: somebody or nobody acted, and the text does not say who
        yield Event(
            type=found.type, actor=actor, target=target, place=where, date=day, status=status, trigger=trigger,
            sentence=Stretch(field=sentence.field, start=sentence.start, end=sentence.end), method=f"{found.how}+parse",
            confidence=_confidence(actor, target, found),
            reason=f"{found.how} “{found.trigger.text}”; {status}: {reason}",
        )  # fmt: skip


def _may_be_alone(kind: EventType, actor: Party | None) -> bool:
    """Whether an event is one without a named target: the type may lack it, or a state or group uses force."""
    force = kind in ("ASSAULT", "COERCE") and actor is not None and actor.id.startswith(("country:", "org:"))
    return kind in ALONE or force


def _confidence(actor: Party | None, target: Party | None, found: Found) -> float:
    both = BOTH if is_named(actor) and is_named(target) else UNNAMED
    base = both if actor and target else ONE
    return round(base - (0.05 if found.how == "noun" else 0.0), 2)


def _is_long_ago(day: DateRange, reading: Reading) -> bool:
    published: date | None = reading.article.published_at.date() if reading.article.published_at else None
    return published is not None and day.last.year <= published.year - LONG_AGO


def _day(trigger: Word, sentence: Span, dates: Sequence[DateMention]) -> DateRange | None:
    """The date of the trigger's sentence that hangs on the trigger's clause, else the only one."""
    inside = [one for one in dates if one.field == sentence.field and sentence.start <= one.start < sentence.end]
    if not inside:
        return None
    clause = trigger
    while clause.pos != "VERB" and clause.head is not None:
        clause = clause.head
    below = {word.start for word in clause.subtree()}
    own = [one for one in inside if one.start in below] or (inside if len(inside) == 1 else [])
    if not own:
        return None
    nearest = min(own, key=lambda one: abs(one.start - trigger.start))
    return DateRange(first=nearest.first, last=nearest.last)


def _where(trigger: Word, spots: Spots) -> str | None:
    """The place of the sentence that `in`, `at` or `near` ties to the trigger or the verb above it."""
    holders = [trigger, *([trigger.head] if trigger.head is not None and trigger.pos == "NOUN" else [])]
    for holder in holders:
        for child in holder.all("obl", "nmod"):
            if _case(child) in ("in", "at", "near", "outside"):
                for word in (child, *child.subtree()[:6]):
                    place = spots.get((word.field, word.start))
                    if place is not None:
                        return place.name
    return None
