"""nginx with the project's configuration, in front of servers of this machine."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.server_process import ServerProcess, free_port

ROOT = Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "deploy/nginx"


def nginx() -> str:
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    assert found, "nginx is not there; `make system` installs it"
    return found


class Proxy(ServerProcess):
    """One nginx process; what it did with each request is in `log`, a JSON object a line."""

    def __init__(self, folder: Path, ports: Sequence[int], listen: str = "listen 127.0.0.1:{port};") -> None:
        shutil.copytree(CONFIGURATION, folder / "nginx", dirs_exist_ok=True)
        port = free_port()
        (folder / "nginx/listen.conf").write_text(listen.format(port=port))
        upstream = (CONFIGURATION / "upstream.conf").read_text()
        line = next(line for line in upstream.splitlines() if line.lstrip().startswith("server "))
        servers = "\n".join(line.replace("replica:8000", f"127.0.0.1:{one}") for one in ports)
        (folder / "nginx/upstream.conf").write_text(upstream.replace(line, servers))
        # The workers of a root's nginx are somebody else, who may not enter the folders of tests.
        command = [nginx(), "-p", str(folder), "-c", str(folder / "nginx/nginx.conf"), "-e", "stderr"]
        command += ["-g", "daemon off; user root;"]
        subprocess.run([*command, "-t"], check=True, capture_output=True)
        super().__init__(command, port, {}, folder / "nginx.log")

    def requests(self, path: str = "") -> list[dict[str, Any]]:
        """What was asked, below a path."""
        written = self.log.read_text().rpartition("\n")[0].splitlines()
        lines = [json.loads(line) for line in written if line.startswith("{")]
        return [line for line in lines if line["uri"].startswith(path)]


@contextmanager
def running_proxy(folder: Path, *ports: int, **options: str) -> Iterator[Proxy]:
    folder.mkdir(exist_ok=True)
    proxy = Proxy(folder, ports, **options)
    try:
        yield proxy
    finally:
        proxy.stop()
