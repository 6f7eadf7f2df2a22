"""
tests/goldens/layers.json: what the arithmetic says about layers of every kind, for the page's own validation.

`python -m tests.support.layer_goldens` writes it; tests of both languages hold it against their code.
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from app.conv.errors import ConvError
from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Padding, plan

GOLDENS = Path(__file__).parent.parent / "goldens" / "layers.json"
KINDS = ("conv2d", "conv_transpose2d", "max_pool2d", "avg_pool2d")
LAYERS_OF_A_KIND = 80


def goldens() -> str:
    """One layer a line, with its formulas and costs, or with the place of the reason why it cannot be."""
    choose = random.Random(7)
    lines = [
        json.dumps(_golden(_layer(choose, kind)), ensure_ascii=False, separators=(",", ":"))
        for kind in KINDS
        for _ in range(LAYERS_OF_A_KIND)
    ]
    return "[\n" + ",\n".join(lines) + "\n]\n"


def _layer(choose: random.Random, kind: str) -> dict[str, Any]:
    """A layer as the page's panel describes it; few of its numbers are too small."""

    def pair(low: int, high: int) -> list[int]:
        low = low - 1 if choose.randrange(30) == 0 else low
        return [choose.randint(low, high), choose.randint(low, high)]

    is_pooling, transposed = kind.endswith("pool2d"), kind == "conv_transpose2d"
    groups = choose.choice((1, 1, 1, 2, 3))
    channels = choose.choice((1, 2, 3, 4, 6))
    outputs = groups * choose.randint(1, 3) if transposed else choose.randint(1, 6)
    widest = 1 if is_pooling else 2
    top, left = pair(0, widest)
    bottom, right = (top, left) if choose.random() < 0.6 else pair(0, widest)
    same = kind == "conv2d" and choose.random() < 0.15
    return {
        "kind": kind,
        "input": [channels, choose.randint(2, 12), choose.randint(2, 12)],
        "kernel_size": [choose.randint(1, 4), choose.randint(1, 4)],
        "outputs": channels if is_pooling else outputs,
        "stride": pair(1, 3),
        "padding": "same" if same else {"top": top, "bottom": bottom, "left": left, "right": right},
        "padding_mode": choose.choice(("zeros", "zeros", "reflect", "replicate", "circular"))
        if kind == "conv2d"
        else "zeros",
        "dilation": pair(1, 2),
        "output_padding": pair(0, 1) if transposed else [0, 0],
        "groups": 1 if is_pooling else groups,
        "ceil_mode": is_pooling and choose.random() < 0.5,
        "bias": not is_pooling and choose.random() < 0.5,
    }


def _golden(layer: dict[str, Any]) -> dict[str, Any]:
    inputs, outputs, groups = layer["input"][0], layer["outputs"], layer["groups"]
    weight: tuple[int, ...] | None = (outputs, max(1, inputs // groups), *layer["kernel_size"])
    if layer["kind"] == "conv_transpose2d":
        weight = (inputs, outputs // groups, *layer["kernel_size"])
    if layer["kind"].endswith("pool2d"):
        weight = None
    try:
        planned = plan(
            _operation(layer), tuple(layer["input"]), weight, (outputs,) if layer["bias"] else None
        )
    except ConvError as error:
        return {"layer": layer, "refused": error.at}
    return {
        "layer": layer,
        "formulas": planned.formulas,
        "parameters": planned.parameters,
        "multiply_adds": planned.multiply_adds,
    }


def _operation(layer: dict[str, Any]) -> Operation:
    padding = layer["padding"] if layer["padding"] == "same" else Padding(**layer["padding"])
    stride, dilation, groups = tuple(layer["stride"]), tuple(layer["dilation"]), layer["groups"]
    kernel, ceil_mode = tuple(layer["kernel_size"]), layer["ceil_mode"]
    match layer["kind"]:
        case "conv2d":
            return Conv2d(stride, padding, layer["padding_mode"], dilation, groups)
        case "conv_transpose2d":
            return ConvTranspose2d(stride, padding, tuple(layer["output_padding"]), dilation, groups)
        case "max_pool2d":
            return MaxPool2d(kernel, stride, padding, dilation, ceil_mode)
        case _:
            return AvgPool2d(kernel, stride, padding, dilation, ceil_mode)


if __name__ == "__main__":
    GOLDENS.write_text(goldens(), "utf-8")
