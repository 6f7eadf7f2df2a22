/** What stands still in a matrix product: the two that are multiplied, rows of the product that are done. */

import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintCenteredText, paintText } from '../shared/drawing.ts';
import { paintEmptyCell } from '../shared/grid.ts';
import { paintPane, paintPaneHeading, paintScrollExtent } from '../shared/matrix_painting.ts';
import { visibleCells } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { ProductFrame } from './product_frame.ts';

/** The smallest cell with a label beside it. */
const LABELLED_CELL = 10;

/** A pane whose heading is wider than itself. */
const NARROW_PANE = 80;

export function paintStatic(context: Context2D, frame: ProductFrame) {
  const { panes, colors } = frame;
  clearCanvas(context, frame);
  paintPane(context, panes.left, frame.left, frame);
  paintPane(context, panes.right, frame.right, frame);
  paintPane(context, panes.product, frame.product, frame);
  paintProductsPlace(context, frame);
  for (const pane of shownPanes(frame)) paintScrollExtent(context, pane, colors);
  paintHeadings(context, frame);
  paintSigns(context, frame);
  paintRowLabels(context, frame);
}

function shownPanes({ panes: { left, right, product, folded } }: ProductFrame) {
  return folded.place.width > 0 ? [left, right, product, folded] : [left, right, product];
}

function paintProductsPlace(context: Context2D, { panes, colors, cell }: ProductFrame) {
  const { place, size } = panes.products;
  if (cell < READABLE_CELL || place.width === 0) return;
  const { top, bottom } = visibleCells(panes.products);
  for (let k = 0; k < bottom - top; k++) {
    const rect = { x: place.x, y: place.y + k * size[0], width: size[1], height: size[0] };
    paintEmptyCell(context, growRect(rect, -1), colors);
  }
}

function paintHeadings(context: Context2D, frame: ProductFrame) {
  const { panes, layout, texts } = frame;
  paintPaneHeading(context, frame, texts.left, panes.left);
  paintPaneHeading(context, frame, texts.right, panes.right);
  if (!layout.narrow && panes.products.place.width > 0) paintProductsHeading(context, frame);
  paintPaneHeading(context, frame, texts.product, panes.product);
  if (panes.folded.place.width > 0) paintPaneHeading(context, frame, texts.folded, panes.folded);
}

/** Beside a narrow matrix, whose own heading is wider, it begins at its pane. */
function paintProductsHeading(context: Context2D, frame: ProductFrame) {
  const { panes, texts } = frame;
  if (panes.right.place.width >= NARROW_PANE)
    return paintPaneHeading(context, frame, texts.products, panes.products, '');
  const { x, y } = panes.products.place;
  context.font = cssFont(13);
  paintText(context, texts.products, 'left', x, y - 14);
}

function paintSigns(context: Context2D, { layout: { narrow }, panes, signs, colors, texts }: ProductFrame) {
  context.fillStyle = colors.muted;
  context.font = cssFont(narrow ? 14 : 20);
  paintCenteredText(context, '@', signs.times.x, signs.times.y);
  if (panes.folded.place.width > 0) paintCenteredText(context, '→', signs.folds.x, signs.folds.y);
  // A sign by itself is thin.
  if (texts.equals === '=') context.fillStyle = colors.text;
  context.font = cssFont(narrow ? 14 : 17);
  paintCenteredText(context, narrow ? '=' : texts.equals, signs.equals.x, signs.equals.y);
}

/** Paints what each row is of beside the left matrix. */
function paintRowLabels(context: Context2D, { layout, panes, cell, colors, texts }: ProductFrame) {
  const { narrow } = layout;
  if (cell < LABELLED_CELL) return;
  const { place } = panes.left;
  const { top, bottom } = visibleCells(panes.left);
  context.fillStyle = colors.muted;
  context.font = cssFont(narrow ? 10 : 12);
  for (let r = top; r < bottom; r++)
    paintText(
      context,
      texts.rowLabel(r, narrow),
      'right',
      place.x - 5,
      place.y + (r - top + 0.5) * cell,
      place.x - 6,
    );
}
