/**
 * Matrices that are never built: places that show the part in sight, and scroll. Pure.
 *
 * @import {Granularity, Rect, Tensor} from './types.js'
 *
 * @typedef {{
 *   rows: number, cols: number, top: number, left: number, place: Rect, size: [number, number],
 *   axes: [string|null, string|null],
 * }} Pane
 *   rows, cols: of the whole matrix; top, left: the first in sight; size: height and width of a cell in CSS pixels;
 *   axes: what scrolls down and to the right; panes that share an axis scroll together
 *
 * @typedef {{pane: string, row: number, col: number, rows: number, cols: number}} Block
 * @typedef {{self: Block[], related: Block[]}} Lights
 *   self: where the cell itself stands, perhaps many times; related: what it has to do with the others
 *
 * @typedef {{key: string, cell: number|null, at: Record<string, number>}} Sight
 *   what the reader chose: the size of a cell, the first in sight on each axis; key: of the view and sizes it was chosen for
 *
 * @typedef {Parameters<typeof import('./frame.js').frame>[0] & {
 *   view: 'stage'|'scatter'|'matrix'|'sparse', outputs: Map<number, Tensor>, granularity: Granularity, sight: Sight, inChannel: number, transposed: boolean,
 *   stamp: import('./stamps.js').Stamped|null,
 * }} Asked
 *   inChannel: position in the step of the input channel that the sparse view shows when it does not follow the timeline
 */

/** The largest cell that zooming leads to, in CSS pixels. */
export const LARGEST = 48;

/** @type {Sight} */
export const AS_FITS = { key: '', cell: null, at: {} };

/** The first of `count` in sight when `visible` fit: the reader's, or the page with the one that is needed. @param {number} count @param {number} visible @param {number} need @param {number|undefined} wish */
export function firstOf(count, visible, need, wish) {
  const first = wish ?? Math.floor(need / visible) * visible;
  return Math.max(0, Math.min(first, count - visible));
}

/** First and one past the last row and column in sight. @param {Pane} pane */
export function sightOf({ rows, cols, top, left, place, size }) {
  const bottom = Math.min(rows, top + Math.round(place.height / size[0]));
  const right = Math.min(cols, left + Math.round(place.width / size[1]));
  return { top, left, bottom, right };
}

/** The whole matrix' rectangle, most of it perhaps outside the place. @param {Pane} pane @returns {Rect} */
export function wholeRect({ rows, cols, top, left, place, size }) {
  return { x: place.x - left * size[1], y: place.y - top * size[0], width: cols * size[1], height: rows * size[0] };
}

/** The pane, row and column under a point. @param {Record<string, Pane>} panes @param {number} x @param {number} y @returns {{name: string, row: number, col: number}|null} */
export function paneAt(panes, x, y) {
  for (const [name, pane] of Object.entries(panes)) {
    const seen = sightOf(pane);
    const row = pane.top + Math.floor((y - pane.place.y) / pane.size[0]);
    const col = pane.left + Math.floor((x - pane.place.x) / pane.size[1]);
    if (row >= seen.top && row < seen.bottom && col >= seen.left && col < seen.right) return { name, row, col };
  }
  return null;
}

/** Where the part of a block that is in sight is, or null. @param {Record<string, Pane>} panes @param {Block} block @returns {Rect|null} */
export function blockRect(panes, { pane: name, row, col, rows, cols }) {
  const pane = panes[name];
  if (!pane) return null;
  const seen = sightOf(pane);
  const [top, bottom] = [Math.max(row, seen.top), Math.min(row + rows, seen.bottom)];
  const [left, right] = [Math.max(col, seen.left), Math.min(col + cols, seen.right)];
  if (top >= bottom || left >= right) return null;
  const [height, width] = pane.size;
  return {
    x: pane.place.x + (left - pane.left) * width, y: pane.place.y + (top - pane.top) * height,
    width: (right - left) * width, height: (bottom - top) * height,
  };
}

/** Where a cell's own places in sight are. @param {{panes: Record<string, Pane>}} frame @param {Lights} lights @returns {Rect[]} */
export function rectsOf({ panes }, { self }) {
  return self.map((block) => blockRect(panes, block)).filter((rect) => rect !== null);
}

/** The panes with their axes moved so that a block can be seen. @param {Record<string, Pane>} panes @param {Block|undefined} block @returns {Record<string, Pane>} */
export function reveal(panes, block) {
  const pane = block && panes[block.pane];
  if (!block || !pane) return panes;
  const seen = sightOf(pane);
  /** @type {Record<string, number>} */
  const needs = {};
  const [down, right] = pane.axes;
  if (down && (block.row < seen.top || block.row >= seen.bottom)) needs[down] = block.row;
  if (right && (block.col < seen.left || block.col >= seen.right)) needs[right] = block.col;
  return Object.fromEntries(Object.entries(panes).map(([name, each]) => [name, scrolled(each, needs)]));
}

/** @param {Pane} pane @param {Record<string, number>} needs @returns {Pane} */
function scrolled(pane, needs) {
  const seen = sightOf(pane);
  const along = (/** @type {string|null} */ axis, /** @type {number} */ first, /** @type {number} */ visible, /** @type {number} */ count) => {
    const need = axis === null ? undefined : needs[axis];
    return need === undefined ? first : firstOf(count, visible, need, undefined);
  };
  return {
    ...pane,
    top: along(pane.axes[0], pane.top, seen.bottom - seen.top, pane.rows),
    left: along(pane.axes[1], pane.left, seen.right - seen.left, pane.cols),
  };
}

/** The size of a cell in whole pixels: the reader's, or what suits, within what makes sense. @param {number|null} wish @param {number} usual @param {number} least */
export function cellSize(wish, usual, least) {
  return Math.round(Math.min(Math.max(wish ?? usual, least), LARGEST));
}

/** @param {string} pane @param {number} row @param {number} col @param {number} [rows] @param {number} [cols] @returns {Block} */
export function block(pane, row, col, rows = 1, cols = 1) {
  return { pane, row, col, rows, cols };
}

/** Whether it scrolls down, and to the right. @param {Pane} pane @returns {[boolean, boolean]} */
export function scrolls(pane) {
  const seen = sightOf(pane);
  return [seen.bottom - seen.top < pane.rows, seen.right - seen.left < pane.cols];
}
