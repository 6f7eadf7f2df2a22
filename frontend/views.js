/**
 * The views of a layer behind one interface: their frames, their painters, which cell is where.
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
 *   hit: (frame: any, x: number, y: number) => Cell|null, cellRects: (frame: any, cell: Cell) => Rect[],
 * }} View
 */

import { frame } from './frame.js';
import { cellRect, hit } from './hit.js';
import * as matrix from './matrix.js';
import { paintAnswer } from './painters/answer.js';
import * as matrixPainters from './painters/matrix.js';
import { paintMoving, paintStanding } from './painters/moving.js';
import * as scatterPainters from './painters/scatter.js';
import * as sparsePainters from './painters/sparse.js';
import { paintStill } from './painters/still.js';
import { isSum } from './questions.js';
import * as scatter from './scatter.js';
import * as sparse from './sparse.js';

/** @type {Record<ViewName, View>} */
const VIEWS = {
  stage: { frame, paintStill, paintStanding, paintMoving, paintAnswer, hit, cellRects: stageRects },
  scatter: { ...scatter, ...scatterPainters },
  matrix: { ...matrix, ...matrixPainters },
  sparse: { ...sparse, ...sparsePainters },
};

/** @param {Frame} frame @param {Cell} cell */
function stageRects(frame, cell) {
  const rect = cellRect(frame, cell);
  return rect ? [rect] : [];
}

/** @param {AnyFrame} frame @returns {frame is Sheet} */
export function isSheet(frame) {
  return 'panes' in frame;
}

/** @param {AnyFrame} frame @returns {View} */
export function viewOf(frame) {
  return VIEWS[frame.view];
}

/** @param {Asked} asked @returns {AnyFrame} */
export function frameOf(asked) {
  // A matrix has no boxes for the sums of a step.
  const elsewhere = asked.view !== 'stage' && asked.asked !== null && isSum(asked.asked.cell);
  return VIEWS[asked.view].frame(elsewhere ? { ...asked, asked: null } : asked);
}

/** The cell under a point. @param {AnyFrame} frame @param {number} x @param {number} y @returns {Cell|null} */
export function cellUnder(frame, x, y) {
  return viewOf(frame).hit(frame, x, y);
}

/** Where a cell is, as often as it is in sight. @param {AnyFrame} frame @param {Cell} cell @returns {Rect[]} */
export function cellRects(frame, cell) {
  return viewOf(frame).cellRects(frame, cell);
}
