"""Bytes of pixels -> PNG."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from torch import Tensor


def write_png(pixels: Tensor) -> bytes:
    """pixels: (H, W) grey, or (H, W, 3) red, green and blue, uint8."""
    file = BytesIO()
    Image.fromarray(pixels.numpy()).save(file, "PNG")
    return file.getvalue()
