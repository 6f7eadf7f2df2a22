/** Which cell a place in the products dY @ windowsᵀ and dY @ 1 is, and the places of a cell. Pure. */

import { indexOfPair, pairAt } from '../../model/gradients/direction.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { PaneName } from '../matrix/layout.ts';
import { inputCellOf, splitRow } from '../matrix/product.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { hitTestPane, makeBlock } from '../shared/matrix_viewport.ts';
import type { MatrixSumFrame, SumProduct } from './matrix_sum.ts';
import type { SumMoment } from './sum_frame.ts';

/** Which cell a place in the matrices is. */
export function hitTestMatrixSum(
  { inner, outChannel, model }: MatrixSumFrame,
  x: number,
  y: number,
): Cell | null {
  const hit = hitTestPane(inner.panes, x, y);
  return hit && cellOf({ inner, outChannel, model }, hit.name, hit.row, hit.col);
}

type At = Pick<MatrixSumFrame, 'inner' | 'outChannel' | 'model'>;

function cellOf({ inner, outChannel, model }: At, pane: PaneName, row: number, col: number): Cell | null {
  const { unrolled, rowChannels, toBias } = inner;
  const { width, inputs } = unrolled;
  const window = (grid: 'upstream' | 'tap', channel: number, n: number): Cell => {
    return { grid, channel, row: Math.floor(n / width), col: n % width };
  };
  if (pane === 'left') return window('upstream', rowChannels[row] ?? 0, col);
  if (pane === 'products') return window(toBias ? 'upstream' : 'tap', outChannel, row);
  if (pane === 'product' && toBias)
    return { grid: 'gradient', channel: rowChannels[row] ?? 0, row: 0, col: 0 };
  if (pane === 'product') {
    const { index, u, v } = splitRow(unrolled, col);
    const channel = indexOfPair(model.summary, rowChannels[row] ?? 0, inputs[index] ?? 0);
    return { grid: 'gradient', channel, row: u, col: v };
  }
  if (toBias) return null;
  return inputCellOf(model, unrolled, col, row);
}

/** A cell's places, and those that it is multiplied with or made of. row, col: of the product at work. */
export function findSumHighlights(
  { model, outChannel }: Pick<SumMoment, 'model' | 'outChannel'>,
  { unrolled, rowChannels, toBias }: SumProduct,
  { grid, channel, row: i, col: j }: Cell,
  row: number,
  col: number,
): Highlights {
  const { width, windows, depth, inputs, taps, kW } = unrolled;
  const [n, cols] = [i * width + j, toBias ? 1 : depth];
  if (grid === 'upstream') {
    const r = rowChannels.indexOf(channel);
    const related = [makeBlock('right', n, 0, 1, cols), makeBlock('product', r, 0, 1, cols)];
    return r < 0 ? { self: [], related: [] } : { self: [makeBlock('left', r, n)], related };
  }
  if (grid === 'tap')
    return {
      self: [makeBlock('products', n, 0)],
      related: [makeBlock('left', row, n), makeBlock('right', n, col)],
    };
  if (grid === 'gradient') {
    const [o, c] = toBias ? [channel, 0] : pairAt(model.summary, channel);
    const r = rowChannels.indexOf(o);
    const k = toBias ? 0 : inputs.indexOf(c) * taps + i * kW + j;
    const related = [makeBlock('left', r, 0, 1, windows), makeBlock('right', 0, k, windows, 1)];
    return r < 0 ? { self: [], related: [] } : { self: [makeBlock('product', r, k)], related };
  }
  const index = grid === 'input' && !toBias ? inputs.indexOf(channel) : -1;
  if (index < 0) return { self: [], related: [] };
  const read = findReachedOutputs(model, i, j).map(({ row: down, col: across, u, v }) => {
    return [down * width + across, index * taps + u * kW + v] as const;
  });
  const columns = [...new Set(read.map(([, k]) => k))];
  return {
    self: read.map((at) => makeBlock('right', ...at)),
    related: columns.map((k) => makeBlock('product', rowChannels.indexOf(outChannel), k)),
  };
}
