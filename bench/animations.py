"""Saving an animation of some 200 steps at 1280×720, beside its encoder alone for the same frames.

saved: from the press of the button to the file. encoder: what the same encoder takes for the same frames, on
a blank page, from canvases that are there. What is between them is showing each step, painting it, and
letting the page answer in between.
"""

from __future__ import annotations

import io
import subprocess
from base64 import b64encode
from pathlib import Path
from time import perf_counter
from typing import Any
from zipfile import ZipFile

from playwright.sync_api import Browser, Page, sync_playwright

from bench.frames import FLAGS, path_of, shape
from bench.measure import table
from bench.served import served

ROOT = Path(__file__).resolve().parent.parent
FORMS = {"GIF": "gif", "MP4": "mp4", "WebM": "webm"}
# The stage is 1280×720 in it.
VIEW: Any = {"width": 1312, "height": 905}
SCENE = shape(3, 16, 1)
ENTRY = """
import { makeGifEncoder } from './frontend/export/gif_encoder.ts';
import { makeVideoEncoder } from './frontend/export/video_encoder.ts';
globalThis.makeEncoder = (form) => (form === 'gif' ? makeGifEncoder(true) : makeVideoEncoder(form));
"""
# Encodes a frame; returns the milliseconds it took.
ADD = """async ([form, png, seconds]) => {
  globalThis.encoder ??= await makeEncoder(form);
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  canvas.getContext('2d', { willReadFrequently: true }).drawImage(bitmap, 0, 0);
  const start = performance.now();
  await encoder.add(canvas, seconds);
  return performance.now() - start;
}"""
FINISH = """async () => {
  const start = performance.now();
  await encoder.finish();
  globalThis.encoder = undefined;
  return performance.now() - start;
}"""


def run() -> str:
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        page = open_dialog(browser, url + path_of(url, SCENE))
        _, archive = save(page, "PNG frames (ZIP)")
        with ZipFile(io.BytesIO(archive)) as content:
            frames = [content.read(name) for name in sorted(content.namelist()) if name.endswith(".png")]
        rows = []
        for label, form in FORMS.items():
            saved, file = save(page, label)
            alone = encode(browser, url, form, frames)
            size = f"{len(file) / 1e6:.2f} MB"
            rows.append((label, f"{saved:.1f} s", f"{alone:.1f} s", f"{saved / alone:.2f}", size))
    title = f"An animation of {len(frames)} frames of {size_of(frames[0])}"
    return table(title, ("form", "saved", "encoder", "ratio", "size"), rows)


def open_dialog(browser: Browser, url: str) -> Page:
    page = browser.new_page(viewport=VIEW, reduced_motion="reduce")
    page.goto(f"{url}?by=window")
    page.wait_for_selector("html[data-ready]", state="attached")
    page.keyboard.press("s")
    choose(page, "Kind", "animation")
    choose(page, "Windows", "the whole channel")
    return page


def choose(page: Page, group: str, value: str) -> None:
    page.get_by_role("group", name=group, exact=True).get_by_text(value, exact=True).click()


def save(page: Page, form: str) -> tuple[float, bytes]:
    """Returns seconds and the file."""
    choose(page, "Form", form)
    page.get_by_text("frames, about").wait_for()
    start = perf_counter()
    with page.expect_download(timeout=600_000) as download:
        page.get_by_role("button", name="Save", exact=True).click()
    return perf_counter() - start, Path(download.value.path()).read_bytes()


def encode(browser: Browser, url: str, form: str, frames: list[bytes]) -> float:
    """Returns the seconds that the encoder takes alone."""
    page = browser.new_page()
    # A page of the same origin, which is a secure context as the encoders want.
    page.route(f"{url}/blank", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{url}/blank")
    page.add_script_tag(content=bundle())
    times: list[float] = [page.evaluate(ADD, [form, b64encode(frame).decode(), 0.25]) for frame in frames]
    times.append(page.evaluate(FINISH))
    page.close()
    return sum(times) / 1000


def bundle() -> str:
    """The encoders of the page as a script."""
    command = [
        "node_modules/.bin/esbuild",
        "--bundle",
        "--format=iife",
        "--target=es2023",
        "--minify",
        "--loader=ts",
    ]
    return subprocess.run(command, cwd=ROOT, input=ENTRY, capture_output=True, check=True, text=True).stdout


def size_of(png: bytes) -> str:
    width, height = (int.from_bytes(png[k : k + 4]) for k in (16, 20))
    return f"{width}×{height}"
