"""Writes the gradients of a scene to a file: what `convscope trace --backward` does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import BinaryIO

from torch import Tensor

from app.formats.json_encoding import to_json
from app.formats.npz import to_npz
from app.formats.safetensors import to_safetensors
from app.limits import Limits
from app.scenes.scene import Scene
from app.scenes.tensors import scene_gradients
from app.services.gradients.backward import bias_gradient_structure, gradients_json
from app.services.gradients.input_steps import InputGradientPage
from app.services.gradients.weight_steps import WeightGradientPage
from app.services.pagination import ALL, StepFormat
from app.services.trace_writer import Progress


def backward_steps(scene: Scene) -> int:
    """How many steps all gradients have."""
    return sum(page.total for page in _pages(scene))


def write_backward(scene: Scene, form: StepFormat, file: BinaryIO, progress: Progress) -> None:
    """
    Write the gradients: as lines every step to the input and to the weight, and one of the bias; as JSON what
    POST /gradients answers; as columns the gradients alone. Raises ConvError.
    """
    match form:
        case "jsonl":
            _write_lines(scene, file, progress)
        case "json":
            file.write(gradients_json(scene, None, Limits()) + b"\n")
        case "safetensors":
            file.write(to_safetensors(_named(scene)))
        case "zip":
            file.write(to_npz(_named(scene)))


def _named(scene: Scene) -> dict[str, Tensor]:
    found = scene_gradients(scene)._asdict()
    return {f"grad_{name}": scene.own(tensor) for name, tensor in found.items() if tensor is not None}


def _pages(scene: Scene) -> Iterator[InputGradientPage | WeightGradientPage]:
    """All steps to the input, and to the weight of a layer that has one."""
    pages: list[InputGradientPage | WeightGradientPage] = [InputGradientPage(scene, ALL, 0, 0, 0)]
    if scene.weight is not None:
        pages.append(WeightGradientPage(scene, ALL, ALL, 0, 0, 0))
    for page in pages:
        yield replace(page, stop=page.total, requested_stop=page.total)


def _write_lines(scene: Scene, file: BinaryIO, progress: Progress) -> None:
    for page in _pages(scene):
        of = "input" if isinstance(page, InputGradientPage) else "weight"
        for piece in page.pieces():
            for step in piece.steps():
                file.write(to_json({"gradient_of": of, **step}) + b"\n")
            progress(piece.stop - piece.start)
    if scene.bias is not None:
        file.write(to_json({"gradient_of": "bias", **bias_gradient_structure(scene)}) + b"\n")
