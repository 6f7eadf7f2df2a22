"""What networks leave in the store: shared tensors, checked, collected, and made again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest
from fastapi.testclient import TestClient
from onnx import helper
from typer.testing import CliRunner

from app.cli import main
from tests.networks.test_hostile_models import numpy_file
from tests.support.onnx_models import model_of, one_layer


def large() -> dict[str, Any]:
    rng = np.random.default_rng(0)
    x, weight = (rng.normal(size=shape).astype(np.float32) for shape in ((1, 4, 40, 40), (16, 4, 9, 9)))
    return {"model": one_layer("Conv", x, weight).model, "input": numpy_file(x)}


def test_a_layers_scene_costs_a_manifest(client_with: Any, tmp_path: Path) -> None:
    client: TestClient = client_with()
    network = client.post("/api/v1/networks", files=large()).json()
    scene = client.get(network["nodes"][0]["scene"]).json()
    # The model, its weight, its input and its output.
    assert len(list((tmp_path / "blobs").iterdir())) == 4
    manifest = tmp_path / "scenes" / f"{scene['id']}.json"
    assert manifest.stat().st_size < 1000
    assert client.get(scene["links"]["self"]).status_code == 200


def test_check_and_collect_know_networks(
    client_with: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client: TestClient = client_with()
    answer = client.post("/api/v1/networks", files=large())
    monkeypatch.setenv("CONVSCOPE_STORE", tmp_path.as_uri())
    collected = CliRunner().invoke(main, ["store", "collect", "--older-than", "0s"])
    assert collected.exit_code == 0, collected.output
    assert len(list((tmp_path / "blobs").iterdir())) == 4
    checked = CliRunner().invoke(main, ["store", "check"])
    assert checked.exit_code == 0, checked.output
    assert "networks: 1" in checked.output
    for blob in (tmp_path / "blobs").iterdir():
        blob.write_bytes(bytes(blob.stat().st_size))
    damaged = CliRunner().invoke(main, ["store", "check"])
    assert damaged.exit_code == 1
    assert f"network {answer.json()['id']} is damaged" in damaged.output
    again = client.post("/api/v1/networks", files=large())
    assert again.status_code in (200, 201)
    assert client.get(f"{again.json()['links']['self']}/tensors/y?channel=0").status_code == 200


def post_random(client: TestClient, shapes: dict[str, Any] | None, **random: Any) -> Any:
    x = np.zeros((1, 2, 5, 6), np.float32)
    weight = np.ones((3, 2, 2, 2), np.float32)
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    model = model_of([node], {"x": x}, ["y"], {"w": weight}, shapes=shapes).model
    return client.post("/api/v1/networks", files={"model": model, "input": orjson.dumps({"random": random})})


def test_a_network_without_an_input_of_its_own_runs_on_seeded_numbers(client_with: Any) -> None:
    """The same as with the model's shape written out; an open batch is one sample."""
    client: TestClient = client_with()
    first = post_random(client, None, seed=7).json()
    assert first["inputs"][0]["shape"] == [1, 2, 5, 6]
    assert post_random(client, None, seed=7, shape=[1, 2, 5, 6]).json()["id"] == first["id"]
    assert post_random(client, None, seed=8).json()["id"] != first["id"]
    assert post_random(client, {"x": ["N", 2, 5, 6]}, seed=7).json()["inputs"][0]["shape"] == [1, 2, 5, 6]
    open_sizes = post_random(client, {"x": [1, 2, "H", "W"]}, seed=7)
    assert (open_sizes.status_code, open_sizes.json()["code"]) == (422, "network_input_size_open")
    assert post_random(client, None, seed="no").status_code == 422
    assert post_random(client, None, nothing=1).status_code == 422
