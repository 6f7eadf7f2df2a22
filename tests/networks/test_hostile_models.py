"""Files that are no honest models: refused with a reason, no file opened, and the server goes on."""

from __future__ import annotations

import io
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from fastapi.testclient import TestClient
from onnx import TensorProto, helper

from app.limits import Limits
from app.networks.run_process import RunProcess
from app.web.api.dependencies import services_of
from tests.support.onnx_models import MODELS, model_of

API = "/api/v1/networks"
X = np.ones((1, 1, 3, 3), np.float32)
INPUT = {"x": X}
EXTERNAL = [
    "weights.bin", "/etc/passwd", "../../../etc/passwd", "./a", "a/../b", "file:///etc/passwd", "",
    "/proc/self/environ", "C:\\x", "link", "a\0b", "//host/share",
]  # fmt: skip


def valid() -> onnx.ModelProto:
    node = helper.make_node("Conv", ["x", "w"], ["y"])
    return onnx.load_from_string(
        model_of([node], INPUT, ["y"], {"w": np.ones((1, 1, 2, 2), np.float32)}).model
    )


def external(location: str, place: str) -> bytes:
    model = valid()
    tensor = TensorProto(name="w", dims=[1, 1, 2, 2], data_type=TensorProto.FLOAT)
    tensor.external_data.add(key="location", value=location)
    if place != "entry only":
        tensor.data_location = TensorProto.EXTERNAL
    if place == "constant":
        del model.graph.initializer[:]
        model.graph.node.insert(0, helper.make_node("Constant", [], ["w"]))
        model.graph.node[0].attribute.add(name="value", type=onnx.AttributeProto.TENSOR, t=tensor)
    elif place == "sparse":
        del model.graph.initializer[:]
        model.graph.sparse_initializer.add(values=tensor, indices=tensor, dims=[4])
    elif place == "inner graph":
        inner = helper.make_graph([], "inner", [], [], [tensor])
        model.graph.node.append(helper.make_node("If", ["x"], ["z"], then_branch=inner, else_branch=inner))
    else:
        model.graph.initializer[0].CopyFrom(tensor)
    content: bytes = model.SerializeToString()
    return content


def changed(change: Callable[[onnx.ModelProto], Any]) -> bytes:
    model = valid()
    change(model)
    content: bytes = model.SerializeToString()
    return content


def cycle() -> bytes:
    nodes = [helper.make_node("Add", ["x", "b"], ["a"]), helper.make_node("Relu", ["a"], ["b"])]
    return model_of(nodes, INPUT, ["b"]).model


def loop(body_nodes: list[onnx.NodeProto], **state: Any) -> bytes:
    """A loop whose condition stays true."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["c"], ["c2"]), *body_nodes],
        "body",
        [
            helper.make_tensor_value_info("i", TensorProto.INT64, []),
            helper.make_tensor_value_info("c", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("c2", TensorProto.BOOL, []),
            helper.make_tensor_value_info("v2", TensorProto.FLOAT, None),
        ],
    )
    node = helper.make_node("Loop", ["", "true", "x"], ["y"], body=body)
    return model_of([node], INPUT, ["y"], {"true": np.array(True)} | state).model


def filled(*sizes: int) -> bytes:
    nodes = [helper.make_node("ConstantOfShape", ["s"], ["z"]), helper.make_node("ReduceSum", ["z"], ["y"])]
    relu = helper.make_node("Relu", ["x"], ["r"])
    return model_of([*nodes, relu], INPUT, ["y"], {"s": np.array(sizes, np.int64)}).model


def deep() -> bytes:
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "g", [], [])
    for _ in range(24):
        graph = helper.make_graph([helper.make_node("If", ["x"], ["y"], then_branch=graph)], "g", [], [])
    return changed(lambda model: model.graph.node.extend(graph.node))


def declared(*sizes: int, raw: bytes = b"", kind: int = TensorProto.FLOAT) -> bytes:
    def change(model: onnx.ModelProto) -> None:
        tensor = TensorProto(name="w", dims=sizes, data_type=kind, raw_data=raw)
        model.graph.initializer[0].CopyFrom(tensor)

    return changed(change)


def archive(**files: bytes) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in files.items():
            target.writestr(name, data)
    return content.getvalue()


def functions(model: onnx.ModelProto) -> None:
    node = helper.make_node("Relu", ["a"], ["b"])
    model.functions.append(
        helper.make_function("own", "F", ["a"], ["b"], [node], [helper.make_opsetid("", 13)])
    )


def double(model: onnx.ModelProto) -> None:
    model.graph.node.append(helper.make_node("Relu", ["x"], ["y"]))


VALID = valid().SerializeToString()
HOSTILE: dict[str, Callable[[], bytes]] = {
    **{f"external {location!r}": partial(external, location, "initializer") for location in EXTERNAL},
    **{
        f"external in {place}": partial(external, "/etc/passwd", place)
        for place in ("constant", "sparse", "inner graph", "entry only")
    },
    "empty": lambda: b"",
    "text": lambda: b"hello, this is no model",
    "zeros": lambda: bytes(1000),
    "truncated": lambda: VALID[: len(VALID) // 2],
    "truncated by one": lambda: VALID[:-1],
    "not UTF-8": lambda: VALID.replace(b"Conv", b"\xff\xfe\xfd\xfc"),
    "pickle": lambda: b"\x80\x04\x95" + bytes(50),
    "TorchScript": lambda: archive(**{"model/data.pkl": b"\x80", "model/version": b"3"}),
    "zip bomb": lambda: archive(bomb=bytes(10_000_000)),
    "10^12 elements": lambda: declared(10**6, 10**6),
    "10^18 elements with bytes": lambda: declared(10**9, 10**9, raw=bytes(16)),
    "negative size": lambda: declared(-1, 4, raw=bytes(16)),
    "too many bytes": lambda: declared(1, 1, 1, 1, raw=bytes(1000)),
    "too many bytes of four bits": lambda: declared(1, 1, 1, 1, raw=bytes(1000), kind=TensorProto.INT4),
    "too many bytes for many numbers": lambda: declared(1, 1, 50, 50, raw=bytes(50_000)),
    "too few bytes for many numbers": lambda: declared(1, 1, 50, 50, raw=bytes(5000)),
    "too few bytes": lambda: declared(1, 1, 2, 2, raw=bytes(3)),
    "no bytes": lambda: declared(1, 1, 2, 2),
    "unknown type": lambda: changed(lambda m: setattr(m.graph.initializer[0], "data_type", 99)),
    "cycle": cycle,
    "own cycle": lambda: model_of([helper.make_node("Add", ["x", "y"], ["y"])], INPUT, ["y"]).model,
    "10^5 nodes": lambda: changed(lambda m: m.graph.node.extend([m.graph.node[0]] * 100_000)),
    "deep": deep,
    "one name twice": lambda: changed(double),
    "two initializers of a name": lambda: changed(
        lambda m: m.graph.initializer.append(m.graph.initializer[0])
    ),
    "huge name": lambda: changed(lambda m: setattr(m.graph.node[0], "name", "n" * 1_000_000)),
    "huge edge name": lambda: changed(lambda m: m.graph.node[0].output.__setitem__(0, "n" * 10_000)),
    "functions": lambda: changed(functions),
    "opset 6": lambda: changed(lambda m: setattr(m.opset_import[0], "version", 6)),
    "opset 10^9": lambda: changed(lambda m: setattr(m.opset_import[0], "version", 10**9)),
    "no opset": lambda: changed(lambda m: m.ClearField("opset_import")),
    "no graph": lambda: changed(lambda m: m.ClearField("graph")),
    "no nodes": lambda: changed(lambda m: m.graph.ClearField("node")),
    "unmade input": lambda: changed(lambda m: m.graph.node[0].input.__setitem__(1, "nobody")),
    "missing output": lambda: changed(lambda m: m.graph.node[0].ClearField("output")),
    "stride 0": lambda: changed(
        lambda m: m.graph.node[0].attribute.append(helper.make_attribute("strides", [0, 0]))
    ),
    "padding 2^40": lambda: changed(
        lambda m: m.graph.node[0].attribute.append(helper.make_attribute("pads", [2**40] * 4))
    ),
    "endless loop": lambda: loop([helper.make_node("Identity", ["v"], ["v2"])]),
    "growing loop": lambda: loop([helper.make_node("Concat", ["v", "v"], ["v2"], axis=0)]),
    "10^12 in the run": lambda: filled(10**6, 10**6),
    "2^29 in the run": lambda: filled(2**29),
    "negative in the run": lambda: filled(-5),
    "input without shape": lambda: changed(lambda m: m.graph.input[0].type.tensor_type.ClearField("shape")),
    "input is a sequence": lambda: changed(
        lambda m: m.graph.input[0].type.CopyFrom(
            helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, [1]))
        )
    ),
    "input of 10^12": lambda: changed(
        lambda m: setattr(m.graph.input[0].type.tensor_type.shape.dim[0], "dim_value", 10**12)
    ),
}


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Any:
    from app.main import create_app
    from app.settings import Settings

    store = tmp_path_factory.mktemp("store").as_uri()
    settings = Settings(store=store, network_seconds=1.0, max_network_bytes=256 << 20)
    with TestClient(create_app(settings)) as client:
        yield client


def test_so_many_files() -> None:
    assert len(HOSTILE) >= 40


@pytest.mark.safety(35)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_model_is_refused(strict: TestClient, name: str) -> None:
    answer = strict.post(API, files={"model": HOSTILE[name](), "input": numpy_file(X)})
    problem = answer.json()
    assert answer.status_code in (413, 422, 503), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(answer.content) < 3000
    for secret in ("root:", "/work", "/home", "onnxruntime_src"):
        assert secret not in answer.text
    assert problem["code"].startswith(("network_", "limit_", "pickle_", "integer_")), problem["code"]
    if name.startswith("external"):
        assert problem["code"] == "network_external_data"


@pytest.mark.safety(35)
def test_others_are_answered_while_a_loop_runs(strict: TestClient) -> None:
    answers: list[int] = []
    body = {"model": HOSTILE["endless loop"](), "input": numpy_file(X)}
    thread = threading.Thread(target=lambda: answers.append(strict.post(API, files=body).status_code))
    thread.start()
    while thread.is_alive():
        assert strict.get("/api/v1/presets").status_code == 200
        assert strict.get("/healthz").status_code == 200
    assert answers == [503]
    made = MODELS["conv"]()
    assert strict.post(
        API, files={"model": made.model, "input": numpy_file(made.inputs["x"])}
    ).status_code in (200, 201)


@pytest.mark.safety(35)
def test_the_process_may_be_killed(strict: TestClient) -> None:
    """Whatever takes it down, the next model gets another."""
    runs = services_of(strict.app).runs
    made = MODELS["max pool"]()
    for seed in range(2):
        body = {"model": made.model, "input": numpy_file(made.inputs["x"] + seed)}
        assert strict.post(API, files=body).status_code == 201
        process = runs._process
        assert process is not None
        process.kill()
        process.wait()


@pytest.mark.safety(35)
def test_no_file_can_be_opened_while_a_model_is_run() -> None:
    """The limits of the process, asked from inside."""
    code = (
        "from app.networks.run_worker import _confine; from app.limits import Limits; _confine(Limits())\n"
        "try: open('/etc/passwd')\nexcept OSError as e: print(e.errno)"
    )
    made = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert made.stdout.strip() == "24", made.stderr


def numpy_file(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def test_unknown_operators_stay_visible(client: TestClient) -> None:
    nodes = [
        helper.make_node("Relu", ["x"], ["a"], name="known"),
        helper.make_node("Wonder", ["a"], ["b"], name="strange", domain="example.org"),
        helper.make_node("Relu", ["b"], ["c"], name="after"),
    ]
    made = model_of(nodes, INPUT, ["c"])
    answer = client.post(API, files={"model": made.model, "input": numpy_file(X)})
    assert answer.status_code == 201, answer.text
    known, strange, after = answer.json()["nodes"]
    assert known["outputs"][0]["shape"] == [1, 1, 3, 3]
    assert strange["outputs"][0]["shape"] is None
    assert "Wonder" in strange["note"]
    assert after["note"] and after["scene"] is None
    missing = client.get(f"{answer.json()['links']['self']}/tensors/b")
    assert (missing.status_code, missing.json()["code"]) == (404, "network_has_no_tensor")


@pytest.mark.safety(35)
def test_a_model_is_run_by_no_file_of_the_servers_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A notebook's server is started where the notebook lies, and beside it may be an app.py."""
    for name in ("app", "onnx", "numpy", "socket"):
        (tmp_path / f"{name}.py").write_text("raise SystemExit(1)")
    monkeypatch.chdir(tmp_path)
    runs = RunProcess()
    try:
        made = runs.run(valid().SerializeToString(), lambda _: INPUT, Limits())
        assert made.arrays["y"].tolist() == [[[[4, 4], [4, 4]]]]
    finally:
        runs.close()
