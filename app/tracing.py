"""What `convscope trace` does: the answers of POST /trace and of a scene's steps, without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, BinaryIO, Final, Literal

from app.api.formats import to_json
from app.api.steps import all_steps, pieces
from app.api.trace import traced, whole_layer
from app.conv.errors import ConvError
from app.scenes.files import File
from app.scenes.parsing import parse as parse_layer
from app.scenes.scene import Scene, describe

Format = Literal["jsonl", "json", "safetensors"]
Progress = Callable[[int], None]

_DEFAULT_SIZE: Final = (8, 8)


def layer_body(
    code: str, files: Mapping[str, File], size: tuple[int, int] | None, seed: int, dtype: str
) -> bytes:
    """A scene body for a layer in PyTorch code; what no file gives is random."""
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


def write_trace(scene: Scene, asked: range, form: Format, out: BinaryIO, progress: Progress) -> None:
    """Write the trace of some output channels; `progress` is told of windows as they are done."""
    match form:
        case "jsonl":
            for step in _steps(scene, asked, progress):
                out.write(to_json(step) + b"\n")
        case "json":
            _write_json(scene, asked, out, progress)
        case "safetensors":
            _write_columns(scene, asked, out, progress)


def _steps(scene: Scene, asked: range, progress: Progress) -> Iterator[dict[str, Any]]:
    for channel in asked:
        for piece in pieces(all_steps(scene, channel)):
            yield from traced(piece)
            progress(piece.stop - piece.start)


def _write_json(scene: Scene, asked: range, out: BinaryIO, progress: Progress) -> None:
    out.write(to_json(whole_layer(scene)).removesuffix(b"}") + b',"steps":[')
    for i, step in enumerate(_steps(scene, asked, progress)):
        out.write(b"," * (i > 0) + to_json(step))
    out.write(b"]}\n")


def _write_columns(scene: Scene, asked: range, out: BinaryIO, progress: Progress) -> None:
    if len(asked) > 1:
        raise ConvError(f"safetensors holds one output channel, there are {len(asked)}: choose --out-channel")
    page = all_steps(scene, asked[0])
    file, room = page.room()
    for piece in pieces(page):
        piece.write({name: column[piece.start : piece.stop] for name, column in room.items()})
        progress(piece.stop - piece.start)
    out.write(file)
