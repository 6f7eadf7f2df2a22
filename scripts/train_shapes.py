"""Trains the classifier of shapes and colours among the examples, on pictures that it draws itself."""

from __future__ import annotations

import torch
from example_training import made, save, train
from torch import Tensor

SEED = 1
SIZE = 32
TRAINED, HELD_OUT = 6000, 120
WHITE = 255
COLOURS = ((0.85, 0.15, 0.15), (0.15, 0.65, 0.2), (0.15, 0.3, 0.85), (0.9, 0.8, 0.15))
SHAPES = 3
CODE = (
    "nn.Sequential("
    "nn.Conv2d(3, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), "
    "nn.Conv2d(8, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2), "
    "nn.Conv2d(12, 12, 3, padding=1), nn.BatchNorm2d(12), nn.ReLU(), nn.MaxPool2d(2), "
    "nn.Flatten(), nn.Linear(192, 12), nn.Softmax(dim=1))"
)


def inside(shape: int, radius: float, row: float, col: float) -> Tensor:
    """(SIZE, SIZE): which pixels a circle, a square or a triangle covers."""
    rows, cols = torch.meshgrid(torch.arange(SIZE) - row, torch.arange(SIZE) - col, indexing="ij")
    if shape == 0:
        return rows**2 + cols**2 <= radius**2
    if shape == 1:
        return torch.maximum(rows.abs(), cols.abs()) <= radius * 0.9
    return (rows <= radius * 0.8) & (cols.abs() <= (rows + radius) * 0.6)


def drawn(label: int) -> Tensor:
    """(3, SIZE, SIZE), 0...255: one shape of one colour somewhere, on a grey ground, with a little noise."""
    shape, colour = divmod(label, len(COLOURS))
    radius = 6 + 4 * torch.rand(1).item()
    row, col = (radius + 1 + (SIZE - 2 * radius - 3) * torch.rand(1).item() for _ in range(2))
    ground = (0.25 + 0.6 * torch.rand(1)).expand(3)
    painted = torch.tensor(COLOURS[colour]) + 0.08 * torch.randn(3)
    mask = inside(shape, radius, row, col)
    picture = torch.where(mask, painted[:, None, None], ground[:, None, None])
    picture = picture + 0.02 * torch.randn(3, SIZE, SIZE)
    return (picture.clamp(0, 1) * WHITE).round()


def pictures(count: int) -> tuple[Tensor, Tensor]:
    """As many of each class."""
    labels = torch.arange(count) % (SHAPES * len(COLOURS))
    return torch.stack([drawn(int(label)) for label in labels]), labels


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    pixels, labels = pictures(TRAINED)
    held_out, expected = pictures(HELD_OUT)
    model = made(CODE)
    train(model[:-1], pixels / WHITE, labels, epochs=12)
    save("shapes", CODE, SEED, WHITE, model.eval(), held_out, expected)


if __name__ == "__main__":
    main()
