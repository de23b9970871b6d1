"""Train tagger, parser and lemmatizer: `python -m training.syntax --data DIR --out DIR`.

They share a small CNN of their own (spaCy's HashEmbedCNN: hash embeddings, no vectors) and are the same in both sizes.
The number of words, not the time, ends the training.
"""

import argparse
import json
import os
import random
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc
from spacy.training import Example
from spacy.util import compounding, fix_random_seed, load_config, load_model_from_config, minibatch

from training import corpora

SEED = 7
WORDS = 6_000_000  # seen in all
RATE, LEAST = 0.001, 0.05  # the learning rate falls in a line from the first to this share of it
SENTENCES = (1, 2, 3, 4, 6)  # in a row make a document, so that sentence boundaries are learned
CHECKPOINT_SECONDS = 240

Rows = list[list[str]]


def blank() -> Language:
    """The untrained pipeline of configs/syntax.cfg."""
    config = load_config(Path(__file__).parent / "configs" / "syntax.cfg")
    nlp: Language = load_model_from_config(config, auto_fill=True)
    return nlp


def sentences(folder: Path) -> list[Rows]:
    """UD English EWT and GUM (permissive genres), training parts."""
    paths = (
        folder / "ud_ewt" / "en_ewt-ud-train.rebuilt.conllu.gz",
        folder / "ud_gum" / "en_gum-ud-train.rebuilt.permissive.conllu.gz",
    )
    return [rows for path in paths for rows in corpora.conllu(path)]


def reference(nlp: Language, rows: Sequence[Sequence[str]]) -> Doc:
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


def document(nlp: Language, group: Sequence[Rows]) -> Doc:
    """Sentences in a row as one reference document."""
    docs = [reference(nlp, rows) for rows in group]
    joined = Doc.from_docs(docs) if len(docs) > 1 else docs[0]
    assert joined is not None
    return joined


def examples(nlp: Language, rows: Sequence[Rows], rng: random.Random) -> list[Example]:
    """Documents of one to six sentences, cut into words by spaCy."""
    references, at = [], 0
    while at < len(rows):
        size = rng.choice(SENTENCES)
        references.append(document(nlp, rows[at : at + size]))
        at += size
    return [Example(nlp.make_doc(gold.text), gold) for gold in references]


def train(folder: Path, out: Path, words: int) -> None:
    """Train for so many words with Adam, growing batches and averaged weights; saved every few minutes."""
    fix_random_seed(SEED)
    rng = random.Random(SEED)
    nlp = blank()
    found = examples(nlp, sentences(folder), rng)
    print(json.dumps({"documents": len(found)}), flush=True)
    optimizer = nlp.initialize(lambda: found)
    started = saved = time.monotonic()
    losses: dict[str, float] = {}
    seen = 0
    for batch in minibatch(_endless(found, rng), size=compounding(16.0, 48.0, 1.002)):
        optimizer.learn_rate = RATE * max(LEAST, 1 - seen / words)
        nlp.update(batch, sgd=optimizer, drop=0.1, losses=losses)
        seen += sum(len(example.reference) for example in batch)
        done = seen >= words
        if done or time.monotonic() - saved > CHECKPOINT_SECONDS:
            with nlp.use_params(optimizer.averages):
                nlp.to_disk(out)
            figures: dict[str, Any] = {name: round(float(value), 1) for name, value in losses.items()}
            per_second = round(seen / (time.monotonic() - started))
            print(json.dumps({"words": seen, "words_per_s": per_second, "losses": figures}), flush=True)
            saved, losses = time.monotonic(), {}
        if done:
            return


def _endless(found: list[Example], rng: random.Random) -> Iterator[Example]:
    while True:
        rng.shuffle(found)
        for example in found:
            yield Example(example.predicted.copy(), example.reference)


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.syntax", description=__doc__)
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    parser.add_argument("--words", type=int, default=WORDS, help="to see in all")
    options = parser.parse_args()
    train(options.data, options.out / "syntax", options.words)


if __name__ == "__main__":
    main()
