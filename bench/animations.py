"""Saving an animation of some 200 steps at 1280×720, beside its encoder alone for the same frames.

saved: from the press of the button to the file. encoder: what the same encoder takes, from the first frame to
the file, for the same frames on a blank page, each a canvas that is painted and read before. What is between
them is showing each step, painting it, and letting the page answer in between. The encoders of videos are
threads of their own, so that painting costs time only where no processor is free or the encoder would wait.
page: the processor time of the page's own thread, which shows and paints, and of a GIF encodes too. A video
needs at least the longer of painting and encoding where two processors are free, and both where one is. Each
figure is the least of some rounds, which alternate: what else runs on the machine only adds.
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

from bench.frames import path_of, shape, task_seconds
from bench.measure import table
from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

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
# Reading a pixel has the browser paint what it only noted until then.
PAINT = """async (png) => {
  const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${png}`)).blob());
  const { width, height } = bitmap;
  const canvas = Object.assign(document.createElement('canvas'), { width, height });
  const context = canvas.getContext('2d', { willReadFrequently: true });
  context.drawImage(bitmap, 0, 0);
  context.getImageData(0, 0, 1, 1);
  bitmap.close();
  (globalThis.pictures ??= []).push(canvas);
}"""
# Returns the seconds it took.
ENCODE = """async ([form, seconds]) => {
  const start = performance.now();
  const encoder = await makeEncoder(form);
  for (const frame of pictures) await encoder.add(frame, seconds);
  await encoder.finish();
  return (performance.now() - start) / 1000;
}"""
ROUNDS = 3


def run() -> str:
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = open_dialog(browser, url + path_of(url, SCENE))
        choose_form(page, "PNG frames (ZIP)")
        _, _, archive = save(page)
        with ZipFile(io.BytesIO(archive)) as content:
            frames = [content.read(name) for name in sorted(content.namelist()) if name.endswith(".png")]
        blank = painted(browser, url, frames)
        rows = []
        for label, form in FORMS.items():
            choose_form(page, label)
            both = [(*save(page), encode(blank, form)) for _ in range(ROUNDS)]
            saved, own, _, alone = (min(column) for column in zip(*both, strict=True))
            size = f"{len(both[0][2]) / 1e6:.2f} MB"
            seconds = (f"{each:.1f} s" for each in (saved, own, alone))
            rows.append((label, *seconds, f"{saved / alone:.2f}", size))
    title = f"An animation of {len(frames)} frames of {size_of(frames[0])}"
    return table(title, ("form", "saved", "page", "encoder", "ratio", "size"), rows)


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


def choose_form(page: Page, form: str) -> None:
    choose(page, "Form", form)
    page.get_by_text("frames, about").wait_for()


def save(page: Page) -> tuple[float, float, bytes]:
    """Returns seconds, those that the page's thread worked, and the file."""
    session = page.context.new_cdp_session(page)
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = task_seconds(session)
    start = perf_counter()
    with page.expect_download(timeout=600_000) as download:
        page.get_by_role("button", name="Save", exact=True).click()
    seconds = perf_counter() - start
    worked = task_seconds(session) - before
    session.detach()
    return seconds, worked, Path(download.value.path()).read_bytes()


def painted(browser: Browser, url: str, frames: list[bytes]) -> Page:
    """A page that has the encoders and the frames, and nothing else."""
    page = browser.new_page()
    # A page of the same origin, which is a secure context as the encoders want.
    page.route(f"{url}/blank", lambda route: route.fulfill(body="<!doctype html>", content_type="text/html"))
    page.goto(f"{url}/blank")
    page.add_script_tag(content=bundle())
    for frame in frames:
        page.evaluate(PAINT, b64encode(frame).decode())
    return page


def encode(page: Page, form: str) -> float:
    """Returns the seconds that the encoder takes alone."""
    seconds: float = page.evaluate(ENCODE, [form, 0.25])
    return seconds


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
