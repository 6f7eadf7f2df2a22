"""ONNX models made for tests, each with an input: of onnx's own helper, and exported by torch."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from torch import Tensor, nn
from torch.nn import functional as F

Array = Any


class Made(NamedTuple):
    """A model's bytes, and arrays for its inputs."""

    model: bytes
    inputs: dict[str, Array]


def numbers(*shape: int, seed: int = 0) -> Array:
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def model_of(
    nodes: Sequence[onnx.NodeProto],
    inputs: dict[str, Array],
    outputs: Sequence[str],
    constants: dict[str, Array] | None = None,
    *,
    opset: int = 13,
    shapes: dict[str, Any] | None = None,
    more_inputs: Sequence[onnx.ValueInfoProto] = (),
) -> Made:
    given = [
        helper.make_tensor_value_info(
            name, helper.np_dtype_to_tensor_dtype(array.dtype), (shapes or {}).get(name, array.shape)
        )
        for name, array in inputs.items()
    ]
    made = [onnx.ValueInfoProto(name=name) for name in outputs]
    initializers = [numpy_helper.from_array(array, name) for name, array in (constants or {}).items()]
    graph = helper.make_graph(list(nodes), "g", [*given, *more_inputs], made, initializers)
    # Without a type no checker takes an output.
    for output in graph.output:
        output.type.tensor_type.elem_type = TensorProto.FLOAT
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 3 if opset < 9 else 8
    return Made(model.SerializeToString(), inputs)


def one_layer(op: str, input: Array, *constants: Array, opset: int = 13, **attributes: Any) -> Made:
    names = [f"c{i}" for i in range(len(constants))]
    node = helper.make_node(op, ["x", *names], ["y"], **attributes)
    return model_of([node], {"x": input}, ["y"], dict(zip(names, constants, strict=True)), opset=opset)


def exported(module: nn.Module, *shape: int, opset: int = 17, **options: Any) -> Made:
    torch.manual_seed(0)
    x = torch.randn(*shape)
    with warnings.catch_warnings(), TemporaryDirectory() as folder:
        warnings.simplefilter("ignore")
        file = Path(folder) / "model.onnx"
        torch.onnx.export(
            module.eval(), (x,), file, dynamo=False, opset_version=opset, input_names=["x"], **options
        )
        return Made(file.read_bytes(), {"x": x.numpy()})


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.first, self.second = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 4, 3, padding=1)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.norm(self.second(F.relu(self.first(x)))))


class Inception(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.three, self.five = (
            nn.Conv2d(3, 2, 1),
            nn.Conv2d(3, 3, 3, padding=1),
            nn.Conv2d(3, 2, 5, padding=2),
        )

    def forward(self, x: Tensor) -> Tensor:
        pooled = F.max_pool2d(x, 3, 1, 1)
        return torch.cat([self.one(x), self.three(x), self.five(x), pooled], 1)


class UNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.down, self.up, self.out = (
            nn.Conv2d(2, 4, 3, 2, 1),
            nn.ConvTranspose2d(4, 2, 2, 2),
            nn.Conv2d(4, 1, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        joined = torch.cat([x, self.up(F.relu(self.down(x)))], 1)
        output: Tensor = self.out(joined)
        return output


def lenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 8, 5), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(32, 10), nn.Softmax(1),
    )  # fmt: skip


def mobilenet() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 8, 3, 2, 1),
        nn.Hardswish(),
        nn.Conv2d(8, 8, 3, 1, 1, groups=8),
        nn.ReLU6(),
        nn.Conv2d(8, 4, 1),
    )


def vgg() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 4, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2)
    )


IMAGE, WEIGHT, BIAS = numbers(1, 2, 7, 8), numbers(4, 2, 3, 3, seed=1), numbers(4, seed=2)
SIGNAL, TAPS = numbers(1, 2, 9), numbers(3, 2, 3, seed=3)
UPWARD = numbers(2, 3, 3, 3, seed=4)


def shared_weights() -> Made:
    x = numbers(1, 2, 6, 6)
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1] * 4),
        helper.make_node("Conv", ["a", "w"], ["y"]),
    ]
    return model_of(nodes, {"x": x}, ["y"], {"w": numbers(2, 2, 3, 3, seed=1)})


def several() -> Made:
    nodes = [
        helper.make_node("Add", ["a", "b"], ["sum"], name="plus"),
        helper.make_node("Conv", ["sum", "w"], ["c"], name="same"),
        helper.make_node("Relu", ["c"], ["r"], name="same"),
        helper.make_node("GlobalAveragePool", ["r"], ["p"]),
    ]
    inputs = {"a": numbers(1, 2, 5, 5), "b": numbers(1, 2, 5, 5, seed=9)}
    return model_of(nodes, inputs, ["r", "p"], {"w": numbers(3, 2, 2, 2)})


def initializer_as_input() -> Made:
    given = [helper.make_tensor_value_info("w", TensorProto.FLOAT, WEIGHT.shape)]
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    return model_of([node], {"x": IMAGE}, ["y"], {"w": WEIGHT}, opset=8, more_inputs=given)


def half_weights() -> Made:
    nodes = [
        helper.make_node("Cast", ["h"], ["w"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["x", "w"], ["y"]),
    ]
    return model_of(nodes, {"x": IMAGE}, ["y"], {"h": WEIGHT.astype(np.float16)})


def dynamic_batch() -> Made:
    node = helper.make_node("Conv", ["x", "w", "b"], ["y"])
    return model_of(
        [node],
        {"x": numbers(3, 2, 7, 8)},
        ["y"],
        {"w": WEIGHT, "b": BIAS},
        shapes={"x": ["N", 2, None, None]},
    )


def unsorted() -> Made:
    nodes = [helper.make_node("Relu", ["c"], ["y"]), helper.make_node("Conv", ["x", "w"], ["c"])]
    return model_of(nodes, {"x": IMAGE}, ["y"], {"w": WEIGHT})


MODELS: dict[str, Callable[[], Made]] = {
    "conv": lambda: one_layer("Conv", IMAGE, WEIGHT, BIAS),
    "conv strides, pads, dilations": lambda: one_layer(
        "Conv", IMAGE, WEIGHT, strides=[2, 1], pads=[1, 0, 2, 3], dilations=[1, 2]
    ),
    "conv groups": lambda: one_layer("Conv", numbers(1, 4, 5, 5), numbers(4, 2, 3, 3), group=2),
    "conv same upper": lambda: one_layer("Conv", IMAGE, WEIGHT, auto_pad="SAME_UPPER", strides=[2, 2]),
    "conv same lower": lambda: one_layer("Conv", IMAGE, WEIGHT, auto_pad="SAME_LOWER", strides=[2, 1]),
    "conv valid": lambda: one_layer("Conv", IMAGE, WEIGHT, auto_pad="VALID"),
    "conv 1d": lambda: one_layer("Conv", SIGNAL, TAPS, strides=[2], pads=[1, 0]),
    "conv opset 7": lambda: one_layer("Conv", IMAGE, WEIGHT, opset=7),
    "conv opset 22": lambda: one_layer("Conv", IMAGE, WEIGHT, BIAS, opset=22),
    "transposed": lambda: one_layer(
        "ConvTranspose", numbers(1, 2, 4, 5), UPWARD, strides=[2, 2], pads=[1, 0, 0, 1], output_padding=[1, 0]
    ),
    "transposed output_shape": lambda: one_layer(
        "ConvTranspose", numbers(1, 2, 4, 5), UPWARD, strides=[2, 2], output_shape=[8, 10]
    ),
    "transposed same": lambda: one_layer(
        "ConvTranspose", numbers(1, 2, 4, 5), UPWARD, strides=[2, 2], auto_pad="SAME_UPPER"
    ),
    "transposed groups": lambda: one_layer(
        "ConvTranspose", numbers(1, 2, 4, 5), numbers(2, 2, 2, 2), group=2, dilations=[2, 1]
    ),
    "max pool": lambda: one_layer("MaxPool", IMAGE, kernel_shape=[3, 2], strides=[2, 1], pads=[1, 0, 1, 1]),
    "max pool ceil": lambda: one_layer("MaxPool", IMAGE, kernel_shape=[2, 2], strides=[2, 2], ceil_mode=1),
    "max pool dilations": lambda: one_layer("MaxPool", IMAGE, kernel_shape=[2, 2], dilations=[2, 3]),
    "average pool": lambda: one_layer(
        "AveragePool", IMAGE, kernel_shape=[3, 3], strides=[1, 2], pads=[1, 1, 1, 1]
    ),
    "average pool counts padding": lambda: one_layer(
        "AveragePool", IMAGE, kernel_shape=[3, 3], pads=[1, 1, 0, 1], count_include_pad=1
    ),
    "average pool same": lambda: one_layer(
        "AveragePool", IMAGE, kernel_shape=[3, 3], auto_pad="SAME_UPPER", strides=[2, 2]
    ),
    "max pool 1d": lambda: one_layer("MaxPool", SIGNAL, kernel_shape=[2]),
    "shared weights": shared_weights,
    "several inputs and outputs": several,
    "initializer as input": initializer_as_input,
    "half weights": half_weights,
    "dynamic batch": dynamic_batch,
    "unsorted": unsorted,
    "lenet": lambda: exported(lenet(), 1, 1, 16, 16, opset=9),
    "vgg": lambda: exported(vgg(), 1, 3, 8, 8),
    "residual": lambda: exported(Residual(), 1, 4, 6, 6),
    "residual with batch norm": lambda: exported(
        Residual(), 1, 4, 6, 6, do_constant_folding=False, training=torch.onnx.TrainingMode.PRESERVE
    ),
    "inception": lambda: exported(Inception(), 1, 3, 6, 7),
    "mobilenet": lambda: exported(mobilenet(), 1, 3, 8, 8, opset=14),
    "u-net": lambda: exported(UNet(), 1, 2, 8, 8),
}
