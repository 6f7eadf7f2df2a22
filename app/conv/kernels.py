"""Named kernels, each (kH, kW) float64: what image processing has a name for."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import torch
from torch import Tensor

from app.conv.errors import ConvError, shown


def _outer(column: list[float], row: list[float]) -> Tensor:
    return torch.outer(torch.tensor(column, dtype=torch.float64), torch.tensor(row, dtype=torch.float64))


def _grid(*rows: list[float]) -> Tensor:
    return torch.tensor(rows, dtype=torch.float64)


def _gabor(angle: float, size: int = 7, wavelength: float = 4.0, sigma: float = 2.0) -> Tensor:
    """exp(−(x'² + y'²)/2σ²)·cos(2πx'/λ), x' along the angle (degrees), its mean taken away."""
    y, x = torch.meshgrid(*2 * [torch.arange(size, dtype=torch.float64) - size // 2], indexing="ij")
    turn = torch.deg2rad(torch.tensor(angle, dtype=torch.float64))
    along = x * turn.cos() + y * turn.sin()
    wave = torch.exp(-(x**2 + y**2) / (2 * sigma**2)) * torch.cos(2 * torch.pi * along / wavelength)
    return wave - wave.mean()


_SMOOTH_3, _SMOOTH_5, _SLOPE = [1.0, 2.0, 1.0], [1.0, 4.0, 6.0, 4.0, 1.0], [-1.0, 0.0, 1.0]

KERNELS: Mapping[str, Tensor] = MappingProxyType(
    {
        "identity": _outer([0, 1, 0], [0, 1, 0]),
        "box": _outer([1, 1, 1], [1, 1, 1]) / 9,
        "gaussian": _outer(_SMOOTH_3, _SMOOTH_3) / 16,
        "gaussian_5": _outer(_SMOOTH_5, _SMOOTH_5) / 256,
        "sobel_x": _outer(_SMOOTH_3, _SLOPE),
        "sobel_y": _outer(_SLOPE, _SMOOTH_3),
        "scharr_x": _outer([3, 10, 3], _SLOPE),
        "scharr_y": _outer(_SLOPE, [3, 10, 3]),
        "prewitt_x": _outer([1, 1, 1], _SLOPE),
        "prewitt_y": _outer(_SLOPE, [1, 1, 1]),
        "laplacian": _grid([0, 1, 0], [1, -4, 1], [0, 1, 0]),
        "laplacian_diagonal": _grid([1, 1, 1], [1, -8, 1], [1, 1, 1]),
        "sharpen": _grid([0, -1, 0], [-1, 5, -1], [0, -1, 0]),
        "emboss": _grid([-2, -1, 0], [-1, 1, 1], [0, 1, 2]),
        "gabor_0": _gabor(0),
        "gabor_45": _gabor(45),
        "gabor_90": _gabor(90),
        "gabor_135": _gabor(135),
    }
)


def kernel(name: str) -> Tensor:
    """A fresh (kH, kW) float64 copy of a named kernel; ConvError where there is none of that name."""
    if name not in KERNELS:
        raise ConvError("kernel_unknown", "/weight/kernels", name=shown(name), names=", ".join(KERNELS))
    return KERNELS[name].clone()
