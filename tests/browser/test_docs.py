"""/docs, offline: the open_page fixture fails for a request to another host and for a word on the console."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect


def answered(page: Page, id: str) -> Locator:
    """Try a call with the values that are filled in, and give its answer."""
    call = page.locator(f"#operations-{id}")
    call.locator(".opblock-summary-control").click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    return call.locator(".live-responses-table tbody")


def test_every_call_is_listed_and_can_be_tried(open_page: Callable[..., Page]) -> None:
    page = open_page("/docs")
    paths = page.request.get(page.url.replace("/docs", "/openapi.json")).json()["paths"]
    calls = sum(len(operations) for operations in paths.values())
    assert calls > 15
    expect(page.locator(".opblock-summary-path")).to_have_count(calls)
    expect(page.locator(".errors-wrapper")).to_have_count(0)
    for id, says in {
        "trace-trace_api_v1_trace_post": "running_sums",
        "scenes-create_scene_api_v1_scenes_post": "multiply_adds",
        "scenes-get_steps_api_v1_scenes__id__steps_get": "in_channels",
    }.items():
        expect(answered(page, id)).to_contain_text(f'"{says}"')


def test_dark(open_page: Callable[..., Page]) -> None:
    page = open_page("/docs", color_scheme="dark")
    expect(page.locator("html")).to_have_class("dark-mode")
