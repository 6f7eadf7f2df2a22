"""The tensor on an edge of a network, or one channel of it, encoded in one of four formats."""

from __future__ import annotations

from math import prod
from typing import Final, NamedTuple

import torch
from torch import Tensor

from app.conv.errors import ConvError, quoted
from app.formats.json_encoding import to_array, to_json
from app.limits import Limits, check
from app.networks.refusals import NoSuchPart
from app.services.tensors import Format, encode_values
from app.store.network_store import StoredNetwork

_BATCH_AND_CHANNEL: Final = 2


class EdgeRequest(NamedTuple):
    """Which numbers of an edge, and in which form; `channel`: an index of the second axis."""

    edge: str
    channel: int | None
    every: int
    form: Format


def check_edge_request(network: StoredNetwork, asked: EdgeRequest, limits: Limits) -> int:
    """How many numbers the answer holds. Raises NoSuchPart, ConvError or LimitExceeded."""
    edge, channel, every, form = asked
    if edge not in network.tensors:
        raise NoSuchPart("network_has_no_tensor", name=quoted(edge))
    shape: tuple[int, ...] = tuple(network.tensors[edge]["shape"])
    axes = max(0, len(shape) - _BATCH_AND_CHANNEL)
    if channel is not None:
        channels = shape[1] if len(shape) > 1 else 0
        if channel >= channels:
            raise ConvError(
                "no_such_tensor_channel", "/channel", channel=channel, name=quoted(edge), channels=channels
            )
        shape = (shape[0], *shape[2:])
    if form == "png" and not (
        axes and 0 not in shape and prod(shape[:-axes][-2:]) == prod(shape[:-axes]) == 1
    ):
        raise ConvError("picture_needs_plane", "/format", shape=shape)
    kept = len(shape) - axes
    numbers = prod((*shape[:kept], *(-(-size // every) for size in shape[kept:])))
    limit: Final = "max_answer_numbers" if form == "json" else "max_network_numbers"
    check("term.tensor_numbers", limit, numbers, limits, name=quoted(edge))
    return numbers


def encode_edge(values: Tensor, asked: EdgeRequest) -> bytes | memoryview:
    """Every n-th cell of each axis beyond batch and channel. Raises ConvError where JSON has no number."""
    axes = max(0, values.ndim - _BATCH_AND_CHANNEL)
    if asked.channel is not None:
        values = values[:, asked.channel]
    for axis in range(values.ndim - axes, values.ndim):
        values = values.index_select(axis, torch.arange(0, values.shape[axis], asked.every))
    values = values.contiguous()
    if asked.form != "json":
        return encode_values("tensor", values, asked.form)
    if values.is_floating_point() and not torch.isfinite(values).all():
        raise ConvError("network_tensor_not_finite", "/format", name=quoted(asked.edge))
    return to_json(
        {
            "name": asked.edge,
            "channel": asked.channel,
            "dtype": str(values.dtype).removeprefix("torch."),
            "shape": list(values.shape),
            "data": to_array(values),
        }
    )
