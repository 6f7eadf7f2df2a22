/**
 * The layer as a sparse matrix: for one output and one input channel, a row per output cell and a column per input cell,
 * the kernel's weights where a row reads a column, nothing elsewhere. Or its transpose. Pure.
 *
 * @import {Rect} from './types.js'
 * @import {Model} from './frame.js'
 * @import {Cell} from './questions.js'
 * @import {Asked, Lights, Pane} from './panes.js'
 *
 * @typedef {'kernel'|'matrix'|'input'|'output'} PaneName
 *
 * @typedef {{col: number, u: number, v: number}} Entry  a weight of a row; two may share a column where padding borrows
 *
 * @typedef {Omit<Asked, 'view'> & {
 *   view: 'sparse', panes: Record<PaneName, Pane>, layout: {width: number, height: number, narrow: boolean}, cell: number, least: number,
 *   channel: number, index: number, row: number, placed: number, still: string, key: string,
 *   question: {cell: Cell, lights: Lights, pinned: boolean}|null,
 * }} SparseFrame
 *   channel: the input channel shown, index: its position in the step; row: the output cell at work
 */

import { inChannels, kernelSize } from './geometry.js';
import { READABLE } from './layout.js';
import { block, cellSize, firstOf, paneAt, rectsOf, reveal, sightOf } from './panes.js';
import { reached } from './questions.js';

const NARROW = 800;
const HEADER = 46;
const LARGEST_SLICE = 44;

/** A whole matrix is shown down to this cell; beyond it, what a row reads is. */
const STRUCTURE = 6;

/** The strips beside the matrix are at least this thick. */
const STRIP = 16;
const GAP = 8;

/** The weights of row r. @param {Model} model @param {number} r @returns {Entry[]} */
export function entriesOf({ summary, taps }, r) {
  const [, , width] = summary.shapes.input;
  const outWidth = summary.shapes.output[2];
  const rows = taps.rows[Math.floor(r / outWidth)] ?? [];
  const cols = taps.cols[r % outWidth] ?? [];
  return rows.flatMap((a, u) => (a < 0 ? [] : cols.flatMap((b, v) => (b < 0 ? [] : [{ col: a * width + b, u, v }]))));
}

/** @param {Asked} asked @returns {SparseFrame} */
export function frame(asked) {
  const { model, position, transposed } = asked;
  const { input, weight, output } = model.summary.shapes;
  const key = `sparse/${input}/${weight}/${output}/${transposed}`;
  const sight = asked.sight.key === key ? asked.sight : { cell: null, at: {} };
  const index = indexShown(asked);
  const channel = inChannels(model.summary, position.outChannel)[index] ?? 0;
  const at = place(model, asked.width, asked.height, transposed, sight.cell);
  const need = { r: position.window, c: firstRead(model, position.window) };
  const followed = panesOf(model, at, transposed, asked.following ? {} : sight.at, need);
  const lights = asked.asked && lightsOf(model, { channel, transposed, outChannel: position.outChannel, row: position.window, seen: outputsSeen(followed, transposed) }, asked.asked.cell);
  const panes = asked.following && lights && !rectsOf({ panes: followed }, lights).length ? /** @type {Record<PaneName, Pane>} */ (reveal(followed, lights.self[0])) : followed;
  return {
    ...asked, ...at, view: 'sparse', panes, channel, index, key, row: position.window,
    placed: position.window + (position.place === 1 ? 1 : 0),
    question: asked.asked && lights && { ...asked.asked, lights },
    still: [
      key, model.summary.id, position.outChannel, channel, at.cell, asked.theme, asked.width, asked.height, asked.ratio,
      ...Object.values(panes).flatMap(({ top, left }) => [top, left]),
    ].join(),
  };
}

/** The position of the channel asked about, of the one time is at, or of the reader's. @param {Pick<Asked, 'model'|'position'|'asked'|'following'|'granularity'|'inChannel'>} asked */
export function indexShown({ model, position, asked, following, granularity, inChannel }) {
  const inputs = inChannels(model.summary, position.outChannel);
  const wanted = asked && asked.cell.grid !== 'output' ? inputs.indexOf(asked.cell.channel) : -1;
  if (wanted >= 0) return wanted;
  const working = position.active >= 0 ? position.active : Math.max(position.channels - 1, 0);
  return Math.min(following && granularity !== 'window' ? working : inChannel, inputs.length - 1);
}

/** The first column that row r reads, so that it is in sight. @param {Model} model @param {number} r */
function firstRead(model, r) {
  return entriesOf(model, r)[0]?.col ?? 0;
}

/** @param {Model} model @param {number} width @param {number} height @param {boolean} transposed @param {number|null} wish */
function place(model, width, height, transposed, wish) {
  const { input, output } = model.summary.shapes;
  const sizes = [output[1] * output[2], input[1] * input[2]];
  const [rows, cols] = /** @type {[number, number]} */ (transposed ? sizes.reverse() : sizes);
  const [kH, kW] = kernelSize(model.summary);
  const narrow = width < NARROW;
  const slice = Math.floor(Math.min(narrow ? 32 : LARGEST_SLICE, Math.max((height - HEADER) / kH, READABLE), (narrow ? width - 8 : width * 0.22) / kW));
  const left = narrow ? 4 : kW * slice + 64;
  const top = narrow ? 30 + kH * slice + 44 : HEADER;
  const freeWidth = width - left - (narrow ? 14 : 72) - GAP;
  const freeHeight = (narrow ? 420 : Math.max(height - HEADER - 10, 140)) - GAP;
  const readable = Math.floor(Math.min(narrow ? 32 : 44, freeWidth / (cols + 1), freeHeight / (rows + 1)));
  const fit = Math.max(readable, Math.floor(Math.min(STRIP, (freeWidth - STRIP) / cols, (freeHeight - STRIP) / rows)));
  const span = Math.min(cols, rowSpan(model));
  const usual = fit >= STRUCTURE ? fit : Math.floor(Math.min(Math.max((freeWidth - STRIP) / span, 3), READABLE / 2));
  const least = Math.max(Math.min(fit, READABLE), 1);
  const cell = cellSize(wish, usual, least);
  const strip = Math.max(cell, STRIP);
  const across = Math.max(1, Math.min(cols, Math.floor((freeWidth - strip) / cell)));
  const down = Math.max(1, Math.min(rows, Math.floor((freeHeight - strip) / cell)));
  const air = narrow ? 0 : Math.round(Math.max(freeWidth - strip - across * cell, 0) / 3);
  const matrix = { x: left + air, y: top + strip + GAP, width: across * cell, height: down * cell };
  const bottom = matrix.y + matrix.height + 12;
  const middle = top + (matrix.y + matrix.height - top) / 2;
  return {
    cell, least, slice, strip, layout: { width, height: narrow ? bottom : Math.max(height, bottom), narrow },
    rects: {
      kernel: { x: narrow ? 4 : 20 + Math.round(air / 2), y: narrow ? 30 : Math.round(Math.max(HEADER, middle - (kH * slice) / 2)), width: kW * slice, height: kH * slice },
      matrix,
      above: { ...matrix, y: top, height: strip },
      beside: { ...matrix, x: matrix.x + matrix.width + GAP, width: strip },
    },
  };
}

/** How far the columns that one row reads lie apart. @param {Model} model */
function rowSpan(model) {
  const [, height, width] = model.summary.shapes.output;
  const cols = entriesOf(model, Math.floor(height / 2) * width + Math.floor(width / 2)).map(({ col }) => col);
  return cols.length ? Math.max(...cols) - Math.min(...cols) + 3 : 1;
}

/** @param {Model} model @param {ReturnType<typeof place>} at @param {boolean} transposed @param {Record<string, number>} wish @param {{r: number, c: number}} need @returns {Record<PaneName, Pane>} */
function panesOf({ summary, subject }, { cell, slice, strip, rects }, transposed, wish, need) {
  const { input, output } = summary.shapes;
  const counts = { r: output[1] * output[2], c: input[1] * input[2] };
  const [down, right] = /** @type {['r'|'c', 'r'|'c']} */ (transposed ? ['c', 'r'] : ['r', 'c']);
  const first = (/** @type {'r'|'c'} */ axis, /** @type {number} */ length) => firstOf(counts[axis], Math.round(length / cell), need[axis], wish[axis]);
  const top = first(down, rects.matrix.height);
  const left = first(right, rects.matrix.width);
  /** @type {Pane} */
  const above = { rows: 1, cols: counts[right], top: 0, left, place: rects.above, size: [strip, cell], axes: [null, right] };
  /** @type {Pane} */
  const beside = { rows: counts[down], cols: 1, top, left: 0, place: rects.beside, size: [cell, strip], axes: [down, null] };
  return {
    kernel: { rows: subject.kernel[0], cols: subject.kernel[1], top: 0, left: 0, place: rects.kernel, size: [slice, slice], axes: [null, null] },
    matrix: { rows: counts[down], cols: counts[right], top, left, place: rects.matrix, size: [cell, cell], axes: [down, right] },
    input: transposed ? beside : above,
    output: transposed ? above : beside,
  };
}

/** First and one past the last output cell in sight. @param {Record<PaneName, Pane>} panes @param {boolean} transposed @returns {[number, number]} */
export function outputsSeen({ matrix }, transposed) {
  const { top, left, bottom, right } = sightOf(matrix);
  return transposed ? [left, right] : [top, bottom];
}

/** What stands in a pane's cell. @param {SparseFrame} frame @param {string} pane @param {number} row @param {number} col @returns {Cell|null} */
export function cellOf({ model, channel, position, transposed }, pane, row, col) {
  const { input, output } = model.summary.shapes;
  if (pane === 'kernel') return { grid: 'weight', channel, row, col };
  if (pane === 'input') return { grid: 'input', channel, row: Math.floor((row + col) / input[2]), col: (row + col) % input[2] };
  if (pane === 'output') return { grid: 'output', channel: position.outChannel, row: Math.floor((row + col) / output[2]), col: (row + col) % output[2] };
  const [r, c] = transposed ? [col, row] : [row, col];
  const found = entriesOf(model, r).find((entry) => entry.col === c);
  return found ? { grid: 'weight', channel, row: found.u, col: found.v } : null;
}

/**
 * Where a cell stands and what it has to do with the rest; a weight's many places as far as they are in sight.
 * @param {Model} model
 * @param {{channel: number, transposed: boolean, outChannel: number, row: number, seen: [number, number]}} shown
 * @param {Cell} cell @returns {Lights}
 */
export function lightsOf(model, { channel, transposed, outChannel, row: at, seen }, cell) {
  const { input, output } = model.summary.shapes;
  const entry = (/** @type {number} */ r, /** @type {number} */ c) => (transposed ? block('matrix', c, r) : block('matrix', r, c));
  const inputCell = (/** @type {number} */ c) => (transposed ? block('input', c, 0) : block('input', 0, c));
  const outputCell = (/** @type {number} */ r) => (transposed ? block('output', 0, r) : block('output', r, 0));
  if (cell.channel !== (cell.grid === 'output' ? outChannel : channel)) return { self: [], related: [] };
  if (cell.grid === 'output') {
    const r = cell.row * output[2] + cell.col;
    return { self: [outputCell(r)], related: entriesOf(model, r).flatMap(({ col }) => [entry(r, col), inputCell(col)]) };
  }
  if (cell.grid === 'input') {
    const c = cell.row * input[2] + cell.col;
    return { self: [inputCell(c)], related: reached(model, cell.row, cell.col).flatMap(({ row, col }) => [entry(row * output[2] + col, c), outputCell(row * output[2] + col)]) };
  }
  const slice = block('kernel', cell.row, cell.col);
  const ofWeight = (/** @type {Entry} */ { u, v }) => u === cell.row && v === cell.col;
  if (cell.grid === 'tap') {
    const reads = entriesOf(model, at).filter(ofWeight);
    return { self: reads.map(({ col }) => entry(at, col)), related: [slice, ...reads.map(({ col }) => inputCell(col)), outputCell(at)] };
  }
  const rows = Array.from({ length: seen[1] - seen[0] }, (_, k) => seen[0] + k);
  return { self: [slice, ...rows.flatMap((r) => entriesOf(model, r).filter(ofWeight).map(({ col }) => entry(r, col)))], related: [] };
}

/** @param {SparseFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function hit(frame, x, y) {
  const found = paneAt(frame.panes, x, y);
  return found && cellOf(frame, found.name, found.row, found.col);
}

/** Where a cell is, as far as it is in sight. @param {SparseFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  const { model, channel, transposed, position, row, panes } = frame;
  return rectsOf(frame, lightsOf(model, { channel, transposed, outChannel: position.outChannel, row, seen: outputsSeen(panes, transposed) }, cell));
}
