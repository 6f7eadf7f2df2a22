"""A picture as a network's input: its size, channels and scale, and what was done to get there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np

from app.conv.errors import ConvError, Message
from app.formats.images import SizeOf, read_picture
from app.limits import Limits, check_tensor
from app.networks.run_messages import Array
from app.services.requests.models import PerChannel, Preparation

# As ITU-R BT.601 weighs red, green and blue, and Pillow too.
_GREY: Final = np.array([0.299, 0.587, 0.114], np.float32)
_COLOURS: Final = 3
_AT: Final = "/input"


class Prepared(NamedTuple):
    """(C, H, W), and what was done."""

    planes: Array
    done: list[Message]


def prepared_picture(
    content: bytes,
    channels: int | None,
    size: tuple[int, int] | None,
    preparation: Preparation,
    limits: Limits,
) -> Prepared:
    """
    A picture with so many channels, of `size` (H, W); None leaves them as they are. Raises ConvError and
    LimitExceeded.
    """
    size = size or preparation.size
    fitted = _fitted(content, size, preparation, limits)
    return _scaled(_with_channels(fitted, channels), preparation)


def prepared_sample(planes: Array, channels: int | None, preparation: Preparation) -> Prepared:
    """A sample, which has its size already."""
    return _scaled(_with_channels(Prepared(planes, []), channels), preparation)


def _fitted(
    content: bytes, size: tuple[int, int] | None, preparation: Preparation, limits: Limits
) -> Prepared:
    if size is None or preparation.fit == "none":
        return Prepared(read_picture(content, None, limits, _AT).planes, [])
    check_tensor("input", (_COLOURS, *size), limits)
    picture = read_picture(content, _size_before(size, preparation), limits, _AT)
    before = tuple(picture.planes.shape[1:])
    done: list[Message] = []
    if before != picture.full_size:
        done.append(Message("network_input_scaled", before=picture.full_size, after=before))
    if before == size:
        return Prepared(picture.planes, done)
    code = "network_input_cropped" if preparation.fit == "crop" else "network_input_padded"
    return Prepared(_centered(picture.planes, size), [*done, Message(code, before=before, after=size)])


def _size_before(size: tuple[int, int], preparation: Preparation) -> tuple[int, int] | SizeOf:
    """What the picture is scaled to before it is cropped or padded."""
    if preparation.fit == "stretch":
        return size

    def size_of(height: int, width: int) -> tuple[int, int]:
        ratios = (size[0] / height, size[1] / width)
        if (side := preparation.shorter_side) is not None:
            # As torchvision's Resize: the longer side is rounded down.
            scaled = (side * height // min(height, width), side * width // min(height, width))
            if scaled[0] < size[0] or scaled[1] < size[1]:
                raise ConvError(
                    "network_prepare_crop_too_large", "/prepare/shorter_side", found=scaled, size=size
                )
            return scaled
        ratio = max(ratios) if preparation.fit == "crop" else min(ratios)
        own = (max(1, round(height * ratio)), max(1, round(width * ratio)))
        keep = max if preparation.fit == "crop" else min
        return keep(own[0], size[0]), keep(own[1], size[1])

    return size_of


def _centered(planes: Array, size: tuple[int, int]) -> Array:
    """The middle of the planes, or the planes in the middle of zeros."""
    made = np.zeros((len(planes), *size), planes.dtype)
    own, theirs = [], []
    for length, wanted in zip(planes.shape[1:], size, strict=True):
        first, place = max(0, round((length - wanted) / 2)), max(0, (wanted - length) // 2)
        kept = min(length, wanted)
        own.append(slice(first, first + kept))
        theirs.append(slice(place, place + kept))
    made[:, theirs[0], theirs[1]] = planes[:, own[0], own[1]]
    return made


def _with_channels(prepared: Prepared, channels: int | None) -> Prepared:
    planes, done = prepared
    if channels == 1 and len(planes) == _COLOURS:
        return Prepared(np.tensordot(_GREY, planes, 1)[None], [*done, Message("network_input_made_grey")])
    if channels == _COLOURS and len(planes) == 1:
        return Prepared(np.repeat(planes, _COLOURS, 0), [*done, Message("network_input_grey_repeated")])
    return prepared


def _scaled(prepared: Prepared, preparation: Preparation) -> Prepared:
    planes, done = prepared
    if preparation.order == "BGR" and len(planes) == _COLOURS:
        planes, done = planes[::-1], [*done, Message("network_input_blue_first")]
    if preparation.white != 1:
        planes, done = planes * np.float32(preparation.white), [*done, Message("network_input_to_255")]
    mean, std = (
        _per_channel(value, name, planes)
        for name, value in (("mean", preparation.mean), ("std", preparation.std))
    )
    if any(mean) or any(each != 1 for each in std):
        planes = (planes - _column(mean)) / _column(std)
        done = [*done, Message("network_input_normalized", mean=mean, std=std)]
    return Prepared(planes, done)


def _per_channel(value: PerChannel, name: str, planes: Array) -> tuple[float, ...]:
    if not isinstance(value, list):
        return (value,)
    if len(value) != len(planes):
        params = {"name": name, "found": len(value), "channels": len(planes)}
        raise ConvError("network_prepare_channels", f"/prepare/{name}", **params)
    return tuple(value)


def _column(values: Sequence[float]) -> Array:
    return np.array(values, np.float32)[:, None, None]
