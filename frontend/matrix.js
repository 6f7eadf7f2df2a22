/**
 * The layer as a matrix product: the kernel, a row per output channel, times the unrolled windows, a column each. Of the
 * unrolled windows no more is ever looked up than is in sight. Pure.
 *
 * @import {Rect, Step} from './types.js'
 * @import {Model} from './frame.js'
 * @import {Position} from './timeline.js'
 * @import {Cell} from './questions.js'
 * @import {Asked, Lights, Pane} from './panes.js'
 * @import {Ledger} from './ledger.js'
 *
 * @typedef {{taps: number, kW: number, inputs: number[], outputs: number[], depth: number, windows: number, width: number}} Product
 *   of the group of the output channel shown: its channels; depth: kernel columns = rows of the unrolled windows;
 *   width: windows in a row of the output
 *
 * @typedef {'kernel'|'columns'|'products'|'product'} PaneName
 *
 * @typedef {Omit<Asked, 'step'|'view'> & {
 *   view: 'matrix', product: Product, panes: Record<PaneName, Pane>, layout: {width: number, height: number, narrow: boolean},
 *   cell: number, least: number, signs: {times: Point, equals: Point}, row: number, window: number, placed: number,
 *   step: Step|null, printed: Ledger|null, still: string, key: string,
 *   question: {cell: Cell, lights: Lights, pinned: boolean}|null,
 * }} MatrixFrame
 *   row: of the output channel shown, in its group; placed: output cells of that channel that stand
 *
 * @typedef {{x: number, y: number}} Point
 */

import { charactersIn, fitting, layerOf } from './frame.js';
import { inChannels, sliceOffset } from './geometry.js';
import { READABLE } from './layout.js';
import { ledger } from './ledger.js';
import { block, cellSize, firstOf, LARGEST, paneAt, rectsOf, reveal } from './panes.js';
import { reached } from './questions.js';

const NARROW = 800;
const COMFORT = 28;
const HEADER = 46;
const SIGN = 34;
const SUM = 62;
const LABEL = 34;

/** On a phone the panes stand below one another; this many rows of the unrolled windows at most. */
const NARROW_ROWS = 14;
const NARROW_OUTPUTS = 6;

/** @param {Model} model @param {number} o @returns {Product} */
export function productOf({ summary, subject }, o) {
  const [kH, kW] = subject.kernel;
  const size = summary.shapes.output[0] / (summary.operation.groups ?? 1);
  const first = Math.floor(o / size) * size;
  const inputs = inChannels(summary, o);
  const [, height, width] = summary.shapes.output;
  return {
    taps: kH * kW, kW, inputs, outputs: Array.from({ length: size }, (_, k) => first + k),
    depth: inputs.length * kH * kW, windows: height * width, width,
  };
}

/** Whether nothing is unrolled at all: a pixel is a column. @param {Model} model */
export function isPointwise({ summary, subject }) {
  const { kind, stride, padding, groups = 1 } = summary.operation;
  const around = Object.values(padding).every((size) => size === 0);
  return kind === 'conv2d' && subject.kernel.join() === '1,1' && stride.join() === '1,1' && around && groups === 1;
}

/** Where in the input's numbers row k of window n is, -1 on padding and in holes. @param {Model} model @param {Product} product @returns {(k: number, n: number) => number} */
export function unrolled({ summary, taps }, { taps: count, kW, inputs, width: outWidth }) {
  const [, height, width] = summary.shapes.input;
  const first = inputs[0] ?? 0;
  return (k, n) => {
    const c = Math.floor(k / count);
    const u = Math.floor((k - c * count) / kW);
    const v = k - c * count - u * kW;
    const i = Math.floor(n / outWidth);
    const row = taps.rows[i]?.[u] ?? -1;
    const col = taps.cols[n - i * outWidth]?.[v] ?? -1;
    return row < 0 || col < 0 ? -1 : ((first + c) * height + row) * width + col;
  };
}

/** Where in the weight's numbers row r (an output channel of the group), column k of the kernel is. @param {Model} model @param {Product} product @returns {(r: number, k: number) => number} */
export function kernelRow({ summary }, { taps, inputs, outputs }) {
  return (r, k) => {
    const c = Math.floor(k / taps);
    return sliceOffset(summary, outputs[r] ?? 0, inputs[c] ?? 0) + k - c * taps;
  };
}

/** @param {Asked} asked @returns {MatrixFrame} */
export function frame(asked) {
  const { model, position } = asked;
  const product = productOf(model, position.outChannel);
  const key = `matrix/${model.summary.shapes.input}/${model.summary.shapes.weight}/${model.summary.shapes.output}`;
  const sight = asked.sight.key === key ? asked.sight : { cell: null, at: {} };
  const at = place(product, asked.width, asked.height, sight.cell);
  const row = position.outChannel - (product.outputs[0] ?? 0);
  const followed = panesOf(product, at, asked.following ? {} : sight.at, { o: row, k: working(product, position), n: position.window });
  const lights = asked.asked && lightsOf(model, product, asked.asked.cell, row, position.window);
  const panes = asked.following && lights && !rectsOf({ panes: followed }, lights).length ? /** @type {Record<PaneName, Pane>} */ (reveal(followed, lights.self[0])) : followed;
  const step = asked.step?.index === position.window ? asked.step : null;
  const known = product.outputs.filter((o) => o < position.outChannel && asked.outputs.has(o)).length;
  return {
    ...asked, ...at, view: 'matrix', product, panes, row, window: position.window, key, step,
    placed: position.window + (position.place === 1 ? 1 : 0),
    printed: step && printed(step, model, position.outChannel, product, at.cell),
    question: asked.asked && lights && { ...asked.asked, lights },
    still: [
      key, model.summary.id, position.outChannel, known, at.cell, asked.theme, asked.width, asked.height, asked.ratio, asked.outputMax,
      ...Object.values(panes).flatMap(({ top, left }) => [top, left]),
    ].join(),
  };
}

/** The row of the unrolled windows that time is at. @param {Product} product @param {Position} position */
function working({ taps, depth }, { active, products }) {
  return active < 0 ? 0 : Math.min(active * taps + Math.max(Math.ceil(products) - 1, 0), depth - 1);
}

/** How much of row k has been multiplied: 0 … 1. @param {Product} product @param {Position} position @param {number} k */
export function multiplied({ taps }, { channels, active, products }, k) {
  const c = Math.floor(k / taps);
  if (c < channels) return 1;
  return active === -1 || active === c ? Math.min(Math.max(products - (k - c * taps), 0), 1) : 0;
}

/**
 * The size of a cell and where the panes stand: side by side as an equation, or below one another.
 * @param {Product} product @param {number} width @param {number} height @param {number|null} wish
 */
function place(product, width, height, wish) {
  return width < NARROW ? placeNarrow(product, width, wish) : placeWide(product, width, height, wish);
}

/** @param {Product} product @param {number} width @param {number} height @param {number|null} wish */
function placeWide({ depth, windows, outputs }, width, height, wish) {
  const room = Math.max(height - HEADER - 12, 120);
  const free = width - LABEL - SIGN - SUM - 14 - 12;
  const fit = Math.floor(Math.min(44, room / Math.max(depth, outputs.length), free / (depth + 2 * windows + 1)));
  const least = Math.max(Math.min(fit, READABLE), 2);
  const cell = cellSize(wish, fit >= READABLE ? fit : COMFORT, least);
  const beside = Math.max(cell, READABLE);
  const columns = Math.max(Math.floor((free - beside) / cell), 3);
  const share = Math.max(Math.floor(columns * 0.3), columns - 2 * windows, 1);
  const shown = Math.max(1, Math.min(windows, Math.floor((columns - Math.min(depth, share)) / 2)));
  const across = Math.min(depth, columns - 2 * shown);
  const down = Math.min(depth, Math.max(1, Math.floor(room / cell)));
  const rows = Math.min(outputs.length, Math.max(1, Math.floor(room / cell)));
  const air = Math.min(Math.max(free - beside - (across + 2 * shown) * cell, 0) / 3, 40);
  const used = LABEL + SIGN + SUM + 14 + (across + 2 * shown) * cell + beside + 2 * air;
  const middle = HEADER + Math.max(room - 4, Math.max(down, rows) * cell) / 2;
  let x = Math.max(0, (width - used) / 2) + LABEL;
  const take = (/** @type {number} */ w) => { const at = x; x += w; return Math.round(at); };
  const rect = (/** @type {number} */ w, /** @type {number} */ h) => ({ x: take(w), y: Math.round(middle - h / 2), width: w, height: h });
  const sign = (/** @type {number} */ w) => ({ x: take(w + air) + (w + air) / 2, y: middle });
  const kernel = rect(across * cell, rows * cell);
  const times = sign(SIGN);
  const unrolledRect = rect(shown * cell, down * cell);
  take(14);
  const products = rect(beside, down * cell);
  const equals = sign(SUM);
  const output = rect(shown * cell, rows * cell);
  return {
    cell, least, layout: { width, height: Math.max(height, middle * 2 - HEADER + 12), narrow: false },
    rects: { kernel, columns: unrolledRect, products, product: output }, signs: { times, equals },
  };
}

/** @param {Product} product @param {number} width @param {number|null} wish */
function placeNarrow({ depth, windows, outputs }, width, wish) {
  const free = width - 26 - 12;
  const fit = Math.floor(Math.min(36, (free - 14) / Math.max(depth, windows + 1)));
  const least = Math.max(Math.min(fit, READABLE), 2);
  const cell = cellSize(wish, fit >= READABLE ? fit : COMFORT, least);
  const beside = Math.max(cell, READABLE);
  const across = Math.max(1, Math.min(depth, Math.floor(free / cell)));
  const shown = Math.max(1, Math.min(windows, Math.floor((free - beside - 14) / cell)));
  const down = Math.min(depth, Math.max(NARROW_ROWS, Math.floor((NARROW_ROWS * COMFORT) / cell)));
  const rows = Math.min(outputs.length, Math.max(NARROW_OUTPUTS, Math.floor((NARROW_OUTPUTS * COMFORT) / cell)));
  const left = 26;
  let y = 30;
  const rect = (/** @type {number} */ w, /** @type {number} */ h, /** @type {number} */ x) => ({ x, y, width: w, height: h });
  const kernel = rect(across * cell, rows * cell, left);
  y += rows * cell + 44;
  const columns = rect(shown * cell, down * cell, left);
  const products = rect(beside, down * cell, left + shown * cell + 14);
  y += down * cell + 44;
  const output = rect(shown * cell, rows * cell, left);
  const sign = (/** @type {Rect} */ above) => ({ x: 10, y: above.y + above.height / 2 });
  return {
    cell, least, layout: { width, height: y + rows * cell + 16, narrow: true },
    rects: { kernel, columns, products, product: output },
    signs: { times: sign(columns), equals: sign(output) },
  };
}

/** @param {Product} product @param {ReturnType<typeof place>} at @param {Record<string, number>} wish @param {{o: number, k: number, n: number}} need @returns {Record<PaneName, Pane>} */
function panesOf({ depth, windows, outputs }, { cell, rects }, wish, need) {
  const counts = { o: outputs.length, k: depth, n: windows };
  const pane = (/** @type {Rect} */ rect, /** @type {'o'|'k'} */ down, /** @type {'k'|'n'|null} */ right) => {
    const [high, wide] = [rect.height / cell, rect.width / cell];
    return {
      rows: counts[down], cols: right ? counts[right] : 1, place: rect,
      size: /** @type {[number, number]} */ ([cell, right ? cell : rect.width]),
      top: firstOf(counts[down], high, need[down], wish[down]),
      left: right ? firstOf(counts[right], wide, need[right], wish[right]) : 0,
      axes: /** @type {[string, string|null]} */ ([down, right]),
    };
  };
  return {
    kernel: pane(rects.kernel, 'o', 'k'), columns: pane(rects.columns, 'k', 'n'),
    products: pane(rects.products, 'k', null), product: pane(rects.product, 'o', 'n'),
  };
}

/** What stands in a pane's cell. @param {MatrixFrame} frame @param {string} pane @param {number} row @param {number} col @returns {Cell|null} */
export function cellOf({ model, product, row: shown }, pane, row, col) {
  const { taps, kW, inputs, outputs, width } = product;
  const tap = (/** @type {'weight'|'tap'} */ grid, /** @type {number} */ k) => {
    const c = Math.floor(k / taps);
    return { grid, channel: inputs[c] ?? 0, row: Math.floor((k - c * taps) / kW), col: (k - c * taps) % kW };
  };
  if (pane === 'kernel') return row === shown ? tap('weight', col) : null;
  if (pane === 'products') return tap('tap', row);
  if (pane === 'product') return { grid: 'output', channel: outputs[row] ?? 0, row: Math.floor(col / width), col: col % width };
  const index = unrolled(model, product)(row, col);
  const [, high, wide] = model.summary.shapes.input;
  return index < 0 ? null : { grid: 'input', channel: Math.floor(index / (high * wide)), row: Math.floor(index / wide) % high, col: index % wide };
}

/** Where a cell stands and what it has to do with the rest. @param {Model} model @param {Product} product @param {Cell} cell @param {number} shown  row of the output channel shown @param {number} window @returns {Lights} */
export function lightsOf(model, product, cell, shown, window) {
  const { taps, kW, inputs, outputs, depth, windows, width } = product;
  const c = inputs.indexOf(cell.channel);
  const k = c * taps + cell.row * kW + cell.col;
  if (cell.grid === 'output') {
    const r = outputs.indexOf(cell.channel);
    const n = cell.row * width + cell.col;
    if (r < 0) return { self: [], related: [] };
    return { self: [block('product', r, n)], related: [block('columns', 0, n, depth, 1), block('kernel', r, 0, 1, depth)] };
  }
  if (c < 0) return { self: [], related: [] };
  if (cell.grid === 'weight') return { self: [block('kernel', shown, k)], related: [block('columns', k, 0, 1, windows)] };
  if (cell.grid === 'tap') return { self: [block('products', k, 0)], related: [block('kernel', shown, k), block('columns', k, window)] };
  const places = reached(model, cell.row, cell.col).map(({ row, col, u, v }) => ({ k: c * taps + u * kW + v, n: row * width + col }));
  return {
    self: places.map(({ k: at, n }) => block('columns', at, n)),
    related: [...new Set(places.map(({ n }) => n))].map((n) => block('product', 0, n, outputs.length, 1)),
  };
}

/** @param {MatrixFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function hit(frame, x, y) {
  const found = paneAt(frame.panes, x, y);
  return found && cellOf(frame, found.name, found.row, found.col);
}

/** Where a cell is, as far as it is in sight. @param {MatrixFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  return rectsOf(frame, lightsOf(frame.model, frame.product, cell, frame.row, frame.window));
}

/** @type {WeakMap<Step, {cell: number, printed: Ledger}>} */
const printedSteps = new WeakMap();

/** The step with as many decimals as a cell has room for. @param {Step} step @param {Model} model @param {number} o @param {Product} product @param {number} cell */
function printed(step, model, o, { inputs }, cell) {
  const kept = printedSteps.get(step);
  if (kept?.cell === cell) return kept.printed;
  const decimals = fitting(step.products.flat(2), charactersIn(Math.min(cell, LARGEST)));
  const made = ledger(step, layerOf(model, o, inputs), decimals);
  printedSteps.set(step, { cell, printed: made });
  return made;
}
