"""Checks that a layer has a channel."""

from __future__ import annotations

from app.conv.errors import ConvError
from app.conv.operation import Plan


def check_in_channel(plan: Plan, in_channel: int) -> None:
    """Raise ConvError for an input channel that is not there."""
    channels = plan.input_shape[0]
    if not 0 <= in_channel < channels:
        raise ConvError("no_such_in_channel", "/in_channel", in_channel=in_channel, channels=channels)


def check_out_channel(plan: Plan, out_channel: int) -> None:
    """Raise ConvError for an output channel that is not there."""
    channels = plan.output_shape[0]
    if not 0 <= out_channel < channels:
        raise ConvError("no_such_out_channel", "/out_channel", out_channel=out_channel, channels=channels)
