"""A scene's tensors by name: those it was made from, and those that follow."""

from __future__ import annotations

from math import prod
from typing import Literal

from torch import Tensor

from app.conv.correlate import channel_sums, output
from app.conv.errors import CodedError, ConvError
from app.conv.operation import ConvTranspose2d, Plan
from app.scenes.scene import Scene

Name = Literal["input", "weight", "bias", "output", "channel_sums"]


class NoSuchTensor(CodedError, LookupError):
    """The scene has no tensor of this name."""


def tensor_shape(scene: Scene, name: Name, channel: int | None = None) -> tuple[int, ...]:
    """The shape that `tensor` gives, without computing anything.

    Raises NoSuchTensor, and ConvError for a channel that is not there.
    """
    plan = scene.plan
    shape = _whole_shape(plan, name)
    if shape is None:
        raise NoSuchTensor("scene_has_no_tensor", kind=plan.operation.kind, name=name)
    if channel is None:
        return shape
    channels = plan.input_shape[0] if name == "input" else plan.output_shape[0]
    if channel >= channels:
        raise ConvError("no_such_tensor_channel", "/channel", channel=channel, name=name, channels=channels)
    if name == "weight":
        return (plan.channels_per_step, *shape[2:])
    return shape[1:]


def _whole_shape(plan: Plan, name: Name) -> tuple[int, ...] | None:
    channels, *size = plan.output_shape
    shapes: dict[Name, tuple[int, ...] | None] = {
        "input": plan.input_shape,
        "weight": plan.weight_shape,
        "bias": plan.bias_shape,
        "output": plan.output_shape,
        "channel_sums": (channels, plan.channels_per_step, *size),
    }
    return shapes[name]


def tensor_cost(scene: Scene, name: Name) -> int:
    """Numbers touched by `tensor`, about."""
    if name in ("output", "channel_sums"):
        return prod(_whole_shape(scene.plan, name) or ()) + scene.plan.multiply_adds // 16
    return scene.tensors[name].numel()


def tensor(scene: Scene, name: Name, channel: int | None = None) -> Tensor:
    """A tensor by name, or what of it belongs to one input channel (of the input) or one output channel.

    Of the weight that is (C_in/groups, kH, kW), also of a transposed one. Raises ConvError where a sum
    leaves the range of the dtype.
    """
    plan = scene.plan
    if name == "channel_sums":
        asked = None if channel is None else range(channel, channel + 1)
        sums = channel_sums(plan, scene.input, scene.weight, asked)
        return sums if channel is None else sums[0]
    if name == "weight" and channel is not None and isinstance(plan.operation, ConvTranspose2d):
        return _transposed_slice(plan, scene.tensors["weight"], channel)
    whole = output(plan, scene.input, scene.weight, scene.bias) if name == "output" else scene.tensors[name]
    return whole if channel is None else whole[channel]


def _transposed_slice(plan: Plan, weight: Tensor, out_channel: int) -> Tensor:
    inputs = plan.in_channels(out_channel)
    return weight[inputs.start : inputs.stop, out_channel % weight.shape[1]]
