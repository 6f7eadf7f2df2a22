/**
 * The matrix product: kernel rows, unrolled windows, the products of the row and the column at work, what has come out.
 *
 * @import {MatrixFrame} from '../matrix.js'
 * @import {Rect} from '../types.js'
 */

import { level, scale } from '../color.js';
import { charactersIn, ease, fitting, fontIn } from '../frame.js';
import { READABLE } from '../layout.js';
import { format } from '../ledger.js';
import { isPointwise, kernelRow, multiplied, unrolled } from '../matrix.js';
import { block, blockRect, sightOf } from '../panes.js';
import { cellBox, centred, font, paintCell, paintGhost, rounded, within } from './grid.js';
import { paintBlock, paintExtent, paintHeading, paintLights, paintPane, paintWords } from './panes.js';

/** So many output cells decide how many decimals there is room for. */
const DECIDING = 1024;

/** @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
export function paintStill(context, frame) {
  const { layout, inks, model, product, panes, cell, theme } = frame;
  const palette = scale(theme);
  context.fillStyle = inks.paper;
  context.fillRect(0, 0, layout.width, layout.height);
  const decimals = (/** @type {ArrayLike<number>} */ data, /** @type {number} */ low, /** @type {number} */ max) =>
    fitting(data.length <= 4096 ? data : [max, low, max / 3], charactersIn(cell));
  const weights = model.weight?.data ?? [];
  const weightAt = kernelRow(model, product);
  const inputAt = unrolled(model, product);
  const read = (/** @type {number} */ index) => (index < 0 ? null : (model.input.data[index] ?? null));
  paintPane(context, panes.kernel, { at: (r, k) => weights[weightAt(r, k)] ?? 0, max: model.weightMax, decimals: decimals(weights, model.weightLow, model.weightMax) }, palette, inks);
  paintPane(context, panes.columns, { at: (k, n) => read(inputAt(k, n)), max: model.inputMax, decimals: decimals(model.input.data, model.inputLow, model.inputMax) }, palette, inks);
  paintFinished(context, frame);
  paintProductsPlace(context, frame);
  for (const pane of Object.values(panes)) if (pane !== panes.products) paintExtent(context, pane, inks);
  paintWordsAround(context, frame);
}

/** The rows of output channels that are done; the others wait. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintFinished(context, frame) {
  const { panes, product, outputs, outputMax, position, inks, theme } = frame;
  const value = (/** @type {number} */ r, /** @type {number} */ n) => {
    const o = product.outputs[r] ?? 0;
    return o < position.outChannel ? (outputs.get(o)?.data[n] ?? null) : null;
  };
  paintPane(context, panes.product, { at: value, max: outputMax, decimals: outputDecimals(frame) }, scale(theme), inks);
}

/** @param {MatrixFrame} frame */
function outputDecimals({ outputs, outputMax, position, cell }) {
  return fitting([outputMax, -outputMax, ...(outputs.get(position.outChannel)?.data.subarray(0, DECIDING) ?? [])], charactersIn(cell));
}

/** @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintProductsPlace(context, { panes, inks, cell }) {
  const { place, size } = panes.products;
  if (cell < READABLE) return;
  const { top, bottom } = sightOf(panes.products);
  for (let k = top; k < bottom; k++) paintGhost(context, { x: place.x + 1, y: place.y + (k - top) * size[0] + 1, width: size[1] - 2, height: size[0] - 2 }, inks);
}

/** Headings, signs and the rows' output channels. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintWordsAround(context, frame) {
  const { panes, labels, signs, inks, product, layout, cell, model } = frame;
  paintHeading(context, frame, labels['matrix.kernel'] ?? '', panes.kernel);
  paintHeading(context, frame, (isPointwise(model) ? labels['matrix.pixels'] : labels['matrix.columns']) ?? '', panes.columns);
  if (!layout.narrow) paintHeading(context, frame, labels['matrix.products'] ?? '', panes.products, '');
  paintHeading(context, frame, labels['matrix.product'] ?? '', panes.product);
  context.fillStyle = inks.muted;
  context.font = font(layout.narrow ? 14 : 20);
  centred(context, '@', signs.times.x, signs.times.y);
  context.font = font(layout.narrow ? 14 : 17);
  centred(context, layout.narrow ? '=' : model.summary.shapes.bias ? 'Σ + b =' : 'Σ =', signs.equals.x, signs.equals.y);
  if (cell < 10) return;
  context.font = font(layout.narrow ? 10 : 12);
  context.textAlign = 'right';
  context.textBaseline = 'middle';
  for (const pane of layout.narrow ? [panes.kernel, panes.product] : [panes.kernel]) {
    const { top, bottom } = sightOf(pane);
    for (let r = top; r < bottom; r++) {
      const text = layout.narrow ? String(product.outputs[r]) : `o=${product.outputs[r]}`;
      if (!layout.narrow || pane === panes.kernel) context.fillText(text, pane.place.x - 5, pane.place.y + (r - top + 0.5) * cell);
    }
  }
}

/** @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
export function paintMoving(context, frame) {
  const { panes, inks, row, window, product } = frame;
  paintPlaced(context, frame);
  paintWorking(context, frame);
  paintProducts(context, frame);
  paintBlock(context, panes, block('kernel', row, 0, 1, product.depth), inks, 0, 3);
  paintColumn(context, frame);
  if (frame.position.place > 0) paintBlock(context, panes, block('product', row, window), inks, 0, 3);
  if (frame.question) paintLights(context, panes, frame.question, inks);
}

/** The output channel at work, as far as it has come. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintPlaced(context, frame) {
  const { panes, row, placed, position, outputs, outputMax, theme, cell, printed, step } = frame;
  const rect = blockRect(panes, block('product', row, 0, 1, placed));
  const data = outputs.get(position.outChannel)?.data;
  const palette = scale(theme);
  if (rect && data) {
    const first = panes.product.left;
    if (cell < READABLE) {
      const line = { ...panes.product, rows: 1, top: 0, cols: placed, place: rect };
      paintWords(context, line, (_, n) => /** @type {number} */ (palette.words[level(data[n] ?? 0, outputMax)]));
    } else {
      const decimals = outputDecimals(frame);
      context.font = font(fontIn(cell));
      const count = Math.round(rect.width / cell);
      for (let j = 0; j < count; j++) paintCell(context, cellBox(rect, cell, 0, j), data[first + j] ?? 0, outputMax, format(data[first + j] ?? 0, decimals), palette);
    }
  }
  const now = blockRect(panes, block('product', row, position.window));
  if (!now || !step || !printed || position.place === 0 || position.place === 1 || cell < READABLE) return;
  context.globalAlpha = ease(position.place);
  context.font = font(fontIn(cell), 600);
  paintCell(context, cellBox(now, cell, 0, 0), step.output, outputMax, printed.output, palette);
  context.globalAlpha = 1;
}

/** The column of the window, on its way from the one before. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintColumn(context, { panes, inks, window, product, position, cell }) {
  const to = blockRect(panes, block('columns', 0, window, product.depth, 1));
  const from = window > 0 ? blockRect(panes, block('columns', 0, window - 1, product.depth, 1)) : null;
  if (!to) return;
  const x = from ? from.x + (to.x - from.x) * ease(position.slide) : to.x;
  context.strokeStyle = inks.accent;
  context.lineWidth = cell < 6 ? 1.5 : 3;
  rounded(context, { ...to, x }, Math.min(4, cell / 4));
  context.stroke();
}

/** The rows of the unrolled windows, and the kernel's columns, that are being multiplied. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintWorking(context, { panes, inks, product, position, row, window, labels }) {
  const { active, products } = position;
  if (active < 0 || products === 0) return;
  const taps = labels.tap ? 1 : product.taps;
  const k = active * product.taps + (labels.tap ? Math.ceil(products) - 1 : 0);
  for (const at of [block('kernel', row, k, 1, taps), block('columns', k, window, taps, 1)]) paintBlock(context, panes, at, inks, 0.22, 1.5);
}

/** The row times the column, cell by cell, in the numbers that add up as printed. @param {CanvasRenderingContext2D} context @param {MatrixFrame} frame */
function paintProducts(context, frame) {
  const { panes, step, printed, product, position, model, theme, cell } = frame;
  if (!step || !printed) return;
  const pane = panes.products;
  const { top, bottom } = sightOf(pane);
  const palette = scale(theme);
  const max = model.inputMax * model.weightMax;
  const [height, width] = pane.size;
  context.font = font(fontIn(cell));
  within(context, pane.place, () => {
    for (let k = top; k < bottom; k++) {
      const share = position.place > 0 ? 1 : multiplied(product, position, k);
      if (share === 0) continue;
      const c = Math.floor(k / product.taps);
      const tap = k - c * product.taps;
      const value = step.products[c]?.[Math.floor(tap / product.kW)]?.[tap % product.kW] ?? 0;
      context.globalAlpha = share;
      paintProduct(context, { x: pane.place.x, y: pane.place.y + (k - top) * height, width, height }, value, max, printed.lines[c]?.terms[tap]?.product ?? '', palette, cell);
    }
    context.globalAlpha = 1;
  });
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect @param {number} value @param {number} max @param {string} text @param {import('../color.js').Scale} palette @param {number} cell */
function paintProduct(context, rect, value, max, text, palette, cell) {
  if (cell >= READABLE) {
    paintCell(context, { x: rect.x + 1, y: rect.y + 1, width: rect.width - 2, height: rect.height - 2 }, value, max, text, palette);
    return;
  }
  context.fillStyle = /** @type {string} */ (palette.css[level(value, max)]);
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
}
