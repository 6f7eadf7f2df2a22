"""Refuses to build a wheel or an sdist without the page's bundle, which git does not hold."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hatchling.builders.config import BuilderConfig
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BundleCheck(BuildHookInterface[BuilderConfig]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        for bundle in ("static/build/workbench.js", "convscope/build/widget.js"):
            if version != "editable" and not Path(self.root, bundle).is_file():
                raise FileNotFoundError(f"{bundle} is missing; `make setup` builds it")
