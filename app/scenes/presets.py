"""The scenes that come with the program."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final

import torch
from torch import Tensor

from app.conv.operation import Conv2d, Operation, Padding
from app.scenes.scene import Scene, make_scene
from app.scenes.sources import from_kernels, from_sample
from app.settings import Limits

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


PRESETS: Final[Mapping[str, Preset]] = {
    preset.name: preset
    for preset in (
        Preset("two-channels", _two_channels),
        Preset("three-filters", _three_filters),
        Preset("one-by-one", _one_by_one),
        Preset("strided-volume", _strided_volume),
        Preset("edges", _edges),
    )
}


@cache
def built_in() -> Mapping[str, Scene]:
    """The presets' scenes by id."""
    return {preset.scene.id: preset.scene for preset in PRESETS.values()}
