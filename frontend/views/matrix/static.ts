/** What stands still in the matrix product: kernel, unrolled windows, output channels that are done. */

import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintCenteredText, paintText } from '../shared/drawing.ts';
import { paintEmptyCell } from '../shared/grid.ts';
import { outputDecimals, paintPane, paintPaneHeading, paintScrollExtent } from '../shared/matrix_painting.ts';
import { visibleCells } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { decimalsInCells, READABLE_CELL } from '../shared/text_fit.ts';
import type { MatrixFrame } from './frame.ts';
import { inputIndexOf, isPointwise, weightIndexOf } from './product.ts';

/** The smallest cell with a label beside it. */
const LABELLED_CELL = 10;

export function paintStatic(context: Context2D, frame: MatrixFrame) {
  const { panes, colors } = frame;
  clearCanvas(context, frame);
  paintKernel(context, frame);
  paintUnrolledWindows(context, frame);
  paintFinishedChannels(context, frame);
  paintProductsPlace(context, frame);
  for (const pane of [panes.kernel, panes.columns, panes.product]) paintScrollExtent(context, pane, colors);
  paintHeadings(context, frame);
  paintSigns(context, frame);
  paintChannelLabels(context, frame);
}

function paintKernel(context: Context2D, frame: MatrixFrame) {
  const { model, product, panes, cell } = frame;
  const { weightLow, weightMax } = model;
  const data = model.weight?.data ?? [];
  const indexOf = weightIndexOf(model, product);
  const valueAt = (r: number, k: number) => data[indexOf(r, k)] ?? 0;
  const decimals = decimalsInCells(data, weightLow, weightMax, cell);
  paintPane(context, panes.kernel, { valueAt, max: weightMax, decimals }, frame);
}

function paintUnrolledWindows(context: Context2D, frame: MatrixFrame) {
  const { model, product, panes, cell } = frame;
  const { inputLow, inputMax } = model;
  const { data } = model.input;
  const indexOf = inputIndexOf(model, product);
  const valueAt = (k: number, n: number) => {
    const index = indexOf(k, n);
    return index < 0 ? null : (data[index] ?? null);
  };
  const decimals = decimalsInCells(data, inputLow, inputMax, cell);
  paintPane(context, panes.columns, { valueAt, max: inputMax, decimals }, frame);
}

/** Paints the rows of output channels that are done; the others are empty. */
function paintFinishedChannels(context: Context2D, frame: MatrixFrame) {
  const { panes, product, outputs, outputMax, position } = frame;
  const valueAt = (r: number, n: number) => {
    const o = product.outputs[r] ?? 0;
    return o < position.outChannel ? (outputs.get(o)?.data[n] ?? null) : null;
  };
  paintPane(context, panes.product, { valueAt, max: outputMax, decimals: outputDecimals(frame) }, frame);
}

function paintProductsPlace(context: Context2D, { panes, colors, cell }: MatrixFrame) {
  const { place, size } = panes.products;
  if (cell < READABLE_CELL) return;
  const { top, bottom } = visibleCells(panes.products);
  for (let k = 0; k < bottom - top; k++) {
    const rect = { x: place.x, y: place.y + k * size[0], width: size[1], height: size[0] };
    paintEmptyCell(context, growRect(rect, -1), colors);
  }
}

function paintHeadings(context: Context2D, frame: MatrixFrame) {
  const { panes, layout, model, t } = frame;
  paintPaneHeading(context, frame, t('matrix.kernel'), panes.kernel);
  paintPaneHeading(context, frame, t(isPointwise(model) ? 'matrix.pixels' : 'matrix.columns'), panes.columns);
  if (!layout.narrow) paintPaneHeading(context, frame, t('matrix.products'), panes.products, '');
  paintPaneHeading(context, frame, t('matrix.product'), panes.product);
}

function paintSigns(context: Context2D, { layout: { narrow }, signs, colors, model }: MatrixFrame) {
  context.fillStyle = colors.muted;
  context.font = cssFont(narrow ? 14 : 20);
  paintCenteredText(context, '@', signs.times.x, signs.times.y);
  context.font = cssFont(narrow ? 14 : 17);
  const sum = model.summary.shapes.bias ? 'Σ + b =' : 'Σ =';
  paintCenteredText(context, narrow ? '=' : sum, signs.equals.x, signs.equals.y);
}

/** Paints the output channel of each row beside the kernel. */
function paintChannelLabels(context: Context2D, frame: MatrixFrame) {
  const { layout, panes, product, cell, colors } = frame;
  const { narrow } = layout;
  if (cell < LABELLED_CELL) return;
  const { place } = panes.kernel;
  const { top, bottom } = visibleCells(panes.kernel);
  context.fillStyle = colors.muted;
  context.font = cssFont(narrow ? 10 : 12);
  for (let r = top; r < bottom; r++) {
    const label = narrow ? String(product.outputs[r]) : `o=${product.outputs[r]}`;
    paintText(context, label, 'right', place.x - 5, place.y + (r - top + 0.5) * cell);
  }
}
