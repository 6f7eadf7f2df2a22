"""The container image, built and run for real where that can be done, and what is said about it."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.support.skip import skip_loudly

ROOT = Path(__file__).resolve().parents[2]
CANNOT = 77
MOST_MEGABYTES = 910


def documented_packages() -> dict[str, float]:
    rows = re.findall(
        r"^\| `([\w-]+)` \| ([\d.]+) \|", (ROOT / "docs/image.md").read_text("utf-8"), re.MULTILINE
    )
    return {name: float(size) for name, size in rows}


@pytest.mark.slow
@pytest.mark.timeout(1500)
def test_the_image_is_built_and_does_what_it_should(tmp_path: Path) -> None:
    contents = tmp_path / "contents.json"
    done = subprocess.run(
        [ROOT / "scripts/container-test.sh", contents], capture_output=True, text=True, check=False
    )
    said = done.stdout[-3000:] + done.stderr[-6000:]
    if done.returncode == CANNOT:
        skip_loudly(done.stderr.strip().splitlines()[-1])
    assert done.returncode == 0, said
    size = re.search(r"^size (\d+)$", done.stdout, re.MULTILINE)
    assert size, said
    assert int(size[1]) / 1e6 < MOST_MEGABYTES

    largest = dict(list(json.loads(contents.read_text()).items())[:10])
    told = documented_packages()
    assert set(told) == set(largest), f"docs/image.md names other packages than {largest}"
    for name, megabytes in largest.items():
        assert told[name] == pytest.approx(megabytes, rel=0.2, abs=1), name
