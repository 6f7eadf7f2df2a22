"""Real servers for measurements, each a process of its own on a free port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError


class Served(NamedTuple):
    url: str
    process: int


@contextmanager
def served() -> Iterator[str]:
    """Convscope, with a store of its own."""
    with convscope() as server:
        yield server.url


@contextmanager
def convscope() -> Iterator[Served]:
    with tempfile.TemporaryDirectory() as folder:
        settings = {"CONVSCOPE_STORE": Path(folder).as_uri(), "CONVSCOPE_LOG_LEVEL": "error"}
        command = [str(Path(sys.executable).with_name("convscope")), "serve"]
        with started(command, settings) as server:
            yield server


@contextmanager
def started(command: list[str], environment: Mapping[str, str]) -> Iterator[Served]:
    """A server that takes `--port`, once it answers."""
    port = _free_port()
    process = subprocess.Popen([*command, "--port", str(port)], env={**os.environ, **environment})
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_it_answers(url)
        yield Served(url, process.pid)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(url: str) -> None:
    for _ in range(600):
        try:
            urllib.request.urlopen(f"{url}/healthz").close()
        except HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(url)
