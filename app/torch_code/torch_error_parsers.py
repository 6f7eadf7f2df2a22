"""What each kind of torch error says: the shapes in it, what does not fit, and what would."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from app.conv.errors import ConvError, Message
from app.conv.operation import (
    Conv1d,
    Conv2d,
    ConvTranspose1d,
    ConvTranspose2d,
    MaxPool2d,
    Operation,
    Padding,
    plan,
)

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LayerShapes:
    """
    A layer whose shapes fit: input (C_in, H, W) or (C_in, L), weight as the operation has it, None for
    pooling.
    """

    operation: Operation
    input_shape: Shape
    weight_shape: Shape | None


@dataclass(frozen=True, slots=True)
class Remedy:
    """What would fit, and the layer with it where the message has all of its shapes."""

    message: Message
    layer: LayerShapes | None = None


@dataclass(frozen=True, slots=True)
class TorchError:
    """`input_shape` and `weight_shape` are those that the text names."""

    message: Message
    remedies: tuple[Remedy, ...]
    input_shape: Shape | None = None
    weight_shape: Shape | None = None


UNKNOWN = TorchError(Message("torch_error.unknown"), ())


def without_sizes(code: str, *remedies: str) -> TorchError:
    """A message that is quoted without its sizes."""
    return TorchError(Message(code), tuple(Remedy(Message(remedy)) for remedy in remedies))


def _numbers(text: str) -> Shape:
    return tuple(int(number) for number in re.findall(r"\d{1,9}", text))


def _fitting(operation: Operation, input_shape: Shape, weight_shape: Shape | None) -> LayerShapes | None:
    """The layer, unless it is of three dimensions or cannot be."""
    try:
        plan(operation, input_shape, weight_shape)
    except ConvError:
        return None
    return LayerShapes(operation, input_shape, weight_shape)


def _sample(shape: Shape, weight_shape: Shape) -> Shape:
    """An input without its batch axis."""
    return shape[1:] if len(shape) == len(weight_shape) else shape


def read_channels(match: re.Match[str]) -> TorchError:
    groups, weight, input = int(match[1]), _numbers(match[2]), _numbers(match[3])
    expected, found = int(match[4]), int(match[5])
    counts = {"input": list(input), "found": found, "weight": list(weight), "expected": expected}
    message = Message("torch_error.channels", groups=groups, **counts)
    return TorchError(
        message, tuple(_channel_remedies(groups, weight, input, expected, found)), input, weight
    )


def _channel_remedies(
    groups: int, weight: Shape, input: Shape, expected: int, found: int
) -> Iterator[Remedy]:
    outputs, second, *kernel = weight
    _, *size = _sample(input, weight)
    layer = Conv1d if len(kernel) == 1 else Conv2d
    if input[-1] == expected and found != expected:
        yield Remedy(
            Message("torch_error.channels_last"),
            _fitting(layer(groups=groups), (expected, found, *size[:-1]), weight),
        )
    if found % groups == 0:
        inner = (outputs, found // groups, *kernel)
        yield Remedy(
            Message("torch_error.in_channels", channels=found, weight=list(inner)),
            _fitting(layer(groups=groups), (found, *size), inner),
        )
    wanted = found // second
    if found % second == 0 and wanted != groups and outputs % wanted == 0:
        yield Remedy(
            Message("torch_error.groups", groups=wanted, second=second),
            _fitting(layer(groups=wanted), (found, *size), weight),
        )
    yield Remedy(
        Message("torch_error.input_channels", channels=expected),
        _fitting(layer(groups=groups), (expected, *size), weight),
    )


def read_transposed_channels(match: re.Match[str]) -> TorchError:
    weight, input, expected, found = _numbers(match[1]), _numbers(match[2]), int(match[3]), int(match[4])
    counts = {"input": list(input), "found": found, "weight": list(weight), "expected": expected}
    size = _sample(input, weight)[1:]
    inner, layer = (found, *weight[1:]), ConvTranspose1d if len(weight) == 3 else ConvTranspose2d
    remedies = (
        Remedy(
            Message("torch_error.in_channels", channels=found, weight=list(inner)),
            _fitting(layer(), (found, *size), inner),
        ),
        Remedy(
            Message("torch_error.input_channels", channels=expected),
            _fitting(layer(), (expected, *size), weight),
        ),
    )
    return TorchError(Message("torch_error.transposed_channels", **counts), remedies, input, weight)


def read_kernel_size(match: re.Match[str]) -> TorchError:
    height, width, rows, cols = (int(each) for each in match.groups())
    return _too_large_kernel(height, width, rows, cols)


def read_kernel_length(match: re.Match[str]) -> TorchError:
    """Of one channel, as in `_too_large_kernel`."""
    length, kernel = int(match[1]), int(match[2])
    padding = max(0, -(-(kernel - length) // 2))
    remedies = (
        Remedy(
            Message("torch_error.padding_1d", padding=padding),
            _fitting(Conv1d(padding=Padding(0, 0, padding, padding)), (1, length), (1, 1, kernel)),
        ),
        Remedy(
            Message("torch_error.smaller_kernel_1d", length=min(length, kernel)),
            _fitting(Conv1d(), (1, length), (1, 1, min(length, kernel))),
        ),
        Remedy(
            Message("torch_error.larger_input_1d", length=max(length, kernel)),
            _fitting(Conv1d(), (1, max(length, kernel)), (1, 1, kernel)),
        ),
    )
    return TorchError(Message("torch_error.kernel_length", length=length, kernel=kernel), remedies)


def _too_large_kernel(height: int, width: int, rows: int, cols: int) -> TorchError:
    """The sizes are those after padding and dilation, so one channel of them is all that can be shown."""
    top, left = (max(0, -(-(span - size) // 2)) for span, size in ((rows, height), (cols, width)))
    padding = Padding(top, top, left, left)
    fitting = (min(rows, height), min(cols, width))
    larger = (max(rows, height), max(cols, width))
    kernel = (1, 1, rows, cols)
    remedies = (
        Remedy(
            Message("torch_error.padding", height=top, width=left),
            _fitting(Conv2d(padding=padding), (1, height, width), kernel),
        ),
        Remedy(
            Message("torch_error.smaller_kernel", height=fitting[0], width=fitting[1]),
            _fitting(Conv2d(), (1, height, width), (1, 1, *fitting)),
        ),
        Remedy(
            Message("torch_error.larger_input", height=larger[0], width=larger[1]),
            _fitting(Conv2d(), (1, *larger), kernel),
        ),
    )
    sizes = {"height": height, "width": width, "rows": rows, "cols": cols}
    return TorchError(Message("torch_error.kernel_size", **sizes), remedies)


def read_matrix_product(match: re.Match[str]) -> TorchError:
    rows, features, expected, outputs = (int(each) for each in match.groups())
    remedies = [
        Remedy(
            Message("torch_error.in_features", features=features, outputs=outputs),
            _fitting(Conv2d(), (features, 1, 1), (outputs, features, 1, 1)),
        )
    ]
    if features != expected and features % expected == 0:
        cells = features // expected
        remedies.append(Remedy(Message("torch_error.pool_first", expected=expected, cells=cells)))
    counts = {"rows": rows, "features": features, "expected": expected, "outputs": outputs}
    return TorchError(Message("torch_error.matrix_product", **counts), tuple(remedies))


def read_dimensions(match: re.Match[str]) -> TorchError:
    axes, name, input = int(match[1]), match[2], _numbers(match[3])
    code = "torch_error.too_many_axes" if len(input) > axes else "torch_error.too_few_axes"
    message = Message("torch_error.dimensions", name=name, count=len(input), input=list(input), axes=axes)
    return TorchError(message, (Remedy(Message(code)),), input)


def read_pooled_dimensions(match: re.Match[str]) -> TorchError:
    axes, input = int(match[1]), _numbers(match[2])
    code = "torch_error.too_many_axes" if len(input) > axes else "torch_error.too_few_axes"
    counts = {"name": f"Pool{axes - 2}d", "count": len(input), "input": list(input), "axes": axes}
    return TorchError(Message("torch_error.dimensions", **counts), (Remedy(Message(code)),), input)


def read_values(match: re.Match[str]) -> TorchError:
    """One value, or one for each dimension of a layer."""
    count = 2 if match[2] == "two" else int(match[2])
    return _values(match[1], count)


def read_single(match: re.Match[str]) -> TorchError:
    return _values(match[1], 1)


def _values(name: str, count: int) -> TorchError:
    remedy = Remedy(Message("torch_error.fewer_values", name=name, count=count))
    return TorchError(Message("torch_error.values", name=name, count=count), (remedy,))


def read_positive(match: re.Match[str]) -> TorchError:
    name = match[1].replace(" ", "_")
    remedy = Remedy(Message("torch_error.at_least", name=name, least=1))
    return TorchError(Message("torch_error.too_small", name=name, least=1), (remedy,))


def read_negative(match: re.Match[str]) -> TorchError:
    name = match[1] or "padding"
    remedy = Remedy(Message("torch_error.at_least", name=name, least=0))
    return TorchError(Message("torch_error.too_small", name=name, least=0), (remedy,))


def read_weight_axes(_: re.Match[str]) -> TorchError:
    remedy = Remedy(Message("torch_error.whole_weight"))
    return TorchError(Message("torch_error.weight_axes"), (remedy,))


def read_types(match: re.Match[str]) -> TorchError:
    names = {"input": match[1], "weight": match[2]}
    if ("cuda" in match[1]) != ("cuda" in match[2]):
        return TorchError(
            Message("torch_error.devices", **names), (Remedy(Message("torch_error.same_device")),)
        )
    remedy = Remedy(Message("torch_error.same_type", **names))
    return TorchError(Message("torch_error.types", **names), (remedy,))


def read_scalar_type(match: re.Match[str]) -> TorchError:
    names = {"input": match[2], "weight": match[1]}
    return TorchError(
        Message("torch_error.types", **names), (Remedy(Message("torch_error.same_type", **names)),)
    )


def read_pooled_size(match: re.Match[str]) -> TorchError:
    channels, height, width = (int(each) for each in match.groups())
    size = (min(height, 2), min(width, 2))
    operation = MaxPool2d(kernel_size=size, stride=size)
    remedy = Message("torch_error.smaller_window", height=height, width=width)
    return TorchError(
        Message("torch_error.pooled_size", height=height, width=width),
        (Remedy(remedy, _fitting(operation, (channels, height, width), None)),),
        (channels, height, width),
    )


def read_cropped_size(match: re.Match[str]) -> TorchError:
    height, width, rows, cols = (int(each) for each in match.groups())
    sizes = {"height": height, "width": width, "rows": rows, "cols": cols}
    return TorchError(
        Message("torch_error.cropped_size", **sizes), (Remedy(Message("torch_error.less_cropping")),)
    )


def read_half(match: re.Match[str]) -> TorchError:
    padding, kernel, dilation = (int(each) for each in match.groups())
    max_padding = ((kernel - 1) * dilation + 1) // 2
    counts = {"padding": padding, "kernel": kernel, "dilation": dilation}
    remedy = Remedy(Message("torch_error.padding_at_most", most=max_padding))
    return TorchError(Message("torch_error.half_padding", **counts), (remedy,))


def read_weight_groups(match: re.Match[str]) -> TorchError:
    groups, weight = int(match[1]), _numbers(match[2])
    divisors = [count for count in range(1, min(weight[0], 512) + 1) if weight[0] % count == 0]
    message = Message("torch_error.weight_groups", groups=groups, outputs=weight[0], weight=list(weight))
    remedy = Message("torch_error.dividing_groups", values=", ".join(str(count) for count in divisors))
    return TorchError(message, (Remedy(remedy),), None, weight)


def read_undivided(match: re.Match[str]) -> TorchError:
    message = Message("torch_error.undivided", name=match[1])
    return TorchError(message, (Remedy(Message("torch_error.groups_divide")),))


def read_bias(match: re.Match[str]) -> TorchError:
    weight, expected, found = _numbers(match[1]), int(match[2]), _numbers(match[3])
    message = Message("torch_error.bias", weight=list(weight), expected=expected, found=list(found))
    return TorchError(message, (Remedy(Message("torch_error.bias_size", expected=expected)),), None, weight)


def read_borrowed(match: re.Match[str]) -> TorchError:
    first, second, input = int(match[1]), int(match[2]), _numbers(match[3])
    message = Message("torch_error.borrowed", padding=max(first, second), input=list(input))
    return TorchError(message, (Remedy(Message("torch_error.less_padding")),), input)


def read_output_padding(_: re.Match[str]) -> TorchError:
    return TorchError(
        Message("torch_error.output_padding"), (Remedy(Message("torch_error.less_output_padding")),)
    )


def read_state(match: re.Match[str]) -> TorchError:
    name, found, expected = match[1], _numbers(match[2]), _numbers(match[3])
    message = Message("torch_error.state", name=name, found=list(found), expected=list(expected))
    remedy = Message("torch_error.model_shape", found=list(found))
    return TorchError(message, (Remedy(remedy),), None, found)


def read_normalised(match: re.Match[str]) -> TorchError:
    found, expected = int(match[1]), int(match[2])
    message = Message("torch_error.normalised", found=found, expected=expected)
    return TorchError(message, (Remedy(Message("torch_error.num_features", found=found)),))


def read_view(match: re.Match[str]) -> TorchError:
    message = Message("torch_error.view", shape=f"[{match[1]}]", count=int(match[2]))
    return TorchError(message, (Remedy(Message("torch_error.flatten")),))


def read_input_axes(match: re.Match[str]) -> TorchError:
    """As torch said it before it took inputs without a batch axis."""
    axes, weight, input = int(match[1]), _numbers(match[2]), _numbers(match[3])
    counts = {"input": list(input), "count": len(input), "weight": list(weight), "axes": axes}
    layer = Conv1d if len(weight) == 3 else Conv2d
    is_sample = len(input) == len(weight) - 1
    remedy = (
        Remedy(Message("torch_error.batch_axis"), _fitting(layer(), input, weight))
        if is_sample
        else Remedy(Message(f"torch_error.too_{'many' if len(input) > axes else 'few'}_axes"))
    )
    return TorchError(Message("torch_error.input_axes", **counts), (remedy,), input, weight)


def read_sum(match: re.Match[str]) -> TorchError:
    first, second, axis = (int(each) for each in match.groups())
    counts = {"first": first, "second": second}
    if axis == 1:
        layer = _fitting(Conv2d(), (second, 1, 1), (first, second, 1, 1))
        remedy = Remedy(Message("torch_error.shortcut", **counts), layer)
    else:
        remedy = Remedy(Message("torch_error.same_stride"))
    return TorchError(Message("torch_error.sum", axis=axis, **counts), (remedy,))


def read_join(match: re.Match[str]) -> TorchError:
    axis, expected, found, number = (int(each) for each in match.groups())
    counts = {"axis": axis, "expected": expected, "found": found, "number": number}
    return TorchError(Message("torch_error.join", **counts), (Remedy(Message("torch_error.same_size")),))


def read_stride(_: re.Match[str]) -> TorchError:
    return TorchError(Message("torch_error.stride"), (Remedy(Message("torch_error.larger_stride")),))


def read_negative_size(_: re.Match[str]) -> TorchError:
    remedy = Remedy(Message("torch_error.larger_result"))
    return TorchError(Message("torch_error.negative_size"), (remedy,))


def read_single_value(match: re.Match[str]) -> TorchError:
    input = _numbers(match[1])
    remedies = (Remedy(Message("torch_error.larger_batch")), Remedy(Message("torch_error.evaluation")))
    return TorchError(Message("torch_error.single_value", input=list(input)), remedies, input)


def read_memory(_: re.Match[str]) -> TorchError:
    remedies = (Remedy(Message("torch_error.smaller_batch")), Remedy(Message("torch_error.no_gradients")))
    return TorchError(Message("torch_error.memory"), remedies)
