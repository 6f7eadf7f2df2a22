"""What tests of the client and the widgets share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import convscope
from convscope import Client
from tests.support.server_process import ServerProcess


@pytest.fixture
def connected(server: ServerProcess) -> Iterator[Client]:
    """`convscope.show` uses the server of the tests."""
    client = convscope.connect(server.url)
    assert client
    yield client
    convscope.connect(None)
    client.close()
