"""/scenes/{id}/tensors/{name}: whole tensors, or one channel of one, in four formats."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from app.conv.errors import LARGEST, ConvError
from app.scenes.tensors import OF_INPUT, Name, tensor_cost
from app.services.steps import one_channel
from app.services.tensors import Format, check_tensor_request, encode_tensor
from app.web.api import response_models
from app.web.api.caching import immutable_headers, not_modified
from app.web.api.content_coding import encoded
from app.web.api.dependencies import SceneDep, ServicesDep
from app.web.api.query_check import StrictQueryRoute
from app.web.api.tensor_answers import MEDIA_TYPES, choose_format, tensor_answers, tensor_response
from app.web.negotiation import AcceptHeader

router = APIRouter(prefix="/scenes", tags=["scenes"], route_class=StrictQueryRoute)

_EXAMPLE: Final = {
    "name": "output",
    "channel": None,
    "dtype": "float32",
    "shape": [1, 2, 2],
    "data": [[[56.0, 72.0], [104.0, 120.0]]],
}


@router.get(
    "/{id}/tensors/{name}",
    summary="A tensor, or one channel of it",
    responses=tensor_answers(response_models.Numbers, _EXAMPLE),
)
async def get_tensor(
    request: Request,
    services: ServicesDep,
    scene: SceneDep,
    name: Annotated[Name, Path(examples=["output"])],
    channel: Annotated[
        int | None, Query(ge=0, description="of input and grad_input, or else an output channel")
    ] = None,
    out_channel: Annotated[
        int | None, Query(ge=0, description="the same as channel, but not for input and grad_input")
    ] = None,
    every: Annotated[int, Query(ge=1, le=LARGEST, description="n: only every n-th row and column")] = 1,
    format: Annotated[Format | None, Query(description="instead of Accept")] = None,
    accept: AcceptHeader = "",
) -> Response:
    """
    `input`, `weight`, `bias`, `output` (C_out, H, W), `channel_sums` (C_out, C_in/groups, H, W); of a scene
    that has one `upstream`; and the gradients `grad_input`, `grad_weight` and `grad_bias`.
    """
    if out_channel is not None and name in OF_INPUT:
        raise ConvError("input_has_no_out_channel", "/out_channel")
    channel = one_channel(out_channel, channel)
    form = choose_format(format, accept)
    numbers = check_tensor_request(scene, name, channel, every, form, services.settings)
    headers = immutable_headers(request, MEDIA_TYPES[form], numbers=numbers, vary="Accept")
    if response := not_modified(request, headers):
        return response
    make = encoded(headers, lambda: encode_tensor(scene, name, channel, every, form))
    content = await services.pool.run(tensor_cost(scene, name), make)
    return tensor_response(request, content, headers, form)
