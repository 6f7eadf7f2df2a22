"""
Convscope from Python: the numbers of a convolution layer, from a server that is running.

    import convscope

    client = convscope.Client("http://127.0.0.1:8000")
    scene = client.create_scene({"kind": "conv2d", "padding": 1}, input=x, weight=w, bias=b)
    scene.steps(out_channel=0)["products"]      # (windows, C, kH, kW)

In a notebook, from a server that it starts by itself:

    convscope.show(nn.Conv2d(3, 8, 3), x)
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from convscope.client import Client, Scene
    from convscope.errors import ConvscopeError, NoServerError
    from convscope.network import Network
    from convscope.notebook import connect, show

__all__ = ["Client", "ConvscopeError", "Network", "NoServerError", "Scene", "connect", "show"]

# Where each name is: the command lies in this package too, and does not need a client to start.
_MODULES = {
    "Client": "client",
    "Scene": "client",
    "ConvscopeError": "errors",
    "NoServerError": "errors",
    "Network": "network",
    "connect": "notebook",
    "show": "notebook",
}


def __getattr__(name: str) -> Any:
    """Import a name when it is first used."""
    if name in _MODULES.values():
        return import_module(f"convscope.{name}")
    if name not in _MODULES:
        raise AttributeError(f"module 'convscope' has no attribute {name!r}")
    value = getattr(import_module(f"convscope.{_MODULES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
