"""The trained networks that come along, each on a few held-out inputs, there without being stored."""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
import orjson
from torch import Tensor

from app.formats.safetensors import read_safetensors
from app.i18n.languages import catalogue
from app.limits import Limits
from app.networks.network import Model, Network
from app.networks.network_builder import build_network, network_id
from app.networks.run_messages import Array
from app.networks.sequential import encode_sequential, run_sequential
from app.services.networks.summary import network_url
from app.settings import EXAMPLES

# In the order of the page.
_NAMES: Final = ("digits", "shapes")
# One of each class, and not of more classes: each is run when the server starts.
_MAX_SAMPLES: Final = 10


class Sample(NamedTuple):
    """The network on one held-out input, the input's class, and the class that the network says."""

    label: int
    predicted: int
    network: Network


class TrainedExample(NamedTuple):
    """How it was trained, and samples; `trained`: what the script wrote, `classes`: how many."""

    name: str
    trained: dict[str, Any]
    held_out: int
    classes: int
    samples: list[Sample]


@cache
def trained_examples() -> list[TrainedExample]:
    """Read and run once."""
    return [_read(name) for name in _NAMES]


def trained_networks() -> list[Network]:
    return [sample.network for example in trained_examples() for sample in example.samples]


def _read(name: str) -> TrainedExample:
    folder = EXAMPLES / name
    trained = orjson.loads((folder / "trained.json").read_bytes())
    content = (folder / "held_out.safetensors").read_bytes()
    images, labels = (read_safetensors(content, key, "input", "/input") for key in ("images", "labels"))
    classes = int(labels.max()) + 1
    weights = (folder / "weights.safetensors").read_bytes()
    model = Model("sequential", encode_sequential(trained["code"].encode(), weights, None))
    chosen = [int(np.flatnonzero(labels == label)[0]) for label in range(min(classes, _MAX_SAMPLES))]
    samples = [_sample(model, images[i] / np.float32(trained["white"]), int(labels[i])) for i in chosen]
    return TrainedExample(name, trained, len(images), classes, samples)


def _sample(model: Model, image: Array, label: int) -> Sample:
    given = {"input": np.asarray(image, np.float32)[None]}
    run = run_sequential(model.content, lambda _: given, Limits())
    id = network_id(model, given, {})
    network = build_network(id, model, run, Limits(), {})
    scores: Tensor = network.tensors[network.outputs[0]]
    return Sample(label, int(scores.argmax()), network)


def describe_example(example: TrainedExample, language: str) -> dict[str, Any]:
    """As the contract has it."""
    texts = catalogue(language)
    classes = [texts[f"example.{example.name}.class.{i}"] for i in range(example.classes)]
    return {
        "name": example.name,
        "title": texts[f"example.{example.name}.title"],
        "classes": classes,
        "parameters": example.trained["parameters"],
        "accuracy": example.trained["accuracy"],
        "held_out": example.held_out,
        "script": example.trained["script"],
        "seed": example.trained["seed"],
        "samples": [
            {
                "label": sample.label,
                "predicted": sample.predicted,
                "id": sample.network.id,
                "links": {"self": network_url(sample.network.id)},
            }
            for sample in example.samples
        ],
    }
