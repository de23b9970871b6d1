"""What the teachers say of every window, as soft labels: `python -m training.teachers --data DIR --out DIR`.

The windows of a part of GMB are judged by the teacher that has not seen it, so its silver tags are not repeated but
checked; the windows that people annotated, and the treebanks', which have no tags, by one teacher after the other.
"""

import argparse
import json
import os
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from pipeline.enrich.recogniser import TAGS
from training import finetune, losses, prepare
from training.branch import Network
from training.mix import FOLDS
from training.windows import HasIds, Window, batches, ends

BATCH = 4000  # pieces


def teach(teachers: Sequence[Network], windows: Sequence[HasIds], path: Path) -> None:
    """Write the probabilities (pieces, tags) of all windows, in their order.

    Args:
        teachers: one for each fold.
        windows: a copy of the mix or of the treebanks.
        path: of the array.
    """
    last = ends(windows)
    said = np.zeros((last[-1], len(TAGS)), np.float16)
    judges = [fold_of(window, at) for at, window in enumerate(windows)]
    for fold, teacher in enumerate(teachers):
        device = str(next(teacher.parameters()).device)
        own = [at for at, judge in enumerate(judges) if judge == fold]
        places = {id(windows[at]): last[at] - len(windows[at].ids) for at in own}
        for batch in batches([windows[at] for at in own], BATCH, random.Random(0)):
            ids, cases, _ = losses.padded(batch, device)
            found = teacher.probabilities(ids, cases).cpu().numpy()
            for row, window in zip(found, batch, strict=True):
                said[places[id(window)] :][: len(window.ids)] = row[: len(window.ids)]
        print(json.dumps({"file": path.name, "teacher": fold, "windows": len(own)}), flush=True)
    np.save(path.with_suffix(".new.npy"), said)
    path.with_suffix(".new.npy").replace(path)


def fold_of(window: HasIds, at: int) -> int:
    """Which teacher judges a window, the at-th of its copy."""
    return window.fold if isinstance(window, Window) and window.fold >= 0 else at % FOLDS


def main() -> None:
    """Parse the command line and write what is not there yet."""
    parser = argparse.ArgumentParser(prog="python -m training.teachers", description=__doc__)
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    options = parser.parse_args()
    prepare.prepare(options.data, options.out)
    torch.set_num_threads(os.cpu_count() or 1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    teachers = [finetune.trained(options.out, f"teacher-{fold}").to(device) for fold in range(FOLDS)]
    names: Sequence[Sequence[HasIds]] = prepare.names(options.out, taught=False)
    trees: Sequence[Sequence[HasIds]] = prepare.trees(options.out, taught=False)
    for file, copies in ((prepare.names_file, names), (prepare.trees_file, trees)):
        for copy, windows in enumerate(copies):
            path = prepare.soft_file(file(options.out, copy))
            if not path.exists():
                teach(teachers, windows, path)


if __name__ == "__main__":
    main()
