"""Clauses: who does something and to whom, in active and passive, relative, participle and infinitive clauses."""

from functools import cache

from pipeline.enrich import TABLES
from pipeline.enrich.parse import Word
from pipeline.tables import words_of

PERFECT = ("has", "have", "had")
RELATIVE = ("who", "which", "that", "whom")


@cache
def clause_words() -> dict[str, frozenset[str]]:
    """The words of tables/clauses.toml."""
    return {name: frozenset(listed) for name, listed in words_of(TABLES / "clauses.toml").items()}


def case(word: Word) -> str:
    """The preposition before a word, in small letters; nothing where it has none.

    The parse may hang it on the title before a name ("with President X").
    """
    found = word.child("case")
    if found is None:
        titles = [child for child in word.all("nmod:desc", "compound", "flat", "amod") if child.at < word.at]
        found = next((inner for child in titles if (inner := child.child("case")) is not None), None)
    return found.text.lower() if found is not None and found.at < word.at else ""


def arguments(verb: Word) -> tuple[Word | None, Word | None]:
    """Who does it and what it is done to."""
    perfect = verb.child("aux:pass") is None and any(one.text.lower() in PERFECT for one in verb.all("aux"))
    passive = verb.child("nsubj:pass", "aux:pass") is not None or (
        verb.dep == "acl" and verb.tag == "VBN" and not perfect
    )
    if passive and perfect and verb.dep != "acl":  # "has withdrawn" is no passive, whatever the parse calls its subject
        return antecedent(nearest(verb, "nsubj", "nsubj:pass")), _object(verb)
    if passive:
        by = agent(verb)
        object_ = verb.child("nsubj:pass") or (verb.head if verb.dep in ("acl", "acl:relcl") else None)
        return antecedent(by), antecedent(object_)
    found = subject(verb)
    return antecedent(found) if found is None or not _is_torn(found, verb) else None, _object(verb)


def agent(verb: Word) -> Word | None:
    """Who does what a passive says: behind "by", on the verb or on a noun between ("supplied with aid by Oslo")."""
    oblique = verb.all("obl")
    near = oblique + [below for one in oblique for below in one.all("nmod")]
    return verb.child("obl:agent") or next((one for one in near if case(one) == "by"), None)


def subject(verb: Word) -> Word | None:
    """The subject of a verb, or the one that it shares with the verb it depends on."""
    found, word, steps = nearest(verb, "nsubj", "nsubj:outer"), verb, 0
    if found is None and is_headlined(verb):
        return verb.head
    while found is None and word.head is not None and steps < 4:
        if word.dep == "acl" and word.tag == "VBG":
            return _writer(word.head)
        if word.dep == "advcl" and word.tag == "VBG" and (whom := _controller(word)) is not None:
            return whom
        if word.dep not in ("conj", "xcomp", "advcl", "acl") or (
            word.dep == "xcomp" and word.head.child("obj") is not None
        ):
            return word.head.child("obj") if word.dep == "xcomp" else None
        if word.dep == "advcl" and word.tag not in ("VB", "VBG") and _is_finite(word):
            return None  # it has a subject of its own, which the parse did not find
        word, steps = word.head, steps + 1
        found = nearest(word, "nsubj", "nsubj:pass")
    return found


def has_to(verb: Word) -> bool:
    """Whether a verb is one behind "to", which the parse may call a mark or an auxiliary."""
    return any(child.text.lower() == "to" for child in verb.all("mark", "aux"))


def is_headlined(verb: Word) -> bool:
    """Whether an infinitive is what a headline announces ("Oslo to send troops"): it is the predicate of a sentence
    that has no other, be it told by itself or as a part of who does it."""
    if verb.tag != "VB" or not has_to(verb):
        return False
    if verb.head is None:
        return verb.child("nsubj", "nsubj:pass") is not None
    noun = verb.head
    alone = noun.head is None and noun.pos in ("NOUN", "PROPN", "PRON", "NUM", "ADJ") and noun.at < verb.at
    return alone and verb.dep in ("acl", "advcl") and noun.child("cop", "nsubj", "aux", "case") is None


def _writer(noun: Word) -> Word | None:
    """Who says what a paper says ("issued a statement condemning"), or is what a noun says ("is a donor, giving")."""
    if noun.child("cop") is not None:
        return noun.child("nsubj") or noun
    verb = noun.head
    if noun.lemma.lower() in clause_words()["papers"] and verb is not None and noun.dep in ("obj", "obl", "nsubj:pass"):
        return subject(verb) if noun.dep != "nsubj:pass" else agent(verb)
    return noun


def nearest(verb: Word, *relations: str) -> Word | None:
    """The subject nearest to its verb: the parse may take what stands before a sentence for another one."""
    return min(verb.all(*relations), key=lambda word: abs(word.at - verb.at), default=None)


def _controller(participle: Word) -> Word | None:
    """The object that does what the participle says: "accused Oslo of shelling a port" makes Oslo shell."""
    verb, mark = participle.head, participle.child("mark")
    if verb is None or mark is None or verb.lemma.lower() not in clause_words()["object_controls"]:
        return None
    whom = verb.child("obj", "iobj", "nsubj:pass")
    return whom if whom is not None and whom.at < participle.at else None


def complement(verb: Word) -> Word | None:
    """The clause that a verb takes: what is threatened, promised, refused; the parse may call it adverbial."""
    found = verb.child("xcomp", "ccomp")
    if found is not None:
        return found
    return next((one for one in verb.all("advcl") if one.tag == "VB" and one.at > verb.at), None)


def antecedent(word: Word | None) -> Word | None:
    """What a relative pronoun stands for."""
    if word is not None and word.text.lower() in RELATIVE and word.head is not None:
        clause = word.head
        while clause.dep == "conj" and clause.head is not None:
            clause = clause.head
        return clause.head if clause.dep.startswith("acl") and clause.head is not None else word
    return word


def _object(verb: Word) -> Word | None:
    """What is done to: the object, or what a relative clause without one is about ("the guarantees that it asked")."""
    found = verb.child("obj") or verb.child("iobj")  # whom one warns or asks is an `iobj`
    if found is None and verb.child("compound:prt") is not None:
        found = next((word for word in verb.all("xcomp") if word.pos == "NOUN"), None)  # "called off a visit"
    if found is None and verb.lemma.lower() in clause_words()["object_controls"]:
        found = _controlled(verb)
    if found is not None:
        return antecedent(found)
    first = verb.child("nsubj")
    relative = verb.dep == "acl:relcl" or (verb.dep == "acl" and verb.child("mark") is not None and verb.tag != "VB")
    if not relative or first is None or first.text.lower() in RELATIVE:
        return None
    about = any(child.text.lower() in ("where", "when", "why") for child in verb.all("advmod"))
    return None if about or verb.child("ccomp", "xcomp") is not None else verb.head


def _controlled(verb: Word) -> Word | None:
    """Whom one accuses, where the parse takes him for the subject of what he is accused of."""
    for clause in verb.all("ccomp", "advcl"):
        who, mark = clause.child("nsubj"), clause.child("mark")
        if who is not None and mark is not None and verb.at < who.at < mark.at < clause.at:
            return who
    return None


def _is_torn(subject: Word, verb: Word) -> bool:
    """Whether the parse tore a relative clause: "Sudan, where floods killed 88, wants" makes nobody kill."""
    if subject.at > verb.at or subject.head is not verb:
        return False
    between = sorted((word for word in verb.subtree() if subject.at < word.at < verb.at), key=lambda word: word.at)
    opened = False
    for word in between:
        if word.text == ",":
            opened = False
        elif word.tag in ("WRB", "WDT", "WP", "WP$") and word.text.lower() != "how":
            opened = True
    return opened


def _is_finite(verb: Word) -> bool:
    """Whether a clause is one of its own, with a conjunction before it."""
    return any(mark.text.lower() in clause_words()["conjunctions"] for mark in verb.all("mark", "advmod"))
