"""PyTorch code that reproduces a scene."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from torch import Tensor

from app.conv.operation import AvgPool2d, Conv2d, ConvTranspose2d, MaxPool2d, Operation, Plan, Pooling
from app.scenes.scene import Scene

# Up to so many numbers a tensor stands in the code itself; a larger one is loaded from the scene file.
LITERAL: Final = 256

_WIDTH: Final = 60
_NAMES: Final = {"input": "x", "weight": "weight", "bias": "bias"}
# By the number of dimensions: the order of F.pad, a true convolution's kernel, and the padding's sides.
_PADS: Final = {2: "left, right, top, bottom", 1: "left, right"}
_TURNED: Final = {2: "turned by 180 degrees", 1: "reversed"}
_SIDED: Final = {2: "four-sided", 1: "two-sided"}
# Up to here every integer is a float32, so that 7.0 can be written as 7.
_EXACT: Final = 2**24


def write_code(scene: Scene, *, backward: bool = False) -> str:
    """
    A script that computes the scene's output as `y`, of its shape, with torch's own operators.

    `backward`: also the gradients `grad_input`, `grad_weight` and `grad_bias`, as far as there are these
    tensors, by autograd. Running it needs the scene file beside it, <id>.safetensors, if a tensor has more
    than LITERAL numbers.
    """
    tensors = scene.tensors if backward else _forward(scene)
    loaded = any(tensor.numel() > LITERAL for tensor in tensors.values())
    imports = ["import torch", "import torch.nn.functional as F"]
    if loaded:
        imports.append("from safetensors.torch import load_file")
    parts = [imports, _tensors(scene, tensors, loaded)]
    if backward:
        # Autograd has floats only; float64 is exact for every sum that int32 can hold.
        floats = replace(scene, dtype="float64") if scene.dtype == "int32" else scene
        parts += [_leaves(scene), _layer(floats), _backward(scene)]
    else:
        parts += [_layer(scene), ["print(y)"]]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _tensors(scene: Scene, tensors: Mapping[str, Tensor], loaded: bool) -> list[str]:
    lines = []
    if loaded:
        lines = [
            f"# The scene file, as GET /api/v1/scenes/{scene.id}/file sends it.",
            f'tensors = load_file("{scene.id}.safetensors")',
        ]
    for name, tensor in tensors.items():
        # A bias comes from where its weight comes from.
        sized = tensors["weight"] if name == "bias" else tensor
        literal = max(sized.numel(), tensor.numel()) <= LITERAL
        value = _literal(tensor, scene.dtype) if literal else f'tensors["{name}"]'
        lines.append(f"{_NAMES.get(name, name)} = {value}  # {tuple(tensor.shape)}")
    return lines


def _forward(scene: Scene) -> dict[str, Tensor]:
    """The tensors that the output is made of."""
    return {name: tensor for name, tensor in scene.tensors.items() if name in _NAMES}


def _leaves(scene: Scene) -> list[str]:
    """The tensors that gradients are asked for."""
    names = [_NAMES[name] for name in _forward(scene)]
    if scene.dtype != "int32":
        return [f"{name}.requires_grad_()" for name in names]
    return [
        "# Autograd has floats only; float64 holds all of these integers and sums exactly.",
        *(f"{name} = {name}.double().requires_grad_()" for name in names),
    ]


def _backward(scene: Scene) -> list[str]:
    is_exact, names = scene.dtype == "int32", _forward(scene)
    upstream = (
        "torch.ones_like(y)" if scene.upstream is None else "upstream.double()" if is_exact else "upstream"
    )
    back = ".int()" if is_exact else ""
    gradients = [f"grad_{name}" for name in names]
    return [
        f"y.backward({upstream})",
        *(f"grad_{name} = {_NAMES[name]}.grad{back}" for name in names),
        f'print({", ".join(gradients)}, sep="\\n")',
    ]


def _literal(tensor: Tensor, dtype: str) -> str:
    return f"torch.tensor({_nested(tensor, '')}, dtype=torch.{dtype})"


def _nested(tensor: Tensor, indent: str) -> str:
    """Nested lists, a line for each where one line would be too long."""
    if tensor.ndim == 1:
        return f"[{', '.join(_number(value) for value in tensor.numpy())}]"
    inner = indent + "    "
    items = [_nested(item, inner) for item in tensor]
    line = f"[{', '.join(items)}]"
    if len(line) <= _WIDTH and "\n" not in line:
        return line
    return "[\n" + "".join(f"{inner}{item},\n" for item in items) + indent + "]"


def _number(value: Any) -> str:
    """The shortest text that torch reads back as this very number."""
    exact: float = value.item()
    if exact == int(exact) and abs(exact) < _EXACT:
        return str(int(exact))
    # torch reads a text as float64 first: rounding twice may lead to a neighbour of the float32.
    shortest = str(value)
    return shortest if type(value)(float(shortest)) == value else repr(exact)


def _layer(scene: Scene) -> list[str]:
    plan = scene.plan
    match plan.operation:
        case Conv2d() as conv:
            return _conv(plan, conv, scene)
        case ConvTranspose2d() as conv:
            return _transposed(plan, conv, scene)
        case MaxPool2d() as pool:
            return _max_pool(plan, pool, scene.dtype)
        case AvgPool2d() as pool:
            return _avg_pool(plan, pool, scene.dtype)


def _conv(plan: Plan, conv: Conv2d, scene: Scene) -> list[str]:
    lines, x, weight, padding = [], "x", "weight", _padding(plan)
    if plan.padding_mode != "zeros" or not plan.padding.is_symmetric:
        mode = "" if plan.padding_mode == "zeros" else f', mode="{plan.padding_mode}"'
        lines.append(f"padded = F.pad(x, {_pads(plan, _sides(plan))}{mode})  # {_PADS[plan.dimensions]}")
        x, padding = "padded", ""
    if conv.flip:
        axes, done = ("2, 3" if plan.dimensions == 2 else "2"), _TURNED[plan.dimensions]
        lines.append(f"turned = weight.flip({axes})  # true convolution: the kernel {done}")
        weight = "turned"
    options = [*_options(conv, "stride"), padding, *_options(conv, "dilation", "groups")]
    return [*lines, _convolved(f"conv{plan.dimensions}d", x, weight, scene, options)]


def _transposed(plan: Plan, conv: ConvTranspose2d, scene: Scene) -> list[str]:
    padding = _padding(plan) if plan.padding.is_symmetric else ""
    options = [*_options(conv, "stride"), padding, *_options(conv, "output_padding", "groups", "dilation")]
    lines = [_convolved(f"conv_transpose{plan.dimensions}d", "x", "weight", scene, options)]
    if not plan.padding.is_symmetric:
        firsts = (plan.padding.top, plan.padding.left)
        cuts = [f"{first}:{first + size}" for first, size in zip(firsts, plan.output_shape[1:], strict=True)]
        window = ", ".join(cuts[-plan.dimensions :])
        lines.append(f"y = y[:, {window}]  # what {_SIDED[plan.dimensions]} padding leaves of it")
    return lines


def _convolved(function: str, x: str, weight: str, scene: Scene, options: list[str]) -> str:
    """A convolution; torch has int32 for some of them only, int64 for all."""
    operands = [x, weight] if scene.bias is None else [x, weight, "bias"]
    if scene.dtype != "int32":
        return _call("y", function, *operands, *options)
    return _call("y", function, *(f"{operand}.long()" for operand in operands), *options) + ".int()"


def _max_pool(plan: Plan, pool: MaxPool2d, dtype: str) -> list[str]:
    options = [*_options(pool, "stride"), _padding(plan), *_options(pool, "dilation", "ceil_mode")]
    function, kernel = f"max_pool{plan.dimensions}d", _size(pool, pool.kernel_size)
    # torch has no max_pool1d of integers; float64 holds each of them.
    to, back = (".double()", ".int()") if dtype == "int32" and plan.dimensions == 1 else ("", "")
    if plan.padding.is_symmetric:
        return [_call("y", function, f"x{to}", kernel, *options) + back]
    nothing = "torch.iinfo(torch.int32).min" if dtype == "int32" else "-torch.inf"
    options = _options(pool, "stride", "dilation")
    return [
        f"padded = F.pad(x, {_pads(plan, plan.margins)}, value={nothing})  # {_PADS[plan.dimensions]}",
        _call("y", function, f"padded{to}", kernel, *options) + back,
    ]


def _avg_pool(plan: Plan, pool: AvgPool2d, dtype: str) -> list[str]:
    if plan.padding.is_symmetric and pool.dilation == (1, 1):
        options = _options(pool, "ceil_mode", "count_include_pad")
        call = ("x", _size(pool, pool.kernel_size), *_options(pool, "stride"), _padding(plan), *options)
        return [_call("y", f"avg_pool{plan.dimensions}d", *call)]
    kernel = ", ".join(map(str, plan.own_shape((1, *pool.kernel_size))[1:]))
    stride, function = f"stride={_size(pool, pool.stride)}", f"conv{plan.dimensions}d"
    sums = _call("sums", function, "padded[:, None]", "ones", stride, *_options(pool, "dilation"))
    counts = _call("counts", function, "cells[:, None]", "ones", stride, *_options(pool, "dilation"))
    sided = _SIDED[plan.dimensions]
    return [
        f"# torch averages neither dilated nor {sided} windows: here are their sums and numbers of cells.",
        f"padded = F.pad(x, {_pads(plan, _with_reach(plan))})  # {_PADS[plan.dimensions]}",
        f"cells = {_counted_cells(plan, pool)}  # 1 where a cell counts",
        f"ones = torch.ones(1, 1, {kernel}, dtype=torch.{dtype})",
        sums,
        counts,
        "y = (sums / counts)[:, 0]",
    ]


def _counted_cells(plan: Plan, pool: AvgPool2d) -> str:
    """As `padded`, of ones; what ceil_mode reaches beyond the padding never counts."""
    inside = "torch.ones_like(x[:1])"
    if not pool.count_include_pad:
        return f"F.pad({inside}, {_pads(plan, _with_reach(plan))})"
    inside = f"F.pad({inside}, {_pads(plan, _sides(plan))}, value=1)"
    beyond = tuple(more - own for more, own in zip(_with_reach(plan), _sides(plan), strict=True))
    return f"F.pad({inside}, {_pads(plan, beyond)})" if any(beyond) else inside


def _pads(plan: Plan, sides: tuple[int, ...]) -> tuple[int, ...]:
    """Left, right, top and bottom; of one dimension the first two."""
    return sides[: 2 * plan.dimensions]


def _sides(plan: Plan) -> tuple[int, int, int, int]:
    """The padding as torch.nn.functional.pad takes it."""
    (top, bottom), (left, right) = plan.padding.sides
    return left, right, top, bottom


def _with_reach(plan: Plan) -> tuple[int, int, int, int]:
    """The padding, and what windows read beyond it because of ceil_mode."""
    left, right, top, bottom = (max(pair) for pair in zip(_sides(plan), plan.margins, strict=True))
    return left, right, top, bottom


def _padding(plan: Plan) -> str:
    """The argument for a padding that is the same on opposite sides, or nothing."""
    size = plan.padding.top, plan.padding.left
    return f"padding={_size(plan.operation, size)}" if any(size) else ""


def _options(operation: Operation, *names: str) -> list[str]:
    """The arguments whose values are not torch's defaults."""
    usual = AvgPool2d(operation.kernel_size) if isinstance(operation, Pooling) else type(operation)()
    values = {name: getattr(operation, name) for name in names}
    return [
        f"{name}={_size(operation, value)}" for name, value in values.items() if value != getattr(usual, name)
    ]


def _size(operation: Operation, value: Any) -> str:
    """The shortest way to write a size; any other value as it is."""
    if not isinstance(value, tuple):
        return str(value)
    return str(value[1] if operation.dimensions == 1 or value[0] == value[1] else value)


def _call(result: str, function: str, *arguments: str) -> str:
    return f"{result} = F.{function}({', '.join(argument for argument in arguments if argument)})"
