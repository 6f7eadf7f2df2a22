/** Which cell a place in the matrices is, and the places of a cell. Pure. */

import { windowAt } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Rect } from '../../model/types.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { hitTestPane, makeBlock, visibleRects } from '../shared/matrix_viewport.ts';
import type { MatrixFrame } from './frame.ts';
import type { PaneName } from './layout.ts';
import type { MatrixProduct } from './product.ts';
import { inputCellOf, splitRow } from './product.ts';

export function hitTest(frame: MatrixFrame, x: number, y: number): Cell | null {
  const hit = hitTestPane(frame.panes, x, y);
  if (!hit) return null;
  const { name, row, col } = hit;
  return cellOf(frame, name, row, col) ?? (name === 'right' ? paddingOf(frame, row, col) : null);
}

/** The cell of a tensor at a row and column of a pane. */
export function cellOf(frame: MatrixFrame, pane: PaneName, row: number, col: number): Cell | null {
  const { model, unrolled: product } = frame;
  const { inputs, outputs, width } = product;
  const tap = (grid: 'weight' | 'tap', k: number) => {
    const { index, u, v } = splitRow(product, k);
    return { grid, channel: inputs[index] ?? 0, row: u, col: v };
  };
  if (pane === 'left') return row === frame.row ? tap('weight', col) : null;
  if (pane === 'products') return tap('tap', row);
  if (pane === 'product')
    return { grid: 'output', channel: outputs[row] ?? 0, row: Math.floor(col / width), col: col % width };
  return inputCellOf(model, product, row, col);
}

/** The padding cell that row k of window n stands on, or null: there is no input at all. */
function paddingOf({ model, unrolled: product }: MatrixFrame, k: number, n: number): Cell | null {
  const { index, u, v } = splitRow(product, k);
  const { rows, cols } = windowAt(
    model.summary,
    model.taps,
    Math.floor(n / product.width),
    n % product.width,
  );
  const [row = NaN, col = NaN] = [rows[u], cols[v]];
  const channel = product.inputs[index] ?? 0;
  return Number.isFinite(row + col) ? { grid: 'padding', channel, row, col } : null;
}

/** Rows and columns of the unrolled windows that stand on a padding cell. */
function paddingPlaces({ summary, taps }: SceneModel, product: MatrixProduct, cell: Cell) {
  const first = product.inputs.indexOf(cell.channel) * product.taps;
  const linesReading = (lineAt: (index: number) => number[], count: number, position: number) =>
    Array.from({ length: count }, (_, index) => [index, lineAt(index).indexOf(position)] as const).filter(
      ([, tap]) => tap >= 0,
    );
  const rows = linesReading((i) => windowAt(summary, taps, i, 0).rows, taps.rows.length, cell.row);
  const cols = linesReading((j) => windowAt(summary, taps, 0, j).cols, taps.cols.length, cell.col);
  return rows.flatMap(([i, u]) =>
    cols.map(([j, v]): [number, number] => [first + u * product.kW + v, i * product.width + j]),
  );
}

/** Finds a cell's places and what it belongs to. kernelRow: of the output channel shown. */
export function findHighlights(
  model: SceneModel,
  product: MatrixProduct,
  cell: Cell,
  kernelRow: number,
  window: number,
): Highlights {
  const { taps, kW, inputs, outputs, depth, windows, width } = product;
  if (cell.grid === 'output') {
    const r = outputs.indexOf(cell.channel);
    const n = cell.row * width + cell.col;
    if (r < 0) return { self: [], related: [] };
    return {
      self: [makeBlock('product', r, n)],
      related: [makeBlock('right', 0, n, depth, 1), makeBlock('left', r, 0, 1, depth)],
    };
  }
  if (cell.grid === 'bias') {
    const r = outputs.indexOf(cell.channel);
    return { self: [], related: r < 0 ? [] : [makeBlock('product', r, 0, 1, windows)] };
  }
  const index = inputs.indexOf(cell.channel);
  if (index < 0) return { self: [], related: [] };
  if (cell.grid === 'padding')
    return {
      self: paddingPlaces(model, product, cell).map((at) => makeBlock('right', ...at)),
      related: [],
    };
  const k = index * taps + cell.row * kW + cell.col;
  const weight = makeBlock('left', kernelRow, k);
  if (cell.grid === 'weight') return { self: [weight], related: [makeBlock('right', k, 0, 1, windows)] };
  if (cell.grid === 'tap')
    return { self: [makeBlock('products', k, 0)], related: [weight, makeBlock('right', k, window)] };
  const reached = findReachedOutputs(model, cell.row, cell.col);
  const reachedWindows = [...new Set(reached.map(({ row, col }) => row * width + col))];
  return {
    self: reached.map(({ row, col, u, v }) =>
      makeBlock('right', index * taps + u * kW + v, row * width + col),
    ),
    related: reachedWindows.map((n) => makeBlock('product', 0, n, outputs.length, 1)),
  };
}

/** Finds a cell's places that are in sight. */
export function findCellRects({ model, unrolled, row, col, panes }: MatrixFrame, cell: Cell): Rect[] {
  return visibleRects(panes, findHighlights(model, unrolled, cell, row, col));
}
