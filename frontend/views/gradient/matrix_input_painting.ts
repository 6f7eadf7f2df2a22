/** What time moves in the product Kᵀ @ dY: the contributions at work, and the plane that they add up to. */

import { cellColor, colorScale } from '../../model/color.ts';
import { paintLabelsAtWork } from '../matrix/labels.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont } from '../shared/drawing.ts';
import { paintCell } from '../shared/grid.ts';
import { paintBlock, paintFooter, paintHighlights, paintPane } from '../shared/matrix_painting.ts';
import { makeBlock, visibleBlockRect, visibleCells } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { writeNumber } from '../shared/text_fit.ts';
import type { MatrixInputInner } from './matrix_input.ts';
import type { Entry } from './matrix_input_values.ts';
import { contributionAt } from './matrix_input_values.ts';

export function paintContributions(context: Context2D, frame: MatrixInputInner) {
  const { panes, entries, plane, position, moment } = frame;
  if (moment.reading === 'scatter') paintFinishedColumns(context, frame);
  for (const entry of entries) paintEntry(context, frame, entry, contributionAt(frame, entry));
  paintPane(context, panes.folded, plane, frame);
  paintWork(context, frame);
  if (position.place > 0 || position.products > 0)
    for (const { k, n } of entries)
      paintBlock(context, panes, makeBlock('product', k, n), frame.colors, 0, 2.5);
  paintPlaneCells(context, frame);
  paintLabelsAtWork(context, frame, {
    row: entries.map(({ k }) => k),
    col: entries.map(({ n }) => n),
    depth: position.active < 0 ? [] : [position.active],
  });
  paintHighlights(context, frame);
  paintFooter(context, frame);
}

/** The columns of the channel at work that are complete. */
function paintFinishedColumns(context: Context2D, frame: MatrixInputInner) {
  const { panes, unrolled, position, placedCount } = frame;
  const { top, left, bottom, right } = visibleCells(panes.product);
  const first = unrolled.inputs.indexOf(position.outChannel) * unrolled.taps;
  const all = { ...frame, position: { ...position, place: 1 }, stamp: null };
  for (let k = Math.max(top, first); k < Math.min(bottom, first + unrolled.taps); k++)
    for (let n = left; n < Math.min(right, placedCount); n++)
      if (frame.targetOf(k, n) >= 0) paintEntry(context, frame, { k, n }, contributionAt(all, { k, n }));
}

function paintEntry(context: Context2D, frame: MatrixInputInner, { k, n }: Entry, value: number | null) {
  const { panes, product, theme } = frame;
  const rect = visibleBlockRect(panes, makeBlock('product', k, n));
  if (!rect || value === null) return;
  const { fit } = product;
  if (fit.readable) {
    context.font = cssFont(fit.font);
    paintCell(context, growRect(rect, -1), value, product.max, writeNumber(value, fit), theme);
    return;
  }
  context.fillStyle = cellColor(colorScale(theme), value, product.max);
  context.fillRect(rect.x, rect.y, rect.width, rect.height);
}

/** Frames the rows of Kᵀ and the columns of dY that are being multiplied: of the output channel at work. */
function paintWork(context: Context2D, { panes, entries, position, colors, depth }: MatrixInputInner) {
  const { active, products } = position;
  const [first, length] = active >= 0 && products > 0 ? [active, 1] : [0, depth];
  const opacity = active >= 0 && products > 0 ? 0.22 : 0;
  for (const k of new Set(entries.map((entry) => entry.k)))
    paintBlock(context, panes, makeBlock('left', k, first, 1, length), colors, opacity, 2);
  for (const n of new Set(entries.map((entry) => entry.n)))
    paintBlock(context, panes, makeBlock('right', first, n, length, 1), colors, opacity, 2);
}

/** Frames the cells of the plane that the contributions at work go to. */
function paintPlaneCells(context: Context2D, frame: MatrixInputInner) {
  const { panes, model, moment, position, entries, colors } = frame;
  const { input } = model.summary.shapes;
  const cells =
    moment.reading === 'gather' ? [position.window] : entries.map(({ k, n }) => frame.targetOf(k, n));
  for (const at of new Set(cells)) {
    const block = makeBlock('folded', Math.floor(at / input[2]), at % input[2]);
    paintBlock(context, panes, block, colors, 0, 2.5);
  }
}
