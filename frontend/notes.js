/**
 * What a picture of a layer should say beside its numbers: texts by key, with their values. Pure.
 *
 * @import {Model} from './frame.js'
 * @import {ViewName} from './views.js'
 *
 * @typedef {[string, Record<string, string|number>]} Note
 */

import { kernelSize, windowAt } from './geometry.js';

/** @param {Model} model @param {ViewName} view @returns {Note[]} */
export function notes(model, view) {
  const { operation } = model.summary;
  if (view === 'scatter') return [['scatter.caption', {}], ...outputPadding(model)];
  if (view !== 'stage') return [];
  if (operation.kind === 'conv_transpose2d') return [['gather.caption', {}], ...outputPadding(model)];
  /** @type {Note[]} */
  const flip = operation.flip ? [['note.flip', {}]] : [];
  return [...flip, ...overhang(model), ...unread(model, 0), ...unread(model, 1), ...divisor(model)];
}

/** @param {Model} model @returns {Note[]} */
function outputPadding({ summary: { operation } }) {
  const [rows, cols] = operation.output_padding ?? [0, 0];
  return rows || cols ? [['note.outputPadding', { rows, cols, stride: [...new Set(operation.stride)].join('×') }]] : [];
}

/** Why floor drops the last rows or columns, or why cells between the windows are never read. @param {Model} model @param {0|1} axis @returns {Note[]} */
function unread({ plane, idleRows, idleCols, summary }, axis) {
  const [idle, length] = axis === 0 ? [idleRows, plane.rows] : [idleCols, plane.cols];
  let trailing = 0;
  while (idle.includes(length - 1 - trailing)) trailing += 1;
  const stride = summary.operation.stride[axis];
  const key = axis === 0 ? 'note.rows' : 'note.columns';
  /** @type {Note[]} */
  const last = trailing > 0 ? [[key, { count: trailing, stride, size: summary.shapes.output[axis + 1] ?? 0 }]] : [];
  return idle.length > trailing ? [...last, [`${key}.between`, { stride, reach: reach(summary, axis) }]] : last;
}

/** From the kernel's first cell to its last. @param {Model['summary']} summary @param {0|1} axis */
function reach(summary, axis) {
  return summary.operation.dilation[axis] * (kernelSize(summary)[axis] - 1) + 1;
}

/** Windows that ceil_mode lets hang over the padded input. @param {Model} model @returns {Note[]} */
function overhang({ summary, taps, plane }) {
  const [, height, width] = summary.shapes.output;
  const { rows, cols } = windowAt(summary, taps, height - 1, width - 1);
  return Math.max(...rows) >= plane.rows || Math.max(...cols) >= plane.cols ? [['note.ceil', {}]] : [];
}

/** @param {Model} model @returns {Note[]} */
function divisor(model) {
  const { kind, padding, count_include_pad: counted, kernel_size: [height, width] = [1, 1] } = model.summary.operation;
  if (kind !== 'avg_pool2d') return [];
  const padded = Object.values(padding).some((size) => size > 0);
  const clipped = overhang(model).length > 0;
  const key = padded && !counted ? '.inside' : clipped ? '.clipped' : padded ? '.padding' : '';
  return [[`note.divisor${key}`, { divisor: height * width }]];
}

/**
 * The share of the taps, over all windows, that find no input cell of their own: they fall on the padding, or, in a
 * transposed layer, into the holes. Rows and columns are independent.
 * @param {Model} model @returns {number} 0 … 1
 */
export function emptyShare({ summary, taps, plane }) {
  const [, height, width] = summary.shapes.input;
  const inside = (/** @type {number[][]} */ lines, /** @type {number} */ before, /** @type {number} */ size) => {
    const all = lines.flat();
    return all.filter((at) => at >= before && at < before + size).length / all.length;
  };
  const rows = taps.rows.map((_, i) => windowAt(summary, taps, i, 0).rows);
  const cols = taps.cols.map((_, j) => windowAt(summary, taps, 0, j).cols);
  return 1 - inside(rows, plane.top, height) * inside(cols, plane.left, width);
}
