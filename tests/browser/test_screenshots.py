"""Screenshots against those in screenshots/, both shrunk and blurred so that edges do not count.

`make screenshots` writes them anew; look at them before committing.
"""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageFilter
from playwright.sync_api import expect

from tests.support.page import OpenPage, wait_until_painted

SCREENSHOTS = Path(__file__).parent / "screenshots"
SHRINK = 4
# Of 255: on average, and where the two differ most.
MEAN_DIFFERENCE, MAX_DIFFERENCE = 2.0, 60.0

PHONE = {"viewport": {"width": 360, "height": 740}}
CASES: dict[str, tuple[str, str, dict[str, Any]]] = {
    "chapter": ("two-channels", "?step=0,0,1&beat=1", {}),
    "photograph": ("edges", "?step=1,60,50&by=channel&beat=2", {}),
    "dark": ("three-filters", "?step=1,1,0&beat=2&pin=x0,1,1", {"color_scheme": "dark"}),
    "phone": ("two-channels", "?step=0,0,1&beat=1", PHONE),
    "chinese": ("strided-volume", "?step=0,1,1&lang=zh-CN", {}),
}


def blurred(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png)).convert("RGB").filter(ImageFilter.GaussianBlur(SHRINK / 2))
    return picture.resize((picture.width // SHRINK, picture.height // SHRINK), Image.Resampling.BOX)


@pytest.mark.parametrize("name", list(CASES))
def test_the_page_matches_its_screenshots(
    open_page: OpenPage, scene_paths: dict[str, str], name: str
) -> None:
    preset, query, options = CASES[name]
    page = open_page(scene_paths[preset] + query, reduced_motion="reduce", **options)
    expect(page.locator("#step-sentence")).not_to_be_empty()
    # The output channel and the frame that shows it.
    page.wait_for_load_state("networkidle")
    wait_until_painted(page)
    shown = blurred(page.screenshot())
    kept = SCREENSHOTS / f"{name}.png"
    if os.environ.get("CONVSCOPE_SCREENSHOTS") == "write":
        kept.parent.mkdir(exist_ok=True)
        shown.save(kept, optimize=True)
    expected = Image.open(kept).convert("RGB")
    assert shown.size == expected.size
    apart = np.abs(np.asarray(shown, float) - np.asarray(expected, float)).max(axis=2)
    assert apart.mean() <= MEAN_DIFFERENCE and np.percentile(apart, 99.9) <= MAX_DIFFERENCE, (
        f"{name}: {apart.mean():.2f} apart on average, {np.percentile(apart, 99.9):.0f} at most"
    )
