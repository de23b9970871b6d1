"""Reported speech: what is said without quotation marks, by the parse of its sentence, or "according to" somebody.

What is said depends on the verb of saying as a clause, an infinitive, or an object with the preposition that the verb
takes (tables/cues.toml); or the verb stands beside it between commas. Nouns and adjectives that say as much ("her claim
that", "is confident that") are in opinions.py.
"""

from collections.abc import Iterator, Sequence

from pipeline.article import Span
from pipeline.enrich.asides import trimmed
from pipeline.enrich.clauses import antecedent, has_to, nearest
from pipeline.enrich.cues import base, cue_words, is_cue
from pipeline.enrich.nlp import Reading
from pipeline.enrich.opinions import FINITE, headed, is_nobody, judged, opinion, passive, spoken_of
from pipeline.enrich.parse import Word, conjuncts, negated
from pipeline.enrich.speakers import Speaker, Speakers
from pipeline.enrich.subjects import can_speak, can_want, own_subject, subject_of, turned

NAMING = ("NOUN", "PROPN", "PRON", "NUM", "DET", "X")  # parts of speech of whoever says something
PARENTHESIS = 14  # words at most between the commas around "he said"
Told = tuple[Span, Speaker, Word]  # content, speaker and cue


def reported(reading: Reading, speakers: Speakers) -> Iterator[Told]:
    """What is said without quotation marks: content, speaker and the word that says so."""
    sentences = _by_sentence(reading.words)
    for word in reading.words:
        sentence = sentences[word.sentence]
        if word.text.lower() == "according":
            found = _according(word, sentence)
        elif word.text == ":":
            found = headed(word, reading, speakers)
        elif is_cue(word, weak=True) and not _is_named_so(word, speakers):
            found = _told(word, sentence, speakers)
        else:
            found = opinion(word)
        if found is not None:
            content, subject = found
            if content and subject not in content and subject.pos in NAMING:
                yield trimmed(content, reading.text_of(word.field)), speakers.of(subject), word


def _is_named_so(word: Word, speakers: Speakers) -> bool:
    """Whether a capital word that could be a verb is a part of a name: Said Nuri."""
    return word.text.istitle() and speakers.covering(word) is not None


def _by_sentence(words: Sequence[Word]) -> dict[int, list[Word]]:
    found: dict[int, list[Word]] = {}
    for word in words:
        found.setdefault(word.sentence, []).append(word)
    return found


def _told(cue: Word, sentence: Sequence[Word], speakers: Speakers) -> tuple[list[Word], Word] | None:
    """What a verb tells, and its subject."""
    if (by := passive(cue)) is not None:
        thing = base(cue) in cue_words()["thing"]["verbs"]
        return by if not thing or _may_speak(by[1], sentence, speakers) else None
    subject, words = subject_of(cue, sentence), cue_words()
    if subject is None or is_nobody(subject) or not _is_said(cue, sentence):
        return None
    meant = antecedent(subject) or subject
    somebody = _may_speak(meant, sentence, speakers)
    if (base(cue) in words["doing"]["verbs"] and not (somebody and can_want(meant))) or (
        subject.text.lower() in words["told"]["spoken_to"] and base(cue) in words["weak"]["verbs"]
    ):
        return None
    if subject.text.lower() in words["idioms"].get(base(cue), ()):
        return None
    objects = somebody or base(cue) not in words["thing"]["verbs"]
    content = _content(cue, sentence, objects=objects) or _by_place(cue, sentence)
    return (_to_its_verb(content, cue, sentence), subject) if content else None


def _may_speak(subject: Word, sentence: Sequence[Word], speakers: Speakers) -> bool:
    """Whether a subject can say something; a capital at the head of a sentence alone makes no name."""
    first = subject is sentence[0] and subject.text.istitle() and subject.child("flat", "compound") is None
    name = subject.pos == "PROPN" and not first
    return can_speak(subject, named=name or speakers.covering(subject) is not None)


def _to_its_verb(content: list[Word], cue: Word, sentence: Sequence[Word]) -> list[Word]:
    """A content that stops short of a finite verb goes on: the parse took a clause's subject for an object."""
    after = [word for word in sentence if word.at > content[-1].at]
    if (
        content[0].at < cue.at
        or cue.dep.startswith("acl")
        or base(cue) not in _core()
        or not after
        or after[0].tag not in FINITE
    ):
        return content
    end = next((number for number, word in enumerate(after) if word.text in (",", ";", ":", ".")), len(after))
    return content + after[:end]


def _is_said(cue: Word, sentence: Sequence[Word]) -> bool:
    """Whether something is said at all: not what nobody said, what one would say, what is to be said or asked for."""
    words, helpers = cue_words()["told"], {child.text.lower() for child in cue.all("aux")}
    if negated(cue) or helpers & {*words["unreal"]} or (cue.tag == "VB" and helpers & {*words["clitics"]}):
        return False
    if any(mark.text.lower() in words["conditions"] for mark in cue.all("mark")) or _is_asked(cue, sentence):
        return False
    if any(child.text.lower() in words["unnamed"] and child.child("aux:pass") for child in cue.all("xcomp")):
        return False
    if cue.tag == "VB" and has_to(cue):
        above = cue.head
        return above is not None and above.lemma.lower() in words["going_on"]
    return True


def _is_asked(cue: Word, sentence: Sequence[Word]) -> bool:
    """Whether a question asks for it: "Did Eva Holt say so?"."""
    subject = nearest(cue, "nsubj")
    return sentence[-1].text == "?" and subject is not None and any(word.at < subject.at for word in cue.all("aux"))


def _core() -> list[str]:
    verbs: list[str] = cue_words()["core"]["verbs"]
    return verbs


def _content(cue: Word, sentence: Sequence[Word], *, objects: bool) -> list[Word]:
    """The words that depend on a verb of saying as what is said; before it, after it, or around it.

    Args:
        cue: the verb.
        sentence: the words of its sentence.
        objects: an object says something, too ("called for a ceasefire"); after a flood that "threatened towns" none.
    """
    if base(cue) in _core() and (around := _beside(cue, sentence)):
        return around
    clauses = [one for one in cue.all("ccomp") if one.pos != "ADP" and not (one.tag == "VBG" and is_cue(one))]
    clause = next((one for one in clauses if one.at > cue.at), clauses[0] if clauses else None)
    if clause is None and nearest(cue, "nsubj") is not None and _is_parenthesis(cue):
        return _around(cue)
    if clause is not None and clause.at < cue.at:
        return _before(cue, clause, sentence)
    if clause is None and cue.dep == "advcl" and _is_as(cue):
        return _as_said(cue)
    clause = clause or _infinitive(cue)
    if clause is None:
        return (judged(cue) or spoken_of(cue)) if objects else []
    return _below(cue, clause, sentence)


def _before(cue: Word, clause: Word, sentence: Sequence[Word]) -> list[Word]:
    """What is said where it stands before the verb."""
    if _that(cue, sentence) is not None:
        return []
    subject = own_subject(cue)
    own = [word.at for word in subject.subtree() if word.pos != "PUNCT"] if subject is not None else []
    edge = min([cue.at, *own])
    before = [word for word in sentence if word.at < edge]
    return before if before and before[-1].text == "," else [word for word in clause.subtree() if word.at < edge]


def _below(cue: Word, clause: Word, sentence: Sequence[Word]) -> list[Word]:
    """What is said by a clause after the verb, with what the parse hung too high or too low."""
    lemma = base(cue)
    words = [word for word in clause.subtree() if word.at > cue.at]
    whom = next((one for one in cue.all("obl", "obj") if cue.at < one.at < clause.at), None)
    if whom is not None and lemma in cue_words()["whole"]["verbs"] and (lemma == "call" or whom.dep == "obj"):
        words = [word for word in whom.subtree() if word.dep != "case"] + words  # "called on them to leave"
    joined = next((one for one in conjuncts(clause)[1:] if is_cue(one) and not one.child("nsubj")), None)
    if joined is not None:
        words = [word for word in words if word.at < min(joined.at, *(one.at for one in joined.all("cc")), joined.at)]
    that = _that(cue, sentence)
    if words and that is not None and that.head is clause:
        words = [word for word in words if word.at >= that.at]
    elif words and (early := _too_early(clause, words)):
        words = [word for word in words if word.at not in early]
    elif words and lemma in _core():
        words = _lead(cue, words[0], sentence) + words
    if words and joined is None:
        words += _rest(cue, words[-1])
    return words if len(words) > 1 else []


def _too_early(clause: Word, words: Sequence[Word]) -> set[int]:
    """What stands between a verb of saying and the subject of what is said, without a comma, is of the saying: "said on
    Monday he would go"."""
    subject = clause.child("nsubj", "nsubj:pass", "expl")
    first = words[0]
    if subject is None or subject.at < first.at:
        return set()
    edge = min(word.at for word in subject.subtree())
    early = [word for word in words if word.at < edge]
    top = {word.dep for word in early if word.head is clause}
    return (
        {word.at for word in early}
        if early and top <= {"obl", "obl:unmarked", "advmod"} and "," not in {w.text for w in early}
        else set()
    )


def _is_as(cue: Word) -> bool:
    marks = {word.text.lower() for word in cue.all("mark", "advmod")}
    return "as" in marks and cue.child("obj", "xcomp", "iobj") is None and base(cue) not in cue_words()["weak"]["verbs"]


def _as_said(cue: Word) -> list[Word]:
    """The sentence that somebody "has pointed out" before or after it."""
    own = {word.at for word in cue.subtree()}
    assert cue.head is not None
    words = [word for word in cue.head.subtree() if word.at not in own]
    return words if all(word.at > cue.at for word in words) or all(word.at < cue.at for word in words) else []


def _infinitive(cue: Word) -> Word | None:
    """What somebody promises or wants to do, or asks somebody to do."""
    verbs = cue.all("xcomp", "advcl", "ccomp")
    if base(cue) in cue_words()["infinitive"]["verbs"]:
        return next((verb for verb in verbs if verb.dep != "advcl" and _to(verb)), None)
    if base(cue) in cue_words()["addressed"]["verbs"] and cue.child("obj", "iobj", "obl") is not None:
        return next((verb for verb in verbs if _to(verb)), None)
    return None


def _to(verb: Word) -> bool:
    return any(mark.text.lower() in ("to", "not") for mark in verb.all("mark"))


def _is_parenthesis(cue: Word) -> bool:
    """Whether the parse hangs a verb of saying on what is said ("the bridge, he said, will stay")."""
    above = cue.head
    if above is None or cue.child("mark", "xcomp") or cue.dep not in ("parataxis", "ccomp"):
        return False
    if cue.dep == "ccomp" and (above.at > cue.at or is_cue(above, weak=True)):
        return False
    # who "says a word" says no sentence
    return cue.child("obj") is None or base(cue) in cue_words()["addressed"]["verbs"]


def _beside(cue: Word, sentence: Sequence[Word]) -> list[Word]:
    """The sentence around "he said" between two commas, by the order of the words."""
    subject = turned(cue, sentence) or own_subject(cue)
    if subject is None or cue.child("mark") is not None:
        return []
    parts = (cue, *subject.subtree(), *(word for child in cue.all("aux", "advmod") for word in child.subtree()))
    own = [word.at for word in parts if word.pos != "PUNCT"]  # the parse may hang a comma on the speaker
    first, last = min(own), max(own)
    if last - first > PARENTHESIS:
        return []
    before = [word for word in sentence if word.at < first]
    after = [word for word in sentence if word.at > last]
    if len(before) < 2 or len(after) < 4 or before[-1].text != "," or after[0].text != ",":
        return []
    if after[1].text in ("“", '"', "``", "''", "‘") or after[1].tag in ("VBG", "WDT", "WP"):
        return []
    if (after[1].tag == "CC" or after[1].text.lower() in cue_words()["told"]["against"]) and any(
        map(_is_of_other, after)
    ):
        return before[:-1]  # "…, he said, but the mayor denied it"
    top = before[-2]
    while top.head is not None and top.head.at < first and top.dep not in ("conj", "acl:relcl", "parataxis", "ccomp"):
        top = top.head
    kept = {word.at for word in top.subtree()}
    return [word for word in before if word.at in kept or top.dep != "conj"] + after[1:]


def _is_of_other(cue: Word) -> bool:
    """Whether a verb of saying names who says something with it."""
    subject = nearest(cue, "nsubj") if is_cue(cue) else None
    return subject is not None and subject.pos != "PRON"


def _lead(cue: Word, first: Word, sentence: Sequence[Word]) -> list[Word]:
    """What stands between a verb of saying and its clause and belongs to the clause, such as its subject."""
    own = {cue.at}
    addressed = base(cue) in cue_words()["addressed"]["verbs"]
    for child in cue.children:
        if (
            (
                child.dep in ("obl", "obl:unmarked", "advmod", "obj", "iobj", "nsubj", "compound:prt", "cc")
                and child.child("case", "det") is not None
            )
            or child.dep in ("advmod", "obl:unmarked", "compound:prt")
            or (addressed and child.dep in ("obj", "iobj"))
        ):
            own |= {word.at for word in child.subtree()}
    between = [word for word in sentence if cue.at < word.at < first.at]
    while between and (between[0].at in own or between[0].pos in ("PUNCT", "ADV")):
        between.pop(0)
    return between if between and between[0].pos in ("PROPN", "NOUN", "DET", "PRON", "ADJ", "NUM") else []


def _by_place(cue: Word, sentence: Sequence[Word]) -> list[Word]:
    """The content by the order of the words, for the verbs of saying alone, where the parse has none."""
    if base(cue) not in _core():
        return []
    after = [word for word in sentence if word.at > cue.at]
    that = _that(cue, sentence)
    if that is not None:
        return [word for word in after if word.at >= that.at]
    skipped = 0
    while (
        skipped < len(after)
        and after[skipped].tag != "WRB"
        and after[skipped].dep in ("advmod", "obl:unmarked", "obl:tmod", "nmod:unmarked")
    ):
        skipped += 1
    rest = after[skipped:]
    if (
        not _is_told_next(cue, after)
        and len(rest) > 3
        and rest[0].pos in ("PRON", "DET", "PROPN", "NOUN", "NUM", "ADJ")
        and any(w.tag in ("VBD", "VBZ", "VBP", "MD") and not (w.dep == "conj" and w.head is cue) for w in rest[1:])
    ):
        return rest if base(cue) != "tell" else []
    before = [word for word in sentence if word.at < cue.at]
    comma = next((number for number in range(len(before) - 1, -1, -1) if before[number].text == ","), None)
    finite = any(word.tag in FINITE for word in before[: comma or 0])
    if finite and comma is not None and comma > 3 and 1 <= len(before) - comma - 1 <= 12 and len(rest) < 8:
        return before[:comma]
    return []


def _that(cue: Word, sentence: Sequence[Word]) -> Word | None:
    """The `that` which opens a clause soon after a verb of saying."""
    near = [word for word in sentence if cue.at < word.at < cue.at + 16]
    thats = (word for word in near if word.text.lower() == "that" and word.dep == "mark")
    return next((word for word in thats if not _is_of_next(word, cue)), None)


def _is_told_next(cue: Word, after: Sequence[Word]) -> bool:
    """Whether a comma ends what a verb of saying says, and another one goes on with "that"."""
    comma = next((word for word in after if word.text == ","), None)
    thats = [word for word in after if word.text.lower() == "that" and _is_of_next(word, cue)]
    return comma is not None and any(comma.at < word.at for word in thats)


def _is_of_next(that: Word, cue: Word) -> bool:
    """Whether a `that` opens what another verb of saying adds: "…, he said, adding that"."""
    verb = that.head.head if that.head is not None else None
    return verb is not None and verb is not cue and cue.at < verb.at < that.at and is_cue(verb, weak=True)


def _rest(cue: Word, last: Word) -> list[Word]:
    """What follows a content in its sentence and is not joined to the verb of saying itself: the parse often hangs the
    end of a long clause too high."""
    beside = [
        one
        for one in cue.all("conj", "parataxis", "cc")
        if not any(mark.text.lower() == "that" for mark in one.all("mark"))
    ]
    own = {word.at for child in beside for word in child.subtree()}
    own |= {word.at for child in cue.all("advcl") if child.tag == "VBG" or is_cue(child) for word in child.subtree()}
    above = set[int]()
    if cue.head is not None:
        above = {cue.head.at, *(word.at for child in cue.head.children if child is not cue for word in child.subtree())}
    following = [word for word in cue.subtree() if word.at > last.at]
    kept = []
    for word in following:
        if word.at in own or word.at in above:
            break
        kept.append(word)
    return kept


def _around(cue: Word) -> list[Word]:
    """The sentence around a parenthesis: both sides where something follows, and else what stands before."""
    own = {word.at for word in cue.subtree()}
    assert cue.head is not None
    words = [word for word in cue.head.subtree() if word.at not in own]
    before = [word for word in words if word.at < min(own)]
    after = [word for word in words if word.at > max(own) and word.pos != "PUNCT"]
    if before and len(after) > 2 and len(own) <= PARENTHESIS:
        return before + after
    return before if len(before) > 2 else after if len(after) > 2 else []


def _according(word: Word, sentence: Sequence[Word]) -> tuple[list[Word], Word] | None:
    """The rest of a sentence that is "according to" somebody."""
    head = word.head if word.dep in ("case", "mark", "fixed") else word.child("obl", "obj", "nmod") or word.head
    if head is not None and head.dep == "nmod:desc" and head.head is not None:
        head = head.head  # "according to biologist Sten Hauge"
    if head is None or head.pos not in ("NOUN", "PROPN", "PRON"):
        return None
    own = {part.at for part in head.subtree()} | {part.at for part in word.subtree()}
    top = head.head if word.dep in ("case", "mark", "fixed") else word.head
    if top is None or top.at in own:
        return None
    rest = [part for part in _whole(top).subtree() if part.at not in own]
    before = [part for part in rest if part.at < word.at]
    opens = word.at - sentence[0].at < 2
    content = before if len(before) > 2 and not opens else [part for part in rest if part.at > word.at]
    return (content, head) if len(content) > 2 else None


def _whole(word: Word) -> Word:
    """The head of the clause that a word ends: the parse hangs what closes a sentence on what stands last in it."""
    while word.head is not None and word.dep in ("xcomp", "conj", "advcl", "obl", "nmod", "obj", "acl", "appos"):
        word = word.head
    return word
