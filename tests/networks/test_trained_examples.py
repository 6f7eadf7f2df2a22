"""The trained networks that come along: their accuracy, and every edge, worked out once more by torch."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.torch
import torch
from fastapi.testclient import TestClient
from torch import nn

from app.settings import EXAMPLES

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("digits", "shapes")


def read(name: str) -> tuple[dict[str, Any], nn.Sequential, torch.Tensor, torch.Tensor]:
    """What the script wrote, the model, and the held-out images, 0...1, with their labels."""
    folder = EXAMPLES / name
    trained = json.loads((folder / "trained.json").read_text("utf-8"))
    model: nn.Sequential = eval(trained["code"], {"nn": nn})
    model.load_state_dict(safetensors.torch.load_file(folder / "weights.safetensors"), strict=False)
    held_out = safetensors.torch.load_file(folder / "held_out.safetensors")
    return trained, model.eval(), held_out["images"].float() / trained["white"], held_out["labels"].long()


def listed(client: TestClient, name: str) -> dict[str, Any]:
    examples = client.get("/api/v1/networks").json()["examples"]
    assert [each["name"] for each in examples] == list(NAMES)
    example: dict[str, Any] = examples[NAMES.index(name)]
    return example


@pytest.mark.parametrize("name", NAMES)
def test_the_accuracy_is_reached_on_the_held_out_set(client: TestClient, name: str) -> None:
    trained, model, images, labels = read(name)
    reached = (model(images).argmax(1) == labels).float().mean().item()
    assert round(reached, 4) == trained["accuracy"] == listed(client, name)["accuracy"]
    assert reached > 0.95
    assert len(images) == listed(client, name)["held_out"] >= 100
    assert (ROOT / trained["script"]).is_file()
    parameters = sum(each.numel() for each in model.parameters())
    assert parameters == listed(client, name)["parameters"]


@pytest.mark.parametrize("name", NAMES)
def test_every_edge_is_torchs(client: TestClient, name: str) -> None:
    _, model, images, labels = read(name)
    for sample in listed(client, name)["samples"]:
        network = client.get(sample["links"]["self"]).json()
        assert network["id"] == sample["id"]
        values = edge(client, network, "input")
        # It is one of the held-out inputs.
        (found,) = (images == values).flatten(1).all(1).nonzero().flatten().tolist()
        assert labels[found] == sample["label"]
        for node, module in zip(network["nodes"], model, strict=True):
            values = module(values)
            np.testing.assert_allclose(
                edge(client, network, node["name"]), values.detach(), rtol=1e-5, atol=1e-6
            )
            if node["scene"]:
                scene = client.get(node["scene"]).json()
                assert client.get(scene["links"]["self"]).json()["id"] == scene["id"]
        assert values.argmax() == sample["predicted"]


def edge(client: TestClient, network: dict[str, Any], name: str) -> torch.Tensor:
    answer = client.get(f"{network['links']['self']}/tensors/{name}?format=npy")
    return torch.from_numpy(np.load(io.BytesIO(answer.content)))


@pytest.mark.parametrize("name", NAMES)
def test_another_input_of_an_example(client: TestClient, name: str) -> None:
    sample = listed(client, name)["samples"][0]
    shape = client.get(sample["links"]["self"]).json()["inputs"][0]["shape"]
    given = {"input": json.dumps({"random": {"shape": shape, "distribution": "uniform"}})}
    answer = client.post(f"{sample['links']['self']}/inputs", files=given)
    assert answer.status_code in (200, 201), answer.text


def test_titles_and_classes_are_in_the_readers_language(client: TestClient) -> None:
    shapes = client.get("/api/v1/networks?lang=zh-CN").json()["examples"][1]
    assert shapes["classes"][0] == "红色圆形"
    assert listed(client, "shapes")["classes"][11] == "yellow triangle"


def test_the_readme_says_how_they_were_made() -> None:
    text = (EXAMPLES / "README.md").read_text("utf-8")
    for name in NAMES:
        trained = read(name)[0]
        assert trained["script"] in text
        assert f"seed {trained['seed']}" in text
        assert f"{trained['accuracy']:.1%}".replace("%", " %") in text
