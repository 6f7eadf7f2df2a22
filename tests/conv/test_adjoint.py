"""The layer whose output is a gradient: for integers exactly, whatever the layer is."""

from __future__ import annotations

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.conv.adjoint import adjoint
from app.conv.correlate import output
from app.conv.errors import ConvError
from app.conv.gradients import gradients
from app.conv.operation import plan
from app.conv.taps import taps
from tests.conv.test_gradients import TRAPS, WEIGHTED, upstream_of
from tests.support.random_layers import Layer, layers
from tests.support.refusals import refuses

POOLING = ("max_pool2d", "avg_pool2d")


def check_adjoint(layer: Layer, seed: int) -> None:
    made = layer.plan()
    upstream = upstream_of(made, layer, seed)
    operation, x, weight = adjoint(made, layer.weight, upstream)
    other = plan(operation, tuple(layer.own(x).shape), tuple(layer.own(weight).shape))
    expected = gradients(made, taps(made), layer.x, layer.weight, upstream).input
    assert expected is not None
    found = output(other, x.contiguous(), weight.contiguous(), None)
    if layer.x.dtype == torch.int32:
        assert torch.equal(found, expected)
    torch.testing.assert_close(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(layers(WEIGHTED), st.integers(0, 99))
def test_its_output_is_the_gradient(layer: Layer, seed: int) -> None:
    try:
        made = layer.plan()
    except ConvError:
        assume(False)
    borrows = made.padding_mode != "zeros" and any(made.margins)
    cropped = (
        made.is_transposed and not adjoint(made, layer.weight, upstream_of(made, layer, seed)).input.numel()
    )
    assume(not cropped)  # to output padding alone, which no input cell reaches
    if borrows:
        with refuses(ConvError, "padding the gradient is the output of no layer"):
            check_adjoint(layer, seed)
    else:
        check_adjoint(layer, seed)


@pytest.mark.parametrize("trap", [name for name, layer in TRAPS.items() if layer.kind in WEIGHTED])
def test_known_traps(trap: str) -> None:
    layer = TRAPS[trap]
    if layer.parameters.get("padding_mode", "zeros") == "zeros":
        check_adjoint(layer, 7)


def test_pooling_has_none() -> None:
    layer = TRAPS["overlapping maxima"]
    with refuses(ConvError, "the gradient of max_pool2d is the output of no layer"):
        check_adjoint(layer, 7)
