/**
 * The views of a layer, behind one interface: what is seen, which cell is where. Pure; painters/views.js paints them.
 *
 * @import {Asked} from './panes.js'
 * @import {Frame} from './frame.js'
 * @import {MatrixFrame} from './matrix.js'
 * @import {ScatterFrame} from './scatter.js'
 * @import {SparseFrame} from './sparse.js'
 * @import {Cell} from './questions.js'
 * @import {Rect} from './types.js'
 *
 * @typedef {'stage'|'scatter'|'matrix'|'sparse'} ViewName
 * @typedef {MatrixFrame|SparseFrame} Sheet  a view made of panes
 * @typedef {Frame|ScatterFrame|Sheet} AnyFrame
 */

/**
 * @template F
 * @typedef {{
 *   frame: (asked: Asked) => F,
 *   hit: (frame: F, x: number, y: number) => Cell|null,
 *   cellRects: (frame: F, cell: Cell) => Rect[],
 * }} View
 */

import { frame } from './frame.js';
import { cellRect, hit } from './hit.js';
import * as matrix from './matrix.js';
import { isSum } from './questions.js';
import * as scatter from './scatter.js';
import * as sparse from './sparse.js';

/** @type {Record<ViewName, View<any>>} */
const VIEWS = {
  stage: { frame, hit, cellRects: (shown, cell) => [cellRect(shown, cell)].filter((rect) => rect !== null) },
  scatter,
  matrix,
  sparse,
};

/** @param {AnyFrame} frame @returns {frame is Sheet} */
export function isSheet(frame) {
  return 'panes' in frame;
}

/** @param {AnyFrame} frame @returns {ViewName} */
export function viewOf(frame) {
  return frame.view;
}

/** @param {Asked} asked @returns {AnyFrame} */
export function frameOf(asked) {
  // A matrix has no boxes for the sums of a step.
  const elsewhere = asked.view !== 'stage' && asked.asked !== null && isSum(asked.asked.cell);
  return VIEWS[asked.view].frame(elsewhere ? { ...asked, asked: null } : asked);
}

/** The cell under a point. @param {AnyFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function cellUnder(frame, x, y) {
  return VIEWS[viewOf(frame)].hit(frame, x, y);
}

/** Where a cell is, as often as it is in sight. @param {AnyFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  return VIEWS[viewOf(frame)].cellRects(frame, cell);
}
