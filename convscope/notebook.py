"""`show` and `connect`: a layer under the notebook's cell, from a server of one's own or a named one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx2
import numpy.typing as npt

from convscope.client import Client, Scene
from convscope.torch_layers import input_from, layer_from

if TYPE_CHECKING:
    from convscope.local_server import LocalServer
    from convscope.widget import ScopeWidget

_named: Client | None = None
_own: LocalServer | None = None


def connect(url: str | None, *, token: str = "") -> Client | None:
    """
    From now on `show` asks this server; None: again one of its own. token: what a server with
    CONVSCOPE_TOKEN asks for. Raises ConnectionError where no server answers, ConvscopeError where it refuses.
    """
    global _named
    if url is None:
        _named = None
        return None
    client = Client(url, token=token)
    try:
        client.presets()
    except httpx2.TransportError as error:
        client.close()
        raise ConnectionError(f"no server answers at {url}: {error}") from error
    _named = client
    return client


def show(
    layer: Any,
    input: Any = None,
    *,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    input_index: int | None = None,
    cell: tuple[int, int, int] | None = None,
    dtype: str | None = None,
    language: str = "",
    theme: str = "",
) -> ScopeWidget:
    """
    The layer at work on the input, as a widget. Needs anywidget: pip install 'convscope[notebook]'.

    layer: Conv1d, Conv2d, ConvTranspose1d, ConvTranspose2d, MaxPool1d, MaxPool2d, AvgPool1d or AvgPool2d of
    torch.nn; or an operation such as {"kind": "conv2d", "stride": 2}, with weight and bias as
    `Client.create_scene` has them; or a Scene, without an input. input: a tensor, an array or a picture of
    Pillow, (C_in, H, W) or a batch of one; of a larger batch input_index chooses. cell: the window to begin
    with, as the output cell (o, i, j) that it makes. Raises TypeError, ValueError, IndexError and
    ConvscopeError.
    """
    try:
        from convscope.widget import ScopeWidget
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            f"{error}; a notebook needs pip install 'convscope[notebook]'", name=error.name
        ) from error
    scene = layer if isinstance(layer, Scene) else _scene(layer, input, weight, bias, input_index, dtype)
    widget = ScopeWidget(scene, language=language, theme=theme)
    widget.cell = cell
    return widget


def _scene(
    layer: Any,
    input: Any,
    weight: npt.ArrayLike | None,
    bias: npt.ArrayLike | None,
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
        weight=own_weight if weight is None else weight,
        bias=own_bias if bias is None else bias,
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
