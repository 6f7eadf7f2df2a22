"""/scenes/{id}/tensors/{name}: whole tensors, or one channel of one, in four forms."""

from __future__ import annotations

from io import BytesIO
from math import prod
from typing import Annotated, Final, Literal

import numpy as np
from fastapi import APIRouter, Path, Query, Request
from PIL import Image
from starlette.responses import Response
from torch import Tensor

from app.api import described
from app.api.answers import immutable, json_answer, unchanged
from app.api.formats import array, to_safetensors
from app.api.found import Found
from app.api.negotiation import JSON, NPY, PNG, SAFETENSORS, Accept, choose
from app.api.openapi import BINARY, answer, immutable_answers
from app.api.problems import Problem
from app.api.work import Pool
from app.conv.errors import LARGEST
from app.scenes.limits import check
from app.scenes.results import Name, tensor, tensor_cost, tensor_shape
from app.scenes.scene import Scene

router = APIRouter(prefix="/scenes", tags=["scenes"])
Format = Literal["json", "npy", "safetensors", "png"]
_MEDIA_TYPES: Final[dict[Format, str]] = {"json": JSON, "npy": NPY, "safetensors": SAFETENSORS, "png": PNG}


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
    responses=immutable_answers(
        answer(
            described.Numbers,
            _EXAMPLE,
            "the numbers; a PNG shows one channel, black its smallest number, white its largest",
            **{NPY: BINARY, SAFETENSORS: BINARY, PNG: BINARY},
        ),
        406,
        413,
    ),
)
async def get_tensor(
    request: Request,
    scene: Found,
    name: Annotated[Name, Path(examples=["output"])],
    channel: Annotated[int | None, Query(ge=0, description="of the input, or else an output channel")] = None,
    every: Annotated[int, Query(ge=1, le=LARGEST, description="n: only every n-th row and column")] = 1,
    format: Annotated[Format | None, Query(description="instead of Accept")] = None,
    accept: Accept = "",
) -> Response:
    """`input`, `weight`, `bias`, `output` (C_out, H, W) or `channel_sums` (C_out, C_in/groups, H, W)."""
    form = _MEDIA_TYPES[format] if format else choose(accept, tuple(_MEDIA_TYPES.values()))
    shape = _thinned(tensor_shape(scene, name, channel), every)
    headers = immutable(request, form) | {"Vary": "Accept"}
    if answer := unchanged(request, headers):
        return answer
    limit = "max_answer_numbers" if form == JSON else "max_tensor_elements"
    check(f"numbers of {name}", limit, prod(shape), request.app.state.settings)
    pool: Pool = request.app.state.pool
    return await pool.run(tensor_cost(scene, name), _answer, scene, name, channel, every, form, headers)


def _thinned(shape: tuple[int, ...], every: int) -> tuple[int, ...]:
    """Of every n-th row and column; a bias has none."""
    return shape if len(shape) == 1 else (*shape[:-2], *(-(-size // every) for size in shape[-2:]))


def _answer(
    scene: Scene, name: Name, channel: int | None, every: int, form: str, headers: dict[str, str]
) -> Response:
    found = tensor(scene, name, channel)
    if found.ndim > 1:
        found = found[..., ::every, ::every].contiguous()
    if form == JSON:
        about = {"name": name, "channel": channel, "dtype": scene.dtype, "shape": list(found.shape)}
        return json_answer(about | {"data": array(found)}, headers=headers)
    return Response(_encoded(found, name, form), headers=headers, media_type=form)


def _encoded(found: Tensor, name: Name, form: str) -> bytes | memoryview:
    if form == SAFETENSORS:
        return to_safetensors({name: found})
    if form == PNG:
        return _png(found)
    file = BytesIO()
    np.save(file, found.numpy(), allow_pickle=False)
    return file.getvalue()


def _png(found: Tensor) -> bytes:
    """One channel from black, its smallest number, to white, its largest; what is grey all over is black."""
    plane = found[0] if found.ndim == 3 and len(found) == 1 else found
    if plane.ndim != 2:
        raise Problem(
            422, f"a picture shows one channel, this is of shape {tuple(found.shape)}: add ?channel="
        )
    values = plane.double()
    low, high = values.min(), values.max()
    grey = ((values - low) / (high - low).clamp(min=1e-300) * 255).round().byte()
    file = BytesIO()
    Image.fromarray(grey.numpy()).save(file, "PNG")
    return file.getvalue()
