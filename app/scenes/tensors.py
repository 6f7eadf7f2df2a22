"""A scene's tensors by name: those it was made from, and those that follow."""

from __future__ import annotations

from collections.abc import Collection
from math import prod
from typing import Final, Literal

from torch import Tensor

from app.conv.correlate import channel_sums, output
from app.conv.errors import CodedError, ConvError
from app.conv.gradients import Gradients, bias_gradient, gradients
from app.conv.ledger import kernel_slices
from app.scenes.scene import Scene

Name = Literal[
    "input", "weight", "bias", "upstream",
    "output", "channel_sums", "grad_input", "grad_weight", "grad_bias",
]  # fmt: skip
# Those of which a channel is an input channel.
OF_INPUT: Final = ("input", "grad_input")
_GRADIENTS: Final = ("grad_input", "grad_weight", "grad_bias")


class NoSuchTensor(CodedError, LookupError):
    """The scene has no tensor of this name."""


def tensor_shape(scene: Scene, name: Name, channel: int | None = None) -> tuple[int, ...]:
    """The shape that `tensor` gives, without computing anything.

    Raises NoSuchTensor, and ConvError for a channel that is not there.
    """
    plan = scene.plan
    shape = _whole_shape(scene, name)
    if shape is None:
        raise NoSuchTensor("scene_has_no_tensor", kind=plan.operation.kind, name=name)
    if channel is None:
        return shape
    channels = plan.input_shape[0] if name in OF_INPUT else plan.output_shape[0]
    if channel >= channels:
        raise ConvError("no_such_tensor_channel", "/channel", channel=channel, name=name, channels=channels)
    if name in ("weight", "grad_weight"):
        return (plan.channels_per_step, *shape[2:])
    return shape[1:]


def _whole_shape(scene: Scene, name: Name) -> tuple[int, ...] | None:
    plan = scene.plan
    channels, *size = plan.output_shape
    shapes: dict[Name, tuple[int, ...] | None] = {
        "input": plan.input_shape,
        "weight": plan.weight_shape,
        "bias": plan.bias_shape,
        "upstream": None if scene.upstream is None else plan.output_shape,
        "output": plan.output_shape,
        "channel_sums": (channels, plan.channels_per_step, *size),
        "grad_input": plan.input_shape,
        "grad_weight": plan.weight_shape,
        "grad_bias": plan.bias_shape,
    }
    shape = shapes[name]
    return None if shape is None else plan.own_shape(shape)


def tensor_cost(scene: Scene, name: Name) -> int:
    """Numbers touched by `tensor`, about."""
    if name in ("output", "channel_sums"):
        return prod(_whole_shape(scene, name) or ()) + scene.plan.products // 16
    if name in _GRADIENTS:
        return gradients_cost(scene)
    return scene.tensors[name].numel()


def gradients_cost(scene: Scene) -> int:
    """Numbers touched by all gradients, about."""
    return sum(map(prod, (scene.plan.input_shape, scene.plan.output_shape))) + scene.plan.products // 8


def scene_gradients(scene: Scene, wanted: Collection[str] = Gradients._fields) -> Gradients:
    """The gradients of a scene, or some. Raises ConvError where a sum leaves the range of the dtype."""
    return gradients(scene.plan, scene.taps, scene.input, scene.weight, scene.given_upstream, wanted)


def tensor(scene: Scene, name: Name, channel: int | None = None) -> Tensor:
    """
    A tensor by name, or what of it belongs to one input channel (of the input and its gradient) or one output
    channel; of one dimension without a height.

    Of the weight and its gradient that is (C_in/groups, kH, kW), also of a transposed one. Raises ConvError
    where a sum leaves the range of the dtype.
    """
    plan = scene.plan
    if name == "channel_sums":
        out_channels = None if channel is None else range(channel, channel + 1)
        sums = scene.own(channel_sums(plan, scene.input, scene.weight, out_channels))
        return sums if channel is None else sums[0]
    whole = _whole(scene, name)
    if channel is None:
        return whole
    return kernel_slices(plan, whole, channel) if name in ("weight", "grad_weight") else whole[channel]


def _whole(scene: Scene, name: Name) -> Tensor:
    match name:
        case "output":
            return scene.own(output(scene.plan, scene.input, scene.weight, scene.bias))
        case "grad_bias":
            return bias_gradient(scene.given_upstream)
        case "grad_input" | "grad_weight":
            of = name.removeprefix("grad_")
            whole: Tensor | None = getattr(scene_gradients(scene, (of,)), of)
            assert whole is not None  # its shape was asked for before
            return scene.own(whole)
        case _:
            return scene.tensors[name]
