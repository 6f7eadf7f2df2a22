"""The colours of figures: those of the page, frontend/model/color.ts and static/css/app.css."""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

Theme = Literal["light", "dark"]
_Rgb = tuple[int, int, int]
# Numbers stand on the inner part of the scale, on which they can be read.
_NUMBERED_SHARE: Final = 0.75


class Palette(NamedTuple):
    """scale: from the most negative over zero to the most positive; hues: of the input channels."""

    paper: str
    text: str
    muted: str
    line: str
    accent: str
    scale: str
    hues: tuple[str, ...]


PALETTES: Final[dict[Theme, Palette]] = {
    "light": Palette(
        "#fdfdfe", "#171b24", "#565f6f", "#c9cfda", "#c2185b",
        "a64c06 e08222 facd94 f8f9fb b2ccec 588fcf 18539e",
        ("#00796b", "#6a3fb5", "#7a6400", "#8a4310", "#2f6fa8", "#4d5b66"),
    ),
    "dark": Palette(
        "#14171d", "#e9ecf2", "#a3acbb", "#434c5b", "#ff6aa5",
        "ffbe70 d07624 683e1a 20242c 22426c 3a76be 96c6ff",
        ("#4fc3b4", "#b79af0", "#d6bd3e", "#e39a63", "#7db8ea", "#a9b6c0"),
    ),
}  # fmt: skip


def channel_hue(palette: Palette, channel: int) -> str:
    return palette.hues[channel % len(palette.hues)]


def cell_fill(palette: Palette, value: float, largest: float) -> str:
    """The colour of a cell on the diverging scale from -largest to largest."""
    share = max(-1.0, min(1.0, value / largest)) if largest > 0 else 0.0
    return _color_at(palette, (share * _NUMBERED_SHARE + 1) / 2)


def _color_at(palette: Palette, position: float) -> str:
    """position: 0…1 along the scale."""
    stops = [_parse(stop) for stop in palette.scale.split()]
    position *= len(stops) - 1
    low = min(int(position), len(stops) - 2)
    mixed = (round(a + (b - a) * (position - low)) for a, b in zip(stops[low], stops[low + 1], strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)


def scale_colors(palette: Palette, count: int) -> list[str]:
    """So many colours of the whole diverging scale, from the most negative to the most positive."""
    return [_color_at(palette, position / (count - 1)) for position in range(count)]


def text_on(fill: str) -> str:
    """Black or white, whichever stands out more from a colour."""
    light = luminance(fill)
    return "#000000" if (light + 0.05) / 0.05 >= 1.05 / (light + 0.05) else "#ffffff"


def _parse(digits: str) -> _Rgb:
    return int(digits[:2], 16), int(digits[2:4], 16), int(digits[4:], 16)


def luminance(color: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        part / 255 / 12.92 if part <= 10 else ((part / 255 + 0.055) / 1.055) ** 2.4
        for part in _parse(color[1:])
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
