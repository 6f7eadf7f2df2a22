"""A server of one's own: a child process on a free port of this machine, which ends with this process."""

from __future__ import annotations

import atexit
import os
import re
import secrets
import subprocess
import sys
from collections import deque
from pathlib import Path
from threading import Thread
from typing import Final

import httpx2

from convscope.client import Client

_ADDRESS: Final = re.compile(r"http://127\.0\.0\.1:\d+")
_COMMAND: Final = Path(__file__).resolve().parent / "__main__.py"
# Of what it says, what an error tells.
_LAST_LINES: Final = 20


class LocalServer:
    """
    Starts `convscope serve`, which takes seconds. Raises RuntimeError with what it said if it ends at once.

    It answers to a token alone, which other users of the machine do not have, and ends when its standard
    input does: with `close`, or with this process, however that ends. An interrupt of this process is not
    meant for it.
    """

    def __init__(self) -> None:
        token = secrets.token_urlsafe(32)
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-P", str(_COMMAND), "serve", "--end-with-input"],
            env=os.environ | _settings(token),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        atexit.register(self.close)
        self._said: deque[str] = deque(maxlen=_LAST_LINES)
        self.url = self._wait_for_address()
        self._listener = Thread(target=self._listen, daemon=True)
        self._listener.start()
        # A transport of its own: no proxy of the environment is asked for this machine.
        self.client = Client(self.url, token=token, transport=httpx2.HTTPTransport())

    @property
    def is_running(self) -> bool:
        return self.process.poll() is None

    def close(self) -> None:
        """End it and wait until it has ended."""
        atexit.unregister(self.close)
        if self.process.stdin and not self.process.stdin.closed:
            self.process.stdin.close()
        self.process.wait()
        self._listener.join()
        self.client.close()

    def _wait_for_address(self) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            self._said.append(line)
            if found := _ADDRESS.search(line):
                return found[0]
        atexit.unregister(self.close)
        self.process.communicate()
        raise RuntimeError(f"the server did not start: {''.join(self._said)}")

    def _listen(self) -> None:
        """Whoever writes to a pipe that nobody reads stops some day."""
        assert self.process.stdout
        self._said.extend(self.process.stdout)
        self.process.stdout.close()


def _settings(token: str) -> dict[str, str]:
    """What makes it ours alone, whatever the environment says; store and limits are as there."""
    given = {
        "host": "127.0.0.1", "port": "0", "workers": "1", "hosts": "*", "token": token, "tls": "false",
        "trusted_proxies": "", "cors_origins": "", "frame_ancestors": "",
        "log_level": "info", "log_format": "json", "access_log": "false",
    }  # fmt: skip
    return {f"CONVSCOPE_{name.upper()}": value for name, value in given.items()}
