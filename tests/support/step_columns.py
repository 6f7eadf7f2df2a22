"""Steps of the API, in every form, as columns that can be compared."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import safetensors.numpy
from fastapi.testclient import TestClient

Columns = dict[str, Any]
# What a step calls the columns.
_FIELDS = {"patch": "patches", "output": "outputs"}


def of_steps(steps: list[dict[str, Any]], like: Columns) -> Columns:
    """Steps of JSON as columns of the types in `like`; −1 for null, overflows as the columns have them."""
    columns = {
        _FIELDS.get(name, name): [step[name] for step in steps] for name in steps[0] if name != "overflow"
    }
    for name in {"input_rows", "input_cols"} & columns.keys():
        columns[name] = [[-1 if index is None else index for index in row] for row in columns[name]]
    return {name: np.array(column, like[name].dtype) for name, column in columns.items() if name in like}


def of_safetensors(content: bytes) -> Columns:
    return safetensors.numpy.load(content)


def of_npz(content: bytes) -> Columns:
    with np.load(io.BytesIO(content), allow_pickle=False) as archive:
        return dict(archive)


def pages(client: TestClient, url: str) -> list[Any]:
    """The answers of all pages, by their links."""
    answers = []
    next_url: str | None = url
    while next_url:
        answer = client.get(next_url)
        assert answer.status_code == 200, answer.text
        answers.append(answer)
        next_url = answer.links.get("next", {}).get("url")
    return answers


def joined(columns: list[Columns]) -> Columns:
    return {name: np.concatenate([each[name] for each in columns]) for name in columns[0]}


def same(found: Columns, expected: Columns) -> None:
    """The same columns of the same types, bit for bit."""
    assert found.keys() == expected.keys()
    for name, column in expected.items():
        assert (found[name].dtype, found[name].shape) == (column.dtype, column.shape), name
        assert np.array_equal(found[name], column), name


def lines(content: bytes) -> list[dict[str, Any]]:
    return [json.loads(line) for line in content.splitlines()]
