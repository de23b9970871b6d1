"""Topics, keywords and tone: what an article is about as a whole, by the words that it uses.

Topics are IPTC Media Topics; a topic is given where at least two of its words speak for it, those of the title counting
twice. Keywords are the names and nouns that the article comes back to. Tone is the balance of good and bad words.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.article import Entity, Topic
from pipeline.enrich import TABLES
from pipeline.enrich.nlp import Reading
from pipeline.enrich.parse import Word
from pipeline.tables import rows_of, words_of

ENOUGH = 3.0  # score from which a topic is given
MOST_TOPICS, MOST_KEYWORDS = 6, 10
SHARE = 0.35  # of the best topic's score that another one must reach
CALM = 6.0  # added to the words of tone, so that few of them give a mild tone
NAMED = 1.5  # times a noun's weight that a name has
_TOKEN = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


@dataclass(frozen=True)
class _Row:
    id: str
    name: str
    parent: str | None
    words: re.Pattern[str]


@cache
def _rows() -> list[_Row]:
    return [
        _Row(id_, name, None if parent == "-" else parent, _pattern(words.split("|")))
        for id_, name, parent, words in rows_of(TABLES / "topics.tsv")
    ]


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """A pattern for words, their plurals, and all that begins as a `word*`."""
    parts = [
        re.escape(word[:-1]) + r"[\w’'-]*" if word.endswith("*") else re.escape(word) + "(?:s|es)?" for word in words
    ]
    return re.compile(rf"\b(?:{'|'.join(sorted(parts, key=len, reverse=True))})\b")


def find_topics(reading: Reading) -> list[Topic]:
    """The topics of an article, the strongest first; a subtopic brings its topic with it."""
    title, text = reading.article.title.lower(), reading.article.text.lower()
    scores: dict[str, float] = {}
    for row in _rows():
        counts = Counter(match[0].rstrip("s") for match in row.words.finditer(text))
        heading = {match[0].rstrip("s") for match in row.words.finditer(title)}
        if len(counts.keys() | heading) >= 2 or counts.total() + len(heading) >= 3:
            scores[row.id] = sum(1 + math.log(count) for count in counts.values()) + 2 * len(heading)
    length = max(1.0, math.log10(max(10, len(text))) - 1.5)  # long texts use more words of every topic
    kept = {id_: score / length for id_, score in scores.items() if score / length >= ENOUGH}
    best = max(kept.values(), default=0.0)
    kept = {id_: score for id_, score in kept.items() if score >= SHARE * best}
    for row in _rows():
        if row.id in kept and row.parent is not None:
            kept[row.parent] = max(kept.get(row.parent, 0.0), kept[row.id])
    names = {row.id: row.name for row in _rows()}
    ranked = sorted(kept.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_TOPICS]
    return [
        Topic(id=f"medtop:{id_}", name=names[id_], confidence=round(score / (score + 3), 2)) for id_, score in ranked
    ]


def find_keywords(reading: Reading, entities: Sequence[Entity]) -> list[str]:
    """The names and nouns that an article comes back to, the weightiest first."""
    weights: Counter[str] = Counter()
    for entity in entities:
        if entity.type != "NORP":
            title = sum(span.field == "title" for span in entity.mentions)
            weights[entity.name] = int(100 * NAMED * (len(entity.mentions) + title))
    named = {(span.field, at) for entity in entities for span in entity.mentions for at in range(span.start, span.end)}
    shown: dict[str, str] = {}
    for word in reading.words:
        if word.pos == "NOUN" and len(word.text) > 3 and (word.field, word.start) not in named and word.text.isalpha():
            noun = _noun(word)
            shown.setdefault(noun, noun)
            weights[noun] += 200 if word.field == "title" else 100
    often = [(name, weight) for name, weight in weights.items() if weight >= 200]
    ranked = sorted(often, key=lambda pair: (-pair[1], pair[0]))
    return [name for name, _ in ranked[:MOST_KEYWORDS]]


def _noun(word: Word) -> str:
    return word.lemma.lower() if word.lemma.isalpha() else word.text.lower()


@cache
def _tone_words() -> tuple[re.Pattern[str], re.Pattern[str], frozenset[str]]:
    data = words_of(TABLES / "tone.toml")
    return _pattern(data["good"]), _pattern(data["bad"]), frozenset(data["negations"])


def tone_of(reading: Reading) -> float | None:
    """From -1 (bad) to 1 (good); None for a text without words of either kind."""
    good, bad, negations = _tone_words()
    balance = total = 0
    before = ""
    for match in _TOKEN.finditer(f"{reading.article.title}\n{reading.article.text}".lower()):
        word = match[0]
        sign = 1 if good.fullmatch(word) else -1 if bad.fullmatch(word) else 0
        if sign:
            balance += -sign if before in negations or before.endswith("n't") else sign
            total += 1
        before = word
    return round(balance / (total + CALM), 2) if total else None
