"""From what a run gave to a network, and the scenes of its layers."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from app.conv.correlate import output
from app.conv.errors import CodedError, ConvError, Message, quoted
from app.conv.operation import Plan
from app.limits import Limits
from app.networks.layer_scenes import layer_tensors
from app.networks.network import Edge, Model, Network, Node
from app.networks.onnx_layers import LAYERS, layer_operation
from app.networks.run_messages import Array
from app.networks.run_process import Run
from app.scenes.scene import make_scene, plan_scene

_CANON: Final = b"convscope-network-2\n"
_ID_LENGTH: Final = 40
_WIDER: Final = {"uint16": "int32", "uint32": "int64", "float16": "float32"}
_SCENE_DTYPES: Final = (torch.float32, torch.float64, torch.int32)


def network_id(model: Model, inputs: Mapping[str, Array], prepared: Mapping[str, Sequence[Message]]) -> str:
    """A digest of the model's, of the numbers on its inputs, and of what was done to get them."""
    digest = hashlib.sha256(_CANON)
    shapes = {name: [str(array.dtype), list(array.shape)] for name, array in inputs.items()}
    done = {name: [str(message) for message in messages] for name, messages in prepared.items()}
    digest.update(json.dumps([model.kind, model.digest, shapes, done], sort_keys=True).encode())
    for name in sorted(inputs):
        digest.update(np.ascontiguousarray(inputs[name]).reshape(-1).view(np.uint8).data)
    return digest.hexdigest()[:_ID_LENGTH]


def build_network(
    id: str,
    model: Model,
    run: Run,
    limits: Limits,
    prepared: Mapping[str, tuple[Message, ...]],
    constants: Mapping[str, Tensor] | None = None,
) -> Network:
    """
    The network of a run; `id`: its digest; `constants`: the model's, where they are tensors already. A layer
    that cannot be a scene has a note instead.
    """
    converted = constants or {}
    tensors = {
        name: converted[name] if name in converted else to_tensor(each) for name, each in run.arrays.items()
    }
    nodes = tuple(_node(described, tensors, limits) for described in run.structure["nodes"])
    inputs = tuple(
        Edge(each["name"], tuple(each["shape"]), str(run.arrays[each["name"]].dtype))
        for each in run.structure["inputs"]
    )
    outputs = tuple(run.structure["outputs"])
    parameters, opset = run.structure["parameters"], run.structure.get("opset")
    seed = run.structure.get("weights_seed")
    weights = None if seed is None else Message("network_weights_random", seed=seed)
    return Network(id, model, inputs, nodes, outputs, parameters, tensors, opset, prepared, weights)


def to_tensor(array: Array) -> Tensor:
    """The array itself where it can be, without -0.0: so a scene has the same bytes, and shares them."""
    if wider := _WIDER.get(str(array.dtype)):
        array = array.astype(wider)
    if str(array.dtype) == "uint64":
        # What is larger than torch's integers is the nearest float64.
        fits = not array.size or array.max() <= np.iinfo(np.int64).max
        array = array.astype(np.int64 if fits else np.float64)
    if not (array.flags.writeable and array.flags.c_contiguous):
        array = np.array(array, order="C")
    tensor = torch.from_numpy(array)
    return tensor.add_(0) if tensor.is_floating_point() else tensor


def _node(described: Mapping[str, Any], tensors: Mapping[str, Tensor], limits: Limits) -> Node:
    plan: Plan | None = None
    note: Message | None = None
    if not described["is_known"]:
        note = Message("network_operator_unknown", name=quoted(described["op"]))
    elif not described["is_runnable"]:
        note = Message("network_node_not_run")
    elif described["op"] in LAYERS or "operation" in described:
        try:
            plan = _plan(described, tensors, limits)
        except CodedError as error:
            note = error.message
        except (LookupError, ValueError):  # attributes or edges that a layer needs are not there
            note = Message("network_layer_incomplete")
    return Node(
        described["name"],
        described["op"],
        tuple(described["inputs"]),
        tuple(_edge(each) for each in described["outputs"]),
        described["parameters"],
        _multiply_adds(described, tensors, plan),
        described["attributes"],
        None if plan is None else plan.operation,
        note,
    )


def _edge(described: Mapping[str, Any]) -> Edge:
    shape = described["shape"]
    return Edge(described["name"], None if shape is None else tuple(shape), described["dtype"])


def _plan(described: Mapping[str, Any], tensors: Mapping[str, Tensor], limits: Limits) -> Plan:
    """Of the layer of a node on the first sample. Raises CodedError where it cannot be a scene."""
    op, attributes = described["op"], described["attributes"]
    names = layer_tensors(op, described["inputs"], tensors)
    input = tensors[described["inputs"][0]]
    weight, bias = (None if name is None else tensors[name] for name in names[1:])
    if input.ndim < 3 or input.dtype not in _SCENE_DTYPES or 0 in input.shape:
        raise ConvError("network_layer_of_other_type", dtype=str(input.dtype).removeprefix("torch."))
    if (operation := described.get("operation")) is None:
        kernel_size = attributes["kernel_shape"] if weight is None else weight.shape[2:]
        operation = layer_operation(op, attributes, tuple(input.shape), tuple(kernel_size))
    run_output = tensors[described["outputs"][0]["name"]][0]
    for name, tensor in (("input", input), ("weight", weight), ("bias", bias), ("output", run_output)):
        if tensor is not None and not _is_finite(tensor):
            raise ConvError("network_tensor_not_finite", name=name)
    plan = plan_scene(operation, input[0], weight, bias, limits)
    if (found := plan.own_shape(plan.output_shape)) != (expected := tuple(run_output.shape)):
        raise ConvError("network_layer_differs", found=found, expected=expected)
    # How a last, partial window is averaged is a matter of taste among runtimes.
    if getattr(operation, "ceil_mode", False):
        scene = make_scene(operation, input[0], None, None, limits)
        layer_output = scene.own(output(plan, scene.input, None, None))
        if not torch.allclose(layer_output, run_output, rtol=1e-4, atol=1e-5):
            raise ConvError("network_layer_differs", found=found, expected=expected)
    return plan


def _is_finite(tensor: Tensor) -> bool:
    """A finite sum has finite terms, and takes a fraction of the time; of an infinite one they are asked."""
    return bool(tensor.sum().isfinite()) or bool(tensor.isfinite().all())


def _multiply_adds(described: Mapping[str, Any], tensors: Mapping[str, Tensor], plan: Plan | None) -> int:
    """Of convolutions, poolings and matrix products; of other nodes 0."""
    if not described["is_runnable"] or not described["outputs"]:
        return 0
    inputs = [tensors.get(name) for name in described["inputs"]]
    out: list[int] | None = described["outputs"][0]["shape"]
    if out is None or not inputs or (first := inputs[0]) is None:
        return 0
    if plan is not None:
        return plan.multiply_adds * first.shape[0]
    weight = inputs[1] if len(inputs) > 1 else None
    match described["op"]:
        case "Conv" if weight is not None:
            return prod(out) * prod(weight.shape[1:])
        case "ConvTranspose" if weight is not None:
            return first.numel() * prod(weight.shape[1:])
        case "MatMul" if first.ndim:
            return prod(out) * first.shape[-1]
        case "Linear" if first.ndim:
            return prod(out) * first.shape[-1]
        case "Gemm":
            return prod(out) * first.shape[0 if described["attributes"].get("transA") else 1]
    return 0
