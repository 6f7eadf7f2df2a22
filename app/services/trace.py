"""Everything about a layer at once: output, channel sums and the steps of its output channels."""

from __future__ import annotations

from typing import Any, Final

from app.conv.channel_checks import check_out_channel
from app.conv.correlate import channel_sums, output
from app.conv.ledger import LayerLedger, layer_ledger
from app.conv.operation import Plan
from app.formats.json_encoding import to_array, to_json
from app.limits import Limits, check
from app.scenes.scene import Scene, describe
from app.services.step_columns import StepColumns
from app.services.steps import DEFAULT_PARTS, all_steps, numbers_per_step
from app.services.summary import shapes

# Products that a ledger of a whole layer may hold.
_MAX_PRODUCTS: Final = 2**20


def requested_channels(plan: Plan, out_channel: int | None) -> range:
    """One output channel, or all for None. Raises ConvError for one that is not there."""
    if out_channel is None:
        return range(plan.output_shape[0])
    check_out_channel(plan, out_channel)
    return range(out_channel, out_channel + 1)


def check_trace(plan: Plan, out_channels: range, limits: Limits) -> int:
    """How many numbers a trace holds. Raises LimitExceeded for more than one answer may."""
    per_window = plan.output_shape[0] * (1 + plan.channels_per_step)
    numbers = plan.windows * (per_window + len(out_channels) * numbers_per_step(plan))
    check("term.answer_numbers", "max_answer_numbers", numbers, limits)
    return numbers


def trace(scene: Scene, out_channels: range) -> bytes:
    """The trace as JSON, with the steps of some output channels. Raises ConvError for overflow."""
    ledger = _small_ledger(scene)
    if ledger is None:
        steps = [step for o in out_channels for step in all_steps(scene, o).steps("out_channel")]
    else:
        columns = StepColumns.of_ledger(scene, ledger.part(out_channels))
        steps = columns.steps(DEFAULT_PARTS, "out_channel")
    return to_json(_structure(scene, ledger) | {"steps": steps})


def layer_structure(scene: Scene) -> dict[str, Any]:
    """What a trace says about the layer as a whole."""
    return _structure(scene, _small_ledger(scene))


def _small_ledger(scene: Scene) -> LayerLedger | None:
    """The one ledger of all output channels, unless the layer is large."""
    if scene.plan.products > _MAX_PRODUCTS:
        return None
    return layer_ledger(scene.plan, scene.taps, scene.input, scene.weight, scene.bias)


def _structure(scene: Scene, ledger: LayerLedger | None) -> dict[str, Any]:
    """Output and channel sums come out of the ledger, or from torch's own operators where there is none."""
    plan = scene.plan
    if ledger is None:
        outputs = output(plan, scene.input, scene.weight, scene.bias)
        sums = channel_sums(plan, scene.input, scene.weight)
    else:
        outputs = ledger.outputs.view(plan.output_shape)
        sums = ledger.channel_sums.transpose(1, 2).unflatten(2, plan.output_shape[1:])
    return {
        "operation": describe(plan.operation),
        "shapes": shapes(plan),
        "output": to_array(scene.own(outputs)),
        "channel_sums": to_array(scene.own(sums)),
    }
