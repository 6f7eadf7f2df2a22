"""
The process that reads and runs models: it forks one child for each, and dies with its server.

A child has limits on memory and time, opens no file, and ends with its model. The libraries are imported
once, before any fork.
"""

from __future__ import annotations

import os
import resource
import signal
import socket
import sys
from array import array
from math import ceil
from typing import Any, Final

from app.conv.errors import ConvError, Message
from app.limits import LimitExceeded, Limits
from app.networks.onnx_run import describe_inputs, prepare, run, warm_up
from app.networks.refusals import RunStopped
from app.networks.run_messages import RunMessage, receive_bytes, receive_message, send_message

_PAGE: Final = resource.getpagesize()
_UNUSED: Final = 1 << 40


def serve(control: socket.socket) -> None:
    """Fork a child for each connection that comes over `control`, until its other end is closed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children are not waited for
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        connections = _receive_connections(control)
        if not connections:
            return
        if os.fork():
            for each in connections:
                os.close(each)
            continue
        code = 1
        try:
            control.close()
            with socket.socket(fileno=connections[0]) as connection:
                _answer(connection)
            code = 0
        finally:
            os._exit(code)


def _receive_connections(control: socket.socket) -> list[int]:
    descriptors = array("i")
    content, ancillary, _, _ = control.recvmsg(1, socket.CMSG_SPACE(descriptors.itemsize))
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(data)
    return list(descriptors) if content else []


def _answer(connection: socket.socket) -> None:
    # Nothing is sent before a model is: its bytes are within the limit of a body.
    head = receive_message(connection, _UNUSED).head
    limits = Limits.model_validate(head["limits"])
    model = receive_bytes(connection, head["model_bytes"])
    _confine(limits)
    try:
        prepared = prepare(model, limits)
        send_message(connection, RunMessage({"inputs": describe_inputs(prepared)}, prepared.constants))
        inputs = receive_message(connection, _UNUSED)
        send_message(connection, RunMessage(*run(prepared, inputs.arrays, limits)))
    except (ConvError, LimitExceeded, RunStopped) as error:
        send_message(connection, RunMessage({"refused": _refused(error)}))
    except MemoryError:
        stopped = RunStopped("network_out_of_memory", bytes=limits.max_network_bytes)
        send_message(connection, RunMessage({"refused": _refused(stopped)}))


def _confine(limits: Limits) -> None:
    """Limit what this process may use from here on; the kernel ends it where it goes on all the same."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, limits.network_seconds)
    seconds = ceil(limits.network_seconds * limits.network_threads)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    with open("/proc/self/statm", "rb") as file:  # noqa: PTH123
        mapped = int(file.read().split()[0]) * _PAGE
    memory = mapped + limits.max_network_bytes
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # No file can be opened any more.
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _refused(error: ConvError | LimitExceeded | RunStopped) -> dict[str, Any]:
    if isinstance(error, LimitExceeded):
        what = error.message.params["what"]
        assert isinstance(what, Message)
        return {
            "kind": "limit", "what": what.code, "params": _plain(what), "limit": error.limit,
            "value": error.value, "asked": error.asked,
        }  # fmt: skip
    kind = "stopped" if isinstance(error, RunStopped) else "unusable"
    at = error.at if isinstance(error, ConvError) else ""
    return {"kind": kind, "code": error.message.code, "at": at, "params": _plain(error.message)}


def _plain(message: Message) -> dict[str, Any]:
    return {name: value for name, value in message.params.items() if isinstance(value, str | int | float)}


def main() -> None:
    silent = os.open(os.devnull, os.O_RDWR)
    for standard in (1, 2):
        os.dup2(silent, standard)
    warm_up()
    serve(socket.socket(fileno=int(sys.argv[1])))


if __name__ == "__main__":
    main()
