"""JSON bodies, parsed and turned into scenes."""

from __future__ import annotations

from typing import TypeVar

from fastapi import Request
from pydantic import BaseModel
from torch import Tensor

from app.api.problems import Problem
from app.api.schemas import Bias, Input, SceneBody, Weight
from app.api.work import Pool
from app.conv.operation import Operation
from app.scenes.limits import check
from app.scenes.scene import Scene, make_scene
from app.scenes.sources import from_kernels, from_lists, from_random, from_sample
from app.settings import Limits

B = TypeVar("B", bound=BaseModel)


async def read_scene(request: Request) -> Scene:
    """The scene that a JSON body describes; parsing and making go to the pool if they are large."""
    pool: Pool = request.app.state.pool
    limits: Limits = request.app.state.settings
    content = await read_json(request)
    body = await pool.run(len(content) // 4, parse, SceneBody, content, limits)
    return await pool.run(len(content) // 4 + body.made, scene_from, body, limits)


async def read_json(request: Request) -> bytes:
    """The body of a request that says it is JSON."""
    media_type = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if media_type != "application/json":
        raise Problem(415, f"the body is {media_type!r:.60}, expected application/json")
    return await request.body()


def parse(model: type[B], content: bytes, limits: Limits) -> B:
    """A body, checked strictly. Raises pydantic's ValidationError with one error for each list at most."""
    # Numbers are separated by commas, and counting those costs next to nothing.
    check("numbers in the body", "max_json_numbers", content.count(b","), limits)
    return model.model_validate_json(content)


def scene_from(body: SceneBody, limits: Limits) -> Scene:
    operation = body.operation.build()
    input = _input(body.input, body.dtype, limits)
    weight = None if body.weight is None else _weight(body.weight, operation, input, body.dtype, limits)
    bias = None if body.bias is None else _bias(body.bias, body.dtype, limits)
    return make_scene(operation, input, weight, bias, limits)


def _input(source: Input, dtype: str, limits: Limits) -> Tensor:
    if source.sample is not None and source.size is not None:
        return from_sample(source.sample, source.size, dtype, limits, "/input")
    return _plain(source, 3, dtype, limits, "/input")


def _weight(source: Weight, operation: Operation, input: Tensor, dtype: str, limits: Limits) -> Tensor:
    if source.kernels is not None:
        return from_kernels(source.kernels, operation, input.shape[0], dtype, limits, "/weight")
    return _plain(source, 4, dtype, limits, "/weight")


def _bias(source: Bias, dtype: str, limits: Limits) -> Tensor:
    return _plain(source, 1, dtype, limits, "/bias")


def _plain(source: Input | Weight | Bias, ndim: int, dtype: str, limits: Limits, at: str) -> Tensor:
    if source.random is not None:
        shape, seed, distribution = tuple(source.random.shape), source.random.seed, source.random.distribution
        return from_random(shape, seed, distribution, dtype, limits, f"{at}/random")
    assert source.data is not None  # the schema lets exactly one way through
    return from_lists(source.data, ndim, dtype, f"{at}/data")
