"""What the scripts that train the example networks share: the training, and the files that it leaves."""

from __future__ import annotations

import json
from pathlib import Path

import safetensors.torch
import torch
from torch import Tensor, nn
from torch.nn import functional as F

EXAMPLES = Path(__file__).resolve().parent.parent / "examples"
BATCH = 64


def made(code: str) -> nn.Sequential:
    """The model that the code describes; it is the script's own."""
    model: nn.Sequential = eval(code, {"nn": nn})  # noqa: S307
    return model


def train(model: nn.Module, images: Tensor, labels: Tensor, epochs: int) -> None:
    """images: (N, C, H, W), 0...1."""
    optimizer = torch.optim.Adam(model.parameters(), 0.01, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, epochs)
    model.train()
    for _ in range(epochs):
        for batch in torch.randperm(len(images)).split(BATCH):
            optimizer.zero_grad()
            F.cross_entropy(model(images[batch]), labels[batch]).backward()
            optimizer.step()
        schedule.step()
    model.eval()


@torch.no_grad()
def accuracy(model: nn.Module, images: Tensor, labels: Tensor) -> float:
    return float((model(images).argmax(1) == labels).float().mean())


def save(
    name: str, code: str, seed: int, white: int, model: nn.Module, pixels: Tensor, labels: Tensor
) -> None:
    """Weights, held-out pixels 0...white with their labels, and how they came to be."""
    folder = EXAMPLES / name
    state = {key: value for key, value in model.state_dict().items() if value.is_floating_point()}
    (folder / "weights.safetensors").write_bytes(safetensors.torch.save(state))
    held_out = {"images": pixels.to(torch.uint8), "labels": labels.to(torch.uint8)}
    (folder / "held_out.safetensors").write_bytes(safetensors.torch.save(held_out))
    reached = accuracy(model, pixels / white, labels)
    trained = {
        "code": code,
        "script": f"scripts/train_{name}.py",
        "seed": seed,
        "white": white,
        "accuracy": round(reached, 4),
        "parameters": sum(each.numel() for each in model.parameters()),
    }
    (folder / "trained.json").write_text(json.dumps(trained, indent=2) + "\n")
    print(name, trained)
