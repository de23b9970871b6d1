"""Score a pipeline: `python -m training.evaluate MODEL --data DIR`.

Entities: exact-span F1 on Worldwide (evaluation only), GPE and LOC taken as one type. Syntax: spaCy's own scorer on
the development sets of UD English EWT and GUM.
"""

import argparse
import json
import os
import resource
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example

from training import cleaning, corpora
from training.train import syntax_doc

SCORED = ("PERSON", "ORG", "LOC")
SYNTAX_SCORED = ("tag_acc", "pos_acc", "lemma_acc", "dep_uas", "dep_las", "sents_f")
MERGED = {"GPE": "LOC"}


def entity_scores(nlp: Language, sentences: Iterable[corpora.Sentence]) -> dict[str, float]:
    """Exact-span precision, recall and F1 of PERSON, ORG and LOC, on the corpus's own tokens."""
    gold: list[set[tuple[int, int, str]]] = []
    docs: list[Doc] = []
    for words, tags in sentences:
        docs.append(Doc(nlp.vocab, words=words))
        gold.append({span for span in cleaning.spans((words, tags)) if span[2] in SCORED})
    counts: Counter[tuple[str, str]] = Counter()
    for doc, right in zip(nlp.pipe(docs, batch_size=256), gold, strict=True):
        found = {(ent.start, ent.end, MERGED.get(ent.label_, ent.label_)) for ent in doc.ents}
        found = {span for span in found if span[2] in SCORED}
        for kind in SCORED:
            counts[kind, "found"] += sum(span[2] == kind for span in found)
            counts[kind, "gold"] += sum(span[2] == kind for span in right)
            counts[kind, "both"] += sum(span[2] == kind for span in found & right)
    for part in ("found", "gold", "both"):
        counts["all", part] = sum(counts[kind, part] for kind in SCORED)
    return {
        kind: round(2 * counts[kind, "both"] / max(1, counts[kind, "found"] + counts[kind, "gold"]), 4)
        for kind in ("all", *SCORED)
    }


def syntax_scores(nlp: Language, path: Path) -> dict[str, float]:
    """Accuracies, UAS, LAS and sentence F1 on a UD development set, ten sentences a document."""
    rows = list(corpora.conllu(path))
    references = []
    for at in range(0, len(rows), 10):
        reference = Doc.from_docs([syntax_doc(nlp, sentence) for sentence in rows[at : at + 10]])
        assert reference is not None
        references.append(reference)
    predicted = nlp.pipe([reference.text for reference in references])
    examples = [Example(doc, reference) for doc, reference in zip(predicted, references, strict=True)]
    scores: dict[str, Any] = nlp.evaluate(examples)
    return {name: round(scores[name], 4) for name in SYNTAX_SCORED}


def speed(nlp: Language, texts: list[str]) -> dict[str, float]:
    """Tokens a second over raw texts by the whole pipeline in this process, and the memory it peaked at."""
    started = time.perf_counter()
    tokens = sum(len(doc) for doc in nlp.pipe(texts, batch_size=32))
    return {
        "tokens_per_s": round(tokens / (time.perf_counter() - started)),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def running_texts(sentences: list[corpora.Sentence], size: int = 20, most: int = 100) -> list[str]:
    """Raw texts of about an article's length, for measuring speed."""
    groups = [sentences[at : at + size] for at in range(0, len(sentences), size)][:most]
    return [" ".join(cleaning.joined(sentence)[0] for sentence in group) for group in groups]


def main() -> None:
    """Print all scores as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("model", type=Path, help="folder of a spaCy pipeline")
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--keep", action="store_true", help="write the scores into the pipeline's meta.json")
    options = parser.parse_args()
    nlp = spacy.load(options.model)
    sentences = list(corpora.worldwide(options.data))
    scores: dict[str, Any] = {"speed": speed(nlp, running_texts(sentences))}
    scores["worldwide_dev"] = entity_scores(nlp, sentences)
    if "parser" in nlp.pipe_names:
        for name, file in (("ewt_dev", "ud_ewt/en_ewt-ud-dev"), ("gum_dev", "ud_gum/en_gum-ud-dev.permissive")):
            scores[name] = syntax_scores(nlp, options.data / f"{file}.conllu.gz")
    if options.keep:
        path = options.model / "meta.json"
        meta = json.loads(path.read_text(encoding="utf-8")) | {"performance": scores}
        path.write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
