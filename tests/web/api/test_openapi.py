"""The OpenAPI document is true: its examples, and whatever it allows or forbids."""

from __future__ import annotations

import os
import re
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
    unsupported_method,
)
from starlette.types import Receive, Scope, Send

from app.main import create_app
from app.scenes.presets import PRESETS
from app.settings import Settings
from app.web.api.openapi_examples import SCENE
from tests.support.scenes import CHAPTER, make_scene
from tests.web.api.test_media_types import LAYERS

# For each operation, beside some 1,600 cases that schemathesis derives without chance. `make contract` asks
# for many more.
CASES = int(os.environ.get("CONTRACT_CASES", "20"))
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    negative_data_rejection,
    unsupported_method,
]

# Made here and not in a fixture, since the operations that are described become tests.
FOLDER = tempfile.TemporaryDirectory()
APP = create_app(Settings(store=Path(FOLDER.name).as_uri(), rate_limit="1000000000/minute"))
DOCUMENT: dict[str, Any] = APP.openapi()
IDS = [preset.scene.id for preset in PRESETS.values()]


async def lasting(scope: Scope, receive: Receive, send: Send) -> None:
    """The application, which schemathesis would start and stop around each request."""
    if scope["type"] == "lifespan":
        for what in ("startup", "shutdown"):
            await receive()
            await send({"type": f"lifespan.{what}.complete"})
    else:
        await APP(scope, receive, send)


CONTRACT = schemathesis.openapi.from_asgi("/openapi.json", lasting)
answered: Counter[int] = Counter()


@CONTRACT.hook
def map_path_parameters(_: Any, parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Most of what could be an id is made to be one."""
    id = str((parameters or {}).get("id"))
    chance = crc32(id.encode(errors="replace"))
    if parameters and re.fullmatch("[0-9a-f]{40}", id) and chance % 4:
        parameters["id"] = IDS[chance % len(IDS)]
    return parameters


# All of these have one id, and so cannot be shared out among processes.
@pytest.mark.exclusive
@CONTRACT.parametrize()
@settings(max_examples=CASES, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_nothing_undocumented(case: Any) -> None:
    answer = case.call_and_validate(checks=CHECKS)
    answered[answer.status_code] += 1


@pytest.mark.exclusive
def test_so_many_cases(request: pytest.FixtureRequest) -> None:
    if not request.config.getoption("-k"):
        assert answered.total() >= 2000
        assert 200 in answered
        print(f"{answered.total()} cases: {dict(answered)}")


# What these make, their address says.
WITHOUT_BODY = {"/api/v1/scenes/{id}/gradients/input/scene"}
OPERATIONS = [(method, path) for path, operations in DOCUMENT["paths"].items() for method in operations]


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path_factory.mktemp("store").as_uri()))) as client:
        yield client


def bodies(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """What to send for each example of a body."""
    content = operation.get("requestBody", {}).get("content", {})
    return [
        {"json": part["example"]} if media_type == "application/json" else {"files": part["example"]}
        for media_type, part in content.items()
    ] or [{}]


@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_examples_are_true(fresh: TestClient, method: str, path: str) -> None:
    operation = DOCUMENT["paths"][path][method]
    named = {
        parameter["name"]: parameter.get("example", parameter["schema"].get("examples", [None])[0])
        for parameter in operation.get("parameters", ())
    }
    for body in bodies(operation):
        answer = fresh.request(method, path.format(**named), **body)
        content = operation["responses"][str(answer.status_code)]["content"]
        media_type = answer.headers["content-type"].partition(";")[0]
        assert media_type in content
        if "example" in content[media_type]:
            assert answer.json() == content[media_type]["example"]


def test_every_json_body_and_answer_has_an_example() -> None:
    for method, path in OPERATIONS:
        operation = DOCUMENT["paths"][path][method]
        for body in operation.get("requestBody", {"content": {}})["content"].values():
            assert "example" in body
        assert method == "get" or "requestBody" in operation or path in WITHOUT_BODY
        assert operation["summary"]
        assert operation["responses"]["422"]["content"].keys() == {"application/problem+json"}


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    while "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema


def check_order(value: Any, schema: dict[str, Any], at: str) -> None:
    """The fields that are there are the documented ones, in their order."""
    schema = resolved(schema)
    if isinstance(value, list):
        for index, item in enumerate(value[:3]):
            check_order(item, schema.get("items", {}), f"{at}/{index}")
    elif isinstance(value, dict):
        if "discriminator" in schema:
            schema = resolved({"$ref": schema["discriminator"]["mapping"][value["kind"]]})
        fields = list(schema["properties"])
        assert list(value) == [field for field in fields if field in value], at
        assert set(schema.get("required", ())) <= value.keys(), at
        for name, inner in value.items():
            check_order(inner, schema["properties"][name], f"{at}/{name}")


def answer_schema(method: str, path: str, status: str = "200") -> dict[str, Any]:
    answer = DOCUMENT["paths"][f"/api/v1{path}"][method]["responses"][status]
    schema: dict[str, Any] = answer["content"]["application/json"]["schema"]
    return schema


@pytest.mark.parametrize("layer", LAYERS)
def test_fields_are_documented_and_in_order(client: TestClient, layer: str) -> None:
    made = client.post("/api/v1/scenes", json=LAYERS[layer])
    check_order(made.json(), answer_schema("post", "/scenes", "201"), "")
    check_order(client.post("/api/v1/trace", json=LAYERS[layer]).json(), answer_schema("post", "/trace"), "")
    path = made.json()["links"]["self"]
    for below in ("", "/taps", "/steps", "/steps?include=", "/tensors/output", "/code"):
        route = f"/scenes/{{id}}{below.partition('?')[0].replace('output', '{name}')}"
        check_order(client.get(path + below).json(), answer_schema("get", route), below)
    check_order(client.get("/api/v1/presets").json(), answer_schema("get", "/presets"), "")


def test_problems_have_their_fields_in_order(client: TestClient) -> None:
    large = CHAPTER | {"operation": {"kind": "conv2d", "padding": 16_000}}
    wrong = CHAPTER | {"operation": {"kind": "conv2d", "stride": 0}}
    for body, more in ((wrong, ["errors"]), (large, ["limit", "value", "asked"]), ([], ["errors"])):
        problem = client.post("/api/v1/trace", json=body).json()
        assert list(problem) == ["type", "title", "status", "detail", "code", *more]
    assert list(client.get("/api/v1/nowhere").json()) == ["type", "title", "status", "detail", "code"]


def test_the_example_of_a_scene_makes_one(client: TestClient) -> None:
    output = client.get(f"{make_scene(client, SCENE)}/tensors/output").json()
    assert output["data"] == [[[56, 72], [104, 120]]]
