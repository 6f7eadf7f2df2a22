"""The scenes that come with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import torch
from torch import Tensor

from app.conv.correlate import output
from app.conv.operation import Conv1d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Padding
from app.limits import Limits
from app.scenes.scene import Scene, make_scene
from app.scenes.tensor_sources import from_kernels, from_sample

_X: Final = torch.arange(9.0).reshape(1, 3, 3) + torch.arange(2.0).reshape(2, 1, 1)
_K: Final = torch.arange(4.0).reshape(1, 2, 2) + torch.arange(2.0).reshape(2, 1, 1)


@dataclass(frozen=True)
class Preset:
    """A named scene, made when it is first asked for. Its title is the text `preset.<name>.title`."""

    name: str
    make: Callable[[], Scene]

    @cached_property
    def scene(self) -> Scene:
        return self.make()


def _scene(operation: Operation, input: Tensor, weight: Tensor | None, bias: Tensor | None = None) -> Scene:
    return make_scene(operation, input, weight, bias, Limits())


def _two_channels() -> Scene:
    return _scene(Conv2d(), _X, _K[None])


def _three_filters() -> Scene:
    return _scene(Conv2d(), _X, torch.stack([_K, _K + 1, _K + 2]))


def _one_by_one() -> Scene:
    channels = [
        [[1, 2, 0], [3, 1, 2], [0, 2, 1]],
        [[2, 0, 1], [1, 3, 0], [2, 1, 1]],
        [[0, 1, 3], [2, 0, 1], [1, 1, 2]],
    ]
    weight = torch.tensor([[1.0, 2.0, -1.0], [-2.0, 1.0, 3.0]]).reshape(2, 3, 1, 1)
    return _scene(Conv2d(), torch.tensor(channels, dtype=torch.float32), weight)


def _strided_volume() -> Scene:
    generator = torch.Generator().manual_seed(231)
    volume = torch.randint(0, 3, (3, 7, 7), generator=generator).float()
    filters = torch.randint(-1, 2, (2, 3, 3, 3), generator=generator).float()
    operation = Conv2d(stride=(2, 2), padding=Padding(1, 1, 1, 1))
    return _scene(operation, volume, filters, torch.tensor([1.0, 0.0]))


def _edges() -> Scene:
    picture = from_sample("coffee", (128, 128), "float32", Limits(), "/input")
    names = ["sobel_x", "sobel_y", "laplacian", "sharpen"]
    return _scene(Conv2d(), picture, from_kernels(names, Conv2d(), 3, "float32", Limits(), "/weight"))


def _depthwise() -> Scene:
    ramp = torch.arange(25.0).reshape(1, 5, 5) % 7
    channels = torch.cat([ramp, ramp.flip(2), ramp.transpose(1, 2)])
    kernels = [
        [[0, 1, 0], [1, -4, 1], [0, 1, 0]],
        [[1, 0, -1], [2, 0, -2], [1, 0, -1]],
        [[1, 1, 1], [1, 1, 1], [1, 1, 1]],
    ]
    return _scene(Conv2d(groups=3), channels, torch.tensor(kernels, dtype=torch.float32)[:, None])


def _pointwise() -> Scene:
    """The second half of a separable layer: it mixes the channels that the depthwise half leaves apart."""
    first = PRESETS["depthwise"].scene
    middle = output(first.plan, first.input, first.weight, first.bias)
    weight = torch.tensor([[1.0, 0.0, 1.0], [0.0, 2.0, -1.0]]).reshape(2, 3, 1, 1)
    return _scene(Conv2d(), middle, weight)


def _dilated() -> Scene:
    plane = torch.arange(49.0).reshape(1, 7, 7) % 10
    weight = torch.tensor([[1.0, 0.0, -1.0], [2.0, 0.0, -2.0], [1.0, 0.0, -1.0]]).reshape(1, 1, 3, 3)
    return _scene(Conv2d(dilation=(2, 2)), plane, weight)


def _transposed() -> Scene:
    """Stamps three cells wide, two cells apart: neighbours overlap."""
    kernel = torch.tensor([[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]])
    input = torch.arange(1.0, 5.0).reshape(1, 2, 2)
    return _scene(ConvTranspose2d(stride=(2, 2)), input, kernel[None, None])


def _transposed_without_overlaps() -> Scene:
    square = torch.arange(4.0).reshape(1, 2, 2)
    return _scene(ConvTranspose2d(stride=(2, 2)), square, square[None])


def _max_pooling() -> Scene:
    channels = [
        [[1, 3, 2, 1], [4, 6, 5, 0], [7, 2, 1, 8], [0, 3, 4, 2]],
        [[2, 0, 1, 5], [3, 1, 4, 2], [9, 6, 0, 1], [5, 8, 7, 3]],
    ]
    return _scene(
        MaxPool2d(kernel_size=(2, 2), stride=(2, 2)), torch.tensor(channels, dtype=torch.float32), None
    )


def _moving_average() -> Scene:
    """Multiples of 4, so that quarters of four of them are whole."""
    signal = torch.tensor([[8.0, 12, 4, 16, 8, 20, 12, 24, 16, 28, 20, 24]])
    return _scene(Conv1d(), signal, torch.full((1, 1, 4), 0.25))


def _signal_edge() -> Scene:
    signal = torch.tensor([[1.0, 1, 1, 1, 5, 5, 5, 5, 5, 2, 2, 2]])
    return _scene(Conv1d(), signal, torch.tensor([[[-1.0, 1.0]]]))


def _sensor() -> Scene:
    """A shake in one direction, then in the other."""
    signals = torch.tensor([[0.0, 1, 3, 1, 0, 0, 0, -1, 0], [0.0, 0, -1, 0, 0, 2, 4, 2, 1]])
    weight = torch.tensor([[[1.0, 2, 1], [-1, 0, 1]], [[1.0, 0, -1], [-1, 2, -1]]])
    operation = Conv1d(stride=(1, 2), padding=Padding(0, 0, 1, 1))
    return _scene(operation, signals, weight, torch.tensor([0.0, 1.0]))


PRESETS: Final[Mapping[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset("two-channels", _two_channels),
        Preset("three-filters", _three_filters),
        Preset("one-by-one", _one_by_one),
        Preset("strided-volume", _strided_volume),
        Preset("edges", _edges),
        Preset("depthwise", _depthwise),
        Preset("pointwise", _pointwise),
        Preset("dilated", _dilated),
        Preset("transposed", _transposed),
        Preset("max-pooling", _max_pooling),
        Preset("moving-average", _moving_average),
        Preset("signal-edge", _signal_edge),
        Preset("sensor", _sensor),
    )
}


# Scenes that presets once were: their addresses stay.
_FORMER: Final = (_transposed_without_overlaps,)


@cache
def built_in() -> Mapping[str, Scene]:
    """The scenes of the presets, and of what they once were, by id."""
    scenes = [*(preset.scene for preset in PRESETS.values()), *(make() for make in _FORMER)]
    return {scene.id: scene for scene in scenes}
