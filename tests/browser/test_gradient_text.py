"""Every number of a gradient can be read, at any moment: none is covered, cut, squeezed or too faint."""

from __future__ import annotations

import pytest

from tests.browser.test_gradients import LAYERS, TWO_TO_THREE
from tests.browser.test_stage_text import LAPTOP, check_moments
from tests.support.page import OpenPage, Scheme
from tests.support.painted_text import record_text

MOMENTS: dict[Scheme, int] = {"light": 8, "dark": 3}
FEW: dict[Scheme, int] = {"light": 4}
WAYS = ["direction=input", "direction=input&reading=scatter", "direction=weight", "direction=bias"]
SHOWN = LAYERS | {"strided": TWO_TO_THREE}


def check_pages(open_page: OpenPage, paths: list[str], moments: dict[Scheme, int]) -> None:
    page = None
    for path in paths:
        page = open_page(path, viewport=LAPTOP, prepare=record_text, again=page)
        page.wait_for_selector("#gradient-tools:not([hidden])")
        check_moments(page, moments)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", SHOWN)
def test_no_number_is_covered_or_faint(open_page: OpenPage, server: str, name: str) -> None:
    layer = SHOWN[name]
    path = layer.page(server)
    needed = (layer.x, layer.x, layer.weight, layer.bias)
    ways = [way for way, tensor in zip(WAYS, needed, strict=True) if tensor is not None]
    check_pages(open_page, [f"{path}?{way}" for way in ways], MOMENTS)


@pytest.mark.parametrize("name", ["two-channels", "strided-volume", "depthwise", "edges", "transposed"])
def test_the_examples_too(open_page: OpenPage, scene_paths: dict[str, str], name: str) -> None:
    check_pages(open_page, [f"{scene_paths[name]}?{way}" for way in WAYS[:3]], FEW)


@pytest.mark.parametrize("view", ["matrix", "sparse"])
@pytest.mark.parametrize("name", ["two-channels", "strided-volume", "transposed"])
def test_the_matrices_too(open_page: OpenPage, scene_paths: dict[str, str], name: str, view: str) -> None:
    check_pages(open_page, [f"{scene_paths[name]}?view={view}&{way}" for way in WAYS[:3]], FEW)
