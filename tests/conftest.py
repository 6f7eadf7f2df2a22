from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings

from app.main import create_app
from app.settings import Settings
from tests.support.scenes import CHAPTER, Body
from tests.support.server_process import ServerProcess, running_server
from tests.support.skip import NOT_TESTED

settings.register_profile("dev", deadline=None)
# The same examples in every run: a red run is about the change, never about luck.
settings.register_profile(
    "ci", deadline=None, derandomize=True, database=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "dev")

# As the server does (app/conv/torch_setup.py): more threads than cores are slower.
torch.set_num_threads(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Repeat what `skip_loudly` skipped."""
    for report in terminalreporter.stats.get("skipped", []):
        _, _, reason = str(report.longrepr[-1]).partition(NOT_TESTED)
        if reason:
            terminalreporter.section("NOT TESTED", sep="!", red=True, bold=True)
            terminalreporter.line(reason, red=True, bold=True)


@pytest.fixture
def chapter() -> Body:
    """The chapter's example with two input channels."""
    return copy.deepcopy(CHAPTER)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri())
    with TestClient(create_app(settings)) as client:
        yield client


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    """A server process whose timeouts are shorter than usual."""
    folder = tmp_path_factory.mktemp("server")
    with running_server(folder, head_seconds=1, body_seconds=2, max_connections=300) as server:
        yield server


@pytest.fixture
def client_with(tmp_path: Path) -> Iterator[Callable[..., TestClient]]:
    """A client of a server with settings of its own."""
    opened: list[TestClient] = []

    def make(**settings: Any) -> TestClient:
        client = TestClient(create_app(Settings(**{"store": tmp_path.as_uri()} | settings)))
        opened.append(client.__enter__())
        return client

    yield make
    for client in opened:
        client.__exit__(None, None, None)
