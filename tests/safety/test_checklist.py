"""The table of threats and tests is true, and what the libraries do by themselves is cured."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from jinja2 import DictLoader
from starlette.types import Message

from app.main import create_app
from app.settings import Settings
from app.web.pages.html_page import JINJA_ENVIRONMENT
from tests.safety.checklist import PAGE, TESTS, all_tests, marked, named, rows
from tests.support.event_loop import run_in_new_event_loop


def test_every_row_has_a_test() -> None:
    listed = rows(PAGE.read_text("utf-8"))
    assert listed == [*range(1, 40)]
    assert sorted(marked()) == listed


def test_every_named_test_exists() -> None:
    assert named(PAGE.read_text("utf-8")) - all_tests() == set()


def test_marks_are_what_pytest_sees(request: pytest.FixtureRequest) -> None:
    """The page is made from the source; pytest, which reads the marks themselves, finds the same tests."""
    tests = marked()
    for item in request.session.items:
        for mark in item.iter_markers("safety"):
            path = item.path.relative_to(TESTS).as_posix()
            assert f"{path}::{item.name.split('[')[0]}" in tests[mark.args[0]]


def test_torch_has_one_thread(tmp_path: Path) -> None:
    create_app(Settings(store=tmp_path.as_uri()))
    assert torch.get_num_threads() == 1


@pytest.mark.parametrize("name", ["x.html", "x.svg", "x.txt", "x.jinja"])
@pytest.mark.safety(36)
def test_every_template_escapes(name: str) -> None:
    templates = JINJA_ENVIRONMENT.overlay(loader=DictLoader({name: "{{ text }}"}))
    assert templates.get_template(name).render(text="<b>") == "&lt;b&gt;"


def test_a_client_that_disconnects_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(Settings(store=tmp_path.as_uri()))
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": b"{", "more_body": True}]

    async def receive() -> Message:
        return messages.pop() if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        raise AssertionError(message)

    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/trace", "raw_path": b"", "query_string": b"",
        "headers": [(b"host", b"x")], "client": ("192.0.2.1", 1), "server": ("x", 80), "scheme": "http",
        "http_version": "1.1", "root_path": "", "state": {},
    }  # fmt: skip
    with caplog.at_level(logging.WARNING):
        run_in_new_event_loop(app(scope, receive, send))
    assert caplog.records == []
    assert '{method="POST",route="/api/v1/trace",status="499"} 1.0' in TestClient(app).get("/metrics").text
