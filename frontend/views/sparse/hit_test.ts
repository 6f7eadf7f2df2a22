/** Which cell a place in the sparse matrix is, and the places of a cell. Pure. */

import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { hitTestPane, makeBlock, visibleRects } from '../shared/matrix_viewport.ts';
import type { SparseEntry } from './entries.ts';
import { makeBlocks, rowEntries, visibleOutputs } from './entries.ts';
import type { SparseFrame } from './frame.ts';
import type { PaneName } from './layout.ts';

export function hitTest(frame: SparseFrame, x: number, y: number): Cell | null {
  const hit = hitTestPane(frame.panes, x, y);
  return hit && cellOf(frame, hit.name, hit.row, hit.col);
}

/** The cell at a row and column of a pane. */
function cellOf(frame: SparseFrame, pane: PaneName, row: number, col: number): Cell | null {
  const { model, channel, position, transposed } = frame;
  if (pane === 'gradient') return null;
  if (pane === 'kernel') return { grid: 'weight', channel, row, col };
  if (pane !== 'matrix') {
    const width = model.summary.shapes[pane][2];
    const index = row + col;
    const cellChannel = pane === 'input' ? channel : position.outChannel;
    return { grid: pane, channel: cellChannel, row: Math.floor(index / width), col: index % width };
  }
  const [r, c] = transposed ? [col, row] : [row, col];
  const entry = rowEntries(model, r).find((candidate) => candidate.col === c);
  return entry ? { grid: 'weight', channel, row: entry.u, col: entry.v } : null;
}

/** Finds a cell's places and what it belongs to; of a weight's many places those in sight. */
export function findHighlights(
  frame: Pick<SparseFrame, 'model' | 'position' | 'transposed' | 'channel' | 'panes'>,
  cell: Cell,
): Highlights {
  const { model, position, transposed, channel } = frame;
  const { input, output } = model.summary.shapes;
  const blocks = makeBlocks(transposed);
  if (cell.grid === 'padding') return { self: [], related: [] };
  if (cell.grid === 'bias') {
    const cells = output[1] * output[2];
    const [rows, cols] = transposed ? [1, cells] : [cells, 1];
    const isShown = cell.channel === position.outChannel;
    return { self: [], related: isShown ? [makeBlock('output', 0, 0, rows, cols)] : [] };
  }
  if (cell.channel !== (cell.grid === 'output' ? position.outChannel : channel))
    return { self: [], related: [] };
  if (cell.grid === 'output') {
    const r = cell.row * output[2] + cell.col;
    const entries = rowEntries(model, r);
    return {
      self: [blocks.output(r)],
      related: entries.flatMap(({ col }) => [blocks.entry(r, col), blocks.input(col)]),
    };
  }
  if (cell.grid === 'input') {
    const c = cell.row * input[2] + cell.col;
    const reached = findReachedOutputs(model, cell.row, cell.col).map(
      ({ row, col }) => row * output[2] + col,
    );
    return {
      self: [blocks.input(c)],
      related: reached.flatMap((r) => [blocks.entry(r, c), blocks.output(r)]),
    };
  }
  const slice = makeBlock('kernel', cell.row, cell.col);
  const isWeight = ({ u, v }: SparseEntry) => u === cell.row && v === cell.col;
  const placesIn = (r: number) =>
    rowEntries(model, r)
      .filter(isWeight)
      .map(({ col }) => blocks.entry(r, col));
  if (cell.grid === 'tap') {
    const r = position.window;
    const inputs = rowEntries(model, r)
      .filter(isWeight)
      .map(({ col }) => blocks.input(col));
    return { self: placesIn(r), related: [slice, ...inputs, blocks.output(r)] };
  }
  const [first = 0, end = 0] = visibleOutputs(frame);
  const places = Array.from({ length: end - first }, (_, k) => placesIn(first + k));
  return { self: [slice, ...places.flat()], related: [] };
}

/** Finds a cell's places that are in sight. */
export function findCellRects(frame: SparseFrame, cell: Cell): Rect[] {
  return visibleRects(frame.panes, findHighlights(frame, cell));
}
