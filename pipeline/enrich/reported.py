"""Reported speech: what is said without quotation marks, by the parse of its sentence, or "according to" somebody."""

from collections.abc import Iterator, Sequence

from pipeline.article import Span
from pipeline.enrich.cues import base, head_within, is_cue
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, conjuncts, stretch
from pipeline.enrich.speakers import Speaker, Speakers, cues

NAMING = ("NOUN", "PROPN", "PRON", "NUM", "DET", "X")  # parts of speech of whoever says something


def reported(reading: Reading, speakers: Speakers) -> Iterator[tuple[Span, Speaker, Word]]:
    """What is said without quotation marks: content, speaker and verb."""
    sentences = _by_sentence(reading.words)
    for word in reading.words:
        if word.text.lower() == "according":
            yield from _according(reading, word, speakers)
        elif is_cue(word, weak=True):
            sentence = sentences[word.sentence]
            content = _content(word, sentence) or _by_place(word, sentence)
            subject = _subject_of(word, sentence)
            if content and subject is not None and subject not in content and subject.pos in NAMING:
                yield _trimmed(content, reading.text_of(word.field)), speakers.of(subject), word


def _by_sentence(words: Sequence[Word]) -> dict[int, list[Word]]:
    found: dict[int, list[Word]] = {}
    for word in words:
        found.setdefault(word.sentence, []).append(word)
    return found


def _subject_of(cue: Word, sentence: Sequence[Word]) -> Word | None:
    subject = cue.child("nsubj")
    verb = cue
    while subject is None and verb.dep in ("conj", "xcomp", "advcl") and verb.head is not None:
        verb = verb.head
        subject = verb.child("nsubj")
    if subject is None and cue.dep.startswith("acl"):
        subject = cue.head
    if subject is None and base(cue) in _core():
        before = [word for word in sentence if word.at < cue.at and word.at > cue.at - 5]
        nouns = [
            word for word in before if word.pos in ("PROPN", "PRON", "NOUN") and word.dep not in ("obj", "obl:unmarked")
        ]
        subject = head_within(nouns[-1], before) if nouns else None
    return subject


def _core() -> list[str]:
    verbs: list[str] = cues()["core"]["verbs"]
    return verbs


def _content(cue: Word, sentence: Sequence[Word]) -> list[Word]:
    """The words that depend on a verb of saying as what is said; before it, after it, or around it."""
    lemma = base(cue)
    clause = next((child for child in cue.all("ccomp") if child.pos != "ADP"), None)
    subject = cue.child("nsubj")
    if (
        clause is None
        and cue.dep in ("parataxis", "ccomp")
        and cue.head is not None
        and subject
        and not cue.child("mark")
        and (cue.child("obj") is None or lemma in cues()["addressed"]["verbs"])  # who "says a word" says no sentence
    ):
        return _around(cue)
    if clause is not None and clause.at < cue.at:
        edge = min(cue.at, min((word.at for word in subject.subtree()), default=cue.at) if subject else cue.at)
        before = [word for word in sentence if word.at < edge]
        return before if before and before[-1].text == "," else [word for word in clause.subtree() if word.at < edge]
    if clause is None and lemma in cues()["infinitive"]["verbs"]:
        clause = next((child for child in cue.all("xcomp") if child.child("mark")), None)
    if clause is None and lemma in cues()["addressed"]["verbs"] and cue.child("obj", "obl") is not None:
        clause = next((child for child in cue.all("xcomp", "advcl") if child.child("mark")), None)
    if clause is None:
        return _object(cue)
    words = [word for word in clause.subtree() if word.at > cue.at]
    if joined := next((one for one in conjuncts(clause)[1:] if is_cue(one) and not one.child("nsubj")), None):
        words = [word for word in words if word.at < min(joined.at, *(one.at for one in joined.all("cc")), joined.at)]
    if words and lemma in _core():
        words = _lead(cue, words[0], sentence) + words
    if words:
        words += _rest(cue, words[-1])
    return words if len(words) > 1 else []


def _lead(cue: Word, first: Word, sentence: Sequence[Word]) -> list[Word]:
    """What stands between a verb of saying and its clause and belongs to the clause, such as its subject."""
    own = {cue.at}
    for child in cue.children:
        if (
            child.dep in ("obl", "obl:unmarked", "advmod", "obj", "iobj", "nsubj", "compound:prt", "cc")
            and child.child("case", "det") is not None
        ) or child.dep in ("advmod", "obl:unmarked"):
            own |= {word.at for word in child.subtree()}
    between = [word for word in sentence if cue.at < word.at < first.at]
    while between and (between[0].at in own or between[0].pos in ("PUNCT", "ADV")):
        between.pop(0)
    return between if between and between[0].pos in ("PROPN", "NOUN", "DET", "PRON", "ADJ", "NUM") else []


def _object(cue: Word) -> list[Word]:
    """What is announced, demanded or denied by a noun ("called for a ceasefire")."""
    for verb, case in cues()["object"]["verbs"]:
        if base(cue) == verb:
            for child in cue.all("obj", "obl", "nmod"):
                mark = child.child("case")
                if child.at > cue.at and (mark.text.lower() if mark else "") == case and child.pos != "PRON":
                    words = [word for word in child.subtree() if word is not mark]
                    return words if len(words) > 1 else []
    return []


def _by_place(cue: Word, sentence: Sequence[Word]) -> list[Word]:
    """The content by the order of the words, for the verbs of saying alone, where the parse has none."""
    if base(cue) not in _core():
        return []
    after = [word for word in sentence if word.at > cue.at]
    that = next(
        (number for number, word in enumerate(after[:9]) if word.text.lower() == "that" and word.dep == "mark"), None
    )
    if that is not None:
        return after[that:]
    skipped = 0
    while skipped < len(after) and after[skipped].dep in ("advmod", "obl:unmarked", "obl:tmod", "nmod:unmarked"):
        skipped += 1
    rest = after[skipped:]
    if (
        len(rest) > 3
        and rest[0].pos in ("PRON", "DET", "PROPN", "NOUN", "NUM", "ADJ")
        and any(w.tag in ("VBD", "VBZ", "VBP", "MD") and not (w.dep == "conj" and w.head is cue) for w in rest[1:])
    ):
        return rest if base(cue) != "tell" else []
    before = [word for word in sentence if word.at < cue.at]
    comma = next((number for number in range(len(before) - 1, -1, -1) if before[number].text == ","), None)
    if comma is not None and comma > 3 and 1 <= len(before) - comma - 1 <= 12 and len(rest) < 8:
        return before[:comma]
    return []


def _rest(cue: Word, last: Word) -> list[Word]:
    """What follows a content in its sentence and is not joined to the verb of saying itself: the parse often hangs the
    end of a long clause too high."""
    own = {word.at for child in cue.all("conj", "parataxis", "cc") for word in child.subtree()}
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
    """The sentence around a parenthesis ("the bridge, he said, will stay")."""
    own = {word.at for word in cue.subtree()}
    assert cue.head is not None
    words = [word for word in cue.head.subtree() if word.at not in own]
    before = [word for word in words if word.at < min(own)]
    after = [word for word in words if word.at > max(own) and word.pos != "PUNCT"]
    return before if len(before) > 2 else after if len(after) > 2 else []


def _according(reading: Reading, word: Word, speakers: Speakers) -> Iterator[tuple[Span, Speaker, Word]]:
    """The rest of a sentence that is "according to" somebody."""
    head = word.head if word.dep in ("case", "mark", "fixed") else word.child("obl", "obj", "nmod") or word.head
    if head is None or head.pos not in ("NOUN", "PROPN", "PRON"):
        return
    own = {part.at for part in head.subtree()} | {part.at for part in word.subtree()}
    top = head.head if word.dep in ("case", "mark", "fixed") else word.head
    if top is None or top.at in own:
        return
    rest = [part for part in top.subtree() if part.at not in own]
    before = [part for part in rest if part.at < word.at]
    content = before if len(before) > 2 else [part for part in rest if part.at > word.at]
    if len(content) > 2:
        yield _trimmed(content, reading.text_of(word.field)), speakers.of(head), word


def _trimmed(words: Sequence[Word], text: str) -> Span:
    """A stretch without commas, stops and quotation marks at its ends that do not belong to it."""
    kept = list(words)
    while len(kept) > 1 and kept[-1].pos == "PUNCT" and kept[-1].text not in ("”", '"', "''", ")"):
        kept.pop()
    while len(kept) > 1 and kept[0].text in (",", ".", ":", ";", "—", "–", "-"):
        kept.pop(0)
    return stretch(kept, text)
