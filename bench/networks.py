"""A network of the size of ResNet-18 (11.7 million parameters, 224×224): from upload to a layer's stage."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import httpx2 as httpx
import numpy as np
import onnx
import onnxruntime
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from app.limits import Limits
from app.networks.run_process import RunProcess
from bench.measure import shown, table
from bench.served import convscope

_ROUNDS: Final = 11
_STEPS: Final = (
    "onnxruntime alone, every edge",
    "the run, in a process of its own",
    "upload → summary",
    "summary → first picture",
    "click → stage",
)
_SIZE: Final = 224
_CLASSES: Final = 1000


class Block(nn.Module):
    """Two convolutions, and the input beside them."""

    def __init__(self, channels: int, out: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(channels, out, 3, stride, 1, bias=False), nn.BatchNorm2d(out))
        self.second = nn.Sequential(nn.Conv2d(out, out, 3, 1, 1, bias=False), nn.BatchNorm2d(out))
        self.beside: nn.Module = nn.Identity()
        if stride > 1 or channels != out:
            self.beside = nn.Sequential(nn.Conv2d(channels, out, 1, stride, bias=False), nn.BatchNorm2d(out))

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(self.second(F.relu(self.first(x))) + self.beside(x))


def resnet18() -> nn.Module:
    torch.manual_seed(0)
    blocks: list[nn.Module] = []
    channels = 64
    for out, stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        blocks += [Block(channels, out, stride), Block(out, out, 1)]
        channels = out
    stem = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    head = [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, _CLASSES)]
    return nn.Sequential(*stem, *blocks, *head).eval()


def exported(model: nn.Module) -> bytes:
    x = torch.zeros(1, 3, _SIZE, _SIZE)
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.onnx"
        torch.onnx.export(model, (x,), str(path), dynamo=False, opset_version=17, input_names=["x"])
        return path.read_bytes()


def _input(seed: int) -> Any:
    return np.random.default_rng(seed).normal(size=(1, 3, _SIZE, _SIZE)).astype(np.float32)


def _with_all_outputs(model: bytes) -> tuple[bytes, list[str]]:
    """The model with every edge as an output, and their names."""
    made = onnx.load_from_string(model)
    names = [name for node in made.graph.node for name in node.output]
    del made.graph.output[:]
    made.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    return made.SerializeToString(), names


def _alone(model: bytes, names: list[str], x: Any) -> None:
    """What onnxruntime does to read the model and run it once, on one thread as the server does."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"]).run(names, {"x": x})


def _timed(work: Callable[[], Any]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def _memory(process: int) -> int:
    """Bytes that a process has to itself."""
    lines = Path(f"/proc/{process}/smaps_rollup").read_text("utf-8").splitlines()
    return sum(1024 * int(line.split()[1]) for line in lines if line.startswith("Private"))


def run() -> str:
    model = exported(resnet18())
    with_all, names = _with_all_outputs(model)
    runs = RunProcess()
    times: list[list[float]] = []
    memory: list[int] = []
    with convscope() as server, httpx.Client(base_url=server.url, timeout=120) as client:
        for turn in range(_ROUNDS):
            x = _input(turn)
            alone = _timed(lambda x=x: _alone(with_all, names, x))  # type: ignore[misc]
            own = _timed(lambda x=x: runs.run(model, lambda _: {"x": x}, Limits()))  # type: ignore[misc]
            times.append([alone, own, *_visit(client, model, x)])
            memory.append(_memory(server.process) >> 20)
    runs.close()
    return _told(model, times, memory)


def _told(model: bytes, times: list[list[float]], memory: list[int]) -> str:
    """The first round apart: the process that runs models begins with it."""
    best = [min(column) for column in zip(*times[1:], strict=True)]
    rows = [
        [name, shown(first), shown(later), f"{later / best[0]:.1f}"]
        for name, first, later in zip(_STEPS, times[0], best, strict=True)
    ]
    rest = best[2] - best[1]
    rows.append(["upload → summary, but the run", "", shown(rest), f"{rest / best[0]:.1f}"])
    told = table(
        f"A network of {len(model) >> 20} MB", ("", "first", "later, the best", "× onnxruntime"), rows
    )
    return f"{told}memory of the server in MB after each answer: {', '.join(map(str, memory))}\n"


def _visit(client: httpx.Client, model: bytes, x: Any) -> list[float]:
    """Seconds of each step of somebody who uploads a model and opens a layer."""
    file = io.BytesIO()
    np.save(file, x)
    upload = client.build_request(
        "POST", "/api/v1/networks", files={"model": model, "input": file.getvalue()}
    )
    body = upload.read()
    start = perf_counter()
    answer = client.post("/api/v1/networks", content=body, headers=upload.headers)
    answer.raise_for_status()
    network = answer.json()
    summary = perf_counter()
    layers = [node for node in network["nodes"] if node["scene"]]
    edge = layers[2]["outputs"][0]["name"].replace("/", "%2F")
    url = f"{network['links']['self']}/tensors/{edge}?channel=0&format=png"
    client.get(url).raise_for_status()
    picture = perf_counter()
    scene = client.get(layers[2]["scene"]).raise_for_status().json()
    client.get(f"{scene['links']['self']}?include=initial").raise_for_status()
    return [summary - start, picture - summary, perf_counter() - picture]
