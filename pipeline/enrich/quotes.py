"""Quotes: what somebody is quoted to have said, who it is, and the verb that says so.

Direct quotes stand between quotation marks of any kind, over sentences and paragraphs (an opening mark at the head of
the next paragraph continues a quotation that was not closed). A quotation within a sentence ("a `frank` talk") is no
quote. Indirect quotes are what depends on a verb of saying in the parse, or what is "according to" somebody.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.article import Entity, FieldName, Quote, Span, Stance
from pipeline.enrich.cues import base, head_within, is_cue, says, verbs
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word, words_between
from pipeline.enrich.reported import Told, reported
from pipeline.enrich.speakers import Speaker, Speakers
from pipeline.enrich.subjects import is_told, quoted

PAIRS = {
    "“": '”|"',
    "«": "»",
    "„": '“|”|"',
    '"': '"|”',
    "``": "''",
    "''": "''",
    "‘": r"’(?![^\W\d_])",
    "'": r"(?<=[,.?!…—–-])'(?![^\W\d_])|'(?=[.,;?!])|(?<=[\s(\[])'(?=\w)",  # an apostrophe, too: closes beside a stop
    "‟": "”",
    "”": "”",
}
LONGEST, MOST_PARAGRAPHS = 8_000, 40  # characters, and paragraphs that open again: a mark closed later was not closed
CUE_WITHIN = 14  # words from a quotation to the verb that introduces it
CUE_AFTER = 30  # the same behind a comma within the marks, where a speaker's offices may stand between
BLANKS = " \t\xa0\u2009\u202f"
SHORTEST_UNATTRIBUTED = 5  # words

_OPEN = re.compile(
    r"[“«„‟]|``|(?<![^\s(\[—–―-])(?:''|\"|‘)(?=[^\s])|(?<![^\s(\[—–―-])'(?=[A-ZÀ-Þ\"“])|(?<![^\n])”(?=\s?\w)"
)
_DASH = re.compile(r"\s*[—–―-]{1,2}\s*")
_TERMINAL = re.compile(r"[,.?!…;—–-]['’]?$")
_CLOSE = {mark: re.compile(f"\n|{ends}") for mark, ends in PAIRS.items()}
_OPENS_AGAIN = re.compile(r"(?<=[\s(\[])'(?=\w)")
_GOES_ON = re.compile(r" [a-zà-þ]")
_CLOSES_LATER = re.compile(r"[^‘\n]{1,500}?[,.?!…]’(?![^\W\d_])")
_PARAGRAPH = re.compile(r"\n\s*")

Where = tuple[FieldName, int, int]


@dataclass
class Quoted:
    """A stretch between quotation marks; `start` and `end` are those of what stands within."""

    field: FieldName
    outer: int
    start: int
    end: int
    outer_end: int
    speaker: Speaker | None = None
    cue: Word | None = None


def find_quotes(reading: Reading, entities: Sequence[Entity]) -> list[Quote]:
    """The quotes of an article in order, direct ones with and without a known speaker, and indirect ones."""
    quoted = list(_quoted(reading, "text"))
    spans = [Span(field=part.field, start=part.start, end=part.end, surface="") for part in quoted]
    speakers = Speakers(reading, entities, spans)
    direct = _direct(reading, quoted, speakers)
    covered = {at for part in direct for at in range(part.outer, part.outer_end)}
    found = [_quote(reading, part) for part in direct]
    for content, speaker, cue in _outermost(list(reported(reading, speakers))):
        if (cue.field == "text" and cue.start in covered) or any(part.cue is cue for part in direct):
            continue
        inside = sum(1 for at in range(content.start, content.end) if at in covered)
        if content.field == "title" or inside * 2 < content.end - content.start:
            found.append(_indirect_quote(content, speaker, cue))
    return sorted(_distinct(found), key=lambda quote: (quote.field == "text", quote.start))


def _outermost(told: list[Told]) -> list[Told]:
    """Without what somebody is reported to have said within what somebody is reported to have said."""
    near: dict[tuple[FieldName, int], list[Told]] = {}
    for one in told:
        near.setdefault((one[2].field, one[2].sentence), []).append(one)
    return [
        one
        for one in told
        if not any(_holds(other, one) and not _holds(one, other) for other in near[one[2].field, one[2].sentence])
    ]


def _holds(outer: Told, inner: Told) -> bool:
    """Whether the verb that says the inner stands in what the outer says."""
    (around, _, cue), (_, _, below) = outer, inner
    return cue is not below and around.start <= below.start < around.end


def _quoted(reading: Reading, field: FieldName) -> Iterator[Quoted]:
    """What stands between marks; a paragraph that is not closed is continued where the next one opens again."""
    text = reading.text_of(field)
    at = 0
    while opening := _OPEN.search(text, at):
        mark = opening[0]
        close = _closing(text, opening.end(), mark)
        if close is None:
            at = opening.end()
            continue
        yield Quoted(field, opening.start(), opening.end(), close[0], close[1])
        at = close[1]


def _closing(text: str, start: int, mark: str) -> tuple[int, int] | None:
    """Where a quotation ends, without and with its mark; None where it does not end."""
    at, limit = start, start + LONGEST
    for _ in range(MOST_PARAGRAPHS):
        found = _CLOSE[mark].search(text, at, limit)
        if found is None:
            return None
        if found[0] != "\n" and _is_possessive(text, found):
            at = found.end()
            continue
        if mark == "'" and (_OPENS_AGAIN.match(text, found.start()) or text.count('"', start, found.start()) % 2):
            return None
        if found[0] != "\n":
            return found.span()
        following = _PARAGRAPH.match(text, found.start())
        after = following.end() if following else found.end()
        if not text.startswith(mark, after):
            return (found.start(), found.start()) if _fills_sentence(text, start, found.start()) else None
        start = at = after + len(mark)  # the next paragraph opens again: it goes on there
    return None


def _is_possessive(text: str, mark: re.Match[str]) -> bool:
    """Whether a mark that could close is of "the pupils’ union", and one behind a stop or a comma closes later."""
    plural = mark[0] == "’" and text[mark.start() - 1] == "s" and _GOES_ON.match(text, mark.end()) is not None
    return plural and _CLOSES_LATER.match(text, mark.end()) is not None


def _fills_sentence(text: str, start: int, end: int) -> bool:
    """Whether a quotation that its paragraph does not close is one all the same."""
    return len(text[start:end].split()) >= SHORTEST_UNATTRIBUTED


def _direct(reading: Reading, quoted: Sequence[Quoted], speakers: Speakers) -> list[Quoted]:
    """The quotations that are speech, with their speakers: found beside them, else those of their neighbours."""
    kept: list[Quoted] = []
    text = reading.text_of("text")
    for number, part in enumerate(quoted):
        before = quoted[number - 1].outer_end if number else 0
        after = quoted[number + 1].outer if number + 1 < len(quoted) else len(text)
        start = max(before, text.rfind("\n", 0, part.outer) + 1)
        between = words_between(reading.words, "text", start, part.outer) if start == before else []
        if not _is_speech(text, part, len(between) < CUE_WITHIN and _leads_up(between)) and not _is_ended(
            text, part, words_between(reading.words, "text", part.outer_end, min(after, part.outer_end + 80))
        ):
            continue
        newline = text.find("\n", part.outer_end)
        end = min(after, newline if newline >= 0 else len(text))
        _attribute(reading, part, start, end, speakers)
        if part.cue is None and text[part.outer] == "'" and _is_alone(text, part):
            continue  # a heading
        if part.cue is None:
            _inherit(text, part, kept)
        if part.speaker is not None or _fills_paragraph(text, part):
            kept.append(part)
    return kept


def _leads_up(before: Sequence[Word]) -> bool:
    """Whether words before a quotation are a verb of saying and at most whom it is said to: what follows a clause's
    beginning ("said that the plan was “bad”") is a part of what is said."""
    cue = next(
        (at for at in range(len(before) - 1, -1, -1) if is_cue(before[at]) or before[at].text == "According"), None
    )
    return cue is not None and not any(
        word.text.lower() == "that" or word.tag in ("VBD", "VBZ", "VBP", "MD", "VB") for word in before[cue + 1 :]
    )


def _is_speech(text: str, part: Quoted, cue_before: bool) -> bool:
    """Whether a quotation is a clause of its own: it opens a sentence, or follows a comma or a verb of saying."""
    before = text[max(0, part.outer - 40) : part.outer].rstrip(BLANKS)
    inside = text[part.start : part.end].strip()
    if not inside or not any(character.isalpha() for character in inside):
        return False
    opens = not before or before[-1] in "\n.?!:,;”’\"'»—–―)-"
    last = re.search(r"(\w+)$", before)
    if not opens and last and inside[0].isupper() and says(last[1]):
        opens = True
    terminal = bool(_TERMINAL.search(inside)) or text[part.outer_end : part.outer_end + 1] in (",", ".", "?", "!")
    if cue_before and terminal and len(inside.split()) >= SHORTEST_UNATTRIBUTED:
        return True
    goes_on = cue_before or before[-1:] in ("", "\n", ".", ":")
    return opens and terminal and (not inside[0].islower() or goes_on)


def _is_ended(text: str, part: Quoted, after: Sequence[Word]) -> bool:
    """Whether a quotation within a sentence ends in a comma and a verb of saying ("As for it, “it is low,” said")."""
    inside = text[part.start : part.end].rstrip()
    cue = next((number for number, word in enumerate(after[:4]) if is_cue(word)), None)
    parted = text[max(0, part.outer - 9) : part.outer].rstrip(BLANKS)[-1:] == "," and inside[-1:] == ","
    return parted and len(inside.split()) >= SHORTEST_UNATTRIBUTED and cue is not None


def _attribute(reading: Reading, part: Quoted, start: int, end: int, speakers: Speakers) -> None:
    """Find the verb beside a quotation and its subject: after it where it ends with a comma, else before it."""
    text = reading.text_of(part.field)
    inside = text[part.start : part.end].rstrip()
    reach = CUE_AFTER if inside[-1:] == "," else CUE_WITHIN
    after = _first_sentence(words_between(reading.words, part.field, part.outer_end, end))[:reach]
    before = words_between(reading.words, part.field, start, part.outer)
    if not before and text[: part.outer].rstrip()[-1:] == ":":
        before = words_between(reading.words, part.field, max(0, part.outer - 200), part.outer)
    before = _last_sentence(before)[-CUE_WITHIN:]
    if dash := _DASH.match(text, part.outer_end):
        named = [(word, entity) for word, entity in speakers.at(after[:6]) if entity.type == "PERSON"]
        if named and named[0][0].start - dash.end() < 8 and not any(is_cue(word) for word in after):
            part.speaker = speakers.of(named[0][0])
            return
    closed = inside[-1:] == "." and text[part.outer_end : part.outer_end + 1] != ","
    introduced = bool(before) and before[-1].text in (":", ",")
    order = [before] if closed else [before, after] if introduced and inside[-1:] != "," else [after, before]
    for side in order:
        # "the envoy, who asked not to be named, said": what he asked stands behind the verb that says the quotation
        ranked = sorted(side, key=lambda word: word.dep == "acl:relcl") if side is after else [*reversed(side)]
        for cue in ranked:
            if (
                is_cue(cue)
                and not (is_told(cue) and cue.dep == "advcl")
                and (subject := _subject(cue, side, speakers)) is not None
            ):
                part.cue, part.speaker = cue, speakers.of(subject)
                return
    if introduced:
        _introduce(part, before, speakers)


def _introduce(part: Quoted, before: Sequence[Word], speakers: Speakers) -> None:
    """Who is named before a comma or a colon by another verb ("Holt boasted, “…”") or by "According to Holt, “…”"."""
    weak = next((word for word in before[-4:] if is_cue(word, weak=True) and word.tag in ("VBD", "VBZ")), None)
    subject = _subject(weak, before, speakers) if weak is not None and before[-1].at - weak.at < 2 else None
    according = next((word for word in before if word.text.lower() == "according"), None)
    if subject is None and according is not None:
        weak, subject = (
            according,
            according.child("obl", "obj", "nmod") or (according.head if according.dep == "case" else None),
        )
    if subject is not None and subject.dep == "nmod:desc" and subject.head in before:
        subject = subject.head  # "according to biologist Sten Hauge"
    if subject is not None and subject in before:
        part.cue, part.speaker = weak, speakers.of(subject)


def _subject(cue: Word, near: Sequence[Word], speakers: Speakers) -> Word | None:
    """The subject of a verb of saying beside a quotation; by its place where the parse has none there."""
    verb: Word | None = cue
    whom = next((whom for word in (cue, *cue.all("advcl", "xcomp")) if (whom := quoted(word)) is not None), None)
    if whom is not None and whom in near:
        return whom
    while verb is not None:
        found = verb.child("nsubj", "nsubj:pass", "nsubj:outer")
        if found is not None and found in near:
            return found
        if verb.dep == "acl" and verb.head in near:
            return verb.head
        verb = verb.head if verb.dep in ("conj", "xcomp", "advcl", "parataxis") and verb.head in near else None
    at = near.index(cue)
    for side in (near[:at], near[at + 1 :]):
        people = [word for word, entity in speakers.at(side) if entity.type == "PERSON"]
        if people:
            return head_within(people[-1] if side is near[:at] else people[0], side)
    nouns = [word for word in near[:at][-6:] if word.pos in ("PROPN", "PRON", "NOUN")][-1:]
    nouns = nouns or [word for word in near[:at] if word.pos in ("PROPN", "PRON", "NOUN")][:1]
    nouns = nouns or [word for word in near[at + 1 : at + 6] if word.pos in ("PROPN", "PRON", "NOUN")][:1]
    return head_within(nouns[0], near) if nouns else None


def _fills_paragraph(text: str, part: Quoted) -> bool:
    """Whether nothing but a quotation of some length stands in its paragraph."""
    return _is_alone(text, part) and len(text[part.start : part.end].split()) >= SHORTEST_UNATTRIBUTED


def _is_alone(text: str, part: Quoted) -> bool:
    first, last = text.rfind("\n", 0, part.outer) + 1, text.find("\n", part.outer_end)
    around = text[first : part.outer] + text[part.outer_end : last if last >= 0 else len(text)]
    return not around.strip()


def _inherit(text: str, part: Quoted, kept: Sequence[Quoted]) -> None:
    """A quotation without a verb goes on with what the one before it began: in its paragraph, or right below it."""
    if not kept or kept[-1].speaker is None:
        return
    between = text[kept[-1].outer_end : part.outer]
    own = text[text.rfind("\n", 0, part.outer) + 1 : part.outer].strip() == ""
    if (
        between.count("\n") == 0
        or (own and between.strip() == "")
        or (own and len(between) < 120 and between.count("\n\n") <= 1)
    ):
        before = kept[-1].speaker
        part.speaker = Speaker(before.name, before.id, before.source, round(before.confidence * 0.9, 2))
        part.cue = kept[-1].cue


def _first_sentence(words: Sequence[Word]) -> list[Word]:
    found: list[Word] = []
    for word in words:
        if word.text in (".", "?", "!"):
            break
        found.append(word)
    return found


def _last_sentence(words: Sequence[Word]) -> list[Word]:
    found: list[Word] = []
    for word in reversed(words):
        if found and word.text in (".", "?", "!"):
            break
        found.append(word)
    return found[::-1]


def _quote(reading: Reading, part: Quoted) -> Quote:
    cue = part.cue
    stance: Stance = verbs().get(base(cue), "said") if cue is not None else "said"
    speaker = part.speaker
    return Quote(
        field=part.field,
        start=part.start,
        end=part.end,
        text=reading.text_of(part.field)[part.start : part.end],
        kind="direct",
        speaker=speaker.name if speaker else None,
        speaker_id=speaker.id if speaker else None,
        source=speaker.source if speaker else None,
        cue=cue.text if cue is not None else None,
        stance=stance,
        method="marks+cue" if cue is not None else "marks",
        confidence=speaker.confidence if speaker else 0.5,
    )


def _indirect_quote(content: Span, speaker: Speaker, cue: Word) -> Quote:
    lemma = base(cue)
    return Quote(
        field=content.field,
        start=content.start,
        end=content.end,
        text=content.surface,
        kind="indirect",
        speaker=speaker.name,
        speaker_id=speaker.id,
        source=speaker.source,
        cue="according to" if cue.text.lower() == "according" else cue.text,
        stance=verbs().get(lemma, "said"),
        method="parse",
        confidence=round(speaker.confidence * 0.9, 2),
    )


def _distinct(quotes: Sequence[Quote]) -> list[Quote]:
    """Without those that lie within another indirect one of the same speaker's verb."""
    found: dict[tuple[str, int, int], Quote] = {}
    for quote in quotes:
        found.setdefault((quote.field, quote.start, quote.end), quote)
    return list(found.values())
