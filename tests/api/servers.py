"""Real server processes for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

PATIENCE = 60.0


class Server:
    """A process that serves HTTP on a port of this machine."""

    def __init__(self, command: list[str], port: int, environment: Mapping[str, str], log: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.port = port
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait_until(self, path: str) -> Server:
        """Return when the path answers."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            try:
                httpx2.get(self.url + path, timeout=5)
            except httpx2.TransportError:
                time.sleep(0.02)
            else:
                return self
        raise AssertionError(
            f"{self.url}{path} did not answer in {PATIENCE} s: {self.log.read_text()[-3000:]}"
        )

    def client(self, **options: Any) -> httpx2.Client:
        return httpx2.Client(base_url=self.url, timeout=PATIENCE, **options)

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """Send the signal and give the exit code; never leaves the process behind."""
        try:
            self.process.send_signal(sign)
            return self.process.wait(PATIENCE)
        finally:
            if self.process.poll() is None:
                self.process.kill()
                self.process.wait()


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def start(folder: Path, port: int = 0, **settings: object) -> Server:
    """`convscope serve` as a process of its own; each setting is a CONVSCOPE_ variable."""
    port = port or free_port()
    environment = {f"CONVSCOPE_{name.upper()}": str(value) for name, value in settings.items()}
    environment.setdefault("CONVSCOPE_STORE", (folder / "scenes").as_uri())
    command = [str(Path(sys.executable).parent / "convscope"), "serve", "--port", str(port)]
    return Server(command, port, environment, folder / f"server-{port}.log")


@contextmanager
def running(folder: Path, **settings: object) -> Iterator[Server]:
    server = start(folder, **settings)
    try:
        yield server.wait_until("/healthz")
    finally:
        if server.process.poll() is None:
            server.stop(signal.SIGKILL)
