"""What the server and the process that runs models say to each other: JSON, then the bytes of arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from math import prod
from socket import MSG_WAITALL, socket
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
_LENGTH_BYTES: Final = 8
_ALIGNMENT: Final = 64
_MAX_HEAD_BYTES: Final = 1 << 26
DTYPES: Final = (
    "float16", "float32", "float64", "int8", "int16", "int32", "int64",
    "uint8", "uint16", "uint32", "uint64", "bool",
)  # fmt: skip


class MessageError(Exception):
    """The other side ended, or sent what is no message."""


@dataclass(frozen=True, slots=True)
class RunMessage:
    """One message: JSON, and arrays by name."""

    head: dict[str, Any]
    arrays: Mapping[str, Array] = field(default_factory=dict)


def can_travel(array: object) -> bool:
    return isinstance(array, np.ndarray) and str(array.dtype) in DTYPES


def send_message(connection: socket, message: RunMessage) -> None:
    """Raises OSError."""
    arrays = {name: np.asarray(array, order="C") for name, array in message.arrays.items()}
    specs = [[name, str(array.dtype), list(array.shape)] for name, array in arrays.items()]
    head = json.dumps({"head": message.head, "arrays": specs}).encode()
    connection.sendall(len(head).to_bytes(_LENGTH_BYTES, "little") + head)
    for array in arrays.values():
        connection.sendall(array.reshape(-1).view(np.uint8).data)


def receive_message(connection: socket, max_bytes: int) -> RunMessage:
    """Raises MessageError for an early end or more than `max_bytes` of arrays, OSError and TimeoutError."""
    length = int.from_bytes(_receive(connection, _LENGTH_BYTES), "little")
    if length > _MAX_HEAD_BYTES:
        raise MessageError
    head = json.loads(_receive(connection, length))
    if any(dtype not in DTYPES for _, dtype, _ in head["arrays"]):
        raise MessageError
    sizes = [prod(shape) * np.dtype(dtype).itemsize for _, dtype, shape in head["arrays"]]
    if sum(sizes) > max_bytes:
        raise MessageError
    # One allocation, for which numpy asks for huge pages: small ones take the kernel longer than the bytes.
    content = np.empty(sum(map(_aligned, sizes)), np.uint8)
    arrays: dict[str, Array] = {}
    begin = 0
    for (name, dtype, shape), size in zip(head["arrays"], sizes, strict=True):
        part = content[begin : begin + size]
        _receive_into(connection, part.data)
        arrays[name] = part.view(dtype).reshape(shape)
        begin += _aligned(size)
    return RunMessage(head["head"], arrays)


def receive_bytes(connection: socket, size: int) -> bytes:
    """So many bytes that follow a message, in one allocation; of a socket that waits as long as it takes."""
    content = connection.recv(size, MSG_WAITALL)
    if len(content) < size:
        raise MessageError
    return content


def _aligned(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT


def _receive(connection: socket, size: int) -> bytearray:
    content = bytearray(size)
    _receive_into(connection, memoryview(content))
    return content


def _receive_into(connection: socket, view: memoryview) -> None:
    while view:
        if not (received := connection.recv_into(view)):
            raise MessageError
        view = view[received:]
