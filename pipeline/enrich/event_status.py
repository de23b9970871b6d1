"""The status of an event: what its clause, and the clauses above it, say about whether it took place.

Read upwards from the trigger: a condition or a modal makes it threatened, a denial denied, a future or a plan planned,
an accusation alleged, a progressive ongoing. A year long before publication makes it historical. Else it happened.
"""

from collections.abc import Iterator

from pipeline.article import EventStatus
from pipeline.enrich.clauses import case
from pipeline.enrich.event_rules import event_words
from pipeline.enrich.parse import Word, negated

Told = tuple[EventStatus, str]  # the status and the words that tell it


def status_of(trigger: Word) -> Told | None:
    """The status with its reason; None for what is only wished, discussed or asked for."""
    words = event_words()["status"]
    told: Told | None = None
    for word, below in _upwards(trigger):
        verb = word.pos in ("VERB", "AUX") or word.tag.startswith("V")
        lemma = word.lemma.lower()
        if below is not None and verb and lemma in words["deny"] and _is_denied(below):
            return "denied", f"{word.text} …"
        if below is not None and _is_unreal(word, below):
            return None
        if below is not None and told is None and _accused(word, below):
            return "alleged", f"{word.head.text if word.head else ''} …"
        if below is not None and (told is None or told[0] == "planned") and _is_rumour(word, below):
            told = "alleged", word.text
        if told is None or told[0] == "planned":
            found = _own(word, below) if verb else _predicated(word, below) or _described(word)
            if found is not None and (told is None or found[0] in ("threatened", "denied")):
                told = found
        if below is not None and told is None:
            if (
                verb
                and lemma in words["wished_verbs"]
                and below.dep in ("xcomp", "obj", "obl", "ccomp", "advcl")
                and not _is_root_noun(trigger, below)
            ):
                return None
            told = _governed(word, below)
    return told or ("happened", "told as a fact")


def _upwards(trigger: Word) -> Iterator[tuple[Word, Word | None]]:
    """The trigger and the words above it, each with the one below; a relative clause ends the way up."""
    below: Word | None = None
    word: Word | None = trigger
    while word is not None:
        yield word, below
        if word.dep == "acl:relcl" or (word.dep in ("parataxis", "conj") and word.child("nsubj") is not None):
            return
        below, word = word, word.head


def _is_denied(below: Word) -> bool:
    """Whether what hangs on a denial is what it denies; the parse may call a clause with `that` adverbial."""
    that = any(mark.text.lower() == "that" for mark in below.all("mark"))
    return below.dep in ("ccomp", "obj", "xcomp", "obl") or (below.dep == "advcl" and that)


def _is_thought(below: Word) -> bool:
    """Whether something is only thought or talked of ("thinking of pulling back")."""
    of = event_words()["status"]["of_thought"]
    return below.tag == "VBG" and any(mark.text.lower() in of for mark in below.all("mark", "case"))


def _is_unwilling(word: Word, below: Word) -> bool:
    """Whether somebody will rather not do it: "does not plan to help", "is reluctant to help"."""
    words, lemma = event_words()["status"], word.lemma.lower()
    refused = lemma in words["unwilling"] or (lemma in words["planned_verbs"] and negated(word))
    return refused and (below.dep == "xcomp" or (word.pos == "ADJ" and below.dep in ("ccomp", "advcl")))


def _is_unreal(word: Word, below: Word) -> bool:
    """Whether what hangs on a word is only thought of, asked for, told in a work, or what somebody will rather not do:
    "thinking of pulling back", "calls for an attack", "the film tells of an invasion", "is reluctant to help"."""
    words, lemma, teller = event_words()["status"], word.lemma.lower(), word.child("nsubj")
    if lemma in words["calls"] and below.dep == "nmod":
        return case(below) == "for"
    if teller is not None and below is not teller and teller.lemma.lower() in words["works"]:
        return True
    return _is_unwilling(word, below) or (lemma in words["thought_verbs"] and _is_thought(below))


def _accused(noun: Word, below: Word) -> bool:
    """Whether the noun above is whom somebody accuses: "accused Russia of shelling a school"."""
    verb = noun.head
    return (
        below.dep in ("acl", "nmod") and noun.dep in ("obj", "nsubj:pass") and verb is not None
        and verb.lemma.lower() in event_words()["status"]["alleged_verbs"]
    )  # fmt: skip


def _is_rumour(word: Word, below: Word) -> bool:
    """Whether reports or rumours say so: "reports of a raid", "reports that Oslo fell", "reports suggesting that"."""
    rumours = event_words()["status"]["rumours"]
    if word.lemma.lower() in rumours and below.dep == "nmod" and case(below) == "of":
        return True
    if word.lemma.lower() in rumours and word.pos == "NOUN":
        return below.dep in ("acl", "ccomp") and any(mark.text.lower() == "that" for mark in below.all("mark"))
    source = word.head if word.dep == "acl" else word.child("nsubj")
    says = below.dep == "ccomp" and word.lemma.lower() in event_words()["status"]["rumoured"]
    return says and source is not None and source.lemma.lower() in rumours


def _own(word: Word, below: Word | None) -> Told | None:
    """What a verb's own helpers say: a condition, a modal, a negation, the future, the progressive."""
    words = event_words()["status"]
    mark = next(
        (
            child.text.lower()
            for child in word.all("mark", "advmod")
            if child.text.lower() in words["conditions"] | words["open_marks"]
        ),
        None,
    )
    if mark is not None and (
        word.dep in ("advcl", "ccomp", "acl", "xcomp") or (below is None and mark in words["conditions"])
    ):
        return "threatened", f"{mark} …"
    first = word.child("aux")
    found = word.child("nsubj", "nsubj:pass")
    if first is not None and found is not None and first.at < found.at and first.text.lower() in words["inverted"]:
        return "threatened", f"{first.text} …"  # "should the airport open"
    helpers = [child.text.lower() for child in word.all("aux", "aux:pass", "cop")]
    if negated(word) and below is None and any(child.text.lower() in words["refusing"] for child in word.all("aux")):
        return "happened", "will not"
    if negated(word) and below is None:
        return "denied", "not"
    if (modal := _modal(word, helpers)) is not None:
        return modal
    if any(child.text.lower() in words["due"] and child.dep == "mark" for child in word.children):
        return "planned", "due to"
    future = next((helper for helper in helpers if helper in words["future_aux"]), None)
    if future is not None:
        return "planned", future
    hedge = next(
        (child.text.lower() for child in word.all("advmod") if child.text.lower() in words["alleged_words"]), None
    )
    if hedge is not None:
        return "alleged", hedge
    if word.tag == "VBG" and any(helper in words["being"] for helper in helpers):
        return ("ongoing", "is … -ing") if below is None else None
    return None


def _modal(verb: Word, helpers: list[str]) -> Told | None:
    """What a modal makes of a verb: a plan where it is the past of a `will`, and else a threat."""
    modal = next((helper for helper in helpers if helper in event_words()["status"]["conditional_aux"]), None)
    if modal == "would" and _is_announced(verb):
        return "planned", "said … would"
    return ("threatened", modal) if modal is not None else None


def _is_announced(verb: Word) -> bool:
    """Whether a `would` is the past of a `will`: what somebody said he would do, on no condition."""
    words, above, who = event_words()["status"], verb.head, verb.child("nsubj")
    marks = {mark.text.lower() for clause in verb.all("advcl") for mark in clause.all("mark")}
    said = above is not None and verb.dep == "ccomp" and above.lemma.lower() in words["announce"]
    return said and not marks & words["conditions"] and who is not None and who.text.lower() in words["announcers"]


def _described(noun: Word) -> Told | None:
    """What the adjectives of a noun say: a possible attack, planned talks."""
    words = event_words()["status"]
    for child in noun.all("amod", "compound", "det"):
        lemma = child.text.lower()
        if lemma in words["threatened_words"] and child.dep != "det":
            return "threatened", lemma
        if lemma in words["planned_words"]:
            return "planned", lemma
        if lemma in words["alleged_words"]:
            return "alleged", lemma
        if lemma == "no":
            return "denied", "no"
    if noun.lemma.lower() in words["threatened_nouns"]:
        return "threatened", noun.text
    return None


def _predicated(noun: Word, below: Word | None) -> Told | None:
    """What the helpers of a noun say that is told of somebody: "is no threat", "has never been a donor", "would be"."""
    if noun.child("cop") is None:
        return None
    if below is None:
        return _own(noun, None)
    would = below.dep == "nsubj" and any(child.text.lower() == "would" for child in noun.all("aux"))
    return ("threatened", "would") if would else None


def _governed(word: Word, below: Word) -> Told | None:
    """What a word says about what depends on it: plans to, plans for, threatens to, accuses of."""
    words, lemma = event_words()["status"], word.lemma.lower()
    if lemma in words["schemes"] and below.dep == "nmod" and case(below) == "for":
        return "planned", f"{word.text} for"
    if below.dep not in ("xcomp", "ccomp", "obj", "obl", "advcl", "acl", "nsubj:pass"):
        return None
    infinitive = below.tag == "VB" and any(child.text.lower() == "to" for child in below.all("mark", "aux"))
    if below.dep in ("advcl", "acl") and not infinitive:
        return ("alleged", f"{word.text} …") if lemma in words["alleged_verbs"] and below.tag == "VBG" else None
    if lemma in words["threatened_verbs"]:
        return "threatened", f"{word.text} …"
    if lemma in words["alleged_verbs"] and below.dep in ("advcl", "ccomp", "obl", "xcomp"):
        return "alleged", f"{word.text} …"
    if lemma in words["planned_verbs"]:
        past = below.dep == "ccomp" and any(child.text.lower() in words["past"] for child in below.all("aux"))
        finite = below.dep == "ccomp" and below.tag in ("VBD", "VBN")
        return None if past or finite else ("planned", f"{word.text} …")
    if lemma in words["ongoing_verbs"] and below.dep == "xcomp":
        return "ongoing", f"{word.text} …"
    return None


def _is_root_noun(trigger: Word, below: Word) -> bool:
    """A verb trigger above which somebody asks is wished; its own adverbial clause is not."""
    return below.dep == "advcl" and trigger is not below
