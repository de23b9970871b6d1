"""What nobody says has happened: what is asked, imagined, told in a work, wished, doubted, or only just did not happen.

Each rule looks at one word of the way up from an event's trigger, and at the word below it (event_status.py).
"""

from pipeline.enrich.clauses import case, has_to
from pipeline.enrich.event_rules import event_words
from pipeline.enrich.parse import Word, is_verb, negated

TAKEN = ("ccomp", "xcomp", "csubj", "csubj:pass", "csubj:outer")  # clauses that are what a verb or a predicate says


def is_unreal(word: Word, below: Word | None) -> bool:
    """Whether a word on the way up makes what is told below it unreal.

    Args:
        word: the trigger, or a word above it.
        below: the word of the way that depends on it; None where it is the trigger.
    """
    if _is_counter(word) or _is_nearly(word, below) or _is_few(word, below) or _is_within_work(word):
        return True
    if word.dep in ("parataxis", "appos") and word.head is not None and _introduces(word.head):
        return True
    if "whether" in _marks(word) or _is_missed(word):
        return True
    if below is None:
        return False
    return (
        _is_called_for(word, below)
        or _is_unwilling(word, below)
        or _is_thought(word, below)
        or _is_supposed(word, below)
        or _is_doubted(word, below)
        or _is_edge(word, below)
    )


def is_asked(word: Word, way: list[Word]) -> bool:
    """Whether a clause is a question, or is told within one as what it asks about.

    Args:
        word: the trigger or a word above it.
        way: the words from the trigger up to it.
    """
    if any(child.dep == "punct" and child.text.startswith("?") for child in word.children):
        return True
    below = way[-2] if len(way) > 1 else None
    what = word.child("nsubj")
    when = below is not None and below.dep == "advcl" and bool(_marks(below) & {"when", "if"})
    return when and what is not None and what.text.lower() == "what"  # "what happens when"


def is_given(way: list[Word]) -> bool:
    """Whether the way up has left a clause that is taken for granted: "after it attacked, what will the others do?" """
    given = event_words()["status"]["given"]
    left = way[:-1]
    return any(one.dep == "advcl" and one.tag in ("VBD", "VBN", "VBZ") and given & _marks(one) for one in left)


def refuted(word: Word, below: Word | None) -> str | None:
    """The words by which something is said to be untrue: "it is not true that", "far from the truth is that"."""
    words = event_words()["status"]
    if below is None:
        return None
    lemma = word.lemma.lower()
    if lemma in words["deny"] and _is_denied(word, below):
        return f"{word.text} …"
    if is_cleft(below) and negated(word):
        return "it was not …"
    predicate = word.child("cop") is not None and (below.dep in (*TAKEN, "acl") or _has_that(below))
    if predicate and (lemma in words["untrue"]) != negated(word) and lemma in words["untrue"] | words["true"]:
        return f"not {word.text}" if negated(word) else word.text
    false = lemma in words["untrue"] and word.child("cop") is not None and not negated(word)
    return word.text if false and below.dep in ("nsubj", "nsubj:outer") else None  # "reports of it were false"


def is_cleft(clause: Word) -> bool:
    """Whether a relative clause is the news of its sentence: "it was Oslo that attacked"."""
    whom = clause.head if clause.dep == "acl:relcl" else None
    return whom is not None and whom.child("expl") is not None and whom.child("cop") is not None


def without(word: Word) -> str | None:
    """The word by which a verb's own argument denies it: "sent no troops", "neither of them signed", "nor did it"."""
    if any(child.dep == "cc" and child.text.lower() == "nor" for child in word.children):
        return "nor"
    if any(child.text.lower() == "longer" and child.child("advmod", "det") is not None for child in word.all("advmod")):
        return "no longer"
    found = word.all("obj", "nsubj", "nsubj:pass", "obl:agent")
    aux, subject = word.child("aux"), word.child("nsubj", "nsubj:pass")
    if aux is not None and subject is not None and aux.at < subject.at:
        found += [child for child in word.all("obl", "obl:unmarked") if child.at < aux.at]  # "at no point did it"
    return next((no for child in found if (no := _no(child)) is not None), None)


def is_denied_deep(word: Word) -> bool:
    """Whether a verb is denied by a `not` of its own or by one of its arguments."""
    return negated(word) or without(word) is not None


def _no(noun: Word) -> str | None:
    """The word that makes a noun nobody or nothing; "a no-fly zone" is something."""
    words = event_words()["status"]
    if noun.text.lower() in words["nobody"]:
        return noun.text
    inside = noun.subtree()
    for child in noun.children:
        if child.text.lower() in words["none"] and child.dep in ("det", "cc:preconj", "advmod", "amod"):
            joined = any(one.start == child.end for one in inside)
            only = any(one.at == child.at + 1 and one.text.lower() in words["only"] for one in inside)
            if not joined and not only:
                return child.text
    return None


def _is_denied(word: Word, below: Word) -> bool:
    """Whether what hangs on a denial is what it denies; the parse may call a clause with `that` adverbial."""
    if negated(word) or (word.lemma.lower() == "rule" and not any(one.text.lower() == "out" for one in word.children)):
        return False
    right_behind = below.dep == "advcl" and below.tag == "VBG" and 0 < below.at - word.at <= 3  # "ruled out attacking"
    return below.dep in ("ccomp", "obj", "xcomp", "obl") or right_behind or _has_that(below)


def _has_that(clause: Word) -> bool:
    return clause.dep == "advcl" and "that" in _marks(clause)


def _marks(clause: Word) -> set[str]:
    """The small words that open a clause."""
    return {child.text.lower() for child in clause.all("mark", "advmod") if child.at < clause.at}


def _is_counter(word: Word) -> bool:
    """Whether a clause or noun is what somebody did not do: "instead of attacking", "far from attacking", "without"."""
    words, head = event_words()["status"], word.head
    opening = [child for child in word.all("mark", "case") if child.at < word.at]
    if any(child.text.lower() in words["counter"] for child in opening):
        return True
    for child in opening:
        as_though = any(
            one.at == child.at + 1 and one.text.lower() in ("though", "if") for one in (*child.children, *opening)
        )
        if child.text.lower() == "as" and as_though:
            return True
        if child.text.lower() == "from" and word.tag == "VBG" and head is not None and word.dep in ("advcl", "xcomp"):
            return head.lemma.lower() not in words["gained_from"]  # "held off from attacking", "far from attacking"
    return False


def _is_nearly(word: Word, below: Word | None) -> bool:
    """Whether something only just did not happen: "almost attacked", "came close to attacking"."""
    words = event_words()["status"]
    if is_verb(word) and any(
        child.text.lower() in words["nearly"] and 0 < word.at - child.at < 3 for child in word.children
    ):
        return below is None or below.dep in TAKEN
    if below is None or word.lemma.lower() not in ("come", "get", "be", "close"):
        return False
    close = (word, *word.all("advmod", "xcomp", "obl"))
    return "to" in _marks(below) and below.tag == "VBG" and any(one.text.lower() in ("close", "near") for one in close)


def _is_missed(verb: Word) -> bool:
    """Whether it was planned and came to nothing: "was to have sent troops"."""
    helpers = {child.text.lower() for child in verb.all("aux", "cop")}
    return has_to(verb) and verb.tag == "VBN" and "have" in helpers and bool(helpers & {"was", "were"})


def _is_few(word: Word, below: Word | None) -> bool:
    """Whether hardly anybody does it: "few countries sent aid"; "a few" are some."""
    who = word.child("nsubj", "nsubj:pass")
    if who is None or (below is not None and below.dep not in TAKEN):
        return False
    few = [one for one in (who, *who.all("amod", "det")) if one.text.lower() == "few"]
    return bool(few) and not any(one.text.lower() in ("a", "the", "these", "those") for one in who.children)


def _is_within_work(word: Word) -> bool:
    """Whether a clause tells what happens in a film, a game or a scenario: "in the film, Oslo falls"."""
    works = event_words()["status"]["works"]
    for child in word.all("obl"):
        made = [one for one in child.all("amod") if one.lemma.lower() in event_words()["status"]["made_up"]]
        if case(child) == "in" and (made or child.lemma.lower() in works):
            return True
    if word.dep != "acl:relcl" or word.head is None or word.head.lemma.lower() not in works:
        return False
    where = any(child.text.lower() == "where" for child in word.all("advmod"))
    return where or any(child.tag in ("WDT", "WP") and case(child) for child in word.all("obl"))


def _introduces(head: Word) -> bool:
    """Whether what follows a colon is only imagined: "Picture this: …", "The plot: …"."""
    words = event_words()["status"]
    told = (head, *head.all("obj"))
    return _is_imperative(head) or any(one.lemma.lower() in words["works"] for one in told)


def _is_imperative(verb: Word) -> bool:
    """Whether a verb asks its reader to suppose something: "Suppose", "let us assume"."""
    plain = verb.tag in ("VB", "VBP", "NN") and verb.child("nsubj", "aux", "mark", "det", "case") is None
    return plain and verb.lemma.lower() in event_words()["status"]["supposed_verbs"]


def _is_supposed(word: Word, below: Word) -> bool:
    """Whether somebody only imagines or supposes what is told below, or a work tells it."""
    words, teller = event_words()["status"], word.child("nsubj")
    if below.dep in (*TAKEN, "parataxis", "advcl", "obj") and (
        word.lemma.lower() in words["imagined_verbs"] or _is_imperative(word)
    ):
        return True
    return teller is not None and below is not teller and teller.lemma.lower() in words["tellers"]


def _is_doubted(word: Word, below: Word) -> bool:
    """Whether what is told below is doubted, or a word that would affirm it is denied: "nobody believes that"."""
    words, lemma = event_words()["status"], word.lemma.lower()
    if below.dep not in (*TAKEN, "acl") and not _has_that(below):
        return False
    if lemma in words["doubted"] or (negated(word) and lemma in words["sure"]):
        return True
    return is_verb(word) and below.dep != "acl" and lemma not in words["factive_verbs"] and is_denied_deep(word)


def _is_edge(word: Word, below: Word) -> bool:
    """Whether somebody only stood before it: "on the verge of attacking"."""
    return word.lemma.lower() in event_words()["status"]["edges"] and below.dep in ("acl", "nmod")


def _is_thought(word: Word, below: Word) -> bool:
    """Whether something is only thought or talked of ("thinking of pulling back")."""
    words = event_words()["status"]
    marks = {mark.text.lower() for mark in below.all("mark", "case")}
    return word.lemma.lower() in words["thought_verbs"] and below.tag == "VBG" and bool(marks & words["of_thought"])


def _is_unwilling(word: Word, below: Word) -> bool:
    """Whether somebody will rather not do it: "does not plan to help", "is reluctant to help"."""
    words, lemma = event_words()["status"], word.lemma.lower()
    refused = lemma in words["unwilling"] or (lemma in words["planned_verbs"] and negated(word))
    return refused and (below.dep == "xcomp" or (word.pos == "ADJ" and below.dep in ("ccomp", "advcl")))


def _is_called_for(word: Word, below: Word) -> bool:
    """Whether a noun asks for it: "calls for an attack"."""
    return word.lemma.lower() in event_words()["status"]["calls"] and below.dep == "nmod" and case(below) == "for"
