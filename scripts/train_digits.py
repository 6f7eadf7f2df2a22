"""Trains the digit classifier among the examples, on the 8×8 digits that scikit-learn ships."""

from __future__ import annotations

import torch
from example_training import made, save, train
from sklearn.datasets import load_digits

SEED = 1
HELD_OUT = 360
# What the pixels of the data set go up to.
WHITE = 16
CODE = (
    "nn.Sequential(nn.Conv2d(1, 6, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), "
    "nn.Conv2d(6, 12, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(48, 10), "
    "nn.Softmax(dim=1))"
)


def main() -> None:
    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    digits = load_digits()
    pixels = torch.tensor(digits.images, dtype=torch.float32)[:, None]
    labels = torch.tensor(digits.target)
    order = torch.randperm(len(pixels))
    held_out, rest = order[:HELD_OUT], order[HELD_OUT:]
    model = made(CODE)
    train(model[:-1], pixels[rest] / WHITE, labels[rest], epochs=100)
    save("digits", CODE, SEED, WHITE, model.eval(), pixels[held_out], labels[held_out])


if __name__ == "__main__":
    main()
