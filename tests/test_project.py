"""The project as a whole: what its files promise, and what an installed wheel does."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
import urllib.request
import venv
import zipfile
from collections import Counter
from fnmatch import fnmatch
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
# The chunks have a hash in their names.
BUILT = {
    path.relative_to(ROOT).as_posix()
    for folder in ("static/build", "convscope/build")
    for path in (ROOT / folder).iterdir()
    if path.suffix != ".map"
}
SERVER = "convscope/_server/app"
WEB = {name: f"{SERVER}/_web/{name}" for name in ("templates", "static", "lessons", "examples")}
MOVED = {"app": SERVER, **WEB}


def tracked() -> list[Path]:
    """The files of the project: what git knows and what it would take."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    return [ROOT / name for name in listing.split("\0") if name and (ROOT / name).is_file()]


def test_ids_are_unique(request: pytest.FixtureRequest) -> None:
    """pytest-xdist runs one test of each id, however many there are."""
    ids = [item.nodeid for item in request.session.items if not item.get_closest_marker("exclusive")]
    assert [id for id, count in Counter(ids).items() if count > 1] == []


def test_vendored_code_names_its_licence_and_its_maker() -> None:
    modules = sorted((ROOT / "static/vendor").glob("*.js"))
    assert modules
    for module in modules:
        text = module.read_text("utf-8")
        header = text.split("*/")[0]
        assert re.search(r"-\d+\.\d+\.\d+\.js$", module.name), module
        assert "scripts/vendor.sh" in header, module
        assert re.search(r"MIT License|Apache License", header), module
        assert "sourceMappingURL" not in text, f"{module} would make the browser ask for a map"


def test_sample_pictures_have_a_source_and_a_licence() -> None:
    samples = ROOT / "static/samples"
    pictures = {path.name for path in samples.glob("*") if path.suffix in {".png", ".jpg", ".webp"}}
    notes = "\n".join(path.read_text("utf-8") for path in samples.glob("*.md"))
    assert pictures
    assert {name for name in pictures if name not in notes} == set()


def test_locked_javascript_tools_name_no_host() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    assert len(packages) > 1
    assert [name for name, package in packages.items() if "resolved" in package] == []
    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


def test_the_types_of_all_python_are_checked() -> None:
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["mypy"]["files"]
    folders = {path.relative_to(ROOT).parts[0] for path in tracked() if path.suffix in {".py", ".pyi"}}
    assert folders == set(checked)


def test_all_typescript_is_linted_and_its_types_are_checked() -> None:
    written = [path.relative_to(ROOT).as_posix() for path in tracked() if path.suffix == ".ts"]
    configurations = [
        json.loads((ROOT / name).read_text("utf-8")) for name in ("tsconfig.json", "tsconfig.tests.json")
    ]
    typed = tuple(f"{folder}/" for each in configurations for folder in each["include"])
    assert [path for path in written if not path.startswith(typed)] == []
    linted = json.loads((ROOT / "biome.json").read_text("utf-8"))["files"]["includes"]
    assert [path for path in written if not any(fnmatch(path, pattern) for pattern in linted)] == []


def test_no_file_shows_where_it_was_written() -> None:
    here = str(ROOT).encode()
    assert [path.name for path in tracked() if here in path.read_bytes()] == []


def test_make_lists_every_target_that_the_readme_names() -> None:
    offered = subprocess.run(["make", "help"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    named = set(re.findall(r"`?make ([a-z]+)`?", (ROOT / "README.md").read_text("utf-8")))
    assert {"setup", "run", "test", "check"} <= named
    assert [name for name in named if f"make {name}" not in offered] == []


def test_curl_in_the_readme_gets_the_answer_printed_there(tmp_path: Path) -> None:
    _, after = (ROOT / "README.md").read_text("utf-8").split("curl -s http://127.0.0.1:8000", 1)
    found = re.match(r"(\S+).*?-d '(.*?)'.*?\n\n(    \{.*?)\n\n", after, re.DOTALL)
    assert found is not None
    path, body, answer = found.groups()
    with TestClient(create_app(Settings(store=tmp_path.as_uri()))) as client:
        told = client.post(path, content=body, headers={"Content-Type": "application/json"})
    assert told.text == json.dumps(json.loads(answer), separators=(",", ":"))


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", folder, ROOT],
        check=True,
    )
    (built,) = folder.glob("convscope-*.whl")
    return built


@pytest.mark.slow
def test_wheel_carries_the_page_and_the_package_and_nothing_else(wheel: Path) -> None:
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    expected = {
        name
        for path in tracked()
        if (name := path.relative_to(ROOT).as_posix()).split("/")[0] in {"app", "convscope", *WEB}
    }
    inside = {
        re.sub(rf"^({'|'.join(MOVED)})(?=/)", lambda top: MOVED[top[0]], name) for name in expected | BUILT
    }
    assert names == inside


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """The bin folder of a virtual environment with the wheel and the libraries of the running interpreter."""
    venv.create(tmp_path / "venv", with_pip=False, symlinks=True)
    python = tmp_path / "venv/bin/python"
    pip: list[str | Path] = [sys.executable, "-m", "pip", "--python", python, "install", "-q"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    (packages,) = tmp_path.glob("venv/lib/python*/site-packages")
    libraries = [path for path in sys.path if path.endswith("site-packages")]
    (packages / "libraries.pth").write_text("\n".join(libraries))
    return tmp_path / "venv/bin"


def printed_address(server: subprocess.Popen[str]) -> str:
    """Where the server says it listens; fails with all it said when it ended before."""
    said = ""
    for line in server.stdout or ():
        said += line
        if found := re.search(r"http://127\.0\.0\.1:\d+", line):
            return found[0]
    pytest.fail(said)


@pytest.mark.slow
def test_wheel_serves_from_any_folder(installed: Path, tmp_path: Path) -> None:
    server = subprocess.Popen(
        [installed / "convscope", "serve", "--port", "0"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "CONVSCOPE_STORE": (tmp_path / "store").as_uri()},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        address = printed_address(server)
        page = urllib.request.urlopen(address, timeout=10).read().decode()
        assert "<title>" in page
        modules = re.findall(r'"(/static/[^"]+)"', page)
        assert modules
        for module in modules:
            assert urllib.request.urlopen(address + module, timeout=10).status == 200
    finally:
        server.send_signal(signal.SIGTERM)
        # Reads on to the end: a server whose output nobody takes cannot flush it, and exits with 120.
        server.communicate(timeout=60)
    assert server.returncode == 0


@pytest.mark.slow
def test_wheel_leaves_a_project_its_own_package_app(installed: Path, tmp_path: Path) -> None:
    """Wherever it lies it is the project's, and the server starts all the same."""
    (packages,) = tmp_path.glob("venv/lib/python*/site-packages")
    assert not (packages / "app").exists()
    (tmp_path / "project/app").mkdir(parents=True)
    (tmp_path / "project/app/__init__.py").write_text("theirs = True")
    (packages / "a_project.pth").write_text(str(tmp_path / "project"))
    script = (
        "import convscope, sys, numpy as np\n"
        "w = convscope.show({'kind': 'conv2d'}, np.ones((1, 2, 2)), weight=np.ones((1, 1, 2, 2)))\n"
        "import app; print(app.theirs, w.ledger()['running_sum'].iloc[-1])"
    )
    done = subprocess.run(
        [installed / "python", "-c", script], cwd=tmp_path / "project", capture_output=True, text=True,
        env={"PATH": os.environ["PATH"], "CONVSCOPE_STORE": (tmp_path / "store").as_uri()},
    )  # fmt: skip
    assert done.stdout == "True 4.0\n", done.stderr
