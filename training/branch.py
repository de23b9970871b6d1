"""The syntax branch in torch: own layers over the output of one of the encoder's, and heads for analysis, lemma,
sentence start, arcs and labels (after Dozat and Manning, "Deep Biaffine Attention for Neural Dependency Parsing", 2017,
with the label scored by a small network over the pair)."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from training.encoder import WIDTH, Encoder, Layer

ARC, PAIR = 128, 128  # width of the arcs' product, and of the labels' hidden layer


class Branch(nn.Module):
    """What is read of the encoder's layer, for each piece.

    Args:
        layers: how many of its own.
        analyses, lemmas, labels: widths of the heads.
    """

    def __init__(self, layers: int, analyses: int, lemmas: int, labels: int, dropout: float = 0.1) -> None:
        super().__init__()
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.analysis = nn.Linear(WIDTH, analyses)
        self.lemma = nn.Linear(WIDTH, lemmas)
        self.start = nn.Linear(WIDTH, 1)
        self.arc_dependent = nn.Linear(WIDTH, ARC)
        self.arc_head = nn.Linear(WIDTH, ARC)
        self.pair_dependent = nn.Linear(WIDTH, PAIR)
        self.pair_head = nn.Linear(WIDTH, PAIR)
        self.label = nn.Linear(PAIR, labels)
        self.dropout = dropout

    def hidden(self, x: Tensor, mask: Tensor) -> Tensor:
        """Through the layers: x (windows, pieces, WIDTH), mask (windows, pieces)."""
        for layer in self.layers:
            x = layer(x, mask[:, None, None, :])
        return functional.dropout(x, self.dropout, self.training)

    def arcs(self, x: Tensor) -> Tensor:
        """Scores (windows, dependents, heads); the head at place 0 is the root."""
        dependent = functional.dropout(self.arc_dependent(x), self.dropout, self.training)
        head = functional.dropout(self.arc_head(x), self.dropout, self.training)
        return dependent @ head.transpose(1, 2) * ARC**-0.5

    def pairs(self, x: Tensor, rows: Tensor, dependents: Tensor, heads: Tensor) -> Tensor:
        """Scores (pairs, labels) of arcs, given by their window and the places of both ends."""
        pair = self.pair_dependent(x)[rows, dependents] + self.pair_head(x)[rows, heads]
        return self.label(functional.dropout(functional.relu(pair), self.dropout, self.training))


class Network(nn.Module):
    """The encoder with a branch over one of its layers, or with none.

    Args:
        encoder: the encoder.
        branch: of the syntax; its own layers begin as those of the encoder above the tap.
        tap: after how many of the encoder's layers the branch begins.
    """

    def __init__(self, encoder: Encoder, branch: Branch | None = None, tap: int = 0) -> None:
        super().__init__()
        self.encoder, self.branch, self.tap = encoder, branch, tap
        for at, layer in enumerate(branch.layers if branch is not None else ()):
            layer.load_state_dict(encoder.layers[tap + at].state_dict())

    def probabilities(self, ids: Tensor, cases: Tensor) -> Tensor:
        """Of the tags of entities (windows, pieces, tags)."""
        with torch.no_grad():
            return functional.softmax(self.encoder.names(self.encoder.hidden(ids, cases)[-1]), -1)
