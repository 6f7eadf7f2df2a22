"""Scenes as request bodies, and how tests store one."""

from __future__ import annotations

from typing import Any

from fastapi.testclient import TestClient

Body = dict[str, Any]
# A form's parts by name: content, or a file's name (None: no file), content and media type.
Form = dict[str, bytes | str | tuple[str | None, bytes | str] | tuple[str | None, bytes | str, str]]

CHAPTER: Body = {
    "input": {"data": [[[0, 1, 2], [3, 4, 5], [6, 7, 8]], [[1, 2, 3], [4, 5, 6], [7, 8, 9]]]},
    "weight": {"data": [[[[0, 1], [2, 3]], [[1, 2], [3, 4]]]]},
    "operation": {"kind": "conv2d"},
}


def make_scene(client: TestClient, body: Body) -> str:
    """Store a scene; returns its path."""
    answer = client.post("/api/v1/scenes", json=body)
    assert answer.status_code in (200, 201), answer.text
    return f"/api/v1/scenes/{answer.json()['id']}"
