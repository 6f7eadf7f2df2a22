"""What a trace costs, in the numbers that torch's operators make."""

from __future__ import annotations

import pytest

from app.limits import Limits
from app.services.requests.models import SceneBody
from app.services.scene_builder import scene_from_body
from app.services.trace import trace
from tests.conv.test_cost import count

CHANNELS = 6


@pytest.mark.parametrize("groups", [1, 2])
def test_a_trace_of_one_channel_makes_no_number_twice(groups: int) -> None:
    body = SceneBody.model_validate(
        {
            "input": {"random": {"shape": [4, 12, 12]}},
            "weight": {"random": {"shape": [CHANNELS, 4 // groups, 3, 3]}},
            "operation": {"kind": "conv2d", "groups": groups},
        }
    )
    scene = scene_from_body(body, Limits())
    trace(scene, range(CHANNELS))  # the taps are made
    # Output and channel sums of all channels need the ledger of all; the steps of one are a part of it.
    assert count(lambda: trace(scene, range(3, 4))).made <= count(lambda: trace(scene, range(CHANNELS))).made
