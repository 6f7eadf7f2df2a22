from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.servers import Server, running


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server process that loses its patience sooner than usual."""
    folder = tmp_path_factory.mktemp("server")
    with running(folder, head_seconds=1, body_seconds=2, max_connections=300) as server:
        yield server
