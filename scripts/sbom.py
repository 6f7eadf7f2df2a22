"""Writes a CycloneDX bill of materials of what is shipped. `make sbom` calls it.

usage: python scripts/sbom.py [FILE]        standard output without one
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from pathlib import Path

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from shipped import Work, works

_TYPES = {"pypi": ComponentType.LIBRARY, "npm": ComponentType.LIBRARY, "picture": ComponentType.DATA}


def main() -> None:
    text = JsonV1Dot6(bill()).output_as_string(indent=2)
    if sys.argv[1:]:
        target = Path(sys.argv[1])
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n", "utf-8")
    else:
        print(text)


def bill() -> Bom:
    bom = Bom()
    bom.metadata.component = root = Component(
        type=ComponentType.APPLICATION,
        name="convscope",
        version=version("convscope"),
        bom_ref="convscope",
        licenses=[LicenseFactory().make_from_string("MIT")],
    )
    components = [_component(work) for work in works()]
    bom.components.update(components)
    bom.register_dependency(root, components)
    return bom


def _component(work: Work) -> Component:
    group, _, name = work.name.rpartition("/")
    purl = None if work.kind == "picture" else PackageURL(work.kind, group or None, name, work.version)
    return Component(
        type=_TYPES[work.kind],
        group=group or None,
        name=name,
        version=work.version or None,
        bom_ref=f"{work.kind}:{work.name}",
        purl=purl,
        licenses=[LicenseFactory().make_from_string(work.licence)],
    )


if __name__ == "__main__":
    main()
