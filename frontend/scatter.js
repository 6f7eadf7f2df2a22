/**
 * A transposed convolution the other way: one input cell after another stamps its scaled kernel onto the output. The
 * places are the stage's own, so that both readings show a cell in the same spot. Pure.
 *
 * @import {Rect, Stamp} from './types.js'
 * @import {Frame, Model} from './frame.js'
 * @import {Window} from './geometry.js'
 * @import {Cell} from './questions.js'
 * @import {Asked} from './panes.js'
 * @import {Layout, Subject} from './layout.js'
 *
 * @typedef {Frame & {
 *   view: 'scatter', stamp: Stamp|null, plane: Float64Array|null, landing: Window, valueRect: Rect, stampRect: Rect|null,
 * }} ScatterFrame
 *   row, col, window, target: of the input cell, window on its way; plane: the output channel as it stands; landing:
 *   output rows and columns of the kernel's, NaN where cropped; stampRect: where the channels' stamps add up, null for
 *   a single channel or where there is no room
 */

import { ease, firstRow, layoutOf, rows, viewsOf } from './frame.js';
import { between, inChannels } from './geometry.js';
import { cellRect, hit as hitStage } from './hit.js';
import { READABLE } from './layout.js';
import { answer, inverse } from './questions.js';

/** Beside the summed stamp, in CSS pixels. */
const AROUND_STAMP = 44;

/** Times the kernel's cells, the output's are at most. */
const LARGER = 1.8;

/** @param {Asked} asked @returns {ScatterFrame} */
export function frame(asked) {
  const { model, position } = asked;
  const { summary, subject } = model;
  const inputs = inChannels(summary, position.outChannel);
  const marked = (summary.operation.output_padding ?? [0, 0]).some((size) => size > 0);
  const at = placesOf(layoutOf(subject, asked.width, asked.height), subject, inputs.length, marked);
  const first = firstRow(at, subject.channels, inputs, position, asked.scroll);
  const [, , width] = summary.shapes.input;
  const cellAt = (/** @type {number} */ index) => ({ rows: [Math.floor(index / width)], cols: [index % width] });
  const target = cellAt(position.window);
  const [row = 0, col = 0] = [target.rows[0], target.cols[0]];
  const found = asked.stamp?.stamp.index === position.window ? asked.stamp : null;
  const landing = landingOf(model, row, col);
  const views = viewsOf(asked, at, target, landing);
  return {
    ...asked, ...views, view: /** @type {const} */ ('scatter'), layout: at, first, inChannels: inputs, row, col, landing, target,
    window: position.slide < 1 && position.window > 0 ? between(cellAt(position.window - 1), target, ease(position.slide)) : target,
    rows: rows(at, first, inputs, position, subject),
    step: null, printed: null, placed: 0, total: at.total, stamp: found?.stamp ?? null, plane: found && (position.place === 1 ? found.after : found.before),
    valueRect: valueRect(at), stampRect: inputs.length > 1 ? stampRect(at, subject.kernel) : null,
    question: asked.asked && { ...asked.asked, answer: answer(model, asked.asked.cell, { row: 0, col: 0 }) },
    still: [
      'scatter', summary.id, position.outChannel, first, asked.theme, asked.tinted, asked.width, asked.height, asked.ratio, asked.outputMax,
      views.inputView.x, views.inputView.y, views.inputView.cell, views.outputView.x, views.outputView.y, views.outputView.cell,
    ].join(),
  };
}

/** The stage's places without sums, whose room goes to the output. @param {Layout} at @param {Subject} subject @param {number} channels @param {boolean} marked  whether output_padding is named under the output @returns {Layout} */
function placesOf(at, { kernel, output: [rows, cols] }, channels, marked) {
  const bare = { ...at, loupe: false };
  if (at.narrow) return bare;
  const { products, output } = at;
  const right = output.x + output.width;
  const left = products.x + products.width + (channels > 1 ? at.kernelCell * kernel[1] + 2 * AROUND_STAMP : AROUND_STAMP);
  const [top, bottom] = [at.rowTop + at.stack * 7, at.rowTop + at.visible * at.rowHeight - (marked ? 32 : 14)];
  const size = Math.min((right - left) / cols, (bottom - top) / rows, at.kernelCell * LARGER);
  const cell = Math.max(size < 4 ? size : Math.floor(size), at.outputCell);
  const height = cell * rows;
  return { ...bare, outputCell: cell, output: { x: right - cell * cols, y: (top + bottom - height) / 2, width: cell * cols, height } };
}

/** Where the kernel's rows and columns land, NaN where that is cropped. @param {Model} model @param {number} row @param {number} col @returns {Window} */
export function landingOf({ taps, summary, subject }, row, col) {
  const line = (/** @type {number[][]} */ table, /** @type {number} */ length, /** @type {number} */ at, /** @type {number} */ size) => {
    const found = new Array(size).fill(NaN);
    for (const [output, tap] of inverse(table, length)[at] ?? []) found[tap] = output;
    return found;
  };
  const [, height, width] = summary.shapes.input;
  return { rows: line(taps.rows, height, row, subject.kernel[0]), cols: line(taps.cols, width, col, subject.kernel[1]) };
}

/**
 * The index of the first input cell that stamps output cell (row, col), Infinity for one that none reaches. Of the rows
 * that reach it the first counts, and of the columns: each pair of them stamps it.
 * @param {Model} model @param {number} row @param {number} col
 */
export function firstStamp({ taps, summary }, row, col) {
  return (firsts(taps.rows)[row] ?? Infinity) * summary.shapes.input[2] + (firsts(taps.cols)[col] ?? Infinity);
}

/** @type {WeakMap<number[][], number[]>} */
const kept = new WeakMap();

/** The first input row or column that each output row or column reads. @param {number[][]} table */
function firsts(table) {
  const known = kept.get(table) ?? table.map((line) => Math.min(...line.filter((at) => at >= 0)));
  kept.set(table, known);
  return known;
}

/** The input cell's number alone, in the middle of where the gather reading enlarges its window. @param {Layout} at @returns {Rect} */
function valueRect({ loupeRect, loupeCell }) {
  const size = Math.max(Math.min(loupeCell, loupeRect.width), READABLE);
  return { x: loupeRect.x + (loupeRect.width - size) / 2, y: loupeRect.y + (loupeRect.height - size) / 2, width: size, height: size };
}

/** Between the products and the output, in the middle of the rows. @param {Layout} at @param {[number, number]} kernel @returns {Rect|null} */
function stampRect({ narrow, products, output, kernelCell, rowHeight, visible }, [kH, kW]) {
  const [width, height] = [kernelCell * kW, kernelCell * kH];
  const room = output.x - products.x - products.width;
  if (narrow || room < width + AROUND_STAMP) return null;
  const middle = products.y + products.height / 2 + ((visible - 1) * rowHeight) / 2;
  return { x: products.x + products.width + (room - width) / 2, y: middle - height / 2, width, height };
}

/** A product of a stamp is asked about as the weight that makes it. @param {ScatterFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function hit(frame, x, y) {
  const found = hitStage(frame, x, y);
  return found?.grid === 'tap' ? { ...found, grid: 'weight' } : found;
}

/** A weight stands in the kernel and in its product. @param {ScatterFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  const own = cellRect(frame, cell);
  if (!own) return [];
  const { kernel, products } = frame.layout;
  return cell.grid === 'weight' ? [own, { ...own, x: own.x + products.x - kernel.x }] : [own];
}
