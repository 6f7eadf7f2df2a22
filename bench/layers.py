"""
Whole-layer channel sums, four ways, float32, one torch thread:

    loop    the chapter's corr2d for every pair of channels (small layers only)
    idiom   what people write: torch.nn.functional.unfold, then einsum
    ours    app.conv.correlate.channel_sums
    floor   allocating and filling as many bytes as the result has
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from app.conv.correlate import channel_sums
from app.conv.operation import Conv2d, Padding, plan
from bench.measure import Work, seconds, shown, table

# C_in, H, W, C_out, kernel
LAYERS = [
    (2, 3, 3, 1, 2),
    (2, 3, 3, 3, 2),
    (3, 7, 7, 2, 3),
    (3, 32, 32, 16, 3),
    (16, 28, 28, 32, 3),
    (3, 224, 224, 8, 3),
    (3, 224, 224, 64, 3),
    (64, 56, 56, 64, 1),
    (64, 56, 56, 64, 3),
]
MOST_LOOPED = 3 * 32 * 32 * 16


def loop(x: Tensor, weight: Tensor, padding: int) -> Tensor:
    """The chapter's corr2d, for each output and input channel."""
    grown = F.pad(x, (padding, padding, padding, padding))
    return torch.stack(
        [torch.stack([_corr2d(a, k) for a, k in zip(grown, ks, strict=True)]) for ks in weight]
    )


def _corr2d(x: Tensor, k: Tensor) -> Tensor:
    h, w = k.shape
    y = torch.zeros((x.shape[0] - h + 1, x.shape[1] - w + 1))
    for i in range(y.shape[0]):
        for j in range(y.shape[1]):
            y[i, j] = (x[i : i + h, j : j + w] * k).sum()
    return y


def idiom(x: Tensor, weight: Tensor, padding: int) -> Tensor:
    columns = F.unfold(x.unsqueeze(0), weight.shape[2:], padding=padding)
    columns = columns.view(x.shape[0], weight[0, 0].numel(), -1)
    return torch.einsum("ock,ckn->ocn", weight.flatten(2), columns)


def run() -> str:
    return table(
        "Whole-layer channel sums, float32, one torch thread",
        ("layer", "loop", "idiom", "ours", "floor", "loop/ours", "idiom/ours", "ours/floor"),
        [_row(*layer) for layer in LAYERS],
    )


def _row(channels: int, height: int, width: int, out_channels: int, kernel: int) -> list[str]:
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(channels, height, width, generator=generator)
    weight = torch.randn(out_channels, channels, kernel, kernel, generator=generator)
    padding = kernel // 2 if height > 3 else 0
    layer = plan(Conv2d(padding=Padding(*4 * [padding])), tuple(x.shape), tuple(weight.shape))
    size = (out_channels, channels, *layer.output_shape[1:])
    ways: dict[str, Work] = {
        "idiom": lambda: idiom(x, weight, padding),
        "ours": lambda: channel_sums(layer, x, weight),
        "floor": lambda: torch.empty(size).fill_(1),
    }
    looped = height * width * channels * out_channels <= MOST_LOOPED
    if looped:
        ways["loop"] = lambda: loop(x, weight, padding)
    results = [ways[name]().reshape(size) for name in ways if name != "floor"]
    assert all(torch.allclose(result, results[0], rtol=1e-4, atol=1e-4) for result in results)
    times = seconds(ways)
    ours = times["ours"]
    return [
        f"{channels}×{height}×{width} → {out_channels}, {kernel}×{kernel}",
        *(shown(times[name]) if name in times else "" for name in ("loop", "idiom", "ours", "floor")),
        f"{times['loop'] / ours:,.0f}×" if looped else "",
        f"{times['idiom'] / ours:.2f}×",
        f"{ours / times['floor']:.1f}×",
    ]
