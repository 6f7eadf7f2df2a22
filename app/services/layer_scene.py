"""A scene for a layer in PyTorch code, with tensors from files: what `convscope trace --layer` traces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from torch import Tensor

from app.conv.errors import ConvError, Message
from app.formats.file_types import TensorFile, UnsupportedFile, bias_beside_weight, kind_of
from app.formats.npz import npz_names
from app.formats.safetensors import safetensors_header
from app.limits import Limits
from app.scenes.scene import make_scene
from app.scenes.tensor_sources import Distribution, from_random
from app.services.scene_builder import BuiltScene, read_files
from app.torch_code.parser import Parsed, parse

_DEFAULT_SIZE: Final = (8, 8)
_DEFAULT_LENGTH: Final = 16


def check_has_layer(content: bytes) -> None:
    """Raise ConvError for a file that holds tensors, and no layer that they belong to."""
    try:
        kind = kind_of(content)
    except UnsupportedFile:  # JSON, or what cannot be read as JSON either
        return
    if kind == "npz":
        npz_names(content, "/scene")  # which refuses an archive of anything else, such as a .pt
    metadata = safetensors_header(content, "/scene").get("__metadata__") if kind == "safetensors" else None
    if not (isinstance(metadata, dict) and "operation" in metadata):
        raise ConvError("layer_missing", kind=kind)


def scene_of_layer(
    code: str,
    files: Mapping[str, TensorFile],
    size: tuple[int, ...] | None,
    seed: int | None,
    dtype: str,
    limits: Limits,
    layer_index: int | None = None,
) -> BuiltScene:
    """
    The layer on the tensors in files; those that no file gives are random, and beside a file that is noted. A
    weight never gets a random bias: its own is taken from beside it. `size`: (H, W) or (L,) of a random
    input; `layer_index`: which of the code's layers.

    Raises ConvError where files and code contradict each other.
    """
    layer = parse(code, layer_index)
    _check_size(layer, size)
    given, notes = read_files(_with_bias(layer, files), layer.operation, dtype, limits)
    _check_weight(layer, given.get("weight"))
    default = _DEFAULT_SIZE if layer.operation.dimensions == 2 else (_DEFAULT_LENGTH,)
    random = _random_tensors(layer, set(given), size or default, seed or 0, dtype, limits)
    if seed is not None and not random:
        raise ConvError("seed_needs_random", "/seed")
    if given.keys() & {"input", "weight", "bias"} and random:
        notes.append(Message("layer_numbers_random", names=", ".join(random), seed=seed or 0))
    tensors = given | random
    others = (tensors.get("weight"), tensors.get("bias"), limits, tensors.get("upstream"))
    scene = make_scene(layer.operation, tensors["input"], *others)
    return BuiltScene(scene, notes)


def _with_bias(layer: Parsed, files: Mapping[str, TensorFile]) -> Mapping[str, TensorFile]:
    """The files, and for a layer with a bias the weight's file once more, for the bias in it."""
    if "bias" in files and layer.bias is False:
        raise ConvError("layer_without_bias", "/bias")
    if "bias" in files and "weight" not in files:
        raise ConvError("layer_bias_without_weight", "/bias")
    if "bias" in files or "weight" not in files or not layer.bias:
        return files
    key = bias_beside_weight(files["weight"])
    if key is None:
        raise ConvError("layer_bias_missing", "/bias")
    return {**files, "bias": replace(files["weight"], key=key)}


def _check_size(layer: Parsed, size: tuple[int, ...] | None) -> None:
    if size is None or len(size) == layer.operation.dimensions:
        return
    code = "length_needs_one_dimension" if len(size) == 1 else "size_needs_two_dimensions"
    raise ConvError(code, "/size")


def _check_weight(layer: Parsed, weight: Tensor | None) -> None:
    if weight is not None and layer.weight_shape not in (None, tuple(weight.shape)):
        shapes = {"found": tuple(weight.shape), "expected": layer.weight_shape}
        raise ConvError("layer_weight_differs", "/weight", **shapes)


def _random_tensors(
    layer: Parsed, given: set[str], size: tuple[int, ...], seed: int, dtype: str, limits: Limits
) -> dict[str, Tensor]:
    """The tensors that the layer has and no file gives; each has a seed of its own."""
    shapes: dict[str, tuple[int, ...] | None] = {
        "input": (layer.in_channels or 1, *size),
        "weight": layer.weight_shape,
        "bias": (layer.out_channels,) if layer.bias and layer.out_channels else None,
    }
    distribution: Distribution = "integers" if dtype == "int32" else "normal"
    return {
        name: from_random(shape, seed + i, distribution, dtype, limits, f"/{name}")
        for i, (name, shape) in enumerate(shapes.items())
        if shape is not None and name not in given
    }
