"""What the words around an event's verb make of it: a game, words alone, the law's force, the keeping of a peace."""

from pipeline.enrich.clauses import case
from pipeline.enrich.event_rules import event_words
from pipeline.enrich.parse import Word


def literal_in_sport() -> frozenset[str]:
    """The verbs and nouns that mean what they say in the sports pages too."""
    return event_words()["sport"]["literal"]


def is_play(verb: Word) -> bool:
    """Whether a clause tells of a game: "bombarded France with crosses", "attacked down the left wing", "34-7"."""
    sport = event_words()["sport"]
    inside = verb.subtree()
    if any(word.lemma.lower() in sport["terms"] for word in inside):
        return True
    near = verb.all("obj", "obl", "obl:unmarked")
    aims = [word for word in near if {word.lemma.lower(), word.text.lower()} & sport["aims"] and word.text.islower()]
    if any(not any(case(child) == "of" for child in word.all("nmod")) for word in aims):
        return True  # "half of the country" is none
    return any(word.dep == "obl:unmarked" and word.pos == "NUM" and word.child("nmod") is not None for word in near)


def keeps_peace(verb: Word) -> bool:
    """Whether troops are sent to keep a peace or to help, which is aid by PLOVER's manual."""
    return any(word.lemma.lower() in event_words()["peace"]["words"] for word in verb.subtree())


def polices(who: Word | None) -> bool:
    return who is not None and who.lemma.lower() in event_words()["policing"]["nouns"]


def is_in_words(noun: Word) -> bool:
    """Whether an attack is one of words alone: "a scathing attack"."""
    return any(child.lemma.lower() in event_words()["classes"]["verbal"] for child in noun.all("amod"))


def is_critic(who: Word | None) -> bool:
    """Whether somebody attacks in words, as critics and newspapers do."""
    return who is not None and who.lemma.lower() in event_words()["speech"]["critics"]


def is_armed(who: Word | None) -> bool:
    return who is not None and who.lemma.lower() in event_words()["speech"]["fighters"]


def has_ground(verb: Word) -> bool:
    """Whether it is told what one is attacked for: "over the delay", "for failing to act", "for its silence"."""
    doing = [clause for clause in verb.all("advcl") if clause.tag == "VBG"]
    if any(mark.text.lower() == "for" for clause in doing for mark in clause.all("mark")):
        return True
    things = [word for word in verb.all("obl", "nmod") if word.pos == "NOUN"]
    calendar = event_words()["calendar"]["words"]
    over = any(case(word) == "over" and word.lemma.lower() not in calendar for word in things)
    return over or any(case(word) == "for" and word.child("nmod:poss") is not None for word in things)
