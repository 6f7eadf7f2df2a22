"""Forks servers: a process that has imported everything once, so that a new server is there in milliseconds.

Each is the real application under the real server. Lines "<port> <store>" come in, process ids go out.
"""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from app.main import create_app
from app.settings import Settings
from app.web.server.workers import server_for


def main() -> None:
    # What is built once in a process, such as the schemas of all models, is there for all children.
    with TemporaryDirectory() as folder:
        create_app(Settings(store=Path(folder).as_uri(), log_level="error"))
    # Each child would look through all of it, and so copy it.
    gc.freeze()
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
