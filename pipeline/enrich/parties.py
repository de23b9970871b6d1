"""Who acts, and on whom: from a word of the parse to a party of an event.

A name is its entity. A noun that can act ("the Afghan government", "Turkish police") is its country's, where it is the
state's, or stands for itself with its country. A pronoun is whom it means; where that is not clear, there is no party.
A thing has an owner ("Syria's reactor", "a market in Kandahar"), who is the party where somebody is done something to.
"""

from collections.abc import Sequence

from pipeline.article import Entity, Party
from pipeline.countries import by_code
from pipeline.enrich import roles
from pipeline.enrich.clauses import antecedent, case, subject
from pipeline.enrich.demonyms import demonyms
from pipeline.enrich.event_rules import event_words
from pipeline.enrich.figures import figure_words
from pipeline.enrich.known import known, name_key
from pipeline.enrich.metonyms import is_shared_seat
from pipeline.enrich.names import country_named
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, conjuncts, phrase, stretch
from pipeline.enrich.speakers import Speakers

MOST = 3  # parties that one conjunction may give
OWNING = ("of", "by", "from")
PLACING = ("in", "at", "near", "on", "against", "outside", "around", "inside", "across", "into", "to", "over")


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

    def of(self, word: Word | None) -> list[Party]:
        """The parties that a noun and its conjuncts name: names, and nouns that can act."""
        if word is None:
            return []
        word = _beside_day(word)
        found = [party for each in _joined(word)[:MOST] for party in self._each(each)]
        return list({party.id: party for party in found}.values())[:MOST]

    def owners(self, word: Word | None, *, placed: bool) -> list[Party]:
        """The parties that a thing belongs to ("Kurdish oil fields"), or lies in.

        Args:
            word: the head of a noun phrase that names nobody itself.
            placed: whether the country where it lies counts too ("a market in Kandahar").
        """
        if word is None or word.pos in ("PRON", "VERB"):
            return []
        prepositions = (*OWNING, *PLACING) if placed else OWNING
        words = _words(word)
        for child in word.children:
            if child.dep in ("nmod:poss", "amod", "compound", "nmod:desc", "flat") or (
                child.dep in ("nmod", "nmod:unmarked") and (not case(child) or case(child) in prepositions)
            ):
                if (_is_led(child) or child.dep != "amod" or child.text[:1].isupper()) and (
                    found := self._named_at(child, words)
                ):
                    return [found]
                bare = child.lemma.lower() == "state" and not child.children  # "a state grab" is nobody's
                if child.dep in ("compound", "nmod:poss") and can_act(child) and not bare and (led := self.of(child)):
                    return [self._of_whole(party, words) for party in led[:1]]  # "Syrian army shelling"
                if child.dep == "nmod" and (inner := self.of(child) or self.owners(child, placed=placed)):
                    return [self._of_whole(party, words) for party in inner[:1]]
        return []

    def named(self, word: Word) -> Party | None:
        """The party that a single word names: a country, a people, an organisation."""
        entity = self._speakers.covering(word)
        code = country_named(word.text)
        if code is not None:
            return self._party(f"country:{code}", [word], code)
        if (found := known(word.text)) is not None and found.type == "ORG":
            return self._party(found.id, [word], found.country)
        if entity is None or entity.type not in ("NORP", "GPE", "ORG") or entity.name.count(" ") > 3:
            return None
        country = country_of(entity)
        return self._party(f"country:{country}" if country else entity.id, [word], country)

    def weighs(self, party: Party | None) -> bool:
        """Whether a party is of those whose deeds are events: a country's, a known or armed one, somebody in office."""
        if party is None:
            return False
        entity = self._byid.get(party.id)
        if party.id.startswith("agent:") and _is_private(party.id.removeprefix("agent:")):
            return False
        if party.country or (entity is not None and entity.method.startswith("table")):
            return True
        if entity is not None and entity.role is not None:
            words = entity.role.split()
            return bool({word.lower() for word in words} & event_words()["agents"]["offices"]) or _is_public(words)
        if entity is not None and (entity.type == "NORP" or _is_public(entity.name.split())):
            return True
        return party.id.partition(":")[2] in event_words()["agents"]["armed"]

    def is_unknown(self, party: Party | None) -> bool:
        """Whether of a party nothing is known but one word that the model takes for a person."""
        entity = self._byid.get(party.id) if party is not None else None
        return entity is not None and entity.type == "PERSON" and " " not in entity.name and not self.weighs(party)

    def _each(self, word: Word) -> list[Party]:
        """The parties of one noun: "commanders from Kyrgyzstan and Tajikistan" are two."""
        countries = self._countries_of(word)
        if len(countries) > 1:
            words = _words(word)
            return [self._party(f"country:{code}", words, code) for code in countries[:MOST]]
        party = self._one(word)
        return [party] if party is not None else []

    def _countries_of(self, word: Word) -> list[str]:
        """The countries that a noun's adjectives, or what it is from, join by `and`."""
        if self._speakers.covering(word) is not None or not can_act(word):
            return []
        for child in word.children:
            joined = conjuncts(child)
            if len(joined) > 1 and (child.dep in ("amod", "compound") or case(child) in ("from", "of")):
                codes = [code for each in joined if (entity := self._named_in(each)) and (code := country_of(entity))]
                if len(codes) > 1:
                    return list(dict.fromkeys(codes))
        return []

    def _one(self, word: Word) -> Party | None:
        if word.pos == "PRON":
            return self._pronoun(word)
        counted = next((child for child in word.all("nmod") if case(child) == "of"), None)
        if (word.lemma.lower() in event_words()["agents"]["counts"] or word.pos == "NUM") and counted is not None:
            return self._one(counted)
        words = _words(word)
        head = self._speakers.covering(word)
        named = self._speakers.at(words)
        if head is not None and head.type != "NORP":
            common = word.tag in ("NN", "NNS") and " " not in head.name and head.type in ("ORG", "PERSON")
            return (
                None
                if common or self._is_no_party(head)
                else self._body(head, word, words, [each for _, each in named])
            )
        people = [entity for first, entity in named if entity.type == "PERSON" and not _owns(first, word)]
        beside = [entity for child in word.all("appos") if (entity := self._speakers.covering(child)) is not None]
        people = people or [entity for entity in beside if entity.type == "PERSON"]
        if people and word.lemma.lower() in event_words()["agents"]["of_leader"] and country_of(people[-1]):
            return self._noun(word, words, people)
        if people:
            return self._named(people[-1], words)
        if head is not None:
            return self._people(head, word, words)
        return self._noun(word, words, [entity for _, entity in named]) if can_act(word) else None

    def _body(self, head: Entity, word: Word, words: Sequence[Word], named: Sequence[Entity]) -> Party:
        """A name's entity; a ministry or court whose country stands before it is that country's."""
        if head.type == "ORG" and head.country is None and not head.method.startswith("table"):
            code = next((code for entity in named if entity is not head and (code := country_of(entity))), None)
            if code and word.lemma.lower() in event_words()["agents"]["of_state"]:
                return self._party(f"country:{code}", words, code)
        return self._named(head, words)

    def _is_no_party(self, entity: Entity) -> bool:
        """A sea does nothing, nor do a region and a hall."""
        return entity.type in ("EVENT", "PRODUCT", "FAC") or (entity.type == "LOC" and entity.name != "West")

    def _noun(self, word: Word, words: Sequence[Word], named: Sequence[Entity]) -> Party:
        if words[0].text.lower() == "dead" and len(words) > 1:
            words = words[1:]  # "shot dead three villagers" tells how it ended, not who they were
        lemma = word.lemma.lower()
        country = next((code for entity in named if (code := country_of(entity)) is not None), None)
        if any(is_shared_seat(entity.name) for entity in named):
            country = None  # the Strasbourg court is not France's
        groups = [entity for entity in named if entity.type == "ORG"]
        if groups and lemma in event_words()["agents"]["of_group"] and _is_of_its_own(groups[0]):
            return self._named(groups[0], words)
        if country and {lemma, word.text.lower()} & event_words()["agents"]["of_state"]:
            return self._party(f"country:{country}", words, country)
        if groups and lemma in event_words()["agents"]["of_group"]:
            return self._named(groups[0], words)
        return self._party(f"agent:{lemma}"[:200], words, country)

    def _people(self, entity: Entity, word: Word, words: Sequence[Word]) -> Party | None:
        """A people's name as a noun: "the Palestinians", "the Americans"."""
        country = country_of(entity)
        if country is None:
            return self._party(entity.id, words, None)
        if is_one_person(word):
            return self._party(f"agent:{word.lemma.lower()}"[:200], words, country)
        return self._party(f"country:{country}", words, country) if word.pos in ("NOUN", "PROPN", "ADJ") else None

    def _pronoun(self, word: Word) -> Party | None:
        owner = antecedent(word)
        if owner is not word:
            return self._one(owner) if owner is not None and owner.pos != "PRON" else None
        said = self._said_by(word)
        if said is not None or word.text.lower() not in ("he", "she"):
            return said
        entity = self._byid.get(self._speakers.of(word).id or "")
        return self._named(entity, [word]) if entity is not None else None

    def _said_by(self, word: Word) -> Party | None:
        """Whom a pronoun means by its sentence: the subject of the verb above its clause ("the army said that it")."""
        verb = word.head
        for _ in range(4):
            if verb is None or verb.dep not in ("ccomp", "conj", "advcl", "xcomp", "acl"):
                return None
            verb = verb.head
            above = subject(verb) if verb is not None else None
            if above is None or above is word or above.pos == "PRON":
                continue
            party = self._one(above)
            person = party is not None and (party.id.startswith("person:") or _is_office(above))
            counts = event_words()["agents"]["counts"]
            group = above.tag == "NNPS" or above.lemma.lower() in counts  # "the United Nations"
            plural = above.tag in ("NNS", "NNPS") or bool(above.all("conj"))
            fits = {
                "it": not person and (not plural or above.tag == "NNPS"),
                "they": (plural or group) and not person,
                "he": person,
                "she": person,
            }
            return party if fits.get(word.text.lower(), False) else None
        return None

    def _named_in(self, word: Word) -> Entity | None:
        """The entity that a word is of, also before a hyphen ("Saudi-led")."""
        return self._speakers.covering(word) or next(
            (entity for child in word.children if (entity := self._speakers.covering(child)) is not None), None
        )

    def _named_at(self, word: Word, words: Sequence[Word]) -> Party | None:
        entity = self._named_in(word) if word.dep != "nmod" else self._speakers.covering(word)
        if entity is None or entity.type in ("EVENT", "PRODUCT"):
            return None
        country = country_of(entity)
        if entity.type == "NORP" and country:
            return self._party(f"country:{country}", words, country)
        return self._of_whole(self._named(entity, [word]), words)

    def _of_whole(self, party: Party, words: Sequence[Word]) -> Party:
        span = stretch(words, self._reading.text_of(words[0].field))
        return party.model_copy(update={"field": span.field, "start": span.start, "end": span.end})

    def _named(self, entity: Entity, words: Sequence[Word]) -> Party:
        span = stretch(words, self._reading.text_of(words[0].field))
        return Party(
            id=entity.id, name=entity.name, country=country_of(entity), field=span.field, start=span.start, end=span.end
        )

    def _party(self, identifier: str, words: Sequence[Word], country: str | None) -> Party:
        span = stretch(words, self._reading.text_of(words[0].field))
        state = by_code(country) if country and identifier == f"country:{country}" else None
        named = self._byid.get(identifier) or state
        name = named.name if named is not None else span.surface[:200]
        return Party(id=identifier, name=name, country=country, field=span.field, start=span.start, end=span.end)


def can_act(word: Word) -> bool:
    """Whether a noun names somebody who can act."""
    forms = {word.lemma.lower(), word.text.lower()}
    people = figure_words()["people"]["nouns"]
    return any(
        form in event_words()["agents"]["nouns"]
        or form in event_words()["agents"]["of_state"]
        or form in event_words()["agents"]["armed"]
        or form in people
        or roles.is_head(form)
        for form in forms
    )


def is_one_person(word: Word) -> bool:
    """Whether a people's name as a noun means one of the people: "an American"; "the French" are their country."""
    before = {child.text.lower() for child in word.all("det", "nummod")}
    if word.tag in ("NNS", "NNPS"):
        return False
    single = word.text.lower().endswith(("an", "i", "er", "man", "woman"))
    return bool(before & {"a", "an", "one", "another", "every", "each"}) or (
        single and (word.tag != "JJ" or "the" in before)
    )


def _is_private(noun: str) -> bool:
    """Whether a noun names a private person: one of a people, a tourist."""
    return noun in event_words()["agents"]["private"] or name_key(noun) in demonyms()


def _is_of_its_own(entity: Entity) -> bool:
    """Whether an organisation is one that news tells of by its name, and no organ of its state."""
    known_as = entity.known_as or entity.name
    return entity.method.startswith("table") and known_as not in event_words()["agents"]["organs"]


def _is_public(words: Sequence[str]) -> bool:
    """Whether a name or a role is of a body that acts in public: "Commission", "Ministry"."""
    return bool(event_words()["public"]["names"].intersection(words))


def is_named(party: Party | None) -> bool:
    """Whether a party has a name or a country; "police" has none."""
    return party is not None and (party.country is not None or not party.id.startswith("agent:"))


def country_of(entity: Entity) -> str | None:
    """The country that an entity is of; of a people, where its name is of one country."""
    if entity.type == "NORP":
        codes = demonyms().get(name_key(entity.name), frozenset())
        return next(iter(codes)) if len(codes) == 1 else None
    if entity.type == "PERSON" and entity.country is None and (person := known(entity.name)) is not None:
        return person.country
    return entity.country


def _joined(word: Word) -> list[Word]:
    """A word and those that `and` joins with it, also where the parse hangs them beside each other on one verb."""
    found = [word] if _is_torn_list(word) else conjuncts(word)
    if word.head is not None and word.dep in ("nsubj", "nsubj:pass", "obj"):
        beside = [
            each for each in word.head.all(word.dep) if each.child("cc") is not None or word.child("cc") is not None
        ]
        found += [each for each in beside if each not in found and abs(each.at - word.at) < 5]
    return sorted(found, key=lambda each: each.at)


def _beside_day(word: Word) -> Word:
    """Who stands before a day that the parse takes for the subject: "A judge Thursday approved"."""
    if word.lemma.lower() not in event_words()["calendar"]["words"]:
        return word
    return next((child for child in word.all("nmod:desc", "compound", "nmod", "appos") if can_act(child)), word)


def _is_torn_list(word: Word) -> bool:
    """Whether what the parse joins to a clause's object is the subject behind it: "if Oslo attacks Bergen, Voss and
    Molde will help"."""
    clause = word.head
    above = clause.head if clause is not None and clause.dep == "advcl" and word.dep == "obj" else None
    last = max(conjuncts(word), key=lambda each: each.at)
    bare = above is not None and above.child("nsubj", "nsubj:pass") is None and above.dep != "xcomp"
    return bare and above is not None and last is not word and last.at < above.at


def _is_office(word: Word) -> bool:
    return word.lemma.lower() in event_words()["agents"]["offices"]


def _words(word: Word) -> list[Word]:
    """A noun phrase without the preposition or conjunction before it."""
    inside = phrase(word)
    return [part for part in inside if not (part.at < word.at and part.tag in ("IN", "CC", "WDT", "WP", "TO"))]


def _is_led(word: Word) -> bool:
    return word.lemma.lower() in ("led", "lead", "backed", "back", "claimed") or word.text.lower().endswith("-led")


def _owns(name: Word, head: Word) -> bool:
    """Whether a name only owns the noun, or qualifies it after a preposition."""
    word = name
    while word is not head and word.head is not None:
        if word.dep == "nmod:poss" or (word.dep == "nmod" and word.child("case") is not None):
            return True
        word = word.head
    return False
