"""The page of a network: every number on it is torch's, by pointer, keyboard and touch."""

from __future__ import annotations

import json
import re
from pathlib import Path
from statistics import median
from urllib.parse import parse_qs, urlsplit

import httpx2
import numpy as np
import pytest
import torch
from playwright.sync_api import Browser, Page, ViewportSize, expect

from bench.frames import INTERVALS
from tests.browser.test_accessibility import violations
from tests.support.networks import (
    Digits,
    Posted,
    deep,
    digits,
    find_on_graph,
    find_on_plane,
    npy,
    open_node,
    post_network,
)
from tests.support.page import PHONE, OpenPage, fingers

NUMBER = re.compile(r"= (\u2212?[\d.e-]+)")


@pytest.fixture(scope="module")
def network() -> Digits:
    return digits()


@pytest.fixture(scope="module")
def posted(server: str, network: Digits) -> Posted:
    return post_network(server, network.made)


def said(text: str | None) -> float:
    """The number that a line ends with."""
    found = NUMBER.search(text or "")
    assert found, text
    return float(found[1].replace("\u2212", "-"))


def query(page: Page) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def test_every_node_opens_with_its_own_numbers(open_page: OpenPage, posted: Posted, network: Digits) -> None:
    page = open_page(posted.path)
    values = network.values()
    for node, value in zip(posted.summary["nodes"], values, strict=True):
        open_node(page, node["name"])
        # The first cell of the last channel.
        channels = value.shape[1]
        plane = page.locator("#node canvas[role=application]")
        if value.ndim == 4:
            page.get_by_role("spinbutton", name="channel").fill(str(channels - 1))
            page.keyboard.press("Enter")
            plane.focus()
            page.keyboard.press("ArrowRight")
            expected = value[0, -1, 0, 0]
        else:
            plane.focus()
            page.keyboard.press("ArrowRight")
            expected = value[0, 0]
        line = page.locator("#node .node-value")
        expect(line).to_contain_text("=")
        assert said(line.text_content()) == pytest.approx(float(expected), rel=1e-5, abs=1e-6)
        page.keyboard.press("Escape")


def test_the_pointer_reads_opens_and_follows(open_page: OpenPage, posted: Posted, network: Digits) -> None:
    """A cell of the second convolution: a 3 × 3 patch of the pooling, and of the input what autograd says."""
    page = open_page(posted.path, viewport={"width": 1600, "height": 900})
    edge = posted.summary["nodes"][3]["outputs"][0]["name"]
    x, y = find_on_graph(page, f"{edge} [1, 2, 1] =")
    page.mouse.move(x, y)
    line = page.locator("#graph-line")
    expect(line).to_contain_text(edge)
    value = float(network.values()[3][0, 1, 2, 1])
    assert said(line.text_content()) == pytest.approx(value, rel=1e-3)
    page.mouse.click(x, y)
    expect(page.locator("#node h2")).to_contain_text("/3/Conv")
    input = torch.from_numpy(network.made.inputs["x"]).requires_grad_()
    layers = list(network.module)
    averaged = [*layers[:2], torch.nn.AvgPool2d(2), layers[3]]
    reached = input
    for layer in averaged:
        reached = reached if isinstance(layer, torch.nn.ReLU) else layer(reached)
    (gradient,) = torch.autograd.grad(reached[0, 1, 2, 1], input)
    support = gradient[0, 0] != 0
    rows, cols = support.any(1).nonzero().flatten(), support.any(0).nonzero().flatten()
    followed = page.locator("#node section", has_text="What it depends on")
    expect(followed).to_contain_text(
        f"{int(support.sum())} of 144 cells of x: rows {rows[0]}–{rows[-1]}, columns {cols[0]}–{cols[-1]}"
    )
    expect(page).to_have_url(re.compile(r"cell=1,2,1"))


def test_the_cells_that_are_counted_are_those_of_a_channel_where_there_are_several(
    open_page: OpenPage, server: str
) -> None:
    for channels, said_of in ((1, "9 of 64 cells of "), (3, "9 of 64 cells of a channel of ")):
        files = {
            "code": (None, f"nn.Sequential(nn.Conv2d({channels}, 2, 3))"),
            "input": (None, json.dumps({"random": {"shape": [channels, 8, 8]}})),
        }
        summary = httpx2.post(f"{server}/api/v1/networks", files=files, timeout=60).json()
        page = open_page(f"/n/{summary['id']}?node={summary['nodes'][0]['name']}&cell=0,1,1")
        followed = page.locator("#node section", has_text="What it depends on")
        expect(followed).to_contain_text(said_of)


def test_a_parameter_is_read_and_not_followed(open_page: OpenPage, posted: Posted) -> None:
    page = open_page(posted.path)
    open_node(page, "/3/Conv")
    line = page.locator("#node .node-value")
    expect(line).to_have_text("Choose a cell to follow it to the input.")
    page.get_by_label("tensor").select_option(label="parameter 3.weight")
    expect(line).to_have_text("Point at a number to read it.")


def test_a_pixel_is_followed_to_the_outputs(open_page: OpenPage, posted: Posted) -> None:
    page = open_page(posted.path)
    open_node(page, "x")
    x, y = find_on_plane(page, "x [0, 4, 6] =")
    page.mouse.click(x, y)
    reach = page.locator("#node section", has_text="What it can reach")
    # Padding 1 keeps 12 × 12; pooled to 6 × 6; the rest of the network reads all of it.
    expect(reach).to_contain_text("6 nodes")
    page.get_by_role("button", name="Conv /0/Conv", exact=True).click()
    expect(page).to_have_url(re.compile("node=%2F0%2FConv&edge=x&cell=0,4,6"))


def test_back_from_the_stage_is_the_same_place(open_page: OpenPage, posted: Posted, network: Digits) -> None:
    page = open_page(posted.path)
    open_node(page, "/3/Conv")
    x, y = find_on_plane(page, f"{posted.summary['nodes'][3]['outputs'][0]['name']} [0, 2, 3] =")
    page.mouse.click(x, y)
    page.locator("#zoom-in").click()
    expect(page).to_have_url(re.compile(r"zoom="))
    link = page.get_by_role("link", name="Open on the stage")
    expect(link).to_have_attribute("href", re.compile(r"^/s/.*step=0,2,3.*network="))
    before = page.url
    link.click()
    page.wait_for_selector("html[data-ready] #stage", state="attached")
    assert query(page)["step"] == "0,2,3"
    expect(page.locator("#scrubber")).to_have_attribute("aria-valuetext", re.compile("window 12 of 16"))
    # What the stage computes for this cell is what the network has.
    value = float(network.values()[3][0, 0, 2, 3])
    shown = page.locator("#step-description").text_content() or ""
    last = shown.replace("\u2212", "-").split("=")[-1]
    assert float(re.findall(r"-?\d+\.?\d*", last)[0]) == pytest.approx(value, abs=1e-2)
    page.locator("#back").click()  # another moment: the way back stays
    page.get_by_role("link", name="Back to the network").click()
    page.wait_for_selector("html[data-ready] #graph", state="attached")
    assert page.url == before
    expect(page.locator("#node h2")).to_contain_text("/3/Conv")
    page.go_back()
    page.wait_for_selector("html[data-ready] #stage", state="attached")


def test_a_number_of_a_matrix_product_leads_to_its_terms(
    open_page: OpenPage, posted: Posted, network: Digits
) -> None:
    """Of the linear layer: the first product is of the first number that is flattened, which is a cell."""
    page = open_page(f"{posted.path}?node=%2F5%2FGemm&cell=2,0,0")
    ledger = page.locator("#node .cell-ledger")
    expect(ledger).to_contain_text("How it is made")
    # Each row says where its numbers stand.
    indices = ledger.locator("th[scope=row]").all_text_contents()
    assert indices == [str(k) for k in range(len(indices))] and len(indices) > 1
    flat = network.values()[4]
    first = ledger.locator("td button").first
    text = (first.text_content() or "").replace("\u2212", "-")
    assert float(text) == pytest.approx(float(flat[0, 0]), rel=1e-3)
    first.click()
    expect(page.locator("#node h2")).to_contain_text("/4/Flatten")
    assert said(page.locator("#node .node-value").text_content()) == pytest.approx(
        float(flat[0, 0]), rel=1e-5
    )
    # A number that is only moved comes from a cell.
    page.locator("#node .cell-ledger").get_by_role("button").first.click()
    expect(page.locator("#node h2")).to_contain_text("/3/Conv")
    expect(page).to_have_url(re.compile("cell=0,0,0"))


def test_the_trained_examples_are_listed_and_open(open_page: OpenPage) -> None:
    page = open_page("/n")
    page.get_by_role("link", name="7", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Handwritten digits, 8 × 8: 7")


def test_keys_walk_search_open_and_close(open_page: OpenPage, posted: Posted) -> None:
    page = open_page(posted.path)
    canvas, line = page.locator("#graph-canvas"), page.locator("#graph-line")
    page.locator("#table-open").focus()
    page.keyboard.press("Tab")
    expect(canvas).to_be_focused()
    for op in ("Input x", "Conv /0/Conv, output 3 × 12 × 12", "Relu", "MaxPool", "Conv /3/Conv"):
        expect(line).to_contain_text(op)
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowLeft")
    expect(line).to_contain_text("Conv /3/Conv")
    page.keyboard.press("Home")
    expect(line).to_contain_text("Input x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    panel = page.locator("#node")
    expect(panel).to_be_focused()
    expect(panel.locator("h2")).to_contain_text("/0/Conv")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(canvas).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("2 x 4 x 4")
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(panel.locator("h2")).to_contain_text("/3/Conv")
    page.keyboard.press("+")
    expect(page).to_have_url(re.compile(r"zoom="))
    page.keyboard.press("0")
    page.keyboard.press("/")
    page.keyboard.type("nothing of this name")
    expect(page.get_by_role("listbox")).to_contain_text("No node")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_attribute("aria-expanded", "false")


def test_touch_opens_pans_and_pinches(open_page: OpenPage, posted: Posted) -> None:
    page = open_page(posted.path, **PHONE)
    touch = fingers(page)
    box = page.locator("#graph-canvas").bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch("touchStart", (x, y))
    touch("touchMove", (x, y - 30))
    touch("touchMove", (x, y - 60))
    touch("touchEnd")
    expect(page).to_have_url(re.compile(r"zoom="))
    panned = query(page)["zoom"].split(",")
    touch("touchStart", (x - 30, y), (x + 30, y))
    touch("touchMove", (x - 60, y), (x + 60, y))
    touch("touchEnd")
    page.wait_for_function("(before) => !location.search.includes(before)", arg=f"zoom={panned[0]},")
    zoomed = query(page)["zoom"].split(",")
    assert float(zoomed[0]) == pytest.approx(2 * float(panned[0]), rel=0.1)
    assert page.locator("#node").is_hidden()
    page.locator("#zoom-fit").click()
    page.touchscreen.tap(x, box["y"] + 40)
    expect(page.locator("#node h2")).to_contain_text("x")
    panel = page.locator("#node").bounding_box()
    graph = page.locator("#graph").bounding_box()
    assert panel and graph and panel["y"] >= graph["y"] + graph["height"] - 1


def test_another_number_changes_all_layers(open_page: OpenPage, posted: Posted, network: Digits) -> None:
    page = open_page(posted.path)
    open_node(page, "x")
    x, y = find_on_plane(page, "x [0, 5, 5] =")
    page.mouse.click(x, y)
    page.get_by_role("textbox", name="number").fill("\u22123.5")
    page.keyboard.press("Enter")
    expect(page.locator("#node")).to_contain_text("All layers show the new input.")
    page.wait_for_function("(old) => !location.pathname.includes(old)", arg=posted.id)
    assert query(page)["former"] == posted.id
    input = torch.from_numpy(network.made.inputs["x"]).clone()
    input[0, 0, 5, 5] = -3.5
    changed, old = network.values(input)[0], network.values()[0]
    edge = posted.summary["nodes"][0]["outputs"][0]["name"]
    open_node(page, "/0/Conv")
    page.mouse.click(*find_on_plane(page, f"{edge} [0, 5, 5] ="))
    line = page.locator("#node .node-value")
    assert said(line.text_content()) == pytest.approx(float(changed[0, 0, 5, 5]), rel=1e-5)
    page.get_by_label("minus the former input").check()
    expect(line).to_contain_text("difference")
    shown = (line.text_content() or "").split("difference ")[1].replace("\u2212", "-")
    assert float(shown) == pytest.approx(float(changed[0, 0, 5, 5] - old[0, 0, 5, 5]), rel=1e-4)
    # A cell that does not depend on the changed one has not changed.
    page.mouse.move(*find_on_plane(page, f"{edge} [0, 0, 0]: difference"))
    expect(line).to_contain_text("difference 0")
    page.go_back()
    page.go_back()
    page.wait_for_function("(old) => location.pathname.includes(old)", arg=posted.id)


def test_a_drawing_is_an_input(open_page: OpenPage, server: str, network: Digits) -> None:
    blank = post_network(server, network.made, np.zeros((1, 1, 12, 12), np.float32))
    page = open_page(blank.path)
    open_node(page, "x")
    start, end = find_on_plane(page, "x [0, 3, 2] ="), find_on_plane(page, "x [0, 3, 8] =")
    page.get_by_text("Draw", exact=True).click()
    page.locator("#node canvas[role=application]").scroll_into_view_if_needed()
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=30)
    page.mouse.up()
    expect(page.locator("#node")).to_contain_text("All layers show the new input.")
    page.wait_for_function("(old) => !location.pathname.includes(old)", arg=blank.id)
    answer = page.request.get(
        f"{server}/api/v1/networks/{page.url.split('/n/')[1][:40]}/tensors/x?format=json"
    )
    drawn = np.array(answer.json()["data"])[0, 0]
    expected = np.zeros((12, 12))
    expected[3, 2:9] = 1
    assert drawn.tolist() == expected.tolist()


def test_a_file_is_an_input_and_what_does_not_fit_is_said(
    open_page: OpenPage, posted: Posted, network: Digits, tmp_path: Path
) -> None:
    page = open_page(posted.path, expect_refusals=True)
    open_node(page, "x")
    wrong, right = tmp_path / "wrong.npy", tmp_path / "right.npy"
    wrong.write_bytes(npy(np.zeros((1, 1, 5, 5), np.float32)))
    right.write_bytes(npy(np.ones((1, 12, 12), np.float32)))
    field = page.get_by_label("Picture, .npy or .safetensors")
    field.set_input_files(wrong)
    message = page.locator("#network-message")
    expect(message).to_contain_text("(1, 1, 12, 12)")
    field.set_input_files(right)
    expect(message).to_be_hidden()
    page.wait_for_function("(old) => !location.pathname.includes(old)", arg=posted.id)
    open_node(page, "/5/Gemm")
    page.locator("#node canvas[role=application]").focus()
    page.keyboard.press("ArrowRight")
    value = network.values(torch.ones(1, 1, 12, 12))[5][0, 0]
    line = page.locator("#node .node-value")
    expect(line).to_contain_text("[0] =")
    assert said(line.text_content()) == pytest.approx(float(value), rel=1e-4)


def test_a_model_is_opened_and_says_that_its_input_is_random(
    open_page: OpenPage, network: Digits, tmp_path: Path
) -> None:
    model, other = tmp_path / "small.onnx", tmp_path / "other.onnx"
    model.write_bytes(network.made.model)
    other.write_bytes(b"\x08\x07nothing")
    page = open_page("/n", expect_refusals=True)
    field = page.get_by_label("Model (.onnx)")
    field.set_input_files(other)
    page.get_by_role("button", name="Run and open").click()
    expect(page.locator("#open-error")).to_be_visible()
    field.set_input_files(model)
    page.get_by_role("button", name="Run and open").click()
    page.wait_for_url(re.compile(r"/n/[0-9a-f]{40}$"))
    expect(page.locator("#input-note")).to_contain_text("random numbers, normal, seed 0")


DROP = """([bytes, name]) => {
  const data = new DataTransfer();
  data.items.add(new File([new Uint8Array(bytes)], name));
  for (const type of ['dragenter', 'dragover', 'drop'])
    document.body.dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("where", ["workbench", "network"])
def test_a_dropped_model_is_opened(open_page: OpenPage, posted: Posted, network: Digits, where: str) -> None:
    page = open_page("/" if where == "workbench" else posted.path)
    # The page of a network may be the one that the model leads to.
    with page.expect_navigation(url=re.compile(r"/n/[0-9a-f]{40}$")):
        page.evaluate(DROP, [list(network.made.model), "Small.ONNX"])
    page.wait_for_selector("html[data-ready]", state="attached")


def test_the_workbench_leads_to_networks(open_page: OpenPage) -> None:
    page = open_page("/")
    page.get_by_role("button", name="Examples").click()
    page.get_by_role("link", name="Open a network").click()
    expect(page.get_by_role("heading", name="Open a network")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_about_networks(
    open_page: OpenPage, posted: Posted, theme: str, language: str
) -> None:
    path = f"{posted.path}?lang={language}&input=x&cell=0,4,6&former={posted.id}"
    page = open_page(path, color_scheme=theme)
    expect(page.locator("#node section").last).to_be_visible()
    assert violations(page) == []
    page.locator("#table-open").click()
    assert violations(page) == []
    page.keyboard.press("/")
    page.locator("#search").fill("conv")
    assert violations(page) == []
    page = open_page(f"/n?lang={language}", color_scheme=theme)
    assert violations(page) == []


def test_the_table_opens_nodes(open_page: OpenPage, posted: Posted) -> None:
    page = open_page(posted.path)
    page.get_by_role("button", name="Table").click()
    page.get_by_role("link", name="/2/MaxPool").click()
    expect(page.locator("#node h2")).to_contain_text("/2/MaxPool")
    expect(page.locator("#nodes")).to_be_hidden()


def test_a_graph_of_a_thousand_nodes_opens(open_page: OpenPage, server: str) -> None:
    posted = post_network(server, deep(1000))
    page = open_page(posted.path)
    open_node(page, posted.summary["nodes"][-1]["name"])
    page.locator("#zoom-fit").click()
    expect(page.locator("#graph-line")).to_contain_text("Relu")


@pytest.mark.exclusive
def test_a_large_graph_moves_at_the_pace_of_a_blank_page(browser: Browser, server: str) -> None:
    """175 nodes: seen whole, and so near that pictures are drawn; panned and zoomed all the time."""
    posted = post_network(server, deep())
    assert len(posted.summary["nodes"]) == 175
    size: ViewportSize = {"width": 1366, "height": 768}
    blank = browser.new_page(viewport=size)
    expected = median(blank.evaluate(INTERVALS, 2))
    blank.close()
    page = browser.new_page(viewport=size)
    page.goto(server + posted.path)
    page.wait_for_selector("html[data-ready]", state="attached")
    page.wait_for_load_state("networkidle")
    for start in ("", "0"):
        if start:
            page.keyboard.press(start)
        page.evaluate(MOVE)
        moving = median(page.evaluate(INTERVALS, 2))
        assert moving <= expected * 1.1, f"{moving:.1f} ms between frames, a blank page {expected:.1f}"
    page.close()


# Wheel events with each frame: along the graph, and in and out.
MOVE = """() => {
  const canvas = document.querySelector('#graph-canvas');
  let frame = 0;
  const move = () => {
    frame += 1;
    canvas.dispatchEvent(new WheelEvent('wheel', {
      deltaY: frame % 60 < 30 ? 12 : -12, shiftKey: frame % 4 > 0, bubbles: true, cancelable: true,
      clientX: 600, clientY: 400 }));
    if (frame < 240) requestAnimationFrame(move);
  };
  requestAnimationFrame(move);
}"""
