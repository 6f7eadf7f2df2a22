"""What goes into the image: pinned, with hashes, and no more than is needed."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy/image"
# What only torch's compiler asks for.
LEFT_OUT = {"sympy", "mpmath", "networkx", "fsspec", "filelock", "setuptools"}


def required(name: str, extra: str = "", seen: set[str] | None = None) -> set[str]:
    """The names of all that a distribution needs."""
    seen = set() if seen is None else seen
    for text in distribution(name).requires or []:
        requirement = Requirement(text)
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        one = canonicalize_name(requirement.name)
        if one not in seen:
            seen.add(one)
            for wanted in {"", *requirement.extras}:
                required(one, wanted, seen)
    return seen


def pinned(text: str) -> dict[str, str]:
    rows = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([^\s\\]+)", text, re.MULTILINE)
    return {canonicalize_name(name): version for name, version in rows}


def test_the_image_has_what_the_program_needs_in_the_versions_that_are_tested() -> None:
    held = pinned((FOLDER / "requirements.txt").read_text())
    needed = required("convscope", "objectstore") - LEFT_OUT - {"torch"}
    assert set(held) == needed, "`make hashes` writes deploy/image/requirements.txt"
    tested = pinned((ROOT / "constraints.txt").read_text())
    assert {name: tested[name] for name in held} == held, "`make hashes` writes deploy/image/requirements.txt"


def test_every_package_has_hashes_and_no_file_names_a_host() -> None:
    for name in ("requirements.txt", "build-requirements.txt", "node-requirements.txt"):
        text = (FOLDER / name).read_text()
        entries = re.split(r"\n(?=[A-Za-z])", text.split("\n", 1)[1].strip())
        assert len(entries) == len(pinned(text)) > 0
        assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
        assert "://" not in text


def test_licences_of_all_that_is_shipped_are_listed() -> None:
    command: list[str | Path] = [sys.executable, ROOT / "scripts/licences.py", "-"]
    made = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert made == (ROOT / "THIRD_PARTY.md").read_text("utf-8"), "`make licences` writes THIRD_PARTY.md"
    for name, version in pinned((FOLDER / "requirements.txt").read_text()).items():
        row = re.search(rf"^\| ([\w.-]+) {re.escape(version)} \| .+ \| .+ \|$", made, re.MULTILINE)
        assert row, name
    for path in [*ROOT.glob("static/vendor/*.js"), *ROOT.glob("static/samples/*.png")]:
        assert path.name in made


def test_the_bill_of_materials_is_valid_and_complete() -> None:
    command: list[str | Path] = [sys.executable, ROOT / "scripts/sbom.py"]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    bill = json.loads(text)
    assert bill["metadata"]["component"]["name"] == "convscope"
    listed: dict[str, object] = {
        canonicalize_name(one["name"]): one.get("version") for one in bill["components"]
    }
    held = pinned((FOLDER / "requirements.txt").read_text())
    assert held.items() <= listed.items()
    assert listed["torch"] == pinned((ROOT / "constraints.txt").read_text())["torch"]
    assert all(one["licenses"] for one in bill["components"])


def test_all_that_the_wheel_is_made_from_goes_into_the_build() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    folders = project["tool"]["hatch"]["build"]["targets"]["wheel"]["include"]
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {folder.removeprefix("/") for folder in folders} <= let_in
