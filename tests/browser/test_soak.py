"""A short share of `make soak`."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from bench.soak import page_of_steady_heap, soak

pytestmark = pytest.mark.exclusive


def test_random_interactions_break_nothing(browser: Browser, server: str) -> None:
    with page_of_steady_heap(browser.browser_type, server) as page:
        report = soak(page, server, seed=4, interactions=150, warm_seconds=1.5, check=30)
    assert report.troubles == []
    assert any(map(any, report.computed)), "a ledger of zeros proves nothing"
    for said, computed in zip(report.said, report.computed, strict=True):
        assert said == pytest.approx(computed, rel=1e-3, abs=2e-3)
    # What is loaded on demand comes to a tenth.
    assert report.end <= report.warm * 1.25, str(report)
