"""The server's side of the process that reads and runs models (app/networks/run_worker.py)."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from app.conv.errors import ConvError, Message
from app.limits import LimitExceeded, Limits
from app.networks.refusals import RunStopped
from app.networks.run_messages import Array, MessageError, RunMessage, receive_message, send_message

# Beyond the child's own limit: to begin, and to send what it made.
_GRACE_SECONDS: Final = 10.0
# A child begins without memory of its own, and in small pages getting it takes the kernel as long as the run.
_HUGE_PAGES: Final = "glibc.malloc.hugetlb=1"
_ONE_THREAD: Final = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

# What a model's constants are used for while it is run.
UseConstants = Callable[[Mapping[str, Array]], None]
# Names, types and shapes of a model's inputs -> an array for each.
PrepareInputs = Callable[[list[dict[str, Any]]], Mapping[str, Array]]


@dataclass(frozen=True, slots=True)
class Run:
    """What a run gave: the graph's structure, and the array on each edge."""

    structure: dict[str, Any]
    arrays: Mapping[str, Array]


class RunProcess:
    """Starts with the first model, and again where it has died; ends with `close` and with this process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    def run(
        self,
        model: bytes,
        prepare_inputs: PrepareInputs,
        limits: Limits,
        use_constants: UseConstants = lambda _: None,
    ) -> Run:
        """
        Read a model, give it its inputs, and run it, in a process of its own. `use_constants` is called when
        the run has begun.

        Raises ConvError, LimitExceeded, RunStopped, and what `prepare_inputs` raises.
        """
        max_bytes = 8 * limits.max_network_numbers
        with self._connection(limits) as connection:
            try:
                known = {name: getattr(limits, name) for name in Limits.model_fields}
                send_message(connection, RunMessage({"limits": known, "model_bytes": len(model)}))
                connection.sendall(model)
                described = _received(connection, max_bytes)
                inputs = prepare_inputs(described.head["inputs"])
                send_message(connection, RunMessage({}, inputs))
                use_constants(described.arrays)
                answer = _received(connection, max_bytes)
            except (OSError, MessageError):
                # Its end is the kernel's doing, and whether for time or memory only the kernel knows.
                limit = {"seconds": limits.network_seconds, "bytes": limits.max_network_bytes}
                raise RunStopped("network_run_stopped", **limit) from None
        return Run(answer.head, {**described.arrays, **inputs, **answer.arrays})

    def close(self) -> None:
        with self._lock:
            self._end()

    @contextmanager
    def _connection(self, limits: Limits) -> Iterator[socket.socket]:
        ours, theirs = socket.socketpair()
        with ours:
            with theirs:
                self._hand_over(theirs)
            ours.settimeout(limits.network_seconds + _GRACE_SECONDS)
            yield ours

    def _hand_over(self, connection: socket.socket) -> None:
        with self._lock:
            try:
                socket.send_fds(self._started(), [b"1"], [connection.fileno()])
            except OSError:
                self._end()
                socket.send_fds(self._started(), [b"1"], [connection.fileno()])

    def _started(self) -> socket.socket:
        if self._process is not None and self._process.poll() is not None:
            self._end()
        if self._control is None:
            self._control, theirs = socket.socketpair()
            with theirs:
                # -P: not from the folder that the server was started in, whatever lies there.
                self._process = subprocess.Popen(  # noqa: S603 - the program is Python itself
                    [sys.executable, "-P", "-m", "app.networks.run_worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    env=_environment(),
                    pass_fds=[theirs.fileno()],
                )
        return self._control

    def _end(self) -> None:
        if self._control is not None:
            self._control.close()
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._control = self._process = None


def _environment() -> dict[str, str]:
    """Nothing of the server's own: it may hold keys."""
    path = os.pathsep.join(filter(None, sys.path))
    return {"PATH": os.defpath, "PYTHONPATH": path, "GLIBC_TUNABLES": _HUGE_PAGES, **_ONE_THREAD}


def _received(connection: socket.socket, max_bytes: int) -> RunMessage:
    message = receive_message(connection, max_bytes)
    if refused := message.head.get("refused"):
        raise _error(refused)
    return message


def _error(refused: Mapping[str, Any]) -> Exception:
    if refused["kind"] == "limit":
        what = Message(refused["what"], **refused["params"])
        return LimitExceeded(what, refused["limit"], refused["value"], refused["asked"])
    if refused["kind"] == "stopped":
        return RunStopped(refused["code"], **refused["params"])
    return ConvError(refused["code"], refused["at"], **refused["params"])
