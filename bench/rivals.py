"""What answers are measured against: bare routes that send bytes, and the obvious implementation."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import orjson
import torch
import torch.nn.functional as F
from fastapi import FastAPI
from pydantic import BaseModel
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

# The very bytes of the answers that they are measured against, one file each.
ANSWERS = {
    path.name: path.read_bytes() for path in Path(os.environ.get("BENCH_ANSWERS", "/nowhere")).glob("*")
}
NUMBERS = np.random.default_rng(0).standard_normal((1000, 1000), np.float32)


async def send_bytes(request: Request) -> Response:
    return Response(ANSWERS[request.path_params["name"]], media_type="application/json")


async def send_numbers(_: Request) -> Response:
    return Response(orjson.dumps(NUMBERS, option=orjson.OPT_SERIALIZE_NUMPY), media_type="application/json")


bare = Starlette(
    routes=[
        Route("/bytes/{name}", send_bytes, methods=["GET", "POST"]),
        Route("/numbers", send_numbers),
    ]
)

obvious = FastAPI()


class Input(BaseModel):
    data: list[list[list[float]]]


class Weight(BaseModel):
    data: list[list[list[list[float]]]]


class Layer(BaseModel):
    input: Input
    weight: Weight


class Output(BaseModel):
    output: list[list[list[float]]]


class Step(BaseModel):
    index: int
    row: int
    col: int
    patch: list[list[list[float]]]
    products: list[list[list[float]]]
    channel_sums: list[float]
    running_sums: list[float]
    output: float
    out_channel: int


class Trace(Output):
    channel_sums: list[list[list[list[float]]]]
    steps: list[Step]


@obvious.post("/output")
def output(layer: Layer) -> Output:
    """The output alone."""
    y = F.conv2d(torch.tensor(layer.input.data), torch.tensor(layer.weight.data))
    return Output(output=y.tolist())


@obvious.post("/trace")
def trace(layer: Layer) -> Trace:
    """What POST /trace answers, for a layer without padding or stride."""
    x, weight = torch.tensor(layer.input.data), torch.tensor(layer.weight.data)
    sums = torch.stack([F.conv2d(x[c : c + 1], weight[:, c : c + 1]) for c in range(len(x))], 1)
    y = F.conv2d(x, weight)
    steps = [
        step(x, weight, o, i, j, y)
        for o in range(len(y))
        for i in range(y.shape[1])
        for j in range(y.shape[2])
    ]
    return Trace(output=y.tolist(), channel_sums=sums.tolist(), steps=steps)


def step(x: torch.Tensor, weight: torch.Tensor, o: int, i: int, j: int, y: torch.Tensor) -> Step:
    height, width = weight.shape[2:]
    patch = x[:, i : i + height, j : j + width]
    products = patch * weight[o]
    sums = products.sum((1, 2))
    return Step(
        index=i * y.shape[2] + j,
        row=i,
        col=j,
        patch=patch.tolist(),
        products=products.tolist(),
        channel_sums=sums.tolist(),
        running_sums=sums.cumsum(0).tolist(),
        output=y[o, i, j].item(),
        out_channel=o,
    )
