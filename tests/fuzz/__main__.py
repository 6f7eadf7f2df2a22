"""`python -m tests.fuzz TARGET MINUTES FOLDER`: a coverage-guided fuzzer; FOLDER keeps what it learns."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["app", "PIL", "numpy.lib"]):
    from tests.fuzz.targets import TARGETS


def main(name: str, minutes: str, folder: str) -> None:
    warnings.simplefilter("ignore")
    target, corpus = TARGETS[name], Path(folder) / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(target.seeds()):
        (corpus / f"seed-{number:02}").write_bytes(seed)
    options = [
        f"-max_total_time={round(60 * float(minutes))}",
        "-max_len=8192",
        "-timeout=20",
        "-rss_limit_mb=3072",
        "-print_final_stats=1",
        f"-artifact_prefix={folder}/found-{name}-",
    ]
    atheris.Setup([sys.argv[0], *options, str(corpus)], target.run)
    atheris.Fuzz()


if __name__ == "__main__":
    main(*sys.argv[1:])
