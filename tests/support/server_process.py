"""Real server processes for tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from tests.support.polling import wait_until

PATIENCE = 60.0


class ServerProcess:
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

    def wait_until(self, path: str) -> ServerProcess:
        """Return when the path answers."""
        wait_until(lambda: self._answers(path), PATIENCE, message=f"{self.url}{path} did not answer")
        return self

    def _answers(self, path: str) -> bool:
        assert self.process.poll() is None, self.log.read_text()[-3000:]
        try:
            httpx2.get(self.url + path, timeout=5)
        except httpx2.TransportError:
            return False
        return True

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


def start_server(folder: Path, port: int = 0, **settings: object) -> ServerProcess:
    """`convscope serve` as a process of its own; each setting is a CONVSCOPE_ variable."""
    port = port or free_port()
    environment = {f"CONVSCOPE_{name.upper()}": str(value) for name, value in settings.items()}
    environment.setdefault("CONVSCOPE_STORE", (folder / "scenes").as_uri())
    command = [str(Path(sys.executable).parent / "convscope"), "serve", "--port", str(port)]
    return ServerProcess(command, port, environment, folder / f"server-{port}.log")


@contextmanager
def running_server(folder: Path, **settings: object) -> Iterator[ServerProcess]:
    server = start_server(folder, 0, **settings)
    try:
        yield server.wait_until("/healthz")
    finally:
        if server.process.poll() is None:
            # With its workers, which would outlive it.
            os.killpg(server.process.pid, signal.SIGKILL)
            server.process.wait()
