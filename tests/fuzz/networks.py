"""
Models that were valid once: `python -m tests.fuzz.networks MINUTES SEED` sends mutations of them, by bytes
and by fields, and asks for all that a network that was read has. Whatever they are, they are read or refused.
"""

from __future__ import annotations

import io
import random
import sys
import time
import warnings
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import numpy as np
import onnx
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.networks.test_network_cells import CASES
from tests.support.onnx_models import MODELS, Made

API = "/api/v1/networks"
SOURCES = {**MODELS, **CASES}
ANSWERS = {200, 201, 400, 404, 413, 415, 422, 503}
INTEGERS = (0, 1, -1, 2, 3, 7, 17, 255, -(2**31), 2**31 - 1, 2**32, 2**40, 2**63 - 1, -(2**63))
FLOATS = (0.0, -1.0, 1e-30, 3e38, float("inf"), float("nan"))
TEXTS = (  # XX
    "",
    "x",
    "y",
    "w",
    "c0",
    "Conv",
    "Relu",
    "Loop",
    "If",
    "Reshape",
    "Resize",
    "SAME_UPPER",
    "\u0000",
    "a/b",
    "é" * 9,
)


def client_of(folder: str) -> TestClient:
    limits: dict[str, Any] = {
        "network_seconds": 2.0,
        "max_network_bytes": 256 << 20,
        "max_network_numbers": 2_000_000,
    }
    return TestClient(create_app(Settings(store=f"file://{folder}", **limits)))


def mutated(seed: int) -> Made:
    """A model with some of its bytes or fields changed; of the same seed the same."""
    chance = random.Random(seed)
    made = SOURCES[chance.choice(list(SOURCES))]()
    if chance.random() < 0.3:
        return made._replace(model=_other_bytes(made.model, chance))
    model = onnx.load_from_string(made.model)
    for _ in range(chance.randint(1, 4)):
        _change_field(model, chance)
    return made._replace(model=model.SerializeToString())


def _other_bytes(content: bytes, chance: random.Random) -> bytes:
    data = bytearray(content)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
            case 2:
                del data[at : at + chance.randint(1, 16)]
            case _:
                data[at:at] = data[at : at + chance.randint(1, 16)]
        if not data:
            break
    return bytes(data)


def _change_field(message: Any, chance: random.Random) -> None:
    """Of the message, or of one somewhere inside of it."""
    fields = message.ListFields()
    while fields:
        field, value = chance.choice(fields)
        is_list = not isinstance(value, str | bytes | int | float) and hasattr(value, "__len__")
        inner = chance.choice(value) if is_list and len(value) else value
        if field.message_type is not None and chance.random() < 0.85 and (not is_list or len(value)):
            message, fields = inner, inner.ListFields()
            continue
        _replace(message, field, value, is_list, chance)
        return
    if message.DESCRIPTOR.fields:
        _fill(message, chance.choice(message.DESCRIPTOR.fields), chance)


def _replace(message: Any, field: Any, value: Any, is_list: bool, chance: random.Random) -> None:
    if not is_list:
        if chance.random() < 0.2 or field.message_type is not None:
            message.ClearField(field.name)
        else:
            setattr(message, field.name, _scalar(field, value, chance))
        return
    kept = list(value)
    at = chance.randrange(len(kept)) if kept else 0
    match chance.randrange(4):
        case 0:
            del value[at : at + 1]
        case 1 if kept:
            value.append(kept[at])
        case 2 if field.message_type is None and kept:
            value[at] = _scalar(field, kept[at], chance)
        case _:
            chance.shuffle(kept)
            del value[:]
            value.extend(kept)


def _fill(message: Any, field: Any, chance: random.Random) -> None:
    if field.message_type is None:
        value = _scalar(field, field.default_value or 0, chance)
        target = getattr(message, field.name)
        if hasattr(target, "append"):
            target.append(value)
        else:
            setattr(message, field.name, value)


def _scalar(field: Any, old: Any, chance: random.Random) -> Any:
    """Another value of the field's type."""
    kind = field.cpp_type
    if kind in (field.CPPTYPE_FLOAT, field.CPPTYPE_DOUBLE):
        return chance.choice(FLOATS)
    if kind == field.CPPTYPE_ENUM:
        return chance.choice([each.number for each in field.enum_type.values])
    if kind == field.CPPTYPE_STRING:
        text = chance.choice(TEXTS)
        return text.encode() if field.type == field.TYPE_BYTES else text
    if chance.random() < 0.5 and isinstance(old, int):
        return max(-(2**31), min(2**31 - 1, old + chance.choice((-1, 1, 8))))
    wide = kind in (field.CPPTYPE_INT64, field.CPPTYPE_UINT64)
    value = chance.choice(INTEGERS if wide else INTEGERS[:10])
    return abs(value) if kind in (field.CPPTYPE_UINT64, field.CPPTYPE_UINT32) else value


def send(client: TestClient, made: Made) -> int:
    """The status of the answer; what was read is asked for all it has. Raises AssertionError."""
    file = io.BytesIO()
    np.savez(file, **made.inputs)
    answer = client.post(API, files={"model": made.model, "input": file.getvalue()})
    assert answer.status_code in ANSWERS, answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert len(answer.content) < 4_000
        return answer.status_code
    network = answer.json()
    own = network["links"]["self"]
    for node in network["nodes"][:6]:
        name = quote(node["name"], safe="")
        urls = [f"{own}/nodes/{name}/cell", node["scene"] or f"{own}/nodes/{name}/scene"]
        for edge in node["outputs"][:1]:
            named = quote(edge["name"], safe="")
            urls += [
                f"{own}/trace?edge={named}",
                f"{own}/tensors/{named}",
                f"{own}/tensors/{named}?format=npy",
            ]
        for url in urls:
            told = client.get(url)
            assert told.status_code in ANSWERS, (url, told.text)
    return answer.status_code


def main(minutes: str = "10", seed: str = "0") -> None:
    warnings.simplefilter("ignore")
    end, number = time.monotonic() + 60 * float(minutes), int(seed)
    statuses: Counter[int] = Counter()
    failures = 0
    with TemporaryDirectory() as folder, client_of(folder) as client:
        while time.monotonic() < end:
            number += 1
            made = mutated(number)
            try:
                statuses[send(client, made)] += 1
            except Exception as error:  # whatever it is, it is to be mended
                failures += 1
                Path(f"found-network-{number}.onnx").write_bytes(made.model)
                print(f"seed {number}: {type(error).__name__}: {error!s:.600}", flush=True)
    print(dict(statuses), f"failures: {failures}")
    sys.exit(failures > 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
