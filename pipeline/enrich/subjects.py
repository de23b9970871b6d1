"""Whose words a verb of saying brings: its subject's, one that it shares with another verb, or nobody's, where it is a
participle of whoever is asked or told ("Asked if he would go, she laughed")."""

from collections.abc import Sequence

from pipeline.enrich.clauses import case, clause_words, nearest
from pipeline.enrich.cues import base, cue_words, head_within, is_cue
from pipeline.enrich.parse import Word, phrase
from pipeline.enrich.parties import can_act

FINITE = ("VBD", "VBZ", "VBP")
THEM = ("him", "her", "them")  # who is meant by them in a clause is not its subject
RANGE = 5  # words before a verb in which its subject stands, where the parse has none


def subject_of(cue: Word, sentence: Sequence[Word]) -> Word | None:
    """Who says what a verb says; None where nobody does."""
    if is_told(cue):
        return None
    own = quoted(cue) or turned(cue, sentence) or own_subject(cue) or _dummy(cue) or _shared(cue)
    if own is None and cue.dep.startswith("acl") and cue.head is not None:
        own = _writer(cue, cue.head, sentence)
    return own or (_by_place(cue, sentence) if base(cue) in cue_words()["core"]["verbs"] else None)


def own_subject(cue: Word) -> Word | None:
    """The verb's own subject in the parse, which may hang it on a name before it: "met Nils Berg, her office said"."""
    found = nearest(cue, "nsubj")
    for behind in found.all("appos") if found is not None and found.at < cue.at else []:
        words = phrase(behind)
        if words[-1].at == cue.at - 1 and (words[0].tag == "PRP$" or behind.tag == "NNS"):
            return behind
    return found


def _dummy(cue: Word) -> Word | None:
    """The "it" of a study that "found", which the parse may take for that of "it rains"."""
    it = cue.child("expl")
    return it if it is not None and cue.tag in FINITE and it.text.lower() == "it" else None


def is_told(cue: Word) -> bool:
    """Whether a verb is of whoever is asked, told or called something, not of who says it."""
    if cue.child("aux:pass") is not None:
        return True
    participle = cue.child("nsubj", "aux") is None and cue.tag in ("VBN", "VBD")
    return participle and (cue.dep == "advcl" or (cue.dep == "acl" and cue.tag == "VBN"))


def quoted(cue: Word) -> Word | None:
    """Whom somebody quotes "as saying" it, in the active or the passive."""
    verb = cue.head
    if verb is None or cue.tag != "VBG" or "as" not in {mark.text.lower() for mark in cue.all("mark", "case")}:
        return None
    if base(verb) not in cue_words()["told"]["quoting"]:
        return None
    if verb.dep.startswith("acl") and verb.tag == "VBN":
        return verb.head
    return verb.child("nsubj:pass") if verb.child("aux:pass") else verb.child("obj", "iobj")


def turned(cue: Word, sentence: Sequence[Word]) -> Word | None:
    """Who speaks between two commas behind the verb, if the parse takes him for its object: "Moro, said Vale, left"."""
    subject, behind = nearest(cue, "nsubj"), cue.child("iobj", "obj")
    if behind is None or base(cue) not in cue_words()["core"]["verbs"]:
        return None
    name, first = phrase(behind), sentence[0].at
    around = [sentence[at - first].text for at in (cue.at - 1, name[-1].at + 1) if 0 <= at - first < len(sentence)]
    tight = subject is None or phrase(subject)[-1].at == cue.at - 2
    return behind if tight and name[0].at == cue.at + 1 and around == [",", ","] else None


def can_speak(word: Word, *, named: bool = False) -> bool:
    """Whether a subject is somebody, or a paper, that can say something: no flood, no song.

    Args:
        word: the subject.
        named: it is an entity's name; a noun that only looks like one is not.
    """
    if named or word.pos not in ("NOUN", "PROPN"):
        return True
    listed = cue_words()["told"]
    if word.lemma.lower() in listed["quantities"] and (of := word.child("nmod")) is not None:
        return can_speak(of, named=of.pos == "PROPN")
    return can_act(word) or is_paper(word) or word.lemma.lower() in (*listed["people"], *cue_words()["doing"]["who"])


def is_paper(word: Word) -> bool:
    """Whether a noun is of what is read: a report, a survey, a newspaper."""
    return word.lemma.lower() in clause_words()["papers"] or word.lemma.lower() in cue_words()["told"]["papers"]


def can_want(subject: Word) -> bool:
    """Whether somebody is meant who can want or see: a name, a pronoun, a noun that can act; no phone and no report."""
    return subject.pos != "NOUN" or can_act(subject) or subject.lemma.lower() in cue_words()["doing"]["who"]


def _shared(cue: Word) -> Word | None:
    """The subject of the verb that a verb of saying is joined to, or depends on; what stands in the clause that is
    said does not say the next one: "said the cut was wrong and threatened to strike"."""
    subject, verb = None, cue
    while subject is None and verb.head is not None:
        tight = verb.dep in ("conj", "xcomp", "advcl") or (cue.tag == "VBG" and verb.dep in ("ccomp", "parataxis"))
        refused = verb is not cue and verb.dep == "ccomp" and is_cue(verb.head) and cue.tag in (*FINITE, "VBN")
        if not tight and not refused:
            break
        verb = verb.head
        found = nearest(verb, "nsubj") or verb.child("nsubj:pass")
        said = verb.dep == "ccomp" and verb is not cue and verb.head is not None and is_cue(verb.head)
        unable = (
            found is not None
            and (said or found.dep == "nsubj:pass" or cue.dep in ("ccomp", "parataxis"))
            and not can_speak(found, named=found.pos == "PROPN")
        )
        subject = None if unable or (said and _is_of_another(cue, verb)) else found
    return subject


def _is_of_another(cue: Word, clause: Word) -> bool:
    """Whether a finite verb can't share the auxiliary of the clause that it is joined to: "said the army had shelled
    the camp and vowed revenge"."""
    return cue.dep == "conj" and cue.tag in FINITE and clause.child("aux", "aux:pass") is not None


def _writer(cue: Word, noun: Word, sentence: Sequence[Word]) -> Word | None:
    """Who says what a participle behind a noun says: the noun, if it is not who is written to ("wrote to the parties
    urging them to stop")."""
    verb = noun.head
    if cue.tag != "VBG" or verb is None or noun.dep not in ("obl", "obj", "iobj") or not verb.tag.startswith("V"):
        return noun
    whom = cue.child("obj", "iobj")
    paper = any(one.lemma.lower() in clause_words()["papers"] for one in verb.all("obj"))
    written_to = (paper or is_cue(verb)) and case(noun) == "to"
    return subject_of(verb, sentence) if written_to or (whom is not None and whom.text.lower() in THEM) else noun


def _by_place(cue: Word, sentence: Sequence[Word]) -> Word | None:
    """The noun right before a verb of saying that has no subject in the parse."""
    before = [word for word in sentence if cue.at - RANGE < word.at < cue.at]
    nouns = [w for w in before if w.pos in ("PROPN", "PRON", "NOUN") and w.dep not in ("obj", "obl:unmarked")]
    found = head_within(nouns[-1], before) if nouns else None
    while found is not None and found.dep == "nmod" and found.head in before and found.head.pos in ("NOUN", "PROPN"):
        found = found.head
    return None if found is not None and found.dep == "obj" else found
