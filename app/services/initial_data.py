"""The initial data of a page: what its first picture needs."""

from __future__ import annotations

from typing import Any, Final

import torch

from app.conv.errors import ConvError
from app.limits import tap_numbers
from app.scenes.scene import Scene
from app.scenes.tensors import tensor
from app.services.steps import StepsPage, check_out_channel, numbers_per_step
from app.services.tensors import tensor_structure

# Numbers of each kind that are carried: a few kilobytes.
_MAX_NUMBERS: Final = 2_000
# Multiply-adds that computing the output may cost.
_MAX_WORK: Final = 200_000


def initial_data(
    scene: Scene, edited_from: Scene | None = None, out_channel: int = 0, start: int = 0
) -> dict[str, Any]:
    """
    Taps, steps of one output channel from window `start` on, and tensors (of the output that channel), each
    as its own call answers it and as far as it is few numbers; of an edit only tensors that differ.
    Raises ConvError for a channel or window that is not there.
    """
    check_out_channel(scene.plan, out_channel)
    if start > scene.plan.windows:
        windows = scene.plan.windows
        raise ConvError("no_such_steps", "/start", start=start, stop=windows, total=windows)
    data: dict[str, Any] = {"tensors": _tensors(scene, edited_from, out_channel)}
    if tap_numbers(scene.plan) <= _MAX_NUMBERS:
        data["taps"] = {"rows": scene.taps.rows.numpy(), "cols": scene.taps.cols.numpy()}
    if windows := min(_MAX_NUMBERS // numbers_per_step(scene.plan), scene.plan.windows - start):
        total = scene.plan.windows
        page = StepsPage(scene, out_channel, start, total, total).take(windows)
        data["steps"] = page.envelope | {"steps": page.steps()}
    return data


def _tensors(scene: Scene, edited_from: Scene | None, out_channel: int) -> dict[str, Any]:
    before = edited_from.tensors if edited_from else {}
    tensors = {
        name: tensor_structure(scene, name, None, values)
        for name, values in scene.tensors.items()
        if values.numel() <= _MAX_NUMBERS and not (name in before and torch.equal(before[name], values))
    }
    if scene.plan.windows <= _MAX_NUMBERS and scene.plan.multiply_adds <= _MAX_WORK:
        output = tensor(scene, "output", out_channel)
        tensors["output"] = tensor_structure(scene, "output", out_channel, output)
    return tensors
