"""Events told by verbs: a rule of event_verbs.tsv that fits a verb and its object gives the type and the parties."""

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.article import EventType, Party
from pipeline.enrich.clauses import arguments, case, complement, nearest, subject
from pipeline.enrich.event_rules import VerbRule, event_words, fits, rules_of, types
from pipeline.enrich.event_senses import (
    has_ground,
    is_armed,
    is_critic,
    is_in_words,
    is_play,
    keeps_peace,
    literal_in_sport,
    polices,
)
from pipeline.enrich.event_status import status_of
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, is_verb, negated
from pipeline.enrich.parties import Parties, is_named


@dataclass(frozen=True)
class Found:
    """A trigger with its parties, before status, place and date."""

    type: EventType
    trigger: Word
    actors: tuple[Party, ...]
    targets: tuple[Party, ...]
    how: str
    mutual: bool = False  # two actors do it with each other
    object: bool = False  # it is done to something, be it no party
    needs_target: bool = False


# Where they stand whom a state protests to, and whom one vows to answer; these are told by more than a verb's row.
PROTESTED = VerbRule("ACCUSE", "*", ("to", "with", "against", "by", "over", "obj"))
ANSWERED = VerbRule("THREATEN", "*", ("obj", "against", "at", "on", "to"))


def verbal(reading: Reading, parties: Parties) -> Iterator[Found]:
    """The events of an article that its verbs tell."""
    for word in reading.words:
        if word.lemma.lower() in event_words()["willing"]["words"] and (found := _willing(word, parties)) is not None:
            yield found
        if not is_verb(word) or word.dep in ("amod", "compound"):
            continue
        rules = rules_of(word)
        if rules:
            found = _told(word, rules, parties)
        elif word.lemma.lower() in event_words()["status"]["say"]:
            found = _demand(word, parties)
        else:
            continue
        if found is not None:
            yield found


def _willing(word: Word, parties: Parties) -> Found | None:
    """Who is willing or ready to do what others want of him."""
    below = word.child("xcomp", "ccomp")
    actors = parties.of(nearest(word, "nsubj")) if word.child("cop") is not None and not negated(word) else []
    if not actors or below is None:
        return None
    if not _tells(below, types("refused")):
        return None
    return Found("AGREE", word, tuple(actors), tuple(_of_clause(word, parties)), "verb")


def _told(verb: Word, rules: list[VerbRule], parties: Parties) -> Found | None:
    """The event of a verb: by the first of its rules that fits."""
    who, object_ = arguments(verb)
    if any(word.lemma.lower() == "nothing" for word in verb.all("obj", "xcomp")):
        return None  # "denied nothing"
    rule = next((rule for rule in rules if fits(rule, verb, object_) and _fits_who(rule, verb, object_, parties)), None)
    if rule is None:
        return None
    actors = _actors(rule, who, parties)
    if rule.targets[0].startswith("subject<"):  # who receives is given
        givers = [party for word in _at(rule.targets[0].partition("<")[2], verb, object_) for party in parties.of(word)]
        return Found(rule.type, verb, tuple(givers), tuple(actors), "verb", needs_target=True) if givers else None
    if not actors and who is not None:
        return None  # an earthquake, a law: nobody acts
    targets = _targets(rule, verb, object_, parties)
    kind = _kind(rule, verb, object_, who, actors, targets, parties)
    if kind == "ACCUSE" and rule.type == "PROTEST":
        targets = _targets(PROTESTED, verb, object_, parties)
    if kind == "MOBILIZE" and rule.type == "ASSAULT":
        targets = []  # a missile into the sea is shot at nobody
    elif kind == "MOBILIZE" and keeps_peace(verb):
        kind = "AID"
    if kind is None:
        return None
    if kind in ("AGREE", "REJECT", "THREATEN") and not targets and verb.lemma.lower() != "deny":
        targets = _of_clause(verb, parties, ANSWERED if kind == "THREATEN" and rule.type == "AGREE" else None)
    return Found(
        kind, verb, tuple(actors), tuple(targets), "verb",
        mutual=(rule.type in types("mutual") or rule.type == "SUPPORT") and rule.targets[0] == "with",
        object=object_ is not None,
        needs_target=_needs_target(rule, verb) or (kind == "SUPPORT" and object_ is not None and object_.pos == "PRON"),
    )  # fmt: skip


def _fits_who(rule: VerbRule, verb: Word, object_: Word | None, parties: Parties) -> bool:
    """Whether somebody stands where a rule asks for somebody."""
    if rule.object == "who_to":
        does = verb.child("xcomp") is not None or any(case(child) in ("for", "to") for child in verb.all("obl"))
        return does and bool(parties.of(object_))
    if rule.object.endswith(":who"):
        preposition = rule.object.partition(":")[0]
        return any(parties.of(child) for child in verb.all("obl") if case(child) == preposition)
    if rule.object == "who_only":
        return any(map(is_named, parties.of(object_)))
    return rule.object != "who" or _has_them(verb) or bool(parties.of(object_))


def _needs_target(rule: VerbRule, verb: Word) -> bool:
    """Whether a rule is one of somebody only, as a warning is: without whom it is no event."""
    alone = rule.object in ("who", "who_to") or (rule.type == "AID" and verb.child("obj") is None)
    return (alone or verb.lemma.lower() == "return") and not _has_them(verb)


def _has_them(verb: Word) -> bool:
    """Whether somebody is meant whom only a pronoun names: "sentenced him"."""
    return any(child.text.lower() in ("him", "her", "them", "us", "me") for child in verb.all("obj"))


def _actors(rule: VerbRule, who: Word | None, parties: Parties) -> list[Party]:
    """Who acts; of a weapon or an attack that strikes, whose it is."""
    actors = parties.of(who)
    if (
        not actors
        and who is not None
        and rule.type == "ASSAULT"
        and who.lemma.lower() in event_words()["classes"]["vehicle"]
    ):
        return parties.owners(who, placed=False)
    return actors


def _kind(
    rule: VerbRule,
    verb: Word,
    object_: Word | None,
    who: Word | None,
    actors: list[Party],
    targets: list[Party],
    parties: Parties,
) -> EventType | None:
    """The type of a rule, or what refusal, words alone or a promise of force make of it; None where it is nothing."""
    below = complement(verb)
    if _is_nothing(rule, verb, below):
        return None
    if rule.type == "PROTEST" and verb.lemma.lower() == "protest" and _are_states(actors):
        return "ACCUSE"
    if rule.type in types("refused") and _refuses(verb, rule):
        return "REJECT"
    if rule.type == "ASSAULT":
        aims = [word for place in rule.targets for word in _at(place, verb, object_)]
        return _force(verb, object_, who, actors, targets, aims)
    if rule.type == "AGREE" and verb.lemma.lower() in event_words()["speech"]["vows"] and below is not None:
        return _vowed(verb, below, parties)
    if (
        rule.type == "THREATEN"
        and verb.lemma.lower() in event_words()["speech"]["warnings"]
        and not _warns(actors, targets)
    ):
        return None
    if rule.type == "SUPPORT" and rule.object == "@accord":
        told = status_of(verb)
        return "AGREE" if told is not None and told[0] == "planned" else rule.type  # a promise to sign is no signature
    if (
        rule.type == "CONSULT"
        and verb.lemma.lower() in event_words()["speech"]["travel"]
        and not _visits(actors, targets, parties)
    ):
        return None
    return rule.type


def _is_nothing(rule: VerbRule, verb: Word, below: Word | None) -> bool:
    """Whether a verb tells of a game, refuses only to say something, or takes something for true."""
    if verb.lemma.lower() not in literal_in_sport() and is_play(verb):
        return True
    if rule.type == "REJECT" and below is not None and below.lemma.lower() in event_words()["speech"]["verbs"]:
        return True
    if verb.lemma.lower() == "fail" and not _is_of(below, types("refused")):
        return True
    return verb.lemma.lower() == "agree" and below is not None and _is_fact(below)


def _vowed(verb: Word, below: Word, parties: Parties) -> EventType | None:
    """What a promise is: a threat where it is one of force or of an answer, a refusal where it is never to give in."""
    if negated(below) or any(word.text.lower() in ("never", "not") for word in verb.all("advmod") if word.at > verb.at):
        return "REJECT" if _tells(below, types("refused")) else "AGREE" if _tells(below, types("hostile")) else None
    speech, lemma = event_words()["speech"], below.lemma.lower()
    particles = [word.text.lower() for word in below.all("advmod", "compound:prt")]
    forms = {lemma, *(f"{lemma} {particle}" for particle in particles)}
    if forms & speech["answers_to"]:
        _, object_ = arguments(below)
        return "THREATEN" if any(map(is_named, _targets(ANSWERED, below, object_, parties))) else None
    if forms & speech["answers"] or _tells(below, types("hostile")):
        return "THREATEN"
    return None if forms & speech["resists"] else "AGREE"


def _are_states(actors: list[Party]) -> bool:
    """Whether those who protest are states, which do so in words."""
    return bool(actors) and all(actor.id.startswith("country:") for actor in actors)


def _is_fact(clause: Word) -> bool:
    """Whether a clause is what one finds true, not what one will do: "agreed the act was discriminatory"."""
    helpers = {child.text.lower() for child in clause.all("aux")}
    finite = clause.tag in ("VBD", "VBZ", "VBP") or clause.child("cop") is not None
    return clause.dep == "ccomp" and finite and not helpers & {"will", "would", "shall", "should", "must"}


def _force(
    verb: Word,
    object_: Word | None,
    who: Word | None,
    actors: list[Party],
    targets: list[Party],
    aims: list[Word],
) -> EventType | None:
    """What an attack is: none where police launch an operation or where it is on a currency, coercion where police
    raid, an accusation in words."""
    if any(word.lemma.lower() in event_words()["speech"]["priced"] for word in aims):
        return None
    if object_ is not None and object_.lemma.lower() in event_words()["classes"]["weapon"]:
        lemmas = {word.lemma.lower() for word in aims}
        if lemmas & event_words()["speech"]["skies"]:
            return None
        if lemmas & event_words()["speech"]["waters"] or (not aims and _at("over", verb, object_)):
            return "MOBILIZE"
    if polices(who) and object_ is not None and object_.lemma.lower() == "operation":
        return None
    if polices(who) and verb.lemma.lower() in event_words()["policing"]["verbs"]:
        return "COERCE"
    argued = any(word.lemma.lower() in event_words()["speech"]["argued"] for word in aims) or is_critic(who)
    return "ACCUSE" if argued or _is_verbal(verb, object_, who, actors, targets) else "ASSAULT"


def _warns(actors: list[Party], targets: list[Party]) -> bool:
    """Whether a warning is one to somebody, and no forecast: both parties have a name and one a country."""
    named = any(map(is_named, actors)) and any(map(is_named, targets))
    return named and any(party.country for party in (*actors, *targets))


def _visits(actors: list[Party], targets: list[Party], parties: Parties) -> bool:
    """Whether somebody in office goes to a country, as ministers do, and not to a place of work."""
    return any(parties.weighs(actor) for actor in actors) and all(target.country for target in targets)


def _is_verbal(verb: Word, object_: Word | None, who: Word | None, actors: list[Party], targets: list[Party]) -> bool:
    """Whether an attack is one in words: "a scathing attack on", one over a plan, a politician who attacks another."""
    if object_ is not None and is_in_words(object_):
        return True
    if verb.lemma.lower() in event_words()["speech"]["attacks"] and not is_armed(who) and has_ground(verb):
        return True
    person = any(actor.id.startswith("person:") for actor in actors)
    alike = not targets or all(target.id.startswith(("person:", "org:")) for target in targets)
    return verb.lemma.lower() in event_words()["speech"]["attacks"] and person and alike


def _tells(clause: Word, wanted: frozenset[str]) -> bool:
    """Whether a clause tells an event of some types by the first of its rules that fits its object."""
    _, object_ = arguments(clause)
    rule = next((rule for rule in rules_of(clause) if fits(rule, clause, object_)), None)
    return rule is not None and rule.type in wanted


def _is_of(clause: Word | None, wanted: frozenset[str]) -> bool:
    """Whether a clause's verb tells an event of some types by the first of its rules."""
    return clause is not None and any(each.type in wanted for each in rules_of(clause)[:1])


def _refuses(verb: Word, rule: VerbRule) -> bool:
    """Whether a verb says that its subject will not do something, or does not accept it."""
    helpers = {child.text.lower() for child in verb.all("aux")}
    if not negated(verb):
        return False
    stands = rule.type in ("AGREE", "SUPPORT", "CONCEDE") and bool(helpers & {"does", "do", "did"})
    return stands or bool(helpers & {"will", "wo", "would"})


def _demand(verb: Word, parties: Parties) -> Found | None:
    """Who says that somebody must do something asks for it."""
    clause = verb.child("ccomp")
    if clause is None or not any(child.text.lower() == "must" for child in clause.all("aux")):
        return None
    actors, targets = parties.of(subject(verb)), parties.of(clause.child("nsubj", "nsubj:pass"))
    if not (actors and targets and is_named(targets[0])):
        return None
    return Found("REQUEST", verb, tuple(actors), tuple(targets), "verb")


def _targets(rule: VerbRule, verb: Word, object_: Word | None, parties: Parties) -> list[Party]:
    """The parties at the first of the rule's places where there are some."""
    unnamed: list[Party] = []
    for place in rule.targets:
        for word in _at(place, verb, object_):
            given = place == "obj" and rule.object == "@aid"  # what is given, which is of somebody, but nobody
            found = parties.of(word) if not given else []
            if not found and rule.type not in ("CONSULT", "COOPERATE", "REQUEST"):
                found = parties.owners(word, placed=rule.type in types("placed"))
            if any(is_named(party) for party in found):
                return found
            unnamed = unnamed or found
    if rule.type == "AID" and not unnamed:
        return next((found for word in _purposes(verb, object_) if (found := _helped(word, parties))), [])
    return unnamed


def _purposes(verb: Word, object_: Word | None) -> Iterator[Word]:
    """What help is given for: the object of "to help", "to fight", and where it is done ("to rebuild schools in")."""
    clauses = verb.all("advcl", "xcomp") + (object_.all("acl", "advcl") if object_ is not None else [])
    for clause in clauses:
        if clause.tag == "VB" and clause.at > verb.at:
            yield from (*clause.all("obj"), *(word for word in clause.all("obl") if case(word) in ("in", "to", "for")))


def _helped(word: Word, parties: Parties) -> list[Party]:
    return parties.of(word) or parties.owners(word, placed=True)


def _of_clause(verb: Word, parties: Parties, otherwise: VerbRule | None = None) -> list[Party]:
    """Whom a promise is to: the target of what is promised ("offered to send troops to Kenya").

    Args:
        otherwise: where they stand if no rule tells what is promised.
    """
    below = complement(verb)
    if below is None:
        return []
    _, object_ = arguments(below)
    rule = next((rule for rule in rules_of(below) if fits(rule, below, object_)), otherwise)
    return _targets(rule, below, object_, parties) if rule is not None else []


def _at(place: str, verb: Word, object_: Word | None) -> list[Word]:
    if place == "obj":
        return [object_] if object_ is not None else []
    if place == "iobj":
        return verb.all("iobj")
    if place == "clause":
        clause = verb.child("ccomp", "xcomp")
        found = clause.child("nsubj", "nsubj:pass") if clause is not None else None
        return [found] if found is not None else []
    deeper = [each for word in verb.all("xcomp") for each in (word, *word.all("obj"))]
    holders = [verb, *deeper]
    if object_ is not None and object_.at > verb.at:
        holders += [object_, *(child for child in object_.children if child.pos in ("NUM", "SYM"))]
        holders += [child for number in object_.all("nummod") for child in number.children]
    holders += [
        child for child in verb.all("obl") if case(child) == "in" and child.lemma.lower() in ("write", "writing")
    ]
    near = [child for holder in holders for child in holder.all("obl", "nmod", "obl:agent") if case(child) == place]
    if near or object_ is None or place not in ("to", "with", "from", "against") or object_.at < verb.at:
        return near
    # the parse hangs it on what stands last in the object ("returned the head of an emperor to Algeria")
    return [word for word in object_.subtree() if word.at > object_.at and word.dep == "nmod" and case(word) == place]
