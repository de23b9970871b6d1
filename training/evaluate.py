"""Score a pipeline: `python -m training.evaluate MODEL --data DIR`.

Entities: exact-span F1 on Worldwide (evaluation only), GPE and LOC taken as one type. Syntax: spaCy's own scorer on
the development sets of UD English EWT and GUM.
"""

import argparse
import json
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
MERGED = {"GPE": "LOC", "FAC": "FAC"}


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
    """Tag accuracy, UAS, LAS, lemma accuracy and sentence F1 on a UD development set, ten sentences a document."""
    rows = list(corpora.conllu(path))
    references = []
    for at in range(0, len(rows), 10):
        reference = Doc.from_docs([syntax_doc(nlp, sentence) for sentence in rows[at : at + 10]])
        assert reference is not None
        references.append(reference)
    predicted = nlp.pipe([reference.text for reference in references])
    examples = [Example(doc, reference) for doc, reference in zip(predicted, references, strict=True)]
    scores: dict[str, Any] = nlp.evaluate(examples)
    return {name: round(scores[name], 4) for name in ("tag_acc", "dep_uas", "dep_las", "lemma_acc", "sents_f")}


def main() -> None:
    """Print all scores as JSON."""
    parser = argparse.ArgumentParser(prog="python -m training.evaluate", description=__doc__)
    parser.add_argument("model", help="folder or name of a spaCy pipeline")
    parser.add_argument("--data", type=Path, required=True, help="folder with the corpora")
    options = parser.parse_args()
    nlp = spacy.load(options.model)
    sentences = list(corpora.worldwide(options.data))
    started = time.perf_counter()
    scores: dict[str, Any] = {"worldwide_dev": entity_scores(nlp, sentences)}
    seconds = time.perf_counter() - started
    scores["words_per_s"] = round(sum(len(words) for words, _ in sentences) / seconds)
    if "parser" in nlp.pipe_names:
        for name, file in (("ewt_dev", "ud_ewt/en_ewt-ud-dev"), ("gum_dev", "ud_gum/en_gum-ud-dev.permissive")):
            scores[name] = syntax_scores(nlp, options.data / f"{file}.conllu.gz")
    print(json.dumps(scores, indent=2))


if __name__ == "__main__":
    main()
