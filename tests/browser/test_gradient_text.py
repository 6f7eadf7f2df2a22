"""Every number of a gradient can be read, at any moment: none is covered, cut, squeezed or too faint."""

from __future__ import annotations

import pytest

from tests.browser.test_gradients import LAYERS, TWO_TO_THREE
from tests.browser.test_stage_text import faults_of, go_to
from tests.support.page import OpenPage
from tests.support.painted_text import painted_texts, record_text

MOMENTS = {"light": 8, "dark": 3}
LAPTOP = {"width": 1366, "height": 768}
WAYS = ["direction=input", "direction=input&reading=scatter", "direction=weight", "direction=bias"]


SHOWN = LAYERS | {"strided": TWO_TO_THREE}
CASES = [
    (name, way)
    for name, layer in SHOWN.items()
    for way, needed in zip(WAYS, (layer.x, layer.x, layer.weight, layer.bias), strict=True)
    if needed is not None
]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("name", "way"), CASES)
def test_no_number_is_covered_or_faint(
    open_page: OpenPage, server: str, name: str, way: str, scheme: str
) -> None:
    layer = SHOWN[name]
    page = open_page(f"{layer.page(server)}?{way}", viewport=LAPTOP, color_scheme=scheme, prepare=record_text)
    page.wait_for_selector("#gradient-tools:not([hidden])")
    counts = []
    for moment in range(MOMENTS[scheme]):
        go_to(page, (moment + 0.37) / MOMENTS[scheme])
        page.wait_for_selector('.ledger[aria-busy="false"]')
        texts = painted_texts(page)
        counts.append(len(texts))
        assert faults_of(texts) == [], f"moment {moment} of {MOMENTS[scheme]}"
    assert min(counts) >= 10


@pytest.mark.parametrize("name", ["two-channels", "strided-volume", "depthwise", "edges", "transposed"])
@pytest.mark.parametrize("way", WAYS[:3])
def test_the_examples_too(open_page: OpenPage, scene_paths: dict[str, str], name: str, way: str) -> None:
    page = open_page(f"{scene_paths[name]}?{way}", viewport=LAPTOP, prepare=record_text)
    page.wait_for_selector("#gradient-tools:not([hidden])")
    for moment in range(4):
        go_to(page, (moment + 0.37) / 4)
        page.wait_for_selector('.ledger[aria-busy="false"]')
        assert faults_of(painted_texts(page)) == [], f"moment {moment}"


@pytest.mark.parametrize("view", ["matrix", "sparse"])
@pytest.mark.parametrize("name", ["two-channels", "strided-volume", "transposed"])
@pytest.mark.parametrize("way", WAYS[:3])
def test_the_matrices_too(
    open_page: OpenPage, scene_paths: dict[str, str], name: str, way: str, view: str
) -> None:
    path = f"{scene_paths[name]}?view={view}&{way}"
    page = open_page(path, viewport=LAPTOP, prepare=record_text)
    page.wait_for_selector("#gradient-tools:not([hidden])")
    for moment in range(4):
        go_to(page, (moment + 0.37) / 4)
        page.wait_for_selector('.ledger[aria-busy="false"]')
        assert faults_of(painted_texts(page)) == [], f"moment {moment}"
