/**
 * What a cell has to do with the others: an output cell with the inputs it came from, an input cell with the
 * outputs it reaches, a weight with the inputs it multiplies, a tap with its three cells. Pure; look-ups in
 * the tap tables alone.
 */

import { inputChannelsOf } from './geometry.ts';
import type { SceneModel } from './scene_model.ts';

/**
 * input: input channel, row, column; weight and tap: input channel and kernel cell, of the output channel
 * shown; output: output channel, row, column; padding: input channel, row and column of the padded plane;
 * bias: output channel; sum, running, total: input channel, of the step shown; upstream: output channel, row,
 * column; gradient: the clock's channel, and the cell of what the gradient is to.
 */
export interface Cell {
  grid:
    | 'input'
    | 'weight'
    | 'output'
    | 'padding'
    | 'tap'
    | 'sum'
    | 'running'
    | 'total'
    | 'bias'
    | 'upstream'
    | 'gradient';
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
  /** The output channel to each cell of which a bias is added. */
  biasedOutput: number | null;
}

const NO_RELATIONS: Relations = { inputs: null, weights: null, outputs: [], biasedOutput: null };

/** window: the output cell of the step shown. */
export function findRelations(
  model: SceneModel,
  cell: Cell,
  window: { row: number; col: number },
): Relations {
  const { grid, channel, row, col } = cell;
  const { summary, taps, plane } = model;
  if (grid === 'bias') return { ...NO_RELATIONS, biasedOutput: channel };
  if (grid === 'padding') return inputsOf([channel], borrowedLattice(model, cell));
  if (grid === 'input') return { ...NO_RELATIONS, outputs: findReachedOutputs(model, row, col) };
  if (grid === 'output') return inputsOf(inputChannelsOf(summary, channel), model.windowOf(row, col));
  if (grid === 'weight') {
    const rows = linesUnderTap(taps.rows, row, plane.top);
    return inputsOf([channel], { rows, cols: linesUnderTap(taps.cols, col, plane.left) }, cell);
  }
  const { rows, cols } = model.windowOf(window.row, window.col);
  if (grid === 'tap')
    return inputsOf([channel], { rows: rows.slice(row, row + 1), cols: cols.slice(col, col + 1) }, cell);
  return inputsOf(summedChannels(model, cell), { rows, cols });
}

/** NaN in the lattice: a tap without an input. */
function inputsOf(channels: number[], { rows, cols }: CellLattice, weights: Cell | null = null): Relations {
  const plane = { rows: rows.filter(Number.isFinite), cols: cols.filter(Number.isFinite) };
  return { ...NO_RELATIONS, inputs: { channels, plane }, weights };
}

/** The input cell that a padding cell takes its value from, or null: padding is zero, or is never read. */
export function borrowedInput(
  { rowSources, colSources }: SceneModel,
  { row, col }: Pick<Cell, 'row' | 'col'>,
): [row: number, col: number] | null {
  const [sourceRow = -1, sourceCol = -1] = [rowSources[row], colSources[col]];
  return sourceRow < 0 || sourceCol < 0 ? null : [sourceRow, sourceCol];
}

function borrowedLattice(model: SceneModel, cell: Cell): CellLattice {
  const source = borrowedInput(model, cell);
  return source
    ? { rows: [source[0] + model.plane.top], cols: [source[1] + model.plane.left] }
    : { rows: [], cols: [] };
}

/** Every output cell that an input cell takes part in, and through which kernel cell. */
export function findReachedOutputs(model: SceneModel, row: number, col: number): ReachedOutput[] {
  const rows = model.inverseRows[row] ?? [];
  const cols = model.inverseCols[col] ?? [];
  return rows.flatMap(([i, u]) => cols.map(([j, v]) => ({ row: i, col: j, u, v })));
}

/** The plane's lines that a kernel line reads over all windows; before: the ring's width. */
function linesUnderTap(table: number[][], tap: number, before: number) {
  const lines = new Set(table.map((line) => line[tap] ?? -1).filter((line) => line >= 0));
  return [...lines].map((line) => line + before).sort((a, b) => a - b);
}

/** Whether a cell is one of the boxes where a step's sums stand. */
export function isSumCell({ grid }: Cell) {
  return grid === 'sum' || grid === 'running' || grid === 'total';
}

/** The channels that a sum was made from: its own, all of the group up to it, or the whole group. */
function summedChannels({ summary: { shapes, operation } }: SceneModel, { grid, channel }: Cell) {
  if (grid === 'sum') return [channel];
  const size = shapes.weight ? shapes.input[0] / (operation.groups ?? 1) : 1;
  const first = channel - (channel % size);
  return Array.from({ length: grid === 'total' ? size : channel - first + 1 }, (_, k) => first + k);
}

/** Runs of neighbours: [first, length] pairs. */
export function findRuns(sorted: number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const line of sorted) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === line) last[1] += 1;
    else runs.push([line, 1]);
  }
  return runs;
}

export function isSameCell(a: Cell | null, b: Cell | null) {
  return a?.grid === b?.grid && a?.channel === b?.channel && a?.row === b?.row && a?.col === b?.col;
}
