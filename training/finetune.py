"""Fine-tune the encoder for entities and syntax: `python -m training.finetune NAME --data DIR --out DIR`.

`teacher-0` to `teacher-3` have MiniLM's six layers and learn entities from the corpora without one part of GMB, whose
silver tags they judge (training/teachers.py). `accurate` has six layers, `fast` three; both learn entities from the
tags and the teachers, and trees, at once. The number of steps, not the time, ends a training; a checkpoint every few
minutes lets the same command go on where it was stopped.
"""

import argparse
import json
import os
import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, distributed, multiprocessing

from pipeline.enrich.recogniser import TAGS
from training import encoder, losses, prepare, windows
from training.branch import Branch, Network
from training.mix import FOLDS
from training.treebank import TARGETS, Tree
from training.windows import IGNORED, Piecewise, Window

CHECKPOINT_SECONDS = 180
WORKERS = 1 if torch.cuda.is_available() else 2  # processes of one thread; a step's batch is shared among them
WARM_UP, DECAY = 120, 0.55  # steps, and the share of the steps at the end in which the rate falls to 0
FAST_FACTOR = 10  # the head for entities and the cases start from nothing, and learn this much faster
SYNTAX_RATE = 2e-3  # of the branch's heads
NAMES_SHARE, SILENT_SHARE = 3.0, 1.8  # weights of the entities' loss beside that of trees, and of that on the treebanks


@dataclass(frozen=True)
class Plan:
    """A training.

    Attributes:
        layers: of the encoder.
        tap: after which of them the branch begins; 0: no syntax is learned.
        own: layers of the branch.
        steps: batches of `names` pieces of the entity mix and `trees` of the treebanks.
        rate: the highest learning rate of layers.
        dropout: in layers.
        soft: the teachers' share in the entities' loss.
        averaged: the share of the old in the moving average of the weights.
        seed: of all draws.
        unseen: the part of GMB that is left out.
    """

    layers: int
    steps: int
    rate: float
    seed: int
    tap: int = 0
    own: int = 0
    names: int = 960
    trees: int = 1024
    dropout: float = 0.05
    soft: float = 0.0
    averaged: float = 0.99
    unseen: int | None = None


PLANS = {f"teacher-{fold}": Plan(6, 1500, 1.5e-4, seed=20 + fold, unseen=fold) for fold in range(FOLDS)} | {
    "accurate": Plan(6, 1850, 1.5e-4, seed=7, tap=4, own=1, dropout=0.1, soft=0.5, averaged=0.995),
    "fast": Plan(3, 2400, 3e-4, seed=7, tap=3, soft=0.8, averaged=0.995),
}


def endless(copies: Sequence[list[Piecewise]], size: int, seed: int) -> Iterator[list[Piecewise]]:
    """Batches, copy after copy, the same for the same seed."""
    rng = random.Random(seed)
    while True:
        for found in copies:
            yield from windows.batches(found, size, rng)


def network(plan: Plan, out: Path) -> Network:
    """What a training begins with: MiniLM's layers, and fresh heads."""
    torch.manual_seed(plan.seed)
    model = encoder.pretrained(len(TAGS), plan.layers, plan.dropout)
    return Network(model, branch(plan, out), plan.tap)


def branch(plan: Plan, out: Path) -> Branch | None:
    """A fresh branch for the syntax's classes, where a plan has one."""
    if not plan.tap:
        return None
    known = prepare.classes(out)
    return Branch(plan.own, len(known.analyses), len(known.lemmas), len(known.labels))


def groups(model: Network, rate: float) -> list[dict[str, Any]]:
    """What learns, and how fast; the words' own vectors stay as they are, for rare names must keep their neighbours."""
    known = model.encoder
    known.words.weight.requires_grad_(False)
    fresh = [known.cases.weight, *known.head.parameters()]
    heads = [
        parameter
        for name, parameter in (model.branch.named_parameters() if model.branch is not None else ())
        if not name.startswith("layers.")
    ]
    apart = {id(parameter) for parameter in [*fresh, *heads, known.words.weight]}
    rest = [parameter for parameter in model.parameters() if id(parameter) not in apart]
    return [
        {"params": [each for each in rest if each.ndim > 1], "peak": rate, "weight_decay": 0.01},
        {"params": [each for each in rest if each.ndim == 1], "peak": rate, "weight_decay": 0.0},
        {"params": fresh, "peak": rate * FAST_FACTOR, "weight_decay": 0.0},
        {"params": heads, "peak": SYNTAX_RATE, "weight_decay": 0.01},
    ]


def train(plan: Plan, out: Path, name: str, rank: int) -> None:
    """Train for the plan's steps with AdamW; the averaged weights end in out/NAME.pt.

    Each of WORKERS processes takes a batch a step, and their gradients are averaged: on cores that others use too this
    is far faster than two threads, which wait for each other in every product.
    """
    torch.set_num_threads(1)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    model = network(plan, out).to(device).train()
    optimizer = torch.optim.AdamW(groups(model, plan.rate), lr=plan.rate, betas=(0.9, 0.98))
    keeper, progress = Keeper(out / f"{name}.state.pt", plan, model, optimizer), Progress()
    torch.manual_seed(1000 * (plan.seed + rank) + keeper.first)
    for step, batch in enumerate(batches(plan, out, keeper.first, rank), keeper.first):
        loss = loss_of(model, plan, *batch, device)
        optimizer.zero_grad()
        loss.backward()
        average(model)
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        set_rate(optimizer, step, plan.steps)
        optimizer.step()
        keeper.average(step)
        if rank == 0:
            progress.add(step, loss.item(), WORKERS * sum(len(window.ids) for part in batch for window in part))
            keeper.keep(step)
    if rank == 0:
        keep(out / f"{name}.pt", {"plan": asdict(plan), "model": keeper.averaged})
        keeper.done()


def batches(plan: Plan, out: Path, first: int, rank: int) -> Iterator[tuple[list[Window], list[Tree]]]:
    """A worker's batches of both kinds for each step from the first on."""
    taught = plan.soft > 0
    copies = prepare.names(out, taught=taught)
    seen = [[each for each in found if plan.unseen is None or each.fold != plan.unseen] for found in copies]
    steps = (first * WORKERS + rank, plan.steps * WORKERS, WORKERS)
    named = islice(endless(seen, plan.names // WORKERS, plan.seed), *steps)
    if not plan.tap:
        yield from ((found, []) for found in named)
        return
    trees = islice(endless(prepare.trees(out, taught=taught), plan.trees // WORKERS, plan.seed), *steps)
    yield from zip(named, trees, strict=True)


def loss_of(model: Network, plan: Plan, named: list[Window], trees: list[Tree], device: str) -> Tensor:
    """The loss of a batch of either kind."""
    ids, cases, soft = losses.padded(named, device)
    scores = model.encoder.names(model.encoder.hidden(ids, cases)[-1])
    loss = losses.of_names(scores, losses.tags_of(named).to(device), soft, plan.soft)
    if model.branch is None:
        return loss
    ids, cases, soft = losses.padded(trees, device)
    targets = losses.targets_of(trees).to(device)
    hidden = model.encoder.hidden(ids, cases)
    loss = NAMES_SHARE * loss + losses.of_trees(model.branch, hidden[model.tap - 1], ids != 0, targets)
    if soft is not None:
        words = targets[TARGETS.index("start")] != IGNORED
        loss = loss + SILENT_SHARE * losses.of_soft(model.encoder.names(hidden[-1]), words, soft)
    return loss


def average(model: torch.nn.Module) -> None:
    """Give every worker the mean of all workers' gradients."""
    if WORKERS == 1:
        return
    gradients = [parameter.grad for parameter in model.parameters() if parameter.grad is not None]
    flat = torch.cat([gradient.flatten() for gradient in gradients])
    distributed.all_reduce(flat)
    for gradient, mean in zip(gradients, flat.split([g.numel() for g in gradients]), strict=True):
        gradient.copy_(mean.view_as(gradient) / WORKERS)


def keep(path: Path, state: dict[str, Any]) -> None:
    """Save whole or not at all: a file that is there is taken for finished."""
    torch.save(state, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


class Keeper:
    """A training's checkpoint, from which it goes on, and the moving average of its weights (Polyak and Juditsky,
    "Acceleration of stochastic approximation by averaging", 1992).

    `first` is the step to begin with, `averaged` the state of the model by the average.

    Raises:
        SystemExit: the checkpoint is of another plan.
    """

    def __init__(self, path: Path, plan: Plan, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> None:
        self.path, self.plan, self.model, self.optimizer = path, asdict(plan), model, optimizer
        self.saved, self.first = time.monotonic(), 0
        self.averaged = {name: value.clone() for name, value in model.state_dict().items()}
        if path.exists():
            kept = torch.load(path, map_location="cpu")
            if kept["plan"] != self.plan:
                raise SystemExit(f"{path} is of a training by another plan: remove it, or take another --out")
            model.load_state_dict(kept["model"])
            optimizer.load_state_dict(kept["optimizer"])
            self.first = int(kept["step"])
            for name, value in kept["averaged"].items():
                self.averaged[name].copy_(value)

    def average(self, step: int) -> None:
        """Count the weights after a step into the average; early ones weigh less."""
        share = min(self.plan["averaged"], (step + 1) / (step + 10))
        for name, value in self.model.state_dict().items():
            self.averaged[name].lerp_(value, 1 - share)

    def keep(self, step: int) -> None:
        """Save after a step, if the last time is long enough ago."""
        if time.monotonic() - self.saved > CHECKPOINT_SECONDS:
            kept = {"plan": self.plan, "step": step + 1, "model": self.model.state_dict(), "averaged": self.averaged}
            keep(self.path, kept | {"optimizer": self.optimizer.state_dict()})
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


def work(rank: int, plan: Plan, out: Path, name: str, rendezvous: str) -> None:
    """One worker's life."""
    distributed.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=WORKERS)
    train(plan, out, name, rank)
    distributed.destroy_process_group()


def set_rate(optimizer: torch.optim.Optimizer, step: int, steps: int) -> None:
    """Warm-up, a flat stretch, and a linear decay."""
    share = min(1.0, (step + 1) / WARM_UP, (steps - step) / (DECAY * steps))
    for group in optimizer.param_groups:
        group["lr"] = group["peak"] * share


def trained(out: Path, name: str) -> Network:
    """The network of a finished training."""
    kept = torch.load(out / f"{name}.pt", map_location="cpu")
    plan = Plan(**kept["plan"])
    model = Network(encoder.Encoder(plan.layers, len(TAGS), plan.dropout), branch(plan, out), plan.tap)
    model.load_state_dict(kept["model"])
    model.eval()
    return model


def followed(out: Path, name: str) -> dict[str, Any]:
    """The plan of a finished training."""
    found: dict[str, Any] = torch.load(out / f"{name}.pt", map_location="cpu", mmap=True)["plan"]
    return found


def is_done(out: Path, name: str, plan: Plan) -> bool:
    """Whether a training has ended.

    Raises:
        SystemExit: it followed another plan.
    """
    path = out / f"{name}.pt"
    if not path.exists():
        return False
    if (other := followed(out, name)) != asdict(plan):
        raise SystemExit(
            f"{path} was trained for {other['steps']} steps by another plan: remove it, or take another --out"
        )
    return True


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.finetune", description=__doc__)
    parser.add_argument("name", choices=sorted(PLANS))
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    parser.add_argument("--steps", type=int, help="fewer than planned, to try a change")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    plan = PLANS[options.name]
    plan = replace(plan, steps=options.steps or plan.steps)
    prepare.prepare(options.data, options.out)
    print(json.dumps({"plan": asdict(plan)}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = (plan, options.out, options.name, f"file://{folder}/rendezvous")
        multiprocessing.spawn(work, arguments, nprocs=WORKERS)


if __name__ == "__main__":
    main()
