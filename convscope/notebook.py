"""`show` and `connect`: a layer under the notebook's cell, from a server of one's own or a named one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from convscope.client import Client, Scene
from convscope.network import Network
from convscope.torch_export import exported, is_module
from convscope.torch_layers import input_from, is_layer, layer_from, to_array

if TYPE_CHECKING:
    from convscope.local_server import LocalServer
    from convscope.network_widget import NetworkWidget
    from convscope.widget import ScopeWidget

_named: Client | None = None
_own: LocalServer | None = None


def connect(url: str | None, *, token: str = "") -> Client | None:
    """
    From now on `show` asks this server; None: again one of its own. token: what a server with
    CONVSCOPE_TOKEN asks for. Raises NoServerError where none answers, ConvscopeError where it refuses.
    """
    global _named
    if url is None:
        _named = None
        return None
    client = Client(url, token=token)
    try:
        client.presets()
    except Exception:
        client.close()
        raise
    _named = client
    return client


def show(
    module: Any,
    input: Any = None,
    *,
    layer: str | None = None,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    upstream: npt.ArrayLike | None = None,
    input_index: int | None = None,
    direction: str = "forward",
    reading: str = "gather",
    cell: tuple[int, ...] | None = None,
    dtype: str | None = None,
    language: str = "",
    theme: str = "",
) -> ScopeWidget | NetworkWidget:
    """
    The layer at work on the input, as a widget. Needs anywidget: pip install 'convscope[notebook]'.

    module: Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, MaxPool1d, MaxPool2d, AvgPool1d or AvgPool2d of
    torch.nn; or an operation such as {"kind": "conv2d", "stride": 2}, with weight and bias as
    `Client.create_scene` has them; or a Scene, without an input. input: a tensor, an array or a picture of
    Pillow, (C_in, H, W) or a batch of one; of a larger batch input_index chooses. cell: the window to begin
    with, as the output cell (o, i, j) that it makes. direction: "input", "weight" or "bias" for the gradient
    to it, whose cell is (c, i, j), (o, c, u, v) or (o, 0, 0); reading: "scatter" for that to the input as
    stamps. upstream: what flows back, the loss's gradient to each output cell, such as y.grad, (C_out, H_out,
    W_out) or a batch as the input; ones without it.

    Any other nn.Module is exported to ONNX here and run by the server on the input, a tensor with its batch
    axis or a tuple of several: its graph is the widget, which has its `network`, or with layer="conv1" that
    layer. A Network is shown in the same way. Raises TypeError, ValueError, LookupError and ConvscopeError.
    """
    _check_anywidget()
    own = {"weight": weight, "bias": bias, "input_index": input_index, "dtype": dtype}
    if isinstance(module, Network) or (is_module(module) and not is_layer(module)):
        if isinstance(module, Network):
            _refuse({"input": input, **own}, "a network has its own: show the module with another")
        _refuse(own, "the module has its own: change it there")
        network = module if isinstance(module, Network) else _network(module, input)
        if layer is None:
            from convscope.network_widget import NetworkWidget

            of_layer = {
                "upstream": upstream,
                "direction": None if direction == "forward" else direction,
                "reading": None if reading == "gather" else reading,
                "cell": cell,
            }
            _refuse(of_layer, "it is a layer's: name the layer with layer=")
            return NetworkWidget(network, language=language, theme=theme)
        module = network.layer(layer)
    elif layer is not None:
        raise TypeError("layer chooses one of a network's layers, and this is a layer")
    elif isinstance(module, Scene):
        _refuse({"input": input, **own}, "a scene has its own: change it with scene.edit(…), or make another")
    from convscope.widget import ScopeWidget

    if isinstance(module, Scene):
        scene = module if upstream is None else module.edit(upstream={"data": to_array(upstream).tolist()})
    else:
        scene = _scene(module, input, weight, bias, upstream, input_index, dtype)
    widget = ScopeWidget(scene, direction=direction, reading=reading, language=language, theme=theme)
    widget.cell = cell
    return widget


def _refuse(unused: dict[str, Any], reason: str) -> None:
    """Raises TypeError for an argument that is given and would do nothing."""
    for name, value in unused.items():
        if value is not None:
            raise TypeError(f"{name} does nothing here; {reason}")


def _check_anywidget() -> None:
    """Raises ModuleNotFoundError where the client was installed without what notebooks need."""
    try:
        import anywidget  # noqa: F401
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; a notebook needs pip install 'convscope[notebook]'", name=error.name
        ) from error


def _network(model: Any, input: Any) -> Network:
    if input is None:
        raise TypeError("show needs the model's input beside the model")
    content, given = exported(model, input)
    return _client().create_network(content, input=given)


def _scene(
    layer: Any,
    input: Any,
    weight: npt.ArrayLike | None,
    bias: npt.ArrayLike | None,
    upstream: npt.ArrayLike | None,
    input_index: int | None,
    dtype: str | None,
) -> Scene:
    operation, own_weight, own_bias = layer_from(layer)
    if input is None:
        raise TypeError("show needs the layer's input beside the layer")
    given = input_from(input, str(operation.get("kind")), input_index)
    return _client().create_scene(
        operation,
        input=given,
        weight=own_weight if weight is None else to_array(weight),
        bias=own_bias if bias is None else to_array(bias),
        upstream=None if upstream is None else input_from(upstream, str(operation.get("kind")), input_index),
        dtype=dtype,
    )


def _client() -> Client:
    """Of the named server, else of one's own, which the first call starts."""
    global _own
    if _named is not None:
        return _named
    if _own is None or not _own.is_running:
        from convscope.local_server import LocalServer

        _own = LocalServer()
    return _own.client
