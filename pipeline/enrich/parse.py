"""The parse of an article, as the rules of the other files read it: words with their heads, offsets in code points.

The relations are those of Universal Dependencies (`nsubj:pass`, `obl`, `nmod:poss`); a pipeline without a parser gives
words without heads, and rules over the parse find nothing then.
"""

import dataclasses
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.article import FieldName, Span


@dataclass(slots=True, eq=False)
class Word:
    """A word with its place in the article and in the parse of its sentence."""

    at: int  # its number in the article, title first
    field: FieldName
    start: int
    end: int
    text: str
    lemma: str
    pos: str
    tag: str
    dep: str
    sentence: int  # the number of its sentence
    head: "Word | None" = None
    children: "list[Word]" = dataclasses.field(default_factory=list)

    def child(self, *relations: str) -> "Word | None":
        """The first word that depends on this one in one of these relations."""
        return next((word for word in self.children if word.dep in relations), None)

    def all(self, *relations: str) -> "list[Word]":
        """All words that depend on this one in one of these relations, in order."""
        return [word for word in self.children if word.dep in relations]

    def subtree(self) -> "list[Word]":
        """This word and all below it, in order; walks no deeper than the sentence is long."""
        found, queue = [], [self]
        while queue:
            word = queue.pop()
            found.append(word)
            queue += word.children
        return sorted(found, key=lambda word: word.at)

    def ancestors(self) -> "Iterator[Word]":
        """The heads above this word, the nearest first."""
        word = self.head
        while word is not None:
            yield word
            word = word.head

    def __repr__(self) -> str:
        return f"{self.text}/{self.dep}"


def words_between(words: Sequence[Word], where: FieldName, start: int, end: int) -> list[Word]:
    """The words that lie wholly within a stretch of the title or the text, found by bisection."""
    low, high = 0, len(words)
    key = (where == "text", start)
    while low < high:
        middle = (low + high) // 2
        if (words[middle].field == "text", words[middle].start) < key:
            low = middle + 1
        else:
            high = middle
    found = []
    while low < len(words) and words[low].field == where and words[low].end <= end:
        found.append(words[low])
        low += 1
    return found


def stretch(words: Sequence[Word], text: str) -> Span:
    """The stretch from the first to the last of some words of one field, with what the text has there."""
    start, end = min(word.start for word in words), max(word.end for word in words)
    return Span(field=words[0].field, start=start, end=end, surface=text[start:end])


def phrase(word: Word) -> list[Word]:
    """A noun with what belongs to its name: without relative clauses, appositions and what is conjoined."""
    kept, queue = [word], [child for child in word.children if child.dep.split(":")[0] in _INSIDE]
    while queue:
        part = queue.pop()
        kept.append(part)
        queue += [child for child in part.children if child.dep.split(":")[0] in (*_INSIDE, "case", "conj", "cc")]
    return sorted(kept, key=lambda part: part.at)


_INSIDE = ("det", "amod", "compound", "flat", "nmod", "nummod", "fixed", "goeswith")


def conjuncts(word: Word) -> list[Word]:
    """A word and those that are conjoined with it."""
    found = [word]
    for each in found:
        found += each.all("conj")
    return found


def is_verb(word: Word) -> bool:
    """Whether a word is a verb by its part of speech or by its tag, of which the parse may get one wrong."""
    return word.pos == "VERB" or word.tag.startswith("VB")


def negated(word: Word) -> bool:
    """Whether a verb or noun is denied by a `not`, `never` or `no` of its own; a clitic denies wherever it hangs, and
    "not only" denies nothing, nor does what stands behind a verb ("promised never to attack")."""
    only = {child.at for child in word.children if child.text.lower() in ("only", "just", "merely", "simply")}
    return any(
        child.text.lower() in ("n't", "n’t")
        or (
            child.lemma.lower() in ("not", "never", "no", "neither", "nor")
            and child.dep in ("advmod", "det", "cc:preconj")
            and child.at + 1 not in only
            and (child.at < word.at or word.pos not in ("VERB", "AUX"))
        )
        for child in word.children
    )
