"""What is done to a picture before a network gets it: the numbers, and what the summary says of them."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from fastapi.testclient import TestClient
from PIL import Image
from typer.testing import CliRunner

from app.cli import main
from tests.support.onnx_models import model_of, one_layer

API = "/api/v1/networks"
PIXELS = np.random.default_rng(3).integers(0, 256, (6, 10, 3), np.uint8)
LANCZOS = Image.Resampling.LANCZOS


def png(pixels: Any) -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def identity(*shape: int | None, dtype: Any = np.float32) -> bytes:
    x = np.zeros([size or 1 for size in shape], dtype)
    made = model_of([_node()], {"x": x}, ["y"], shapes={"x": shape})
    return made.model


def _node() -> Any:
    from onnx import helper

    return helper.make_node("Cast", ["x"], ["y"], to=1)


def send(client: TestClient, model: bytes, picture: bytes, prepare: Any = None) -> Any:
    parts = {"model": model, "input": picture}
    if prepare is not None:
        parts["prepare"] = json.dumps(prepare).encode()
    return client.post(API, files=parts)


def prepared(client: TestClient, model: bytes, picture: bytes, prepare: Any = None) -> tuple[Any, list[str]]:
    """The first sample of the input, and the codes of what was done."""
    answer = send(client, model, picture, prepare)
    assert answer.status_code in (200, 201), answer.text
    network = answer.json()
    file = client.get(f"{network['links']['self']}/tensors/x?format=npy").content
    assert client.get(network["links"]["self"]).json() == network
    return np.load(io.BytesIO(file))[0], [each["code"] for each in network["inputs"][0]["prepared"]]


def scaled(pixels: Any, height: int, width: int) -> Any:
    """Each band with Pillow's own filter on floats, 0...1."""
    bands = [Image.fromarray(pixels[:, :, i].astype(np.float32) / 255) for i in range(3)]
    return np.stack([np.clip(np.asarray(each.resize((width, height), LANCZOS)), 0, 1) for each in bands])


def test_nothing_is_done_to_what_fits(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 3, 6, 10), png(PIXELS))
    assert done == []
    np.testing.assert_allclose(values, PIXELS.transpose(2, 0, 1) / 255, atol=1e-6)


def test_by_default_it_is_stretched(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 3, 4, 4), png(PIXELS))
    assert done == ["network_input_scaled"]
    np.testing.assert_allclose(values, scaled(PIXELS, 4, 4), atol=1e-6)


def test_colours_become_grey_and_grey_three_channels(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 1, 6, 10), png(PIXELS))
    assert done == ["network_input_made_grey"]
    np.testing.assert_allclose(values[0], PIXELS @ [0.299, 0.587, 0.114] / 255, atol=1e-6)
    values, done = prepared(client, identity(1, 3, 6, 10), png(PIXELS[:, :, 0]))
    assert done == ["network_input_grey_repeated"]
    np.testing.assert_allclose(values, np.stack([PIXELS[:, :, 0] / 255] * 3), atol=1e-6)


def test_cropped_to_the_middle_of_what_covers(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 3, 3, 3), png(PIXELS), {"fit": "crop"})
    assert done == ["network_input_scaled", "network_input_cropped"]
    np.testing.assert_allclose(values, scaled(PIXELS, 3, 5)[:, :, 1:4], atol=1e-6)


def test_cropped_as_torchvision_does(client: TestClient) -> None:
    """Resize(5): 5 × int(5 · 10/6), then CenterCrop(4)."""
    prepare = {"fit": "crop", "shorter_side": 5}
    values, done = prepared(client, identity(1, 3, 4, 4), png(PIXELS), prepare)
    assert done == ["network_input_scaled", "network_input_cropped"]
    np.testing.assert_allclose(values, scaled(PIXELS, 5, 8)[:, 0:4, 2:6], atol=1e-6)


def test_padded_around_the_whole(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 3, 5, 5), png(PIXELS), {"fit": "pad"})
    assert done == ["network_input_scaled", "network_input_padded"]
    expected = np.zeros((3, 5, 5), np.float32)
    expected[:, 1:4] = scaled(PIXELS, 3, 5)
    np.testing.assert_allclose(values, expected, atol=1e-6)


def test_range_order_and_normalisation(client: TestClient) -> None:
    mean, std = [10.0, 20.0, 30.0], [2.0, 3.0, 4.0]
    prepare = {"order": "BGR", "white": 255, "mean": mean, "std": std}
    values, done = prepared(client, identity(1, 3, 6, 10), png(PIXELS), prepare)
    assert done == ["network_input_blue_first", "network_input_to_255", "network_input_normalized"]
    expected = (PIXELS[:, :, ::-1].astype(np.float64) - mean) / std
    np.testing.assert_allclose(values, expected.transpose(2, 0, 1), rtol=1e-5, atol=1e-5)


def test_a_model_of_bytes_gets_bytes(client: TestClient) -> None:
    values, _ = prepared(client, identity(1, 3, 6, 10, dtype=np.uint8), png(PIXELS), {"white": 255})
    np.testing.assert_array_equal(values, PIXELS.transpose(2, 0, 1))


def test_a_size_where_the_model_leaves_it_open(client: TestClient) -> None:
    values, done = prepared(client, identity(1, 3, None, None), png(PIXELS), {"size": [4, 5], "std": 0.5})
    assert done == ["network_input_scaled", "network_input_normalized"]
    np.testing.assert_allclose(values, scaled(PIXELS, 4, 5) * 2, atol=1e-5)


def test_it_is_part_of_the_network_and_of_its_inputs(client: TestClient) -> None:
    plain = send(client, identity(1, 3, 4, 4), png(PIXELS)).json()
    other = client.post(
        plain["links"]["inputs"], files={"input": png(PIXELS), "prepare": b'{"order": "BGR"}'}
    ).json()
    assert other["id"] != plain["id"]
    said = [each["message"] for each in other["inputs"][0]["prepared"]]
    assert said == ["scaled from (6, 10) to (4, 4)", "channels in the order blue, green, red"]
    chinese = client.get(other["links"]["self"], headers={"Accept-Language": "zh-CN"}).json()
    assert chinese["inputs"][0]["prepared"][1]["message"] == "通道顺序为蓝、绿、红"


def test_a_sample_is_prepared_too(client: TestClient) -> None:
    body = json.dumps({"sample": "coffee", "size": [6, 10]}).encode()
    plain, done = prepared(client, identity(1, 3, 6, 10), body)
    assert done == []
    values, done = prepared(client, identity(1, 3, 6, 10), body, {"mean": 0.5})
    assert done == ["network_input_normalized"]
    np.testing.assert_allclose(values, plain - 0.5, atol=1e-6)


REFUSED: dict[str, tuple[bytes, str, str]] = {
    "no JSON": (b"{", "network_prepare_unreadable", "/prepare"),
    "too long": (b" " * 20_000 + b"{}", "network_prepare_unreadable", "/prepare"),
    "no object": (b"3", "field.not_an_object", "/prepare"),
    "unknown field": (b'{"means": 3}', "field.unknown", "/prepare/means"),
    "NaN": (b'{"mean": NaN}', "network_prepare_unreadable", "/prepare"),
    "std 0": (b'{"std": 0}', "field.std_not_positive", "/prepare"),
    "channels": (b'{"mean": [1, 2]}', "network_prepare_channels", "/prepare/mean"),
    "fit": (b'{"fit": "best"}', "field.not_one_of", "/prepare/fit"),
    "shorter side alone": (b'{"shorter_side": 9}', "field.shorter_side_without_crop", "/prepare"),
    "crop too large": (
        b'{"fit": "crop", "shorter_side": 3}', "network_prepare_crop_too_large", "/prepare/shorter_side"
    ),
    "huge size": (b'{"fit": "crop", "shorter_side": 2147483647}', "limit_exceeded", ""),
    "white": (b'{"white": 2}', "field.not_one_of", "/prepare/white"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused(client: TestClient, name: str) -> None:
    prepare, code, at = REFUSED[name]
    parts = {"model": identity(1, 3, 4, 4), "input": png(PIXELS), "prepare": prepare}
    problem = client.post(API, files=parts)
    assert problem.status_code in (413, 422), problem.text
    said = problem.json()["errors"][0] if "errors" in problem.json() else problem.json()
    assert said.get("code", problem.json()["code"]).startswith(code), problem.text
    assert not at or said["at"] == at


def test_numbers_are_taken_as_they_are(client: TestClient) -> None:
    answer = send(client, identity(1, 3, 4, 4), b'{"random": {"shape": [3, 4, 4]}}', {"mean": 0.5})
    assert (answer.status_code, answer.json()["code"]) == (422, "network_prepare_of_numbers")


def test_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(one_layer("Relu", np.zeros((1, 3, 4, 4), np.float32)).model)
    (tmp_path / "x.png").write_bytes(png(PIXELS))
    command = ["network", str(tmp_path / "model.onnx"), "--input", str(tmp_path / "x.png")]
    said = CliRunner().invoke(main, [*command, "--prepare", '{"order": "BGR"}'])
    assert said.exit_code == 0, said.output
    assert said.output.splitlines()[:2] == [
        "scaled from (6, 10) to (4, 4)", "channels in the order blue, green, red"
    ]  # fmt: skip
    refused = CliRunner().invoke(main, [*command, "--prepare", '{"order": "GBR"}'])
    assert refused.exit_code == 1
    assert "order" in refused.output
