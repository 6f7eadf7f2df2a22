/**
 * Where things are, in cells: the padded plane of an input channel, the window of a step, and the tap tables in both
 * directions, and zoom. Pure; all of it is look-ups in what the server planned.
 *
 * @import {Summary, Taps, Rect} from './types.js'
 *
 * @typedef {{rows: number, cols: number, top: number, left: number}} Plane
 *   cells of an input channel with its padding ring; `top` and `left`: the ring's width before cell (0, 0)
 *
 * @typedef {{rows: number[], cols: number[]}} Window
 *   plane rows and columns that the kernel's rows and columns lie on; NaN where a tap has no input
 *
 * @typedef {{scale: number, row: number, col: number}} Zoom
 *   which part of a large grid fills its place on the stage; scale 1: the whole grid; row, col: the centre, in cells
 *
 * @typedef {Rect & {cell: number}} View
 *   the whole grid's rectangle at this zoom (its corner may lie outside the place) and the size of a cell
 */

/** The largest cell that zooming leads to, in CSS pixels. */
const LARGEST_CELL = 48;

/** @type {Zoom} */
export const WHOLE = { scale: 1, row: 0, col: 0 };

/** @param {Summary} summary @returns {Plane} */
export function plane({ operation, shapes }) {
  const [, height, width] = shapes.input;
  if (operation.kind === 'conv_transpose2d') return { rows: height, cols: width, top: 0, left: 0 };
  const { top, bottom, left, right } = operation.padding;
  return { rows: height + top + bottom, cols: width + left + right, top, left };
}

/** @param {Summary} summary @returns {[number, number]} */
export function kernelSize({ operation, shapes }) {
  if (shapes.weight) return [shapes.weight[2], shapes.weight[3]];
  return operation.kernel_size ?? [1, 1];
}

/** The input channels that output channel `o` reads. @param {Summary} summary @param {number} o @returns {number[]} */
export function inChannels({ operation, shapes }, o) {
  if (!shapes.weight) return [o];
  const groups = operation.groups ?? 1;
  const size = shapes.input[0] / groups;
  const first = Math.floor(o / (shapes.output[0] / groups)) * size;
  return Array.from({ length: size }, (_, k) => first + k);
}

/** The index into the weight's numbers of kernel cell (0, 0) of output channel `o`, input channel `c`. @param {Summary} summary @param {number} o @param {number} c */
export function sliceOffset({ operation, shapes }, o, c) {
  if (!shapes.weight) return -1;
  const [, second, kH, kW] = shapes.weight;
  const groups = operation.groups ?? 1;
  if (operation.kind === 'conv_transpose2d') return (c * second + (o % (shapes.output[0] / groups))) * kH * kW;
  return (o * second + (c % (shapes.input[0] / groups))) * kH * kW;
}

/** The window of output cell (row, col). @param {Summary} summary @param {Taps} taps @param {number} row @param {number} col @returns {Window} */
export function windowAt(summary, taps, row, col) {
  const { operation } = summary;
  const [kH, kW] = kernelSize(summary);
  if (operation.kind === 'conv_transpose2d') {
    const found = (/** @type {number[]} */ line) => line.map((at) => (at < 0 ? NaN : at));
    return { rows: found(taps.rows[row] ?? []), cols: found(taps.cols[col] ?? []) };
  }
  const flip = operation.flip ?? false;
  return {
    rows: axis(kH, row * operation.stride[0], operation.dilation[0], flip),
    cols: axis(kW, col * operation.stride[1], operation.dilation[1], flip),
  };
}

/** @param {number} size @param {number} start @param {number} dilation @param {boolean} flip */
function axis(size, start, dilation, flip) {
  return Array.from({ length: size }, (_, u) => start + (flip ? size - 1 - u : u) * dilation);
}

/** The window on its way: `share` of the path from `a` to `b`. @param {Window} a @param {Window} b @param {number} share @returns {Window} */
export function between(a, b, share) {
  if (share >= 1) return b;
  const mix = (/** @type {number[]} */ from, /** @type {number[]} */ to) => to.map((at, k) => (from[k] ?? at) + (at - (from[k] ?? at)) * share);
  return { rows: mix(a.rows, b.rows), cols: mix(a.cols, b.cols) };
}

/** What an average over the window of output cell (row, col) divides by; null for other operations. @param {{summary: Summary, taps: Taps, plane: Plane}} model @param {number} row @param {number} col */
export function divisorAt({ summary, taps, plane }, row, col) {
  const { kind, count_include_pad: counted } = summary.operation;
  if (kind !== 'avg_pool2d') return null;
  const [, height, width] = summary.shapes.input;
  const window = windowAt(summary, taps, row, col);
  const count = (/** @type {number[]} */ line, /** @type {number} */ first, /** @type {number} */ end) => line.filter((at) => at >= first && at < end).length;
  if (counted) return count(window.rows, 0, plane.rows) * count(window.cols, 0, plane.cols);
  return count(window.rows, plane.top, plane.top + height) * count(window.cols, plane.left, plane.left + width);
}

/** Whether the taps of a window touch, so that one frame can go round them. @param {number[]} line */
export function isSolid(line) {
  const sorted = [...line].sort((a, b) => a - b);
  return sorted.every((at, k) => k === 0 || Math.abs(at - (sorted[k - 1] ?? at) - 1) < 1e-9);
}

/**
 * For every plane row (or column) the input row it reads, as far as any window goes there: itself inside, the borrowed
 * one on the ring, -1 where padding is zero or no window ever looks.
 * @param {number[][]} table  rows or cols of the tap table
 * @param {(index: number) => number[]} lineAt  plane positions of window `index`
 * @param {number} length  of the plane
 */
export function sources(table, lineAt, length) {
  const found = new Int32Array(length).fill(-1);
  table.forEach((reads, index) => {
    lineAt(index).forEach((at, u) => {
      if (at >= 0 && at < length) found[at] = reads[u] ?? -1;
    });
  });
  return found;
}

/**
 * The tap table the other way round: for every input row, the [output row, kernel row] pairs that read it.
 * @param {number[][]} table @param {number} length @returns {[number, number][][]}
 */
export function readers(table, length) {
  /** @type {[number, number][][]} */
  const found = Array.from({ length }, () => []);
  table.forEach((reads, index) => reads.forEach((at, u) => at >= 0 && found[at]?.push([index, u])));
  return found;
}

/** @param {Rect} rect @param {number} x @param {number} y */
export function contains(rect, x, y) {
  return x >= rect.x && y >= rect.y && x < rect.x + rect.width && y < rect.y + rect.height;
}

/** The cell [row, col] of a grid of square cells under a point, or null. @param {Rect} rect @param {number} cell @param {number} x @param {number} y @returns {[number, number]|null} */
export function cellAt(rect, cell, x, y) {
  return contains(rect, x, y) ? [Math.floor((y - rect.y) / cell), Math.floor((x - rect.x) / cell)] : null;
}

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
