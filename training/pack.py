"""Make the recogniser's files of a finished training: the encoder in eight bits, its vocabulary, its calibration."""

import json
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pipeline.enrich.recogniser import Recogniser
from training import encoder, export, finetune, mix
from training.calibrate import calibrate
from training.corpora import Sentence


def pack(size: str, out: Path, sentences: Sequence[Sequence[Sentence]]) -> Path:
    """The finished encoder as the recogniser's folder OUT/SIZE.encoder, calibrated on the sentences held out."""
    folder = out / f"{size}.encoder"
    folder.mkdir(exist_ok=True)
    export.write(finetune.trained(out / f"{size}.pt"), folder / "encoder.onnx")
    (folder / "vocabulary.txt").write_text("\n".join(encoder.vocabulary()) + "\n", encoding="utf-8")
    settings: dict[str, Any] = {"size": size, "made_with": {name: version(name) for name in ("torch", "onnxruntime")}}
    path = folder / "settings.json"
    path.write_text(json.dumps(settings), encoding="utf-8")
    settings["calibration"] = calibrate(Recogniser().from_disk(folder), sentences)
    path.write_text(json.dumps(settings, indent=2) + "\n", encoding="utf-8")
    return folder


def held_out(folder: Path) -> list[list[Sentence]]:
    """What no training has seen, by corpus."""
    return mix.split(mix.sentences(folder))[1]
