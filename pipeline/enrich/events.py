"""Events: who did what to whom, by PLOVER's types, from trigger words and the parse.

Verbs and nouns that tell an event, and where its parties stand, are data (tables/event_verbs.tsv, event_nouns.tsv).
Covered are active and passive verbs, relative clauses and participles, infinitives under another verb, conjoined
parties, and nouns (event_nouns.py). An event needs a party that acts in public: a state, a known or armed group, a
person in office. What is only wished or asked for is none, nor is what nature does.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice, product

from pipeline.article import DateMention, Entity, Event, Party, Place, Span, Stretch, Topic
from pipeline.enrich.clauses import case
from pipeline.enrich.event_days import continued, day_of, fitted, long_ago
from pipeline.enrich.event_nouns import nominal
from pipeline.enrich.event_rules import event_words, types
from pipeline.enrich.event_senses import literal_in_sport
from pipeline.enrich.event_status import WILL_NOT, status_of
from pipeline.enrich.event_verbs import Found, verbal
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word
from pipeline.enrich.parties import Parties, is_named

MOST_EVENTS = 200  # of one article
MOST_TRIGGERS = 2_000  # that are looked at: a long article has a hundred
SPORT = "medtop:15000000"
Spots = Mapping[tuple[str, int], Place]  # the pinned places by where they are named
BOTH, ONE, UNNAMED = 0.85, 0.6, 0.7  # confidence with both parties named, with one alone, with an unnamed other


def find_events(
    reading: Reading,
    entities: Sequence[Entity],
    places: Sequence[Place],
    dates: Sequence[DateMention],
    topics: Sequence[Topic] = (),
) -> list[Event]:
    """The events of title and text in order; each type with the same parties, status and date once, the
    day being the same where none is told.

    In an article about sport, attacks and defeats are games: only what is meant literally counts there.
    """
    parties = Parties(reading, entities)
    found: dict[tuple[object, ...], Event] = {}
    spots: dict[tuple[str, int], Place] = {
        (span.field, span.start): place for place in places if place.pinned for span in place.mentions
    }
    games = bool(topics) and topics[0].id == SPORT
    for each in islice(chain(verbal(reading, parties), nominal(reading, parties)), MOST_TRIGGERS):
        if games and each.trigger.lemma.lower() not in literal_in_sport():
            continue
        for event in _events(each, reading, parties, spots, dates):
            actor, target = event.actor.id if event.actor else None, event.target.id if event.target else None
            day = event.date.first if event.date else None
            known = found.setdefault((event.type, actor, target, event.status, day), event)
            if known is not event and event.confidence > known.confidence:
                found[event.type, actor, target, event.status, day] = event
    kept = _without_undated(_without_weaker(list(found.values())))
    kept.sort(key=lambda event: (event.trigger.field == "text", event.trigger.start))
    return continued(kept[:MOST_EVENTS], reading, dates)


def _without_weaker(events: list[Event]) -> list[Event]:
    """Without the events of a trigger that has a better one: a party alone where another reading has both."""
    best: dict[tuple[str, int], float] = {}
    for event in events:
        place = (event.trigger.field, event.trigger.start)
        best[place] = max(best.get(place, 0.0), event.confidence)
    return [event for event in events if event.confidence >= best[event.trigger.field, event.trigger.start] - 0.15]


def _without_undated(events: list[Event]) -> list[Event]:
    """Without what is told once more without its day, as a headline does."""

    def told(event: Event) -> tuple[object, ...]:
        actor, target = event.actor.id if event.actor else None, event.target.id if event.target else None
        return event.type, actor, target, event.status

    dated = {told(event) for event in events if event.date is not None}
    return [event for event in events if event.date is not None or told(event) not in dated]


def _events(
    found: Found, reading: Reading, parties: Parties, spots: Spots, dates: Sequence[DateMention]
) -> Iterator[Event]:
    """One event for each pair of parties, if it is told as having a status."""
    told = status_of(found.trigger)
    if told is None:
        return
    status, reason = told
    sentence = reading.sentences[found.trigger.sentence]
    if reason == WILL_NOT and found.type != "REJECT":
        status = "denied"  # it is refused, which is an event of its own only for what others want
    day, fitting = fitted(day_of(found.trigger, sentence, reading, dates), status, found.trigger, reading)
    if fitting != status:
        status, reason = fitting, "its day lies after publication"
    if status == "happened" and (age := long_ago(found.trigger, day, reading)) is not None:
        status, reason = "historical", age
    where = _where(found.trigger, spots)
    trigger = Span(
        field=found.trigger.field, start=found.trigger.start, end=found.trigger.end, surface=found.trigger.text
    )
    for actor, target in _pairs(found):
        named = parties.weighs(actor) or (parties.weighs(target) and is_named(target))
        public = (
            named or found.type in types("collective") or (found.type in types("actorless") and _is_foreigner(target))
        )
        if not public or parties.is_unknown(actor) or _is_nobody(actor) or not _is_whole(found, actor, target):
            continue
        yield Event(
            type=found.type, actor=actor, target=target, place=where, date=day, status=status, trigger=trigger,
            sentence=Stretch(field=sentence.field, start=sentence.start, end=sentence.end), method=f"{found.how}+parse",
            confidence=_confidence(actor, target, found),
            reason=f"{found.how} “{found.trigger.text}”; {status}: {reason}",
        )  # fmt: skip


def _pairs(found: Found) -> Iterator[tuple[Party | None, Party | None]]:
    """Each actor with each target; where two parties do it with each other, one with the other."""
    actors: list[Party | None] = [*found.actors]
    targets: list[Party | None] = [*found.targets]
    if found.mutual and not targets and len(actors) == 2:
        actors, targets = actors[:1], actors[1:]
    for actor, target in islice(product(actors or [None], targets or [None]), 6):
        yield actor, None if actor and target and _is_own(found, actor, target) else target


def _is_own(found: Found, actor: Party, target: Party) -> bool:
    """Whether a target is the actor himself, or a place of his own that he leaves or moves into."""
    place = target.id.startswith(("gpe:", "loc:")) and found.type in ("RETREAT", "MOBILIZE")
    return actor.id == target.id or (place and target.country is not None and target.country == actor.country)


def _is_foreigner(party: Party | None) -> bool:
    """Whether the law's force is used on one of a people: that is public, whoever it is ("an American was jailed")."""
    return party is not None and party.id.startswith("agent:") and party.country is not None


def _is_nobody(party: Party | None) -> bool:
    """Whether a party without a name is nobody: "no country"."""
    first = party.name.split()[0].lower() if party is not None and not is_named(party) and party.name.strip() else ""
    return first in event_words()["status"]["none"]


def _is_whole(found: Found, actor: Party | None, target: Party | None) -> bool:
    """Whether an event names enough: who acts, and on whom where the type asks for it."""
    if actor is None:
        return (found.type in types("actorless") or found.how == "noun") and is_named(target)
    hosted = found.type == "CONSULT" and found.how == "noun" and found.object
    force = found.type in ("ASSAULT", "COERCE") and (found.object or actor.id.startswith(("country:", "org:")))
    return (
        target is not None
        or force
        or hosted
        or (found.type in types("alone") and (not found.needs_target or found.type in types("mutual")))
    )


def _confidence(actor: Party | None, target: Party | None, found: Found) -> float:
    both = BOTH if is_named(actor) and is_named(target) else UNNAMED
    base = both if actor and target else ONE
    return round(base - (0.05 if found.how == "noun" else 0.0), 2)


def _where(trigger: Word, spots: Spots) -> str | None:
    """The place of the sentence that `in`, `at` or `near` ties to the trigger or the verb above it."""
    noun = trigger.pos in ("NOUN", "PROPN")
    above = trigger.head if trigger.head is not None and noun else None
    holders = [trigger, *([above, *above.all("obj")] if above is not None else [])]
    for holder in holders:
        for child in holder.all("obl", "nmod"):
            if case(child) in ("in", "at", "near", "outside"):
                for word in (child, *child.subtree()[:6]):
                    place = spots.get((word.field, word.start))
                    if place is not None and not (word.head is not None and case(word) == "from"):
                        return place.name
    return None
