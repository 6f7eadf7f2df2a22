"""What is sent as the input of a network -> an array for each of the model's inputs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
import orjson

from app.conv.errors import ConvError, Message, cut, quoted
from app.formats import npy, npz
from app.formats.errors import UnsupportedFile
from app.formats.file_types import kind_of
from app.formats.safetensors import read_safetensors, safetensors_names
from app.limits import Limits, check_tensor
from app.networks.run_messages import Array
from app.scenes.tensor_sources import DISTRIBUTION_TERMS, from_random, from_sample
from app.services.networks.pictures import Prepared, prepared_picture, prepared_sample
from app.services.requests.body_structure import check_structure
from app.services.requests.models import Input, Preparation, PreparationForm
from app.services.scene_builder import parse_body

_AT: Final = "/input"
_EXAMPLE: Final = '{"data": [[…]]}'
_PREPARE_EXAMPLE: Final = '{"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}'
_MAX_RANDOM_BYTES: Final = 256
_MAX_PREPARE_BYTES: Final = 10_000
_KEYS: Final = {"data", "random", "sample", "size"}


class InputSpec(NamedTuple):
    """A model's input; a dimension that is not fixed is None."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]


_EDITED: Final = "network_input_edited"


class FormerInputs(NamedTuple):
    """
    The numbers on the inputs of a network that stay, and what was done to get all of them; `is_edited`: what
    is sent are the former numbers, some of them changed.
    """

    arrays: Mapping[str, Array]
    done: Mapping[str, tuple[Message, ...]]
    is_edited: bool = False


class InputParser:
    """
    Reads what is sent as the input, once the model has said what it takes: a picture, .npy, .npz,
    .safetensors or JSON tensor; of several inputs the tensors of their names. `prepare`: JSON, of pictures;
    `former`: the other inputs, where only one is sent.
    """

    def __init__(
        self, content: bytes | None, prepare: bytes | None, limits: Limits, former: FormerInputs | None = None
    ) -> None:
        """Raises ConvError, InvalidFields and LimitExceeded for a `prepare` that cannot be."""
        self._content = content
        self._preparation = None if prepare is None else _preparation(prepare, limits)
        self._limits = limits
        self._former = former or FormerInputs({}, {})
        self.arrays: dict[str, Array] = {}
        # What was done to each input.
        self.done: dict[str, tuple[Message, ...]] = {}

    def __call__(self, described: Sequence[Mapping[str, Any]]) -> Mapping[str, Array]:
        """An array for each input. Raises ConvError, LimitExceeded and UnsupportedFile."""
        specs = [InputSpec(each["name"], each["dtype"], tuple(each["shape"])) for each in described]
        if specs and self._content is None:
            names = ", ".join(quoted(each.name) for each in specs)
            raise ConvError("network_input_missing", _AT, names=names)
        given = [each.name for each in specs if each.name not in self._former.arrays]
        self._refuse_unused_input(given)
        for spec in specs:
            if spec.name in self._former.arrays:
                # Narrow types are kept in wider ones.
                self.arrays[spec.name] = self._former.arrays[spec.name].astype(spec.dtype)
                self.done[spec.name] = tuple(self._former.done.get(spec.name, ()))
                continue
            assert self._content is not None
            read = _array(self._content, spec, len(given), self._preparation, self._limits)
            self.arrays[spec.name] = _fitted(read.planes, spec, self._limits)
            if self._former.is_edited and read.done:
                raise ConvError("network_edited_of_no_numbers", "/edited")
            notes = self._notes_once_edited(spec.name) if self._former.is_edited else read.done
            self.done[spec.name] = tuple(notes)
        return self.arrays

    def _notes_once_edited(self, name: str) -> tuple[Message, ...]:
        """What was done to the former numbers, and that some were set."""
        before = [each for each in self._former.done.get(name, ()) if each.code != _EDITED]
        return (*before, Message(_EDITED))

    def _refuse_unused_input(self, names: list[str]) -> None:
        """Nothing that is sent is left out without a word. names: of the inputs that are to be given."""
        content = self._content
        if not names:
            _check_unprepared(self._preparation)
        if content is None:
            return
        # Of random numbers in the model's own shapes none is left over.
        if not names and not _is_of_own_shape(content):
            raise ConvError("network_without_inputs", _AT, bytes=len(content))
        sent = _tensor_names(content)
        others = [name for name in sent if name not in names]
        # The tensor of the only input may have any name.
        if others and not len(sent) == len(names) == 1:
            found, expected = (", ".join(quoted(each) for each in some) for some in (others, names))
            raise ConvError("network_inputs_unknown", _AT, found=cut(found, 400), names=cut(expected, 400))


def _tensor_names(content: bytes) -> list[str]:
    """Of a file that names its tensors."""
    try:
        kind = kind_of(content)
    except UnsupportedFile:
        return []
    match kind:
        case "npz":
            return npz.npz_names(content, _AT)
        case "safetensors":
            return safetensors_names(content, _AT)
    return []


def _is_of_own_shape(content: bytes) -> bool:
    """Whether it asks for random numbers of the model's own shape: `{"random": {"seed": 0}}`."""
    if len(content) > _MAX_RANDOM_BYTES:
        return False
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        return False
    random = body.get("random") if isinstance(body, dict) else None
    return isinstance(random, dict) and "shape" not in random


def _with_own_shape(content: bytes, spec: InputSpec) -> bytes:
    """One sample where the model leaves the batch open; its other sizes must be known."""
    if None in spec.shape[1:]:
        name, expected = quoted(spec.name), _shown(spec.shape)
        raise ConvError("network_input_size_open", _AT, name=name, expected=expected)
    shape = [size or 1 for size in spec.shape]
    return orjson.dumps({"random": {"shape": shape, **orjson.loads(content)["random"]}})


def _preparation(content: bytes, limits: Limits) -> Preparation:
    try:
        body = orjson.dumps({"prepare": orjson.loads(content[: _MAX_PREPARE_BYTES + 1])})
    except orjson.JSONDecodeError:
        raise ConvError("network_prepare_unreadable", "/prepare", example=_PREPARE_EXAMPLE) from None
    return parse_body(PreparationForm, body, limits).prepare


def _array(
    content: bytes, spec: InputSpec, count: int, preparation: Preparation | None, limits: Limits
) -> Prepared:
    try:
        kind = kind_of(content)
    except UnsupportedFile:
        if content[:1] == b"\x80":
            raise
        kind = None
    if kind is None and _is_of_own_shape(content):
        return _from_json(_with_own_shape(content, spec), spec, preparation, limits)
    if count > 1 and kind not in ("npz", "safetensors"):
        raise ConvError("network_inputs_several", _AT, count=count)
    if kind == "picture":
        return _picture(content, spec, preparation or Preparation(), limits)
    if kind is None:
        return _from_json(content, spec, preparation, limits)
    _check_unprepared(preparation)
    return Prepared(_from_file(content, kind, spec, count, limits), [])


def _check_unprepared(preparation: Preparation | None) -> None:
    """Numbers are taken as they are."""
    if preparation is not None:
        raise ConvError("network_prepare_of_numbers", "/prepare")


def _from_file(content: bytes, kind: str, spec: InputSpec, count: int, limits: Limits) -> Array:
    match kind:
        case "npy":
            return npy.read_npy(content, _AT)
        case "npz":
            return npz.read_npz(content, spec.name if count > 1 else None, spec.name, limits, _AT)
    names = safetensors_names(content, _AT)
    key = spec.name if count > 1 or spec.name in names else None
    return read_safetensors(content, key, spec.name, _AT)


def _picture(content: bytes, spec: InputSpec, preparation: Preparation, limits: Limits) -> Prepared:
    """(C, H, W) of the model's size and channels."""
    if len(spec.shape) not in (3, 4):
        raise ConvError("network_input_no_picture", _AT, expected=_shown(spec.shape))
    channels, height, width = spec.shape[-3:]
    size = (height, width) if height and width else None
    planes, done = prepared_picture(content, channels, size, preparation, limits)
    # What a model of bytes takes has lost nothing but a float's rounding.
    is_of_bytes = np.dtype(spec.dtype).kind in "iu" and preparation.white != 1
    return Prepared(np.rint(planes) if is_of_bytes else planes, done)


def _from_json(content: bytes, spec: InputSpec, preparation: Preparation | None, limits: Limits) -> Prepared:
    check_structure(content, Input, limits)
    try:
        body = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE) from None
    if not isinstance(body, dict) or not body.keys() <= _KEYS:
        raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE)
    if body.keys() == {"data"}:
        _check_unprepared(preparation)
        return Prepared(_numbers(body["data"]), [])
    source = parse_body(Input, content, limits)
    if source.random is not None:
        _check_unprepared(preparation)
        shape, seed, distribution = tuple(source.random.shape), source.random.seed, source.random.distribution
        array = from_random(shape, seed, distribution, "float32", limits, _AT).numpy()
        term = DISTRIBUTION_TERMS[distribution]
        return Prepared(array, [Message("network_input_random", distribution=term, seed=seed)])
    if source.sample is not None and source.size is not None:
        planes = from_sample(source.sample, source.size, "float32", limits, _AT).numpy()
        channels = spec.shape[-3] if len(spec.shape) > 2 else None
        return prepared_sample(planes, channels, preparation or Preparation())
    raise ConvError("network_input_unreadable", _AT, example=_EXAMPLE)


def _numbers(data: Any) -> Array:
    try:
        array = np.array(data)
    except ValueError:
        raise ConvError("network_input_ragged", _AT) from None
    if array.dtype.kind not in "iuf":
        raise ConvError("network_input_ragged", _AT)
    return array


def _fitted(array: Array, spec: InputSpec, limits: Limits) -> Array:
    """The array in the model's type, with the batch axis that it may lack."""
    if array.ndim == len(spec.shape) - 1:
        array = array[None]
    fits = array.ndim == len(spec.shape) and all(
        expected in (None, found) for expected, found in zip(spec.shape, array.shape, strict=True)
    )
    if not fits or not array.size:
        params = {"name": quoted(spec.name), "found": array.shape, "expected": _shown(spec.shape)}
        raise ConvError("network_input_differs", _AT, **params)
    check_tensor("input", array.shape, limits)
    with np.errstate(over="ignore", invalid="ignore"):
        converted = array.astype(spec.dtype)
    is_exact = np.isfinite(converted).all() if converted.dtype.kind == "f" else (converted == array).all()
    if not is_exact:
        raise ConvError("network_input_out_of_range", _AT, dtype=spec.dtype)
    return np.asarray(converted, order="C")


def _shown(shape: tuple[int | None, ...]) -> str:
    return f"({', '.join('?' if size is None else str(size) for size in shape)})"
