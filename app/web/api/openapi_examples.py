"""The bodies in the OpenAPI document; its answers are what the program makes of them."""

from __future__ import annotations

from typing import Any, Final

Body = dict[str, Any]

# Two input channels, 3×3, and one 2×2 kernel slice for each.
SCENE: Final[Body] = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "bias": {"data": [0]},
    "operation": {"kind": "conv2d", "stride": 1, "padding": 0},
    "dtype": "float32",
}
EDITS: Final[Body] = {
    "cells": [{"tensor": "input", "index": [0, 1, 2], "value": 6}],
    "operation": {"padding": 1},
}
GRADIENTS: Final[Body] = SCENE | {
    "loss": {"kind": "squared_error", "target": {"data": [[[56, 70], [104, 121]]]}}
}
DESCENT: Final[Body] = GRADIENTS | {"learning_rate": 0.0005, "steps": 3, "train": ["weight", "bias"]}
# Somebody has left out the bias.
ANSWER: Final[Body] = {"seed": 0, "lesson": None, "answer": 49, "give_up": False}
CODE: Final[Body] = {"code": "nn.Conv2d(3, 16, 3, stride=2, padding=1)"}
