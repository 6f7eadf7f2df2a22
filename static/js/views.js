/**
 * The views of a layer, behind one interface: what is seen, how it is painted, which cell is where. A view that is not
 * looked at need not be there.
 *
 * @import {Asked} from './panes.js'
 * @import {Frame} from './frame.js'
 * @import {MatrixFrame} from './matrix.js'
 * @import {ScatterFrame} from './scatter.js'
 * @import {SparseFrame} from './sparse.js'
 * @import {Answer, Cell} from './questions.js'
 * @import {Rect} from './types.js'
 * @import {Bitmaps} from './surface.js'
 *
 * @typedef {'stage'|'scatter'|'matrix'|'sparse'} ViewName
 * @typedef {MatrixFrame|SparseFrame} Sheet  a view made of panes
 * @typedef {Frame|ScatterFrame|Sheet} AnyFrame
 *
 * @typedef {(context: CanvasRenderingContext2D, frame: any, bitmaps: Bitmaps) => void} Painter
 * @typedef {{
 *   frame: (asked: Asked) => any, paintStill: Painter, paintStanding?: Painter, paintMoving: Painter,
 *   paintAnswer?: (context: CanvasRenderingContext2D, frame: any, question: {cell: Cell, answer: Answer, pinned: boolean}) => void,
 *   hit?: (frame: any, x: number, y: number) => Cell|null, cellRects?: (frame: any, cell: Cell) => Rect[],
 * }} View
 *   the last three come with the hand that needs them
 */

import { isSum } from './questions.js';

/** @type {Record<string, View>} */
const VIEWS = {};

/** A view, or more of one. @param {ViewName} name @param {Partial<View>} parts */
export function addView(name, parts) {
  VIEWS[name] = /** @type {View} */ ({ ...VIEWS[name], ...parts });
}

/** @param {AnyFrame} frame @returns {frame is Sheet} */
export function isSheet(frame) {
  return 'panes' in frame;
}

/** @param {AnyFrame} frame @returns {View} */
export function viewOf(frame) {
  return /** @type {View} */ (VIEWS[frame.view]);
}

/** @param {Asked} asked @returns {AnyFrame} */
export function frameOf(asked) {
  // A matrix has no boxes for the sums of a step.
  const elsewhere = asked.view !== 'stage' && asked.asked !== null && isSum(asked.asked.cell);
  return /** @type {View} */ (VIEWS[asked.view]).frame(elsewhere ? { ...asked, asked: null } : asked);
}

/** The cell under a point. @param {AnyFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function cellUnder(frame, x, y) {
  return viewOf(frame).hit?.(frame, x, y) ?? null;
}

/** Where a cell is, as often as it is in sight. @param {AnyFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  return viewOf(frame).cellRects?.(frame, cell) ?? [];
}
