/** What time moves in the matrix product: the row and the column at work, their products, the output. */

import { cellColor, colorScale } from '../../model/color.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, frameCells } from '../shared/drawing.ts';
import { cellBox, paintCell, pixelsOf } from '../shared/grid.ts';
import { outputDecimals, paintBlock, paintHighlights, paintPixels } from '../shared/matrix_painting.ts';
import { makeBlock, visibleBlockRect, visibleCells } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { MatrixFrame } from './frame.ts';
import { productProgress } from './frame.ts';
import { splitRow } from './product.ts';

export function paintAnimated(context: Context2D, frame: MatrixFrame) {
  const { panes, colors, row, window, product, position } = frame;
  paintFinishedCells(context, frame);
  paintArrivingCell(context, frame);
  paintTapsAtWork(context, frame);
  paintProducts(context, frame);
  paintBlock(context, panes, makeBlock('kernel', row, 0, 1, product.depth), colors, 0, 3);
  paintWindow(context, frame);
  if (position.place > 0) paintBlock(context, panes, makeBlock('product', row, window), colors, 0, 3);
  paintHighlights(context, frame);
}

/** Paints the finished cells of the output channel shown. */
function paintFinishedCells(context: Context2D, frame: MatrixFrame) {
  const { panes, row, placedCount, position, outputs, outputMax, theme, cell } = frame;
  const rect = visibleBlockRect(panes, makeBlock('product', row, 0, 1, placedCount));
  const data = outputs.get(position.outChannel)?.data;
  if (!rect || !data) return;
  if (cell < READABLE_CELL) {
    const line = { ...panes.product, rows: 1, top: 0, cols: placedCount, place: rect };
    const valueAt = (_: number, n: number) => data[n] ?? 0;
    paintPixels(context, line, pixelsOf({ valueAt, max: outputMax }, theme));
    return;
  }
  const decimals = outputDecimals(frame);
  const first = panes.product.left;
  context.font = cssFont(fontSizeIn(cell));
  for (let col = 0; col < Math.round(rect.width / cell); col++) {
    const value = data[first + col] ?? 0;
    const text = formatNumber(value, decimals);
    paintCell(context, cellBox(rect, cell, 0, col), value, outputMax, text, theme);
  }
}

function paintArrivingCell(context: Context2D, frame: MatrixFrame) {
  const { panes, row, window, position, step, ledger, outputMax, theme, cell } = frame;
  if (!step || !ledger || position.place === 0 || position.place === 1 || cell < READABLE_CELL) return;
  const rect = visibleBlockRect(panes, makeBlock('product', row, window));
  if (!rect) return;
  context.globalAlpha = easeInOut(position.place);
  context.font = cssFont(fontSizeIn(cell), 600);
  paintCell(context, growRect(rect, -1), step.output, outputMax, ledger.output, theme);
  context.globalAlpha = 1;
}

/** Frames the column of the window, on its way from the one before. */
function paintWindow(context: Context2D, { panes, colors, window, product, position, cell }: MatrixFrame) {
  const columnAt = (n: number) => visibleBlockRect(panes, makeBlock('columns', 0, n, product.depth, 1));
  const target = columnAt(window);
  const from = window > 0 ? columnAt(window - 1) : null;
  if (!target) return;
  const x = from ? from.x + (target.x - from.x) * easeInOut(position.slide) : target.x;
  frameCells(context, { ...target, x }, cell, colors.accent, cell < 6 ? 1.5 : 3, 0);
}

/** Frames the kernel's columns and the rows of the window that are being multiplied. */
function paintTapsAtWork(context: Context2D, frame: MatrixFrame) {
  const { panes, colors, product, position, row, window, granularity } = frame;
  const { active, products } = position;
  if (active < 0 || products === 0) return;
  const single = granularity === 'product';
  const taps = single ? 1 : product.taps;
  const k = active * product.taps + (single ? Math.ceil(products) - 1 : 0);
  paintBlock(context, panes, makeBlock('kernel', row, k, 1, taps), colors, 0.22, 1.5);
  paintBlock(context, panes, makeBlock('columns', k, window, taps, 1), colors, 0.22, 1.5);
}

/** Paints the row times the column, cell by cell, in the numbers that add up as printed. */
function paintProducts(context: Context2D, frame: MatrixFrame) {
  const { panes, step, ledger, product, position, model, theme, cell } = frame;
  if (!step || !ledger) return;
  const { place, size } = panes.products;
  const { top, bottom } = visibleCells(panes.products);
  const max = model.inputMax * model.weightMax;
  const readable = cell >= READABLE_CELL;
  context.font = cssFont(fontSizeIn(cell));
  clipTo(context, place, () => {
    for (let k = top; k < bottom; k++) {
      const progress = productProgress(product, position, k);
      if (progress === 0) continue;
      const { index, tap } = splitRow(product, k);
      const value = step.products[k] ?? 0;
      const rect = { x: place.x, y: place.y + (k - top) * size[0], width: size[1], height: size[0] };
      context.globalAlpha = progress;
      if (readable) {
        const text = ledger.lines[index]?.terms[tap]?.product ?? '';
        paintCell(context, growRect(rect, -1), value, max, text, theme);
      } else {
        context.fillStyle = cellColor(colorScale(theme), value, max);
        context.fillRect(rect.x, rect.y, rect.width, rect.height);
      }
    }
    context.globalAlpha = 1;
  });
}
