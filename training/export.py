"""Write an encoder as ONNX with weights of eight bits: a plain graph, node by node, that onnxruntime fuses when it
loads it.

Weights of matrices are int8 per output channel with one bit kept free (`reduce_range`), for processors without VNNI;
activations are quantised as they come. The words' vectors are int8 as well.
"""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from training.encoder import HEADS, WIDTH, Encoder

OPSET = 17
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


def build(model: Encoder) -> onnx.ModelProto:
    """The graph: `ids` and `cases` (windows, pieces) in, `scores` (windows, pieces, tags) out; id 0 is padding."""
    weights: Weights = {
        name: value.detach().numpy().astype(np.float32)
        for name, value in model.state_dict().items()
        if "early" not in name
    }
    graph = Graph()
    for name, value in (
        ("scale", (WIDTH // HEADS) ** -0.5),
        ("root.two", 2**0.5),
        ("one", 1),
        ("half", 0.5),
        ("away", -1e4),
    ):
        graph.constant(name, np.array(value, np.float32))
    for at in range(3):
        graph.constant(f"at.{at}", np.array(at, np.int64))
    graph.constant("shape.heads", np.array([0, 0, 3, HEADS, WIDTH // HEADS], np.int64))
    graph.constant("shape.joined", np.array([0, 0, WIDTH], np.int64))
    for name, axes in (("axes.mask", [1, 2]), ("first", [0]), ("second", [1])):
        graph.constant(name, np.array(axes, np.int64))
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
    graph.nodes.append(helper.make_node("Identity", [graph.dense(x, "head", weights)], ["scores"], name="scores"))
    shape = ["windows", "pieces"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "cases")]
    output = helper.make_tensor_value_info("scores", TensorProto.FLOAT, [*shape, model.head.out_features])
    made = helper.make_graph(graph.nodes, "encoder", inputs, [output], list(graph.constants.values()))
    result = helper.make_model(made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9)
    onnx.checker.check_model(result)
    return result


def write(model: Encoder, path: Path) -> None:
    """Build, quantise and save."""
    whole = path.with_suffix(".float.onnx")
    onnx.save(build(model), whole)
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
    return keep + [node.name for node in graph.node if "head.weight" in node.input or "places.weight" in node.input]
