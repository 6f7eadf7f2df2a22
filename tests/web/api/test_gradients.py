"""POST /gradients and /descent, against torch.autograd and sums by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from fastapi.testclient import TestClient

from app.main import create_app
from app.settings import Settings
from tests.web.api.test_upstream import GRAD_INPUT, GRAD_WEIGHT, LAYER, UPSTREAM

RANDOM: dict[str, Any] = {
    "input": {"random": {"shape": [4, 7, 6], "seed": 1}},
    "weight": {"random": {"shape": [6, 2, 3, 2], "seed": 2}},
    "bias": {"random": {"shape": [6], "seed": 3}},
    "operation": {"kind": "conv2d", "groups": 2, "stride": [2, 1], "padding": 1},
    "dtype": "float64",
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    with TestClient(create_app(Settings(store=tmp_path_factory.mktemp("store").as_uri()))) as client:
        yield client


def post(client: TestClient, path: str, body: dict[str, Any]) -> Any:
    answer = client.post(f"/api/v1/{path}", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


def leaves() -> list[torch.Tensor]:
    """The tensors of RANDOM, as torch makes them."""
    made = []
    for name in ("input", "weight", "bias"):
        source = RANDOM[name]["random"]
        generator = torch.Generator().manual_seed(source["seed"])
        made.append(torch.randn(source["shape"], generator=generator, dtype=torch.float64).requires_grad_())
    return made


def layer(x: torch.Tensor, weight: torch.Tensor, bias: torch.Tensor) -> torch.Tensor:
    return F.conv2d(x[None], weight, bias, (2, 1), 1, groups=2)[0]


@pytest.mark.parametrize("dtype", ["float32", "float64", "int32"])
def test_gradients_by_hand(client: TestClient, dtype: str) -> None:
    found = post(client, "gradients", {**LAYER, "dtype": dtype, "upstream": {"data": UPSTREAM}})
    assert found["input"] == GRAD_INPUT
    assert found["weight"] == GRAD_WEIGHT
    assert found["bias"] == [-1]
    assert found["upstream"] == UPSTREAM
    assert found["output"] == [[[56, 72], [104, 120]]]
    assert found["loss"] is None
    assert found["shapes"] == {
        "input": [2, 3, 3],
        "weight": [1, 2, 2, 2],
        "bias": [1],
        "output": [1, 2, 2],
    }
    assert post(client, "gradients", LAYER)["upstream"] == [[[1, 1], [1, 1]]]


def test_what_a_layer_has_not_is_null(client: TestClient) -> None:
    pooling = {"input": LAYER["input"], "operation": {"kind": "avg_pool2d", "kernel_size": 3}}
    found = post(client, "gradients", {**pooling, "dtype": "float64"})
    assert (found["weight"], found["bias"]) == (None, None)
    assert found["input"] == [[[1 / 9] * 3] * 3] * 2


def test_squared_error(client: TestClient) -> None:
    target = {"random": {"shape": [6, 4, 7], "seed": 9}}
    found = post(client, "gradients", {**RANDOM, "loss": {"kind": "squared_error", "target": target}})
    tensors = leaves()
    y = layer(*tensors)
    goal = torch.randn(6, 4, 7, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    loss = F.mse_loss(y, goal, reduction="sum")
    check(found, loss, y, tensors)


def test_cross_entropy(client: TestClient) -> None:
    found = post(client, "gradients", {**RANDOM, "loss": {"kind": "cross_entropy", "target": 4}})
    tensors = leaves()
    y = layer(*tensors)
    check(found, F.cross_entropy(y.mean((1, 2)), torch.tensor(4)), y, tensors)


def check(found: Any, loss: torch.Tensor, y: torch.Tensor, tensors: list[torch.Tensor]) -> None:
    assert found["loss"] == pytest.approx(loss.item(), rel=1e-12)
    expected = torch.autograd.grad(loss, [y, *tensors])
    for name, gradient in zip(("upstream", "input", "weight", "bias"), expected, strict=True):
        own = torch.tensor(found[name], dtype=torch.float64)
        torch.testing.assert_close(own, gradient, rtol=1e-12, atol=1e-13)


def test_descent_is_torchs_sgd(client: TestClient) -> None:
    target = {"random": {"shape": [6, 4, 7], "seed": 9}}
    loss = {"kind": "squared_error", "target": target}
    body = {**RANDOM, "loss": loss, "learning_rate": 1e-3, "steps": 5, "train": ["weight", "bias"]}
    found = post(client, "descent", body)
    x, weight, bias = leaves()
    goal = torch.randn(6, 4, 7, generator=torch.Generator().manual_seed(9), dtype=torch.float64)
    optimizer, losses = torch.optim.SGD([weight, bias], lr=1e-3), []
    for _ in range(6):
        optimizer.zero_grad()
        value = F.mse_loss(layer(x.detach(), weight, bias), goal, reduction="sum")
        losses.append(value.item())
        value.backward()
        if len(losses) < 6:
            optimizer.step()
    output = layer(x, weight, bias).detach().requires_grad_()
    F.mse_loss(output, goal, reduction="sum").backward()
    assert found["losses"] == pytest.approx(losses, rel=1e-12)
    assert found["diverged_at"] is None
    for name, own in (("weight", weight), ("bias", bias), ("upstream", output.grad)):
        assert own is not None
        trained = torch.tensor(found[name], dtype=torch.float64)
        torch.testing.assert_close(trained, own.detach(), rtol=1e-12, atol=1e-13)


def test_only_what_is_trained_moves(client: TestClient) -> None:
    body = {**RANDOM, "loss": {"kind": "cross_entropy", "target": 1}, "learning_rate": 0.1, "steps": 3}
    found = post(client, "descent", {**body, "train": ["bias"]})
    assert torch.equal(torch.tensor(found["weight"], dtype=torch.float64), leaves()[1])
    assert found["losses"] == sorted(found["losses"], reverse=True)


@pytest.mark.parametrize(("trained", "moved"), [("weight", 1e25 - 2e-10), ("bias", -2e15)])
def test_a_gradient_that_nothing_trains_ends_no_descent(
    client: TestClient, trained: str, moved: float
) -> None:
    """Of output 1 and target -1e15 the upstream is 2e15; the gradient to the input, 2e40, is no float32."""
    body = {
        "input": {"data": [[[1e-25]]]}, "weight": {"data": [[[[1e25]]]]}, "bias": {"data": [0]},
        "operation": {"kind": "conv2d"}, "dtype": "float32", "train": [trained],
        "loss": {"kind": "squared_error", "target": {"data": [[[-1e15]]]}}, "learning_rate": 1, "steps": 1,
    }  # fmt: skip
    found = post(client, "descent", body)
    assert found["diverged_at"] is None
    assert found["losses"][0] == pytest.approx(1e30)
    assert torch.tensor(found[trained]).item() == pytest.approx(moved)


def test_divergence_is_told(client: TestClient) -> None:
    target = {"data": [[[0, 0], [0, 0]]]}
    body = {
        **LAYER, "loss": {"kind": "squared_error", "target": target}, "learning_rate": 1.0, "steps": 100,
    }  # fmt: skip
    found = post(client, "descent", body)
    assert 3 < found["diverged_at"] < 50
    assert len(found["losses"]) == found["diverged_at"] + 1
    assert found["losses"] == sorted(found["losses"])


SQUARED = {"kind": "squared_error", "target": {"data": [[[1, 2], [3, 4]]]}}


@pytest.mark.parametrize(
    ("path", "change", "at", "code"),
    [
        (
            "gradients",
            {"loss": {**SQUARED, "target": {"data": [[[1, 2]]]}}},
            "/loss/target",
            "target_mismatch",
        ),
        ("gradients", {"loss": {"kind": "cross_entropy", "target": 1}}, "/loss/target", "no_such_class"),
        ("gradients", {"loss": {"kind": "hinge"}}, "/loss/kind", "field.kind_unknown"),
        ("gradients", {"loss": {}}, "/loss/kind", "field.kind_missing"),
        ("gradients", {"loss": {"kind": "squared_error"}}, "/loss/target", "field.missing"),
        ("gradients", {"loss": SQUARED, "upstream": {"data": UPSTREAM}}, "", "field.upstream_and_loss"),
        (
            "gradients",
            {"loss": {"kind": "cross_entropy", "target": 0}, "dtype": "int32"},
            "/dtype",
            "loss_needs_floats",
        ),
        (
            "gradients",
            {"upstream": {"data": [[[2**30, 2**30], [0, 0]]]}, "dtype": "int32"},
            "/upstream",
            "int32_overflow",
        ),
        ("gradients", {"steps": 3}, "/steps", "field.unknown"),
        ("descent", {}, "/loss", "field.missing"),
        ("descent", {"loss": SQUARED, "dtype": "int32"}, "/dtype", "descent_needs_floats"),
        ("descent", {"loss": SQUARED, "bias": None, "train": ["bias"]}, "/train/0", "nothing_to_train"),
        ("descent", {"loss": SQUARED, "train": ["input"]}, "/train/0", "field.not_one_of"),
        ("descent", {"loss": SQUARED, "train": []}, "/train", "field.too_few_items"),
        ("descent", {"loss": SQUARED, "steps": 1001}, "/steps", "field.above_maximum"),
        ("descent", {"loss": SQUARED, "steps": 0}, "/steps", "field.below_minimum"),
        ("descent", {"loss": SQUARED, "learning_rate": 0}, "/learning_rate", "field.too_small"),
    ],
)
def test_what_cannot_be_is_refused(
    client: TestClient, path: str, change: dict[str, Any], at: str, code: str
) -> None:
    descent = {"learning_rate": 0.1, "steps": 2} if path == "descent" else {}
    answer = client.post(f"/api/v1/{path}", json={**LAYER, **descent, **change})
    assert answer.status_code == 422
    problem = answer.json()
    assert code in (problem["code"], *(error["code"] for error in problem["errors"]))
    assert at in [error["at"] for error in problem["errors"]]


@pytest.mark.parametrize(
    ("path", "limit"), [("gradients", "max_answer_numbers"), ("descent", "max_multiply_adds")]
)
def test_too_much_is_refused(client: TestClient, path: str, limit: str) -> None:
    large = {**LAYER, "input": {"random": {"shape": [2, 600, 600]}}}
    if path == "descent":
        goal = {"random": {"shape": [8, 99, 99]}}
        layer = {"input": {"random": {"shape": [64, 99, 99]}}, "weight": {"random": {"shape": [8, 64, 1, 1]}}}
        loss = {"kind": "squared_error", "target": goal}
        large = {**LAYER, **layer, "loss": loss, "learning_rate": 0.1, "steps": 1000, "bias": None}
    answer = client.post(f"/api/v1/{path}", json=large)
    assert (answer.status_code, answer.json()["limit"]) == (413, limit)
