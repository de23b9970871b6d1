"""The status of an event: what its clause, and the clauses above it, say about whether it took place.

Read upwards from the trigger: a condition or a modal makes it threatened, a denial denied, a future or a plan planned,
an accusation alleged, a progressive ongoing. A year long before publication makes it historical. Else it happened.
"""

from collections.abc import Iterator

from pipeline.article import EventStatus
from pipeline.enrich.clauses import case, has_to, is_headlined
from pipeline.enrich.event_rules import event_words
from pipeline.enrich.event_unreal import is_asked, is_cleft, is_given, is_unreal, refuted, without
from pipeline.enrich.parse import Word, negated

WILL_NOT = "will not"  # the reason of what somebody says that he will not do
Told = tuple[EventStatus, str]  # the status and the words that tell it


def status_of(trigger: Word) -> Told | None:
    """The status with its reason; None for what is only wished, discussed, asked, imagined or doubted."""
    words = event_words()["status"]
    told: Told | None = None
    way: list[Word] = []
    for word, below in _upwards(trigger):
        way.append(word)
        if is_given(way):
            break
        if (denial := refuted(word, below)) is not None:
            return "denied", denial
        if is_unreal(word, below) or is_asked(word, way):
            return None
        if below is None:
            told = _undone(word)
        elif told is None and _accused(word, below):
            return "alleged", f"{word.head.text if word.head else ''} …"
        elif (told is None or told[0] == "planned") and _is_rumour(word, below):
            told = "alleged", word.text
        told = _weighed(told, word, below)
        if below is not None and told is None:
            if _is_verb(word) and word.lemma.lower() in words["wished_verbs"] and _is_wish(trigger, below):
                return None
            told = _governed(word, below)
    return told or ("happened", "told as a fact")


def _weighed(told: Told | None, word: Word, below: Word | None) -> Told | None:
    """What is told so far, or what a word's own helpers say where that is more: a threat or a denial of a plan."""
    if told is not None and told[0] != "planned":
        return told
    found = _own(word, below) if _is_verb(word) else _predicated(word, below) or _described(word)
    return found if found is not None and (told is None or found[0] in ("threatened", "denied")) else told


def _is_verb(word: Word) -> bool:
    return word.pos in ("VERB", "AUX") or word.tag.startswith("V")


def _undone(trigger: Word) -> Told | None:
    """A denial by words around a trigger: "sent no troops", "has yet to sign"."""
    to = next((child for child in trigger.all("mark") if child.text.lower() == "to"), None)
    near = (*trigger.children, *((trigger.head, *trigger.head.children) if trigger.head is not None else ()))
    before = next((one.text.lower() for one in near if to is not None and one.at == to.at - 1), "")
    if before in ("yet", "never", "not"):  # "has yet to sign", "promised never to attack"
        return "denied", f"{before} to"
    denial = without(trigger) if _is_verb(trigger) else None
    return ("denied", denial) if denial is not None else None


def _upwards(trigger: Word) -> Iterator[tuple[Word, Word | None]]:
    """The trigger and the words above it, each with the one below; a relative clause ends the way up."""
    below: Word | None = None
    word: Word | None = trigger
    while word is not None:
        yield word, below
        if (word.dep == "acl:relcl" and not is_cleft(word)) or (
            word.dep in ("parataxis", "conj") and word.child("nsubj") is not None
        ):
            return
        below, word = word, word.head


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
    if (condition := _condition(word, below)) is not None:
        return "threatened", f"{condition} …"
    helpers = [child.text.lower() for child in word.all("aux", "aux:pass", "cop")]
    if negated(word) and below is None:
        refusing = any(child.text.lower() in words["refusing"] for child in word.all("aux"))
        return ("happened", WILL_NOT) if refusing else ("denied", "not")
    if (modal := _modal(word, helpers)) is not None:
        return modal
    if (plan := _planned(word, helpers)) is not None:
        return "planned", plan
    hedge = next(
        (child.text.lower() for child in word.all("advmod") if child.text.lower() in words["alleged_words"]), None
    )
    if hedge is not None:
        return "alleged", hedge
    if word.tag == "VBG" and any(helper in words["being"] for helper in helpers):
        return ("ongoing", "is … -ing") if below is None else None
    return None


def _condition(verb: Word, below: Word | None) -> str | None:
    """The word that makes a clause a condition: "if", "unless", or a helper before the subject."""
    words = event_words()["status"]
    marks = [child.text.lower() for child in verb.all("mark", "advmod")]
    mark = next((mark for mark in marks if mark in words["conditions"] | words["open_marks"]), None)
    hung = verb.dep in ("advcl", "ccomp", "acl", "xcomp")
    if mark is not None and (hung or (below is None and mark in words["conditions"])):
        return mark
    first, subject = verb.child("aux"), verb.child("nsubj", "nsubj:pass")
    inverted = first is not None and subject is not None and first.at < subject.at
    return first.text if inverted and first is not None and first.text.lower() in words["inverted"] else None


def _planned(verb: Word, helpers: list[str]) -> str | None:
    """The helper by which a verb tells of what is to come: "will", "due to", the bare infinitive of a headline."""
    words = event_words()["status"]
    if any(child.text.lower() in words["due"] and child.dep == "mark" for child in verb.children):
        return "due to"
    if is_headlined(verb) or _is_to(verb, helpers):
        return "to …"
    return next((helper for helper in helpers if helper in words["future_aux"]), None)


def _is_to(verb: Word, helpers: list[str]) -> bool:
    """Whether somebody is to do something: "are to meet"; headlines leave out the verb."""
    return verb.tag in ("VB", "VBN") and has_to(verb) and bool(event_words()["status"]["to_be"].intersection(helpers))


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
    infinitive = below.tag == "VB" and has_to(below)
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


def _is_wish(trigger: Word, below: Word) -> bool:
    """Whether a verb of asking asks for what is told below; an adverbial clause of the trigger itself is not."""
    if below.dep == "advcl":
        return trigger is below
    return below.dep in ("xcomp", "obj", "obl", "ccomp")
