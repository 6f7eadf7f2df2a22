/**
 * Cells that can be edited: which number of which tensor they show, where they are on the stage, which one is next. Pure.
 *
 * @import {Frame} from './frame.js'
 * @import {AnyFrame} from './views.js'
 * @import {Rect, Summary} from './types.js'
 * @import {Cell} from './questions.js'
 * @import {TensorName} from './changes.js'
 *
 * @typedef {Cell|{grid: 'bias', channel: number, row: number, col: number}} Editable
 */

import { contains, inChannels } from './geometry.js';
import { cellRect } from './hit.js';
import { inSlot, READABLE } from './layout.js';
import { cellRects, cellUnder, isSheet } from './views.js';

/** Room for `+ bias 0 =` before the total. */
const BIAS = { wide: 84, narrow: 64 };

/** The number a cell shows: its tensor and the index into it; null where nothing can be edited. @param {Summary} summary @param {Editable} cell @param {number} outChannel  the one shown @returns {{tensor: TensorName, index: number[]}|null} */
export function tensorCell({ operation, shapes }, { grid, channel, row, col }, outChannel) {
  if (grid === 'input') return { tensor: 'input', index: [channel, row, col] };
  if (grid === 'bias') return shapes.bias && { tensor: 'bias', index: [outChannel] };
  if (grid !== 'weight' || !shapes.weight) return null;
  const groups = operation.groups ?? 1;
  const index = operation.kind === 'conv_transpose2d'
    ? [channel, outChannel % (shapes.output[0] / groups), row, col]
    : [outChannel, channel % (shapes.input[0] / groups), row, col];
  return { tensor: 'weight', index };
}

/** The cell under a point that is large enough to be meant. @param {AnyFrame} frame @param {number} x @param {number} y @returns {Editable|null} */
export function editableAt(frame, x, y) {
  if (!isSheet(frame) && frame.printed && frame.model.summary.shapes.bias && contains(biasRect(frame), x, y)) return biasCell(frame);
  const cell = cellUnder(frame, x, y);
  if (!cell || !tensorCell(frame.model.summary, cell, frame.position.outChannel)) return null;
  const rects = isSheet(frame) ? cellRects(frame, cell) : [editRect(frame, cell)];
  return rects.some((rect) => rect && rect.width >= READABLE && contains(rect, x, y)) ? cell : null;
}

/** @param {Frame} frame @returns {Editable} */
export function biasCell({ position }) {
  return { grid: 'bias', channel: position.outChannel, row: 0, col: 0 };
}

/** Where a cell is edited: in its grid, or in the loupe where the grid's cells are too small. @param {AnyFrame} frame @param {Editable} cell @returns {Rect|null} */
export function editRect(frame, cell) {
  if (isSheet(frame)) return cell.grid === 'bias' ? null : (cellRects(frame, cell)[0] ?? null);
  if (cell.grid === 'bias') return biasRect(frame);
  const rect = cellRect(frame, cell);
  if (cell.grid !== 'input' || !rect || rect.width >= READABLE) return rect;
  return enlarged(frame, cell) ?? rect;
}

/** @param {Frame} frame @returns {Rect} */
function biasRect({ layout: { total, narrow } }) {
  const width = narrow ? BIAS.narrow : BIAS.wide;
  return { x: total.x - width, y: total.y, width, height: total.height };
}

/** @param {Frame} frame @param {Cell} cell @returns {Rect|null} */
function enlarged({ layout: at, step, rows }, cell) {
  const u = step?.input_rows.indexOf(cell.row) ?? -1;
  const v = step?.input_cols.indexOf(cell.col) ?? -1;
  const slot = rows.find(({ channel, index }) => channel === cell.channel && index >= 0)?.slot;
  if (!at.loupe || u < 0 || v < 0 || slot === undefined) return null;
  const rect = inSlot(at, at.loupeRect, slot);
  return { x: rect.x + v * at.loupeCell, y: rect.y + u * at.loupeCell, width: at.loupeCell, height: at.loupeCell };
}

/** The next cell in reading order, or the one before; a kernel's last cell leads to the bias. Null at the end. @param {Summary} summary @param {Editable} cell @param {1|-1} direction @param {number} outChannel  the one shown @returns {Editable|null} */
export function nextCell(summary, cell, direction, outChannel) {
  const { input, weight, bias } = summary.shapes;
  const inputs = inChannels(summary, outChannel);
  const [rows, cols] = cell.grid === 'input' ? [input[1], input[2]] : [weight?.[2] ?? 1, weight?.[3] ?? 1];
  if (cell.grid === 'bias') {
    return direction < 0 ? { grid: 'weight', channel: inputs.at(-1) ?? 0, row: rows - 1, col: cols - 1 } : null;
  }
  const channels = cell.grid === 'input' ? input[0] : inputs.length;
  const first = cell.grid === 'weight' ? cell.channel - (cell.channel % channels) : 0;
  const at = ((cell.channel - first) * rows + cell.row) * cols + cell.col + direction;
  if (at >= 0 && at < channels * rows * cols) {
    return { ...cell, channel: first + Math.floor(at / (rows * cols)), row: Math.floor(at / cols) % rows, col: at % cols };
  }
  return at > 0 && cell.grid === 'weight' && bias ? { grid: 'bias', channel: outChannel, row: 0, col: 0 } : null;
}
