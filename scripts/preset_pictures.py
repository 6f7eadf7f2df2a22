"""Draw each preset as static/presets/NAME.svg: its input, kernel and output in the colours of their numbers.

usage: python scripts/preset_pictures.py
"""

from __future__ import annotations

import base64
import io
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from app.conv.correlate import output
from app.scenes.presets import PRESETS
from app.scenes.scene import Scene

FOLDER = Path(__file__).parents[1] / "static" / "presets"
WIDTH, HEIGHT = 136, 56
BEHIND, STEP = 2, 3
# The stage's scale, from −max over 0 to +max, and its accent.
STOPS = [
    (166, 76, 6),
    (224, 130, 34),
    (250, 205, 148),
    (248, 249, 251),
    (178, 204, 236),
    (88, 143, 207),
    (24, 83, 158),
]
ACCENT = "#c2185b"
# Grids with more cells than this are bitmaps.
MOST_CELLS = 100


def rgb(value: float) -> tuple[int, int, int]:
    """`value` from −1 to 1."""
    at = (min(max(value, -1.0), 1.0) + 1) / 2 * (len(STOPS) - 1)
    low = min(int(at), len(STOPS) - 2)
    share = at - low
    red, green, blue = (
        round(a * (1 - share) + b * share) for a, b in zip(STOPS[low], STOPS[low + 1], strict=True)
    )
    return red, green, blue


def colour(value: float) -> str:
    return "#" + "".join(f"{part:02x}" for part in rgb(value))


def picture(scene: Scene) -> str:
    if scene.plan.dimensions == 1:
        return signals(scene)
    outputs = output(scene.plan, scene.input, scene.weight, scene.bias)
    parts = [grid(scene.input, 4, 46), sign(60, "→" if scene.weight is None else "×")]
    if scene.weight is not None:
        slices = scene.weight[0] if scene.plan.operation.kind != "conv_transpose2d" else scene.weight[:, 0]
        parts += [grid(slices, 66, 22), sign(94, "→")]
    parts.append(grid(outputs, 98 if scene.weight is not None else 78, 34, first=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif">'
        + "".join(parts)
        + "</svg>\n"
    )


def signals(scene: Scene) -> str:
    """Input, kernel and output of the first channels above one another, as bars over one axis."""
    outputs = output(scene.plan, scene.input, scene.weight, scene.bias)
    assert scene.weight is not None
    (stride, dilation), left = (size[1] for size in _steps(scene)), scene.plan.padding.left
    kernel = scene.weight[0, 0, 0]
    column = 128 / scene.input.shape[2]
    middle = left * -1 + dilation * (len(kernel) - 1) / 2
    at = [
        bars(scene.input[0, 0], 26, 20, column, 0, 1),
        cells(kernel[None] / float(kernel.abs().max()), 4 + max(0, -left) * column, 27, min(column, 6)),
        bars(outputs[0, 0], 53, 18, column, middle, stride),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">' + "".join(at) + "</svg>\n"
    )


def _steps(scene: Scene) -> tuple[tuple[int, int], tuple[int, int]]:
    return scene.plan.operation.stride, scene.plan.operation.dilation


def bars(values: Tensor, bottom: float, height: float, column: float, first: float, step: float) -> str:
    """One bar for each value, the first at this column; the zero line is where the lowest needs it."""
    low, high = min(0.0, float(values.min())), max(0.0, float(values.max()))
    unit, most = height / (high - low or 1), max(high, -low)
    zero = bottom + low * unit
    outline = 'stroke="#9aa5b5" stroke-width=".5"'
    return "".join(
        f'<rect x="{4 + (first + k * step + 0.2) * column:.1f}" y="{zero - max(value, 0) * unit:.1f}" '
        f'width="{column * 0.6:.1f}" height="{max(abs(value) * unit, 0.7):.1f}" '
        f'fill="{colour(value / most)}" {outline}/>'
        for k, value in enumerate(values.tolist())
    )


def sign(x: float, text: str) -> str:
    return (
        f'<text x="{x}" y="{HEIGHT / 2 + 4}" font-size="11" text-anchor="middle" fill="#7a8496">{text}</text>'
    )


def grid(channels: Tensor, x: float, room: float, *, first: bool = False) -> str:
    """A stack of channels in a square `room`, the first in front; `first`: its first cell is marked."""
    behind = min(len(channels) - 1, BEHIND)
    rows, cols = channels.shape[1:]
    cell = min((room - behind * STEP) / max(rows, cols), 12)
    width, height = cols * cell, rows * cell
    left, top = x + (room - width - behind * STEP) / 2, (HEIGHT - height + behind * STEP) / 2
    sheets = "".join(
        f'<rect x="{left + k * STEP:.1f}" y="{top - k * STEP:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="1" fill="#dbe2ec" stroke="#9aa5b5" stroke-width=".5"/>'
        for k in range(behind, 0, -1)
    )
    most = float(channels.abs().max()) or 1.0
    front = (
        bitmap(channels, left, top, width)
        if rows * cols > MOST_CELLS
        else cells(channels[0] / most, left, top, cell)
    )
    mark = (
        f'<rect x="{left}" y="{top}" width="{cell}" height="{cell}" fill="none" stroke="{ACCENT}"/>'
        if first and cell > 4
        else ""
    )
    return sheets + front + mark


def cells(plane: Tensor, left: float, top: float, cell: float) -> str:
    size = f'width="{cell - 0.6:.1f}" height="{cell - 0.6:.1f}"'
    return "".join(
        f'<rect x="{left + j * cell:.1f}" y="{top + i * cell:.1f}" {size} fill="{colour(value)}"/>'
        for i, row in enumerate(plane.tolist())
        for j, value in enumerate(row)
    )


def bitmap(channels: Tensor, left: float, top: float, size: float) -> str:
    """A photograph as it looks, or one channel by the scale."""
    if len(channels) == 3 and float(channels.min()) >= 0 and float(channels.max()) <= 1:
        shown = Image.fromarray((channels.permute(1, 2, 0) * 255).to(torch.uint8).numpy())
    else:
        scaled = channels[0] / float(channels[0].abs().max()) * 1.6
        shown = Image.new("RGB", (channels.shape[2], channels.shape[1]))
        shown.putdata([rgb(value) for value in scaled.flatten().tolist()])
    data = io.BytesIO()
    shown.resize((64, 64), Image.Resampling.BOX).quantize(32).save(data, "PNG", optimize=True)
    text = base64.b64encode(data.getvalue()).decode()
    place = f'x="{left:.1f}" y="{top:.1f}" width="{size:.1f}" height="{size:.1f}"'
    return f'<image {place} href="data:image/png;base64,{text}"/>'


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, preset in PRESETS.items():
        (FOLDER / f"{name}.svg").write_text(picture(preset.scene), "utf-8")
