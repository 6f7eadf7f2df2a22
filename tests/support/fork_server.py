"""Forks servers: a process that has imported everything once, so that a new server is there in milliseconds.

Each is the real application under the real server. Lines "<port> <store>" come in, process ids go out.
"""

from __future__ import annotations

import os
import sys

from app.main import create_app
from app.settings import Settings
from app.web.server.workers import server_for


def main() -> None:
    for line in sys.stdin:
        port, store = line.split()
        child = os.fork()
        if child == 0:
            settings = Settings(store=store, port=int(port), log_level="error")
            server_for(create_app, settings)()
            os._exit(0)
        print(child, flush=True)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
