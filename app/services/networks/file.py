"""A network out of a file, without a server: what `convscope network` runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO

from app.formats.safetensors import to_safetensors
from app.i18n.messages import render
from app.limits import Limits
from app.networks.network import Model, Network
from app.networks.network_builder import build_network, network_id
from app.networks.run_process import RunProcess
from app.services.networks.inputs import InputParser
from app.services.networks.stored import check_model


def run_file(model: bytes, input: bytes, limits: Limits, prepare: bytes | None = None) -> Network:
    """Raises ConvError, LimitExceeded, InvalidFields, UnsupportedFile and RunStopped."""
    check_model(model)
    parser = InputParser(input, prepare, limits)
    runs = RunProcess()
    try:
        run = runs.run(model, parser, limits)
        file = Model("onnx", model)
        id = network_id(file, parser.arrays, parser.done)
        return build_network(id, file, run, limits, parser.done)
    finally:
        runs.close()


def network_table(network: Network) -> str:
    """A line for each node: name, operator, the first output's shape, parameters, multiply-adds."""
    rows = [("name", "operator", "output", "parameters", "multiply-adds")]
    for node in network.nodes:
        shape = node.outputs[0].shape if node.outputs else None
        text = "?" if shape is None else "×".join(map(str, shape))
        # A name is a stranger's, and a terminal obeys control characters.
        name = "".join(each if each.isprintable() else "?" for each in node.name)
        op = "".join(each if each.isprintable() else "?" for each in node.op)
        rows.append((name, op, text, f"{node.parameters:,}", f"{node.multiply_adds:,}"))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(_line(row, widths) for row in rows)


def preparation_lines(network: Network) -> list[str]:
    """How random weights were made, and what was done to the inputs, a sentence each."""
    weights = () if network.weights is None else (network.weights,)
    return [render(message) for messages in (weights, *network.prepared.values()) for message in messages]


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    """Numbers stand at the right of their columns."""
    cells = [
        text.rjust(width) if i > 2 else text.ljust(width)
        for i, (text, width) in enumerate(zip(row, widths, strict=True))
    ]
    return "  ".join(cells).rstrip()


def write_edges(network: Network, out: BinaryIO) -> None:
    """Every edge and parameter as safetensors."""
    out.write(to_safetensors(network.tensors))
