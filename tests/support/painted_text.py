"""What is written on the stage: every text of a frame with its place, its colour and what lies behind it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Page

# Notes each text, and each curved line, with the canvas it is painted on; a canvas that is copied brings them
# along.
RECORD = """() => {
  const texts = new WeakMap();
  const of = (canvas) => texts.get(canvas) ?? texts.set(canvas, []).get(canvas);
  const curves = new WeakMap();
  const curvesOf = (canvas) => curves.get(canvas) ?? curves.set(canvas, []).get(canvas);
  const { moveTo, lineTo, bezierCurveTo, beginPath, stroke } = CanvasRenderingContext2D.prototype;
  let [path, curved, at] = [[], false, [0, 0]];
  const clear = (canvas) => [texts, curves].forEach((map) => map.set(canvas, []));
  const { fillText, fillRect, drawImage } = CanvasRenderingContext2D.prototype;
  // Points of a line, and of a curve, each given by its ends and its control points.
  const pointsOf = (ends) => {
    const [count, weights] = ends.length === 2
      ? [16, (s) => [1 - s, s]]
      : [64, (s) => [(1 - s) ** 3, 3 * (1 - s) ** 2 * s, 3 * (1 - s) * s ** 2, s ** 3]];
    return Array.from({ length: count + 1 }, (_, i) => {
      const shares = weights(i / count);
      return [0, 1].map((k) => ends.reduce((sum, end, j) => sum + shares[j] * end[k], 0));
    });
  };
  Object.assign(CanvasRenderingContext2D.prototype, {
    beginPath() {
      beginPath.apply(this);
      [path, curved] = [[], false];
    },
    moveTo(x, y) {
      moveTo.apply(this, arguments);
      at = [x, y];
    },
    lineTo(x, y) {
      lineTo.apply(this, arguments);
      path.push([at, [x, y]]);
      at = [x, y];
    },
    bezierCurveTo(x1, y1, x2, y2, x, y) {
      bezierCurveTo.apply(this, arguments);
      path.push([at, [x1, y1], [x2, y2], [x, y]]);
      [curved, at] = [true, [x, y]];
    },
    stroke() {
      stroke.apply(this, arguments);
      // Most lines are straight, and nobody asks where they are.
      if (!curved) return;
      const { a, b, c, d, e, f } = this.getTransform();
      curvesOf(this.canvas).push(
        path.flatMap(pointsOf).map(([x, y]) => [a * x + c * y + e, b * x + d * y + f]));
    },
    fillText(text, x, y, maxWidth) {
      fillText.apply(this, arguments);
      if (!text.trim()) return;
      const size = this.measureText(text);
      const width = Math.min(size.width, maxWidth ?? Infinity);
      const left = this.textAlign === 'center' ? -width / 2 : this.textAlign === 'right' ? -width : 0;
      const [top, bottom] = [-size.actualBoundingBoxAscent, size.actualBoundingBoxDescent];
      const corners = [[x + left, y + top], [x + left + width, y + bottom]].map(([a, b]) =>
        this.getTransform().transformPoint(new DOMPoint(a, b)));
      const [xs, ys] = ['x', 'y'].map((axis) => corners.map((corner) => corner[axis]).sort((a, b) => a - b));
      of(this.canvas).push({ text, box: [xs[0], ys[0], xs[1], ys[1]], color: this.fillStyle,
        alpha: this.globalAlpha, squeezed: width / size.width });
    },
    fillRect(x, y, width, height) {
      fillRect.apply(this, arguments);
      const { a } = this.getTransform();
      if (width * a >= this.canvas.width && height * a >= this.canvas.height) clear(this.canvas);
    },
    drawImage(image, x, y) {
      drawImage.apply(this, arguments);
      const whole = image.width === this.canvas.width && image.height === this.canvas.height;
      if (!whole || arguments.length !== 3) return;
      texts.set(this.canvas, [...of(image)]);
      curves.set(this.canvas, [...curvesOf(image)]);
    },
  });
  // What is near the ink is seen of it. What is far from it is ground; the most frequent colour of it counts.
  const inkAndGround = (color, counts) => {
    const ink = [1, 3, 5].map((k) => Number.parseInt(color.slice(k, k + 2), 16));
    let [seen, ground, most] = [false, ink, 0];
    for (const [pixel, count] of counts) {
      // Little-endian: alpha, blue, green, red.
      const other = [pixel & 255, (pixel >> 8) & 255, (pixel >> 16) & 255];
      const distance = Math.hypot(...other.map((value, k) => value - ink[k]));
      if (distance < 70) seen = true;
      if (distance > 90 && count > most) [ground, most] = [other, count];
    }
    return { ink, ground, seen };
  };
  globalThis.paintedCurves = (canvas) => curvesOf(canvas);
  globalThis.paintedWords = (canvas) => of(canvas).map(({ text }) => text);
  globalThis.paintedTexts = (canvas) => {
    const { width, height } = canvas;
    const copy = Object.assign(document.createElement('canvas'), { width, height });
    const context = copy.getContext('2d', { willReadFrequently: true });
    drawImage.call(context, canvas, 0, 0);
    const all = new Uint32Array(context.getImageData(0, 0, width, height).data.buffer);
    return of(canvas).map((text) => {
      const [x0, y0, x1, y1] = text.box.map(Math.round);
      const inside = x0 >= 0 && y0 >= 0 && x1 <= canvas.width && y1 <= canvas.height;
      const counts = new Map();
      for (let y = Math.max(y0, 0); y < Math.min(y1, height); y++)
        for (let x = Math.max(x0, 0); x < Math.min(x1, width); x++) {
          const pixel = all[y * width + x];
          counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
        }
      return { ...text, inside, ...inkAndGround(text.color, counts) };
    });
  };
}"""


@dataclass
class PaintedText:
    """A text, in device pixels; `contrast`: with what lies behind it; `seen`: whether any ink is in sight."""

    text: str
    box: tuple[float, float, float, float]
    alpha: float
    squeezed: float
    inside: bool
    contrast: float
    seen: bool


@dataclass
class Neighbours:
    """Places in a list of texts, by the place of a text: of those that are painted over it, and of itself
    painted once more, brighter."""

    over: dict[int, list[int]]
    again: dict[int, list[int]]


def neighbours(texts: list[PaintedText], margin: float = 1.5) -> Neighbours:
    """Compares all pairs at once: a frame has some hundred texts."""
    boxes = np.array([text.box for text in texts], float).reshape(-1, 4)
    left, top, right, bottom = boxes.T
    across = np.minimum.outer(right, right) - np.maximum.outer(left, left)
    down = np.minimum.outer(bottom, bottom) - np.maximum.outer(top, top)
    numbers = {text.text: number for number, text in enumerate(texts)}
    name = np.array([numbers[text.text] for text in texts])
    again = np.equal.outer(name, name)
    for side in boxes.T:
        again &= np.abs(np.subtract.outer(side, side)) <= 6
    return Neighbours(_places(np.triu((across > margin) & (down > margin) & ~again)), _places(again))


def _places(pairs: NDArray[np.bool_]) -> dict[int, list[int]]:
    places = defaultdict(list)
    for one, other in np.argwhere(pairs).tolist():
        places[one].append(other)
    return places


def record_text(page: Page) -> None:
    """Begin to note what is painted; call before the page is opened."""
    page.add_init_script(f"({RECORD})()")


def painted_texts(page: Page) -> list[PaintedText]:
    """Everything written on the stage at this moment, in the order in which it was painted."""
    # As one string: a result is handed over value by value, which takes seconds for a large stage.
    found = page.evaluate("JSON.stringify(paintedTexts(document.querySelector('#stage')))")
    return [_judge(text) for text in json.loads(found)]


def painted_words(page: Page) -> list[str]:
    """As `painted_texts`, without a look at the pixels."""
    words: list[str] = page.evaluate("paintedWords(document.querySelector('#stage'))")
    return words


def painted_curves(page: Page) -> list[list[tuple[float, float]]]:
    """Points of each curved line on the stage at this moment, in device pixels."""
    curves: list[list[tuple[float, float]]] = page.evaluate("paintedCurves(document.querySelector('#stage'))")
    return curves


def _judge(text: dict[str, Any]) -> PaintedText:
    return PaintedText(
        text=text["text"],
        box=tuple(text["box"]),
        alpha=text["alpha"],
        squeezed=text["squeezed"],
        inside=text["inside"],
        contrast=_contrast(tuple(text["ink"]), tuple(text["ground"])),
        seen=text["seen"],
    )


Rgb = tuple[int, int, int]


@cache
def _luminance(color: Rgb) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (
        v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in (c / 255 for c in color)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: Rgb, other: Rgb) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)
