"""PNG, JPEG and WebP -> (C, H, W) float32, 0...1, upright: one grey channel or three colours."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from app.conv.errors import ConvError
from app.formats.png_check import check_png, palette_size
from app.limits import LimitExceeded, Limits, check, check_tensor

Plane = NDArray[np.float32]


class Picture(NamedTuple):
    """The planes as they were asked for, (C, H, W), and the size (H, W) that the picture itself has."""

    planes: Plane
    full_size: tuple[int, int]


# The height and width of a picture -> those that it is scaled to.
SizeOf = Callable[[int, int], tuple[int, int]]

_FORMATS: Final = ("PNG", "JPEG", "WEBP")
_JPEG_SCAN: Final = b"\xff\xda"
_MOST_SCANS: Final = 100
# The limit here is stricter than Pillow's own, and is checked before a pixel is decoded.
Image.MAX_IMAGE_PIXELS = None


def read_picture(data: bytes, size: tuple[int, int] | SizeOf | None, limits: Limits, at: str) -> Picture:
    """
    The first frame, turned as its EXIF orientation says, alpha over white, scaled to `size` (H, W), or to
    what `size` makes of the picture's own.

    Raises ConvError for what is no whole picture, LimitExceeded for one of too many pixels.
    """
    try:
        planes = _planes(data, limits, at)
    except (ConvError, LimitExceeded):
        raise
    except UnidentifiedImageError:  # whose own message shows where in memory the bytes lie
        raise ConvError("picture_not_whole", at) from None
    except Exception:  # Damaged files make Pillow's decoders raise almost anything.
        raise ConvError("picture_unreadable", at) from None
    full_height, full_width = planes[0].shape
    if callable(size):
        size = size(full_height, full_width)
    height, width = size or (full_height, full_width)
    check_tensor(at.strip("/"), (len(planes), height, width), limits)
    stacked = np.stack(planes if size is None else [_scaled(plane, size) for plane in planes])
    return Picture(stacked, (full_height, full_width))


def _planes(data: bytes, limits: Limits, at: str) -> list[Plane]:
    picture = _opened(data)
    pixels = picture.width * picture.height
    check("term.pixels", "max_picture_pixels", pixels, limits, name=at.strip("/"))
    if picture.format == "JPEG" and data.count(_JPEG_SCAN) > _MOST_SCANS:
        raise ConvError("jpeg_too_many_scans", at, most=_MOST_SCANS)
    if picture.format == "PNG":
        check_png(data, at)
        _check_palette(picture, data, at)
    deep = str(picture.tile[0].args).endswith(";16B") if picture.tile else False
    if deep and "transparency" in picture.info:
        raise ConvError("picture_16_bit_transparent", at)
    return _over_white(_deep_bands(picture, data, at) if deep else _bands(picture, at))


def _check_palette(picture: Image.Image, data: bytes, at: str) -> None:
    """Pillow takes a colour that the palette lacks for black."""
    if picture.mode == "P":
        index, colours = int(np.asarray(picture).max()), palette_size(data)
        if index >= colours:
            raise ConvError("png_colour_missing", at, index=index, colours=colours)


def _opened(data: bytes) -> ImageFile.ImageFile:
    return Image.open(BytesIO(data), formats=_FORMATS)


def _bands(picture: Image.Image, at: str) -> list[Plane]:
    """Grey, or red, green and blue; and alpha where there is one."""
    upright = ImageOps.exif_transpose(picture)
    transparent = "transparency" in picture.info
    match upright.mode:
        case "1" | "L":
            plain = upright.convert("LA" if transparent else "L")
        case "P" | "RGB":
            plain = upright.convert("RGBA" if transparent else "RGB")
        case "LA" | "RGBA":
            plain = upright
        case "PA":
            plain = upright.convert("RGBA")
        case "CMYK":
            plain = upright.convert("RGB")
        case mode:
            raise ConvError("picture_mode_unknown", at, mode=mode)
    return [np.asarray(band, np.float32) / np.float32(255) for band in plain.split()]


def _deep_bands(picture: ImageFile.ImageFile, data: bytes, at: str) -> list[Plane]:
    """Bands of 16 bits. Of colours Pillow keeps the upper byte only; read as little-endian, the lower one."""
    if picture.mode == "I;16":
        return [np.asarray(ImageOps.exif_transpose(picture), np.float32) / np.float32(65535)]
    tile, lower = picture.tile[0], _opened(data)
    if tile.args not in ("RGB;16B", "RGBA;16B"):
        raise ConvError("picture_16_bit_grey_alpha", at)
    lower.tile = [tile._replace(args=tile.args.replace("16B", "16L"))]
    high, low = (ImageOps.exif_transpose(half).split() for half in (picture, lower))
    return [
        (np.asarray(upper, np.float32) * 256 + np.asarray(under, np.float32)) / np.float32(65535)
        for upper, under in zip(high, low, strict=True)
    ]


def _over_white(bands: list[Plane]) -> list[Plane]:
    if len(bands) in (1, 3):
        return bands
    *colours, alpha = bands
    return [colour * alpha + (1 - alpha) for colour in colours]


def _scaled(plane: Plane, size: tuple[int, int]) -> Plane:
    scaled = Image.fromarray(plane).resize((size[1], size[0]), Image.Resampling.LANCZOS)
    return np.asarray(scaled, np.float32).clip(0, 1)
