/**
 * What a cell has to do with the others: an output cell with the inputs it came from, an input cell with the
 * outputs it reaches, a weight with the inputs it multiplies, a tap with its three cells. Pure; look-ups in
 * the tap tables alone.
 */

import { inputChannelsOf, windowAt } from './geometry.ts';
import type { SceneModel } from './scene_model.ts';

/**
 * input: input channel, row, column; weight and tap: input channel and kernel cell, of the output channel
 * shown; output: output channel, row, column; sum, running, total: input channel, of the step shown.
 */
export interface Cell {
  grid: 'input' | 'weight' | 'output' | 'tap' | 'sum' | 'running' | 'total';
  channel: number;
  row: number;
  col: number;
}

/** The cells in all of these rows and all of these columns. */
export interface CellLattice {
  rows: number[];
  cols: number[];
}

export interface ReachedOutput {
  row: number;
  col: number;
  u: number;
  v: number;
}

export interface Relations {
  /** In cells of the padded plane. */
  inputs: { channels: number[]; plane: CellLattice } | null;
  weights: { channel: number; row: number; col: number } | null;
  /** Cells of every output channel of the group, each through its kernel cell. */
  outputs: ReachedOutput[];
}

/** at: the window shown. */
export function findRelations(model: SceneModel, cell: Cell, at: { row: number; col: number }): Relations {
  const { summary, taps } = model;
  if (cell.grid === 'output') {
    const { rows, cols } = windowAt(summary, taps, cell.row, cell.col);
    const plane = { rows: rows.filter(Number.isFinite), cols: cols.filter(Number.isFinite) };
    return {
      inputs: { channels: inputChannelsOf(summary, cell.channel), plane },
      weights: null,
      outputs: [],
    };
  }
  if (cell.grid === 'tap') return findTapRelations(model, cell, at);
  if (cell.grid === 'weight') return findWeightRelations(model, cell);
  if (isSumCell(cell)) return findSumRelations(model, cell, at);
  return { inputs: null, weights: null, outputs: findReachedOutputs(model, cell.row, cell.col) };
}

/** Every output cell that an input cell takes part in, and through which kernel cell. */
export function findReachedOutputs(model: SceneModel, row: number, col: number): ReachedOutput[] {
  const rows = model.rowReaders[row] ?? [];
  const cols = model.colReaders[col] ?? [];
  return rows.flatMap(([i, u]) => cols.map(([j, v]) => ({ row: i, col: j, u, v })));
}

function findWeightRelations({ taps, plane }: SceneModel, cell: Cell): Relations {
  const reads = (table: number[][], at: number, ring: number) =>
    [...new Set(table.map((line) => line[at] ?? -1).filter((found) => found >= 0))]
      .map((found) => found + ring)
      .sort((a, b) => a - b);
  const lattice = {
    rows: reads(taps.rows, cell.row, plane.top),
    cols: reads(taps.cols, cell.col, plane.left),
  };
  return { inputs: { channels: [cell.channel], plane: lattice }, weights: cell, outputs: [] };
}

function findTapRelations(
  { summary, taps }: SceneModel,
  cell: Cell,
  at: { row: number; col: number },
): Relations {
  const { rows, cols } = windowAt(summary, taps, at.row, at.col);
  const plane = {
    rows: [rows[cell.row] ?? NaN].filter(Number.isFinite),
    cols: [cols[cell.col] ?? NaN].filter(Number.isFinite),
  };
  return { inputs: { channels: [cell.channel], plane }, weights: cell, outputs: [] };
}

/** Whether a cell is one of the boxes where a step's sums stand. */
export function isSumCell({ grid }: Cell) {
  return grid === 'sum' || grid === 'running' || grid === 'total';
}

/** The windows that a sum was made from: of its channel, or of all up to it. */
function findSumRelations(
  { summary, taps }: SceneModel,
  { grid, channel }: Cell,
  at: { row: number; col: number },
): Relations {
  const { rows, cols } = windowAt(summary, taps, at.row, at.col);
  const plane = { rows: rows.filter(Number.isFinite), cols: cols.filter(Number.isFinite) };
  const group = Array.from(
    { length: summary.shapes.weight ? summary.shapes.input[0] / (summary.operation.groups ?? 1) : 1 },
    (_, k) => k,
  );
  const first = channel - (channel % group.length);
  const channels =
    grid === 'sum' ? [channel] : group.map((k) => first + k).filter((c) => grid === 'total' || c <= channel);
  return { inputs: { channels, plane }, weights: null, outputs: [] };
}

/** Runs of neighbours: [first, length] pairs. */
export function findRuns(sorted: number[]): [number, number][] {
  const found: [number, number][] = [];
  for (const at of sorted) {
    const last = found.at(-1);
    if (last && last[0] + last[1] === at) last[1] += 1;
    else found.push([at, 1]);
  }
  return found;
}

export function isSameCell(a: Cell | null, b: Cell | null) {
  return (
    a === b ||
    (a !== null &&
      b !== null &&
      a.grid === b.grid &&
      a.channel === b.channel &&
      a.row === b.row &&
      a.col === b.col)
  );
}
