"""The syntax branch: what it learns, and the same figures from torch and from the exported graph. Needs `train`."""

import random
from pathlib import Path

import numpy as np
import pytest
import spacy

pytest.importorskip("torch")
pytest.importorskip("onnx")

import onnxruntime
import torch

from pipeline.enrich.encoder import OUTPUTS
from tests.training.conftest import letters
from tests.training.test_treebank import rows
from training import encoder, export, finetune, losses, treebank
from training.branch import ARC, Branch


def test_losses_fall_on_a_sentence_that_is_seen_again(tmp_path: Path) -> None:
    found = rows(tmp_path)
    known = treebank.classes(spacy.blank("en"), found)
    windows = list(treebank.Reader(letters(), known).windows(found, random.Random(1)))
    (ids, cases, _), targets = losses.padded(windows), losses.targets_of(windows)
    torch.manual_seed(1)
    model = encoder.Encoder(1, 3).eval()
    branch = Branch(0, len(known.analyses), len(known.lemmas), len(known.labels))
    below = model.hidden(ids, cases)[-1].detach()
    optimizer = torch.optim.AdamW(branch.parameters(), lr=3e-3)
    seen = []
    for _ in range(60):
        loss = losses.of_trees(branch, below, ids != 0, targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert seen[-1] < seen[0] / 10


def test_the_exported_graph_says_the_same() -> None:
    torch.manual_seed(2)
    model, branch = encoder.Encoder(2, 13).eval(), Branch(1, 9, 7, 5).eval()
    graph = export.build(model, branch, 1).SerializeToString()
    session = onnxruntime.InferenceSession(graph, providers=["CPUExecutionProvider"])
    ids, cases = torch.randint(1, 900, (2, 11)), torch.randint(0, 5, (2, 11))
    ids[1, 7:] = cases[1, 7:] = 0
    said = dict(zip(OUTPUTS, session.run(OUTPUTS, {"ids": ids.numpy(), "cases": cases.numpy()}), strict=True))
    with torch.no_grad():
        hidden = branch.hidden(model.hidden(ids, cases)[0], ids != 0)
        expected = {
            "names": model.names(model.hidden(ids, cases)[-1]),
            "start": branch.start(hidden)[..., 0],
            "dependent": branch.pair_dependent(hidden),
            "head": branch.pair_head(hidden),
        }
        arcs = branch.arcs(hidden)
        chosen = {"analysis": branch.analysis(hidden).argmax(-1), "lemma": branch.lemma(hidden).argmax(-1)}
    there = (ids != 0).numpy()
    for name, value in expected.items():
        np.testing.assert_allclose(said[name][there], value.numpy()[there], atol=2e-4)
    for name, value in chosen.items():
        assert (said[name] == value.numpy())[there].mean() > 0.95
    both = there[:, :, None] & there[:, None, :]
    np.testing.assert_allclose(said["arcs"][both] * ARC**-0.5, arcs.numpy()[both], atol=2e-4)


def test_a_training_goes_on_where_it_was_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(finetune, "CHECKPOINT_SECONDS", -1)
    path, plan = tmp_path / "x.state.pt", finetune.PLANS["fast"]
    layer = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(layer.parameters())
    keeper = finetune.Keeper(path, plan, layer, optimizer)
    assert keeper.first == 0
    keeper.keep(41)
    other = torch.nn.Linear(2, 2)
    again = finetune.Keeper(path, plan, other, torch.optim.AdamW(other.parameters()))
    assert again.first == 42
    assert torch.equal(other.weight, layer.weight)
    with pytest.raises(SystemExit, match="another plan"):
        finetune.Keeper(path, finetune.PLANS["accurate"], other, optimizer)
    again.done()
    assert finetune.Keeper(path, plan, layer, optimizer).first == 0
