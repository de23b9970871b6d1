"""Fine-tune the encoder for entities: `python -m training.finetune accurate|fast --data DIR --out DIR`.

`accurate` has MiniLM's six layers and learns from the corpora's tags. `fast` is cut from it and learns from its scores
(soft labels) on the same sentences, varied anew. The number of steps, not the time, ends a training; a checkpoint every
few minutes lets the same command go on where it was stopped.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, multiprocessing
from torch.nn import functional

from pipeline.enrich.pieces import Pieces
from pipeline.enrich.recogniser import TAGS
from training import encoder, mix
from training.mix import IGNORED, Window

CHECKPOINT_SECONDS = 180
WORKERS = 2
WARM_UP, DECAY = 90, 0.45  # steps, and the share of the steps at the end in which the rate falls to 0
FAST_FACTOR = 10  # the head and the cases start from nothing, and learn this much faster
EARLY_SHARE = 0.3  # weight of the second head's loss (encoder.SHARED)
SOFT_SHARE, TEMPERATURE = 0.8, 2.0  # Hinton et al., "Distilling the Knowledge in a Neural Network" (2015)


@dataclass(frozen=True)
class Plan:
    """A training: layers, steps, pieces a step and worker, the highest learning rate, the seed, and after which step
    the first layers (encoder.SHARED) stay as they are."""

    layers: int
    steps: int
    batch: int
    rate: float
    seed: int
    frozen_after: int


PLANS = {
    "accurate": Plan(layers=6, steps=1700, batch=480, rate=1.5e-4, seed=7, frozen_after=800),
    "fast": Plan(layers=3, steps=600, batch=480, rate=2.5e-4, seed=11, frozen_after=0),
}


def prepare(folder: Path, out: Path, seed: int) -> None:
    """Make the windows of one epoch; kept in the working folder, for they take minutes to make."""
    path = out / f"windows-{seed}.npz"
    if not path.exists():
        rng = random.Random(seed)
        train, _ = mix.split(mix.sentences(folder))
        pieces = Pieces(encoder.vocabulary())
        found = list(mix.windows(mix.blocks(train, rng), pieces, rng))
        ends = np.cumsum([len(window.ids) for window in found])
        joined = {
            part: np.concatenate([getattr(window, part) for window in found]) for part in ("ids", "cases", "tags")
        }
        np.savez(path, ends=ends, ids=joined["ids"], cases=joined["cases"], tags=joined["tags"])


def windows_of(out: Path, seed: int) -> list[Window]:
    """The windows that were prepared."""
    with np.load(out / f"windows-{seed}.npz") as kept:
        parts = [np.split(kept[part], kept["ends"][:-1]) for part in ("ids", "cases", "tags")]
    return [Window(*row) for row in zip(*parts, strict=True)]


def endless(windows: list[Window], batch: int, seed: int) -> Iterator[list[Window]]:
    """Batches, epoch after epoch, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        yield from mix.batches(windows, batch, rng)


def groups(model: encoder.Encoder, rate: float) -> list[dict[str, Any]]:
    """What learns, and how fast; the words' own vectors stay as they are, for rare names must keep their neighbours."""
    model.words.weight.requires_grad_(False)
    fresh = [model.cases.weight, *model.head.parameters(), *model.early.parameters()]
    known = {id(parameter) for parameter in [*fresh, model.words.weight]}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in known]
    matrices = [parameter for parameter in rest if parameter.ndim > 1]
    vectors = [parameter for parameter in rest if parameter.ndim == 1]
    return [
        {"params": matrices, "peak": rate, "weight_decay": 0.01},
        {"params": vectors, "peak": rate, "weight_decay": 0.0},
        {"params": fresh, "peak": rate * FAST_FACTOR, "weight_decay": 0.0},
    ]


def loss_of(scores: Tensor, tags: Tensor, teacher: Tensor | None) -> Tensor:
    """Cross-entropy where the corpus tells; with a teacher most of it is the distance from its soft labels."""
    hard = functional.cross_entropy(scores.flatten(0, 1), tags.flatten(), ignore_index=IGNORED)
    if teacher is None:
        return hard
    told = (tags.flatten() != IGNORED).nonzero()[:, 0]
    ours = functional.log_softmax(scores.flatten(0, 1)[told] / TEMPERATURE, -1)
    theirs = functional.softmax(teacher.flatten(0, 1)[told] / TEMPERATURE, -1)
    soft = functional.kl_div(ours, theirs, reduction="batchmean") * TEMPERATURE**2
    return SOFT_SHARE * soft + (1 - SOFT_SHARE) * hard


def train(plan: Plan, out: Path, size: str, windows: list[Window], rank: int) -> None:
    """Train for the plan's steps with AdamW; weights end in out/SIZE.pt.

    WORKERS processes of one thread each take a batch a step and average their gradients: on cores that others use too
    this is far faster than two threads, which wait for each other in every product.
    """
    torch.set_num_threads(1)
    model, teacher = start(plan, out, size)
    optimizer = torch.optim.AdamW(groups(model, plan.rate), lr=plan.rate, betas=(0.9, 0.98))
    keeper, progress = Keeper(out / f"{size}.state.pt", model, optimizer), Progress()
    torch.manual_seed(1000 * (plan.seed + rank) + keeper.first)
    mine = islice(endless(windows, plan.batch, plan.seed), keeper.first * WORKERS + rank, plan.steps * WORKERS, WORKERS)
    for step, batch in enumerate(mine, keeper.first):
        if step == max(keeper.first, plan.frozen_after):
            freeze(model)
        ids, cases, tags = (torch.from_numpy(rows).long() for rows in mix.padded(batch))
        with torch.no_grad():
            taught = teacher(ids, cases)[0] if teacher is not None else None
        scores, early = model(ids, cases)
        loss = loss_of(scores, tags, taught)
        if step < plan.frozen_after:
            loss = loss + EARLY_SHARE * loss_of(early, tags, None)
        optimizer.zero_grad()
        loss.backward()
        average(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        set_rate(optimizer, step, plan.steps)
        optimizer.step()
        if rank == 0:
            progress.add(step, loss.item(), int((ids != 0).sum()) * WORKERS)
            keeper.keep(step)
    if rank == 0:
        torch.save({"plan": asdict(plan), "tags": TAGS, "model": model.state_dict()}, out / f"{size}.pt")
        keeper.done()


def start(plan: Plan, out: Path, size: str) -> tuple[encoder.Encoder, encoder.Encoder | None]:
    """The untrained model, and its teacher if it has one."""
    torch.manual_seed(plan.seed)
    if size == "accurate":
        return encoder.pretrained(len(TAGS)).train(), None
    teacher = trained(out / "accurate.pt")
    return encoder.cut(teacher, plan.layers).train(), teacher


def freeze(model: encoder.Encoder) -> None:
    """Let the first layers stay as they are: that is faster, and the small model begins with the same."""
    parts: list[torch.nn.Module] = [model.words, model.places, model.cases, model.norm, model.early]
    for part in [*parts, *model.layers[: encoder.SHARED]]:
        part.requires_grad_(False)


def average(model: torch.nn.Module) -> None:
    """Give every worker the mean of all workers' gradients."""
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient) / WORKERS)


class Keeper:
    """A training's checkpoint, from which it goes on; `first` is the step to begin with."""

    def __init__(self, path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.path, self.model, self.optimizer, self.saved, self.first = path, model, optimizer, time.monotonic(), 0
        if path.exists():
            kept = torch.load(path)
            model.load_state_dict(kept["model"])
            optimizer.load_state_dict(kept["optimizer"])
            self.first = int(kept["step"])

    def keep(self, step: int) -> None:
        """Save after a step, if the last time is long enough ago."""
        if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
            kept = {"step": step + 1, "model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
            torch.save(kept, self.path.with_suffix(".new"))
            self.path.with_suffix(".new").replace(self.path)
            self.saved = time.monotonic()

    def done(self) -> None:
        """The training is over."""
        self.path.unlink(missing_ok=True)


class Progress:
    """Prints the mean loss and the speed every 50 steps."""

    def __init__(self) -> None:
        self.started, self.pieces = time.monotonic(), 0
        self.losses: list[float] = []

    def add(self, step: int, loss: float, pieces: int) -> None:
        """Count one step."""
        self.losses.append(loss)
        self.pieces += pieces
        if len(self.losses) == 50:
            rate = round(self.pieces / (time.monotonic() - self.started))
            line = {"step": step + 1, "loss": round(float(np.mean(self.losses)), 4), "pieces_per_s": rate}
            print(json.dumps(line), flush=True)
            self.losses = []


def work(rank: int, plan: Plan, out: Path, size: str, rendezvous: str) -> None:
    """One worker's life."""
    distributed.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=WORKERS)
    train(plan, out, size, windows_of(out, plan.seed), rank)
    distributed.destroy_process_group()


def set_rate(optimizer: torch.optim.Optimizer, step: int, steps: int) -> None:
    """Warm-up, a long flat stretch, and a linear decay: until the decay the number of steps may still change."""
    share = min(1.0, (step + 1) / WARM_UP, (steps - step) / (DECAY * steps))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share


def trained(path: Path) -> encoder.Encoder:
    """The model of a finished training, or of its last checkpoint."""
    kept = torch.load(path if path.exists() else path.with_suffix(".state.pt"))
    layers = 1 + max(int(name.split(".")[1]) for name in kept["model"] if name.startswith("layers."))
    model = encoder.Encoder(layers, len(TAGS))
    model.load_state_dict(kept["model"])
    model.eval()
    return model


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.finetune", description=__doc__)
    parser.add_argument("size", choices=sorted(PLANS))
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    plan = PLANS[options.size]
    prepare(options.data, options.out, plan.seed)
    pieces = sum(len(window.ids) for window in windows_of(options.out, plan.seed))
    print(json.dumps({"pieces": pieces, "plan": asdict(plan)}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = (plan, options.out, options.size, f"file://{folder}/rendezvous")
        multiprocessing.spawn(work, arguments, nprocs=WORKERS)


if __name__ == "__main__":
    main()
