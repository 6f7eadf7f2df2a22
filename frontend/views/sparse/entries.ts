/**
 * The layer as a sparse matrix: for one output and one input channel, a row per output cell and a column per
 * input cell, the kernel's weights where a row reads a column, nothing elsewhere. Pure.
 */

import { weightOffset } from '../../model/geometry.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { CellBlock } from '../shared/matrix_viewport.ts';
import { makeBlock, visibleCells } from '../shared/matrix_viewport.ts';
import type { SparseFrame } from './frame.ts';

/** A weight of a row; two may share a column where padding borrows. */
export interface SparseEntry {
  col: number;
  u: number;
  v: number;
}

/** The weights of row r. */
export function rowEntries({ summary, taps }: SceneModel, r: number): SparseEntry[] {
  const [, , inWidth] = summary.shapes.input;
  const [, , outWidth] = summary.shapes.output;
  const rows = taps.rows[Math.floor(r / outWidth)] ?? [];
  const cols = taps.cols[r % outWidth] ?? [];
  return rows.flatMap((row, u) =>
    row < 0 ? [] : cols.flatMap((col, v) => (col < 0 ? [] : [{ col: row * inWidth + col, u, v }])),
  );
}

/** Looks up the weights of an output and an input channel. */
export function weightsOf({ summary, subject, weight }: SceneModel, outChannel: number, inChannel: number) {
  const offset = weightOffset(summary, outChannel, inChannel);
  return (u: number, v: number) => weight?.data[offset + u * subject.kernel[1] + v] ?? 0;
}

/** The blocks of an entry, an input cell and an output cell; transposed, rows and columns change places. */
export function makeBlocks(transposed: boolean) {
  const block = (pane: string, row: number, col: number): CellBlock =>
    transposed ? makeBlock(pane, col, row) : makeBlock(pane, row, col);
  return {
    entry: (r: number, c: number) => block('matrix', r, c),
    input: (c: number) => block('input', 0, c),
    output: (r: number) => block('output', r, 0),
    /** All that output cell r reads, or that input cell c is read by. */
    line: ({ summary: { shapes } }: SceneModel, r: number) => {
      const cells = shapes.input[1] * shapes.input[2];
      return transposed ? makeBlock('matrix', 0, r, cells, 1) : makeBlock('matrix', r, 0, 1, cells);
    },
    linesReading: ({ summary: { shapes } }: SceneModel, c: number) => {
      const cells = shapes.output[1] * shapes.output[2];
      return transposed ? makeBlock('matrix', c, 0, 1, cells) : makeBlock('matrix', 0, c, cells, 1);
    },
  };
}

/** The first and one past the last output cell in sight. */
export function visibleOutputs({ panes, transposed }: Pick<SparseFrame, 'panes' | 'transposed'>) {
  const { top, left, bottom, right } = visibleCells(panes.matrix);
  return transposed ? [left, right] : [top, bottom];
}

/** Visits the entries in sight, those that share a cell together. */
export function visitEntries(
  frame: SparseFrame,
  visit: (row: number, col: number, entries: SparseEntry[]) => void,
) {
  const { model, panes, transposed } = frame;
  const { top, left, bottom, right } = visibleCells(panes.matrix);
  const [first = 0, end = 0] = visibleOutputs(frame);
  const [low, high] = transposed ? [top, bottom] : [left, right];
  const borrows = model.summary.operation.padding_mode !== 'zeros';
  for (let r = first; r < end; r++) {
    const visible = rowEntries(model, r).filter(({ col }) => col >= low && col < high);
    for (const entry of visible) {
      const shared = borrows ? visible.filter(({ col }) => col === entry.col) : [entry];
      if (shared[0] === entry) visit(transposed ? entry.col : r, transposed ? r : entry.col, shared);
    }
  }
}
