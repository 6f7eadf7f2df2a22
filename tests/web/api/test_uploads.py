"""POST /scenes with files."""

from __future__ import annotations

import io
import json
import tempfile
import time
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
import safetensors.torch
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient
from httpx2 import Response
from PIL import Image

from tests.support.scenes import CHAPTER, Form

X = np.arange(18, dtype=np.float32).reshape(2, 3, 3)
K = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)


def npy(array: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def picture(pixels: Any, format: str = "PNG") -> bytes:
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format, lossless=True)
    return file.getvalue()


def scene_part(**parts: Any) -> tuple[None, str, str]:
    return (None, json.dumps({"operation": {"kind": "conv2d"}, **parts}), "application/json")


def upload(client: TestClient, files: dict[str, Any], **query: Any) -> Response:
    answer: Response = client.post("/api/v1/scenes", files=files, params=query)
    return answer


def tensor(client: TestClient, answer: Response, name: str) -> Any:
    assert answer.status_code in (200, 201), answer.text
    return client.get(f"{answer.json()['links']['self']}/tensors/{name}").json()["data"]


def test_files_in_place_of_fields(client: TestClient) -> None:
    sent = upload(client, {"scene": scene_part(), "input": npy(X), "weight": npy(K)})
    assert sent.status_code == 201
    same = {"input": {"data": X.tolist()}, "weight": {"data": K.tolist()}, "operation": {"kind": "conv2d"}}
    assert client.post("/api/v1/scenes", json=same).json() == sent.json()


def test_the_scene_may_be_a_file_itself(client: TestClient) -> None:
    body = json.dumps(CHAPTER)
    answer = upload(client, {"scene": ("scene.json", body)})
    assert tensor(client, answer, "output") == [[[56, 72], [104, 120]]]


@pytest.mark.parametrize("format", ["PNG", "WEBP"])
def test_pictures(client: TestClient, format: str) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (5, 6, 3), np.uint8)
    scene = scene_part(weight={"kernels": ["identity"]})
    answer = upload(client, {"scene": scene, "input": ("photo.png", picture(pixels, format))})
    expected = (pixels / np.float32(255)).transpose(2, 0, 1)
    np.testing.assert_allclose(tensor(client, answer, "input"), expected, rtol=1e-6)
    np.testing.assert_allclose(tensor(client, answer, "output")[0], expected[:, 1:-1, 1:-1].sum(0), rtol=1e-5)


def test_a_picture_is_scaled_as_asked(client: TestClient) -> None:
    data = picture(np.full((50, 60), 128, np.uint8))
    scene = scene_part(weight={"kernels": ["box"]})
    answer = upload(client, {"scene": scene, "input": data}, size="10,20")
    assert answer.json()["shapes"]["input"] == [1, 10, 20]
    assert np.allclose(tensor(client, answer, "input"), 128 / 255)


def test_a_tensor_of_a_checkpoint(client: TestClient) -> None:
    layer = torch.nn.Conv2d(2, 3, 2)
    checkpoint = safetensors.torch.save({f"conv1.{k}": v for k, v in layer.state_dict().items()})
    files = {"scene": scene_part(), "input": npy(X), "weight": checkpoint, "bias": checkpoint}
    answer = upload(client, files, weight_key="conv1.weight", bias_key="conv1.bias")
    expected = layer(torch.from_numpy(X)).detach()
    torch.testing.assert_close(torch.tensor(tensor(client, answer, "output")), expected)
    missing = upload(client, files, weight_key="conv1.weight")
    assert missing.status_code == 422
    assert missing.json()["errors"][0]["at"] == "/bias"
    assert "bias_key may be 'conv1.bias', 'conv1.weight'" in missing.json()["detail"]


def test_bytes_of_int8_are_exact_in_int32(client: TestClient) -> None:
    x, k = (np.array(a, np.int8) for a in ([[[-128, 127]]], [[[[127, -128]]]]))
    answer = upload(client, {"scene": scene_part(dtype="int32"), "input": npy(x), "weight": npy(k)})
    assert tensor(client, answer, "output") == [[[-128 * 127 + 127 * -128]]]


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_archives_of_numpy(client: TestClient, save: Any) -> None:
    file = io.BytesIO()
    save(file, x=X, k=K, b=np.array([10.0]))
    data = file.getvalue()
    files = {"scene": scene_part(), "input": data, "weight": data, "bias": data}
    answer = upload(client, files, input_key="x", weight_key="k", bias_key="b")
    expected = F.conv2d(torch.from_numpy(X), torch.from_numpy(K), torch.tensor([10.0]))
    assert tensor(client, answer, "output") == expected.tolist()


def codes(answer: Response) -> list[str]:
    assert answer.status_code in (200, 201), answer.text
    return [note["code"] for note in answer.json()["notes"]]


def as_npy(x: Any) -> bytes:
    return npy(x)


def as_npz(x: Any) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, x)
    return file.getvalue()


def as_safetensors(x: Any) -> bytes:
    return safetensors.numpy.save({"x": np.ascontiguousarray(x)})


@pytest.mark.parametrize("form", [as_npy, as_npz, as_safetensors])
class TestBatches:
    BATCH = np.stack([X + 100 * i for i in range(5)])

    def sent(self, client: TestClient, data: bytes, **query: Any) -> Response:
        return upload(client, {"scene": scene_part(), "input": data, "weight": npy(K)}, **query)

    def test_an_axis_of_one_is_dropped_with_a_note(self, client: TestClient, form: Any) -> None:
        answer = self.sent(client, form(X[None]))
        assert tensor(client, answer, "input") == X.tolist()
        said = "the input has shape (1, 2, 3, 3): its batch axis is dropped, (2, 3, 3) is left"
        assert answer.json()["notes"] == [{"code": "batch_axis_dropped", "message": said}]
        assert answer.json()["id"] == self.sent(client, form(X)).json()["id"]

    @pytest.mark.parametrize("index", range(5))
    def test_one_sample_of_several(self, client: TestClient, form: Any, index: int) -> None:
        answer = self.sent(client, form(self.BATCH), input_index=index)
        assert tensor(client, answer, "input") == self.BATCH[index].tolist()
        assert codes(answer) == []

    def test_the_only_sample_may_be_asked_for(self, client: TestClient, form: Any) -> None:
        assert codes(self.sent(client, form(X[None]), input_index=0)) == []

    @pytest.mark.parametrize(
        ("x", "index", "at", "says"),
        [
            (BATCH, None, "/input", "a batch of 5: input_index picks one, from 0 to 4"),
            (BATCH, 5, "/input_index", "input_index is 5, the batch holds 5 samples: 0 to 4"),
            (X[None], 1, "/input_index", "input_index is 1, the batch holds 1 sample: 0 to 0"),
            (X, 0, "/input_index", "the input has shape (2, 3, 3)"),
            (X[None, None], None, "/input", "(C_in, H, W)"),
            (BATCH[:0], None, "/input", "(C_in, H, W)"),
        ],
    )
    def test_refused(
        self, client: TestClient, form: Any, x: Any, index: int | None, at: str, says: str
    ) -> None:
        answer = self.sent(client, form(x), **({} if index is None else {"input_index": index}))
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["at"] == at
        assert says in answer.json()["detail"]


def test_an_index_is_no_negative_number(client: TestClient) -> None:
    files = {"scene": scene_part(), "input": npy(X[None]), "weight": npy(K)}
    for index in (-1, "x", 10**30):
        assert upload(client, files, input_index=index).status_code == 422


def test_a_picture_is_no_batch(client: TestClient) -> None:
    scene = scene_part(weight={"kernels": ["box"]})
    answer = upload(client, {"scene": scene, "input": picture(np.zeros((5, 5), np.uint8))}, input_index=0)
    assert answer.status_code == 422


def test_nested_lists_have_no_batch_axis(client: TestClient) -> None:
    """A body says what it means; only what comes as a file may have the axis."""
    body = CHAPTER | {"input": {"data": [CHAPTER["input"]["data"]]}}
    assert client.post("/api/v1/scenes", json=body).status_code == 422


LAYER = torch.nn.Conv2d(2, 3, 2)
CHECKPOINT = {name: value.detach().numpy() for name, value in LAYER.state_dict().items()}


def checkpoint(prefix: str, form: str, leave_out: str = "") -> bytes:
    tensors = {prefix + name: value for name, value in CHECKPOINT.items() if name != leave_out}
    tensors |= {"other.weight": K, "fc.bias": np.zeros(9)}
    if form == "safetensors":
        return safetensors.numpy.save(tensors)
    file = io.BytesIO()
    np.savez(file, **tensors)
    return file.getvalue()


@pytest.mark.parametrize("form", ["safetensors", "npz"])
class TestBiasBesideTheWeight:
    def sent(self, client: TestClient, data: bytes, scene: Any = None, **query: Any) -> Response:
        files = {"scene": scene or scene_part(), "input": npy(X), "weight": data}
        return upload(client, files, **query)

    @pytest.mark.parametrize("prefix", ["conv1.", "features.0.", ""])
    def test_it_is_named_and_not_used(self, client: TestClient, form: str, prefix: str) -> None:
        answer = self.sent(client, checkpoint(prefix, form), weight_key=f"{prefix}weight")
        assert answer.json()["shapes"]["bias"] is None
        (note,) = answer.json()["notes"]
        assert note["code"] == "bias_not_used"
        assert f"'{prefix}bias'" in note["message"]
        without = F.conv2d(torch.from_numpy(X), LAYER.weight).detach()
        torch.testing.assert_close(torch.tensor(tensor(client, answer, "output")), without)

    def test_nothing_is_said_where_there_is_none(self, client: TestClient, form: str) -> None:
        answer = self.sent(client, checkpoint("conv1.", form, "bias"), weight_key="conv1.weight")
        assert codes(answer) == []

    def test_nothing_is_said_where_the_sender_decided(self, client: TestClient, form: str) -> None:
        data, key = checkpoint("conv1.", form), "conv1.weight"
        for scene in (scene_part(bias={"data": [0, 0, 1]}), scene_part(bias=None)):
            assert codes(self.sent(client, data, scene, weight_key=key)) == []
        files = {"scene": scene_part(), "input": npy(X), "weight": data, "bias": data}
        answer = upload(client, files, weight_key=key, bias_key="conv1.bias")
        assert codes(answer) == []
        expected = LAYER(torch.from_numpy(X)).detach()
        torch.testing.assert_close(torch.tensor(tensor(client, answer, "output")), expected)


def test_a_scaled_picture_is_told(client: TestClient) -> None:
    data = picture(np.zeros((50, 60), np.uint8))
    files = {"scene": scene_part(weight={"kernels": ["box"]}), "input": data}
    scaled = upload(client, files, size="10,20")
    assert scaled.json()["notes"][0]["message"] == "the picture of size (50, 60) is scaled to (10, 20)"
    assert codes(upload(client, files)) == codes(upload(client, files, size="50,60")) == []


def test_notes_are_in_the_readers_language(client: TestClient) -> None:
    """Of a new scene (201) and of one that was there (200); the scene itself has none."""
    files: Form = {"scene": scene_part(), "input": npy(X[None] + 7), "weight": npy(K)}
    said = []
    for language, status in (("zh-CN,en;q=0.5", 201), ("en", 200)):
        headers = {"Accept-Language": language}
        answer = client.post("/api/v1/scenes", files=files, headers=headers)
        assert answer.status_code == status
        said.append(answer.json()["notes"][0]["message"])
    assert said[0] == "输入的形状是 (1, 2, 3, 3)：已去掉批次维，剩下 (2, 3, 3)"
    assert said[1].startswith("the input has shape (1, 2, 3, 3)")
    assert client.get(answer.json()["links"]["self"]).json()["notes"] == []


def saved_scene(client: TestClient) -> bytes:
    made = client.post(
        "/api/v1/scenes", json=CHAPTER | {"operation": {"kind": "conv2d", "padding": 1}}
    ).json()
    return client.get(made["links"]["file"]).content


@pytest.mark.parametrize("part", ["scene", "input"])
def test_a_saved_scene_comes_back(client: TestClient, part: str) -> None:
    again = upload(client, {part: ("scene.safetensors", saved_scene(client))})
    assert again.status_code == 200
    assert again.json()["operation"]["padding"]["top"] == 1


def test_a_saved_scene_with_another_weight(client: TestClient) -> None:
    answer = upload(client, {"scene": saved_scene(client), "weight": npy(K)})
    assert answer.status_code == 201
    assert tensor(client, answer, "weight") == K.tolist()
    assert tensor(client, answer, "input") == CHAPTER["input"]["data"]


def test_a_saved_scene_is_a_source_of_tensors(client: TestClient) -> None:
    data = saved_scene(client)
    answer = upload(client, {"scene": scene_part(), "input": data, "weight": data})
    assert tensor(client, answer, "output") == [[[56, 72], [104, 120]]]


@pytest.mark.safety(17)
@pytest.mark.safety(24)
@pytest.mark.parametrize("name", ["../../etc/x", "a\0b", "é中😀", '"; x="', "con", "x" * 3000, ".."])
def test_file_names_are_never_looked_at(client: TestClient, name: str) -> None:
    answer = upload(client, {"scene": scene_part(), "input": (name, npy(X)), "weight": (name, npy(K))})
    assert answer.status_code in (200, 201)
    assert name not in answer.text or name in ("..", "con")


REFUSED: dict[str, tuple[dict[str, Any], int, str]] = {
    "nothing": ({"input": npy(X)}, 422, "no part 'scene'"),
    "no input": ({"scene": scene_part(), "weight": npy(K)}, 422, "there is no input"),
    "twice": (
        {"scene": scene_part(input={"data": X.tolist()}), "input": npy(X), "weight": npy(K)},
        422,
        "input is given twice",
    ),
    "unknown part": ({"scene": scene_part(), "picture": npy(X)}, 422, "part 'picture'"),
    "bad JSON": ({"scene": (None, "{"), "input": npy(X)}, 400, "not JSON"),
    "bad field": ({"scene": scene_part(stride=2), "input": npy(X)}, 422, "/stride"),
    "no kind": ({"scene": scene_part(), "input": b"hello", "weight": npy(K)}, 415, "PNG, JPEG, WebP"),
    "pickle": ({"scene": scene_part(), "input": b"\x80\x04\x95", "weight": npy(K)}, 415, "never are"),
    "GIF": ({"scene": scene_part(), "input": b"GIF89a" + b"\0" * 99, "weight": npy(K)}, 415, "GIF89a"),
    "two dimensions": ({"scene": scene_part(), "input": npy(X[0]), "weight": npy(K)}, 422, "(C_in, H, W)"),
    "empty": ({"scene": scene_part(), "input": npy(X[:0]), "weight": npy(K)}, 422, "C_in"),
}


@pytest.mark.safety(10)
@pytest.mark.parametrize("case", REFUSED)
def test_refused(client: TestClient, case: str) -> None:
    files, status, says = REFUSED[case]
    answer = upload(client, files)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert says in answer.json()["detail"]


@pytest.mark.parametrize("size", ["0,5", "5", "a,b", "5,5,5", "-1,5", "9999999,1"])
def test_invalid_sizes_are_refused(client: TestClient, size: str) -> None:
    files = {"scene": scene_part(weight={"kernels": ["box"]}), "input": picture(np.zeros((5, 5), np.uint8))}
    assert upload(client, files, size=size).status_code == 422


def form(parts: bytes, boundary: str = "b") -> dict[str, Any]:
    return {"content": parts, "headers": {"Content-Type": f"multipart/form-data; boundary={boundary}"}}


PART = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\nx\r\n'
MALFORMED: dict[str, dict[str, Any]] = {
    "1,001 parts": form(b"".join(PART % str(i).encode() for i in range(1001)) + b"--b--\r\n"),
    "1,001 files": form(
        b"".join(PART.replace(b'"\r', b'"; filename="f"\r') % b"f" for _ in range(1001)) + b"--b--"
    ),
    "huge part header": form(b"--b\r\nX: " + b"x" * 10_000_000 + b"\r\n\r\nx\r\n--b--\r\n"),
    "many part headers": form(b"--b\r\n" + b"X: y\r\n" * 500_000 + b"\r\nx\r\n--b--\r\n"),
    "no boundary": form(b"x") | {"headers": {"Content-Type": "multipart/form-data"}},
    "long boundary": form(b"x", "b" * 5000),
    "no end": form(PART % b"scene"),
    "no name": form(b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--\r\n"),
    "no parts": form(b"--b--\r\n"),
    "nothing": form(b""),
    "noise": form(b"\0" * 1_000_000),
    "preamble": form(b"\r\n" * 1_000_000 + b"--b--\r\n"),
    "epilogue": form(b"--b--\r\n" + b"\r\n" * 1_000_000),
}


@pytest.mark.safety(15)
@pytest.mark.parametrize("case", MALFORMED)
def test_malformed_forms(client: TestClient, case: str) -> None:
    started = time.process_time()
    answer = client.post("/api/v1/scenes", **MALFORMED[case])
    assert time.process_time() - started < 1
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_trace_takes_no_forms(client: TestClient) -> None:
    answer = client.post("/api/v1/trace", files={"scene": scene_part()})
    assert answer.status_code == 415


@pytest.mark.safety(17)
def test_nothing_reaches_the_disk(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_file(*_: Any, **__: Any) -> None:
        raise AssertionError("a temporary file")

    monkeypatch.setattr(tempfile, "TemporaryFile", no_file)
    large = np.zeros((3, 600, 600), np.float32)
    assert large.nbytes > 1 << 20
    answer = upload(client, {"scene": scene_part(weight={"kernels": ["box"]}), "input": npy(large)})
    assert answer.json()["shapes"]["input"] == [3, 600, 600]
