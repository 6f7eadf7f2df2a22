"""The notebook's widget where nothing but anywidget's model is there, as in VS Code and Colab.

The host is a sandboxed frame of another origin, its policy lets nothing be fetched, the module comes as a
blob, and its model has six methods and passes on only what is JSON. The kernel's side is the widget itself.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from playwright.sync_api import Browser, Frame, Page, expect
from torch import nn

import convscope
from convscope.widget import ScopeWidget
from tests.support.page import find_cell
from tests.support.polling import wait_until

torch.manual_seed(15)
LAYER = nn.Conv2d(1, 4, 3, padding=1)
X = torch.randn(1, 1, 5, 6)
POLICY = (
    "default-src 'none'; script-src blob: 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)
NOTEBOOK = '<!doctype html><iframe sandbox="allow-scripts" src="http://host.test/" width="1200" height="900">'
# Whatever else is asked of the model throws, and what is sent is what JSON keeps of it.
RENDER = """async ([code, css, traits]) => {
  const listeners = {};
  const tell = (event, ...given) => { for (const each of [...(listeners[event] ?? [])]) each(...given); };
  let changed = {};
  const bytesOf = (text) => new DataView(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer);
  const model = {
    get: (name) => traits[name],
    set(name, value) {
      traits[name] = changed[name] = JSON.parse(JSON.stringify(value));
      tell(`change:${name}`);
    },
    save_changes() {
      kernelSave(JSON.stringify(changed));
      changed = {};
    },
    async send(content) {
      for (const [answer, buffers] of await kernelHear(JSON.stringify(content)))
        tell('msg:custom', answer, buffers.map(bytesOf));
    },
    on: (event, callback) => (listeners[event] ??= new Set()).add(callback),
    off: (event, callback) => listeners[event]?.delete(callback),
  };
  const strict = new Proxy(model, {
    get(target, name) {
      if (!(name in target)) throw new TypeError(`a host's model has no ${String(name)}`);
      return target[name];
    },
  });
  window.follow = (name, value) => { traits[name] = value; tell(`change:${name}`); };
  window.message = (content) => tell('msg:custom', content, []);
  const style = document.head.appendChild(document.createElement('style'));
  style.textContent = css;
  const url = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
  const { default: widget } = await import(url);
  const el = document.body.appendChild(document.createElement('div'));
  window.end = await widget.render({ model: strict, el });
}"""


@pytest.fixture
def widget(server: str) -> Iterator[ScopeWidget]:
    client = convscope.connect(server)
    yield convscope.show(LAYER, X)
    convscope.connect(None)
    assert client
    client.close()


@pytest.fixture
def page(browser: Browser, widget: ScopeWidget, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    """A notebook's page, with the kernel behind its host."""
    page = browser.new_page()
    sent: list[tuple[dict[str, Any], list[str]]] = []

    def send(content: dict[str, Any], buffers: Any = ()) -> None:
        sent.append((content, [b64encode(each).decode() for each in buffers]))

    def hear(content: str) -> list[tuple[dict[str, Any], list[str]]]:
        widget._hear(None, json.loads(content), [])
        answers = sent.copy()
        sent.clear()
        return answers

    monkeypatch.setattr(widget, "send", send)
    page.expose_function("kernelHear", hear)
    page.expose_function("kernelSave", lambda traits: widget.set_state(json.loads(traits)))
    headers = {"Content-Security-Policy": POLICY, "Content-Type": "text/html"}
    page.route(
        "http://host.test/", lambda route: route.fulfill(body="<!doctype html><body>", headers=headers)
    )
    page.route("http://notebook.test/", lambda route: route.fulfill(body=NOTEBOOK, content_type="text/html"))
    page.goto("http://notebook.test/")
    yield page
    page.close()


def test_it_steps_plays_and_edits_with_the_model_alone(page: Page, widget: ScopeWidget) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    host = page.frame(url="http://host.test/")
    assert host
    assert host.evaluate("origin") == "null"
    state = widget.get_state()
    traits = {name: state[name] for name in state if not name.startswith(("_esm", "_css", "layout"))}
    host.evaluate(RENDER, [widget._esm, widget._css, json.loads(json.dumps(traits, default=str))])
    host.wait_for_selector("iframe.convscope-frame[data-ready]")
    (frame,) = host.child_frames

    show(host, widget, (2, 1, 3))
    expect(frame.locator("#step-sentence")).to_contain_text("Y[2, 1, 3] = ")
    frame.locator("#forward").click()
    frame.locator("#forward").click()
    until(page, lambda: widget.cell == (2, 1, 4))

    host.evaluate("message({ type: 'play', view: null })")
    expect(frame.locator("#play")).to_have_attribute("aria-label", "Pause")
    frame.locator("#play").click()
    expect(frame.locator("#play")).to_have_attribute("aria-label", "Play")

    x, y = find_cell(frame, "X[0, 1, 2]")
    frame.locator("#stage").click(position={"x": x, "y": y})
    until(page, lambda: widget.selected == ("input", 0, 1, 2))
    frame.locator("#cell-value").fill("7")
    frame.locator("#cell-value").press("Enter")
    until(page, lambda: widget.scene.tensor("input")[0, 1, 2] == 7)
    typed = X.clone()
    typed[0, 0, 1, 2] = 7
    show(host, widget, (1, 0, 1))
    told = frame.locator("#step-sentence")
    expect(told).to_contain_text("Y[1, 0, 1] = ")
    number = float((told.text_content() or "").rpartition("= ")[2].replace("−", "-"))
    assert abs(number - LAYER(typed)[0, 1, 0, 1].item()) < 0.01

    # The reader chooses what time runs through, and Python follows; set from Python it is a new document.
    frame.locator("#direction").select_option("weight")
    until(page, lambda: widget.direction == "weight" and widget.cell is None)
    expect(frame.locator("#step-sentence")).to_contain_text("dK[")
    frame.locator("#forward").click()
    until(page, lambda: widget.cell == (0, 0, 0, 0))
    frame.locator("#stage").press("d")
    until(page, lambda: widget.direction == "bias")
    frame.locator("#direction").select_option("input")
    frame.locator("#to-end").click()
    until(page, lambda: (widget.direction, widget.cell) == ("input", (0, 4, 5)))
    widget.direction = "forward"
    follow(host, "direction", widget.direction)
    follow(host, "_moment", widget._moment)
    host.wait_for_selector("iframe.convscope-frame[data-ready]")
    show(host, widget, (2, 0, 0))
    expect(host.child_frames[0].locator("#step-sentence")).to_contain_text("Y[2, 0, 0] = ")

    assert faults == []
    assert [url for url in asked if not url.startswith(("blob:", "data:", "about:"))] == []


def show(host: Frame, widget: ScopeWidget, cell: tuple[int, int, int]) -> None:
    widget.cell = cell
    follow(host, "_moment", widget._moment)


def until(page: Page, condition: Callable[[], bool]) -> None:
    """What the page calls is heard while the page is asked something."""
    wait_until(lambda: page.evaluate("true") and condition(), 20)


def follow(host: Frame, name: str, value: object) -> None:
    """As from Python: the host tells its model what has changed."""
    host.evaluate("([name, value]) => follow(name, value)", [name, value])
