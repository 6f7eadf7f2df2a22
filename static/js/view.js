/**
 * Zoom: which part of a large grid fills its place on the stage. Pure.
 *
 * @import {Rect} from './types.js'
 *
 * @typedef {{scale: number, row: number, col: number}} Zoom
 *   scale 1: the whole grid; row, col: the centre, in cells
 *
 * @typedef {Rect & {cell: number}} View
 *   the whole grid's rectangle at this zoom (its corner may lie outside the place) and the size of a cell
 */

/** The largest cell that zooming leads to, in CSS pixels. */
const LARGEST_CELL = 48;

/** @type {Zoom} */
export const WHOLE = { scale: 1, row: 0, col: 0 };

/** @param {Rect} place @param {number} cell  at scale 1 @param {number} rows @param {number} cols @param {Zoom} zoom @returns {View} */
export function view(place, cell, rows, cols, zoom) {
  const size = cell * zoom.scale;
  const shift = (/** @type {number} */ length, /** @type {number} */ count, /** @type {number} */ centre) =>
    Math.min(Math.max(length / 2 - centre * size, length - count * size), 0);
  return {
    x: place.x + shift(place.width, cols, zoom.col),
    y: place.y + shift(place.height, rows, zoom.row),
    width: cols * size, height: rows * size, cell: size,
  };
}

/** Zoomed by `factor` so that the cell under the point stays there. @param {Rect} place @param {View} now @param {Zoom} zoom @param {number} factor @param {number} x @param {number} y @returns {Zoom} */
export function zoomAt(place, now, zoom, factor, x, y) {
  const whole = now.cell / zoom.scale;
  const scale = Math.min(Math.max(zoom.scale * factor, 1), Math.max(LARGEST_CELL / whole, 1));
  const size = whole * scale;
  const keep = (/** @type {number} */ at, /** @type {number} */ origin, /** @type {number} */ start, /** @type {number} */ length) =>
    (at - origin) / now.cell + (start + length / 2 - at) / size;
  return scale === 1 ? WHOLE : { scale, row: keep(y, now.y, place.y, place.height), col: keep(x, now.x, place.x, place.width) };
}

/** Moved by pixels. @param {View} now @param {Zoom} zoom @param {Rect} place @param {number} dx @param {number} dy @returns {Zoom} */
export function pan(now, zoom, place, dx, dy) {
  const centre = (/** @type {number} */ start, /** @type {number} */ length, /** @type {number} */ origin) => (start + length / 2 - origin) / now.cell;
  return { scale: zoom.scale, row: centre(place.y, place.height, now.y) - dy / now.cell, col: centre(place.x, place.width, now.x) - dx / now.cell };
}

/** The same zoom, moved as little as possible so that the cells from (top, left) to (bottom, right) are in sight. @param {Rect} place @param {View} now @param {Zoom} zoom @param {number} top @param {number} bottom @param {number} left @param {number} right @returns {Zoom} */
export function follow(place, now, zoom, top, bottom, left, right) {
  if (zoom.scale === 1) return zoom;
  const seen = (/** @type {number} */ first, /** @type {number} */ last, /** @type {number} */ origin, /** @type {number} */ start, /** @type {number} */ length) => {
    const half = length / now.cell / 2;
    const centre = (start - origin) / now.cell + half;
    if (first < centre - half) return first + half;
    if (last > centre + half) return Math.min(last - half, first + half);
    return centre;
  };
  return { scale: zoom.scale, row: seen(top, bottom, now.y, place.y, place.height), col: seen(left, right, now.x, place.x, place.width) };
}
