"""Make both models from the corpora: `python -m training --data DIR --out DIR`; `make model` does.

Each step leaves a file in the working folder and is left out where that is there: a training that was stopped goes on
from its last checkpoint. The models end in OUT/accurate and OUT/fast, with their card, and go into the package by hand.
"""

import argparse
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import spacy

from training import card, evaluate, finetune, pack
from training.card import SIZES


def step(module: str, *arguments: str, out: Path, data: Path) -> None:
    """Run one training as a command of its own, so that its memory is free afterwards."""
    command = [sys.executable, "-m", f"training.{module}", *arguments, "--out", str(out), "--data", str(data)]
    print("$", *command[1:], flush=True)
    subprocess.run(command, check=True)


def main() -> None:
    """Parse the command line and make the models."""
    parser = argparse.ArgumentParser(prog="python -m training", description=__doc__)
    given = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=given, required=not given, help="folder with the corpora")
    parser.add_argument("--out", type=Path, default=Path("build/model"), help="working folder")
    parser.add_argument("--steps", type=int, help="of each training, fewer than planned, to try a change")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    out, data = options.out, options.data
    fewer = ("--steps", str(options.steps)) if options.steps else ()
    for name in (*sorted(set(finetune.PLANS) - set(SIZES)), *SIZES):
        if name == SIZES[0]:  # all teachers are there
            step("teachers", out=out, data=data)
        plan = finetune.PLANS[name]
        if not finetune.is_done(out, name, replace(plan, steps=options.steps or plan.steps)):
            step("finetune", name, *fewer, out=out, data=data)
    for size in SIZES:
        if not (out / size / "meta.json").exists():
            pack.pack(size, out, pack.held_out(data))
        scores = evaluate.scores(spacy.load(out / size), data)
        pack.keep_scores(out / size, scores)
        print(size, json.dumps(scores, indent=2), flush=True)
    page = card.renewed(card.PAGE.read_text(encoding="utf-8"), card.performances(out))
    (out / card.PAGE.name).write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
