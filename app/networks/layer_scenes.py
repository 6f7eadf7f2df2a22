"""The scene of a node that is a layer: its windows by shapes alone, and its tensors out of the network."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from app.conv.operation import Plan
from app.limits import Limits
from app.networks.network import Network, Node, TensorOf
from app.scenes.scene import Scene, cached_plan, make_scene


def layer_tensors(op: str, inputs: Sequence[str], known: Collection[str]) -> list[str | None]:
    """The names of a layer's input, weight and bias, None for those that it lacks."""
    own = inputs[:1] if "Pool" in op else inputs[:3]
    return [*(name if name in known else None for name in own), None, None][:3]


def layer_plan(node: Node, shapes: Mapping[str, tuple[int, ...]]) -> Plan | None:
    """The plan of a node's layer, of one sample; None of other nodes. `shapes`: of all tensors."""
    if node.layer is None:
        return None
    input, *others = layer_tensors(node.op, node.inputs, shapes)
    assert input is not None
    return cached_plan(node.layer, shapes[input][1:], *(name and shapes[name] for name in others))


def layer_scene(node: Node, known: Collection[str], tensor_of: TensorOf, limits: Limits) -> Scene:
    """
    The layer of a node on the first sample; `known`: the names of all tensors. Raises what `tensor_of` does,
    and LimitExceeded where the limits are lower now than when the network was made.
    """
    assert node.layer is not None
    input, *others = layer_tensors(node.op, node.inputs, known)
    assert input is not None
    weight, bias = (None if name is None else tensor_of(name) for name in others)
    return make_scene(node.layer, tensor_of(input)[0], weight, bias, limits)


def layer_scenes(network: Network, limits: Limits) -> dict[str, Scene]:
    """The scenes of all layers by id."""
    layers = [node for node in network.nodes if node.layer is not None]
    tensors = network.tensors
    scenes = [layer_scene(node, tensors, tensors.__getitem__, limits) for node in layers]
    return {scene.id: scene for scene in scenes}
