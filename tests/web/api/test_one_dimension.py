"""Layers of one dimension over HTTP: against torch, and against the layer of height 1 number by number."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, assume, given, settings

from app.conv.errors import ConvError
from app.main import create_app
from app.settings import Settings
from tests.support.gradient_reference import by_autograd
from tests.support.random_layers import Layer, layers
from tests.support.reference import torch_output
from tests.support.scenes import Body
from tests.support.step_columns import of_safetensors

API = "/api/v1"
KINDS = ("conv1d", "conv_transpose1d", "max_pool1d", "avg_pool1d")
SENSOR: Body = {
    "input": {"data": [[1, 2, 3, 4, 5, 6], [0, 1, 0, 1, 0, 1]]},
    "weight": {"data": [[[1, 0, -1], [1, 1, 1]], [[0, 1, 0], [2, 0, 0]]]},
    "bias": {"data": [1, -1]},
    "operation": {"kind": "conv1d", "stride": 2, "padding": {"left": 1, "right": 0}},
    "dtype": "float64",
}
STAMPS = {
    "input": {"data": [[1, 2, 3]]},
    "weight": {"data": [[[1, 0, -1], [2, 1, 1]]]},
    "operation": {"kind": "conv_transpose1d", "stride": 2, "padding": 1},
}
# The axes of height in an answer about a layer of height 1, and the fields that are about rows alone.
TAKES_AXIS = {
    "patch": 1, "products": 1, "tap_running_sums": 1, "upstream": 1, "sums": 0, "outputs": 0, "gradients": 0,
    "before": 0,
}  # fmt: skip
OF_ROWS = {"input_rows", "output_rows", "row_sums", "rows", "idle_rows"}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path_factory.mktemp("store").as_uri()))) as client:
        yield client


def body_of(layer: Layer) -> dict[str, Any]:
    """The layer as a caller writes it."""
    parameters = {
        name: value[1] if isinstance(value, tuple) and name != "padding" else value
        for name, value in layer.parameters.items()
    }
    if parameters["padding"] != "same":
        parameters["padding"] = dict(zip(("left", "right"), parameters["padding"][2:], strict=True))
    tensors = zip(("input", "weight", "bias"), layer.tensors, strict=True)
    body: dict[str, Any] = {name: {"data": t.tolist()} for name, t in tensors if t is not None}
    dtype = str(layer.x.dtype).removeprefix("torch.")
    return body | {"operation": {"kind": layer.kind, **parameters}, "dtype": dtype}


def of_height_1(body: dict[str, Any]) -> dict[str, Any]:
    """The same layer written with two dimensions."""
    operation = {"kind": body["operation"]["kind"].replace("1d", "2d")}
    for name, value in body["operation"].items():
        if name in ("stride", "dilation", "kernel_size"):
            operation[name] = [1, value]
        elif name in ("output_padding", "padding") and isinstance(value, int):
            operation[name] = [0, value]
        elif name != "kind":
            operation[name] = value
    lifted = dict(body) | {"operation": operation}
    for name in ("input", "weight", "upstream"):
        if name in body:
            array = np.array(body[name]["data"])
            lifted[name] = {"data": array[..., None, :].tolist()}
    return lifted


def make(client: TestClient, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"{API}/scenes?include=initial", json=body)
    assert answer.status_code in (200, 201), answer.text
    made: dict[str, Any] = answer.json()
    return made


def without_height(value: Any, name: str = "", planes: bool = False) -> Any:
    """
    What an answer about a layer of height 1 says, as one about the layer of one dimension would. `planes`:
    its parts are one channel's.
    """
    if isinstance(value, dict):
        return {
            key: without_height(inner, key, planes)
            for key, inner in value.items()
            if key not in OF_ROWS | {"scene", "next", "id"}
        }
    if name == "selected":
        return value[1:]
    if name in TAKES_AXIS and isinstance(value, list):
        return squeezed(value, 0 if planes else TAKES_AXIS[name])
    return [without_height(inner, "", planes) for inner in value] if isinstance(value, list) else value


def squeezed(value: list[Any], axis: int) -> list[Any]:
    return value[0] if axis == 0 else [squeezed(inner, axis - 1) for inner in value]


def paths_of(body: dict[str, Any], shapes: dict[str, Any]) -> list[str]:
    paths = ["taps", "steps?include=patch,products", "steps?out_channel=all&include="]
    if not body["operation"]["kind"].startswith("max"):
        paths.append("steps?include=tap_running_sums")
    last = shapes["input"][0] - 1
    paths += [f"gradients/input/steps?in_channel={last}", f"gradients/input/stamps?in_channel={last}"]
    if shapes["weight"]:
        paths.append("gradients/weight/steps?include=patch,upstream,products")
    if shapes["bias"]:
        paths.append("gradients/bias")
    if body["operation"]["kind"].startswith("conv_t"):
        paths.append("stamps")
    return paths


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_random_layers_answer_as_those_of_height_1(server: TestClient, kind: str) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(layers((kind,)))
    def check(layer: Layer) -> None:
        try:
            layer.plan()
        except ConvError:
            assume(False)
        body = body_of(layer)
        own, other = make(server, body), make(server, of_height_1(body))
        assert own["id"] != other["id"]
        for path in paths_of(body, own["shapes"]):
            mine, theirs = (server.get(f"{API}/scenes/{each['id']}/{path}").json() for each in (own, other))
            own_part = {name: value for name, value in mine.items() if name not in ("scene", "next")}
            assert own_part == without_height(theirs, planes="gradients/weight" in path), path
        check_against_torch(server, layer, body, own)

    check()


def check_against_torch(
    client: TestClient, layer: Layer, body: dict[str, Any], summary: dict[str, Any]
) -> None:
    found = numbers(client, summary["id"], "output")
    expected = torch_output(layer)
    assert list(found.shape) == summary["shapes"]["output"]
    tolerance = 1e-4 if body["dtype"] == "float32" else 1e-12
    if expected is not None:
        torch.testing.assert_close(found, expected.squeeze(1).double(), rtol=tolerance, atol=tolerance)
    ones = torch.ones(layer.plan().output_shape, dtype=layer.x.dtype)
    reference = by_autograd(layer, ones)
    if reference is None:
        return
    for name, gradient in reference._asdict().items():
        if gradient is not None:
            own = numbers(client, summary["id"], f"grad_{name}")
            torch.testing.assert_close(own, layer.own(gradient), rtol=tolerance, atol=tolerance)


def numbers(client: TestClient, id: str, name: str) -> torch.Tensor:
    answer = client.get(f"{API}/scenes/{id}/tensors/{name}?format=npy")
    assert answer.status_code == 200, answer.text
    return torch.from_numpy(np.load(io.BytesIO(answer.content)).copy()).double()


def test_every_form_of_steps_has_no_height(server: TestClient) -> None:
    id = make(server, SENSOR)["id"]
    url = f"{API}/scenes/{id}/steps?out_channel=all"
    whole = server.get(f"{url}&format=safetensors&whole=true").content
    columns, zipped = of_safetensors(whole), np.load(io.BytesIO(server.get(f"{url}&format=zip").content))
    shapes = {name: list(column.shape) for name, column in columns.items()}
    assert shapes == {name: list(zipped[name].shape) for name in zipped.files}
    assert shapes["patches"] == shapes["products"] == [6, 2, 3]
    assert shapes["input_cols"] == [6, 3]
    assert "input_rows" not in shapes
    lines = [json.loads(line) for line in server.get(f"{url}&format=jsonl").text.splitlines()]
    for column, field in (("products", "products"), ("patches", "patch"), ("outputs", "output")):
        assert columns[column].tolist() == [line[field] for line in lines] == zipped[column].tolist()
    assert [line["row"] for line in lines] == [0] * 6
    assert not any("input_rows" in line for line in lines)


def test_the_maximum_is_selected_by_one_index(server: TestClient) -> None:
    body = {
        "input": {"data": [[3, 1, 4, 1, 5, 9, 2, 6]]},
        "operation": {"kind": "max_pool1d", "kernel_size": 3, "stride": 2},
    }
    steps = server.post(f"{API}/trace", json=body).json()["steps"]
    assert [step["selected"] for step in steps] == [[2], [2], [1]]
    assert [step["output"] for step in steps] == [4, 5, 9]
    assert steps[0]["patch"] == [[3, 1, 4]]


def test_a_summary_has_one_length(server: TestClient) -> None:
    made = make(server, SENSOR)
    assert made["shapes"] == {"input": [2, 6], "weight": [2, 2, 3], "bias": [2], "output": [2, 3]}
    assert made["operation"] == {
        "kind": "conv1d", "stride": 2, "padding": {"left": 1, "right": 0}, "padding_mode": "zeros",
        "dilation": 1, "groups": 1, "flip": False,
    }  # fmt: skip
    assert made["formulas"] == ["floor((6 + (1+0) − 1·(3−1) − 1)/2 + 1) = 3"]
    assert made["size_formulas"] == {
        "length": {"numbers": "⌊(6 + (1+0) − 3)/2⌋ + 1 = 3", "symbols": "⌊(L + (p₁+p₂) − k)/s⌋ + 1"}
    }
    assert made["idle_cols"] == []
    assert "idle_rows" not in made
    assert list(made["initial"]["taps"]) == ["cols"]


def test_same_padding_is_torchs(server: TestClient) -> None:
    body = SENSOR | {"operation": {"kind": "conv1d", "padding": "same", "dilation": 2}}
    found = torch.tensor(server.post(f"{API}/trace", json=body).json()["output"]).double()
    x, weight, bias = (torch.tensor(SENSOR[n]["data"]).double() for n in ("input", "weight", "bias"))
    assert torch.equal(found, F.conv1d(x, weight, bias, padding="same", dilation=2))


def test_edits_count_without_height(server: TestClient) -> None:
    id = make(server, SENSOR)["id"]
    edit = {
        "cells": [
            {"tensor": "input", "index": [1, 5], "value": 9},
            {"tensor": "weight", "index": [0, 1, 2], "value": 4},
        ],
        "operation": {"padding": 2},
    }
    made = server.post(f"{API}/scenes/{id}/edits?include=initial", json=edit).json()
    x, weight, bias = (torch.tensor(SENSOR[n]["data"]).double() for n in ("input", "weight", "bias"))
    x[1, 5], weight[0, 1, 2] = 9, 4
    expected = F.conv1d(x, weight, bias, stride=2, padding=2)
    assert torch.equal(numbers(server, made["id"], "output"), expected)
    assert made["initial"]["tensors"]["input"]["data"] == x.tolist()
    refused = server.post(
        f"{API}/scenes/{id}/edits", json={"cells": [{"tensor": "input", "index": [1, 0, 5], "value": 9}]}
    )
    assert refused.status_code == 422
    assert "(2, 6)" in refused.json()["detail"]


@pytest.mark.parametrize("name", ["input", "weight", "output", "channel_sums", "grad_weight", "upstream"])
def test_tensors_in_every_form(server: TestClient, name: str) -> None:
    body = SENSOR | {"upstream": {"data": [[1, 2, 3], [4, 5, 6]]}}
    id = make(server, body)["id"]
    url = f"{API}/scenes/{id}/tensors/{name}"
    answer = server.get(url).json()
    data = np.array(answer["data"])
    assert list(data.shape) == answer["shape"]
    assert np.array_equal(np.load(io.BytesIO(server.get(f"{url}?format=npy").content)), data)
    saved = safetensors.torch.load(server.get(f"{url}?format=safetensors").content)[name]
    assert np.array_equal(saved.numpy(), data)
    channel = np.array(server.get(f"{url}?channel=1").json()["data"])
    assert np.array_equal(channel, data[1])
    every = np.array(server.get(f"{url}?every=2").json()["data"])
    assert np.array_equal(every, data[..., ::2])
    if name in ("weight", "channel_sums", "grad_weight"):
        return
    picture = server.get(f"{url}?channel=1&format=png").content
    assert int.from_bytes(picture[16:20], "big") == data.shape[-1]  # its width
    assert int.from_bytes(picture[20:24], "big") == 1


def test_a_picture_of_several_signals_needs_one_channel(server: TestClient) -> None:
    url = f"{API}/scenes/{make(server, SENSOR)['id']}/tensors"
    refused = server.get(f"{url}/output?format=png")
    assert refused.json()["code"] == "picture_needs_one_channel"
    assert server.get(f"{url}/bias?format=png").json()["code"] == "picture_needs_plane"


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(array))
    return file.getvalue()


def upload(client: TestClient, array: Any, query: str = "") -> Any:
    scene = json.dumps({name: SENSOR[name] for name in ("weight", "operation")})
    files: dict[str, Any] = {"scene": (None, scene), "input": npy(array)}
    return client.post(f"{API}/scenes{query}", files=files)


def test_uploads_of_signals_and_of_batches(server: TestClient) -> None:
    batch = np.arange(36, dtype=np.float32).reshape(3, 2, 6)
    plain = upload(server, batch[1]).json()
    assert plain["shapes"]["input"] == [2, 6]
    assert plain["notes"] == []
    one = upload(server, batch[1:2]).json()
    assert (one["id"], one["notes"][0]["code"]) == (plain["id"], "batch_axis_dropped")
    chosen = upload(server, batch, "?input_index=1").json()
    assert chosen["id"] == plain["id"]
    refused = upload(server, batch).json()
    assert "3" in refused["detail"]
    assert refused["code"] == "batch_needs_index"
    assert upload(server, batch[None]).json()["code"] == "dimensions_mismatch"
    assert upload(server, batch[1, 0]).json()["code"] == "dimensions_mismatch"


def test_a_scene_file_leads_back(server: TestClient) -> None:
    made = make(server, SENSOR)
    content = server.get(f"{API}/scenes/{made['id']}/file").content
    tensors = safetensors.torch.load(content)
    assert {name: list(tensor.shape) for name, tensor in tensors.items()} == {
        "input": [2, 6], "weight": [2, 2, 3], "bias": [2],
    }  # fmt: skip
    again = server.post(f"{API}/scenes", files={"scene": content})
    assert (again.status_code, again.json()["id"]) == (200, made["id"])


def test_a_stored_scene_is_read_by_another_server(tmp_path: Any) -> None:
    store = tmp_path.as_uri()
    with TestClient(create_app(Settings(store=store))) as client:
        made = {kind: make(client, body) for kind, body in (("conv", SENSOR), ("stamps", STAMPS))}
    with TestClient(create_app(Settings(store=store))) as client:
        for each in made.values():
            found = client.get(f"{API}/scenes/{each['id']}?include=initial").json()
            assert found == each


def test_the_gradient_to_the_input_is_a_layer(server: TestClient) -> None:
    body = SENSOR | {"upstream": {"data": [[1, 2, 3], [4, 5, 6]]}}
    id = make(server, body)["id"]
    made = server.post(f"{API}/scenes/{id}/gradients/input/scene").json()
    assert made["operation"]["kind"] == "conv_transpose1d"
    assert torch.equal(numbers(server, made["id"], "output"), numbers(server, id, "grad_input"))
    back = server.post(f"{API}/scenes/{make(server, STAMPS)['id']}/gradients/input/scene").json()
    assert back["operation"]["kind"] == "conv1d"


def test_gradients_and_descent_of_losses(server: TestClient) -> None:
    target = [[1, 0, 2], [0, 1, 0]]
    body = SENSOR | {"loss": {"kind": "squared_error", "target": {"data": target}}}
    found = server.post(f"{API}/gradients", json=body).json()
    x, weight, bias = (
        torch.tensor(SENSOR[n]["data"], dtype=torch.float64, requires_grad=True)
        for n in ("input", "weight", "bias")
    )
    output = F.conv1d(F.pad(x, (1, 0)), weight, bias, stride=2)
    loss = ((output - torch.tensor(target)) ** 2).sum()
    loss.backward()
    assert found["loss"] == loss.item()
    for name, tensor in (("input", x), ("weight", weight), ("bias", bias)):
        assert tensor.grad is not None
        assert found[name] == tensor.grad.tolist()
    assert found["upstream"] == (2 * (output - torch.tensor(target))).tolist()
    entropy = body | {"loss": {"kind": "cross_entropy", "target": 1}}
    logits = output.detach().mean(1)
    found = server.post(f"{API}/gradients", json=entropy).json()
    assert found["loss"] == pytest.approx(F.cross_entropy(logits[None], torch.tensor([1])).item())
    assert np.shape(found["upstream"]) == (2, 3)
    descent = server.post(
        f"{API}/descent", json=body | {"learning_rate": 0.001, "steps": 5, "train": ["weight", "bias"]}
    ).json()
    assert np.shape(descent["weight"]) == (2, 2, 3)
    assert descent["losses"] == sorted(descent["losses"], reverse=True)


def test_an_upstream_is_told_by_its_own_shape(server: TestClient) -> None:
    refused = server.post(f"{API}/trace", json=SENSOR | {"upstream": {"data": [[1, 2]]}}).json()
    assert "(1, 2)" in refused["detail"]
    assert "(2, 3)" in refused["detail"]
    id = make(server, SENSOR | {"upstream": {"data": [[1, 2, 3], [4, 5, 6]]}})["id"]
    note = server.post(f"{API}/scenes/{id}/edits", json={"operation": {"stride": 1}}).json()["notes"][0]
    assert note["code"] == "upstream_dropped"
    assert "(2, 3)" in note["message"]
    assert "(2, 5)" in note["message"]


@pytest.mark.parametrize(
    ("call", "weight"),
    [
        ("nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2)", [6, 2, 3]),
        ("Conv1d(4, 6, kernel_size=(3,), stride=(2,), padding=(1,), groups=2)", [6, 2, 3]),
        ("nn.ConvTranspose1d(4, 6, 3, stride=2, output_padding=1, groups=2)", [4, 3, 3]),
        ("nn.MaxPool1d(3, stride=2, padding=1, dilation=1, ceil_mode=True)", None),
        ("nn.AvgPool1d(3, stride=2, padding=1, count_include_pad=False)", None),
        ("F.conv1d(x, w, b, stride=2, padding='valid')", None),
        ("F.conv_transpose1d(x, w, None, 2, 1, 1)", None),
        ("torch.max_pool1d(x, 2)", None),
        ("torch.avg_pool1d(x, 2)", None),
    ],
)
def test_code_is_read(server: TestClient, call: str, weight: list[int] | None) -> None:
    read = server.post(f"{API}/parse", json={"code": call}).json()
    assert read["weight_shape"] == weight
    operation = read["operation"]
    assert operation["kind"].endswith("1d")
    assert all(isinstance(operation[name], int) for name in ("stride", "dilation"))
    channels = read["in_channels"] or 2
    body: dict[str, Any] = {"input": {"random": {"shape": [channels, 9]}}, "operation": operation}
    if "conv" in operation["kind"]:
        body["weight"] = {"random": {"shape": weight or [2, 2, 3]}}
    assert server.post(f"{API}/trace", json=body).status_code == 200


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("nn.Conv1d(1, 1, (3, 3))", "an integer, found (3, 3)"),
        ("nn.MaxPool1d(2, stride=(1, 2))", "an integer, found (1, 2)"),
        ("F.conv1d(x, w, padding=(1, 1))", "an integer"),
        ("nn.Conv3d(1, 1, 3)", "one or two dimensions"),
    ],
)
def test_code_that_is_not_of_one_dimension(server: TestClient, code: str, says: str) -> None:
    answer = server.post(f"{API}/parse", json={"code": code})
    assert answer.status_code == 422
    assert says.partition(",")[0] in answer.json()["detail"]
