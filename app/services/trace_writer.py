"""Writes the trace of a scene to a file, piece by piece: what `convscope trace` does."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import BinaryIO

from app.formats.json_encoding import to_json
from app.scenes.scene import Scene
from app.services.pagination import Channel, StepFormat
from app.services.step_files import Piece, SafetensorsFile, npz_pieces
from app.services.steps import StepsPage, all_steps
from app.services.trace import layer_structure

# Called with the number of windows that have been written since the last call.
Progress = Callable[[float], None]


def write_trace(
    scene: Scene, out_channel: Channel, form: StepFormat, file: BinaryIO, progress: Progress
) -> None:
    """Write the trace of one output channel, or of all."""
    page = all_steps(scene, out_channel)
    match form:
        case "jsonl":
            for piece in page.pieces():
                file.write(piece.lines())
                progress(piece.stop - piece.start)
        case "json":
            _write_json(page, file, progress)
        case "safetensors":
            _write_columns(page, SafetensorsFile(page).pieces(), file, progress)
        case "zip":
            _write_columns(page, npz_pieces(page), file, progress)


def _write_json(page: StepsPage, file: BinaryIO, progress: Progress) -> None:
    file.write(to_json(layer_structure(page.scene)).removesuffix(b"}") + b',"steps":[')
    for piece in page.pieces():
        steps = to_json(piece.steps("out_channel"))
        file.write(b"," * (piece.start > 0) + steps[1:-1])
        progress(piece.stop - piece.start)
    file.write(b"]}\n")


def _write_columns(page: StepsPage, pieces: Iterable[Piece], file: BinaryIO, progress: Progress) -> None:
    columns = len(page.column_specs)
    for piece in pieces:
        file.write(piece.content())
        progress(piece.steps / columns)
