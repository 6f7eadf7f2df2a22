"""
The `convscope` command. In a wheel the server lies inside this package, so that a project's own package
`app` and ours never meet.

Runs as a file too, without the package: `python -P …/convscope/__main__.py serve`.
"""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the server's command line; whatever else is called `app` comes after ours."""
    here = Path(__file__).resolve().parent
    inside = here / "_server"
    sys.path.insert(0, str(inside if inside.is_dir() else here.parent))
    from app.cli import main as command

    command(prog_name="convscope")


if __name__ == "__main__":
    main()
