"""`python -m bench`: side-by-side measurements, one table after the other. `python -m bench layers`: one."""

from __future__ import annotations

import sys
from importlib import import_module

from app.conv.torch_setup import prepare

TABLES = (
    "layers",
    "steps",
    "threads",
    "http",
    "frames",
    "latency",
    "views",
    "visits",
    "animations",
    "stage",
    "networks",
)


def main(names: list[str]) -> None:
    prepare()  # as the server does; bench/threads.py says why
    for name in names or TABLES:
        print(import_module(f"bench.{name}").run(), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
