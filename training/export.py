"""Write an encoder as ONNX with weights of eight bits: a plain graph, node by node, that onnxruntime fuses when it
loads it.

Weights of matrices are int8 per output channel with one bit kept free (`reduce_range`), for processors without VNNI;
activations are quantised as they come. The words' vectors are int8 as well.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.enrich.encoder import OUTPUTS
from training.branch import PAIR, Branch
from training.encoder import HEADS, WIDTH, Encoder

OPSET = 17
EXACT = ("start", "arc_dependent", "arc_head")  # heads of the syntax that are small, too
CHOSEN = ("analysis", "lemma")  # outputs that are the number of the best class
Weights = dict[str, npt.NDArray[np.float32]]


class Graph:
    """Nodes and constants, in the order in which they are added."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: dict[str, onnx.TensorProto] = {}

    def constant(self, name: str, value: npt.NDArray[np.generic]) -> str:
        """A named array."""
        self.constants[name] = numpy_helper.from_array(value, name)
        return name

    def add(self, kind: str, *inputs: str, **attributes: object) -> str:
        """A node with one output, whose name is returned."""
        output = f"{kind}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, list(inputs), [output], name=output, **attributes))
        return output

    def output(self, value: str, name: str) -> None:
        """Give a value out under a name."""
        self.nodes.append(helper.make_node("Identity", [value], [name], name=name))

    def dense(self, x: str, name: str, weights: Weights) -> str:
        """x times a layer's weights, plus its bias."""
        matrix = self.constant(f"{name}.weight", np.ascontiguousarray(weights[f"{name}.weight"].T))
        return self.add("Add", self.add("MatMul", x, matrix), self.constant(f"{name}.bias", weights[f"{name}.bias"]))

    def norm(self, x: str, name: str, weights: Weights) -> str:
        """Layer normalisation."""
        scale = self.constant(f"{name}.weight", weights[f"{name}.weight"])
        bias = self.constant(f"{name}.bias", weights[f"{name}.bias"])
        return self.add("LayerNormalization", x, scale, bias, epsilon=1e-12, axis=-1)


def layer(graph: Graph, x: str, mask: str, name: str, weights: Weights) -> str:
    """One layer of the encoder (training/encoder.py has the same in torch)."""
    parts = graph.add("Reshape", graph.dense(x, f"{name}.qkv", weights), "shape.heads")
    parts = graph.add("Transpose", parts, perm=[2, 0, 3, 1, 4])
    query, key, value = (graph.add("Gather", parts, f"at.{at}", axis=0) for at in range(3))
    scores = graph.add("MatMul", query, graph.add("Transpose", key, perm=[0, 1, 3, 2]))
    scores = graph.add("Add", graph.add("Mul", scores, "scale"), mask)
    mixed = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    mixed = graph.add("Reshape", graph.add("Transpose", mixed, perm=[0, 2, 1, 3]), "shape.joined")
    x = graph.norm(graph.add("Add", x, graph.dense(mixed, f"{name}.out", weights)), f"{name}.norm1", weights)
    inner = graph.dense(x, f"{name}.inner", weights)
    curve = graph.add("Add", graph.add("Erf", graph.add("Div", inner, "root.two")), "one")
    inner = graph.add("Mul", graph.add("Mul", inner, curve), "half")  # GELU
    return graph.norm(graph.add("Add", x, graph.dense(inner, f"{name}.outer", weights)), f"{name}.norm2", weights)


def build(model: Encoder, branch: Branch, tap: int) -> onnx.ModelProto:
    """The graph: `ids` and `cases` (windows, pieces) in; id 0 is padding. Out, for each piece, what `Encoder` of
    pipeline/enrich/encoder.py expects (OUTPUTS).

    Args:
        model: the encoder.
        branch: of the syntax.
        tap: after how many of the encoder's layers the branch begins.
    """
    weights = _weights(model)
    graph = Graph()
    _constants(graph)
    tables = {
        table: graph.constant(f"{table}.weight", weights[f"{table}.weight"]) for table in ("words", "places", "cases")
    }
    length = graph.add("Slice", graph.add("Shape", "ids"), "second", graph.constant("third", np.array([2], np.int64)))
    places = graph.add("Slice", tables["places"], "first", length, "first")
    x = graph.add("Add", graph.add("Gather", tables["words"], "ids"), graph.add("Gather", tables["cases"], "cases"))
    x = graph.norm(graph.add("Add", x, places), "norm", weights)
    padding = graph.add("Equal", "ids", graph.constant("nothing", np.array(0, np.int64)))
    mask = graph.add("Mul", graph.add("Cast", padding, to=TensorProto.FLOAT), "away")
    mask = graph.add("Unsqueeze", mask, "axes.mask")
    for at in range(len(model.layers)):
        x = layer(graph, x, mask, f"layers.{at}", weights)
        if at + 1 == tap:
            _syntax(graph, x, mask, branch)
    graph.output(graph.dense(x, "head", weights), "names")
    axes = ["windows", "pieces"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, axes) for name in ("ids", "cases")]
    shapes = {"names": [model.head.out_features], "arcs": ["heads"], "dependent": [PAIR], "head": [PAIR]}
    outputs = [
        helper.make_tensor_value_info(
            name, TensorProto.INT64 if name in CHOSEN else TensorProto.FLOAT, axes + shapes.get(name, [])
        )
        for name in OUTPUTS
    ]
    made = helper.make_graph(graph.nodes, "encoder", inputs, outputs, list(graph.constants.values()))
    result = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(result)
    return result


def _constants(graph: Graph) -> None:
    numbers = {"scale": (WIDTH // HEADS) ** -0.5, "root.two": 2**0.5, "one": 1, "half": 0.5, "away": -1e4}
    for name, value in numbers.items():
        graph.constant(name, np.array(value, np.float32))
    for at in range(3):
        graph.constant(f"at.{at}", np.array(at, np.int64))
    graph.constant("shape.heads", np.array([0, 0, 3, HEADS, WIDTH // HEADS], np.int64))
    graph.constant("shape.joined", np.array([0, 0, WIDTH], np.int64))
    for name, axes in (("axes.mask", [1, 2]), ("first", [0]), ("second", [1]), ("last.axis", [2])):
        graph.constant(name, np.array(axes, np.int64))


def _syntax(graph: Graph, x: str, mask: str, branch: Branch) -> None:
    """The branch and its outputs; of analyses and lemma rules only the best."""
    weights = _weights(branch, "syntax.")
    for at in range(len(branch.layers)):
        x = layer(graph, x, mask, f"syntax.layers.{at}", weights)
    for name in CHOSEN:
        graph.output(graph.add("ArgMax", graph.dense(x, f"syntax.{name}", weights), axis=-1, keepdims=0), name)
    graph.output(graph.add("Squeeze", graph.dense(x, "syntax.start", weights), "last.axis"), "start")
    heads = graph.add("Transpose", graph.dense(x, "syntax.arc_head", weights), perm=[0, 2, 1])
    graph.output(graph.add("MatMul", graph.dense(x, "syntax.arc_dependent", weights), heads), "arcs")
    graph.output(graph.dense(x, "syntax.pair_dependent", weights), "dependent")
    graph.output(graph.dense(x, "syntax.pair_head", weights), "head")


def _weights(model: torch.nn.Module, prefix: str = "") -> Weights:
    return {f"{prefix}{name}": value.numpy().astype(np.float32) for name, value in model.state_dict().items()}


def write(model: Encoder, branch: Branch, tap: int, path: Path) -> None:
    """Build, quantise and save."""
    whole = path.with_suffix(".float.onnx")
    onnx.save(build(model, branch, tap), whole)
    quantize_dynamic(
        whole,
        path,
        op_types_to_quantize=["MatMul", "Gather"],
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        nodes_to_exclude=_heads(whole),
        extra_options={"MatMulConstBOnly": True},
    )
    whole.unlink()


def _heads(path: Path) -> list[str]:
    """Nodes that stay as they are: the gathers of parts of an array, and the head, which is small."""
    graph = onnx.load(path).graph
    keep = [node.name for node in graph.node if node.op_type == "Gather" and not node.input[0].endswith(".weight")]
    small = {f"{name}.weight" for name in ("head", "places", *(f"syntax.{part}" for part in EXACT))}
    return keep + [node.name for node in graph.node if small & set(node.input)]
