"""The day of an event, and whether it lies long before publication: the date of its own clause, not the day on which
somebody said so, nor that of another clause.
"""

import re
from collections.abc import Sequence
from datetime import date

from pipeline.article import DateMention, DateRange, Event, EventStatus, Span
from pipeline.enrich.clauses import case
from pipeline.enrich.event_rules import event_words, noun_rules
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, phrase, words_between

LONG_AGO = 2  # years before publication from which an event is history
FOLLOWING = 3  # sentences after a historical event, of its paragraph, that go on telling of its time
PAST = frozenset(("has", "have", "had", "was", "were"))
OWN_CLAUSES = ("ccomp", "parataxis", "acl:relcl", "csubj", "csubj:pass")
_CENTURY = re.compile(r"(?i)\b(?!21st|twenty-first|this|21th)(?:\w+(?:st|nd|rd|th)|last|previous)[ -]century\b")


def day_of(trigger: Word, sentence: Span, reading: Reading, dates: Sequence[DateMention]) -> DateRange | None:
    """The date of the trigger's sentence that hangs on the trigger's clause, else the only one."""
    inside = [one for one in dates if one.field == sentence.field and sentence.start <= one.start < sentence.end]
    heads = {id(one): words_between(reading.words, one.field, one.start, one.end) for one in inside}
    inside = [
        one
        for one in inside
        if not _only_bounds(heads[id(one)]) and not _is_of_saying(heads[id(one)], trigger, reading)
    ]
    if not inside:
        return None
    clause = _clause(trigger)
    below = {word.start: word for word in clause.subtree()}
    own = [one for one in inside if one.start in below]
    if not own and len(inside) == 1 and not _is_elsewhere(heads[id(inside[0])], trigger):
        own = inside
    published = _published(reading)
    own = [
        one
        for one in own
        if not _is_of_another(below.get(one.start), trigger, is_later=published is not None and one.first > published)
    ]
    if not own:
        return None
    nearest = min(own, key=lambda one: abs(one.start - trigger.start))
    return DateRange(first=nearest.first, last=nearest.last)


def fitted(
    day: DateRange | None, status: EventStatus, trigger: Word, reading: Reading
) -> tuple[DateRange | None, EventStatus]:
    """A day and a status that agree: what lies after publication has not happened, what lies before is no plan.

    A verb in the past has nothing to do with a day to come, nor a plan with one that is over.
    """
    published = _published(reading)
    if day is None or published is None:
        return day, status
    if day.first > published and status in ("happened", "ongoing", "historical"):
        return (None, status) if _is_past(trigger) else (day, "planned")
    if day.last < published and status == "planned":
        return None, status
    return day, status


def _is_past(verb: Word) -> bool:
    """Whether a verb is in the past, or a participle of a verb that is."""
    word: Word | None = verb
    while word is not None and word.tag in ("VBG", "VBN", "VBD"):
        helpers = {child.text.lower() for child in word.all("aux", "aux:pass", "cop")}
        if word.tag == "VBD" or helpers & PAST:
            return True
        if helpers & event_words()["status"]["to_be"] or (word.tag == "VBN" and word.head is None):
            return word.tag == "VBN"
        word = word.head
    return False


def long_ago(trigger: Word, day: DateRange | None, reading: Reading) -> str | None:
    """Why an event is history: its year, or the age that its clause names ("during the Cold War", "decades ago")."""
    published = _published(reading)
    if day is not None:
        past = published is not None and day.last.year <= published.year - LONG_AGO
        return f"{day.last.year}, long before publication" if past else None
    clause = _clause(trigger)
    above = clause.head if clause.dep in ("xcomp", "conj") else None
    for holder in (trigger, clause, *((above,) if above is not None else ())):
        for child in (*holder.children, *(inner for one in holder.all("obj") for inner in one.children)):
            if (age := _age(child)) is not None:
                return f"{age}, long before publication"
    return None


def continued(events: Sequence[Event], reading: Reading, dates: Sequence[DateMention]) -> list[Event]:
    """The events, those being history that are told in the past, without a day, right after one that is history.

    Args:
        events: in the order of their triggers.
    """
    found: list[Event] = []
    history: Event | None = None
    for event in events:
        told = event.status == "happened" and event.date is None
        if told and history is not None and _is_same_time(history, event, reading, dates):
            reason = f"{event.reason.rpartition(';')[0]}; historical: told after “{history.trigger.surface}”"
            event = event.model_copy(update={"status": "historical", "reason": reason})
        elif event.status == "historical":
            history = event
        found.append(event)
    return found


def _is_same_time(history: Event, event: Event, reading: Reading, dates: Sequence[DateMention]) -> bool:
    """Whether an event is told in the past in the paragraph of one that is history, with no other day between."""
    where, start, end = history.sentence.field, history.sentence.end, event.sentence.start
    if event.sentence.field != where or not start <= end or "\n" in reading.text_of(where)[start:end]:
        return False
    between = [one for one in reading.sentences if one.field == where and start <= one.start <= end]
    if len(between) > FOLLOWING or any(one.field == where and start <= one.start < event.sentence.end for one in dates):
        return False
    words = words_between(reading.words, event.trigger.field, event.trigger.start, event.trigger.end)
    helpers = {child.text.lower() for child in words[0].children} if words else set()
    return bool(words) and not helpers & {"has", "have"} and (words[0].tag == "VBD" or bool(helpers & {"was", "were"}))


def _published(reading: Reading) -> date | None:
    return reading.article.published_at.date() if reading.article.published_at else None


def _clause(trigger: Word) -> Word:
    """The verb of the trigger's clause."""
    clause = trigger
    while clause.pos != "VERB" and clause.head is not None:
        clause = clause.head
    return clause


def _only_bounds(words: Sequence[Word]) -> bool:
    """Whether a date only tells from when or until when: "since January"."""
    bounds = event_words()["calendar"]["bounds"]
    return any(case(word) in bounds for word in words)


def _is_of_saying(words: Sequence[Word], trigger: Word, reading: Reading) -> bool:
    """Whether a date stands right behind a verb of saying: "it attacked, the ministry said on Thursday"."""
    first = min((at for word in words for at in (word.at, *(child.at for child in word.all("case")))), default=0)
    before = reading.words[first - 1] if first > 0 else None
    if before is not None and before.dep in ("obj", "iobj") and before.head is not None:
        before = before.head  # "told reporters on Thursday"
    say = event_words()["status"]["say"]
    return before is not None and before is not trigger and before.tag[:2] == "VB" and before.lemma.lower() in say


def _age(child: Word) -> str | None:
    """The age that hangs on a verb: "decades ago", "in the 19th century", "during the Second World War"."""
    calendar = event_words()["calendar"]
    if child.text.lower() == "ago":
        found = next((one for one in child.children if one.text.lower() in calendar["ages"]), None)
        return f"{found.text} ago" if found is not None else None
    if not child.dep.startswith(("obl", "nmod")) or case(child) not in calendar["within"]:
        return None
    text = " ".join(word.text for word in phrase(child))
    if _CENTURY.search(text):
        return text
    low = text.lower()
    named = any(age in low for age in calendar["periods"]) and "third world war" not in low
    return text if named else None


def _is_elsewhere(words: Sequence[Word], trigger: Word) -> bool:
    """Whether a date stands in a clause that the trigger is not in, or is the day on which somebody said so."""
    day = next((word for word in words[:1]), None)
    if day is None:
        return False
    clause = _clause(day)
    while clause.dep not in (*OWN_CLAUSES, "advcl") and clause.head is not None:
        clause = clause.head
    inside = clause.head is None or clause is trigger or clause in trigger.ancestors()
    return not inside or _is_said(_clause(day), trigger)


def _is_said(above: Word, trigger: Word) -> bool:
    """Whether a verb above the trigger's clause says what the clause tells, so that its day is that of saying it."""
    word = trigger
    while word.head is not None and word is not above:
        if word.dep in ("ccomp", "parataxis") and word.head is above:
            return True
        word = word.head
    return False


def _is_of_another(word: Word | None, trigger: Word, *, is_later: bool) -> bool:
    """Whether a date belongs to another event's noun ("last week's call"), or to a clause below the trigger's.

    Args:
        is_later: whether the date lies after publication: it is then that of what is agreed, promised or asked for.
    """
    while word is not None and word is not trigger:
        above = word.head
        if above is not None and above.head is not trigger and above is not trigger and _tells(above):
            return word.dep in ("nmod:poss", "nmod", "nmod:unmarked", "compound") and above not in trigger.ancestors()
        if trigger not in word.subtree():
            own = word.dep in OWN_CLAUSES or (word.dep in ("advcl", "conj") and word.child("nsubj", "nsubj:pass"))
            if own or (is_later and word.dep in ("xcomp", "advcl", "acl")):
                return True
        word = above
    return False


def _tells(word: Word) -> bool:
    return word.pos == "NOUN" and word.lemma.lower() in noun_rules()
