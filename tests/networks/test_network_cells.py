"""One cell of every operator: its terms are numbers on edges, and the formula gives the edge's value."""

from __future__ import annotations

import io
import json
import math
import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import quote

import numpy as np
import pytest
from fastapi.testclient import TestClient
from onnx import helper

from app.networks.sequential_code import OTHER_MODULES
from tests.support.onnx_models import Made, model_of, numbers, one_layer

API = "/api/v1/networks"
X = numbers(1, 3, 4, 5)
ROW = numbers(1, 6)
POSITIVE = np.abs(numbers(3, seed=4)) + 0.5
MEAN = numbers(3, seed=3)
SIZES = np.array([1, 3, 8, 7], np.int64)
SCALES = np.array([1, 1, 2, 1.5], np.float32)
NONE = np.array([], np.float32)


def integers(*values: int) -> Any:
    return np.array(values, np.int64)


def concat() -> Made:
    node = helper.make_node("Concat", ["a", "b", "a"], ["y"], axis=2)
    return model_of([node], {"a": X, "b": numbers(1, 3, 2, 5, seed=1)}, ["y"])


def split() -> Made:
    nodes = [
        helper.make_node("Split", ["x", "n"], ["y", "z"], axis=1),
        helper.make_node("Relu", ["z"], ["r"]),
    ]
    return model_of(nodes, {"x": X}, ["y", "r"], {"n": integers(1, 2)})


def integer_division() -> Made:
    nodes = [helper.make_node("Div", ["x", "c"], ["z"]), helper.make_node("Cast", ["z"], ["y"], to=1)]
    return model_of(nodes, {"x": integers(-7, 7, 8).reshape(1, 3)}, ["y"], {"c": integers(2)})


def several(op: str) -> Made:
    others = {"b": numbers(3, 1, 1, seed=1), "c": numbers(1, 3, 4, 1, seed=2)}
    return model_of([helper.make_node(op, ["a", "b", "c"], ["y"])], {"a": X}, ["y"], others)


UNARY: dict[str, dict[str, Any]] = {
    "Identity": {}, "Relu": {}, "LeakyRelu": {"alpha": 0.3}, "Elu": {"alpha": 0.7}, "Selu": {}, "Celu": {},
    "Sigmoid": {}, "Tanh": {}, "HardSigmoid": {"alpha": 0.4}, "HardSwish": {}, "Softplus": {}, "Softsign": {},
    "Neg": {}, "Abs": {}, "Exp": {}, "Erf": {}, "Reciprocal": {}, "Mish": {}, "Dropout": {},
}  # fmt: skip
CASES: dict[str, Callable[[], Made]] = {
    **{op: partial(one_layer, op, X, opset=18, **given) for op, given in UNARY.items()},
    "Gelu": lambda: one_layer("Gelu", X, opset=20),
    "Gelu by tanh": lambda: one_layer("Gelu", X, opset=20, approximate="tanh"),
    "Log": lambda: one_layer("Log", np.abs(X)),
    "Sqrt": lambda: one_layer("Sqrt", np.abs(X)),
    "PRelu": lambda: one_layer("PRelu", X, numbers(3, 1, 1)),
    "Pow": lambda: one_layer("Pow", np.abs(X), np.array(1.5, np.float32)),
    "Clip 6": lambda: one_layer("Clip", X, opset=7, min=-0.5, max=0.25),
    "Clip": lambda: one_layer("Clip", X, np.array(-0.5, np.float32), np.array(0.25, np.float32)),
    "Clip from below": lambda: one_layer("Clip", X, np.array(-0.5, np.float32)),
    "Add a channel's": lambda: one_layer("Add", X, numbers(3, 1, 1)),
    "Sub a number": lambda: one_layer("Sub", X, np.array(0.5, np.float32)),
    "Mul a row's": lambda: one_layer("Mul", X, numbers(4, 1)),
    "Div": lambda: one_layer("Div", X, np.abs(numbers(1, 3, 4, 5, seed=3)) + 1),
    "Div integers": integer_division,
    **{op: partial(several, op) for op in ("Sum", "Mean", "Max", "Min")},
    "BatchNormalization": lambda: one_layer(
        "BatchNormalization", X, numbers(3, seed=1), numbers(3, seed=2), MEAN, POSITIVE, epsilon=0.01
    ),
    "Concat": concat,
    "Split": split,
    "Flatten": lambda: one_layer("Flatten", X),
    "Reshape": lambda: one_layer("Reshape", X, integers(1, 2, -1)),
    "Squeeze": lambda: one_layer("Squeeze", X[..., :1], integers(3)),
    "Unsqueeze": lambda: one_layer("Unsqueeze", X[:, :, 0], integers(2)),
    "Transpose": lambda: one_layer("Transpose", X, perm=[0, 2, 3, 1]),
    "Slice": lambda: one_layer("Slice", X, integers(-1, 1), integers(-9, 9), integers(3, 1), integers(-2, 1)),
    "Slice 7": lambda: one_layer("Slice", X, opset=7, starts=[1], ends=[4], axes=[3]),
    "Gather": lambda: one_layer("Gather", X, integers(2, -3), axis=1),
    "Expand": lambda: one_layer("Expand", X[:, :, :1], integers(1, 3, 4, 5)),
    "Tile": lambda: one_layer("Tile", X, integers(1, 2, 1, 2)),
    "DepthToSpace": lambda: one_layer("DepthToSpace", numbers(1, 8, 2, 3), blocksize=2),
    "DepthToSpace CRD": lambda: one_layer("DepthToSpace", numbers(1, 8, 2, 3), blocksize=2, mode="CRD"),
    "SpaceToDepth": lambda: one_layer("SpaceToDepth", numbers(1, 2, 4, 6), blocksize=2),
    **{
        f"Pad {mode}": partial(
            one_layer, "Pad", X, integers(0, 0, 2, 1, 0, 0, -1, 3), np.array(0.25, np.float32), mode=mode
        )
        for mode in ("constant", "reflect", "edge")
    },
    "Pad 7": lambda: one_layer("Pad", X, opset=7, pads=[0, 0, 1, 1, 0, 0, 1, 1], value=0.5),
    **{
        f"Resize nearest {transform} {rounding}": partial(
            one_layer,
            "Resize",
            X,
            NONE,
            NONE,
            SIZES,
            coordinate_transformation_mode=transform,
            nearest_mode=rounding,
        )
        for transform in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
        for rounding in ("round_prefer_floor", "round_prefer_ceil", "floor", "ceil")
    },
    **{
        f"Resize linear {transform}": partial(
            one_layer, "Resize", X, NONE, SCALES, mode="linear", coordinate_transformation_mode=transform
        )
        for transform in ("half_pixel", "pytorch_half_pixel", "align_corners", "asymmetric")
    },
    "Resize 10 down": lambda: one_layer("Resize", X, np.array([1, 1, 0.5, 0.6], np.float32), opset=10),
    "Resize axes": lambda: one_layer("Resize", X, NONE, SCALES[2:], axes=[2, 3], opset=18),
    "Upsample": lambda: one_layer("Upsample", X, SCALES, opset=9),
    "Softmax": lambda: one_layer("Softmax", X, axis=1),
    "Softmax 7": lambda: one_layer("Softmax", X, opset=7),
    "LogSoftmax": lambda: one_layer("LogSoftmax", ROW),
    "Gemm": lambda: one_layer("Gemm", ROW, numbers(6, 4), numbers(4)),
    "Gemm turned": lambda: one_layer(
        "Gemm", numbers(6, 1), numbers(4, 6), numbers(1), transA=1, transB=1, alpha=0.5, beta=2.0
    ),
    "MatMul": lambda: one_layer("MatMul", ROW, numbers(6, 4)),
    "MatMul of many": lambda: one_layer("MatMul", numbers(1, 3, 4, 6), numbers(3, 6, 2)),
    "MatMul with a vector": lambda: one_layer("MatMul", numbers(1, 3, 6), numbers(6)),
    "GlobalAveragePool": lambda: one_layer("GlobalAveragePool", X),
    "GlobalMaxPool": lambda: one_layer("GlobalMaxPool", X),
    "ReduceMean": lambda: one_layer("ReduceMean", X, axes=[2, 3]),
    "ReduceMean 18": lambda: one_layer("ReduceMean", X, integers(-1, 1), opset=18, keepdims=0),
    "ReduceSum": lambda: one_layer("ReduceSum", X, integers(3)),
    "ReduceMax": lambda: one_layer("ReduceMax", X, axes=[1], keepdims=0),
}


def saved(made: Made) -> bytes:
    file = io.BytesIO()
    np.savez(file, **made.inputs)
    return file.getvalue()


def evaluated(worked: str) -> float:
    """What the formula's text gives, read by Python."""
    text = (
        worked.rpartition(" = ")[0].replace("−", "-").replace("·", "*").replace("³", "**3").replace("^", "**")
    )
    text = re.sub(r"√(\d)", r"sqrt(\1)", text).replace("√(", "sqrt(").replace("π", "pi")
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", text)
    names = {"exp": math.exp, "ln": math.log, "erf": math.erf, "tanh": math.tanh, "sqrt": math.sqrt}
    return float(eval(text, {"pi": math.pi, "max": max, "min": min, "abs": abs, **names}))


@pytest.mark.parametrize(
    ("op", "a", "b", "worked"),
    [
        ("Add", 0.0211069, 0.158123, "0.021107 + 0.158123 = 0.179230"),
        ("Sub", 100.125, 0.0625, "100.125 − 0.062 = 100.063"),
        ("Sub", 1, -2.5, "1.00000 − (−2.50000) = 3.50000"),
        ("Add", 3, 4, "3 + 4 = 7"),
    ],
)
def test_the_printed_terms_of_a_sum_add_up(
    client: TestClient, op: str, a: float, b: float, worked: str
) -> None:
    node = helper.make_node(op, ["a", "b"], ["y"])
    inputs = {"a": np.full((1, 1), a, np.float32), "b": np.full((1, 1), b, np.float32)}
    made = model_of([node], inputs, ["y"])
    network = client.post("/api/v1/networks", files={"model": made.model, "input": saved(made)}).json()
    name = network["nodes"][0]["name"]
    cell = client.get(f"{network['links']['self']}/nodes/{name}/cell?channel=0").json()
    assert cell["worked"] == worked


class Numbers:
    """The tensors of a network, each fetched once."""

    def __init__(self, client: TestClient, network: dict[str, Any]) -> None:
        self.client, self.network, self.own = client, network, dict[str, Any]()

    def __getitem__(self, edge: str) -> Any:
        if edge not in self.own:
            url = f"{self.network['links']['self']}/tensors/{quote(edge, safe='')}?format=npy"
            self.own[edge] = np.load(io.BytesIO(self.client.get(url).content))
        return self.own[edge]


def check_cell(client: TestClient, tensors: Numbers, node: dict[str, Any], chance: random.Random) -> None:
    edge = node["outputs"][0]
    shape = [1, *edge["shape"][1:]]
    index = [chance.randrange(size) for size in shape]
    axes = ("channel", "col") if len(shape) == 3 else ("channel", "row", "col")
    place = dict(zip(axes, index[1:], strict=False))
    url = f"{tensors.network['links']['self']}/nodes/{quote(node['name'], safe='')}/cell"
    answer = client.get(url, params=place)
    assert answer.status_code == 200, answer.text
    cell = answer.json()
    assert (cell["edge"], cell["index"]) == (edge["name"], index)
    output = tensors[edge["name"]][tuple(index)].item()
    assert cell["output"] == output
    assert cell["note"] is None, cell["note"]
    assert cell["value"] == pytest.approx(output, rel=1e-5, abs=1e-5)
    if node["op"] != "Div" or edge["dtype"] == "float32":
        assert evaluated(cell["worked"]) == pytest.approx(output, rel=1e-4, abs=1e-4), cell["worked"]
    for term in cell["terms"]:
        assert term["edge"] is None or tensors[term["edge"]][tuple(term["index"])].item() == term["value"]
    for column in cell["columns"]:
        if column["edge"] is not None:
            read = tensors[column["edge"]]
            assert [read[tuple(each)].item() for each in column["indices"]] == column["values"]


@pytest.mark.parametrize("name", CASES)
def test_a_cell_of_an_onnx_operator(client: TestClient, name: str) -> None:
    made = CASES[name]()
    answer = client.post(API, files={"model": made.model, "input": saved(made)})
    assert answer.status_code in (200, 201), answer.text
    network, chance = answer.json(), random.Random(name)
    tensors = Numbers(client, network)
    for _ in range(8):
        check_cell(client, tensors, network["nodes"][0], chance)


ARGUMENTS = {
    "BatchNorm1d": "3", "BatchNorm2d": "3", "Linear": "5, 4", "Softmax": "1", "LogSoftmax": "-1",
    "LeakyReLU": "0.3", "ELU": "0.5", "Softplus": "2", "Hardtanh": "-0.5, 0.3", "GELU": "'tanh'",
}  # fmt: skip


ADAPTIVE = [op for op in OTHER_MODULES if op.startswith("Adaptive")]


@pytest.mark.parametrize("op", ADAPTIVE)
def test_windows_of_several_sizes_are_not_worked_out(client: TestClient, op: str) -> None:
    shape = [1, 3, 5] if op.endswith("1d") else [1, 3, 4, 5]
    given = json.dumps({"random": {"shape": shape, "seed": 1}})
    network = client.post(API, files={"code": f"nn.Sequential(nn.{op}(3))", "input": given}).json()
    name = quote(network["nodes"][0]["name"], safe="")
    cell = client.get(f"{network['links']['self']}/nodes/{name}/cell").json()
    assert op in cell["note"] and cell["formula"] is None


@pytest.mark.parametrize("op", [op for op in OTHER_MODULES if op not in ADAPTIVE])
def test_a_cell_of_a_torch_module(client: TestClient, op: str) -> None:
    shape = [1, 5] if op == "Linear" else [1, 3, 5] if op.endswith("1d") else [1, 3, 4, 5]
    code = f"nn.Sequential(nn.{op}({ARGUMENTS.get(op, '')}))"
    given = json.dumps({"random": {"shape": shape, "seed": 1}})
    answer = client.post(API, files={"code": code, "input": given})
    assert answer.status_code in (200, 201), answer.text
    network, chance = answer.json(), random.Random(op)
    for _ in range(8):
        check_cell(client, Numbers(client, network), network["nodes"][0], chance)


def test_a_layers_cell_is_a_step_of_its_scene(client: TestClient) -> None:
    made = one_layer("Conv", numbers(1, 2, 6, 7), numbers(3, 2, 3, 3), strides=[2, 1])
    network = client.post(API, files={"model": made.model, "input": saved(made)}).json()
    url = f"{network['links']['self']}/nodes/node_0/cell"
    cell = client.get(url, params={"channel": 2, "row": 1, "col": 3}).json()
    step = client.get(cell["steps"]).json()["steps"]
    assert [(each["row"], each["col"]) for each in step] == [(1, 3)]
    assert step[0]["output"] == pytest.approx(cell["output"], rel=1e-5)
    assert (cell["formula"], cell["terms"], cell["note"]) == (None, [], None)


def test_what_has_no_formula_says_so(client: TestClient) -> None:
    made = one_layer("LRN", X, size=3)
    network = client.post(API, files={"model": made.model, "input": saved(made)}).json()
    url = f"{network['links']['self']}/nodes/node_0/cell"
    cell = client.get(url, headers={"Accept-Language": "zh-CN"}).json()
    assert "LRN" in cell["note"]
    assert cell["formula"] is cell["value"] is cell["steps"] is None
    for query, status, code in (
        ({"channel": 3}, 422, "network_no_such_cell"),
        ({"row": 4}, 422, "network_no_such_cell"),
        ({"rwo": 4}, 422, "parameter_unknown_close"),
    ):
        refused = client.get(url, params=query)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert client.get(url.replace("node_0", "nobody")).json()["code"] == "network_has_no_node"
