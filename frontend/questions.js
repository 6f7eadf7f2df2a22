/**
 * What a cell has to do with the others: an output cell with the inputs it came from, an input cell with the outputs it
 * reaches, a weight with the inputs it multiplies, a tap with its three cells. Pure; look-ups in the tap tables alone.
 *
 * @import {Model} from './frame.js'
 *
 * @typedef {{grid: 'input'|'weight'|'output'|'tap'|'sum'|'running'|'total', channel: number, row: number, col: number}} Cell
 *   input: input channel, row, column; weight and tap: input channel and kernel cell, of the output channel shown;
 *   output: output channel, row, column; sum, running, total: input channel, of the step shown
 *
 * @typedef {{rows: number[], cols: number[]}} Lattice
 *   the cells in all of these rows and all of these columns
 *
 * @typedef {{row: number, col: number, u: number, v: number}} Reach
 *
 * @typedef {{
 *   inputs: {channels: number[], plane: Lattice}|null,
 *   weights: {channel: number, row: number, col: number}|null,
 *   outputs: Reach[],
 * }} Answer
 *   inputs: in cells of the padded plane; outputs: cells of every output channel of the group, each through its kernel cell
 */

import { inChannels, readers, windowAt } from './geometry.js';

/** @param {Model} model @param {Cell} cell @param {{row: number, col: number}} at  the window shown @returns {Answer} */
export function answer(model, cell, at) {
  const { summary, taps } = model;
  if (cell.grid === 'output') {
    const { rows, cols } = windowAt(summary, taps, cell.row, cell.col);
    const plane = { rows: rows.filter(Number.isFinite), cols: cols.filter(Number.isFinite) };
    return { inputs: { channels: inChannels(summary, cell.channel), plane }, weights: null, outputs: [] };
  }
  if (cell.grid === 'tap') return tapAnswer(model, cell, at);
  if (cell.grid === 'weight') return weightAnswer(model, cell);
  if (isSum(cell)) return sumAnswer(model, cell, at);
  return { inputs: null, weights: null, outputs: reached(model, cell.row, cell.col) };
}

/** Every output cell that an input cell takes part in, and through which kernel cell. @param {Model} model @param {number} row @param {number} col @returns {Reach[]} */
export function reached(model, row, col) {
  const [, height, width] = model.summary.shapes.input;
  const rows = inverse(model.taps.rows, height)[row] ?? [];
  const cols = inverse(model.taps.cols, width)[col] ?? [];
  return rows.flatMap(([i, u]) => cols.map(([j, v]) => ({ row: i, col: j, u, v })));
}

/** @type {WeakMap<number[][], [number, number][][]>} */
const inverses = new WeakMap();

/** `readers`, kept. @param {number[][]} table @param {number} length */
export function inverse(table, length) {
  const kept = inverses.get(table) ?? readers(table, length);
  inverses.set(table, kept);
  return kept;
}

/** @param {Model} model @param {Cell} cell @returns {Answer} */
function weightAnswer({ taps, plane }, cell) {
  const reads = (/** @type {number[][]} */ table, /** @type {number} */ at, /** @type {number} */ ring) =>
    [...new Set(table.map((line) => line[at] ?? -1).filter((found) => found >= 0))].map((found) => found + ring).sort((a, b) => a - b);
  const lattice = { rows: reads(taps.rows, cell.row, plane.top), cols: reads(taps.cols, cell.col, plane.left) };
  return { inputs: { channels: [cell.channel], plane: lattice }, weights: cell, outputs: [] };
}

/** @param {Model} model @param {Cell} cell @param {{row: number, col: number}} at @returns {Answer} */
function tapAnswer({ summary, taps }, cell, at) {
  const { rows, cols } = windowAt(summary, taps, at.row, at.col);
  const plane = { rows: [rows[cell.row] ?? NaN].filter(Number.isFinite), cols: [cols[cell.col] ?? NaN].filter(Number.isFinite) };
  return { inputs: { channels: [cell.channel], plane }, weights: cell, outputs: [] };
}

/** Whether a cell is one of the boxes where a step's sums stand. @param {Cell} cell */
export function isSum({ grid }) {
  return grid === 'sum' || grid === 'running' || grid === 'total';
}

/** The windows that a sum was made from: of its channel, or of all up to it. @param {Model} model @param {Cell} cell @param {{row: number, col: number}} at @returns {Answer} */
function sumAnswer({ summary, taps }, { grid, channel }, at) {
  const { rows, cols } = windowAt(summary, taps, at.row, at.col);
  const plane = { rows: rows.filter(Number.isFinite), cols: cols.filter(Number.isFinite) };
  const group = Array.from({ length: (summary.shapes.weight ? summary.shapes.input[0] / (summary.operation.groups ?? 1) : 1) }, (_, k) => k);
  const first = channel - (channel % group.length);
  const channels = grid === 'sum' ? [channel] : group.map((k) => first + k).filter((c) => grid === 'total' || c <= channel);
  return { inputs: { channels, plane }, weights: null, outputs: [] };
}

/** Runs of neighbours: [first, length] pairs. @param {number[]} sorted @returns {[number, number][]} */
export function runs(sorted) {
  /** @type {[number, number][]} */
  const found = [];
  for (const at of sorted) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === at) last[1] += 1;
    else found.push([at, 1]);
  }
  return found;
}

/** @param {Cell|null} a @param {Cell|null} b */
export function sameCell(a, b) {
  return a === b || (a !== null && b !== null && a.grid === b.grid && a.channel === b.channel && a.row === b.row && a.col === b.col);
}
