"""Runs an nn.Sequential with every module's output, its shapes worked out before."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite, prod, sqrt
from typing import Any, Final, NamedTuple

import numpy as np
import torch
from torch import Tensor, nn
from torch.func import functional_call

from app.conv.correlate import output
from app.conv.errors import quoted
from app.conv.operation import AvgPool1d, AvgPool2d, MaxPool1d, MaxPool2d, Pooling, plan
from app.formats.safetensors import read_safetensors, safetensors_names
from app.limits import Limits, check, check_plan
from app.networks.refusals import refusal
from app.networks.run_process import PrepareInputs, Run
from app.networks.sequential_code import Module, read_sequential
from app.scenes.scene import make_scene
from app.torch_code.parser import Parsed

_INPUT: Final = "input"
_POOLINGS: Final[Mapping[str, type[Pooling]]] = {
    "AdaptiveAvgPool1d": AvgPool1d,
    "AdaptiveAvgPool2d": AvgPool2d,
    "AdaptiveMaxPool1d": MaxPool1d,
    "AdaptiveMaxPool2d": MaxPool2d,
}
_LENGTH_BYTES: Final = 8
_MAX_SEED: Final = 2**63


class Step(NamedTuple):
    """A module, the shapes of its tensors by their names in the state_dict, and of its output."""

    module: Module
    state: dict[str, tuple[int, ...]]
    shape: tuple[int, ...]


def encode_sequential(code: bytes, weights: bytes | None, seed: bytes | None) -> bytes:
    """One file of what a Sequential is made from. Raises ConvError."""
    if weights is not None and seed is not None:
        raise refusal("network_weights_or_seed", "/seed")
    if seed is not None and not (seed.isdigit() and len(seed) < 20 and int(seed) < _MAX_SEED):
        raise refusal("network_seed_unreadable", "/seed", found=quoted(seed.decode(errors="replace")))
    try:
        text = code.decode()
    except UnicodeDecodeError:
        raise refusal("network_code_without_sequential", "/code") from None
    head = json.dumps({"code": text, "seed": None if weights is not None else int(seed or b"0")}).encode()
    return len(head).to_bytes(_LENGTH_BYTES, "little") + head + (weights or b"")


def run_sequential(model: bytes, prepare_inputs: PrepareInputs, limits: Limits) -> Run:
    """
    Run what `encode_sequential` made. Raises ConvError, ParseError, LimitExceeded, before anything in
    proportion to the numbers is allocated, and what `prepare_inputs` raises.
    """
    length = int.from_bytes(model[:_LENGTH_BYTES], "little")
    head, weights = json.loads(model[_LENGTH_BYTES:][:length]), model[_LENGTH_BYTES + length :]
    modules = read_sequential(head["code"], limits.max_network_nodes)
    given = prepare_inputs([{"name": _INPUT, "dtype": "float32", "shape": _input_shape(modules[0])}])[_INPUT]
    steps = module_steps(modules, given.shape, limits)
    state = _read_state(steps, weights) if head["seed"] is None else _random_state(steps, head["seed"])
    nodes, values, source = [], torch.from_numpy(np.array(given)), _INPUT
    arrays: dict[str, Any] = {_INPUT: values.numpy(), **{name: each.numpy() for name, each in state.items()}}
    for step in steps:
        values = _run(step, values, state, limits)
        arrays[step.module.path] = values.numpy()
        nodes.append(_described(step, source))
        source = step.module.path
    inputs = [{"name": _INPUT, "shape": list(given.shape)}]
    structure = {
        "inputs": inputs,
        "nodes": nodes,
        "outputs": [source],
        "parameters": sum(node["parameters"] for node in nodes),
        "weights_seed": head["seed"],
    }
    return Run(structure, arrays)


def _input_shape(first: Module) -> list[int | None]:
    """What the first module says about the input."""
    if first.layer is not None:
        return [None, first.layer.in_channels, *[None] * first.layer.operation.dimensions]
    if first.op == "Linear":
        return [None, None]
    return [None] * (3 if first.op.endswith("1d") else 4)


def module_steps(modules: list[Module], shape: tuple[int, ...], limits: Limits | None) -> list[Step]:
    """
    The shapes of each module's tensors, on an input (N, C, ...). Raises ConvError where they do not fit, and
    LimitExceeded where there are limits.
    """
    steps: list[Step] = []
    numbers = prod(shape)
    for module in modules:
        state = _state_shapes(module)
        before, shape = shape, _output_shape(module, shape, state, limits)
        numbers += prod(shape) + sum(map(prod, state.values()))
        if limits is not None:
            check("term.network_numbers", "max_network_numbers", numbers, limits)
        steps.append(Step(_as_layer(module, before, shape), state, shape))
    return steps


def _as_layer(module: Module, before: tuple[int, ...], after: tuple[int, ...]) -> Module:
    """A pooling to a given size, whose windows are the same as a pooling's with a kernel, as that layer."""
    pooling = _POOLINGS.get(module.op)
    if pooling is None or len(before) != pooling.dimensions + 2:
        return module
    sizes = list(zip(before[2:], after[2:], strict=True))
    if not all(made and size % made == 0 for size, made in sizes):
        return module
    height, width = (1, *(size // made for size, made in sizes))[-2:]
    return module._replace(layer=Parsed(pooling(kernel_size=(height, width))), module=None)


def _state_shapes(module: Module) -> dict[str, tuple[int, ...]]:
    if module.layer is not None:
        if module.layer.weight_shape is None:
            return {}
        shapes = {"weight": module.layer.weight_shape}
        if module.layer.bias:
            assert module.layer.out_channels is not None
            shapes["bias"] = (module.layer.out_channels,)
        return shapes
    assert module.module is not None
    return {
        name: tuple(tensor.shape)
        for name, tensor in module.module.state_dict().items()
        if name != "num_batches_tracked"
    }


def _output_shape(
    module: Module, shape: tuple[int, ...], state: Mapping[str, tuple[int, ...]], limits: Limits | None
) -> tuple[int, ...]:
    if module.layer is not None:
        planned = plan(module.layer.operation, shape[1:], state.get("weight"), state.get("bias"))
        if limits is not None:
            check_plan(planned, limits)
        return (shape[0], *planned.own_shape(planned.output_shape))
    assert module.module is not None
    try:
        return _shape_after(module.module, shape, state)
    except (RuntimeError, ValueError, IndexError, TypeError):
        raise refusal("network_module_misfit", "/code", path=module.path, op=module.op, shape=shape) from None


def _shape_after(
    module: nn.Module, shape: tuple[int, ...], state: Mapping[str, tuple[int, ...]]
) -> tuple[int, ...]:
    """
    The shape of a module's output, without any number: of a batch of none. Torch's own device for that, meta,
    takes seconds to import. Raises RuntimeError, ValueError, IndexError or TypeError where shapes do not fit.
    """
    if isinstance(module, nn.Flatten):
        axes = range(len(shape))
        first, last = axes[module.start_dim], axes[module.end_dim]
        if first > last:
            raise ValueError
        return (*shape[:first], prod(shape[first : last + 1]), *shape[last + 1 :])
    # Of a batch of none torch does not ask for the channels.
    if isinstance(module, nn.BatchNorm1d | nn.BatchNorm2d) and shape[1] != module.num_features:
        raise ValueError
    # One number stands for all of them.
    own = {name: torch.zeros(1).expand(each) for name, each in state.items()}
    with torch.no_grad():
        made = functional_call(module, own, (torch.empty((0, *shape[1:])),))
    # With return_indices there are two.
    if not isinstance(made, Tensor):
        raise TypeError
    return (shape[0], *made.shape[1:])


def _read_state(steps: list[Step], weights: bytes) -> dict[str, Tensor]:
    names = set(safetensors_names(weights, "/weights"))
    state: dict[str, Tensor] = {}
    for step in steps:
        for name, expected in step.state.items():
            key = f"{step.module.path}.{name}"
            if key not in names:
                raise refusal("network_weight_missing", "/weights", name=quoted(key))
            array = read_safetensors(weights, key, "weight", "/weights")
            if array.shape != expected:
                params = {"name": quoted(key), "found": array.shape, "expected": expected}
                raise refusal("network_weight_differs", "/weights", **params)
            tensor = torch.from_numpy(np.array(array, np.float32))
            if not torch.isfinite(tensor).all():
                raise refusal("network_tensor_not_finite", "/weights", name=quoted(key))
            state[key] = tensor
    return state


def _random_state(steps: list[Step], seed: int) -> dict[str, Tensor]:
    """As torch begins: within 1/√fan_in of 0; what normalises changes nothing."""
    generator = torch.Generator().manual_seed(seed)
    state: dict[str, Tensor] = {}
    for step in steps:
        bound = 1 / sqrt(max(1, prod(step.state.get("weight", (1,))[1:])))
        for name, shape in step.state.items():
            if step.module.op.startswith("BatchNorm"):
                tensor = torch.ones(shape) if name in ("weight", "running_var") else torch.zeros(shape)
            else:
                tensor = (2 * torch.rand(shape, generator=generator) - 1) * bound
            state[f"{step.module.path}.{name}"] = tensor
    return state


def _run(step: Step, values: Tensor, state: Mapping[str, Tensor], limits: Limits) -> Tensor:
    own = {name: state[f"{step.module.path}.{name}"] for name in step.state}
    if step.module.layer is None:
        assert step.module.module is not None
        # What works in place would change the edge before it.
        given = values.clone() if getattr(step.module.module, "inplace", False) else values
        with torch.no_grad():
            made: Tensor = functional_call(step.module.module, own, (given,))
        return made.contiguous()
    samples = []
    for sample in values:
        scene = make_scene(step.module.layer.operation, sample, own.get("weight"), own.get("bias"), limits)
        samples.append(scene.own(output(scene.plan, scene.input, scene.weight, scene.bias)))
    return torch.stack(samples)


def _described(step: Step, source: str) -> dict[str, Any]:
    module = step.module
    order = [name for name in ("weight", "bias", "running_mean", "running_var") if name in step.state]
    learnt = [shape for name, shape in step.state.items() if name in ("weight", "bias")]
    described: dict[str, Any] = {
        "name": module.path,
        "op": module.op,
        "inputs": [source, *(f"{module.path}.{name}" for name in order)],
        "outputs": [{"name": module.path, "shape": list(step.shape), "dtype": "float32"}],
        "parameters": sum(map(prod, learnt)),
        "attributes": _attributes(module.module),
        "is_known": True,
        "is_runnable": True,
    }
    if module.layer is not None:
        described["operation"] = module.layer.operation
    return described


def _attributes(module: nn.Module | None) -> dict[str, Any]:
    """The arguments of torch's module, by torch's names."""
    named = {name: getattr(module, name) for name in getattr(module, "__constants__", ())}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, str) or (isinstance(value, int | float) and isfinite(value))
    }
