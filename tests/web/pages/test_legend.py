"""The legend explains the colours of the sparse matrix with colours that the page paints."""

from __future__ import annotations

import re
from pathlib import Path

from fastapi.testclient import TestClient

COLORS = Path(__file__).parents[3] / "frontend/model/color.ts"


def test_the_samples_of_weights_have_the_colours_of_both_themes(client: TestClient) -> None:
    page = client.get("/legend").text
    entry = page[page.index('id="mark-sparse"') :].partition("</div>")[0]
    samples = re.findall(r'fill="#(\w+)"', entry)
    palettes = re.search(
        r"CATEGORIES.*?light: parseColors\('(.*?)'\).*?dark: parseColors\('(.*?)'\)",
        COLORS.read_text("utf-8"),
        re.DOTALL,
    )
    assert palettes and samples
    for palette in palettes.groups():
        assert set(samples) <= set(palette.split())
    assert "sparse matrix" in entry
