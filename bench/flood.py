"""Many requests on raw connections: as many as are answered, or so many a second whatever comes back."""

from __future__ import annotations

import asyncio
import os
import re
import socket
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from itertools import repeat
from pathlib import Path
from time import monotonic
from typing import Final, cast

import numpy as np

# Seconds after which a client gives up.
PATIENCE: Final = 10.0
# A server has 8,192 at most, and closes the one that is idle for longest, whoever is about to use it.
MAX_CONNECTIONS: Final = 8000
# Of linux/in.h; Python 3.11 has no name for it.
IP_BIND_ADDRESS_NO_PORT: Final = 24
_LENGTH: Final = re.compile(rb"\r\ncontent-length: (\d+)")
_RETRY_AFTER: Final = re.compile(rb"\r\nretry-after: (\d+)\r\n")


@dataclass
class Outcome:
    """What became of the requests; times are those of the client, from sending to the whole answer."""

    goodput: float = 0.0  # good answers a second, while requests are sent
    # Good answers for each second of a processor that the server had meanwhile: beside others on the same
    # machine, it is not had all of one.
    goodput_of_cpu: float = 0.0
    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    answered: list[float] = field(default_factory=list)
    refused: list[float] = field(default_factory=list)
    retry_after: list[int] = field(default_factory=list)
    # No answer within PATIENCE, or a connection that ended.
    lost: int = 0

    def wait(self, percentile: float) -> float:
        return float(np.percentile(self.answered or [0.0], percentile))

    def __str__(self) -> str:
        middle, late, most = (self.wait(percentile) for percentile in (50, 99, 100))
        refused = max(self.refused, default=0)
        return (
            f"{self.goodput:,.0f} good a second; {len(self.refused):,} of {self.sent:,} refused, "
            f"{self.lost} lost; wait {middle:.2f} s, 99 % {late:.2f}, at most {most:.2f}, "
            f"until refused {refused:.2f}"
        )


class _Connection(asyncio.Protocol):
    """One connection, one request at a time; `done` gets each whole answer, and nothing at its end."""

    def __init__(self, done: Callable[[_Connection, bytes], None]) -> None:
        self.asked_at = 0.0
        self._done = done
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._size: int | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's are not instances of it

    def connection_lost(self, _: Exception | None) -> None:
        self._done(self, b"")

    def ask(self, data: bytes) -> None:
        assert self._transport
        self._received, self._size = b"", None
        self.asked_at = monotonic()
        self._transport.write(data)

    def close(self) -> None:
        assert self._transport
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._size is None and (end := self._received.find(b"\r\n\r\n")) >= 0:
            length = _LENGTH.search(self._received, 0, end)
            self._size = end + 4 + int(length[1] if length else 0)
        if self._size is not None and len(self._received) >= self._size:
            self._done(self, self._received)


class Flood:
    """Sends what `new_request` makes, and counts what comes back."""

    def __init__(
        self,
        port: int,
        new_request: Callable[[], bytes],
        process: int | None = None,
        addresses: Iterator[str] | None = None,
    ) -> None:
        """`process`: the server's, whose share of the machine counts; `addresses`: of the clients."""
        self._port = port
        self._process = process
        self._addresses = addresses or repeat("127.0.0.1")
        self._cpu_before = 0.0
        self._new_request = new_request
        self._outcome = Outcome()
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()
        self._asks_again = False

    async def as_many_as_answered(self, connections: int, seconds: float) -> Outcome:
        """Closed loop: each connection asks again when it has its answer."""
        await self._open(connections)
        self._asks_again = True
        self._cpu_before = self._cpu_seconds()
        for connection in self._idle[:]:
            self._ask(connection)
        await asyncio.sleep(seconds)
        self._asks_again = False
        return await self._finish(seconds)

    async def at_rate(self, rate: float, seconds: float) -> Outcome:
        """Open loop: `rate` requests a second, on a new connection where none is idle."""
        await self._open(round(min(1.2 * rate, 4000)))
        started, due = monotonic(), 0
        self._cpu_before = self._cpu_seconds()
        while (elapsed := monotonic() - started) < seconds:
            connecting = list[Awaitable[None]]()
            while due < elapsed * rate:
                due += 1
                if self._idle:
                    self._ask(self._idle[-1])
                elif len(self._busy) + len(connecting) < MAX_CONNECTIONS:
                    connecting.append(self._connect())
            await asyncio.gather(asyncio.sleep(0.001), *connecting)
        return await self._finish(seconds)

    def _cpu_seconds(self) -> float:
        """Of a processor, that the process and its children have had until now."""
        if self._process is None:
            return 0.0
        children = Path(f"/proc/{self._process}/task/{self._process}/children").read_text().split()
        return sum(map(_cpu_seconds, (self._process, *map(int, children))))

    async def _open(self, connections: int) -> None:
        """Connect, and wait until the server has accepted: one after the other, the health check's last."""
        await asyncio.gather(*(self._connect() for _ in range(connections)))
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        await reader.read()
        writer.close()

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        from_address = socket.socket()
        from_address.setblocking(False)
        # Else bind looks for a free port before the peer is known: 6 ms each among thousands of connections.
        from_address.setsockopt(socket.SOL_IP, IP_BIND_ADDRESS_NO_PORT, 1)
        from_address.bind((next(self._addresses), 0))
        await loop.sock_connect(from_address, ("127.0.0.1", self._port))
        _, connection = await loop.create_connection(lambda: _Connection(self._done), sock=from_address)
        self._idle.append(connection)

    def _ask(self, connection: _Connection) -> None:
        self._idle.remove(connection)
        self._busy.add(connection)
        self._outcome.sent += 1
        connection.ask(self._new_request())

    def _done(self, connection: _Connection, answer: bytes) -> None:
        if connection in self._idle:
            self._idle.remove(connection)
        if connection not in self._busy:
            return
        self._busy.remove(connection)
        seconds = monotonic() - connection.asked_at
        if not answer or seconds > PATIENCE:
            self._outcome.lost += 1
            return
        self._count(answer, seconds)
        self._idle.append(connection)
        if self._asks_again:
            self._ask(connection)

    def _count(self, answer: bytes, seconds: float) -> None:
        status = int(answer[9:12])
        self._outcome.statuses[status] += 1
        if status < 400:
            self._outcome.answered.append(seconds)
        elif after := _RETRY_AFTER.search(answer):
            self._outcome.refused.append(seconds)
            self._outcome.retry_after.append(int(after[1]))

    async def _finish(self, seconds: float) -> Outcome:
        """Wait for the answers that are under way, as long as clients do."""
        self._outcome.goodput = len(self._outcome.answered) / seconds
        if cpu := self._cpu_seconds() - self._cpu_before:
            self._outcome.goodput_of_cpu = len(self._outcome.answered) / cpu
        until = monotonic() + PATIENCE
        while self._busy and monotonic() < until:
            await asyncio.sleep(0.01)
        self._outcome.lost += len(self._busy)
        busy, self._busy = self._busy, set()
        for connection in [*self._idle, *busy]:
            connection.close()
        return self._outcome


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
