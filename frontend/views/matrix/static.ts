/** What stands still in a matrix product: the two that are multiplied, rows of the product that are done. */

import type { Context2D } from '../shared/drawing.ts';
import { clearCanvas, cssFont, paintCenteredText, paintText } from '../shared/drawing.ts';
import { paintEmptyCell } from '../shared/grid.ts';
import { paintPane, paintPaneHeading, paintScrollExtent } from '../shared/matrix_painting.ts';
import type { MatrixPane } from '../shared/matrix_viewport.ts';
import { visibleCells, writeSlice } from '../shared/matrix_viewport.ts';
import { growRect } from '../shared/rects.ts';
import { READABLE_CELL } from '../shared/text_fit.ts';
import type { MatrixAxis } from './axes.ts';
import { paintLabels } from './labels.ts';
import { labelRoom } from './layout.ts';
import type { AxisName, ProductFrame } from './product_frame.ts';

/** The width of a heading with a size. */
const WIDE_HEADING = 120;

/** A pane whose heading is wider than itself. */
const NARROW_PANE = 80;

export function paintStatic(context: Context2D, frame: ProductFrame) {
  const { panes, colors } = frame;
  clearCanvas(context, frame);
  paintPane(context, panes.left, frame.left, frame);
  paintPane(context, panes.right, frame.right, frame);
  paintPane(context, panes.product, frame.product, frame);
  paintProductsPlace(context, frame);
  for (const pane of frame.still ? [] : shownPanes(frame)) paintScrollExtent(context, pane, colors);
  paintHeadings(context, frame);
  paintSigns(context, frame);
  paintLabels(context, frame);
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
  paintHeading(context, frame, texts.left, panes.left);
  paintHeading(context, frame, texts.right, panes.right);
  if (!layout.narrow && panes.products.place.width > 0) paintProductsHeading(context, frame);
  paintHeading(context, frame, texts.product, panes.product);
  if (panes.folded.place.width > 0) paintHeading(context, frame, texts.folded, panes.folded);
}

/** Paints a heading over the labels of a pane, with what they are made of: `8 (c,u,v) × 4 (i,j)`. */
function paintHeading(context: Context2D, frame: ProductFrame, text: string, pane: MatrixPane) {
  const [down, across] = pane.axes.map((axis) => frame.axes[axis as AxisName]);
  // On a phone controls stand beside the first heading.
  const isFirst = frame.layout.narrow && pane === frame.panes.left;
  const size = (count: number, axis: MatrixAxis | null | undefined) =>
    axis && !isFirst ? `${count} (${axis.letters})` : `${count}`;
  const slice = frame.still ? writeSlice(pane) : '';
  const sizes = slice
    ? `${pane.rows} × ${pane.cols} ${slice}`
    : `${size(pane.rows, down)} × ${size(pane.cols, across)}`;
  const below = pane === frame.panes.folded ? pane : raise(frame, pane);
  const place = isFirst ? { ...below.place, x: 4 } : below.place;
  paintPaneHeading(context, frame, text, { ...below, place }, sizes, WIDE_HEADING);
}

/** By the height of the labels. */
function raise({ layout }: ProductFrame, pane: MatrixPane): MatrixPane {
  return { ...pane, place: { ...pane.place, y: pane.place.y - labelRoom(layout).above } };
}

/** Beside a narrow matrix, whose own heading is wider, it begins at its pane. */
function paintProductsHeading(context: Context2D, frame: ProductFrame) {
  const { panes, texts, layout } = frame;
  if (panes.right.place.width >= NARROW_PANE)
    return paintPaneHeading(context, frame, texts.products, raise(frame, panes.products), '');
  const { x, y } = panes.products.place;
  context.font = cssFont(13 * layout.scale);
  paintText(context, texts.products, 'left', x, y - labelRoom(layout).above - 14 * layout.scale);
}

function paintSigns(
  context: Context2D,
  { layout: { narrow, scale }, panes, signs, colors, texts }: ProductFrame,
) {
  context.fillStyle = colors.muted;
  context.font = cssFont(narrow ? 14 : 20 * scale);
  paintCenteredText(context, '@', signs.times.x, signs.times.y);
  if (panes.folded.place.width > 0) paintCenteredText(context, '→', signs.folds.x, signs.folds.y);
  // A sign by itself is thin.
  if (texts.equals === '=') context.fillStyle = colors.text;
  context.font = cssFont(narrow ? 14 : 17 * scale);
  paintCenteredText(context, narrow ? '=' : texts.equals, signs.equals.x, signs.equals.y);
}
