"""/networks: models with their values, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any, Final, NamedTuple

import orjson
from fastapi import APIRouter, Depends, Header, HTTPException, Path, Query, Request
from fastapi.routing import APIRoute
from starlette.responses import Response

from app.conv.errors import LARGEST, Message, quoted
from app.limits import Limits
from app.networks.layer_scenes import layer_scenes
from app.networks.layer_table import layer_table
from app.networks.network import TensorOf
from app.services.container import Services
from app.services.networks.cells import cell_structure, find_node, node_cell_index
from app.services.networks.example import EXAMPLE, EXAMPLE_FORM, EXAMPLE_INPUT
from app.services.networks.shapes import WRITERS, TableFormat, describe_layers
from app.services.networks.stored import MadeNetwork, find_network, layer_scene, make_network, run_again
from app.services.networks.summary import summarize_network
from app.services.networks.tensors import EdgeRequest, check_edge_request, encode_edge
from app.services.networks.trace import reach_structure, trace_structure
from app.services.networks.trained_examples import describe_example, trained_examples
from app.services.requests.models import Preparation, ShapesBody
from app.services.summary import summarize
from app.services.tensors import Format
from app.store.network_store import StoredNetwork
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.content_coding import encoded
from app.web.api.dependencies import ServicesDep
from app.web.api.openapi import TEXT, Document, answer, immutable_answers, json_body, problems, ref
from app.web.api.parsing import check_encoding, content_type, read_json
from app.web.api.problems import Problem
from app.web.api.query_check import StrictQueryRoute
from app.web.api.responses import json_response, stored_response
from app.web.api.tensor_answers import MEDIA_TYPES, choose_format, tensor_answers, tensor_response
from app.web.api.uploads import read_parts
from app.web.negotiation import (
    FORM,
    JSON,
    AcceptHeader,
    choose_language,
    choose_media_type,
    preferred_language,
)

router = APIRouter(prefix="/networks", tags=["networks"], route_class=StrictQueryRoute)

_LARGE: Final = 1 << 20
Work = Callable[[TensorOf], dict[str, Any]]
CSV: Final = "text/csv"
MARKDOWN: Final = "text/markdown"
_FILE: Final = {"type": "string", "format": "binary"}
_SUMMARY: Final = summarize_network(EXAMPLE)
_TENSOR_OF: Final = EXAMPLE.tensors.__getitem__
_EDGE: Final = orjson.loads(encode_edge(_TENSOR_OF("1"), EdgeRequest("1", None, 1, "json")))
_SCENE: Final = next(iter(layer_scenes(EXAMPLE, Limits()).values()))
_TRACE: Final = trace_structure(EXAMPLE, _TENSOR_OF, "1", 0, 0, 0)
_REACH: Final = reach_structure(EXAMPLE, _TENSOR_OF, None, 0, 0)
_CELL: Final = cell_structure(EXAMPLE, find_node(EXAMPLE, "1"), (0, 0, 0, 0), _TENSOR_OF, Limits())
_INPUT: Final = _FILE | {"description": "PNG, JPEG, WebP, .npy, .npz, .safetensors, or a JSON tensor"}
_PREPARE: Final = {
    "type": "string",
    "contentMediaType": JSON,
    "contentSchema": ref(Preparation),
    "description": "with a picture: how it is made the input, as JSON",
}
_PARTS: Final = {
    "model": _FILE | {"description": "an .onnx file, its numbers inside"},
    "code": {"type": "string", "description": "nn.Sequential(…), as code or as torch prints it"},
    "weights": _FILE | {"description": "with code: its state_dict, as safetensors"},
    "seed": {"type": "string", "description": "with code: of random weights, 0 by default"},
    "input": _INPUT,
    "prepare": _PREPARE,
}
_INPUT_PARTS: Final = {
    "input": _INPUT,
    "name": {"type": "string", "description": "of several inputs, the one that is sent"},
    "prepare": _PREPARE,
    "edited": {
        "type": "string",
        "enum": ["true"],
        "description": "the former numbers, some of them changed: what was done to them is said still",
    },
}

_SHAPES_BODY: Final[dict[str, Any]] = {
    "code": "nn.Sequential(nn.Conv2d(3, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2))",
    "input_shape": [3, 32, 32],
}
_TABLE_TYPES: Final[dict[TableFormat, str]] = {"json": JSON, "csv": CSV, "md": MARKDOWN}
_TABLE_FORMATS: Final = {media_type: form for form, media_type in _TABLE_TYPES.items()}


def _examples(language: str) -> Document:
    return {"examples": [describe_example(example, language) for example in trained_examples()]}


def _form(properties: Document, example: Document) -> Document:
    schema = {"type": "object", "properties": properties, "required": ["input"]}
    return {"requestBody": {"required": True, "content": {FORM: {"schema": schema, "example": example}}}}


def _stored_answers(example: Any) -> dict[int | str, Document]:
    location = {"headers": {"Location": {"schema": {"type": "string"}}}}
    model = response_models.NetworkSummary
    return {
        200: answer(model, example, "the network, which was there already") | location,
        201: answer(model, example, "the network, which is kept for good now") | location,
    }


async def get_network_by_id(
    services: ServicesDep, id: Annotated[str, Path(json_schema_extra={"pattern": "^[0-9a-f]{40}$"})]
) -> StoredNetwork:
    return await find_network(services, id)


NetworkDep = Annotated[StoredNetwork, Depends(get_network_by_id)]


class CellQuery(NamedTuple):
    """A cell of an edge, of the first sample."""

    channel: int
    row: int
    col: int


async def get_cell_query(
    channel: Annotated[int, Query(ge=0)] = 0,
    row: Annotated[int, Query(ge=0)] = 0,
    col: Annotated[int, Query(ge=0)] = 0,
) -> CellQuery:
    return CellQuery(channel, row, col)


CellDep = Annotated[CellQuery, Depends(get_cell_query)]


@router.get(
    "",
    summary="The trained networks that come with the program",
    responses={
        200: answer(response_models.NetworkExamples, _examples("en"), "in the order of the page"),
        **problems(),
    },
)
async def get_networks(
    lang: Annotated[str | None, Query(description="en or zh-CN, instead of Accept-Language")] = None,
    accept_language: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    """Each with held-out inputs that it was run on; they are there without being stored."""
    language = choose_language(lang, accept_language)
    headers = {"Content-Language": language, "Vary": "Accept-Language"}
    return json_response(_examples(language), headers=headers)


@router.post(
    "",
    status_code=201,
    summary="Run a network and keep all of its values",
    openapi_extra=_form(_PARTS, EXAMPLE_FORM),
    responses={**_stored_answers(_SUMMARY), **problems(400, 413, 415, 500, 507)},
)
async def create_network(request: Request, services: ServicesDep) -> Response:
    """
    From an ONNX model, or from the code of an nn.Sequential with weights or a seed, and an input of its
    shape, with or without the batch axis. A picture is stretched to the model's size, 0…1, or made what
    `prepare` says.
    """
    parts = await _read_form(request, tuple(_PARTS))
    return _stored(request, await make_network(services, parts))


@router.post(
    "/shapes",
    summary="The layers of a network by their shapes",
    openapi_extra=json_body(ShapesBody, _SHAPES_BODY),
    responses={
        200: answer(
            response_models.NetworkShapes,
            describe_layers(layer_table(_SHAPES_BODY["code"], _SHAPES_BODY["input_shape"], 9)),
            "a row for each layer",
            **{CSV: TEXT, MARKDOWN: TEXT},
        ),
        **problems(400, 406, 413, 415),
    },
)
async def get_shapes(
    request: Request,
    services: ServicesDep,
    format: Annotated[TableFormat | None, Query(description="instead of Accept")] = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    Output shapes, parameters, multiply-adds, receptive fields and shares of padding, from the code of an
    nn.Sequential alone: nothing is run, and layers may be of any size.
    """
    form = format or _TABLE_FORMATS[choose_media_type(accept, tuple(_TABLE_FORMATS))]
    body, _ = await read_json(request, services, ShapesBody)
    max_nodes = services.settings.max_network_nodes
    rows = await services.pool.run(_LARGE, layer_table, body.code, body.input_shape, max_nodes)
    headers = {"Vary": "Accept"}
    if form == "json":
        return json_response(describe_layers(rows), headers=headers)
    return Response(WRITERS[form](rows), media_type=_TABLE_TYPES[form], headers=headers)


async def _only_post() -> Response:
    """Else it would be a network of that id."""
    raise HTTPException(405, headers={"Allow": "POST"})


router.add_api_route("/shapes", _only_post, include_in_schema=False, route_class_override=APIRoute)


@router.post(
    "/{id}/inputs",
    status_code=201,
    summary="Run a network on another input",
    openapi_extra=_form(_INPUT_PARTS, EXAMPLE_INPUT),
    responses={**_stored_answers(_SUMMARY), **problems(400, 404, 413, 415, 500, 507)},
)
async def create_network_of_input(request: Request, services: ServicesDep, network: NetworkDep) -> Response:
    """The same model; the old network stays as it is. With a `name`, its other inputs are kept."""
    parts = await _read_form(request, tuple(_INPUT_PARTS))
    return _stored(request, await run_again(services, network, parts))


async def _read_form(request: Request, names: tuple[str, ...]) -> dict[str, bytes]:
    if (sent := content_type(request)) != FORM:
        raise Problem(415, Message("media_type_unknown", found=quoted(sent), expected=FORM))
    check_encoding(request)
    return await read_parts(request, names)


def _stored(request: Request, made: MadeNetwork) -> Response:
    summary = summarize_network(made.network, preferred_language(request.scope))
    return stored_response(made.created, summary)


@router.get(
    "/{id}",
    summary="What a network is",
    responses=immutable_answers(
        answer(response_models.NetworkSummary, _SUMMARY, "the network, without its numbers")
    ),
)
async def get_network(request: Request, network: NetworkDep) -> Response:
    language = preferred_language(request.scope)
    headers = immutable_headers(request, language=language, vary="Accept-Language")
    if response := not_modified(request, headers):
        return response
    return json_response(summarize_network(network, language), headers=headers)


@router.get(
    "/{id}/tensors/{edge:path}",
    summary="The tensor on an edge, or one channel of it",
    responses=tensor_answers(response_models.EdgeNumbers, _EDGE),
)
async def get_edge_tensor(
    request: Request,
    services: ServicesDep,
    network: NetworkDep,
    edge: Annotated[str, Path(examples=["1"])],
    channel: Annotated[int | None, Query(ge=0, description="of the second axis", examples=[0])] = None,
    every: Annotated[int, Query(ge=1, le=LARGEST, description="n: only every n-th row and column")] = 1,
    format: Annotated[Format | None, Query(description="instead of Accept")] = None,
    accept: AcceptHeader = "",
) -> Response:
    """Of an edge or a parameter, with the batch axis; the name is percent-encoded whole."""
    form = choose_format(format, accept)
    edge_request = EdgeRequest(edge, channel, every, form)
    numbers = check_edge_request(network, edge_request, services.settings)
    headers = immutable_headers(request, MEDIA_TYPES[form], numbers=numbers, vary="Accept")
    if response := not_modified(request, headers):
        return response
    values = await services.pool.file(services.networks.tensor, network, edge)
    content = await services.pool.run(numbers, encoded(headers, lambda: encode_edge(values, edge_request)))
    return tensor_response(request, content, headers, form)


@router.get(
    "/{id}/nodes/{name:path}/scene",
    summary="A layer as a scene",
    responses=immutable_answers(answer(response_models.Summary, summarize(_SCENE), "its scene"), 507),
)
async def get_layer_scene(
    request: Request, services: ServicesDep, network: NetworkDep, name: Annotated[str, Path(examples=["0"])]
) -> Response:
    """The layer on its real input, first sample; the scene is kept for good from the first call on."""
    headers = immutable_headers(request)
    if response := not_modified(request, headers):
        return response
    scene = await layer_scene(services, network, name)
    return json_response(summarize(scene), headers=headers)


@router.get(
    "/{id}/nodes/{name:path}/cell",
    summary="How one cell of a node's output is made",
    responses=immutable_answers(answer(response_models.NetworkCell, _CELL, "its terms"), 413, 507),
)
async def get_cell(
    request: Request,
    services: ServicesDep,
    network: NetworkDep,
    name: Annotated[str, Path(examples=["1"])],
    cell: CellDep,
) -> Response:
    """
    Of the node's first output and the first sample: the numbers that make the cell, each with its edge and
    index, in a formula; of a convolution or pooling the step of its scene; of other operators a note.
    """
    language = preferred_language(request.scope)
    node = find_node(network, name)
    index = node_cell_index(node, *cell)
    scene = None if node.layer is None else await layer_scene(services, network, name)

    def work(tensor_of: TensorOf) -> dict[str, Any]:
        id = None if scene is None else scene.id
        return cell_structure(network, node, index, tensor_of, services.settings, language, id)

    return await _computed(request, services, network, work, language)


@router.get(
    "/{id}/trace",
    summary="Which cells of the input a cell can depend on",
    responses=immutable_answers(answer(response_models.NetworkTrace, _TRACE, "its cone"), 413),
)
async def get_trace(
    request: Request,
    services: ServicesDep,
    network: NetworkDep,
    edge: Annotated[str, Query(description="the edge that the cell is of", examples=["1"])],
    cell: CellDep,
) -> Response:
    """By the taps alone: activations pass through, poolings read their whole windows. Of the first sample."""
    return await _computed(
        request, services, network, lambda tensor_of: trace_structure(network, tensor_of, edge, *cell)
    )


@router.get(
    "/{id}/reach",
    summary="Which cells a cell of the input can change",
    responses=immutable_answers(answer(response_models.NetworkReach, _REACH, "what it can reach"), 413),
)
async def get_reach(
    request: Request,
    services: ServicesDep,
    network: NetworkDep,
    input: Annotated[str | None, Query(description="the first by default", examples=["x"])] = None,
    row: Annotated[int, Query(ge=0)] = 0,
    col: Annotated[int, Query(ge=0)] = 0,
) -> Response:
    """The other way round than /trace: every edge that the cell, in any channel, can change, and where."""
    return await _computed(
        request, services, network, lambda tensor_of: reach_structure(network, tensor_of, input, row, col)
    )


async def _computed(
    request: Request, services: Services, network: StoredNetwork, work: Work, language: str = ""
) -> Response:
    """What `work` makes of the tensors of a network; `language`: of its sentences, if it has any."""
    vary = "Accept-Language" if language else ""
    headers = immutable_headers(request, language=language, vary=vary)
    if response := not_modified(request, headers):
        return response
    tensor_of = lru_cache(partial(services.networks.tensor, network))
    return json_response(await services.pool.run(_LARGE, work, tensor_of), headers=headers)
