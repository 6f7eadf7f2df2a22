"""What is sent as inputs and is none of the model's: refused, never left out without a word."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from fastapi.testclient import TestClient
from onnx import TensorProto, helper

from app.formats.safetensors import to_safetensors
from tests.support.networks import npy
from tests.support.onnx_models import MODELS, Made, model_of, one_layer
from tests.support.scenes import Form

API = "/api/v1/networks"


def npz(arrays: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    np.savez(file, **arrays)
    return file.getvalue()


def safetensors(arrays: dict[str, Any]) -> bytes:
    return bytes(to_safetensors({name: torch.from_numpy(array) for name, array in arrays.items()}))


X = np.ones((1, 2, 3, 3), np.float32)
NO_INPUTS: dict[str, Callable[[], Made]] = {
    "constants": lambda: model_of([helper.make_node("Relu", ["c"], ["y"])], {}, ["y"], {"c": X}),
    "inputs that are initialisers": lambda: model_of(
        [helper.make_node("Relu", ["c"], ["y"])], {}, ["y"], {"c": X},
        more_inputs=[helper.make_tensor_value_info("c", TensorProto.FLOAT, X.shape)],
    ),
}  # fmt: skip
SENT = {
    "npy": npy(X),
    "npz": npz({"c": X}),
    "safetensors": safetensors({"c": X}),
    "json": b'{"data": [1, 2]}',
    "random": b'{"random": {"shape": [1, 2, 3, 3], "seed": 0}}',
    "sample": b'{"sample": "gradient", "size": [3, 3]}',
    "nothing": b"",
}


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("sent", SENT)
@pytest.mark.parametrize("kind", NO_INPUTS)
def test_a_model_without_inputs_takes_none(client: TestClient, kind: str, sent: str, language: str) -> None:
    """At once, and as another input; random numbers in the shapes of all inputs are none."""
    model = NO_INPUTS[kind]().model
    network = client.post(API, files={"model": model}).json()
    assert network["inputs"] == []
    own = client.post(API, files={"model": model, "input": b'{"random": {"seed": 0}}'})
    assert (own.status_code, own.json()["id"]) == (200, network["id"])
    for url, parts in ((API, {"model": model}), (network["links"]["inputs"], {})):
        answer = client.post(url, files={**parts, "input": SENT[sent]}, headers={"Accept-Language": language})
        (error,) = answer.json()["errors"]
        assert (answer.status_code, error["code"], error["at"]) == (422, "network_without_inputs", "/input")
        assert f"{len(SENT[sent])} " in error["message"]
        prepared = client.post(url, files={**parts, "prepare": (None, "{}")})
        assert (prepared.status_code, prepared.json()["code"]) == (422, "network_prepare_of_numbers")


@pytest.mark.parametrize("form", [npz, safetensors])
def test_tensors_that_are_no_inputs_are_named(client: TestClient, form: Callable[[Any], bytes]) -> None:
    """Too many, or under other names; the tensor of an only input may have any name."""
    made = MODELS["several inputs and outputs"]()
    inputs = {name: array + 1 for name, array in made.inputs.items()}
    one = one_layer("Relu", X)
    cases = {
        "too many": (made.model, {**inputs, "c": X}, ["'c'"], "'a', 'b'"),
        "another name": (made.model, {"a": inputs["a"], "d": inputs["b"]}, ["'d'"], "'a', 'b'"),
        "no name": (made.model, {"e": X}, ["'e'"], "'a', 'b'"),
        "beside the only one": (one.model, {"x": X, "w": X, "v": X}, ["'w'", "'v'"], "'x'"),
        "several for one": (one.model, {"w": X, "v": X}, ["'w'", "'v'"], "'x'"),
    }
    for name, (model, arrays, others, takes) in cases.items():
        answer = client.post(API, files={"model": model, "input": form(arrays)})
        assert (answer.status_code, answer.json()["code"]) == (422, "network_inputs_unknown"), name
        message = answer.json()["errors"][0]["message"]
        assert all(other in message for other in others), message
        assert message.endswith(f"it takes {takes}")
    network = client.post(API, files={"model": made.model, "input": form(inputs)}).json()
    parts: Form = {"input": form({"a": inputs["a"], "b": inputs["b"]}), "name": (None, "b")}
    changed = client.post(network["links"]["inputs"], files=parts)
    assert (changed.status_code, changed.json()["code"]) == (422, "network_inputs_unknown")
    assert client.post(API, files={"model": one.model, "input": form({"any": X})}).is_success
