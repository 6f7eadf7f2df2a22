"""X-Request-ID: kept when it is harmless, made otherwise."""

from __future__ import annotations

import re

from fastapi.testclient import TestClient


def test_request_ids(client: TestClient) -> None:
    assert client.get("/", headers={"X-Request-ID": "abc-1"}).headers["x-request-id"] == "abc-1"
    found = {client.get("/").headers["x-request-id"] for _ in range(50)}
    assert len(found) == 50
    for strange in ("<script>", "a b", "x" * 65, "\u00e9", ""):
        sent = client.get("/", headers={b"X-Request-ID": strange.encode()})
        assert re.fullmatch("[0-9a-f]{16}", sent.headers["x-request-id"])
