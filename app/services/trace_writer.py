"""Writes the trace of a scene to a file, piece by piece: what `convscope trace` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final, Literal

from app.conv.errors import ConvError
from app.formats.file_types import TensorFile
from app.formats.json_encoding import to_json
from app.scenes.scene import Scene, describe
from app.services.steps import all_steps
from app.services.trace import layer_structure, traced_steps
from app.torch_code.parser import parse as parse_layer

Format = Literal["jsonl", "json", "safetensors"]
# Called with the number of windows that have been written since the last call.
Progress = Callable[[int], None]

_DEFAULT_SIZE: Final = (8, 8)


def scene_body_of_layer(
    code: str, files: Mapping[str, TensorFile], size: tuple[int, int] | None, seed: int, dtype: str
) -> bytes:
    """A scene body for a layer in PyTorch code; tensors that no file gives are random."""
    layer = parse_layer(code)
    shapes: dict[str, tuple[int, ...] | None] = {
        "input": (layer.in_channels or 1, *(size or _DEFAULT_SIZE)),
        "weight": layer.weight_shape,
        "bias": (layer.out_channels,) if layer.bias and layer.out_channels else None,
    }
    distribution = "integers" if dtype == "int32" else "normal"
    random = {
        name: {"random": {"shape": shape, "seed": seed + i, "distribution": distribution}}
        for i, (name, shape) in enumerate(shapes.items())
        if shape is not None and name not in files
    }
    return to_json({"operation": describe(layer.operation), "dtype": dtype, **random})


def write_trace(scene: Scene, out_channels: range, form: Format, file: BinaryIO, progress: Progress) -> None:
    """Write the trace of some output channels."""
    match form:
        case "jsonl":
            for step in _steps(scene, out_channels, progress):
                file.write(to_json(step) + b"\n")
        case "json":
            _write_json(scene, out_channels, file, progress)
        case "safetensors":
            _write_columns(scene, out_channels, file, progress)


def _steps(scene: Scene, out_channels: range, progress: Progress) -> Iterator[dict[str, Any]]:
    for channel in out_channels:
        for piece in all_steps(scene, channel).pieces():
            yield from traced_steps(piece)
            progress(piece.stop - piece.start)


def _write_json(scene: Scene, out_channels: range, file: BinaryIO, progress: Progress) -> None:
    file.write(to_json(layer_structure(scene)).removesuffix(b"}") + b',"steps":[')
    for i, step in enumerate(_steps(scene, out_channels, progress)):
        file.write(b"," * (i > 0) + to_json(step))
    file.write(b"]}\n")


def _write_columns(scene: Scene, out_channels: range, file: BinaryIO, progress: Progress) -> None:
    if len(out_channels) > 1:
        raise ConvError("safetensors_needs_one_out_channel", count=len(out_channels))
    page = all_steps(scene, out_channels[0])
    content, columns = page.allocate()
    for piece in page.pieces():
        piece.write({name: column[piece.start : piece.stop] for name, column in columns.items()})
        progress(piece.stop - piece.start)
    file.write(content)
