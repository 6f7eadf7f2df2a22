"""Answers that a page carries, so that its first picture waits for no request."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from torch import Tensor

from app.api.formats import numbers_per_step, summary
from app.api.steps import all_steps
from app.scenes.limits import tap_numbers
from app.scenes.results import tensor
from app.scenes.scene import Scene

# Numbers that a page carries of each kind: a few kilobytes.
_MOST: Final = 2_000
# Multiply-adds that computing one of them may cost.
_MOST_WORK: Final = 200_000


def first_answers(scene: Scene) -> dict[str, Any]:
    """
    The summary; and where they are few numbers the taps, the tensors (of the output, channel 0), and as many
    steps of channel 0 as are few numbers: the answers to GET, in JSON.
    """
    answers: dict[str, Any] = {"summary": summary(scene), "tensors": _tensors(scene)}
    if tap_numbers(scene.plan) <= _MOST:
        answers["taps"] = {"rows": scene.taps.rows.numpy(), "cols": scene.taps.cols.numpy()}
    if windows := min(_MOST // numbers_per_step(scene.plan), scene.plan.windows):
        page = all_steps(scene, 0).cut(windows)
        answers["steps"] = page.about | {"steps": page.steps()}
    return answers


def _tensors(scene: Scene) -> dict[str, Any]:
    found = dict(scene.tensors)
    if scene.plan.windows <= _MOST and scene.plan.multiply_adds <= _MOST_WORK:
        found["output"] = tensor(scene, "output", 0)
    return {name: _answer(scene, value) for name, value in found.items() if value.numel() <= _MOST}


def _answer(scene: Scene, values: Tensor) -> dict[str, Any]:
    """Flat, with its shape."""
    data: np.ndarray[Any, Any] = values.flatten().numpy()
    return {"dtype": scene.dtype, "shape": list(values.shape), "data": data}
