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

from convscope.client import Client, Scene
from convscope.errors import ConvscopeError
from convscope.notebook import connect, show

__all__ = ["Client", "ConvscopeError", "Scene", "connect", "show"]
