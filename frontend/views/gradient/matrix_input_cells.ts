/** Which cell a place in the product Kᵀ @ dY is, and the places of a cell. Pure. */

import { outputChannelsOf } from '../../model/gradients/direction.ts';
import type { Cell } from '../../model/relations.ts';
import { findReachedOutputs } from '../../model/relations.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { MatrixProduct } from '../matrix/product.ts';
import { splitRow } from '../matrix/product.ts';
import type { Highlights } from '../shared/matrix_viewport.ts';
import { hitTestPane, makeBlock } from '../shared/matrix_viewport.ts';
import type { MatrixInputInner } from './matrix_input.ts';

/** The contribution under a point is of the cell that it goes to. */
export function hitTestMatrixInput(inner: MatrixInputInner, x: number, y: number): Cell | null {
  const hit = hitTestPane(inner.panes, x, y);
  if (!hit) return null;
  const { model, unrolled, position } = inner;
  const inWidth = model.summary.shapes.input[2];
  const { name, row, col } = hit;
  const { width, inputs, outputs } = unrolled;
  if (name === 'right')
    return { grid: 'upstream', channel: outputs[row] ?? 0, row: Math.floor(col / width), col: col % width };
  if (name === 'folded') return { grid: 'gradient', channel: position.outChannel, row, col };
  if (name === 'left') {
    const { index, u, v } = splitRow(unrolled, row);
    const isShown = inputs[index] === position.outChannel;
    return isShown ? { grid: 'tap', channel: outputs[col] ?? 0, row: u, col: v } : null;
  }
  const target = inner.targetOf(row, col);
  if (target < 0) return null;
  const channel = inputs[splitRow(unrolled, row).index] ?? 0;
  return { grid: 'gradient', channel, row: Math.floor(target / inWidth), col: target % inWidth };
}

/** channel: of the gradient's plane that is shown. */
export function findContributionHighlights(
  model: SceneModel,
  { taps, kW, inputs, outputs, depth, width }: MatrixProduct,
  { grid, channel, row, col }: Cell,
  shown: { channel: number },
): Highlights {
  const n = row * width + col;
  if (grid === 'upstream') {
    const r = outputs.indexOf(channel);
    if (r < 0) return { self: [], related: [] };
    const related = [makeBlock('left', 0, r, depth, 1), makeBlock('product', 0, n, depth, 1)];
    return { self: [makeBlock('right', r, n)], related };
  }
  if (grid === 'tap') {
    const k = inputs.indexOf(shown.channel) * taps + row * kW + col;
    const r = outputChannelsOf(model.summary, shown.channel).indexOf(channel);
    return { self: [makeBlock('left', k, r)], related: [] };
  }
  const index = grid === 'gradient' ? inputs.indexOf(channel) : -1;
  if (index < 0) return { self: [], related: [] };
  const entries = findReachedOutputs(model, row, col).map((reached) => ({
    k: index * taps + reached.u * kW + reached.v,
    n: reached.row * width + reached.col,
  }));
  const places = entries.map(({ k, n: at }) => makeBlock('product', k, at));
  const columns = [...new Set(entries.map(({ n: at }) => at))];
  return {
    self: channel === shown.channel ? [makeBlock('folded', row, col), ...places] : places,
    related: columns.map((at) => makeBlock('right', 0, at, outputs.length, 1)),
  };
}
