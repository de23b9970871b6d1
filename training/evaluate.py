"""Score a pipeline: `python -m training.evaluate MODEL --data DIR`.

Entities: exact-span F1 on Worldwide (evaluation only) and on this project's challenge set, GPE and LOC taken as one
type. Syntax: spaCy's own scorer on the development sets of UD English EWT and GUM.
"""

import argparse
import json
import os
import re
import resource
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from training import cleaning, corpora, treebank

SCORED = ("PERSON", "ORG", "LOC")
SYNTAX_SCORED = ("tag_acc", "pos_acc", "morph_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")
ENTITIES = ("encoder", "ner", "entity_ruler")  # components that entities need
MERGED = {"GPE": "LOC"}
CHALLENGE = Path(__file__).parent / "challenge"
OUTLETS = Path(__file__).parent / "outlets.tsv"

Span = tuple[int, int, str]  # first character, one past the last, type
Gold = tuple[Doc, set[Span]]
Found = dict[Span, float]  # with the confidence
_MARKED = re.compile(r"\[([A-Z]+) ([^\]]+)\]")


def f1(counts: Counter[tuple[str, str]], kinds: Sequence[str]) -> dict[str, float]:
    """F1 of all types together and of each, from counts of found, gold and both."""
    for part in ("found", "gold", "both"):
        counts["all", part] = sum(counts[kind, part] for kind in kinds)
    return {
        kind: round(2 * counts[kind, "both"] / max(1, counts[kind, "found"] + counts[kind, "gold"]), 4)
        for kind in ("all", *kinds)
    }


def find(nlp: Language, gold: Sequence[Gold]) -> list[Found]:
    """The entities that a pipeline finds in documents, each with its confidence, 1 where the pipeline tells none."""
    known = "geowire_ner" in {nlp.get_pipe_meta(name).factory for name in nlp.pipe_names}
    return [
        {
            (ent.start_char, ent.end_char, MERGED.get(ent.label_, ent.label_)): ent._.confidence if known else 1.0
            for ent in doc.ents
        }
        for doc in nlp.pipe(doc for doc, _ in gold)
    ]


def count(found: Sequence[Found], gold: Sequence[Gold], kinds: Sequence[str] = SCORED) -> Counter[tuple[str, str]]:
    """How many spans were found, are right, and are both, by type."""
    counts: Counter[tuple[str, str]] = Counter()
    for spans, (_, right) in zip(found, gold, strict=True):
        for kind in kinds:
            counts[kind, "found"] += sum(span[2] == kind for span in spans)
            counts[kind, "gold"] += sum(span[2] == kind for span in right)
            counts[kind, "both"] += sum(span[2] == kind for span in spans.keys() & right)
    return counts


def documents(nlp: Language, articles: Iterable[Sequence[corpora.Sentence]]) -> list[Gold]:
    """Articles of tagged words as documents on the corpus's own words."""
    gold: list[Gold] = []
    for sentences in articles:
        words = [word for found, _ in sentences for word in found]
        doc = Doc(nlp.vocab, words=words)
        spans = cleaning.spans((words, [tag for _, tags in sentences for tag in tags]))
        gold.append((doc, {(doc[a].idx, doc[b - 1].idx + len(doc[b - 1]), kind) for a, b, kind in spans}))
    return gold


def named(nlp: Language, doc: Doc) -> Doc:
    """A document with its entities, and nothing else."""
    for name, component in nlp.pipeline:
        if name in ENTITIES:
            doc = component(doc)
    return doc


def reliability(found: Sequence[Found], gold: Sequence[Gold]) -> list[tuple[float, int, float]]:
    """Of the entities in each tenth of confidence: its start, how many there are, and the share that is right."""
    seen: Counter[int] = Counter()
    right: Counter[int] = Counter()
    for spans, (_, truth) in zip(found, gold, strict=True):
        for span, confidence in spans.items():
            if span[2] in SCORED:
                tenth = min(9, int(confidence * 10))
                seen[tenth] += 1
                right[tenth] += span in truth
    return [(tenth / 10, seen[tenth], round(right[tenth] / seen[tenth], 3)) for tenth in sorted(seen)]


def outlets() -> dict[str, str]:
    """The part of the world of each of Worldwide's outlets."""
    lines = OUTLETS.read_text(encoding="utf-8").splitlines()
    return dict(line.split("\t") for line in lines if line and not line.startswith("#"))


def by_region(found: Sequence[Found], gold: Sequence[Gold], keys: Sequence[str]) -> dict[str, float]:
    """F1 of all types by the part of the world that the outlets are of."""
    counts: dict[str, Counter[tuple[str, str]]] = {}
    regions = outlets()
    for spans, truth, key in zip(found, gold, keys, strict=True):
        counts.setdefault(regions[key], Counter()).update(count([spans], [truth]))
    return {region: f1(counts[region], SCORED)["all"] for region in sorted(counts)}


def challenge(nlp: Language) -> dict[str, list[Gold]]:
    """The challenge set, by class: `[PERSON Ruth Mwangi]` marks a name."""
    classes: dict[str, list[Gold]] = {}
    for path in sorted(CHALLENGE.glob("*.txt")):
        lines = path.read_text(encoding="utf-8").splitlines()
        classes[path.stem] = [_unmarked(nlp, line) for line in lines if line and not line.startswith("#")]
    return classes


def _unmarked(nlp: Language, line: str) -> Gold:
    text, last = "", 0
    spans: set[tuple[int, int, str]] = set()
    for match in _MARKED.finditer(line):
        text += line[last : match.start()]
        spans.add((len(text), len(text) + len(match[2]), match[1]))
        text += match[2]
        last = match.end()
    return nlp.make_doc(text + line[last:]), spans


def syntax_scores(nlp: Language, path: Path) -> dict[str, float]:
    """Accuracies, UAS, LAS and sentence F1 on a UD development set, ten sentences a document."""
    rows = list(corpora.conllu(path))
    references = [treebank.document(nlp, rows[at : at + 10]) for at in range(0, len(rows), 10)]
    predicted = nlp.pipe([reference.text for reference in references])
    examples = [Example(doc, reference) for doc, reference in zip(predicted, references, strict=True)]
    scores: dict[str, Any] = nlp.evaluate(examples)
    return {name: round(scores[name], 4) for name in SYNTAX_SCORED}


def speed(nlp: Language, articles: Sequence[Sequence[corpora.Sentence]]) -> dict[str, float]:
    """Words per second of processor time over raw texts by the whole pipeline, one by one, and the peak of memory."""
    texts = [" ".join(cleaning.joined(sentence)[0] for sentence in article) for article in articles]
    for text in texts[:3]:
        nlp(text)
    started = time.process_time()
    words = sum(sum(not token.is_punct for token in nlp(text)) for text in texts)
    return {
        "words_per_s": round(words / (time.process_time() - started)),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def scores(nlp: Language, folder: Path, every: int = 1) -> dict[str, Any]:
    """All scores; of Worldwide every n-th article."""
    keys, articles = zip(*corpora.worldwide_articles(folder), strict=True)
    result: dict[str, Any] = {"speed": speed(nlp, articles[5:205:5])}
    with nlp.select_pipes(disable=[name for name in nlp.pipe_names if name not in ENTITIES]):
        gold = documents(nlp, articles[::every])
        found = find(nlp, gold)
        result["worldwide_dev"] = f1(count(found, gold), SCORED)
        result["regions"] = by_region(found, gold, keys[::every])
        result["reliability"] = reliability(found, gold)
        result["challenge"] = challenge_scores(nlp)
    if {"parser", "syntax"} & set(nlp.pipe_names):
        for name, file in (("ewt_dev", "ud_ewt/en_ewt-ud-dev"), ("gum_dev", "ud_gum/en_gum-ud-dev.permissive")):
            result[name] = syntax_scores(nlp, folder / f"{file}.conllu.gz")
    return result


def challenge_scores(nlp: Language) -> dict[str, float]:
    """F1 on the challenge set by class, and of all."""
    kinds = (*SCORED, "NORP")
    classes = {name: count(find(nlp, gold), gold, kinds) for name, gold in challenge(nlp).items()}
    result = {name: f1(counts, kinds)["all"] for name, counts in classes.items()}
    return result | {"all": f1(sum(classes.values(), Counter()), kinds)["all"]}


def main() -> None:
    """Print all scores as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("model", help="folder or name of a spaCy pipeline")
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--every", type=int, default=1, help="of Worldwide only every n-th article")
    options = parser.parse_args()
    print(json.dumps(scores(spacy.load(options.model), options.data, options.every), indent=2))


if __name__ == "__main__":
    main()
