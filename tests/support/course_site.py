"""A site of somebody else, on another origin, whose pages show ours in frames."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any


class CourseSite:
    """Files of a folder. `localhost` is another site than the 127.0.0.1 of the server."""

    def __init__(self, folder: Path, port: int, host: str = "localhost") -> None:
        self.folder = folder
        self.origin = f"http://{host}:{port}"

    def write(self, name: str, body: str) -> str:
        """Write a page; returns its address."""
        head = '<!doctype html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,">'
        head += '<meta name="viewport" content="width=device-width">'
        html = f"{head}<title>Course</title><body>{body}</body>"
        (self.folder / name).write_text(html, "utf-8")
        return f"{self.origin}/{name}"


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def course_site(folder: Path, host: str = "localhost") -> Iterator[CourseSite]:
    folder.mkdir(parents=True, exist_ok=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Handler, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield CourseSite(folder, server.server_address[1], host)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
