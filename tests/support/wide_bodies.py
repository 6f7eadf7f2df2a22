"""JSON bodies that are wide in structure, and the largest valid one beside them."""

from __future__ import annotations

from collections.abc import Callable

from pydantic import BaseModel

from app.services.requests.models import CodeBody, EditsBody, SceneBody

MANY = 1_000_000


def repeat(part: str, count: int = MANY) -> str:
    return ",".join([part] * count)


def numbered(count: int) -> str:
    return ",".join(f'"{k}":1' for k in range(count))


def scene(data: str = "[[[1]]]", operation: str = '"kind":"conv2d"', more: str = "") -> str:
    return f'{{"input":{{"data":{data}}},"operation":{{{operation}}}{more}}}'


# Bodies of 2 to 11 MB: what is many in each, where, and the code that refuses it.
WIDE: dict[str, tuple[type[BaseModel], Callable[[], str], str]] = {
    "unknown keys of a scene": (SceneBody, lambda: f"{{{numbered(MANY)}}}", "limit_exceeded"),
    "unknown keys of edits": (EditsBody, lambda: f"{{{numbered(MANY)}}}", "limit_exceeded"),
    "unknown keys of code": (CodeBody, lambda: f"{{{numbered(MANY)}}}", "limit_exceeded"),
    "unknown keys of an operation": (
        SceneBody, lambda: scene(operation=numbered(90_000)), "in_body",
    ),
    "unknown keys of a changed operation": (
        EditsBody, lambda: f'{{"operation":{{{numbered(90_000)}}}}}', "in_body",
    ),
    "unknown keys of a padding": (
        SceneBody, lambda: scene(operation=f'"kind":"conv2d","padding":{{{numbered(90_000)}}}'), "in_body",
    ),
    "unknown keys of a cell": (EditsBody, lambda: f'{{"cells":[{{{numbered(90_000)}}}]}}', "in_body"),
    "one key again and again": (SceneBody, lambda: "{" + repeat('"input":1') + "}", "limit_exceeded"),
    "known keys at a wrong place": (
        SceneBody, lambda: scene(operation='"kind":"conv2d",' + repeat('"data":1', 90_000)), "in_field",
    ),
    "empty lists": (SceneBody, lambda: scene(data=f"[{repeat('[]')}]"), "limit_exceeded"),
    "lists of one number": (SceneBody, lambda: scene(data=f"[[{repeat('[1]')}]]"), "limit_exceeded"),
    "kernels of one number": (
        SceneBody, lambda: scene(more=f',"weight":{{"data":[{repeat("[[[1]]]")}]}}'), "limit_exceeded",
    ),
    "empty objects": (SceneBody, lambda: scene(data=f"[{repeat('{}')}]"), "limit_exceeded"),
    "cells": (
        EditsBody,
        lambda: '{"cells":[' + repeat('{"tensor":"input","index":[0,0,0],"value":1}', 205_000) + "]}",
        "limit_exceeded",
    ),
    "strings": (SceneBody, lambda: scene(data=f"[{repeat(chr(34) * 2)}]"), "limit_exceeded"),
    "a long key": (SceneBody, lambda: '{"' + "a" * 8_000_000 + '":1}', "in_field"),
    "a long key of quotes": (SceneBody, lambda: '{"' + '\\"' * 4_000_000 + '":1}', "limit_exceeded"),
    "a long number": (SceneBody, lambda: scene(data=f"[[[{'1' * 4_000_000}]]]"), "not_json"),
}  # fmt: skip


def largest_valid() -> bytes:
    row = "[" + repeat("0.123456", 1000) + "]"
    return scene(data=f"[[{repeat(row, 1000)}]]", operation='"kind":"max_pool2d","kernel_size":1').encode()
