"""The gradients on the stage: their ledgers beside torch.autograd; what is asked, edited and opened."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from playwright.sync_api import Page, expect
from torch import Tensor

from tests.support.page import PHONE, OpenPage, find_cell, make_scene, point_at, point_at_cell, visit


@dataclass
class Layer:
    operation: dict[str, Any]
    x: Tensor
    weight: Tensor | None
    bias: Tensor | None
    forward: Callable[[Tensor, Any, Any], Tensor]

    @property
    def output(self) -> Tensor:
        return self.forward(self.x, self.weight, self.bias)

    @property
    def upstream(self) -> Tensor:
        return numbers(*self.output.shape, start=4)

    def gradients(self) -> list[Tensor | None]:
        """To input, weight and bias, by torch."""
        given = [None if each is None else each.clone().requires_grad_() for each in self.tensors]
        there = [each for each in given if each is not None]
        x, weight, bias = given
        assert x is not None
        found = iter(torch.autograd.grad(self.forward(x, weight, bias), there, self.upstream))
        return [None if each is None else next(found) for each in given]

    @property
    def tensors(self) -> tuple[Tensor, Tensor | None, Tensor | None]:
        return self.x, self.weight, self.bias

    def page(self, server: str) -> str:
        return make_scene(server, self.x, self.weight, self.operation, bias=self.bias, upstream=self.upstream)

    def opened(
        self, open_page: OpenPage, server: str, query: str, *, gradient: int
    ) -> tuple[Page, str, Tensor]:
        """The page at a query, its path, and what torch says to input (0), weight (1) or bias (2)."""
        expected, path = self.gradients()[gradient], self.page(server)
        assert expected is not None
        return open_page(f"{path}?{query}"), path, expected


def numbers(*shape: int, start: int = 0) -> Tensor:
    """Small whole numbers without a pattern."""
    count = int(torch.tensor(shape).prod())
    return ((torch.arange(count) * 7 + start) % 11 - 5).float().reshape(shape)


def strided(x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return F.conv2d(x[None], w, b, stride=2, padding=1, groups=2)[0]


LAYERS = {
    "strided": Layer(
        {"kind": "conv2d", "stride": 2, "padding": 1, "groups": 2},
        numbers(4, 5, 5), numbers(6, 2, 3, 3, start=2), numbers(6), strided,
    ),
    "reflect": Layer(
        {"kind": "conv2d", "padding": 1, "padding_mode": "reflect"},
        numbers(2, 4, 4), numbers(2, 2, 3, 3, start=1), None,
        lambda x, w, _: F.conv2d(F.pad(x[None], (1, 1, 1, 1), mode="reflect"), w)[0],
    ),
    "transposed": Layer(
        {"kind": "conv_transpose2d", "stride": 2, "padding": 1, "output_padding": 1},
        numbers(2, 3, 3), numbers(2, 3, 3, 3, start=3), numbers(3),
        lambda x, w, b: F.conv_transpose2d(x[None], w, b, stride=2, padding=1, output_padding=1)[0],
    ),
    "maximum": Layer(
        {"kind": "max_pool2d", "kernel_size": 2, "stride": 1},
        numbers(2, 4, 4), None, None, lambda x, *_: F.max_pool2d(x[None], 2, 1)[0],
    ),
    "average": Layer(
        {"kind": "avg_pool2d", "kernel_size": 2},
        numbers(2, 4, 4), None, None, lambda x, *_: F.avg_pool2d(x[None], 2)[0],
    ),
}  # fmt: skip
# The layer of which a reader is to say where each number comes from.
TWO_TO_THREE = Layer(
    {"kind": "conv2d", "stride": 2, "padding": 1},
    numbers(2, 5, 5), numbers(3, 2, 3, 3, start=2), numbers(3, start=1),
    lambda x, w, b: F.conv2d(x[None], w, b, stride=2, padding=1)[0],
)  # fmt: skip
WEIGHTED = [name for name, layer in LAYERS.items() if layer.weight is not None]


def value_of(expression: str) -> float:
    """What a printed sum comes to."""
    text = expression.replace("−", "-").replace("·", "*")
    tree = ast.parse(text.strip(), mode="eval")
    allowed = (ast.Expression, ast.BinOp, ast.UnaryOp, ast.Constant, ast.operator, ast.unaryop)
    assert all(isinstance(node, allowed) for node in ast.walk(tree)), expression
    return float(eval(compile(tree, "", "eval")))


def equation(page: Page, cell: str) -> list[float]:
    """The parts of the accessible ledger's sentence about a cell, each worked out."""
    sentence = page.locator("#step-sentence")
    expect(sentence).to_have_text(re.compile(f"^{re.escape(cell)} = "))
    _, *parts = (sentence.text_content() or "").split(" = ")
    return [value_of(part) for part in parts]


def row_sums(page: Page) -> list[float]:
    """The sums of the accessible table's rows."""
    sums = page.locator("#ledger-lines tr:not(.total) td:nth-child(3)")
    return [value_of(text) for text in sums.all_text_contents()]


def index_of(layer: Layer, out_channel: int, in_channel: int) -> tuple[int, int]:
    """The first two indices into the weight, as torch has them."""
    groups = layer.operation.get("groups", 1)
    if layer.operation["kind"] == "conv_transpose2d":
        return in_channel, out_channel % (layer.output.shape[0] // groups)
    return out_channel, in_channel % (layer.x.shape[0] // groups)


@pytest.mark.parametrize("name", LAYERS)
def test_to_the_input(open_page: OpenPage, server: str, name: str) -> None:
    """At a corner, at an edge and inside, of the first and the last channel."""
    layer = LAYERS[name]
    page, path, expected = layer.opened(open_page, server, "direction=input&by=window", gradient=0)
    channels, height, width = layer.x.shape
    for cell in ((0, 0, 0), (0, 1, 2), (channels - 1, height - 2, 1), (channels - 1, height - 1, width - 1)):
        visit(page, f"{path}?direction=input&step={','.join(map(str, cell))}")
        parts = equation(page, f"dX[{', '.join(map(str, cell))}]")
        assert parts == pytest.approx([float(expected[cell])] * len(parts), abs=1e-6)
        assert sum(row_sums(page)) == pytest.approx(float(expected[cell]))


@pytest.mark.parametrize("turned", ["gathered", "flipped"])
def test_products_of_a_turned_kernel_are_listed_as_they_are_seen(
    open_page: OpenPage, server: str, turned: str
) -> None:
    """Under the window from left to right and from top to bottom, in the terms and while they are made."""
    x, weight = numbers(1, 4, 4), numbers(1, 1, 3, 3, start=2)
    if turned == "gathered":
        layer = Layer(
            {"kind": "conv2d", "padding": 1}, x, weight, None,
            lambda x, w, _: F.conv2d(x[None], w, padding=1)[0],
        )  # fmt: skip
        under, query = layer.upstream, "direction=input&by=product"
        path = layer.page(server)
    else:
        path = make_scene(server, x, weight, {"kind": "conv2d", "flip": True, "padding": 1})
        under, query = x, "by=product"
    page = open_page(f"{path}?{query}&step=0,2,1")
    window = F.pad(under[0], (1, 1, 1, 1))[2:5, 1:4]
    factors = list(zip(window.flatten().tolist(), weight[0, 0].flip(0, 1).flatten().tolist(), strict=True))
    line = page.locator("#ledger-lines tr:not(.total) td").first
    expect(line).to_have_text(" + ".join(f"{bracketed(a)}·{bracketed(w)}" for a, w in factors))
    # At the place of its step a window is done: its first product is the first of the ticks before.
    for _ in range(9):
        page.keyboard.press("ArrowLeft")
    now = page.locator("#now-terms")
    first = f"{bracketed(factors[0][0])}·{bracketed(factors[0][1])}"
    expect(now).to_have_text(re.compile(f"^{re.escape(first)} = "))
    expect(page.locator("#step-description")).to_have_text(re.compile("hannel 0, product 1 of 9:$"))
    # A matrix shows the kernel as it is written.
    page.locator("input[name=view][value=matrix]").check(force=True)
    expect(line).to_have_text(" + ".join(f"{bracketed(a)}·{bracketed(w)}" for a, w in reversed(factors)))


def test_products_to_the_weight_are_told_one_by_one(open_page: OpenPage, server: str) -> None:
    layer = LAYERS["strided"]
    page = open_page(f"{layer.page(server)}?direction=weight&by=product&step=0,0,1,1&beat=5")
    x, upstream = layer.x[0, 2, 2], layer.upstream[0, 1, 1]
    expect(page.locator("#step-description")).to_have_text("Row 1 of dY, product 2 of 3:")
    product = f"{bracketed(float(x))}·{bracketed(float(upstream))} = {float(x * upstream):.0f}"
    expect(page.locator("#now-terms")).to_have_text(product.replace("= -", "= −"))


def bracketed(value: float) -> str:
    """As a factor is printed."""
    return f"(−{-value:.0f})" if value < 0 else f"{value:.0f}"


@pytest.mark.parametrize("name", WEIGHTED)
def test_to_the_weight(open_page: OpenPage, server: str, name: str) -> None:
    layer = LAYERS[name]
    page, path, expected = layer.opened(open_page, server, "direction=weight", gradient=1)
    outputs, inputs = layer.output.shape[0], layer.x.shape[0]
    for pair, tap in (((0, 0), (0, 0)), ((1, 1), (1, 2)), ((outputs - 1, inputs - 1), (2, 1))):
        index = (*index_of(layer, *pair), *tap)
        visit(page, f"{path}?direction=weight&step={','.join(map(str, (*pair, *tap)))}")
        parts = equation(page, f"dK[{', '.join(map(str, index))}]")
        assert parts == pytest.approx([float(expected[index])] * len(parts))
        place = page.locator("#timeline-position")
        expect(place).to_have_text(re.compile(rf"^dK\[{index[0]}, {index[1]}\], cell "))
        sums = row_sums(page)
        assert len(sums) == layer.output.shape[1]
        assert sum(sums) == pytest.approx(float(expected[index]))


@pytest.mark.parametrize("name", ["strided", "transposed"])
def test_to_the_bias(open_page: OpenPage, server: str, name: str) -> None:
    layer = LAYERS[name]
    page, path, expected = layer.opened(open_page, server, "direction=bias", gradient=2)
    for channel in range(3):
        visit(page, f"{path}?direction=bias&step={channel},0,0")
        cell = f"db[{channel}]"
        expect(page.locator("#step-sentence")).to_have_text(re.compile(f"^{re.escape(cell)} = .*= [−\\d]+$"))
        total = (page.locator("#step-sentence").text_content() or "").rpartition("=")[2]
        assert value_of(total) == pytest.approx(float(expected[channel]))


@pytest.mark.parametrize("view", ["stage", "matrix", "sparse"])
@pytest.mark.parametrize("direction", ["input", "weight", "bias", "input&reading=scatter"])
def test_the_line_of_the_moment_keeps_a_total_until_it_is_made(
    open_page: OpenPage, server: str, direction: str, view: str
) -> None:
    page = open_page(f"{LAYERS['strided'].page(server)}?direction={direction}&view={view}")
    total = page.locator("#now-terms .total")
    expect(page.locator("#step-description")).not_to_be_empty()
    expect(total).to_be_empty()
    page.keyboard.press("Shift+ArrowRight")
    if "scatter" not in direction:
        expect(total).to_have_text(re.compile("^ = "))


def test_of_a_signal(open_page: OpenPage, server: str) -> None:
    """A layer of one dimension has no rows, in names as in the loss's target."""
    x, weight, bias = numbers(2, 7), numbers(3, 2, 3, start=2), numbers(3)
    layer = Layer(
        {"kind": "conv1d", "stride": 2, "padding": 1},
        x,
        weight,
        bias,
        lambda x, w, b: F.conv1d(x[None], w, b, stride=2, padding=1)[0],
    )
    (to_input, to_weight, _), path = layer.gradients(), layer.page(server)
    assert to_input is not None and to_weight is not None
    page = open_page(f"{path}?direction=input&step=1,0,3")
    assert equation(page, "dX[1, 3]")[-1] == pytest.approx(float(to_input[1, 3]))
    visit(page, f"{path}?direction=weight&step=2,1,0,2")
    assert equation(page, "dK[2, 1, 2]")[-1] == pytest.approx(float(to_weight[2, 1, 2]))
    page.get_by_label("upstream dY:").select_option("squared_error")
    expect(page.locator("#loss-value")).to_contain_text(f"= {int(layer.output.square().sum())}, ")


SCATTERED = {
    "strided": Layer(
        {"kind": "conv2d", "stride": 2, "padding": 1, "groups": 2},
        numbers(2, 4, 4), numbers(4, 1, 2, 2, start=2), numbers(4),
        lambda x, w, b: F.conv2d(x[None], w, b, stride=2, padding=1, groups=2)[0],
    ),
    "reflect": Layer(
        {"kind": "conv2d", "padding": 1, "padding_mode": "reflect"},
        numbers(2, 3, 3), numbers(2, 2, 2, 2, start=1), None,
        lambda x, w, _: F.conv2d(F.pad(x[None], (1, 1, 1, 1), mode="reflect"), w)[0],
    ),
    "maximum": LAYERS["maximum"],
    "average": LAYERS["average"],
}  # fmt: skip


_NOTE_READY = """new MutationObserver(() => {
  window.readySentence ??= document.documentElement.dataset.ready &&
    document.querySelector('#step-sentence').textContent;
}).observe(document, { attributes: true, subtree: true, attributeFilter: ['data-ready'] })"""


@pytest.mark.parametrize("direction", ["input", "weight", "bias"])
def test_the_page_is_ready_with_the_gradient_of_its_address(
    open_page: OpenPage, scene_paths: dict[str, str], direction: str
) -> None:
    name = {"input": "dX", "weight": "dK", "bias": "db"}[direction]
    path = f"{scene_paths['strided-volume']}?direction={direction}"
    page = open_page(path, prepare=lambda page: page.add_init_script(_NOTE_READY))
    assert page.evaluate("readySentence").startswith(f"{name}[")


@pytest.mark.parametrize("name", SCATTERED)
def test_stamps_end_in_what_gathering_gives(open_page: OpenPage, server: str, name: str) -> None:
    """Every stamp of a channel, by the accessible table: what each cell under it is now."""
    layer = SCATTERED[name]
    expected = layer.gradients()[0]
    assert expected is not None
    page = open_page(f"{layer.page(server)}?direction=input&reading=scatter&by=window")
    plane, (_, rows, cols) = torch.zeros_like(expected[0]), layer.output.shape
    for window in range(rows * cols):
        page.keyboard.press("Shift+ArrowRight")
        place = f", {window // cols}, {window % cols}] = "
        expect(page.locator("#step-sentence")).to_contain_text(place)
        for line in page.locator("#ledger-lines tr").all():
            cell, terms, _, now = line.locator("th, td").all_text_contents()
            _, row, col = map(int, re.findall(r"\d+", cell))
            plane[row, col] = value_of(now)
            assert value_of(terms) == pytest.approx(value_of(now))
    torch.testing.assert_close(plane, expected[0])


def test_the_switch_offers_what_the_layer_has(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["max-pooling"])
    direction = page.get_by_label("Direction")
    disabled = [option.is_disabled() for option in direction.locator("option").all()]
    assert disabled == [False, False, True, True]
    direction.select_option("input")
    expect(page.locator("#view-caption")).to_contain_text("Only the largest cell of a window")
    expect(page.locator("#gradient-layer")).to_be_disabled()
    expect(page.locator("#gradient-layer")).to_have_attribute("title", re.compile("Pooling has no kernel"))
    page.locator("#readings").get_by_text("scatter").click()
    expect(page).to_have_url(re.compile("direction=input&reading=scatter"))
    page.keyboard.press("d")
    expect(direction).to_have_value("forward")


def test_the_address_names_the_moment(open_page: OpenPage, server: str) -> None:
    path = LAYERS["strided"].page(server)
    page = open_page(f"{path}?step=4,3,1,2&direction=weight")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dK\[4, 1, 1, 2\] = "))
    expect(page.get_by_label("Output channel of the pair", exact=True)).to_have_value("4")
    expect(page.get_by_label("Input channel of the pair", exact=True)).to_have_value("3")
    page.get_by_role("button", name="Output channel of the pair +").click()
    expect(page).to_have_url(re.compile(r"step=5,3,1,2&direction=weight"))
    # A channel of the other group reads other inputs.
    page.get_by_label("Output channel of the pair", exact=True).fill("0")
    page.get_by_label("Output channel of the pair", exact=True).press("Enter")
    expect(page).to_have_url(re.compile(r"step=0,0,1,2&direction=weight"))


def test_questions_in_both_directions(open_page: OpenPage, server: str) -> None:
    """An upstream cell and the inputs it reaches; a cell of the gradient and what pulls it, how strongly."""
    layer = TWO_TO_THREE
    page = open_page(f"{layer.page(server)}?direction=input&step=0,1,1")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\["))
    value = int(layer.upstream[0, 0, 0])
    point_at_cell(page, f"dY[0, 0, 0] = {value}".replace("-", "−"))
    expect(page.locator("#step-description")).to_contain_text("reaches 4 input cells in each of 2 channels")
    expected = layer.gradients()[0]
    assert expected is not None and layer.weight is not None
    x, y = point_at_cell(page, f"dX[0, 0, 1] = {int(expected[0, 0, 1])}".replace("-", "−"))
    weight = f"Y[0, 0, 0] (× K[0, 0, 1, 2] = {int(layer.weight[0, 0, 1, 2])})".replace("-", "−")
    expect(page.locator("#step-description")).to_contain_text(weight)
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.click(box["x"] + x, box["y"] + y)
    expect(page.locator("#step-description")).to_contain_text("pinned")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\[0, 0, 1\]"))
    expect(page).to_have_url(re.compile(r"pin=g0,0,1"))
    page.reload()
    expect(page.locator("#step-description")).to_have_text(re.compile(r"^dX\[0, 0, 1\] = .*pinned"))
    page.keyboard.press("Escape")
    expect(page.locator("#step-description")).not_to_contain_text("pinned")


def test_the_upstream_is_edited_in_its_place(open_page: OpenPage, server: str) -> None:
    """A scene without an upstream has ones; the gradient follows, and undo goes back."""
    layer = LAYERS["reflect"]
    path = make_scene(server, layer.x, layer.weight, layer.operation)
    page = open_page(f"{path}?direction=input&step=0,1,1")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\["))
    ones = torch.ones_like(layer.output)
    edited = ones.clone()
    edited[0, 1, 1] = 7
    x, y = find_cell(page, "dY[0, 1, 1] = 1")
    box = page.locator("#stage").bounding_box()
    assert box
    page.mouse.dblclick(box["x"] + x, box["y"] + y)
    expect(page.locator("#cell-value")).to_be_focused()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    for upstream in (edited, ones):
        given = layer.x.clone().requires_grad_()
        (expected,) = torch.autograd.grad(layer.forward(given, layer.weight, None), given, upstream)
        total = str(int(expected[0, 1, 1])).replace("-", "−")
        expect(page.locator("#step-sentence")).to_have_text(re.compile(f"= {total}$"))
        assert equation(page, "dX[0, 1, 1]")[-1] == expected[0, 1, 1]
        page.keyboard.press("Escape")
        point_at(page, 1, 1)
        page.keyboard.press("Control+z")


def test_one_cell_of_the_upstream_stays_one_cell(open_page: OpenPage, server: str) -> None:
    """It is chosen, moved to a pinned cell, moved by hand, and edited only with another number."""
    layer = LAYERS["reflect"]
    page = open_page(
        make_scene(server, layer.x, layer.weight, layer.operation) + "?direction=input&step=0,1,1"
    )
    source, move = page.locator("#upstream-source"), page.locator("#upstream-move")
    expect(source).to_have_value("ones")
    source.select_option("cell")
    point_at_cell(page, "dY[0, 0, 0] = 1")
    expect(source).to_have_value("cell")
    expect(move).to_be_hidden()
    x, y = place_on_page(page, *find_cell(page, "dY[0, 1, 2] = 0"))
    page.mouse.click(x, y)
    expect(move).to_have_text("move to dY[0, 1, 2]")
    move.click()
    expect(move).to_be_hidden()
    expect(page.locator("#step-description")).to_contain_text("dY[0, 1, 2] = 1")
    expect(source).to_have_value("cell")
    page.mouse.dblclick(x, y)
    expect(page.locator("#cell-value")).to_be_focused()
    page.keyboard.type("7")
    page.keyboard.press("Enter")
    expect(source).to_have_value("own")


def test_a_loss_gives_the_upstream(open_page: OpenPage, server: str) -> None:
    """The squared error from zeros and from a target; the cross-entropy of the channels' means."""
    layer = LAYERS["strided"]
    page = open_page(f"{layer.page(server)}?direction=bias&step=1,0,0")
    source = page.get_by_label("upstream dY:")
    output = layer.output
    source.select_option("squared_error")
    expect(page.locator("#loss-value")).to_contain_text(f"= {int(output.square().sum())}, dY = 2 (Y − T)")
    bias = str(int(2 * output[1].sum())).replace("-", "−")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^db\[1\] = .*= {bias}$"))
    page.get_by_role("button", name="target", exact=True).click()
    page.get_by_role("textbox", name="target").fill(str(output.int().tolist()))
    page.get_by_role("button", name="Use this target").click()
    expect(page.locator("#loss-value")).to_contain_text("= 0, dY = 2 (Y − T)")
    source.select_option("cross_entropy")
    loss = F.cross_entropy(output.mean((1, 2))[None], torch.tensor([0])).item()
    expect(page.locator("#loss-value")).to_contain_text(f"{loss:.4f}".rstrip("0")[:-1])
    page.get_by_label("class").fill("2")
    page.get_by_label("class").press("Enter")
    loss = F.cross_entropy(output.mean((1, 2))[None], torch.tensor([2])).item()
    expect(page.locator("#loss-value")).to_contain_text(f"{loss:.4f}".rstrip("0")[:-1])
    source.select_option("ones")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^db\[1\] = .*= {output[1].numel()}$"))


def test_the_loss_follows_edits(open_page: OpenPage, server: str) -> None:
    """With its gradient, through edits of cells, by paste and of the operation, until another upstream."""
    layer = LAYERS["strided"]
    page = open_page(f"{layer.page(server)}?direction=bias")
    value, sentence = page.locator("#loss-value"), page.locator("#step-sentence")

    def expect_loss_of(output: Tensor) -> None:
        expect(value).to_contain_text(f"= {int(output.square().sum())}, ")
        bias = str(int(2 * output[0].sum())).replace("-", "−")
        expect(sentence).to_have_text(re.compile(rf"^db\[0\] = .*= {bias}$"))

    page.get_by_label("upstream dY:").select_option("squared_error")
    expect_loss_of(layer.output)
    edited = layer.x.clone()
    page.locator("#direction").select_option("weight")
    expect(sentence).to_have_text(re.compile("^dK"))
    expect(page.locator("#stage")).to_have_attribute("data-layout", re.compile("^(line|stacked)"))
    x, y = point_at_cell(page, "X[0, 1, 1] = ")
    for text in ("9", "-7"):
        page.mouse.dblclick(*place_on_page(page, x, y))
        page.keyboard.type(text)
        page.keyboard.press("Enter")
        edited[0, 1, 1] = float(text)
        output = layer.forward(edited, layer.weight, layer.bias)
        expect(value).to_contain_text(f"= {int(output.square().sum())}, ")
    page.keyboard.press("Escape")
    page.locator("#direction").select_option("bias")
    expect_loss_of(output)
    # Each is undone with its loss.
    page.locator("#undo").click()
    edited[0, 1, 1] = 9
    expect_loss_of(layer.forward(edited, layer.weight, layer.bias))
    page.locator("#undo").click()
    expect_loss_of(layer.output)
    page.get_by_role("button", name="Change", exact=True).click()
    expect(page.locator("#panel-form")).to_be_visible()
    page.locator('#panel-form [name="flip"]').check(force=True)
    assert layer.weight is not None
    expect_loss_of(layer.forward(layer.x, layer.weight.flip(2, 3), layer.bias))
    page.get_by_label("upstream dY:").select_option("ones")
    expect(value).to_be_hidden()
    page.locator('#panel-form [name="flip"]').uncheck(force=True)
    expect(sentence).to_have_text(re.compile(rf"= {layer.output[0].numel()}$"))
    expect(value).to_be_hidden()


def place_on_page(page: Page, x: float, y: float) -> tuple[float, float]:
    box = page.locator("#stage").bounding_box()
    assert box
    return box["x"] + x, box["y"] + y


@pytest.mark.parametrize(("name", "made"), [("strided", "conv_transpose2d"), ("transposed", "conv2d")])
def test_the_gradient_is_a_layer(open_page: OpenPage, server: str, name: str, made: str) -> None:
    layer = LAYERS[name]
    expected = layer.gradients()[0]
    assert expected is not None
    page = open_page(f"{layer.page(server)}?direction=input")
    page.locator("#gradient-layer").click()
    expect(page.locator("h1")).to_contain_text(made)
    expect(page.get_by_label("Direction")).to_have_value("forward")
    page.keyboard.press("3")
    page.keyboard.press("Shift+ArrowRight")
    total = str(int(expected[0, 0, 0])).replace("-", "−")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(rf"^Y\[0, 0, 0\] = .*= {total}$"))
    page.go_back()
    expect(page.locator("h1")).not_to_contain_text(made)


def test_where_padding_borrows_no_layer_is_the_gradient(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{LAYERS['reflect'].page(server)}?direction=input")
    button = page.locator("#gradient-layer")
    expect(button).to_be_disabled()
    expect(button).to_have_attribute("title", re.compile("Padding borrows cells"))


def test_the_keyboard_walks_through_upstream_and_gradient(open_page: OpenPage, server: str) -> None:
    layer = LAYERS["strided"]
    page = open_page(f"{layer.page(server)}?direction=input&step=0,1,1")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\["))
    upstream = page.get_by_role("grid", name="Upstream, channel 0")
    upstream.focus()
    page.keyboard.press("ArrowRight")
    value = str(int(layer.upstream[0, 0, 1])).replace("-", "−")
    expect(page.locator("#step-description")).to_contain_text(f"dY[0, 0, 1] = {value}")
    page.get_by_role("grid", name="Gradient, channel 0").focus()
    expect(page.locator("#step-description")).to_contain_text("dX[0, 0, 0] = ")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\[0, 1, 0\]"))


def test_gradients_that_cannot_be_loaded_leave_the_forward_pass(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = open_page(scene_paths["two-channels"], expect_refusals=True)
    page.route("**/sheets-*.js", lambda route: route.abort())
    page.get_by_label("Direction").select_option("input")
    expect(page.locator("#error-message")).to_be_visible()
    expect(page.get_by_label("Direction")).to_have_value("forward")
    page.unroute("**/sheets-*.js")


def test_on_a_phone_in_chinese_the_scrubber_keeps_a_length(
    open_page: OpenPage, scene_paths: dict[str, str]
) -> None:
    page = None
    for direction in ("input", "weight"):
        path = f"{scene_paths['two-channels']}?direction={direction}&lang=zh-CN"
        page = open_page(path, again=page, **PHONE)
        expect(page.locator("#timeline-position")).to_contain_text("[")
        scrubber = page.locator("#scrubber").bounding_box()
        assert scrubber and scrubber["width"] > 50
