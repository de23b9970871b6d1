"""Train the syntax branch: `python -m training.syntax accurate|fast --data DIR --out DIR`.

`accurate` gets a layer of its own over the encoder's second, which stays as it is, as do the entities. `fast` has no
layer to spare: its third learns trees and `accurate`'s scores for entities at once. Steps, not the time, end a
training; a checkpoint every few minutes lets the same command go on where it was stopped.
"""

import argparse
import json
import os
import random
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import islice, repeat
from pathlib import Path
from typing import Any

import spacy
import torch
from torch import Tensor, distributed, multiprocessing, nn
from torch.nn import functional

from pipeline.enrich.pieces import Pieces
from training import encoder, finetune, mix, treebank
from training.branch import Branch
from training.finetune import WORKERS
from training.treebank import IGNORED, Classes, Tree

COPIES = 3  # of the treebanks, the first as it is
SHARES = {"analysis": 1.0, "lemma": 0.5, "start": 2.0, "arcs": 1.0, "labels": 1.0}  # weights of the losses
FAST_FACTOR = 5
NAMES_SHARE = 3.0  # weight of the entities' loss where a layer learns both
AWAY = -1e4


@dataclass(frozen=True)
class Plan:
    """A training: after which of the encoder's layers the branch begins, how many it has of its own, steps, pieces a
    step and worker, the highest learning rate of layers, and the seed; whether the layer below learns too."""

    tap: int
    layers: int
    steps: int
    batch: int
    rate: float
    seed: int
    joint: bool


PLANS = {
    "accurate": Plan(tap=2, layers=1, steps=1900, batch=960, rate=4e-4, seed=7, joint=False),
    "fast": Plan(tap=3, layers=0, steps=1500, batch=960, rate=3e-4, seed=11, joint=True),
}


def prepare(folder: Path, out: Path) -> None:
    """Write the classes and the windows of every copy into the working folder, once."""
    if not (out / "classes.json").exists():
        rows = treebank.sentences(folder)
        known = treebank.classes(spacy.blank("en"), rows)
        reader = treebank.Reader(Pieces(encoder.vocabulary()), known)
        for copy in range(COPIES):
            rng = random.Random(copy)
            found = [treebank.varied(sentence, rng) for sentence in rows] if copy else rows
            treebank.save(out / f"trees-{copy}.npz", list(reader.windows(found, rng)))
        (out / "classes.json").write_text(json.dumps(asdict(known), ensure_ascii=False), encoding="utf-8")


def classes(out: Path) -> Classes:
    """The classes that were prepared."""
    return Classes(**json.loads((out / "classes.json").read_text(encoding="utf-8")))


def endless(out: Path, plan: Plan) -> Iterator[list[Tree]]:
    """Batches, copy after copy, the same for the same seed."""
    rng = random.Random(plan.seed)
    copies = [treebank.load(out / f"trees-{copy}.npz") for copy in range(COPIES)]
    while True:
        for windows in copies:
            yield from mix.batches(windows, plan.batch, rng)


def padded(batch: Sequence[Tree]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, cases (windows, pieces) and targets (treebank.TARGETS, windows, pieces) of a batch."""
    longest = max(len(tree.ids) for tree in batch)
    ids, cases = torch.zeros(2, len(batch), longest, dtype=torch.long)
    targets = torch.full((len(treebank.TARGETS), len(batch), longest), IGNORED)
    targets[treebank.TARGETS.index("sentence")] = -1
    for row, tree in enumerate(batch):
        ids[row, : len(tree.ids)] = torch.from_numpy(tree.ids)
        cases[row, : len(tree.ids)] = torch.from_numpy(tree.cases)
        targets[:, row, : len(tree.ids)] = torch.from_numpy(tree.targets)
    return ids, cases, targets


def losses(branch: Branch, x: Tensor, mask: Tensor, targets: Tensor) -> Tensor:
    """What the branch gets wrong; a head is looked for among the words of its own sentence and the root.

    Args:
        x: the encoder's layer below (windows, pieces, WIDTH).
        mask: (windows, pieces), True where there is a piece.
        targets: as `padded` gives them.
    """
    analysis, lemma, head, label, start, sentence = targets
    hidden = branch.hidden(x, mask)
    told = start != IGNORED
    candidates = (sentence[:, :, None] == sentence[:, None, :]) & (sentence[:, None, :] >= 0)
    candidates &= ~torch.eye(candidates.shape[1], dtype=torch.bool)
    candidates[:, :, 0] = True
    arcs = branch.arcs(hidden).masked_fill(~candidates, AWAY)
    rows, words = ((label != IGNORED) & (head != IGNORED)).nonzero(as_tuple=True)
    pairs = branch.pairs(hidden, rows, words, head[rows, words])
    parts = {
        "analysis": _cross_entropy(branch.analysis(hidden), analysis),
        "lemma": _cross_entropy(branch.lemma(hidden), lemma),
        "start": functional.binary_cross_entropy_with_logits(branch.start(hidden)[..., 0][told], start[told].float()),
        "arcs": _cross_entropy(arcs, head),
        "labels": functional.cross_entropy(pairs, label[rows, words]),
    }
    return torch.stack([share * parts[name] for name, share in SHARES.items()]).sum()


def _cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
    return functional.cross_entropy(scores.flatten(0, 1), targets.flatten(), ignore_index=IGNORED)


class Pupil(nn.Module):
    """What learns: the branch, and in a joint training the encoder's last layer and its head for entities too."""

    def __init__(self, plan: Plan, model: encoder.Encoder, known: Classes) -> None:
        super().__init__()
        self.branch = Branch(plan.layers, len(known.analyses), len(known.lemmas), len(known.labels))
        for at, layer in enumerate(self.branch.layers):
            layer.load_state_dict(model.layers[plan.tap + at].state_dict())
        self.shared = model.layers[plan.tap - 1] if plan.joint else None
        self.names = model.head if plan.joint else None

    def groups(self, rate: float) -> list[dict[str, Any]]:
        """Parameters with their highest rates: heads begin with nothing and learn faster than layers."""
        layers = [*self.branch.layers.parameters()]
        for part in (self.shared, self.names):
            layers += part.parameters() if part is not None else []
        known = {id(parameter) for parameter in layers}
        heads = [parameter for parameter in self.branch.parameters() if id(parameter) not in known]
        return [{"params": layers, "peak": rate}, {"params": heads, "peak": rate * FAST_FACTOR}]

    def forward(self, below: Tensor, mask: Tensor) -> Tensor:
        """What the branch reads, of what lies below that does not learn."""
        return self.shared(below, mask[:, None, None, :]) if self.shared is not None else below


def train(plan: Plan, out: Path, size: str, rank: int) -> None:
    """Train for the plan's steps; WORKERS processes take a batch each and average their gradients. The encoder and the
    branch end in out/SIZE.syntax.pt."""
    torch.set_num_threads(1)
    torch.manual_seed(plan.seed)
    model = finetune.trained(out / f"{size}.pt").requires_grad_(False)
    pupil = Pupil(plan, model, classes(out)).requires_grad_(True).train()
    frozen = plan.tap - plan.joint
    teacher = finetune.trained(out / "accurate.pt").requires_grad_(False) if plan.joint else None
    optimizer = torch.optim.AdamW(pupil.groups(plan.rate), lr=plan.rate, weight_decay=0.01, betas=(0.9, 0.98))
    keeper = finetune.Keeper(out / f"{size}.syntax.state.pt", pupil, optimizer)
    torch.manual_seed(1000 * (plan.seed + rank) + keeper.first)
    steps = (keeper.first * WORKERS + rank, plan.steps * WORKERS, WORKERS)
    trees, progress = islice(endless(out, plan), *steps), finetune.Progress()
    names: Iterable[list[mix.Window] | None] = repeat(None)
    if teacher is not None:
        names = islice(finetune.endless(finetune.windows_of(out, plan.seed), plan.batch, plan.seed), *steps)
    for step, (batch, named) in enumerate(zip(trees, names, strict=False), keeper.first):
        ids, cases, targets = padded(batch)
        below = model.hidden(ids, cases, frozen)[-1]
        loss = losses(pupil.branch, pupil(below, ids != 0), ids != 0, targets)
        if teacher is not None and named is not None:
            loss = loss + NAMES_SHARE * taught(pupil, model, teacher, named, frozen)
        optimizer.zero_grad()
        loss.backward()
        finetune.average(pupil)
        torch.nn.utils.clip_grad_norm_(pupil.parameters(), 1.0)
        finetune.set_rate(optimizer, step, plan.steps)
        optimizer.step()
        if rank == 0:
            progress.add(step, loss.item(), int((ids != 0).sum()) * WORKERS)
            keeper.keep(step)
    if rank == 0:
        kept = {"plan": asdict(plan), "model": model.state_dict(), "branch": pupil.branch.state_dict()}
        torch.save(kept, out / f"{size}.syntax.pt")
        keeper.done()


def taught(
    pupil: Pupil, model: encoder.Encoder, teacher: encoder.Encoder, named: Sequence[mix.Window], frozen: int
) -> Tensor:
    """How far the entities' scores are from the teacher's."""
    ids, cases, tags = (torch.from_numpy(rows).long() for rows in mix.padded(named))
    with torch.no_grad():
        scores = teacher(ids, cases)[0]
    assert pupil.names is not None
    mine = pupil.names(pupil(model.hidden(ids, cases, frozen)[-1], ids != 0))
    return finetune.loss_of(mine, tags, scores)


def trained(out: Path, size: str) -> tuple[encoder.Encoder, Branch, int]:
    """The finished encoder and branch, and after which layer the branch begins."""
    kept = torch.load(out / f"{size}.syntax.pt")
    plan, known = Plan(**kept["plan"]), classes(out)
    model = finetune.trained(out / f"{size}.pt")
    model.load_state_dict(kept["model"])
    branch = Branch(plan.layers, len(known.analyses), len(known.lemmas), len(known.labels))
    branch.load_state_dict(kept["branch"])
    return model, branch.eval(), plan.tap


def work(rank: int, plan: Plan, out: Path, size: str, rendezvous: str) -> None:
    """One worker's life."""
    distributed.init_process_group("gloo", init_method=rendezvous, rank=rank, world_size=WORKERS)
    train(plan, out, size, rank)
    distributed.destroy_process_group()


def main() -> None:
    """Parse the command line and train."""
    parser = argparse.ArgumentParser(prog="python -m training.syntax", description=__doc__)
    parser.add_argument("size", choices=sorted(PLANS))
    data = os.environ.get("TRAINING_DATA")
    parser.add_argument("--data", type=Path, default=data, required=not data, help="folder with the corpora")
    parser.add_argument("--out", type=Path, required=True, help="working folder")
    parser.add_argument("--steps", type=int, help="fewer than planned, to try a change")
    options = parser.parse_args()
    plan = PLANS[options.size]
    plan = replace(plan, steps=options.steps or plan.steps)
    prepare(options.data, options.out)
    print(json.dumps({"plan": asdict(plan)}), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        arguments = (plan, options.out, options.size, f"file://{folder}/rendezvous")
        multiprocessing.spawn(work, arguments, nprocs=WORKERS)


if __name__ == "__main__":
    main()
