"""Gradient descent beside the stage: the numbers beside torch.autograd; runs, undo, and steps too far."""

from __future__ import annotations

import json
import math
import re
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor

from tests.support.page import PHONE, OpenPage, make_scene, wait_until_painted

LARGEST_FLOAT32 = float(torch.finfo(torch.float32).max)


def numbers(*shape: int, start: int = 0) -> Tensor:
    """Small numbers without a pattern, in quarters."""
    count = math.prod(shape)
    return ((torch.arange(count) * 7 + start) % 11 - 5).double().reshape(shape) / 4


@dataclass
class Layer:
    operation: dict[str, Any]
    x: Tensor
    weight: Tensor
    bias: Tensor | None
    forward: Callable[[Tensor, Any, Any], Tensor]

    def page(self, server: str, dtype: str = "float64") -> str:
        return make_scene(server, self.x, self.weight, self.operation, dtype=dtype, bias=self.bias)


EDGES = Layer(
    {"kind": "conv2d"}, torch.ones(1, 6, 8).double(), torch.tensor([[[[0.5, 0.0]]]]).double(), None,
    lambda x, w, _: F.conv2d(x[None], w)[0],
)  # fmt: skip
EDGES.x[:, :, 2:6] = 0
EDGE_KERNEL = torch.tensor([[[[1.0, -1.0]]]]).double()
LAYERS = {
    "conv2d": Layer(
        {"kind": "conv2d", "stride": 2, "padding": 1, "groups": 2},
        numbers(4, 4, 4), numbers(4, 2, 3, 3, start=2), numbers(4, start=1),
        lambda x, w, b: F.conv2d(x[None], w, b, stride=2, padding=1, groups=2)[0],
    ),
    "conv_transpose2d": Layer(
        {"kind": "conv_transpose2d", "stride": 2},
        numbers(2, 2, 2), numbers(2, 3, 2, 2, start=3), None,
        lambda x, w, _: F.conv_transpose2d(x[None], w, stride=2)[0],
    ),
    "conv1d": Layer(
        {"kind": "conv1d", "padding": 1},
        numbers(2, 7), numbers(2, 2, 3, start=5), numbers(2),
        lambda x, w, b: F.conv1d(x[None], w, b, padding=1)[0],
    ),
}  # fmt: skip


def squared_error(output: Tensor) -> Tensor:
    return output.square().sum()


def cross_entropy(output: Tensor) -> Tensor:
    return F.cross_entropy(output.flatten(1).mean(1)[None], torch.tensor([0]))


LOSSES = {"squared_error": squared_error, "cross_entropy": cross_entropy}


def torch_descent(
    layer: Layer, loss_of: Callable[[Tensor], Tensor], rate: float, names: str = "weight bias"
) -> Iterator[tuple[float, Tensor, Tensor | None]]:
    """The loss, weight and bias before each step, by autograd and plain subtraction."""
    weight, bias = layer.weight.clone().requires_grad_(), layer.bias
    bias = None if bias is None else bias.clone().requires_grad_()
    while True:
        loss = loss_of(layer.forward(layer.x, weight, bias))
        yield loss.item(), weight.detach().clone(), None if bias is None else bias.detach().clone()
        for name, tensor in (("weight", weight), ("bias", bias)):
            if tensor is not None and name in names:
                [gradient] = torch.autograd.grad(loss, [tensor], retain_graph=True)
                tensor.data -= rate * gradient


def shown(page: Page, name: str) -> Tensor:
    """A tensor of the scene that the stage shows once it is painted, as the server has it."""
    wait_until_painted(page)
    scene = page.locator("#stage").get_attribute("data-scene")
    address = page.evaluate("location.origin")
    with urllib.request.urlopen(f"{address}/api/v1/scenes/{scene}/tensors/{name}?format=json") as answer:
        return torch.tensor(json.load(answer)["data"], dtype=torch.float64)


def open_descent(page: Page, loss: str = "squared_error") -> None:
    page.get_by_label("upstream dY:").select_option(loss)
    page.get_by_role("button", name="Gradient descent", exact=True).click()
    expect(page.get_by_role("region", name="Gradient descent")).to_be_visible()


def set_target(page: Page, target: Tensor) -> None:
    page.get_by_role("button", name="target", exact=True).click()
    page.get_by_role("textbox", name="target").fill(str(target.tolist()))
    page.get_by_role("button", name="Use this target").click()


def set_rate(page: Page, rate: float) -> None:
    page.get_by_label("Learning rate").fill(str(rate))


def told_losses(page: Page) -> tuple[float, float, int]:
    """The first, the last, and the steps between, as the strip says them."""
    text = page.locator("#descent-losses").text_content() or ""
    found = re.fullmatch(r"Loss (\S+) → (\S+) in (\d+) steps?", text)
    assert found, text
    first, last, steps = found.groups()
    return value_of(first), value_of(last), int(steps)


def value_of(text: str) -> float:
    return float(text.replace("−", "-"))


def after_steps(page: Page, steps: int) -> None:
    """Wait until so many steps are told."""
    expect(page.locator("#descent-losses")).to_have_text(re.compile(rf" in {steps} steps?$"))
    expect(page.locator("#descent-step")).to_be_enabled()


def test_finds_the_edge_kernel(open_page: OpenPage, server: str) -> None:
    """With the rate that the page suggests, in at most three runs."""
    page = open_page(f"{EDGES.page(server, 'float32')}?direction=weight")
    open_descent(page)
    set_target(page, EDGES.forward(EDGES.x, EDGE_KERNEL, None))
    expect(page.locator("#descent-losses")).to_have_text("Loss 10.5, no step yet")
    expect(page.get_by_label("Learning rate")).to_have_value("0.02")
    for run in (1, 2, 3):
        page.get_by_role("button", name="Run 20 steps").click()
        after_steps(page, 20 * run)
        if (shown(page, "weight") - EDGE_KERNEL).abs().max() < 1e-2:
            break
    assert (shown(page, "weight") - EDGE_KERNEL).abs().max() < 1e-2
    text = page.locator("#descent-parameters").text_content() or ""
    assert [value_of(number) for number in text.split("=")[1].split()] == pytest.approx([1, -1], abs=1e-2)
    first, last, _ = told_losses(page)
    assert first == 10.5 and last < 1e-2


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("name", LAYERS)
def test_each_step_is_torchs(open_page: OpenPage, server: str, name: str, loss: str) -> None:
    """Weight, bias, upstream and loss; and each step is undone by itself."""
    layer = LAYERS[name]
    page = open_page(f"{layer.page(server)}?direction=weight")
    open_descent(page, loss)
    # The loss is known, and no rate is suggested any more.
    expect(page.locator("#descent-step")).to_be_enabled()
    set_rate(page, 0.003)
    expected = torch_descent(layer, LOSSES[loss], 0.003)
    states = [next(expected) for _ in range(4)]
    for steps, (value, weight, bias) in enumerate(states[1:], 1):
        page.get_by_role("button", name="One step").click()
        after_steps(page, steps)
        torch.testing.assert_close(shown(page, "weight"), weight, rtol=1e-12, atol=1e-13)
        assert told_losses(page) == pytest.approx((states[0][0], value, steps), rel=1e-3)
        if bias is not None:
            torch.testing.assert_close(shown(page, "bias"), bias, rtol=1e-12, atol=1e-13)
        output = layer.forward(layer.x, weight, bias).requires_grad_()
        [upstream] = torch.autograd.grad(LOSSES[loss](output), [output])
        torch.testing.assert_close(shown(page, "upstream"), upstream, rtol=1e-12, atol=1e-13)
    for steps in (2, 1):
        page.locator("#undo").click()
        after_steps(page, steps)
        torch.testing.assert_close(shown(page, "weight"), states[steps][1], rtol=1e-12, atol=1e-13)


def test_trains_what_is_chosen(open_page: OpenPage, server: str) -> None:
    layer = LAYERS["conv2d"]
    page = open_page(f"{layer.page(server)}?direction=bias")
    open_descent(page)
    set_rate(page, 0.003)
    page.get_by_label("kernel K").uncheck()
    # Something is always trained.
    page.get_by_label("bias b").uncheck()
    expect(page.get_by_label("kernel K")).to_be_checked()
    page.get_by_label("bias b").check()
    page.get_by_label("kernel K").uncheck()
    page.get_by_role("button", name="One step").click()
    after_steps(page, 1)
    expected = torch_descent(layer, squared_error, 0.003, "bias")
    next(expected)
    _, weight, bias = next(expected)
    assert bias is not None
    torch.testing.assert_close(shown(page, "bias"), bias, rtol=1e-12, atol=1e-13)
    assert torch.equal(shown(page, "weight"), weight)


def test_a_run_is_undone_at_once(open_page: OpenPage, server: str) -> None:
    """And redone; the address has one entry for it; the weights are there after a reload."""
    layer = LAYERS["conv2d"]
    page = open_page(f"{layer.page(server)}?direction=weight")
    open_descent(page)
    set_rate(page, 0.001)
    start = page.locator("#stage").get_attribute("data-scene")
    entries = page.evaluate("history.length")
    page.get_by_label("Steps").fill("30")
    page.get_by_role("button", name="Run 30 steps").click()
    after_steps(page, 30)
    expected = torch_descent(layer, squared_error, 0.001)
    states = [next(expected) for _ in range(31)]
    torch.testing.assert_close(shown(page, "weight"), states[30][1], rtol=1e-10, atol=1e-12)
    end = page.locator("#stage").get_attribute("data-scene")
    expect(page).to_have_url(re.compile(f"/s/{end}"))
    assert page.evaluate("history.length") == entries + 1
    page.locator("#undo").click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", start or "")
    expect(page.locator("#descent-losses")).to_contain_text("no step yet")
    page.locator("#redo").click()
    expect(page.locator("#stage")).to_have_attribute("data-scene", end or "")
    after_steps(page, 30)
    expect(page).to_have_url(re.compile(f"/s/{end}"))
    page.reload()
    page.wait_for_selector("html[data-ready]", state="attached")
    torch.testing.assert_close(shown(page, "weight"), states[30][1], rtol=1e-10, atol=1e-12)
    expect(page.get_by_role("button", name="Gradient descent", exact=True)).to_be_disabled()


def test_a_run_is_stopped(open_page: OpenPage, server: str) -> None:
    """By the button that began it, as soon as the first scene is there."""
    page = open_page(f"{LAYERS['conv2d'].page(server)}?direction=weight")
    open_descent(page)
    set_rate(page, 1e-5)
    page.get_by_label("Steps").fill("1000")
    page.evaluate("""() => {
      const run = document.querySelector('#descent-run');
      const losses = document.querySelector('#descent-losses');
      const observer = new MutationObserver(() => { observer.disconnect(); run.click(); });
      observer.observe(losses, { childList: true, characterData: true, subtree: true });
      run.click();
    }""")
    after_steps(page, 50)
    expect(page.get_by_role("button", name="Run 1000 steps")).to_be_enabled()
    page.locator("#undo").click()
    expect(page.locator("#descent-losses")).to_contain_text("no step yet")


def steps_in_float32(layer: Layer, rate: float) -> int:
    """How many steps keep every number that they need, of the gradients too, in the range of float32."""
    for steps, (_, weight, _) in enumerate(torch_descent(layer, squared_error, rate)):
        output = layer.forward(layer.x, weight.requires_grad_(), None)
        gradients = torch.autograd.grad(squared_error(output), [output, weight])
        if max(each.abs().max() for each in (weight, output, *gradients)) > LARGEST_FLOAT32:
            return steps
    raise AssertionError


@pytest.mark.parametrize("steps", [40, 1000])
def test_diverging_is_shown_for_what_it_is(open_page: OpenPage, server: str, steps: int) -> None:
    """Where, with what rate, and what a smaller one does; that is one press away."""
    page = open_page(f"{EDGES.page(server, 'float32')}?direction=weight")
    open_descent(page)
    set_rate(page, 0.5)
    page.get_by_label("Steps").fill(str(steps))
    page.get_by_role("button", name=f"Run {steps} steps").click()
    outcome = page.locator(".descent-outcome")
    expect(outcome).to_contain_text("the descent diverges")
    told = outcome.text_content() or ""
    [step] = re.findall(r"At step (\d+) a number leaves the range of float32", told)
    assert int(step) == steps_in_float32(EDGES, 0.5) + 1
    # The curve leaves the plot.
    expect(page.locator("#descent .exit")).to_have_text("↑")
    _, last, taken = told_losses(page)
    assert taken < int(step) and 1e20 < last <= 1e30
    assert f"The last {int(step) - 1 - taken} steps are on the curve only" in told
    [(rate, first, fallen, tried)] = re.findall(
        r"With (\S+) the loss goes from (\S+) to (\S+) in (\d+) steps", told
    )
    expected = torch_descent(EDGES, squared_error, value_of(rate))
    *_, (end, _, _) = [next(expected) for _ in range(int(tried) + 1)]
    assert value_of(first) == 4.5 and value_of(fallen) == pytest.approx(end, rel=1e-2, abs=1e-9)
    outcome.get_by_role("button", name="Undo, and take").click()
    expect(page.get_by_label("Learning rate")).to_have_value(rate)
    expect(page.locator("#descent-losses")).to_have_text("Loss 4.5, no step yet")
    assert torch.equal(shown(page, "weight"), EDGES.weight)
    page.get_by_label("Steps").fill("10")
    page.get_by_role("button", name="Run 10 steps").click()
    after_steps(page, 10)
    assert told_losses(page)[1] < 4.5


def test_a_loss_that_grows_is_told(open_page: OpenPage, server: str) -> None:
    """Before any number leaves the range."""
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    open_descent(page)
    set_rate(page, 0.05)
    page.get_by_label("Steps").fill("2")
    page.get_by_role("button", name="Run 2 steps").click()
    states = torch_descent(EDGES, squared_error, 0.05)
    losses = [next(states)[0] for _ in range(3)]
    outcome = page.locator(".descent-outcome")
    expect(outcome).to_contain_text(f"The loss grows from {losses[0]:.4g} to {losses[2]:.4g}")


def test_another_target(open_page: OpenPage, server: str) -> None:
    """The curve begins anew, and the steps lead there."""
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    open_descent(page)
    set_rate(page, 0.01)
    page.get_by_role("button", name="One step").click()
    after_steps(page, 1)
    goal = EDGES.forward(EDGES.x, EDGE_KERNEL, None)
    before = shown(page, "weight")
    set_target(page, goal)
    loss = (EDGES.forward(EDGES.x, before, None) - goal).square().sum().item()
    expect(page.locator("#descent-losses")).to_have_text(f"Loss {float(f'{loss:.4g}')}, no step yet")
    page.get_by_role("button", name="One step").click()
    after_steps(page, 1)
    moved = Layer(EDGES.operation, EDGES.x, before, None, EDGES.forward)
    states = torch_descent(moved, lambda output: (output - goal).square().sum(), 0.01)
    next(states)
    torch.testing.assert_close(shown(page, "weight"), next(states)[1], rtol=1e-12, atol=1e-13)


def test_after_an_edit_the_same_loss_again(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    open_descent(page)
    page.get_by_label("upstream dY:").select_option("ones")
    outcome = page.locator(".descent-outcome")
    expect(outcome).to_contain_text("Numbers were changed since the loss was chosen")
    expect(page.locator("#descent-step")).to_be_disabled()
    outcome.get_by_role("button", name="Use the same loss again").click()
    expect(page.locator("#descent-losses")).to_have_text("Loss 4.5, no step yet")
    expect(page.locator("#descent-step")).to_be_enabled()


def test_integers_are_offered_floats(open_page: OpenPage, server: str) -> None:
    layer = Layer(
        {"kind": "conv2d"}, torch.arange(16).reshape(1, 4, 4), torch.ones(1, 1, 2, 2).long(), None,
        EDGES.forward,
    )  # fmt: skip
    page = open_page(f"{layer.page(server, 'int32')}?direction=weight")
    open_descent(page)
    outcome = page.locator(".descent-outcome")
    expect(outcome).to_contain_text("Integers cannot be trained")
    expect(page.locator("#descent-run")).to_be_disabled()
    outcome.get_by_role("button", name="Make it float32").click()
    expect(page.locator("#descent-run")).to_be_enabled()
    set_rate(page, 1e-4)
    page.get_by_role("button", name="One step").click()
    after_steps(page, 1)
    floats = Layer(layer.operation, layer.x.double(), layer.weight.double(), None, layer.forward)
    states = torch_descent(floats, squared_error, 1e-4)
    next(states)
    torch.testing.assert_close(shown(page, "weight"), next(states)[1], rtol=1e-6, atol=1e-6)
    # A number typed now may be a fraction.
    page.get_by_label("Direction").select_option("forward")
    page.locator("#cells-input").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.type("0.25")
    page.keyboard.press("Enter")
    expect(page.locator("#cells-input")).to_contain_text("0.25")


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("Learning rate", "0", "a number above 0"),
        ("Learning rate", "-1", "a number above 0"),
        ("Learning rate", "", "a number above 0"),
        ("Steps", "0", "1 to 1000 steps"),
        ("Steps", "1001", "1 to 1000 steps"),
        ("Steps", "2.5", "1 to 1000 steps"),
    ],
)
def test_what_cannot_be_run_is_told(
    open_page: OpenPage, server: str, field: str, value: str, said: str
) -> None:
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    open_descent(page)
    page.get_by_label(field).fill(value)
    page.get_by_label(field).press("Enter")
    expect(page.locator("#descent .field-error")).to_contain_text(said)
    expect(page.get_by_label(field)).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#descent-losses")).to_contain_text("no step yet")


def test_by_keyboard(open_page: OpenPage, server: str) -> None:
    """The curve says in words what it shows; Escape goes back to where one came from."""
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    page.get_by_label("upstream dY:").select_option("squared_error")
    opener = page.get_by_role("button", name="Gradient descent", exact=True)
    expect(opener).to_be_enabled()
    opener.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#descent-step")).to_be_focused()
    page.keyboard.press("Enter")
    after_steps(page, 1)
    page.keyboard.press("Tab")
    expect(page.locator("#descent-run")).to_be_focused()
    page.keyboard.press("Enter")
    after_steps(page, 21)
    told = page.locator("#descent-losses").text_content() or ""
    expect(page.locator("#descent").get_by_role("img")).to_have_accessible_name(told)
    page.keyboard.press("Escape")
    expect(page.locator("#descent")).to_be_hidden()
    expect(opener).to_be_focused()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_beside_the_stage_on_a_phone(open_page: OpenPage, server: str, language: str) -> None:
    """The strip leaves the upper half, and nothing is wider than the screen."""
    page = open_page(f"{EDGES.page(server)}?direction=weight&lang={language}", **PHONE)
    page.locator("#upstream-source").select_option("squared_error")
    page.locator("#descent-open").tap()
    page.locator("#descent-run").tap()
    expect(page.locator("#descent-losses")).to_contain_text("20")
    box = page.locator("#descent").bounding_box()
    assert box and box["y"] >= 740 / 2 and box["y"] + box["height"] <= 741
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
    page.locator("#descent").get_by_role("button").first.tap()
    expect(page.locator("#descent")).to_be_hidden()


def test_one_strip_at_a_time(open_page: OpenPage, server: str) -> None:
    """The weights change on the stage of the forward pass too; Inspect stands in the same place."""
    page = open_page(f"{EDGES.page(server)}?direction=weight")
    open_descent(page)
    page.get_by_label("Direction").select_option("forward")
    expect(page.locator("#descent")).to_be_visible()
    page.get_by_role("button", name="One step").click()
    after_steps(page, 1)
    page.locator("#inspect-open").click()
    expect(page.locator("#inspect")).to_be_visible()
    expect(page.locator("#descent")).to_be_hidden()
    page.get_by_label("Direction").select_option("weight")
    page.locator("#descent-open").click()
    expect(page.locator("#inspect")).to_be_hidden()
    expect(page.locator("#descent")).to_be_visible()
