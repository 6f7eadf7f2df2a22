"""Requests as no well-behaved client sends them."""

from __future__ import annotations

import json
import re
import select
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from tests.support.polling import wait_until

PATIENCE = 30.0


@dataclass(frozen=True)
class Answer:
    """What came back until the server closed the connection."""

    text: bytes

    @property
    def statuses(self) -> list[int]:
        """Of all answers, as long as their bodies hold no status line."""
        return [int(status) for status in re.findall(rb"HTTP/1\.1 (\d{3}) ", self.text)]

    @property
    def problem(self) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.text.split(b"\r\n\r\n", 1)[1])
        return body


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        yield connection


def can_connect(port: int) -> bool:
    with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port)):
        return True
    return False


def exchange(port: int, *parts: bytes) -> Answer:
    """Send the parts, and read until the server closes the connection."""
    with connected(port) as connection:
        with suppress(ConnectionError):
            for part in parts:
                connection.sendall(part)
        return Answer(read_all(connection))


def read_all(connection: socket.socket) -> bytes:
    """All until the server closes; an error if it does not, in PATIENCE seconds."""
    found = b""
    with suppress(ConnectionError):
        while part := connection.recv(65536):
            found += part
    return found


def is_closed(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while part := connection.recv(65536):
            del part
    except BlockingIOError:
        return False
    except ConnectionError:
        return True
    return True


def trickle(connections: list[socket.socket], byte: bytes, every: float, seconds: float) -> None:
    """Send a byte on each connection `every` so many seconds until all are closed; AssertionError if not."""

    def all_closed() -> bool:
        still_open = [connection for connection in connections if not is_closed(connection)]
        for connection in still_open:
            with suppress(OSError):
                connection.send(byte)
        return not still_open

    wait_until(all_closed, seconds, every, message="connections are still open")


def send_slowly(connection: socket.socket, parts: Iterable[bytes], every: float) -> None:
    """Send one part `every` so many seconds; AssertionError if the server answers or closes in between."""
    for part in parts:
        connection.sendall(part)
        answered, _, _ = select.select([connection], [], [], every)
        assert not answered, connection.recv(65536)
