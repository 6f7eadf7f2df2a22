"""What share of the screen carries data: of each example and some larger layers, on four screens.

cells: of the input, the kernel and the output, in CSS pixels. choice: how long the arrangement takes to
choose. Signals have a drawing of their own, and are not in it.
"""

from __future__ import annotations

import json
import subprocess
import urllib.request
from typing import Any

from playwright.sync_api import sync_playwright

from bench.animations import ROOT
from bench.frames import path_of, shape
from bench.measure import table
from bench.served import served
from tests.support.chromium import CHROMIUM, FLAGS

SCREENS = ((1366, 768), (1920, 1080), (1024, 768), (360, 740))
LAYERS = {
    "64x14x14 -> 64": shape(64, 14, 64),
    "3x224x224, 3x3": shape(3, 224, 16),
    "3x224x224, 7x7": shape(3, 224, 16, 7),
    "3x224x224, 11x11": shape(3, 224, 16, 11),
}


def run() -> str:
    with served() as url, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        presets = json.load(urllib.request.urlopen(f"{url}/api/v1/presets"))
        paths = {preset["name"]: f"/s/{preset['id']}" for preset in presets if is_plane(url, preset)}
        paths |= {name: path_of(url, body) for name, body in LAYERS.items()}
        cases = []
        for width, height in SCREENS:
            page = browser.new_page(viewport={"width": width, "height": height})
            for name, path in paths.items():
                page.goto(url + path)
                page.wait_for_selector("html[data-ready]", state="attached")
                room = page.evaluate(
                    "(({ clientWidth, clientHeight }) => [clientWidth, clientHeight])"
                    "(document.querySelector('#stage-room'))"
                )
                scene = path.removeprefix("/s/")
                cases.append({"name": name, "id": scene, "viewport": [width, height], "room": room})
            page.close()
        rows = [row(line) for line in measured(url, cases)]
    head = ("layer", "screen", "family", "cells", "share", "choice")
    return table("The share of the screen that carries data", head, sorted(rows))


def is_plane(url: str, preset: dict[str, Any]) -> bool:
    summary = json.load(urllib.request.urlopen(url + preset["links"]["self"]))
    return str(summary["operation"]["kind"]).endswith("2d")


def measured(url: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    command = ["node", "bench/stage_share.ts", url, json.dumps(cases)]
    printed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return [json.loads(line) for line in printed.splitlines()]


def row(measure: dict[str, Any]) -> tuple[str, ...]:
    cells = " ".join(f"{cell:g}" for cell in measure["cells"])
    choice = f"{measure['milliseconds']:.2f} ms"
    return measure["name"], measure["viewport"], measure["family"], cells, f"{measure['share']:.0%}", choice
