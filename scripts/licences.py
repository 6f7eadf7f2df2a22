"""Writes THIRD_PARTY.md: all that is shipped beside our own work, by licence. `make licences` calls it."""

from __future__ import annotations

import sys

from shipped import ROOT, Work, browser_modules, pictures, python_packages

_HEAD = """\
# What is shipped with Convscope, and its licences

Convscope itself is under the MIT licence (`LICENSE`). `make licences` writes this file.

The image carries each package's licence text, and those of the libraries that its wheel brings along
(OpenBLAS in numpy, libjpeg and others in Pillow, oneDNN and others in torch), in the package's `.dist-info`
folder. Its system is Debian and Python (PSF-2.0), with their licences in `/usr/share/doc/*/copyright` and
beside Python's library.
"""


def main() -> None:
    text = "\n".join(
        [
            _HEAD,
            *_table("Python packages in the image", python_packages()),
            *_table("Browser modules", browser_modules()),
            *_table("Pictures in `static/samples`", pictures()),
        ]
    )
    if sys.argv[1:] == ["-"]:
        sys.stdout.write(text)
    else:
        (ROOT / "THIRD_PARTY.md").write_text(text, "utf-8")


def _table(title: str, works: list[Work]) -> list[str]:
    rows = [
        f"| {work.name} {work.version}".rstrip() + f" | {work.licence} | {work.source} |" for work in works
    ]
    return [f"## {title}\n", "| what | licence | from |", "|---|---|---|", *rows, ""]


if __name__ == "__main__":
    main()
