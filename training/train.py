"""Train the shipped English pipeline: `python -m training.train [ner|syntax|join] --data DIR --out DIR`.

Two small CNNs (spaCy's HashEmbedCNN: hash embeddings, no vectors, nothing to download), one for entities, one for
tagger, parser and lemmatizer, joined into one pipeline. The two trainings are independent and may run side by side.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example, offsets_to_biluo_tags
from spacy.util import compounding, fix_random_seed, load_config, load_model_from_config, minibatch

from training import assemble, cleaning, corpora
from training.corpora import Sentence

SEED = 7
NER_LABELS = ("PERSON", "ORG", "LOC", "NORP")
REPEATS = {"wikigold": 4, "crossner": 4, "gum": 3, "re3d": 4, "wnut": 1}  # the human corpora against GMB's silver
SWAPPED, RECASED = 0.3, 0.06  # share of sentences that get a copy with other places, in a headline's case
CHECKPOINT_SECONDS = 240


def blank(name: str) -> Language:
    """An untrained pipeline by its file in configs/."""
    config = load_config(Path(__file__).parent / "configs" / f"{name}.cfg")
    nlp: Language = load_model_from_config(config, auto_fill=True)
    return nlp


def ner_sentences(folder: Path) -> list[Sentence]:
    """The training mix, cleaned and augmented; the last 2 % of GMB are kept apart in a block for daily choices."""
    rng = random.Random(SEED)
    gmb = list(corpora.gmb(folder))
    usual = cleaning.usual_types(gmb) | cleaning.known_types()
    mix = cleaning.clean(gmb, usual)
    mix = mix[: int(len(mix) * 0.98)]
    for name, repeats in REPEATS.items():
        mix += cleaning.clean(getattr(corpora, name)(folder), usual) * repeats
    names = cleaning.place_names()
    swapped = [cleaning.swap_places(sentence, names, rng) for sentence in mix if rng.random() < SWAPPED]
    recased = [cleaning.recase(sentence, rng) for sentence in mix if rng.random() < RECASED]
    mix += swapped + recased
    rng.shuffle(mix)
    return mix


def ner_example(nlp: Language, sentence: Sentence) -> Example:
    """One training example on spaCy's own tokens; what does not align or does not tell is missing, not O."""
    text, entities, missing = cleaning.joined(sentence)
    doc = nlp.make_doc(text)
    tags = offsets_to_biluo_tags(doc, entities, missing="O")
    for at, token in enumerate(doc):
        if any(start < token.idx + len(token) and token.idx < end for start, end in missing):
            tags[at] = corpora.MISSING
    return Example.from_dict(doc, {"entities": tags})


def train_ner(folder: Path, out: Path, minutes: float) -> None:
    """Train the entity component until the time is up; saved with averaged weights every few minutes."""
    nlp = blank("ner")
    ner: Any = nlp.get_pipe("ner")
    for label in NER_LABELS:
        ner.add_label(label)
    sentences = ner_sentences(folder)
    print(f"{len(sentences)} sentences, {sum(len(words) for words, _ in sentences)} words", flush=True)
    sample = [ner_example(nlp, sentence) for sentence in sentences[:200]]
    _loop(nlp, (ner_example(nlp, s) for s in _forever(sentences)), sample, out / "ner", minutes)


def syntax_rows(folder: Path) -> list[list[list[str]]]:
    """UD English EWT and GUM (permissive genres), training parts."""
    paths = (
        folder / "ud_ewt" / "en_ewt-ud-train.rebuilt.conllu.gz",
        folder / "ud_gum" / "en_gum-ud-train.rebuilt.permissive.conllu.gz",
    )
    return [rows for path in paths for rows in corpora.conllu(path)]


def syntax_doc(nlp: Language, rows: Sequence[Sequence[str]]) -> Doc:
    """A reference document of one UD sentence; multiword tokens keep no blank between their words."""
    inside = {n for row in rows if "-" in row[0] for n in range(int(row[0].split("-")[0]), int(row[0].split("-")[1]))}
    after = {row[0].split("-")[1]: row for row in rows if "-" in row[0]}
    words = [row for row in rows if "-" not in row[0]]
    spaces = [int(row[0]) not in inside and "SpaceAfter=No" not in after.get(row[0], row)[9] for row in words]
    return Doc(
        nlp.vocab,
        words=[row[1] for row in words],
        spaces=spaces,
        tags=[row[4] for row in words],
        pos=[row[3] for row in words],
        lemmas=[row[2] for row in words],
        heads=[int(row[6]) - 1 if row[6] != "0" else at for at, row in enumerate(words)],
        deps=[row[7] if row[7] != "root" else "ROOT" for row in words],
        sent_starts=[at == 0 for at in range(len(words))],
    )


def syntax_example(nlp: Language, group: Sequence[Sequence[Sequence[str]]]) -> Example:
    """One to six sentences in a row as one document, so that sentence boundaries are learned."""
    docs = [syntax_doc(nlp, rows) for rows in group]
    reference = Doc.from_docs(docs) if len(docs) > 1 else docs[0]
    assert reference is not None
    return Example(nlp.make_doc(reference.text), reference)


def train_syntax(folder: Path, out: Path, minutes: float) -> None:
    """Train tagger, parser and lemmatizer on shared weights."""
    nlp = blank("syntax")
    rows = syntax_rows(folder)
    rng = random.Random(SEED)
    groups = []
    while rows:
        size = rng.choice((1, 2, 3, 4, 6))
        groups.append(rows[:size])
        rows = rows[size:]
    rng.shuffle(groups)
    print(f"{len(groups)} documents", flush=True)
    sample = [syntax_example(nlp, group) for group in groups]
    _loop(nlp, _endless(sample, rng), sample, out / "syntax", minutes)


def _loop(nlp: Language, examples: Iterable[Example], sample: list[Example], out: Path, minutes: float) -> None:
    """Train by wall time with Adam, growing batches and averaged weights; prints the loss at every checkpoint."""
    out.mkdir(parents=True, exist_ok=True)
    fix_random_seed(SEED)
    optimizer = nlp.initialize(lambda: sample)
    optimizer.learn_rate = 0.001
    started = saved = time.monotonic()
    losses: dict[str, float] = {}
    seen = 0
    for batch in minibatch(examples, size=compounding(8.0, 64.0, 1.001)):
        elapsed = time.monotonic() - started
        optimizer.learn_rate = 0.001 * max(0.05, 1 - elapsed / (minutes * 60))
        nlp.update(batch, sgd=optimizer, drop=0.1, losses=losses)
        seen += sum(len(example.reference) for example in batch)
        done = elapsed > minutes * 60
        if done or time.monotonic() - saved > CHECKPOINT_SECONDS:
            with nlp.use_params(optimizer.averages):
                nlp.to_disk(out)
            figures = {name: round(float(value), 1) for name, value in losses.items()}
            print(json.dumps({"minutes": round(elapsed / 60, 1), "words": seen, "losses": figures}), flush=True)
            saved, losses = time.monotonic(), {}
        if done:
            return


def _forever(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    while True:
        yield from sentences


def _endless(examples: list[Example], rng: random.Random) -> Iterator[Example]:
    while True:
        rng.shuffle(examples)
        for example in examples:
            yield Example(example.predicted.copy(), example.reference)


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.train", description=__doc__)
    parser.add_argument("part", nargs="?", default="all", choices=("all", "ner", "syntax", "join"))
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder; the pipeline ends in OUT/model")
    parser.add_argument("--minutes", type=float, default=20, help="wall time of each training")
    options = parser.parse_args()
    if options.part in ("all", "ner"):
        train_ner(options.data, options.out, options.minutes)
    if options.part in ("all", "syntax"):
        train_syntax(options.data, options.out, options.minutes)
    if options.part in ("all", "join"):
        assemble.join(options.data, options.out)


if __name__ == "__main__":
    main()
