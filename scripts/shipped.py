"""What is shipped beside our own work, under which licence: read from the packages and files themselves."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, distribution
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parent.parent

# For packages that give no SPDX expression yet.
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
}
# What the field of older metadata says in words.
_TEXTS_OF_FIELD = {"3-Clause BSD License": "BSD-3-Clause"}
_TEXTS = {
    "The MIT License": "MIT",
    "MIT License": "MIT",
    "Apache License": "Apache-2.0",
    "BSD 3-Clause": "BSD-3-Clause",
    "ISC License": "ISC",
}


@dataclass(frozen=True)
class Work:
    """Somebody else's: a Python package, a browser module or a picture."""

    kind: Literal["pypi", "npm", "picture"]
    name: str
    version: str
    licence: str
    source: str


def works() -> list[Work]:
    return [*python_packages(), *browser_modules(), *pictures()]


def python_packages() -> list[Work]:
    """What deploy/image/requirements.txt and the Dockerfile put into the image."""
    held = (ROOT / "deploy/image/requirements.txt").read_text()
    names = [*re.findall(r"^([\w.-]+)==", held, re.MULTILINE), "torch"]
    return sorted((_python_package(name) for name in names), key=lambda work: work.name.lower())


def _python_package(name: str) -> Work:
    one = distribution(name)
    return Work("pypi", one.name, one.version.partition("+")[0], _licence(name), _home(name))


def _licence(name: str) -> str:
    about = distribution(name).metadata
    if expression := _field(about, "License-Expression"):
        return expression
    classified = [
        text.rpartition(" :: ")[2] for text in about.get_all("Classifier") or [] if "License ::" in text
    ]
    if known := sorted({_CLASSIFIERS[text] for text in classified if text in _CLASSIFIERS}):
        return " OR ".join(known)
    told = _field(about, "License")
    if told in _CLASSIFIERS.values():
        return told
    if told in _TEXTS_OF_FIELD:
        return _TEXTS_OF_FIELD[told]
    raise LookupError(f"{name} does not say what its licence is: {classified} {told!r:.80}")


def _field(about: PackageMetadata, name: str) -> str:
    """Empty where the package does not say."""
    return next(iter(about.get_all(name) or []), "")


def _home(name: str) -> str:
    """Its source, or what else it calls its home."""
    about = distribution(name).metadata
    urls = dict(text.split(", ", 1) for text in about.get_all("Project-URL") or [])
    named = {label.lower().replace(" ", "-"): url for label, url in urls.items()}
    wanted = ("source", "source-code", "repository", "github", "homepage", "home", "code")
    return next((named[label] for label in wanted if label in named), _field(about, "Home-page"))


def browser_modules() -> list[Work]:
    """What is bundled with the page, and the files of static/vendor."""
    files = sorted((ROOT / "static/vendor").iterdir())
    return [*_bundled(), *(_vendored(path) for path in files if path.suffix in (".js", ".css"))]


def _bundled() -> list[Work]:
    """The dependencies in package.json but for the bundler, as package-lock.json has them."""
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    names = [name for name in packages[""]["dependencies"] if name != "esbuild"]
    found = {name: packages[f"node_modules/{name}"] for name in names}
    return [Work("npm", name, one["version"], one["license"], "package.json") for name, one in found.items()]


def _vendored(path: Path) -> Work:
    """By its header, which scripts/vendor.sh writes."""
    head = path.read_text("utf-8").split("*/")[0]
    named = re.match(r"/\*! (\S+) (\S+), made by scripts/vendor\.sh", head)
    licence = next((spdx for text, spdx in _TEXTS.items() if text in head), None)
    if not named or not licence:
        raise LookupError(f"{path.name} does not begin with its name, its version and its licence")
    return Work("npm", named[1], named[2], licence, f"static/vendor/{path.name}")


def pictures() -> list[Work]:
    """The rows of static/samples/README.md."""
    table = (ROOT / "static/samples/README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)`.*? \| .*? \| (.*?) \| (.*?) \|$", table, re.MULTILINE)
    return [Work("picture", name, "", licence, source) for name, source, licence in rows]
