/** Computes all that the painters of the matrix product need. Pure. */

import type { Ledger } from '../../model/ledger.ts';
import { ledgerLayerOf, makeLedger } from '../../model/ledger.ts';
import type { SceneModel } from '../../model/scene_model.ts';
import type { Step } from '../../model/step.ts';
import type { Position } from '../../model/timeline.ts';

import type { PaneFrame } from '../shared/matrix_viewport.ts';
import { revealHighlights, viewportFor } from '../shared/matrix_viewport.ts';
import { charactersIn, decimalsThatFit, LARGEST_CELL } from '../shared/text_fit.ts';
import type { FrameRequest } from '../shared/view.ts';
import { makeStaticKey } from '../shared/view.ts';
import { findHighlights } from './hit_test.ts';
import type { MatrixLayout, PaneName } from './layout.ts';
import { makeLayout, makePanes } from './layout.ts';
import type { MatrixProduct } from './product.ts';
import { makeProduct, splitRow } from './product.ts';

export interface MatrixFrame extends PaneFrame<PaneName> {
  view: 'matrix';
  product: MatrixProduct;
  signs: MatrixLayout['signs'];
  /** The row of the output channel shown, in its group. */
  row: number;
  window: number;
  /** The step as it is printed; null: not loaded. */
  ledger: Ledger | null;
}

export function makeFrame(request: FrameRequest, previous: MatrixFrame | null = null): MatrixFrame {
  const { model, position, activeCell, following, outputs } = request;
  const { outChannel, window } = position;
  const { input, weight, output } = model.summary.shapes;
  const product = makeProduct(model, outChannel);
  const viewportKey = ['matrix', input, weight, output].join('/');
  const viewport = viewportFor(request, viewportKey);
  const { rects, ...placed } = makeLayout(product, request, viewport.cell);
  const row = outChannel - (product.outputs[0] ?? 0);
  const needed = { o: row, k: rowAtWork(product, position), n: window };
  const panes = makePanes(product, { ...placed, rects }, viewport.first, needed);
  const highlights = activeCell && findHighlights(model, product, activeCell.cell, row, window);
  const revealed = following ? revealHighlights(panes, highlights) : panes;
  const step = request.step?.index === window ? request.step : null;
  const loadedCount = product.outputs.filter((o) => o < outChannel && outputs.has(o)).length;
  const scrolled = Object.values(revealed).flatMap(({ top, left }) => [top, left]);
  return {
    ...request,
    ...placed,
    view: 'matrix',
    product,
    panes: revealed,
    row,
    window,
    viewportKey,
    step,
    placedCount: window + (position.place === 1 ? 1 : 0),
    ledger: step && printStep(step, model, outChannel, placed.cell, previous),
    highlights,
    staticKey: makeStaticKey(request, viewportKey, loadedCount, placed.cell, ...scrolled),
  };
}

/** The row of the unrolled windows that is being multiplied. */
function rowAtWork({ taps, depth }: MatrixProduct, { active, products }: Position) {
  return active < 0 ? 0 : Math.min(active * taps + Math.max(Math.ceil(products) - 1, 0), depth - 1);
}

/** How far row k has been multiplied: 0 … 1. */
export function productProgress(product: MatrixProduct, position: Position, k: number) {
  const { index, tap } = splitRow(product, k);
  if (index < position.channels || position.place > 0) return 1;
  const working = position.active === -1 || position.active === index;
  return working ? Math.min(Math.max(position.products - tap, 0), 1) : 0;
}

/** Prints the step with as many decimals as a cell has room for. */
function printStep(
  step: Step,
  model: SceneModel,
  outChannel: number,
  cell: number,
  previous: MatrixFrame | null,
): Ledger {
  if (previous?.ledger && previous.step === step && previous.cell === cell) return previous.ledger;
  const decimals = decimalsThatFit(step.products, charactersIn(Math.min(cell, LARGEST_CELL)));
  return makeLedger(step, ledgerLayerOf(model, outChannel), decimals);
}
