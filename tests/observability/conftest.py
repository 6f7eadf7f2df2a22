from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings


@pytest.fixture
def client(tmp_path: Path) -> Iterator[TestClient]:
    """A client of a server that has counted nothing yet."""
    with TestClient(create_app(Settings(store=tmp_path.as_uri()))) as client:
        yield client
