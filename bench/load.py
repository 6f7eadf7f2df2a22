"""`make load`: two workers under a mix of visitors, among thousands of idle connections, beyond capacity.

All of it on the loopback addresses of this machine, bounded in connections and time. Each visitor has an
address of its own, as visitors do. Exits with 1 where a promise does not hold.
"""

from __future__ import annotations

import asyncio
import io
import json
import os
import random
import re
import signal
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from statistics import median
from typing import Final, cast

import numpy as np
import uvloop

from bench.flood import Flood

PATIENCE: Final = 30.0
SMALL: Final = ("page", "static", "trace", "steps")
REFUSED: Final = (429, 503)
MEGABYTE: Final = 1 << 20


# Stands for a seed that no other request has.
SEED: Final = b"1000000000"
_seeds = count(int(SEED) + 1)


@dataclass(frozen=True)
class Request:
    kind: str
    data: bytes

    def once(self) -> bytes:
        """Its bytes, with a new seed where SEED stands: an answer that is kept does not fit."""
        return self.data.replace(SEED, b"%d" % next(_seeds))


@dataclass
class Tally:
    """What came back, by kind of request."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    seconds: defaultdict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    # What is neither an answer nor a deliberate refusal.
    errors: Counter[str] = field(default_factory=Counter)

    def add(self, kind: str, status: int, said: bytes, seconds: float) -> None:
        self.statuses[kind, status] += 1
        if status < 400:
            self.seconds[kind].append(seconds)
        elif status not in REFUSED:
            self.errors[f"{kind} {status} {said.decode('utf-8', 'replace'):.300}"] += 1

    @property
    def good(self) -> int:
        return sum(count for (_, status), count in self.statuses.items() if status < 400)


class Visitor(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._received = bytearray()
        self._start, self._status = 0, 0
        self._length: int | None = None
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)  # uvloop's are not instances of it

    def connection_lost(self, exc: Exception | None) -> None:
        self.transport = None
        if self._answer and not self._answer.done():
            self._answer.set_exception(ConnectionResetError(str(exc)))

    async def ask(self, data: bytes) -> tuple[int, bytes]:
        """The status of the answer and what it says, when all of it is there."""
        assert self.transport
        self._received.clear()
        self._length = None
        self._answer = asyncio.get_running_loop().create_future()
        self.transport.write(data)
        async with asyncio.timeout(PATIENCE):
            return await self._answer

    def data_received(self, data: bytes) -> None:
        self._received += data
        if self._length is None and (end := self._received.find(b"\r\n\r\n")) >= 0:
            head = bytes(self._received[:end])
            self._status = int(head[9:12])
            found = re.search(rb"content-length: (\d+)", head)
            self._start = end + 4
            self._length = self._start + int(found[1] if found else b"0")
        whole = self._length is not None and len(self._received) >= self._length
        if whole and self._answer and not self._answer.done():
            self._answer.set_result((self._status, bytes(self._received[self._start :])))


def addresses() -> Iterator[str]:
    """127.1.0.1, 127.1.0.2, …: all of them are this machine."""
    number = 0
    while True:
        number += 1
        yield f"127.{1 + number // 62500}.{number // 250 % 250}.{1 + number % 250}"


ADDRESSES: Final = addresses()


async def connect(port: int, address: str | None = None) -> Visitor:
    loop = asyncio.get_running_loop()
    source = (address or next(ADDRESSES), 0)
    _, visitor = await loop.create_connection(Visitor, "127.0.0.1", port, local_addr=source)
    return visitor


def post(path: str, body: bytes, content_type: str = "application/json") -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {content_type}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def get(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n".encode()


def trace(side: int, channels: int = 2, seed: int = 1) -> bytes:
    chance = random.Random(side)
    x = [[[chance.randrange(10) for _ in range(side)] for _ in range(side)] for _ in range(channels)]
    weight = {"random": {"shape": [1, channels, 2, 2], "seed": seed}}
    body = {"input": {"data": x}, "weight": weight, "operation": {"kind": "conv2d"}}
    return post("/api/v1/trace", json.dumps(body).encode())


def upload(seed: int) -> bytes:
    """A form with a random picture as .npy."""
    file = io.BytesIO()
    np.save(file, np.random.default_rng(seed).random((3, 64, 64), np.float32))
    scene = b'{"operation": {"kind": "conv2d", "padding": 1}, "weight": {"kernels": ["sobel_x"]}}'
    part = b'--b\r\nContent-Disposition: form-data; name="%s"; filename="x"\r\n\r\n%s\r\n'
    body = part % (b"scene", scene) + part % (b"input", file.getvalue()) + b"--b--\r\n"
    return post("/api/v1/scenes", body, "multipart/form-data; boundary=b")


async def fetched(port: int, path: str) -> tuple[int, str]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    async with asyncio.timeout(PATIENCE):
        head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return int(head[9:12]), body.decode("utf-8", "replace")


async def mix(port: int) -> list[Request]:
    """What visitors ask, each as often as it stands in the list."""
    _, page = await fetched(port, "/")
    modules = re.findall(r'"(/static/[^"]+\.(?:js|css))"', page)
    _, presets = await fetched(port, "/api/v1/presets")
    steps = [f"/api/v1/scenes/{preset['id']}/steps?stop=4" for preset in json.loads(presets)]
    return [
        *[Request("page", get("/"))] * 10,
        *[Request("static", get(path)) for path in (modules * 30)[:30]],
        *[Request("trace", trace(side)) for side in (3, 4, 5) for _ in range(8)],
        *[Request("steps", get(path)) for path in (steps * 30)[:30]],
        *[Request("upload", upload(seed)) for seed in range(3)],
    ]


async def visit(port: int, requests: list[Request], until: float, tally: Tally, seed: int) -> None:
    """Asks one thing after the other."""
    chance = random.Random(seed)
    visitor, address = None, next(ADDRESSES)
    while time.monotonic() < until:
        request = chance.choice(requests)
        try:
            if visitor is None or visitor.transport is None:
                visitor = await connect(port, address)
            started = time.monotonic()
            status, said = await visitor.ask(request.once())
            tally.add(request.kind, status, said, time.monotonic() - started)
        except (OSError, TimeoutError) as error:
            tally.errors[f"{request.kind} {type(error).__name__}"] += 1
            visitor = None
    if visitor is not None and visitor.transport is not None:
        visitor.transport.close()


async def crowd(port: int, requests: list[Request], connections: int, seconds: float) -> Tally:
    tally, until = Tally(), time.monotonic() + seconds
    await asyncio.gather(*(visit(port, requests, until, tally, seed) for seed in range(connections)))
    return tally


def memory(parent: int) -> int:
    """Bytes that the parent and its children hold."""
    total = 0
    for process in [parent, *children(parent)]:
        status = Path(f"/proc/{process}/status").read_text()
        total += 1024 * sum(map(int, re.findall(r"VmRSS:\s+(\d+)", status)))  # none, once it has ended
    return total


def children(parent: int) -> list[int]:
    return list(map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split()))


async def watched_memory(parent: int, samples: list[tuple[float, int]]) -> None:
    started = time.monotonic()
    while True:
        samples.append((time.monotonic() - started, memory(parent)))
        await asyncio.sleep(1)


@asynccontextmanager
async def served(port: int) -> AsyncIterator[int]:
    """Two workers on the port, with the settings that everybody has."""
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nothing:
        process = await asyncio.create_subprocess_exec(
            str(Path(sys.executable).parent / "convscope"), "serve", "--port", str(port), "--workers", "2",
            env={**os.environ, "CONVSCOPE_STORE": Path(folder).as_uri()}, stderr=nothing,
        )  # fmt: skip
        try:
            async with asyncio.timeout(2 * PATIENCE):
                while not await _answers(port):
                    if process.returncode is not None:
                        raise ChildProcessError(f"the server ended with {process.returncode}")
                    await asyncio.sleep(0.1)
            yield process.pid
        finally:
            if process.returncode is None:
                process.send_signal(signal.SIGTERM)
            await process.wait()


async def _answers(port: int) -> bool:
    try:
        return (await fetched(port, "/healthz"))[0] == 200
    except OSError:
        return False


async def first_visit(port: int) -> float:
    """Seconds until a new visitor has the page and all that it names."""
    started = time.monotonic()
    status, page = await fetched(port, "/")
    links = set(re.findall(r'"(/static/[^"]+)"', page))
    answers = await asyncio.gather(*(fetched(port, link) for link in links))
    assert {status, *(answer[0] for answer in answers)} == {200}
    return time.monotonic() - started


class Report:
    """Figures, and which promises they keep."""

    def __init__(self) -> None:
        self.kept = True

    def line(self, text: str, *, holds: bool = True) -> None:
        self.kept &= holds
        print(f"{'  ' if holds else '! '}{text}", flush=True)

    def crowd(self, tally: Tally, seconds: float) -> None:
        self.line(f"{tally.good / seconds:,.0f} good answers a second; refused: {_refused(tally)}")
        self.line(f"errors: {dict(tally.errors) or 'none'}", holds=not tally.errors)
        for kind, times in sorted(tally.seconds.items()):
            middle, late = 1000 * median(times), 1000 * float(np.percentile(times, 99))
            holds = kind not in SMALL or late <= 10 * middle
            self.line(f"{kind:7} {len(times):8,}: median {middle:6.1f} ms, 99 % {late:7.1f} ms", holds=holds)

    def memory(self, samples: list[tuple[float, int]], settled: float) -> None:
        before = max(size for at, size in samples if at <= settled)
        after = max(size for at, size in samples if at > settled)
        text = f"{before / MEGABYTE:,.0f} MB at most until {settled:.0f} s, {after / MEGABYTE:,.0f} MB after"
        self.line(f"memory: {text}", holds=after < 1.05 * before + 10 * MEGABYTE)


def _refused(tally: Tally) -> str:
    found = {f"{kind} {status}": n for (kind, status), n in tally.statuses.items() if status in REFUSED}
    return ", ".join(f"{name}: {n}" for name, n in found.items()) or "none"


async def beyond_capacity(report: Report, port: int, parent: int, seconds: float) -> None:
    """Twice, three times and ten times what can be answered, no two requests the same; then large ones."""
    small = [Request("trace", trace(side, 3, int(SEED))) for side in range(10, 20)]
    large = [Request("trace", trace(side, 3, int(SEED))) for side in range(50, 60)]
    for about, requests, floods in (("small", small, (2, 3, 10)), ("large", large, (3,))):
        print(f"beyond capacity, {about} requests")
        for times in floods:
            asked = cycle(requests)
            peaks = [
                await _flood(port, parent, asked).as_many_as_answered(few, seconds / 3) for few in (4, 16, 64)
            ]
            peak = max(peaks, key=lambda outcome: outcome.goodput)
            over = await _flood(port, parent, asked).at_rate(times * peak.goodput, seconds)
            share = over.goodput_of_cpu / (peak.goodput_of_cpu or 1)
            holds = over.lost == 0 and (about == "large" or (share >= 0.7 and over.wait(100) < 2))
            report.line(
                f"{times} × {peak.goodput:,.0f} a second: {over}; of the peak {share:.0%}", holds=holds
            )


def _flood(port: int, parent: int, requests: Iterator[Request]) -> Flood:
    return Flood(port, lambda: next(requests).once(), parent, ADDRESSES)


async def run(seconds: float, connections: int, idle: int, port: int) -> bool:
    report = Report()
    async with served(port) as parent:
        requests = await mix(port)
        print(f"{connections} connections for {seconds:.0f} s")
        samples: list[tuple[float, int]] = []
        watching = asyncio.create_task(watched_memory(parent, samples))
        tally = await crowd(port, requests, connections, seconds)
        watching.cancel()
        report.crowd(tally, seconds)
        report.memory(samples, seconds / 3)

        print(f"{idle:,} idle connections")
        alone = await first_visit(port)
        held = [await connect(port) for _ in range(idle)]
        among = await first_visit(port)
        open_ones = sum(visitor.transport is not None for visitor in held)
        text = (
            f"a new visitor's page: {alone:.2f} s alone, {among:.2f} s among {open_ones:,} idle connections"
        )
        report.line(text, holds=among < 10)
        for visitor in held:
            if visitor.transport:
                visitor.transport.abort()

        await beyond_capacity(report, port, parent, min(10.0, seconds / 6))
        report.line(f"a visitor after that: {await first_visit(port):.2f} s")
    return report.kept


def main(seconds: str = "180", connections: str = "200", idle: str = "5000", port: str = "18200") -> None:
    kept = uvloop.run(run(float(seconds), int(connections), int(idle), int(port)))
    sys.exit(not kept)


if __name__ == "__main__":
    main(*sys.argv[1:])
