"""Prints the schemas of the answers that the page reads as an OpenAPI document."""

from __future__ import annotations

import json
from tempfile import TemporaryDirectory
from typing import Any

from app.main import create_app
from app.settings import Settings

READ_BY_THE_PAGE = (
    "Summary", "Steps", "Stamps", "Gradients", "GradientStamps", "Descent", "Parsed", "ReadTorchError",
    "Problem", "NetworkSummary", "NetworkTrace", "NetworkReach",
    "NetworkCell", "NetworkShapes", "Preparation",
)  # fmt: skip
# Says nothing that the types do not say.
SUPERFLUOUS = ("title", "discriminator")
REFERENCE = "#/components/schemas/"


def without_rest(document: dict[str, Any]) -> dict[str, Any]:
    """The document with those schemas alone that READ_BY_THE_PAGE consist of, and without paths."""
    schemas = document["components"]["schemas"]
    needed, waiting = set[str](), list(READ_BY_THE_PAGE)
    while waiting:
        name = waiting.pop()
        if name not in needed:
            needed.add(name)
            waiting += _references(schemas[name])
    kept = {name: _plain(schemas[name]) for name in sorted(needed)}
    return {"openapi": "3.1.0", "info": document["info"], "paths": {}, "components": {"schemas": kept}}


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [name for part in schema for name in _references(part)]
    if not isinstance(schema, dict):
        return []
    if "$ref" in schema:
        return [schema["$ref"].removeprefix(REFERENCE)]
    return _references([part for name, part in schema.items() if name not in SUPERFLUOUS])


def _plain(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_plain(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A field may be called title too: then it is a schema, not a text.
    return {
        name: _plain(part)
        for name, part in schema.items()
        if name not in SUPERFLUOUS or (name == "title" and isinstance(part, dict))
    }


if __name__ == "__main__":
    with TemporaryDirectory() as folder:
        document = create_app(Settings(store=f"file://{folder}")).openapi()
        print(json.dumps(without_rest(document)))
