"""Events told by nouns: "the invasion of X by Y", "launched an attack on X", "talks between X and Y", "X-Y talks"."""

from collections.abc import Iterator

from pipeline.article import Party
from pipeline.enrich.clauses import agent, antecedent, case, subject
from pipeline.enrich.event_rules import NounRule, event_words, fits, noun_rules, rules_of, types
from pipeline.enrich.event_senses import is_critic, is_in_words
from pipeline.enrich.event_verbs import Found
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word
from pipeline.enrich.parties import Parties, is_named


def nominal(reading: Reading, parties: Parties) -> Iterator[Found]:
    """The events of an article that its nouns tell."""
    for word in reading.words:
        lemma = word.lemma.lower()
        noun = word.pos == "NOUN" or (word.pos == "ADJ" and word.child("det") is not None)  # "an offensive"
        if not noun and word.pos != "PROPN":
            continue
        rule = noun_rules().get(lemma) if noun else None
        pair = _hyphenated(word, parties) if rule is not None or lemma in event_words()["meetings"]["bodies"] else []
        if len(pair) == 2 and (rule is None or rule.type in ("CONSULT", "AGREE", "COOPERATE")) and _meets(word):
            yield Found(rule.type if rule else "CONSULT", word, (pair[0],), (pair[1],), "noun")
        elif rule is not None and not _told_by_verb(word):
            found = _told(word, rule, parties)
            if found is not None:
                yield found


def _told(word: Word, rule: NounRule, parties: Parties) -> Found | None:
    both = _between(word, parties)
    if len(both) > 1:
        return Found(rule.type, word, (both[0],), tuple(both[1:]), "noun")
    by = next((one for one in word.all("nmod", "obl") if case(one) in rule.actors), None) or _host(word)
    actors = parties.of(by) or _owners(word, parties) or parties.of(_light_subject(word) or _is_it(word))
    target = next((one for one in _around(word) if case(one) in rule.targets), None)
    targets = parties.of(target) or parties.owners(target, placed=rule.type in types("placed"))
    if rule.type == "ASSAULT" and (is_in_words(word) or is_critic(by or word.child("nmod:poss")) or _is_idea(target)):
        return None
    hosted = rule.type == "CONSULT" and bool(actors) and by is not None
    prepared = rule.type == "ASSAULT" and bool(parties.of(_light_subject(word)))
    if rule.type == "CONSULT" and not hosted and not any(map(is_named, targets)):
        return None
    spoken = "clause" in rule.targets and _says(word)
    if actors and (targets or hosted or prepared or spoken):
        return Found(rule.type, word, tuple(actors[:2]), tuple(targets), "noun", object=prepared or hosted)
    if rule.type == "ASSAULT" and rule.targets and any(each.id.startswith("country:") for each in targets):
        return Found(rule.type, word, (), tuple(targets), "noun")
    return None


def _is_idea(target: Word | None) -> bool:
    """Whether an attack is on what nobody can strike: a policy, a currency."""
    speech = event_words()["speech"]
    return target is not None and target.lemma.lower() in speech["argued"] | speech["priced"]


def _is_it(noun: Word) -> Word | None:
    """Who a noun says somebody is: "Oslo is the largest donor"."""
    if noun.child("cop") is not None:
        return noun.child("nsubj")
    if noun.dep == "obl" and case(noun) in ("after", "following", "during"):  # "said after a meeting with"
        above = noun.head
        return (
            antecedent(subject(above))
            if above is not None and above.lemma.lower() in event_words()["status"]["say"]
            else None
        )
    verb = noun.head
    stays = verb is not None and noun.dep == "xcomp" and verb.lemma.lower() in ("remain", "become")
    return verb.child("nsubj") if verb is not None and stays else None


def _says(noun: Word) -> bool:
    """Whether a clause says what is threatened or demanded ("threats that it would", "its demand to leave")."""
    clauses = (mark.text.lower() for one in noun.all("acl", "ccomp") for mark in one.all("mark"))
    return any(mark in ("that", "to") for mark in clauses)


def _between(noun: Word, parties: Parties) -> list[Party]:
    """The parties of "between A and B", also where the parse hangs B beside A."""
    first = next((child for child in noun.all("nmod", "obl") if case(child) == "between"), None)
    if first is None:
        return []
    second = next((child for child in noun.children if child.at > first.at and not case(child)), None)
    near = (*first.subtree(), *(second.all("cc") if second is not None else ()))
    if not any(word.text.lower() == "and" for word in near):
        second = None
    found = parties.of(first)
    if second is not None:  # an office right before a name is that name's
        found = [party for party in found if party.end + 1 < second.start] + parties.of(second)
    return list({party.id: party for party in found}.values())


def _owners(noun: Word, parties: Parties) -> list[Party]:
    """Whose deed a noun tells: its possessive, people's or country's name, or who leads it."""
    if noun.child("nmod:poss") is None and not any(child.text[:1].isupper() for child in noun.all("amod", "compound")):
        return []
    possessive = noun.child("nmod:poss")
    found = parties.of(possessive) if possessive is not None else parties.owners(noun, placed=False)
    return [party for party in found if is_named(party)]


def _hyphenated(noun: Word, parties: Parties) -> list[Party]:
    """The two parties of "NATO-Russia Council" or "US–China talks"."""
    inner = ("compound", "amod", "nmod:poss", "flat", "nmod")
    before = [child for child in noun.children if child.at < noun.at and child.dep in inner]
    words = sorted({word.at: word for child in before for word in child.subtree()}.items())
    near = [word for _, word in words][-4:]
    for number, word in enumerate(near[1:-1], start=1):
        first, last = near[number - 1], near[number + 1]
        if word.text in ("-", "–", "—", "/") and first.end == word.start and word.end == last.start:
            return [party for side in (first, last) if (party := parties.named(side)) is not None]
    return []


def _meets(noun: Word) -> bool:
    """Whether a body of two meets: talks do by themselves, a council where it is held."""
    if noun.lemma.lower() in noun_rules():
        return True
    verb = noun.head
    return (
        verb is not None
        and noun.dep in ("nsubj", "nsubj:pass")
        and verb.lemma.lower() in event_words()["status"]["takes_place"]
    )


def _around(noun: Word) -> list[Word]:
    """What hangs on a noun by a preposition, and on the verb whose object it is."""
    verb = noun.head if noun.dep in ("obj", "nsubj", "nsubj:pass", "obl") else None
    light = verb is not None and noun.dep != "obl" and verb.lemma.lower() in event_words()["status"]["light_verbs"]
    return noun.all("nmod", "obl") + (verb.all("obl") if verb is not None and light else [])


def _host(noun: Word) -> Word | None:
    """Who hosts a meeting: "a meeting hosted by X"."""
    clause = next((one for one in noun.all("acl") if one.lemma.lower() in event_words()["meetings"]["hosts"]), None)
    return agent(clause) if clause is not None else None


def _told_by_verb(noun: Word) -> bool:
    """Whether the noun is the object of a verb that tells the event itself ("launched an attack on")."""
    verb = noun.head
    if verb is None or noun.dep not in ("obj", "nsubj:pass"):
        return False
    return any(rule.object not in ("*", "+", "-", "who") and fits(rule, verb, noun) for rule in rules_of(verb))


def _light_subject(noun: Word) -> Word | None:
    """The subject of the verb that only carries the noun: "Russia is preparing for an offensive"."""
    verb = noun.head
    if (
        verb is None
        or noun.dep not in ("obj", "obl")
        or verb.lemma.lower() not in event_words()["status"]["light_verbs"]
    ):
        return None
    return antecedent(subject(verb))
