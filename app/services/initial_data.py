"""The initial data of a page: what its first picture needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import torch
from torch import Tensor

from app.conv.channel_checks import check_out_channel
from app.conv.errors import item_range
from app.conv.operation import Plan
from app.conv.scatter import check_stamps
from app.limits import tap_numbers
from app.scenes.scene import Scene
from app.scenes.tensors import tensor, tensor_cost
from app.services.scatter import all_stamps
from app.services.steps import StepsPage, numbers_per_step
from app.services.summary import taps_structure
from app.services.tensors import tensor_structure

Reading = Literal["gather", "scatter"]

# Numbers of each kind that are carried: a few kilobytes.
_MAX_NUMBERS: Final = 2_000
# Multiply-adds that computing the output, or the stamps, may cost.
_MAX_WORK: Final = 200_000
# The same for the output of an edit, which a page waits for in any case.
_MAX_EDITED_OUTPUT: Final = 5_000
_MAX_EDITED_WORK: Final = 200_000_000


@dataclass(frozen=True, slots=True)
class InitialRequest:
    """
    The output channel, and the first window of its steps. By the scatter reading of a transposed convolution
    its stamps take the place of the steps, and `start` is an input cell.
    """

    out_channel: int = 0
    start: int = 0
    reading: Reading = "gather"


def initial_data(scene: Scene, request: InitialRequest, edited_from: Scene | None = None) -> dict[str, Any]:
    """
    Taps, steps or stamps of one output channel, and tensors (of the output that channel), each as its own
    call answers it and as far as it is few numbers; of an edit only tensors that differ.
    Raises ConvError for a channel, window or input cell that is not there, and for stamps of a layer that has
    none.
    """
    plan = scene.plan
    check_out_channel(plan, request.out_channel)
    items = _stamps(scene, request) if request.reading == "scatter" else _steps(scene, request)
    data: dict[str, Any] = {"tensors": _tensors(scene, edited_from, request.out_channel)} | items
    if tap_numbers(plan) <= _MAX_NUMBERS:
        data["taps"] = taps_structure(scene)
    return data


def _steps(scene: Scene, request: InitialRequest) -> dict[str, Any]:
    total, start = scene.plan.windows, request.start
    item_range(start, total, total, "no_such_steps")
    windows = min(_MAX_NUMBERS // numbers_per_step(scene.plan), total - start)
    if windows == 0:
        return {}
    page = StepsPage(scene, request.out_channel, start, total, total).take(windows)
    return {"steps": page.envelope | {"steps": page.steps()}}


def _stamps(scene: Scene, request: InitialRequest) -> dict[str, Any]:
    page = replace(all_stamps(scene), out_channel=request.out_channel, start=request.start)
    check_stamps(scene.plan, request.out_channel, page.start, page.total, "/reading")
    stamps = (_MAX_NUMBERS - scene.plan.windows) // page.numbers_per_item
    page = page.take(max(stamps, 0))
    # Every stamp before the page is computed too.
    if page.start == page.stop or page.stop * page.numbers_per_item > _MAX_WORK:
        return {}
    return {"stamps": page.structure()}


def edit_cost(scene: Scene) -> int:
    """Numbers touched by the initial data of an edit, about."""
    return tensor_cost(scene, "output") if _carries_output(scene.plan, edited=True) else 0


def _tensors(scene: Scene, edited_from: Scene | None, out_channel: int) -> dict[str, Any]:
    before = edited_from.tensors if edited_from else {}
    tensors = {
        name: tensor_structure(scene, name, None, values)
        for name, values in scene.tensors.items()
        if values.numel() <= _MAX_NUMBERS and not (name in before and _equal(before[name], values))
    }
    if _carries_output(scene.plan, edited=edited_from is not None):
        output = tensor(scene, "output", out_channel)
        tensors["output"] = tensor_structure(scene, "output", out_channel, output)
    return tensors


def _equal(before: Tensor, values: Tensor) -> bool:
    return before.dtype == values.dtype and torch.equal(before, values)


def _carries_output(plan: Plan, *, edited: bool) -> bool:
    if edited:
        return plan.windows <= _MAX_EDITED_OUTPUT and plan.products <= _MAX_EDITED_WORK
    return plan.windows <= _MAX_NUMBERS and plan.products <= _MAX_WORK
