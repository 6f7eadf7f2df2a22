from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

Body = dict[str, Any]

CHAPTER: Body = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "operation": {"kind": "conv2d"},
}


@pytest.fixture
def chapter() -> Body:
    """The chapter's example with two input channels."""
    return copy.deepcopy(CHAPTER)


@pytest.fixture(scope="session")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = Settings(store=tmp_path_factory.mktemp("store").as_uri())
    with TestClient(create_app(settings)) as client:
        yield client


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


def make_scene(client: TestClient, body: Body) -> str:
    answer = client.post("/api/v1/scenes", json=body)
    assert answer.status_code in (200, 201), answer.text
    return f"/api/v1/scenes/{answer.json()['id']}"
