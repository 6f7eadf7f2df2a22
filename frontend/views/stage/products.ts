/** The products of a window's cells with the kernel's, and how they come about. */

import { averageDivisorAt } from '../../model/geometry.ts';
import { markRounded } from '../../model/numbers.ts';
import { easeInOut, isAtRest } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { cssFont, frameCells, paintCenteredText, paintText, strokeRoundedRect } from '../shared/drawing.ts';
import { cellBox, paintCell, paintEmptyCell } from '../shared/grid.ts';
import { cellRect, centerOf } from '../shared/rects.ts';
import { writeNumber } from '../shared/text_fit.ts';
import type { ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import type { Point } from './layout.ts';
import { hueOf, planeOfRow } from './window.ts';

/** From this size on a product's cell shows its factors too. */
const FACTORS_CELL = 40;

/** The smallest type of factors, in CSS pixels. */
const SMALLEST_FACTORS = 9;

/** Shares of a product's tick: the copies travel, stand as factors, and fuse. */
const TRAVEL = 0.45;
const FUSE = 0.75;

/** The share of its part of the wave after which a product is there. */
const APPEARS = 0.5;

/** Paints the products that are finished, or the one that is being made. */
export function paintProducts(context: Context2D, frame: StageFrame, row: ChannelRow, finished: boolean) {
  const { model, step, ledger, theme, colors } = frame;
  const { products: rect, cell } = row.lane;
  const selected = step?.selected;
  // While the largest value is being chosen, the others fade.
  const finishedCount = selected && !isAtRest(row.sum) ? 0 : Math.floor(row.products);
  const [begin, end] = finished ? [0, finishedCount] : [finishedCount, Math.ceil(row.products)];
  if (begin === end) return;
  const values = step?.productsOf(row.index);
  const terms = ledger?.lines[row.index]?.terms ?? [];
  const cols = model.subject.kernel[1];
  const max = model.weight ? model.inputMax * model.weightMax : model.inputMax;
  const fit = frame.productFits[row.slot];
  const readable = fit?.readable ?? false;
  const factors = terms.map(({ x, w }) => `${x}·${bracket(w)}`);
  const longest = Math.max(...factors.map(({ length }) => length), 1);
  const factorsFit = (cell - 6) / (0.55 * longest) >= SMALLEST_FACTORS;
  const hasFactors = readable && model.weight !== null && cell >= FACTORS_CELL && factorsFit;
  for (let k = begin; k < end; k++) {
    const seen: [number, number] = [Math.floor(k / cols), k % cols];
    const box = cellBox(rect, cell, ...seen);
    const [u, v] = displayedTap(model, ...seen);
    const value = values?.[u * cols + v] ?? 0;
    const notSelected = selected && (selected[0] !== u || selected[1] !== v);
    const { empty = false, product: printed = '' } = terms[k] ?? {};
    const rounded = fit && ledger && fit.decimals < ledger.decimals;
    const product = rounded ? writeNumber(value, fit) : markRounded(value, printed, ledger?.decimals ?? 0);
    const share = Math.min(1, row.products - k);
    if (empty && (model.subject.gathered || !model.weight)) {
      if (readable) paintEmptyCell(context, box, colors);
      continue;
    }
    const single = frame.granularity === 'product' && row.active && share < 1;
    if (single && readable && hasFactors && share < FUSE) {
      paintFactors(context, frame, box, factors[k] ?? '', share);
      continue;
    }
    if (!single && share < APPEARS) continue;
    const quiet = Boolean(notSelected && row.sum > 0);
    context.font = cssFont(fit?.font ?? 10);
    if (!hasFactors) paintCell(context, box, value, max, readable ? product : '', theme, { quiet });
    else paintProductCell(context, frame, box, { value, max, product, factors: factors[k] ?? '' });
  }
  if (selected && row.sum > 0)
    strokeRoundedRect(context, cellBox(rect, cell, ...displayedTap(model, ...selected)), 4, colors.accent, 3);
}

/** A negative factor stands in brackets. */
export function bracket(factor: string) {
  return factor.startsWith('−') ? `(${factor})` : factor;
}

/** Paints a product with its factors above it. */
function paintProductCell(
  context: Context2D,
  { theme }: StageFrame,
  box: Rect,
  { value, max, product, factors }: { value: number; max: number; product: string; factors: string },
) {
  // One fill of the cell, two lines of text in the colour that can be read on it.
  const size = Math.min(box.height * 0.4, (box.width - 6) / (0.58 * Math.max(product.length, 2)), 40);
  const small = Math.max(10, Math.min(box.height * 0.19, (box.width - 4) / (0.55 * factors.length), 15));
  paintCell(context, box, value, max, '\u200a', theme);
  const { x, y } = centerOf(box);
  context.font = cssFont(size);
  paintCenteredText(context, product, x, y + small * 0.55, box.width - 3);
  context.font = cssFont(small);
  // Between two rows of pixels small type would be blurred.
  paintCenteredText(context, factors, x, Math.round(box.y + small * 0.75 + 2) - 0.5, box.width - 3);
}

/** Paints the factors that have arrived, where the product will be. */
function paintFactors(context: Context2D, { colors }: StageFrame, box: Rect, factors: string, share: number) {
  strokeRoundedRect(context, box, 3, colors.line, 1);
  if (share < TRAVEL) return;
  context.fillStyle = colors.text;
  context.font = cssFont(
    Math.max(10, Math.min(box.height * 0.3, (box.width - 4) / (0.55 * factors.length), 22)),
  );
  const { x, y } = centerOf(box);
  paintCenteredText(context, factors, x, y, box.width - 4);
}

/** Marks the cells at work and joins them, where time runs product by product. */
export function paintActiveTap(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { model, window, position, granularity, flying } = frame;
  const [kH, kW] = model.subject.kernel;
  const k = Math.ceil(row.products) - 1;
  if (granularity !== 'product' || !row.active || k < 0 || position.products === 0 || row.sum > 0) return;
  const tap: [number, number] = [Math.floor(k / kW), k % kW];
  if (tap[0] >= kH) return;
  const [u, v] = displayedTap(model, ...tap);
  const { lane } = row;
  const hue = hueOf(frame, row.channel);
  const mark = (rect: Rect) => frameCells(context, rect, rect.width, hue, 2.5, 0);
  const plane = planeOfRow(frame, row);
  const [inputRow = NaN, inputCol = NaN] = [window.rows[u], window.cols[v]];
  const onPlane =
    plane && Number.isFinite(inputRow + inputCol)
      ? cellRect(plane.view, plane.view.cell, inputRow, inputCol)
      : null;
  const source = lane.loupe ? cellRect(lane.loupe, lane.cell, ...tap) : onPlane;
  const kernel = lane.kernel && cellRect(lane.kernel, lane.cell, ...tap);
  const product = cellRect(lane.products, lane.cell, ...tap);
  for (const rect of [onPlane, source, kernel, product]) if (rect) mark(rect);
  if (!frame.productFits[row.slot]?.readable) paintLens(context, frame, row, k);
  const share = row.products - Math.floor(row.products);
  if (!flying || share === 0 || share >= TRAVEL) return;
  for (const rect of [source, kernel])
    if (rect) paintPulse(context, rect, product, easeInOut(share / TRAVEL), hue);
}

/** Paints the product at work as a line of text, where the kernel's cells have no room for numbers. */
function paintLens(context: Context2D, frame: StageFrame, { lane, index }: ChannelRow, k: number) {
  const term = frame.ledger?.lines[index]?.terms[k];
  if (!term) return;
  const { products } = lane;
  context.fillStyle = frame.colors.text;
  context.font = cssFont(12 * frame.layout.spacing.scale, 600);
  const text = `${term.x} · ${bracket(term.w)} = ${term.product}`;
  paintText(context, text, 'right', products.x + products.width, products.y + products.height + 8);
}

/** Paints a factor on its arc to the product: a line that grows, so that no number is covered on the way. */
function paintPulse(context: Context2D, from: Rect, to: Rect, share: number, hue: string) {
  const [a, b] = [centerOf(from), centerOf(to)];
  const lift = Math.min(60, Math.hypot(b.x - a.x, b.y - a.y) * 0.22);
  const bend = { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 - lift };
  const at = pointOnArc(a, bend, b, share);
  context.strokeStyle = hue;
  context.globalAlpha = 0.5;
  context.lineWidth = 1.5;
  context.beginPath();
  context.moveTo(a.x, a.y);
  const control = { x: a.x + (bend.x - a.x) * share, y: a.y + (bend.y - a.y) * share };
  context.quadraticCurveTo(control.x, control.y, at.x, at.y);
  context.stroke();
  context.globalAlpha = 1;
  context.fillStyle = hue;
  context.beginPath();
  context.arc(at.x, at.y, 4, 0, 7);
  context.fill();
}

function pointOnArc(a: Point, bend: Point, b: Point, share: number): Point {
  const rest = 1 - share;
  const along = (axis: 'x' | 'y') =>
    rest * rest * a[axis] + 2 * rest * share * bend[axis] + share * share * b[axis];
  return { x: along('x'), y: along('y') };
}

/** Paints what average pooling divides each value by, over the arrow to its terms. */
export function paintDivisor(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, colors, model } = frame;
  const divisor = averageDivisorAt(model, frame.row, frame.col);
  if (divisor === null || row.products === 0) return;
  context.fillStyle = colors.text;
  context.font = cssFont(Math.min(13 * layout.spacing.scale, 15), 600);
  const { x, y } = row.lane.equals;
  paintCenteredText(context, `÷${divisor}`, x, y - 18, 40);
}
