"""What a network gets wrong: of entities, by the corpora's tags and a teacher's word, and of syntax."""

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional

from pipeline.enrich.recogniser import TAGS
from training.branch import Branch
from training.treebank import TARGETS, Tree
from training.windows import IGNORED, UNTOLD, HasIds, Window

SHARES = {"analysis": 1.0, "lemma": 0.5, "start": 2.0, "arcs": 1.0, "labels": 1.0}  # of the syntax's loss
UNTOLD_SHARE = 0.5  # weight of a word of which only the teacher tells
AWAY = -1e4


def padded(batch: Sequence[HasIds], device: str = "cpu") -> tuple[Tensor, Tensor, Tensor | None]:
    """Ids and cases (windows, pieces) of a batch, filled with 0, and what the teachers say (windows, pieces, tags)."""
    shape = (len(batch), max(len(window.ids) for window in batch))
    ids, cases = torch.zeros(2, *shape, dtype=torch.long)
    soft = torch.zeros(*shape, len(TAGS)) if batch[0].soft is not None else None
    for row, window in enumerate(batch):
        ids[row, : len(window.ids)] = torch.from_numpy(window.ids)
        cases[row, : len(window.ids)] = torch.from_numpy(window.cases)
        if soft is not None and window.soft is not None:
            soft[row, : len(window.ids)] = torch.from_numpy(window.soft.astype("float32"))
    return ids.to(device), cases.to(device), soft.to(device) if soft is not None else None


def tags_of(batch: Sequence[Window]) -> Tensor:
    """Tags (windows, pieces) of a batch, filled with IGNORED."""
    tags = torch.full((len(batch), max(len(window.ids) for window in batch)), IGNORED)
    for row, window in enumerate(batch):
        tags[row, : len(window.ids)] = torch.from_numpy(window.tags)
    return tags


def targets_of(batch: Sequence[Tree]) -> Tensor:
    """Targets (TARGETS, windows, pieces) of a batch, filled with IGNORED."""
    targets = torch.full((len(TARGETS), len(batch), max(len(tree.ids) for tree in batch)), IGNORED)
    targets[TARGETS.index("sentence")] = -1
    for row, tree in enumerate(batch):
        targets[:, row, : len(tree.ids)] = torch.from_numpy(tree.targets)
    return targets


def of_names(scores: Tensor, tags: Tensor, soft: Tensor | None, share: float) -> Tensor:
    """Cross-entropy of the tags; with a teacher, of a mean of the tag and of what the teacher says (Hinton et al.,
    "Distilling the Knowledge in a Neural Network", 2015), and of the teacher's word alone where the corpus is silent.

    Args:
        scores: (windows, pieces, tags), not normalised.
        tags: (windows, pieces); UNTOLD and IGNORED as in `Window`.
        soft: the teacher's probabilities (windows, pieces, tags).
        share: of the teacher in the mean, 0 to 1.
    """
    if soft is None:
        told = torch.where(tags == UNTOLD, IGNORED, tags)
        return functional.cross_entropy(scores.flatten(0, 1), told.flatten(), ignore_index=IGNORED)
    words = (tags != IGNORED).nonzero(as_tuple=True)
    tags, soft = tags[words], soft[words]
    known = (tags != UNTOLD)[:, None]
    hard = functional.one_hot(tags.clamp(min=0), len(TAGS)).float()
    target = torch.where(known, (1 - share) * hard + share * soft, soft)
    each = -(target * functional.log_softmax(scores[words], -1)).sum(-1)
    return (each * torch.where(known[:, 0], 1.0, UNTOLD_SHARE)).sum() / known.sum().clamp(min=1)


def of_soft(scores: Tensor, words: Tensor, soft: Tensor) -> Tensor:
    """Cross-entropy of what the teacher says, for the words (a mask of pieces) of texts without tags."""
    return -(soft[words] * functional.log_softmax(scores[words], -1)).sum(-1).mean()


def of_trees(branch: Branch, x: Tensor, mask: Tensor, targets: Tensor) -> Tensor:
    """What the branch gets wrong; a head is looked for among the words of its own sentence and the root.

    Args:
        x: the encoder's layer below (windows, pieces, WIDTH).
        mask: (windows, pieces), True where there is a piece.
        targets: as `targets_of` gives them.
    """
    analysis, lemma, head, label, start, sentence = targets
    hidden = branch.hidden(x, mask)
    told = start != IGNORED
    candidates = (sentence[:, :, None] == sentence[:, None, :]) & (sentence[:, None, :] >= 0)
    candidates &= ~torch.eye(candidates.shape[1], dtype=torch.bool, device=candidates.device)
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
