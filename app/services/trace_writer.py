"""Writes the trace of a scene to a file, piece by piece: what `convscope trace` does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Literal

from app.conv.errors import ConvError
from app.formats.json_encoding import to_json
from app.scenes.scene import Scene
from app.services.steps import all_steps
from app.services.trace import layer_structure, traced_steps

Format = Literal["jsonl", "json", "safetensors"]
# Called with the number of windows that have been written since the last call.
Progress = Callable[[int], None]


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
