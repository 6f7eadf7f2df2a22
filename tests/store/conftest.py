"""A real S3 server, and stores in a folder and in a bucket alike."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.s3 import administrator, credentials, start_s3
from tests.support.server_process import ServerProcess
from tests.support.stores import Bucket, Folder, Place


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    server = start_s3(tmp_path_factory.mktemp("s3"))
    try:
        yield server.wait_until("/moto-api/")
    finally:
        server.stop(signal.SIGKILL)


@pytest.fixture
def admin(s3: ServerProcess) -> Iterator[Any]:
    with administrator(s3) as client:
        yield client


@pytest.fixture
def bucket(
    s3: ServerProcess, admin: Any, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Bucket:
    """A bucket of its own, with the environment set for it."""
    name = f"scenes-{abs(hash(request.node.name))}"
    for key, value in credentials(s3).items():
        monkeypatch.setenv(key, value)
    admin.create_bucket(Bucket=name)
    return Bucket(admin, name)


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Folder(tmp_path / "kept") if request.param == "folder" else request.getfixturevalue("bucket")
