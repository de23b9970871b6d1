"""Readers of the training corpora: one plain function each, a folder in, sentences out.

A sentence is its words and one tag a word: `O`, `B-`/`I-` with PERSON, ORG, LOC (places of every kind), NORP, EVENT or
MISC (other names: they teach what is none of ours), or `-` where the corpus does not tell. Nothing of a corpus is kept
in this project.
"""

import csv
import gzip
import io
import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

Sentence = tuple[list[str], list[str]]

MISSING = "-"
GMB_TYPES = {
    "per": "PERSON",
    "org": "ORG",
    "geo": "LOC",
    "gpe": "NORP",
    "tim": "O",
    "eve": "EVENT",
    "art": "MISC",
    "nat": "MISC",
}
WIKIGOLD_TYPES = {"PER": "PERSON", "ORG": "ORG", "LOC": "LOC", "MISC": "MISC"}
WNUT_TYPES = {
    "person": "PERSON",
    "location": "LOC",
    "corporation": "ORG",
    "group": "ORG",
    "product": "MISC",
    "creative-work": "MISC",
}
CROSSNER_TYPES = {
    "politician": "PERSON",
    "person": "PERSON",
    "politicalparty": "ORG",
    "organisation": "ORG",
    "country": "LOC",
    "location": "LOC",
    "event": "EVENT",
    "election": "EVENT",
    "misc": "MISC",
}
GUM_TYPES = {"PERSON": "PERSON", "ORG": "ORG", "LOC": "LOC", "DATE": "O", "EVENT": "EVENT", "OBJ": "MISC"}
RE3D_TYPES = {
    "Organisation": "ORG",
    "Location": "LOC",
    "Person": "PERSON",
    "Nationality": "NORP",
    "Weapon": "MISC",
    "MilitaryPlatform": "MISC",
}
PRONOUNS = {"i", "we", "you", "he", "she", "it", "they", "me", "us", "him", "her", "them"}
PRONOUNS |= {"my", "our", "his", "its", "their"}
RE3D_SILENT = {"Temporal", "Quantity", "Money", "Frequency"}  # plainly not one of our types
WORLDWIDE_TYPES = {"Person": "PERSON", "Organization": "ORG", "Location": "LOC", "NORP": "NORP"}

_WORD = re.compile(r"(?:[A-Za-z]\.){2,}|\w+(?:(?!['’]s\b)[.'’-]\w+)*|['’]s\b|\S")


def gmb(folder: Path) -> Iterator[Sentence]:
    """Groningen Meaning Bank, the table of Kaggle: cp1252, IOB2, silver. `gpe` there means peoples, `geo` places."""
    raw = gzip.decompress((folder / "gmb" / "ner_dataset.csv.gz").read_bytes()).decode("cp1252")
    words: list[str] = []
    tags: list[str] = []
    for row in csv.DictReader(io.StringIO(raw)):
        if row["Sentence #"] and words:
            yield words, tags
            words, tags = [], []
        words.append(row["Word"] or "")
        tags.append(_mapped(row["Tag"] or "O", GMB_TYPES))
    if words:
        yield words, tags


def wikigold(folder: Path) -> Iterator[Sentence]:
    """WikiGold: CoNLL, IOB1; MISC holds peoples among other things, so it does not tell."""
    path = folder / "ner_juand/data/wikigold/CONLL-format/data/wikigold.conll.txt"
    yield from _conll(path.read_text(encoding="utf-8").splitlines(), WIKIGOLD_TYPES)


def wnut(folder: Path) -> Iterator[Sentence]:
    """WNUT 2017, the training part."""
    path = folder / "ner_juand/data/WNUT17/CONLL-format/data/train/wnut17train.conll"
    yield from _conll(path.read_text(encoding="utf-8").splitlines(), WNUT_TYPES)


def crossner(folder: Path) -> Iterator[Sentence]:
    """CrossNER politics, train and dev."""
    for part in ("train", "dev"):
        path = folder / "crossner" / "politics" / f"{part}.txt"
        yield from _conll(path.read_text(encoding="utf-8").splitlines(), CROSSNER_TYPES)


def gum(folder: Path, part: str = "train") -> Iterator[Sentence]:
    """GUM's permissive genres with name spans; no peoples there, so capitalised adjectives and plurals do not tell."""
    lines = (folder / "gum_ner" / f"gum_ner.{part}.iob").read_text(encoding="utf-8").splitlines()
    masked = []
    for line in lines:
        cells = line.split("\t")
        if len(cells) == 4 and cells[3] == "O" and cells[0][:1].isupper() and cells[2] in ("JJ", "NNPS"):
            cells[3] = MISSING
        masked.append("\t".join(cells))
    yield from _conll(masked, GUM_TYPES)


def re3d(folder: Path) -> Iterator[Sentence]:
    """re3d without its BBC part: character offsets; a name must look like one, else it does not tell."""
    for source in sorted(path for path in (folder / "re3d").iterdir() if path.is_dir() and "BBC" not in path.name):
        spans: dict[str, list[tuple[int, int, str]]] = {}
        for entity in _json_lines(source / "entities.json"):
            spans.setdefault(entity["documentId"], []).append((entity["begin"], entity["end"], entity["type"]))
        for document in _json_lines(source / "documents.json"):
            yield from _tag_text(document["text"], spans.get(document["_id"], []))


def worldwide_articles(folder: Path) -> Iterator[tuple[str, list[Sentence]]]:
    """Worldwide newswire by article, with the outlet's key (`outlets.tsv`): for evaluation only, never for training."""
    raw = gzip.decompress((folder / "worldwide_dev" / "worldwide_dev.tsv.gz").read_bytes())
    _, *parts = re.split(r"(?m)^-DOCSTART-\t.*\t([a-z]+)_.*$", raw.decode("utf-8"))
    for outlet, article in zip(parts[::2], parts[1::2], strict=True):
        lines = ["\t".join(line.split("\t")[:2]) for line in article.splitlines()]
        if sentences := list(_conll(lines, WORLDWIDE_TYPES, others="O")):
            yield outlet, sentences


def conllu(path: Path) -> Iterator[list[list[str]]]:
    """Sentences of a CoNLL-U file (Universal Dependencies): the ten columns of each word; empty nodes are left out.

    A multiword token ("don't") keeps its line, its id is a range.
    """
    rows: list[list[str]] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for line in file:
            if not line.strip():
                if rows:
                    yield rows
                rows = []
            elif not line.startswith("#"):
                cells = line.rstrip("\n").split("\t")
                if "." not in cells[0]:
                    rows.append(cells)
    if rows:
        yield rows


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def _conll(lines: Iterable[str], types: dict[str, str], others: str = MISSING) -> Iterator[Sentence]:
    """Sentences of a CoNLL file: the word first, the tag last; IOB1 becomes IOB2, other types become `others`."""
    words: list[str] = []
    tags: list[str] = []
    for line in [*lines, ""]:
        cells = line.split()
        if len(cells) >= 2:
            words.append(cells[0])
            tags.append(_mapped(cells[-1], types, others))
        elif words:
            yield words, _iob2(tags)
            words, tags = [], []


def _mapped(tag: str, types: dict[str, str], others: str = MISSING) -> str:
    if tag in ("O", MISSING):
        return tag
    prefix, _, kind = tag.partition("-")
    known = types.get(kind, others)
    return known if known in ("O", MISSING) else f"{prefix}-{known}"


def _iob2(tags: list[str]) -> list[str]:
    """Begin every entity with B-, as IOB1 does not."""
    fixed: list[str] = []
    for tag in tags:
        follows = bool(fixed) and fixed[-1][2:] == tag[2:] and fixed[-1][:2] in ("B-", "I-")
        fixed.append(f"B-{tag[2:]}" if tag.startswith("I-") and not follows else tag)
    return fixed


def _tag_text(text: str, spans: list[tuple[int, int, str]]) -> Iterator[Sentence]:
    """Words of a raw text with the longest span that covers each; split into sentences at line and sentence ends."""
    chosen: list[tuple[int, int, str]] = []
    for span in sorted(spans, key=lambda found: found[0] - found[1]):
        if all(span[1] <= other[0] or span[0] >= other[1] for other in chosen):
            chosen.append(span)
    words: list[str] = []
    tags: list[str] = []
    last = 0
    for match in _WORD.finditer(text):
        if words and ("\n" in text[last : match.start()] or words[-1] in ".!?"):
            yield words, tags
            words, tags = [], []
        words.append(match[0])
        tags.append(_tag_at(text, match, chosen))
        last = match.end()
    if words:
        yield words, tags


def _tag_at(text: str, match: re.Match[str], spans: list[tuple[int, int, str]]) -> str:
    for start, end, kind in spans:
        if start <= match.start() < end:
            article = re.match(r"[Tt]he\s+", text[start:end])
            begin = start + (article.end() if article else 0)
            if kind in RE3D_SILENT or match.start() < begin:
                return "O"
            if kind not in RE3D_TYPES or not _name_like(text[begin:end]):
                return MISSING
            return f"{'B' if match.start() == begin else 'I'}-{RE3D_TYPES[kind]}"
    return "O"


def _name_like(surface: str) -> bool:
    """Whether a mention is a name: re3d also marks pronouns and noun phrases."""
    if surface.lower() in PRONOUNS:
        return False
    small = {"of", "and", "the", "for", "in", "al", "de", "'s", "on"}
    return all(word[:1].isupper() or word in small or not word[0].isalpha() for word in surface.split())
