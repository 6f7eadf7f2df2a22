"""The small network that examples are about; it is there without being stored."""

from __future__ import annotations

from typing import Final

from app.limits import Limits
from app.networks.network import Model, Network
from app.networks.network_builder import build_network, network_id
from app.networks.sequential import encode_sequential, run_sequential
from app.services.networks.inputs import InputParser

EXAMPLE_FORM: Final = {
    "code": "nn.Sequential(nn.Conv2d(1, 2, 2), nn.ReLU(), nn.Flatten(), nn.Linear(8, 2))",
    "seed": "0",
    "input": '{"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]]]}',
}
EXAMPLE_INPUT: Final = {"input": EXAMPLE_FORM["input"]}


def _example() -> Network:
    content = encode_sequential(EXAMPLE_FORM["code"].encode(), None, EXAMPLE_FORM["seed"].encode())
    model = Model("sequential", content)
    parser = InputParser(EXAMPLE_FORM["input"].encode(), None, Limits())
    run = run_sequential(content, parser, Limits())
    id = network_id(model, parser.arrays, parser.done)
    return build_network(id, model, run, Limits(), parser.done)


EXAMPLE: Final = _example()
