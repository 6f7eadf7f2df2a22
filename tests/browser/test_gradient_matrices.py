"""The gradients in the matrix product and at the sparse matrix: the same ledgers, beside torch.autograd."""

from __future__ import annotations

import re

import pytest
import torch.nn.functional as F
from playwright.sync_api import Page, expect

from tests.browser.test_gradients import (
    LAYERS,
    TWO_TO_THREE,
    WEIGHTED,
    Layer,
    equation,
    index_of,
    numbers,
    row_sums,
    value_of,
)
from tests.support.page import OpenPage, find_cell, point_at, point_at_cell, visit
from tests.support.sweep import sweep

VIEWS = ("matrix", "sparse")
SIGNAL = Layer(
    {"kind": "conv1d", "stride": 2, "padding": 1},
    numbers(2, 7), numbers(3, 2, 3, start=2), numbers(3),
    lambda x, w, b: F.conv1d(x[None], w, b, stride=2, padding=1)[0],
)  # fmt: skip


def go(page: Page, layer_path: str, view: str, query: str) -> None:
    visit(page, f"{layer_path}?view={view}&{query}")
    expect(page.locator("#stage")).to_have_attribute("data-view", view)


def minus(text: str) -> str:
    return text.replace("-", "−")


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", WEIGHTED)
def test_to_the_input(open_page: OpenPage, server: str, name: str, view: str) -> None:
    """At a corner, at an edge and inside; of the matrix product the entries add up in print too."""
    layer = LAYERS[name]
    page, path, expected = layer.opened(
        open_page, server, f"view={view}&direction=input&by=window", gradient=0
    )
    channels, height, width = layer.x.shape
    for cell in ((0, 0, 0), (0, 1, 2), (channels - 1, height - 2, 1), (channels - 1, height - 1, width - 1)):
        go(page, path, view, f"direction=input&step={','.join(map(str, cell))}")
        parts = equation(page, f"dX[{', '.join(map(str, cell))}]")
        assert parts == pytest.approx([float(expected[cell])] * len(parts), abs=1e-6)
        assert sum(row_sums(page)) == pytest.approx(float(expected[cell]))
        expect(page.locator("#now-terms")).to_have_text(
            re.compile(f"= {re.escape(minus(f'{expected[cell]:.0f}'))}$")
        )
        terms, _, total = (page.locator("#now-terms").text_content() or "").rpartition("=")
        assert value_of(terms) == value_of(total)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["strided", "reflect"])
def test_stamped_to_the_input(open_page: OpenPage, server: str, name: str, view: str) -> None:
    """The last stamps leave the whole gradient behind."""
    layer = LAYERS[name]
    page, path, expected = layer.opened(
        open_page, server, f"view={view}&direction=input&reading=scatter&by=window", gradient=0
    )
    _, rows, cols = layer.output.shape
    for channel in (0, layer.x.shape[0] - 1):
        step = f"{channel},{rows - 1},{cols - 1}"
        go(page, path, view, f"direction=input&reading=scatter&step={step}")
        place = f", {rows - 1}, {cols - 1}] = "
        expect(page.locator("#step-sentence")).to_contain_text(place)
        expect(page.locator("#ledger-lines th").first).to_contain_text(f"[{channel}, ")
        for line in page.locator("#ledger-lines tr").all():
            cell, terms, _, now = line.locator("th, td").all_text_contents()
            of, row, col = map(int, re.findall(r"\d+", cell))
            assert of == channel
            assert value_of(now) == value_of(terms) == float(expected[channel, row, col])


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", WEIGHTED)
def test_to_the_weight(open_page: OpenPage, server: str, name: str, view: str) -> None:
    layer = LAYERS[name]
    page, path, expected = layer.opened(open_page, server, f"view={view}&direction=weight", gradient=1)
    outputs, inputs = layer.output.shape[0], layer.x.shape[0]
    for pair, tap in (((0, 0), (0, 0)), ((1, 1), (1, 2)), ((outputs - 1, inputs - 1), (2, 1))):
        index = (*index_of(layer, *pair), *tap)
        go(page, path, view, f"direction=weight&step={','.join(map(str, (*pair, *tap)))}")
        parts = equation(page, f"dK[{', '.join(map(str, index))}]")
        assert parts == pytest.approx([float(expected[index])] * len(parts))
        sums = row_sums(page)
        assert len(sums) == layer.output.shape[1]
        assert sum(sums) == pytest.approx(float(expected[index]))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("name", ["strided", "transposed"])
def test_to_the_bias(open_page: OpenPage, server: str, name: str, view: str) -> None:
    layer = LAYERS[name]
    page, path, expected = layer.opened(open_page, server, f"view={view}&direction=bias", gradient=2)
    for channel in range(3):
        go(page, path, view, f"direction=bias&step={channel},0,0")
        cell = f"db[{channel}]"
        expect(page.locator("#step-sentence")).to_have_text(re.compile(f"^{re.escape(cell)} = .*= [−\\d]+$"))
        total = (page.locator("#step-sentence").text_content() or "").rpartition("=")[2]
        assert value_of(total) == pytest.approx(float(expected[channel]))


@pytest.mark.parametrize("view", VIEWS)
def test_of_a_signal(open_page: OpenPage, server: str, view: str) -> None:
    (to_input, to_weight, _), path = SIGNAL.gradients(), SIGNAL.page(server)
    assert to_input is not None and to_weight is not None
    page = open_page(f"{path}?view={view}&direction=input&step=1,0,3")
    assert equation(page, "dX[1, 3]")[-1] == pytest.approx(float(to_input[1, 3]))
    go(page, path, view, "direction=weight&step=2,1,0,2")
    assert equation(page, "dK[2, 1, 2]")[-1] == pytest.approx(float(to_weight[2, 1, 2]))


@pytest.mark.parametrize("view", VIEWS)
def test_questions_of_a_gradient(open_page: OpenPage, server: str, view: str) -> None:
    """What is asked of the upstream, of a gradient's cell and of what is multiplied, and a pin that stays."""
    layer = TWO_TO_THREE
    to_input, to_weight, _ = layer.gradients()
    assert to_input is not None and to_weight is not None
    path = layer.page(server)
    page = open_page(f"{path}?view={view}&direction=input&step=0,2,2")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\[0, 2, 2\]"))
    value = int(layer.upstream[2, 0, 0])
    point_at_cell(page, minus(f"dY[2, 0, 0] = {value}"))
    expect(page.locator("#step-description")).to_contain_text("reaches 4 input cells in each of 2 channels")
    x, y = find_cell(page, minus(f"dX[0, 1, 1] = {int(to_input[0, 1, 1])}"))
    point_at(page, x, y)
    expect(page.locator("#step-description")).to_contain_text("stood in 12 forward terms")
    page.mouse.down()
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"step=0,1,1&direction=input.*&view=" + view))
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\[0, 1, 1\]"))
    page.keyboard.press("Escape")
    go(page, path, view, "direction=weight&step=1,0,2,1")
    value = int(to_weight[1, 0, 2, 0])
    point_at_cell(page, minus(f"dK[1, 0, 2, 0] = {value}"))
    expect(page.locator("#step-description")).to_contain_text("for each unit of this weight")
    point_at_cell(page, "X[0, 1, 1] = ")


def test_the_pointer_names_rows_and_columns(open_page: OpenPage, server: str) -> None:
    """Of the windows and what is made of them; the cells of a row and a column of the sparse matrix."""
    layer = TWO_TO_THREE
    path = layer.page(server)
    page = open_page(f"{path}?view=matrix&direction=input&step=0,2,2")
    names = {"dX": 0, "dK": 0, "dY": 0, "X": 0}
    for direction, step in (("input", "0,2,2"), ("weight", "1,0,2,1")):
        go(page, path, "matrix", f"direction={direction}&step={step}")
        expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^d[XK]\["))
        for line, beside in sweep(page, step=9):
            name, _, rest = line.partition("[")
            cell, index = (
                [int(n) for n in re.findall(r"\d+", text)] for text in (rest.split("]")[0], beside)
            )
            if name not in names or not re.match("(output )?channel", beside):
                continue
            names[name] += 1
            if len(index) == 5 and name in ("dX", "X"):
                channel, u, v, i, j = index if beside.startswith("channel") else [*index[2:], *index[:2]]
                assert cell == [channel, 2 * i + u - 1, 2 * j + v - 1], (line, beside)
            else:
                assert cell == index, (line, beside)
    assert min(count for name, count in names.items() if name != "X") > 5, names
    assert layer.weight is not None
    go(page, path, "sparse", "direction=input&step=0,2,2")
    expect(page.locator("#step-sentence")).to_have_text(re.compile(r"^dX\[0, 2, 2\]"))
    shown = re.compile(
        r"Tᵀ\[(\d+), (\d+)\] = (−?\d+): row dX\[0, (\d), (\d)\], column dY\[(\d), (\d), (\d)\]"
    )
    places = [found.groups() for texts in sweep(page) for found in map(shown.search, texts) if found]
    assert len(places) > 100
    for row, col, value, *cells in places:
        i, j, o, p, q = map(int, cells)
        assert (int(row), int(col)) == (5 * i + j, 3 * p + q)
        u, v = i - 2 * p + 1, j - 2 * q + 1
        reads = 0 <= u < 3 and 0 <= v < 3
        assert value_of(value) == (float(layer.weight[o, 0, u, v]) if reads else 0)


def test_the_direction_stays_from_view_to_view(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    page = open_page(scene_paths["two-channels"])
    page.get_by_label("Direction").select_option("weight")
    sentence = page.locator("#step-sentence")
    expect(sentence).to_have_text(re.compile(r"^dK\["))
    said = sentence.inner_text()
    for name, view in (("matrix product", "matrix"), ("sparse matrix", "sparse")):
        page.get_by_text(name, exact=True).click()
        expect(page.locator("#stage")).to_have_attribute("data-view", view)
        expect(sentence).to_have_text(said)
        expect(page.locator("#gradient-note")).to_be_hidden()
    page.get_by_label("Direction").select_option("forward")
    expect(sentence).to_have_text(re.compile(r"^Y\["))


def test_captions_say_which_product_a_gradient_is(open_page: OpenPage, scene_paths: dict[str, str]) -> None:
    path = scene_paths["two-channels"]
    page = open_page(f"{path}?view=matrix&direction=weight")
    caption = page.locator("#view-caption")
    expect(caption).to_contain_text("dY (1 × 4) @ windowsᵀ (4 × 8) = dK.reshape(1, 8)")
    go(page, path, "matrix", "direction=input")
    expect(caption).to_contain_text("Kᵀ (8 × 1) @ dY (1 × 4)")
    go(page, path, "sparse", "direction=input")
    expect(caption).to_contain_text("dX = Tᵀ · dY")
    page.get_by_label("T as it is").check()
    expect(caption).to_contain_text("shown as it is")


def test_the_chooser_names_the_tensor_whose_channel_it_chooses(open_page: OpenPage, server: str) -> None:
    page = open_page(f"{TWO_TO_THREE.page(server)}?view=sparse&direction=input")
    chooser = page.get_by_role("group", name="Input channel", exact=True)
    chooser.get_by_role("button", name="Next input channel").click()
    expect(page).to_have_url(re.compile(r"step=1,"))
    expect(page.locator("#previous-output")).to_have_attribute("title", "Previous input channel ([)")
    expect(page.locator("#in-channel-chooser #next-input")).to_have_attribute("title", "Next output channel")
    page.get_by_label("Direction").select_option("forward")
    expect(page.locator("#out-channel-chooser")).to_have_attribute("aria-label", "Output channel")
