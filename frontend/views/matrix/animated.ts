/** What time moves in a matrix product: the row and the column at work, their products, the result. */

import { cellColor, colorScale } from '../../model/color.ts';
import { markRounded } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, frameCells } from '../shared/drawing.ts';
import { cellBox, paintCell, pixelsOf } from '../shared/grid.ts';
import { paintBlock, paintHighlights, paintPixels } from '../shared/matrix_painting.ts';
import { makeBlock, visibleBlockRect, visibleCells } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { writeNumber } from '../shared/text_fit.ts';
import { paintLabelsAtWork } from './labels.ts';
import type { ProductFrame } from './product_frame.ts';
import { depthAtWork, productProgress } from './product_frame.ts';

export function paintAnimated(context: Context2D, frame: ProductFrame) {
  const { panes, colors, row, col, depth, position } = frame;
  paintFinishedCells(context, frame);
  paintArrivingCell(context, frame);
  paintTapsAtWork(context, frame);
  paintProducts(context, frame);
  paintBlock(context, panes, makeBlock('left', row, 0, 1, depth), colors, 0, 3);
  paintColumn(context, frame);
  if (position.place > 0) paintBlock(context, panes, makeBlock('product', row, col), colors, 0, 3);
  const k = position.active < 0 ? [] : [depthAtWork(frame.taps, depth, position)];
  paintLabelsAtWork(context, frame, { row: [row], col: [col], depth: k });
  paintHighlights(context, frame);
}

/** Paints the finished cells of the row at work. */
function paintFinishedCells(context: Context2D, frame: ProductFrame) {
  const { panes, row, placedCount, rowData: data, product, theme, cell } = frame;
  const { fit } = product;
  const rect = visibleBlockRect(panes, makeBlock('product', row, 0, 1, placedCount));
  if (!rect || !data) return;
  if (!fit.readable) {
    const line = { ...panes.product, rows: 1, top: 0, cols: placedCount, place: rect };
    const valueAt = (_: number, n: number) => data[n] ?? 0;
    paintPixels(context, line, pixelsOf({ valueAt, max: product.max }, theme));
    return;
  }
  const first = panes.product.left;
  context.font = cssFont(fit.font);
  for (let col = 0; col < Math.round(rect.width / cell); col++) {
    const value = data[first + col] ?? 0;
    const text = writeNumber(value, fit);
    paintCell(context, cellBox(rect, cell, 0, col), value, product.max, text, theme);
  }
}

function paintArrivingCell(context: Context2D, frame: ProductFrame) {
  const { panes, row, col, position, terms, product, theme } = frame;
  const { fit } = product;
  if (!terms || position.place === 0 || position.place === 1 || !fit.readable) return;
  const rect = visibleBlockRect(panes, makeBlock('product', row, col));
  if (!rect) return;
  const { value } = terms.result;
  context.globalAlpha = easeInOut(position.place);
  context.font = cssFont(fit.font, 600);
  paintCell(context, growRect(rect, -1), value, product.max, writeNumber(value, fit), theme);
  context.globalAlpha = 1;
}

/** Frames the column at work, on its way from the one before. */
export function paintColumn(context: Context2D, frame: ProductFrame) {
  const { panes, colors, col, depth, position, cell } = frame;
  const columnAt = (n: number) => visibleBlockRect(panes, makeBlock('right', 0, n, depth, 1));
  const target = columnAt(col);
  const from = col > 0 ? columnAt(col - 1) : null;
  if (!target) return;
  const x = from ? from.x + (target.x - from.x) * easeInOut(position.slide) : target.x;
  frameCells(context, { ...target, x }, cell, colors.accent, cell < 6 ? 1.5 : 3, 0);
}

/** Frames the cells of the row and the column that are being multiplied. */
function paintTapsAtWork(context: Context2D, frame: ProductFrame) {
  const { panes, colors, taps: taken, position, row, col, granularity } = frame;
  const { active, products } = position;
  if (active < 0 || products === 0) return;
  const single = granularity === 'product';
  const taps = single ? 1 : taken;
  const k = active * taken + (single ? Math.ceil(products) - 1 : 0);
  paintBlock(context, panes, makeBlock('left', row, k, 1, taps), colors, 0.22, 1.5);
  paintBlock(context, panes, makeBlock('right', k, col, taps, 1), colors, 0.22, 1.5);
}

/** Paints the row times the column, cell by cell, in the numbers that add up as printed. */
function paintProducts(context: Context2D, frame: ProductFrame) {
  const { panes, terms, taps, position, theme } = frame;
  if (!terms) return;
  const { place, size } = panes.products;
  const { top, bottom } = visibleCells(panes.products);
  const { readable, font } = terms.fit;
  context.font = cssFont(font);
  clipTo(context, place, () => {
    for (let k = top; k < bottom; k++) {
      const progress = productProgress(taps, position, k);
      if (progress === 0) continue;
      const value = terms.values[k] ?? 0;
      const rect = { x: place.x, y: place.y + (k - top) * size[0], width: size[1], height: size[0] };
      context.globalAlpha = progress;
      if (readable) {
        const text = markRounded(value, terms.textOf(k), terms.fit.decimals);
        paintCell(context, growRect(rect, -1), value, terms.max, text, theme);
      } else {
        context.fillStyle = cellColor(colorScale(theme), value, terms.max);
        context.fillRect(rect.x, rect.y, rect.width, rect.height);
      }
    }
    context.globalAlpha = 1;
  });
}
