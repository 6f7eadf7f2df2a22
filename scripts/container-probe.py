"""What scripts/container-check.sh asks of a server, from inside its container. Standard library only."""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable

PORT = os.environ["CONVSCOPE_PORT"]
ADDRESS = f"http://127.0.0.1:{PORT}"

CONV = {"input": {"data": [[[1, 2], [3, 4]]]}, "weight": {"data": [[[[2]]]]}, "operation": {"kind": "conv2d"}}
POOL = {"input": {"data": [[[1, 2], [3, 4]]]}}
LAYERS = [
    (CONV, [[[2, 4], [6, 8]]]),
    (CONV | {"operation": {"kind": "conv2d", "padding_mode": "reflect", "padding": 1}}, None),
    (CONV | {"operation": {"kind": "conv_transpose2d", "stride": 2}}, [[[2, 0, 4], [0, 0, 0], [6, 0, 8]]]),
    (POOL | {"operation": {"kind": "max_pool2d", "kernel_size": 2}}, [[[4]]]),
    (POOL | {"operation": {"kind": "avg_pool2d", "kernel_size": 2}}, [[[2.5]]]),
    (CONV | {"input": {"sample": "astronaut", "size": [16, 16]}, "weight": {"kernels": ["sobel_x"]}}, None),
]


def ask(path: str, body: object = None, accept: str = "*/*") -> tuple[int, bytes]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        ADDRESS + path, data, {"Content-Type": "application/json", "Accept": accept}
    )
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def healthy() -> None:
    assert ask("/healthz")[0] == 200


def serves() -> None:
    assert ask("/readyz")[0] == 200
    status, page = ask("/", accept="text/html")
    assert status == 200
    assets = re.findall(r'"(/static/[^"]+)"', page.decode())
    assert assets
    for asset in assets:
        assert ask(asset)[0] == 200, asset
    for layer, output in LAYERS:
        status, answer = ask("/api/v1/trace", layer)
        assert status == 200, answer
        assert output is None or json.loads(answer)["output"] == output, answer
        scene = "/api/v1/scenes/" + json.loads(ask("/api/v1/scenes", layer)[1])["id"]
        for form in ("json", "npy", "safetensors", "png"):
            status, answer = ask(f"{scene}/tensors/output?format={form}")
            assert status == 200, (form, answer)
        for accept in ("application/json", "application/jsonl", "application/vnd.safetensors"):
            assert ask(f"{scene}/steps", accept=accept)[0] == 200, accept
        for part in ("taps", "file", "code"):
            assert ask(f"{scene}/{part}")[0] == 200, part


def store() -> None:
    print(json.loads(ask("/api/v1/scenes", CONV)[1])["id"])


def find(id: str) -> None:
    assert json.loads(ask(f"/api/v1/scenes/{id}")[1])["id"] == id


def unready() -> None:
    assert ask("/readyz")[0] == 503
    assert ask("/api/v1/scenes", CONV)[0] == 503
    assert ask("/api/v1/trace", CONV)[0] == 200
    assert ask("/", accept="text/html")[0] == 200


if __name__ == "__main__":
    probes: dict[str, Callable[..., None]] = {
        "healthy": healthy, "serves": serves, "store": store, "find": find, "unready": unready,
    }  # fmt: skip
    probes[sys.argv[1]](*sys.argv[2:])
