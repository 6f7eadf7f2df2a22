"""Every edge of a model is what ONNX's reference or onnxruntime has, and every layer's scene is its edge."""

from __future__ import annotations

import io
from typing import Any
from urllib.parse import quote

import numpy as np
import onnx
import onnxruntime
import pytest
from fastapi.testclient import TestClient
from onnx import helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from tests.support.networks import npy
from tests.support.onnx_models import MODELS, Made, model_of, numbers, one_layer
from tests.support.scenes import Form

API = "/api/v1/networks"
# The reference evaluator of these has faults of its own, or a wish for sorted nodes.
BY_RUNTIME = {
    "unsorted",
    "max pool ceil",
    "transposed same",
    "transposed groups",
    "transposed output_shape",
    "conv same lower",
}


def post(client: TestClient, made: Made) -> Any:
    file = io.BytesIO()
    if len(made.inputs) == 1:
        np.save(file, next(iter(made.inputs.values())))
    else:
        np.savez(file, **made.inputs)
    return client.post(API, files={"model": made.model, "input": file.getvalue()})


def tensor(client: TestClient, network: str, edge: str) -> Any:
    answer = client.get(f"{API}/{network}/tensors/{quote(edge, safe='')}?format=npy")
    assert answer.status_code == 200, answer.text
    return np.load(io.BytesIO(answer.content))


def expected_edges(name: str, made: Made) -> dict[str, Any]:
    model = onnx.load_from_string(made.model)
    names = [each for node in model.graph.node for each in node.output if each]
    del model.graph.output[:]
    model.graph.output.extend(onnx.ValueInfoProto(name=each) for each in names)
    if name in BY_RUNTIME:
        session = onnxruntime.InferenceSession(model.SerializeToString())
        return dict(zip(names, session.run(names, made.inputs), strict=True))
    model = onnx.load_from_string(made.model)
    values = ReferenceEvaluator(model).run(None, made.inputs, intermediate=True)
    assert isinstance(values, dict)
    return {each: value for each, value in values.items() if each in names}


def sums_of_magnitudes(made: Made, edge: str, edges: dict[str, Any]) -> Any:
    """The layer that makes the edge, on the magnitudes of all that it reads."""
    model = onnx.load_from_string(made.model)
    node = next(each for each in model.graph.node if edge in each.output)
    constants = {each.name: numpy_helper.to_array(each) for each in model.graph.initializer}
    values = {**constants, **made.inputs, **edges}
    read = {name: np.abs(values[name]) for name in node.input if name}
    one = model_of([node], read, [edge], opset=model.opset_import[0].version).model
    (made_of_magnitudes,) = onnxruntime.InferenceSession(one).run([edge], read)
    return made_of_magnitudes


@pytest.mark.parametrize("name", MODELS)
def test_every_edge_and_every_scene(client: TestClient, name: str) -> None:
    """
    A scene's output is the edge within 1e-5, relative to the edge's largest number, as tensors are compared:
    two orders of one float32 sum differ by roundings of its terms, however near to 0 it comes.
    """
    made = MODELS[name]()
    answer = post(client, made)
    assert answer.status_code == 201, answer.text
    network = answer.json()
    assert client.get(answer.headers["location"]).json() == network
    assert post(client, made).status_code == 200
    edges = expected_edges(name, made)
    assert edges
    own = {edge: tensor(client, network["id"], edge) for edge in edges}
    for edge, expected in edges.items():
        found = own[edge]
        assert found.shape == expected.shape
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    layers = [
        node for node in network["nodes"] if node["op"] in ("Conv", "ConvTranspose", "MaxPool", "AveragePool")
    ]
    for node in layers:
        assert node["scene"], node["note"]
        scene = client.get(node["scene"]).json()
        output = client.get(f"{scene['links']['self']}/tensors/output?format=npy").content
        edge = node["outputs"][0]["name"]
        found, sample = np.load(io.BytesIO(output)), own[edge][0]
        difference = np.abs(found - sample)
        assert difference.max() <= 1e-5 * np.abs(sample).max()
        assert (difference <= 1e-6 * sums_of_magnitudes(made, edge, own)[0]).all()
        assert scene["shapes"]["output"] == node["outputs"][0]["shape"][1:]


def then_float(op: str, array: Any, **attributes: Any) -> Made:
    """An operator on the array twice, once as a weight."""
    nodes = [
        helper.make_node(op, ["x", "w"], ["y"], **attributes),
        helper.make_node("Cast", ["y"], ["z"], to=1),
    ]
    return model_of(nodes, {"x": array}, ["z"], {"w": array})


def constant_node(array: Any) -> Made:
    constant = helper.make_node("Constant", [], ["c"], value=numpy_helper.from_array(array, "c"))
    return model_of([constant, helper.make_node("Add", ["x", "c"], ["y"])], {"x": array}, ["y"])


def in_subgraph(array: Any) -> Made:
    x, y = (helper.make_tensor_value_info(name, 1, array.shape) for name in ("x", "y"))
    branches = {
        "then_branch": helper.make_graph([helper.make_node("Add", ["x", "w"], ["y"])], "t", [], [y]),
        "else_branch": helper.make_graph([helper.make_node("Sub", ["x", "w"], ["y"])], "e", [], [y]),
    }
    node = helper.make_node("If", ["yes"], ["z"], **branches)
    return model_of([node], {x.name: array}, ["z"], {"yes": np.array(False), "w": 2 * array})


def in_typed_field(array: Any) -> Made:
    made = model_of([helper.make_node("Add", ["x", "w"], ["y"])], {"x": array}, ["y"], {"w": array})
    model = onnx.load_from_string(made.model)
    model.graph.initializer[0].CopyFrom(helper.make_tensor("w", 1, array.shape, array.flatten().tolist()))
    return Made(model.SerializeToString(), made.inputs)


def as_input_too(array: Any) -> Made:
    more = [helper.make_tensor_value_info("w", 1, array.shape)]
    node = helper.make_node("Add", ["x", "w"], ["y"])
    return model_of([node], {"x": array}, ["y"], {"w": 3 * array}, more_inputs=more)


# More numbers than what may say a shape: these are handed to onnxruntime beside the model.
SQUARE = numbers(40, 50)
ROWS = np.arange(2000, dtype=np.int64).reshape(40, 50) % 40
LARGE_WEIGHTS = {
    "read by two": lambda: model_of(
        [helper.make_node("Add", ["x", "w"], ["y"]), helper.make_node("Mul", ["y", "w"], ["z"])],
        {"x": SQUARE},
        ["z"],
        {"w": SQUARE},
    ),
    "is an output": lambda: model_of(
        [helper.make_node("Add", ["x", "w"], ["y"])], {"x": SQUARE}, ["y", "w"], {"w": SQUARE}
    ),
    "double": lambda: then_float("Add", SQUARE.astype(np.float64)),
    "half": lambda: then_float("Add", SQUARE.astype(np.float16)),
    "bool": lambda: then_float("Xor", SQUARE > 0),
    "bytes": lambda: then_float("BitShift", (ROWS % 7).astype(np.uint8), direction="LEFT"),
    "indices": lambda: one_layer("Gather", SQUARE, ROWS),
    "a shape as it is worked out": lambda: one_layer("Expand", SQUARE, np.ones(1, np.int64)),
    "negative zeros": lambda: one_layer("Add", -0.0 * SQUARE, -0.0 * SQUARE),
    "of a constant node": lambda: constant_node(SQUARE),
    "in an inner graph": lambda: in_subgraph(SQUARE),
    "in a typed field": lambda: in_typed_field(SQUARE),
    "an input too": lambda: as_input_too(SQUARE),
}


@pytest.mark.parametrize("name", LARGE_WEIGHTS)
def test_large_weights(client: TestClient, name: str) -> None:
    made = LARGE_WEIGHTS[name]()
    answer = post(client, made)
    assert answer.status_code == 201, answer.text
    names = answer.json()["outputs"]
    expected = onnxruntime.InferenceSession(made.model).run(names, made.inputs)
    for edge, values in zip(names, expected, strict=True):
        np.testing.assert_array_equal(tensor(client, answer.json()["id"], edge), values)


DTYPES = {name: value for name, value in onnx.TensorProto.DataType.items() if name != "UNDEFINED"}
TAKEN = {"FLOAT16", "FLOAT", "DOUBLE", "BOOL", *(f"{u}INT{n}" for u in ("", "U") for n in (8, 16, 32, 64))}


def same(kind: int, *shape: int) -> bytes:
    """A model that hands its input on."""
    x, y = (helper.make_tensor_value_info(name, kind, shape) for name in "xy")
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", [x], [y])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    return bytes(model.SerializeToString())


def posted(client: TestClient, model: bytes, array: Any) -> Any:
    file = io.BytesIO()
    np.save(file, array)
    return client.post(API, files={"model": model, "input": file.getvalue()})


@pytest.mark.parametrize("name", DTYPES)
def test_inputs_of_every_type(client: TestClient, name: str) -> None:
    """Types that torch lacks are told as wider ones, those that numpy lacks are refused."""
    sent = np.array([[[[1, 0]], [[0, 1]]]])
    answer = posted(client, same(DTYPES[name], 1, 2, 1, 2), sent)
    if name in TAKEN:
        assert answer.status_code == 201, answer.text
        np.testing.assert_array_equal(tensor(client, answer.json()["id"], "y").astype(int), sent)
    else:
        assert (answer.status_code, answer.json()["code"]) == (422, "network_input_type")
        assert f" {name.lower()}, " in answer.json()["detail"]


@pytest.mark.parametrize("largest", [2**31, 2**53, 2**63 - 1, 2**63, 2**64 - 1])
def test_no_unsigned_number_becomes_negative(client: TestClient, largest: int) -> None:
    sent = np.array([[[[largest, 1]]]], np.uint64)
    network = posted(client, same(onnx.TensorProto.UINT64, 1, 1, 1, 2), sent).json()
    found = tensor(client, network["id"], "y")
    assert [float(each) for each in found.flatten()] == [float(largest), 1]


@pytest.mark.parametrize("rank", range(6))
def test_inputs_of_every_rank(client: TestClient, rank: int) -> None:
    sent = numbers(*range(2, 2 + rank))
    answer = posted(client, same(1, *sent.shape), sent)
    assert answer.json()["inputs"][0]["shape"] == list(sent.shape)
    found = tensor(client, answer.json()["id"], "y")
    assert found.shape == sent.shape
    np.testing.assert_array_equal(found, sent)


# The cell that a parameter of 2 is, by the tensor's rank; others are refused.
CELLS: dict[int, dict[str, tuple[int, ...]]] = {
    0: {},
    1: {},
    2: {"channel": (0, 2)},
    3: {"channel": (0, 2, 0), "col": (0, 0, 2)},
    4: {"channel": (0, 2, 0, 0), "row": (0, 0, 2, 0), "col": (0, 0, 0, 2)},
    5: {},
}


@pytest.mark.parametrize("rank", CELLS)
def test_cells_of_every_rank(client: TestClient, rank: int) -> None:
    """A cell is found where the tensor has its axes, and refused where it has not."""
    sent = numbers(*[3] * rank)
    network = posted(client, same(1, *sent.shape), sent).json()
    url, name = network["links"]["self"], network["nodes"][0]["name"]
    for query in ("", "channel", "row", "col"):
        index = CELLS[rank].get(query) if query else (0,) * rank
        is_there = index is not None and rank < 5
        for call in (f"nodes/{name}/cell?", "trace?edge=y&", "reach?"):
            if call == "reach?" and query == "channel":
                continue  # of every channel
            answer = client.get(f"{url}/{call}{query}{query and '=2'}")
            assert answer.status_code == (200 if is_there else 422), (call, query)
            if not is_there:
                assert answer.json()["code"] == "network_no_such_cell"
        if is_there:
            found = client.get(f"{url}/nodes/{name}/cell?{query}{query and '=2'}").json()
            assert tuple(found["index"]) == index
            assert found["output"] == pytest.approx(float(sent[index]))


def test_so_many_models() -> None:
    assert len(MODELS) >= 25


def test_names_are_the_models(client: TestClient) -> None:
    network = post(client, MODELS["several inputs and outputs"]()).json()
    assert [node["name"] for node in network["nodes"]] == ["plus", "same", "node_2", "node_3"]
    assert network["outputs"] == ["r", "p"]
    assert [each["name"] for each in network["inputs"]] == ["a", "b"]
    conv = network["nodes"][1]
    assert (conv["parameters"], conv["multiply_adds"]) == (24, 3 * 4 * 4 * 2 * 2 * 2)


def test_a_transposed_convolution_in_groups_multiplies_each_input_cell(client: TestClient) -> None:
    made = one_layer(
        "ConvTranspose", numbers(1, 8, 8, 8), numbers(8, 4, 4, 4), strides=[2, 2], pads=[1] * 4, group=2
    )
    (node,) = post(client, made).json()["nodes"]
    assert (node["multiply_adds"], node["scene"] is None) == (8 * 64 * 4 * 16, False)


def test_parameters_are_counted_once_and_running_statistics_not(client: TestClient) -> None:
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["a"], pads=[1] * 4),
        helper.make_node("Identity", ["w"], ["same"]),
        helper.make_node("Conv", ["a", "same"], ["b"], pads=[1] * 4),
        helper.make_node("BatchNormalization", ["b", "scale", "shift", "mean", "var"], ["y"]),
    ]
    norm = dict.fromkeys(("scale", "shift", "mean", "var"), np.ones(2, np.float32))
    made = model_of(nodes, {"x": numbers(1, 2, 6, 6)}, ["y"], {"w": numbers(2, 2, 3, 3), **norm})
    network = post(client, made).json()
    assert [node["parameters"] for node in network["nodes"]] == [36, 0, 36, 4]
    assert network["parameters"] == 36 + 4


def test_another_input(client: TestClient) -> None:
    network = post(client, MODELS["vgg"]()).json()
    other = client.post(
        network["links"]["inputs"], files={"input": '{"random": {"shape": [3, 8, 8], "seed": 7}}'}
    )
    assert other.status_code == 201, other.text
    assert other.json()["id"] != network["id"]
    assert [node["name"] for node in other.json()["nodes"]] == [node["name"] for node in network["nodes"]]
    same = client.post(
        other.json()["links"]["inputs"], files={"input": '{"random": {"shape": [1, 3, 8, 8], "seed": 7}}'}
    )
    assert (same.status_code, same.json()["id"]) == (200, other.json()["id"])


def test_one_of_several_inputs_is_changed_and_the_others_are_kept(client: TestClient) -> None:
    made = MODELS["several inputs and outputs"]()
    network = post(client, made).json()
    given = np.full((1, 2, 5, 5), 3, np.float32)
    answer = client.post(network["links"]["inputs"], files={"input": npy(given), "name": (None, "b")})
    assert answer.status_code == 201, answer.text
    id = answer.json()["id"]
    np.testing.assert_array_equal(tensor(client, id, "a"), made.inputs["a"])
    np.testing.assert_array_equal(tensor(client, id, "sum"), made.inputs["a"] + given)


def test_what_was_done_to_the_kept_input_is_still_said(client: TestClient) -> None:
    model = MODELS["several inputs and outputs"]().model
    network = client.post(API, files={"model": model, "input": '{"random": {"seed": 0}}'}).json()
    other = client.post(
        network["links"]["inputs"], files={"input": npy(np.ones((2, 5, 5), np.float32)), "name": (None, "a")}
    ).json()
    prepared = [[each["code"] for each in input["prepared"]] for input in other["inputs"]]
    assert prepared == [[], ["network_input_random"]]


def test_a_number_that_is_set_is_said_beside_what_was_done_before(client: TestClient) -> None:
    model = MODELS["several inputs and outputs"]().model
    network = client.post(API, files={"model": model, "input": '{"random": {"seed": 0}}'}).json()
    for value in (9, 8):
        edited = tensor(client, network["id"], "b")
        edited[0, 1, 3, 3] = value
        files: Form = {"input": npy(edited), "name": (None, "b"), "edited": (None, "true")}
        network = client.post(network["links"]["inputs"], files=files).json()
        prepared = [[each["code"] for each in input["prepared"]] for input in network["inputs"]]
        assert prepared == [["network_input_random"], ["network_input_random", "network_input_edited"]]
    # Random numbers are no changed ones.
    for content, is_edited in ((npy(edited), "yes"), (b'{"random": {"seed": 1}}', "true")):
        files = {"input": content, "name": (None, "b"), "edited": (None, is_edited)}
        refused = client.post(network["links"]["inputs"], files=files)
        assert (refused.status_code, refused.json()["errors"][0]["at"]) == (422, "/edited")


@pytest.mark.parametrize(
    ("language", "said"), [("en", "random numbers, normal, seed 0"), ("zh-CN", "随机数，正态分布，种子 0")]
)
def test_how_random_numbers_are_spread_is_said_in_the_readers_language(
    client: TestClient, language: str, said: str
) -> None:
    files: Form = {"model": MODELS["vgg"]().model, "input": '{"random": {"seed": 0}}'}
    network = client.post(API, files=files, headers={"Accept-Language": language}).json()
    assert [each["message"] for each in network["inputs"][0]["prepared"]] == [said]


@pytest.mark.parametrize("name", ["c", "", "a\x00", "ä" * 5000])
def test_an_input_that_is_not_there_cannot_be_changed(client: TestClient, name: str) -> None:
    network = post(client, MODELS["several inputs and outputs"]()).json()
    answer = client.post(network["links"]["inputs"], files={"input": b"{}", "name": name.encode()})
    problem = answer.json()
    assert answer.status_code == 422, answer.text
    assert problem["errors"][0]["at"] == "/name"
    assert problem["errors"][0]["message"].endswith("it has 'a', 'b'")


@pytest.mark.parametrize("dtype", ["float16", "float64", "uint8", "uint16", "int32", "uint64", "bool"])
def test_a_kept_input_has_the_models_type(client: TestClient, dtype: str) -> None:
    """Whatever type it is stored in."""
    a = np.array([[0, 1, 1], [1, 0, 1]], dtype)
    if dtype != "bool":
        a[0, 0] = 200
    nodes = [helper.make_node("Cast", ["a"], ["f"], to=1), helper.make_node("Add", ["f", "b"], ["y"])]
    made = model_of(nodes, {"a": a, "b": numbers(2, 3)}, ["y"])
    network = post(client, made).json()
    given = np.full((2, 3), 0.5, np.float32)
    answer = client.post(network["links"]["inputs"], files={"input": npy(given), "name": (None, "b")})
    assert answer.status_code == 201, answer.text
    np.testing.assert_array_equal(tensor(client, answer.json()["id"], "y"), a.astype(np.float32) + given)
