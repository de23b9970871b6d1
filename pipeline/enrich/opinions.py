"""What is said in other ways than by a clause below a verb of saying: by its object ("called for a ceasefire", "blamed
the board for the loss"), in the passive ("was reported by"), by a noun ("her claim that", "his refusal to"), an
adjective ("is confident that") or a name and a colon (headlines)."""

from pipeline.enrich.clauses import agent
from pipeline.enrich.cues import base, cue_words, is_cue
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, negated, words_between
from pipeline.enrich.speakers import Speakers
from pipeline.enrich.subjects import is_paper, quoted

LONG_OBJECT = 3  # words, from which an object says something
FULL = ("NOUN", "PROPN", "ADJ", "VERB", "NUM")
ABOUT = ("about", "over", "of")
FINITE = ("VBZ", "VBD", "VBP", "MD")
LONGEST_NAME = 40  # characters before the colon of a headline
LONGEST_HEADLINE, LONGEST_LINE = 30, 400  # words, characters
MARKS = ("“", '"', "``", "''", "‘")


def judged(cue: Word) -> list[Word]:
    """Whom or what somebody judges, and what for, or as what ("called the plan a step back")."""
    if base(cue) not in cue_words()["judged"]["verbs"] or _quotes(cue):
        return []
    after = [child for child in cue.children if child.at > cue.at]
    what = next((child for child in after if child.dep in ("obj", "iobj")), None)
    if what is None:
        small = next((child for child in after if child.dep == "xcomp" and not child.all("mark")), None)
        words = small.subtree() if small is not None and small.tag.startswith(("NN", "JJ")) else []
        return words if _length(words) >= LONG_OBJECT else []
    ends = [child for child in after if child.at > what.at and _says_why(child)]
    if ends:
        first, last = what.subtree()[0].at, ends[0].subtree()[-1].at
        return [word for word in cue.subtree() if first <= word.at <= last]
    words = what.subtree()
    subject = cue.child("nsubj")
    if base(cue) in cue_words()["judged"]["deeds"] and (subject is None or not is_paper(subject)):
        return []
    enough = sum(word.pos in FULL for word in words) >= LONG_OBJECT and what.pos != "PROPN"
    return words if enough and not any(word.text in MARKS for word in words) else []


def _says_why(child: Word) -> bool:
    """Whether what follows an object says what it is judged for, or called."""
    if child.dep in ("obl", "nmod", "advcl"):
        return _marker(child) in cue_words()["judged"]["cases"]
    return child.dep in ("xcomp", "obj")


def spoken_of(cue: Word) -> list[Word]:
    """What is announced, demanded or denied by a noun, with the preposition that the verb takes."""
    if _quotes(cue):
        return []
    lemma, particle = base(cue), cue.child("compound:prt")
    verb = f"{lemma} {particle.text.lower()}" if particle is not None else lemma
    for child in cue.all("obj", "obl", "nmod", "advcl", "xcomp", "ccomp"):
        case = _marker(child) or "none"
        bare = case == "none" and child.dep != "obj" and child.tag != "VBG"
        if child.at < cue.at or child.pos == "PRON" or bare or verb not in cue_words()["object"].get(case, ()):
            continue
        if case == "none" and child.dep == "advcl" and is_cue(child, weak=True):
            continue  # "rejected that, saying"
        if child.lemma.lower() in cue_words()["idioms"].get(lemma, ()):
            continue  # "claimed 192 lives"
        words = [word for word in child.subtree() if not (word.head is child and word.dep in ("case", "mark"))]
        name = child.pos == "PROPN" and lemma in cue_words()["weak"]["verbs"]
        coined = any(word.text in MARKS for word in words[:2])  # a "quiet winter"
        enough = _length(words) >= (LONG_OBJECT if case == "none" and lemma in cue_words()["weak"]["verbs"] else 2)
        return words if enough and not name and not coined else []
    return []


def _quotes(cue: Word) -> bool:
    """Whether a verb only tells whom it quotes "as saying" something."""
    return any(quoted(child) is not None for child in cue.all("advcl", "xcomp", "ccomp"))


def opinion(word: Word) -> tuple[list[Word], Word] | None:
    """What a noun or an adjective says, and whose it is; None where nobody holds it."""
    if word.pos == "NOUN" and word.lemma.lower() in cue_words()["nouns"]["nouns"]:
        owner = _owner(word)
    elif word.pos in ("ADJ", "VERB") and word.text.lower() in cue_words()["adjectives"]["that"]:
        owner = word.child("nsubj") if word.child("cop", "aux:pass") is not None else None
    else:
        return None
    if owner is None or is_nobody(owner) or negated(word):
        return None
    clause = _clause(word)
    if clause is not None:
        words = [part for part in clause.subtree() if part.at > word.at]
    else:
        topic = next(
            (one for one in word.all("nmod", "obl", "advcl", "acl") if one.at > word.at and _marker(one) in ABOUT), None
        )
        words = [part for part in topic.subtree() if part.dep != "case" or part.head is not topic] if topic else []
    return (words, owner) if _length(words) >= LONG_OBJECT else None


def headed(colon: Word, reading: Reading, speakers: Speakers) -> tuple[list[Word], Word] | None:
    """What a line says after a person's name and a colon, as headlines do: "Holt: The bridge will stay"."""
    text = reading.text_of(colon.field)
    low = max(0, colon.start - LONGEST_NAME)
    start = text.rfind("\n", low, colon.start) + 1
    end = text.find("\n", colon.end, colon.end + LONGEST_LINE)
    end = end if end >= 0 else min(len(text), colon.end + LONGEST_LINE)
    name = words_between(reading.words, colon.field, start, colon.start) if start or not low else []
    people = [speakers.covering(word) for word in name]
    if not people or any(one is None or one is not people[0] or one.type != "PERSON" for one in people):
        return None
    words = words_between(reading.words, colon.field, colon.end, end)
    if words and words[0].text == words[-1].text == "'":  # a headline's quotation marks
        words = words[1:-1]
    said = len(words) <= LONGEST_HEADLINE and any(word.tag in FINITE for word in words)
    return (words, name[-1]) if said and words[0].text not in MARKS else None


def passive(cue: Word) -> tuple[list[Word], Word] | None:
    """What is said by somebody in the passive: "the delay was first reported by the Herald"."""
    about = cue.child("nsubj:pass")
    by = agent(cue)
    if about is None or by is None or negated(cue) or cue.child("ccomp", "xcomp") is not None:
        return None
    if base(cue) in cue_words()["passive"]["deeds"] or _quotes(cue):
        return None
    words = about.subtree()
    return (words, by) if len(words) > 1 else None


def is_nobody(subject: Word) -> bool:
    """Whether a subject says that nobody does: "none", "no minister", "neither council"."""
    return subject.text.lower() in cue_words()["told"]["nobody"] or negated(subject)


def _owner(noun: Word) -> Word | None:
    """Whose a claim is: its possessive's, or the subject's of the verb that only carries it ("made the claim that")."""
    found = noun.child("nmod:poss")
    verb = noun.head
    if found is not None or verb is None or noun.dep != "obj" or negated(verb):
        return found
    return verb.child("nsubj") if verb.lemma.lower() in cue_words()["told"]["light"] else None


def _clause(word: Word) -> Word | None:
    """The clause with `that` or `to` below a noun or an adjective."""
    for child in word.all("acl", "ccomp", "xcomp", "advcl"):
        marks = [mark.text.lower() for mark in child.all("mark")]
        wish = "to" in marks and (word.pos == "NOUN" or word.text.lower() in cue_words()["adjectives"]["to"])
        if child.at > word.at and ("that" in marks or wish or (child.dep == "ccomp" and not marks)):
            return child
    return None


def _length(words: list[Word]) -> int:
    return sum(word.pos != "PUNCT" for word in words)


def _marker(word: Word) -> str:
    mark = word.child("case", "mark")
    return mark.text.lower() if mark is not None and mark.at < word.at else ""
