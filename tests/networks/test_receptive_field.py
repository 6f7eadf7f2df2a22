"""The cone of a cell is the support of autograd's gradient, of forty random networks with branches."""

from __future__ import annotations

import io
import random
from typing import Any
from urllib.parse import quote

import numpy as np
import onnx
import pytest
import torch
from fastapi.testclient import TestClient
from onnx import helper
from torch import Tensor
from torch.nn import functional as F

from tests.support.onnx_models import model_of

SEEDS = range(40)


def if_node() -> list[onnx.NodeProto]:
    """Reads x in its inner graphs alone."""
    made = helper.make_tensor_value_info("b", 1, [1, 1, 4, 4])
    branch = helper.make_graph([helper.make_node("Relu", ["x"], ["b"])], "b", [], [made])
    return [helper.make_node("If", ["yes"], ["y"], then_branch=branch, else_branch=branch)]


def loop_node() -> list[onnx.NodeProto]:
    given = [
        helper.make_tensor_value_info(*each) for each in (("i", 7, []), ("c", 9, []), ("v", 1, [1, 1, 4, 4]))
    ]
    made = [helper.make_tensor_value_info(*each) for each in (("go", 9, []), ("sum", 1, [1, 1, 4, 4]))]
    nodes = [helper.make_node("Identity", ["c"], ["go"]), helper.make_node("Add", ["v", "x"], ["sum"])]
    body = helper.make_graph(nodes, "body", given, made)
    return [helper.make_node("Loop", ["two", "yes", "zeros"], ["y"], body=body)]


# What is read without being a tensor among the inputs of the node that makes y.
HIDDEN = {
    "sequence": lambda: [
        helper.make_node("SequenceConstruct", ["x", "x"], ["s"]),
        helper.make_node("SequenceAt", ["s", "one"], ["y"]),
    ],
    "if": if_node,
    "loop": loop_node,
}


@pytest.mark.parametrize("name", HIDDEN)
def test_what_is_read_unseen_is_followed(client: TestClient, name: str) -> None:
    x = np.ones((1, 1, 4, 4), np.float32)
    constants = {"one": np.array(1), "two": np.array(2), "yes": np.array(True), "zeros": 0 * x}
    made = model_of(HIDDEN[name](), {"x": x}, ["y"], constants)
    file = io.BytesIO()
    np.save(file, x)
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": file.getvalue()})
    assert answer.status_code == 201, answer.text
    url = answer.json()["links"]["self"]
    traced = client.get(f"{url}/trace?edge=y&row=1").json()
    assert (traced["input"], traced["mask"]) == ("x", [[1] * 4] * 4)
    assert "y" in [each["edge"] for each in client.get(f"{url}/reach?row=1").json()["path"]]


def test_shapes_are_changed_by_no_pixel(client: TestClient) -> None:
    x = np.ones((1, 1, 4, 4), np.float32)
    nodes = [
        helper.make_node("Relu", ["x"], ["a"]),
        helper.make_node("Shape", ["a"], ["size"]),
        helper.make_node("Slice", ["size", "zero", "two"], ["batch"]),
        helper.make_node("Concat", ["batch", "rest"], ["wanted"], axis=0),
        helper.make_node("ConstantOfShape", ["size"], ["zeros"]),
        helper.make_node("Add", ["a", "zeros"], ["sum"]),
        helper.make_node("Reshape", ["sum", "wanted"], ["y"]),
    ]
    constants = {"zero": np.array([0]), "two": np.array([2]), "rest": np.array([2, 8])}
    made = model_of(nodes, {"x": x}, ["y"], constants)
    file = io.BytesIO()
    np.save(file, x)
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": file.getvalue()})
    url = answer.json()["links"]["self"]
    reached = client.get(f"{url}/reach?row=1&col=2").json()["path"]
    assert [each["edge"] for each in reached] == ["a", "sum", "y"]
    traced = client.get(f"{url}/trace?edge=y&row=0&col=6").json()
    assert [each["edge"] for each in traced["path"]] == ["y", "sum", "zeros", "a"]
    assert np.argwhere(traced["mask"]).tolist() == [[1, 2]]


@pytest.mark.parametrize(
    ("groups", "channel", "read", "reached"),
    [(1, 4, [[0, 5]], [[0, 5]]), (2, 4, [[3, 5]], [[0, 5]]), (6, 4, [[4, 4]], [[0, 5]])],
    ids=["all", "grouped", "depthwise"],
)
def test_only_the_channels_that_are_read_are_followed(
    client: TestClient, groups: int, channel: int, read: list[list[int]], reached: list[list[int]]
) -> None:
    x = np.ones((1, 6, 5, 5), np.float32)
    weight = np.ones((6, 6 // groups, 3, 3), np.float32)
    nodes = [
        helper.make_node("Relu", ["x"], ["a"]),
        helper.make_node("Conv", ["a", "w"], ["y"], group=groups),
        helper.make_node("GlobalAveragePool", ["y"], ["mean"]),
        helper.make_node("Flatten", ["mean"], ["flat"]),
    ]
    made = model_of(nodes, {"x": x}, ["flat"], {"w": weight})
    file = io.BytesIO()
    np.save(file, x)
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": file.getvalue()})
    url = answer.json()["links"]["self"]
    traced = client.get(f"{url}/trace?edge=flat&channel={channel}").json()
    found = {each["edge"]: each["channels"] for each in traced["path"]}
    one = [[channel, channel]]
    assert found == {"flat": one, "mean": one, "y": one, "a": read}
    assert traced["channels"] == read
    path = client.get(f"{url}/reach?row=1&col=2").json()["path"]
    assert [each["channels"] for each in path] == [reached] * len(path)


def test_channels_that_are_apart_are_told_in_runs(client: TestClient) -> None:
    x = np.ones((1, 6, 2, 2), np.float32)
    nodes = [
        helper.make_node("Reshape", ["x", "apart"], ["split"]),
        helper.make_node("Transpose", ["split"], ["turned"], perm=[0, 2, 1, 3, 4]),
        helper.make_node("Reshape", ["turned", "joined"], ["shuffled"]),
        helper.make_node("Conv", ["shuffled", "w"], ["y"], group=2),
    ]
    constants = {
        "apart": np.array([1, 2, 3, 2, 2]),
        "joined": np.array([1, 6, 2, 2]),
        "w": np.ones((2, 3, 1, 1), np.float32),
    }
    made = model_of(nodes, {"x": x}, ["y"], constants)
    file = io.BytesIO()
    np.save(file, x)
    answer = client.post("/api/v1/networks", files={"model": made.model, "input": file.getvalue()})
    url = answer.json()["links"]["self"]
    traced = client.get(f"{url}/trace?edge=y&channel=0").json()
    assert traced["path"][1]["channels"] == [[0, 2]]
    # Of (0, 3, 1, 4, 2, 5) the first three.
    assert traced["channels"] == [[0, 1], [3, 3]]


class RandomNetwork:
    """Nodes of ONNX, and the same with positive weights, no activations, and averages for maxima."""

    def __init__(self, seed: int, pixel: tuple[int, int] | None = None) -> None:
        """pixel: the only cell of the input that is not 0, so that what it reaches is not 0 either."""
        torch.manual_seed(seed)
        self.chance = random.Random(seed)
        self.nodes: list[onnx.NodeProto] = []
        self.weights: dict[str, Any] = {}
        self.x = torch.rand(1, 2, self.chance.randint(9, 13), self.chance.randint(9, 13), requires_grad=True)
        if pixel is not None:
            self.x = torch.zeros_like(self.x)
            self.x[0, :, pixel[0], pixel[1]] = 1
        self.values: dict[str, Tensor] = {"x": self.x}
        edge = "x"
        for _ in range(self.chance.randint(2, 4)):
            edge = self.chance.choice(
                [self.conv, self.pool, self.relu, self.branches, self.resize, self.pad, self.slice, self.turn]
            )(edge)
        self.last = self.chance.choice([self.relu, self.matrix, self.means, self.reshape])(edge)

    def add(self, op: str, inputs: list[str], value: Tensor, **attributes: Any) -> str:
        name = f"e{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, inputs, [name], **attributes))
        self.values[name] = value
        return name

    def conv(self, edge: str, keep_size: bool = False) -> str:
        x = self.values[edge]
        groups = x.shape[1] if self.chance.random() < 0.3 else 1
        k = self.chance.choice([1, 2, 3])
        stride = 1 if keep_size else self.chance.choice([1, 2])
        dilation = self.chance.choice([1, 2])
        if keep_size:
            k = 3
        pad = dilation if keep_size else self.chance.randint(0, k - 1)
        if x.shape[2] + 2 * pad <= dilation * (k - 1) or x.shape[3] + 2 * pad <= dilation * (k - 1):
            return edge
        weight = torch.rand(x.shape[1], x.shape[1] // groups, k, k) + 0.1
        name = f"w{len(self.nodes)}"
        self.weights[name] = weight.numpy()
        made = F.conv2d(x, weight, None, stride, pad, dilation, groups)
        sizes = {"strides": [stride] * 2, "pads": [pad] * 4, "dilations": [dilation] * 2}
        return self.add("Conv", [edge, name], made, group=groups, **sizes)

    def pool(self, edge: str) -> str:
        x = self.values[edge]
        if min(x.shape[2:]) < 2:
            return edge
        return self.add("MaxPool", [edge], F.avg_pool2d(x, 2, 1), kernel_shape=[2, 2], strides=[1, 1])

    def relu(self, edge: str) -> str:
        return self.add("Relu", [edge], self.values[edge] * 1)

    def constant(self, values: Any) -> str:
        name = f"k{len(self.weights)}"
        self.weights[name] = values
        return name

    def resize(self, edge: str) -> str:
        x = self.values[edge]
        size = [self.chance.randint(3, 14), self.chance.randint(3, 14)]
        sizes = self.constant(np.array([*x.shape[:2], *size], np.int64))
        if self.chance.random() < 0.5:
            made = F.interpolate(x, size, mode="bilinear", align_corners=False)
            return self.add("Resize", [edge, "", "", sizes], made, mode="linear")
        options = {"coordinate_transformation_mode": "asymmetric", "nearest_mode": "floor"}
        return self.add("Resize", [edge, "", "", sizes], F.interpolate(x, size), **options)

    def pad(self, edge: str) -> str:
        top, bottom, left, right = (self.chance.randint(0, 2) for _ in range(4))
        pads = self.constant(np.array([0, 0, top, left, 0, 0, bottom, right], np.int64))
        mode = self.chance.choice(["constant", "reflect", "edge"])
        made = F.pad(self.values[edge], (left, right, top, bottom), {"edge": "replicate"}.get(mode, mode))
        return self.add("Pad", [edge, pads], made, mode=mode)

    def slice(self, edge: str) -> str:
        step = self.chance.choice([1, 2])
        numbers = [self.constant(np.array(each, np.int64)) for each in ([1, 0], [99, -1], [2, 3], [step, 1])]
        return self.add("Slice", [edge, *numbers], self.values[edge][:, :, 1::step, :-1])

    def turn(self, edge: str) -> str:
        return self.add("Transpose", [edge], self.values[edge].mT, perm=[0, 1, 3, 2])

    def reshape(self, edge: str) -> str:
        x = self.values[edge]
        shape = [1, x.shape[1] * x.shape[2], x.shape[3]]
        return self.add("Reshape", [edge, self.constant(np.array(shape, np.int64))], x.reshape(shape))

    def means(self, edge: str) -> str:
        """Over whole planes, or along rows."""
        x = self.values[edge]
        if self.chance.random() < 0.5:
            return self.add("GlobalAveragePool", [edge], x.mean((2, 3), keepdim=True))
        return self.add("Softmax", [edge], x.sum(3, keepdim=True).expand_as(x), axis=3)

    def matrix(self, edge: str) -> str:
        """Rows of the plane are multiplied, or all of it."""
        x = self.values[edge]
        if self.chance.random() < 0.5:
            weight = torch.rand(x.shape[3], 3) + 0.1
            return self.add("MatMul", [edge, self.constant(weight.numpy())], x @ weight)
        flat = self.add("Flatten", [edge], x.flatten(1))
        weight = torch.rand(3, self.values[flat].shape[1]) + 0.1
        made = self.values[flat] @ weight.mT
        return self.add("Gemm", [flat, self.constant(weight.numpy())], made, transB=1)

    def branches(self, edge: str) -> str:
        one, two = self.conv(edge, keep_size=True), self.relu(edge)
        if self.chance.random() < 0.5:
            return self.add("Add", [one, two], self.values[one] + self.values[two])
        axis = self.chance.choice([1, 2, 3])
        return self.add(
            "Concat", [one, two], torch.cat([self.values[one], self.values[two]], axis), axis=axis
        )


def stored(client: TestClient, made: RandomNetwork) -> str:
    """The address of the network below the API."""
    model = model_of(made.nodes, {"x": made.x.detach().numpy()}, [made.last], made.weights).model
    file = io.BytesIO()
    np.save(file, made.x.detach().numpy())
    answer = client.post("/api/v1/networks", files={"model": model, "input": file.getvalue()})
    assert answer.status_code in (200, 201), answer.text
    address: str = answer.json()["links"]["self"]
    return address


@pytest.mark.parametrize("seed", SEEDS)
def test_the_cone_is_the_gradients_support(client: TestClient, seed: int) -> None:
    made = RandomNetwork(seed)
    network = stored(client, made)
    values = made.values[made.last]
    for _ in range(3):
        cell = [made.chance.randrange(size) for size in values.shape[1:]]
        channel, row, col = {1: [*cell, 0, 0], 2: [cell[0], 0, cell[-1]], 3: cell}[len(cell)]
        (gradient,) = torch.autograd.grad(values[0, *cell], made.x, retain_graph=True)
        support = (gradient[0] != 0).any(0).int()
        query = f"edge={quote(made.last, safe='')}&channel={channel}&row={row}&col={col}"
        traced = client.get(f"{network}/trace?{query}")
        if not support.any():
            assert traced.json()["code"] == "network_cell_of_no_input"
            continue
        assert traced.json()["mask"] == support.tolist()
        rows, cols = support.any(1).nonzero().flatten(), support.any(0).nonzero().flatten()
        assert traced.json()["rows"] == [rows[0], rows[-1]]
        assert traced.json()["cols"] == [cols[0], cols[-1]]
        assert traced.json()["path"][0]["edge"] == made.last


@pytest.mark.parametrize("seed", SEEDS)
def test_the_reach_is_where_one_pixel_is_seen(client: TestClient, seed: int) -> None:
    """Weights are positive and activations pass, so that nothing of a single pixel is lost or cancelled."""
    made = RandomNetwork(seed)
    network = stored(client, made)
    height, width = made.x.shape[2:]
    for row, col in ((0, 0), (height // 2, width // 3), (height - 1, width - 1)):
        values = RandomNetwork(seed, (row, col)).values
        path = client.get(f"{network}/reach?row={row}&col={col}").json()["path"]
        found = {each["edge"]: (each["rows"], each["cols"]) for each in path}
        for edge, value in values.items():
            seen = (value[0] != 0).any(0)
            if edge == "x" or not seen.any():
                assert edge not in found
            elif seen.ndim == 0:
                assert found[edge] == (None, None)
            else:
                seen = seen.reshape(-1, seen.shape[-1])
                rows, cols = seen.any(1).nonzero().flatten(), seen.any(0).nonzero().flatten()
                assert found[edge] == ([rows[0], rows[-1]], [cols[0], cols[-1]]), edge


def test_the_reach_of_a_cell_that_is_not_there_is_refused(client: TestClient) -> None:
    network = stored(client, RandomNetwork(0))
    for query, status in (("row=99", 422), ("input=nothing", 404), ("row=-1", 422), ("channel=0", 422)):
        assert client.get(f"{network}/reach?{query}").status_code == status, query
