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


def test_a_layers_scene_is_made_when_it_is_opened(client_with: Any, tmp_path: Path) -> None:
    client: TestClient = client_with()
    network = client.post("/api/v1/networks", files=large()).json()
    manifests = tmp_path / "scenes"
    assert not manifests.exists()
    scene = client.get(network["nodes"][0]["scene"]).json()
    (made,) = manifests.iterdir()
    made.unlink()
    # Another server, and this one once its memory has forgotten the scene, make it anew.
    assert client_with().get(network["nodes"][0]["scene"]).json() == scene
    assert [each.name for each in manifests.iterdir()] == [f"{scene['id']}.json"]


def test_a_layers_scene_is_the_one_of_its_tensors(client: TestClient) -> None:
    network = client.post("/api/v1/networks", files=large()).json()
    scene = client.get(network["nodes"][0]["scene"]).json()
    edges = {"input": "x", "weight": "c0"}
    tensors = {
        name: client.get(f"{network['links']['self']}/tensors/{edge}?format=npy").content
        for name, edge in edges.items()
    }
    parts = {"scene": b'{"operation": {"kind": "conv2d"}}', **tensors}
    posted = client.post("/api/v1/scenes?input_index=0", files=parts)
    assert (posted.status_code, posted.json()["id"]) == (200, scene["id"])


def test_a_cell_of_a_layer_leads_to_its_step(client_with: Any) -> None:
    """Of a scene that nobody has opened yet, too."""
    client: TestClient = client_with()
    network = client.post("/api/v1/networks", files=large()).json()
    name = network["nodes"][0]["name"]
    cell = client.get(f"{network['links']['self']}/nodes/{name}/cell?channel=3&row=2&col=1").json()
    step = client.get(cell["steps"]).json()["steps"][0]
    assert step["output"] == pytest.approx(cell["output"], rel=1e-4)


def test_what_is_stored_before_a_run_that_fails_is_freed(
    client_with: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Constants are stored while the model runs; without a network nothing names them."""
    client: TestClient = client_with()
    x, weight = (np.ones(shape, np.float32) for shape in ((1, 4, 40, 40), (16, 4, 9, 9)))
    nodes = [
        helper.make_node("Conv", ["x", "w"], ["y"]),
        helper.make_node("Reshape", ["y", "shape"], ["z"]),
    ]
    constants = {"w": weight, "shape": np.array([7, 11], np.int64)}
    model = model_of(nodes, {"x": x}, ["z"], constants).model
    answer = client.post("/api/v1/networks", files={"model": model, "input": numpy_file(x)})
    assert answer.json()["errors"][0]["code"] == "network_not_runnable"
    assert not (tmp_path / "networks").exists()
    monkeypatch.setenv("CONVSCOPE_STORE", tmp_path.as_uri())
    collected = CliRunner().invoke(main, ["store", "collect", "--older-than", "0s"])
    assert collected.exit_code == 0, collected.output
    assert list((tmp_path / "blobs").iterdir()) == []


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
    assert "give a picture or an array" in open_sizes.json()["detail"]
    assert post_random(client, None, seed="no").status_code == 422
    assert post_random(client, None, nothing=1).status_code == 422
