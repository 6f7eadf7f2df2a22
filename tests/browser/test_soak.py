"""A short share of `make soak`."""

from __future__ import annotations

import pytest

from bench.soak import soak
from tests.support.page import OpenPage

pytestmark = pytest.mark.exclusive


def test_random_interactions_break_nothing(
    open_page: OpenPage, server: str, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["three-filters"], expect_refusals=True)
    report = soak(page, server, seed=4, interactions=150, warm_seconds=1.5, check=30)
    assert report.troubles == []
    assert any(map(any, report.computed)), "a ledger of zeros proves nothing"
    for said, computed in zip(report.said, report.computed, strict=True):
        assert said == pytest.approx(computed, rel=1e-3, abs=2e-3)
    assert report.end <= report.warm * 1.3, str(report)
