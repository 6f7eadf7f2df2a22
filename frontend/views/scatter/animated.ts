/** The input cell, its products with the kernel, and the stamp on its way onto the output. */

import { formatNumber, MINUS, markRounded, roundTo } from '../../model/numbers.ts';
import type { PrintedStamp } from '../../model/stamp_ledger.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect, Stamp } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, frameCells, strokePoints, strokeRoundedRect } from '../shared/drawing.ts';
import { cellBox, paintCell, paintEmptyCell, paintGrid } from '../shared/grid.ts';
import { growRect } from '../shared/rects.ts';
import { fitNumbers, fitTerms, writeNumber } from '../shared/text_fit.ts';
import type { ChannelRow } from '../stage/channel_frame.ts';
import { currentOutput } from '../stage/channel_frame.ts';
import { outputFit } from '../stage/output.ts';
import { paintRelations } from '../stage/relation_highlights.ts';
import { hueOf, paintWindows, planeOfRow } from '../stage/window.ts';
import type { ScatterFrame } from './frame.ts';
import { firstStampIndex, fitProducts } from './frame.ts';
import { connectValue, placeValue } from './layout.ts';

/** The share of a stamp's way after which it lies on the output, and the sums are written. */
const ARRIVED = 0.6;

export function paintAnimated(context: Context2D, frame: ScatterFrame) {
  paintOutput(context, frame);
  paintWindows(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row);
  paintStamp(context, frame);
  paintRelations(context, frame);
}

/** Paints the output at this time; cells that wait for their first stamp are left empty. */
function paintOutput(context: Context2D, frame: ScatterFrame) {
  const { model, outputValues, position, outputMax } = frame;
  if (!outputValues) return;
  const { view, place } = currentOutput(frame);
  const [rows, cols] = model.subject.output;
  const stamped = position.window + (position.place === 1 ? 1 : 0);
  const valueAt = (row: number, col: number) => {
    const first = firstStampIndex(model, row, col);
    return first < stamped || first === Infinity ? (outputValues[row * cols + col] ?? 0) : null;
  };
  const grid = { rows, cols, valueAt, max: outputMax, fit: outputFit(frame, view.cell) };
  clipTo(context, place, () => paintGrid(context, view, view.cell, grid, frame, place));
}

function paintRow(context: Context2D, frame: ScatterFrame, row: ChannelRow) {
  const { stamp, printed } = frame;
  if (!stamp || !printed) return;
  paintValue(context, frame, row, stamp.values[row.index] ?? 0);
  paintProducts(context, frame, row, stamp, printed);
}

function paintProducts(
  context: Context2D,
  frame: ScatterFrame,
  row: ChannelRow,
  stamp: Stamp,
  printed: PrintedStamp,
) {
  const products = stamp.products[row.index] ?? [];
  const { colors, model, theme } = frame;
  const { products: rect, cell } = row.lane;
  const cols = model.subject.kernel[1];
  const { readable, decimals, font } = fitProducts(printed, cell);
  context.font = cssFont(font);
  for (let k = 0; k < Math.ceil(row.products); k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const value = products[u]?.[v] ?? 0;
    const box = cellBox(rect, cell, u, v);
    const rounded = formatNumber(printed.products[row.index]?.[u]?.[v] ?? 0, decimals);
    const text = readable ? markRounded(value, rounded, decimals) : '';
    context.globalAlpha = Math.min(1, row.products - k);
    paintCell(context, box, value, model.inputMax * model.weightMax, text, theme);
    if (readable && isCropped(frame, u, v)) paintEmptyCell(context, box, colors);
  }
  context.globalAlpha = 1;
}

function isCropped({ landing }: ScatterFrame, u: number, v: number) {
  return Number.isNaN(landing.rows[u]) || Number.isNaN(landing.cols[v]);
}

/** Paints the number that scales the kernel, and a line to it from its cell. */
function paintValue(context: Context2D, frame: ScatterFrame, row: ChannelRow, value: number) {
  const { model, theme, position } = frame;
  const rect = placeValue(row.lane);
  const hue = hueOf(frame, row.channel);
  const plane = planeOfRow(frame, row);
  if (position.slide === 1 && plane) {
    context.strokeStyle = hue;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    strokePoints(context, connectValue(plane, row.lane, rect, frame));
    context.globalAlpha = 1;
  }
  const fit = fitNumbers([value], rect.width);
  context.font = cssFont(fit.font);
  paintCell(context, rect, value, model.inputMax, writeNumber(value, fit), theme);
  strokeRoundedRect(context, growRect(rect, 1), 4, hue, 2);
}

/** Paints the channels' stamps added up, on their way, and what they are added to. */
function paintStamp(context: Context2D, frame: ScatterFrame) {
  const { layout, model, printed, position, stampPlace, outputMax } = frame;
  const progress = Math.max(position.bias, position.place);
  if (!printed || progress === 0) return;
  const [rows, cols] = model.subject.kernel;
  if (stampPlace) {
    const { cell } = stampPlace;
    const valueAt = (u: number, v: number) => (isCropped(frame, u, v) ? null : (printed.sums[u]?.[v] ?? 0));
    const fit = fitTerms(printed.sums.flat(), cell, printed.decimals);
    const grid = { rows, cols, valueAt, max: outputMax, fit };
    context.globalAlpha = easeInOut(progress);
    paintGrid(context, stampPlace, cell, grid, frame);
    context.globalAlpha = 1;
  }
  if (position.place === 0) return;
  clipTo(context, { x: 0, y: 0, width: layout.width, height: layout.height }, () => {
    for (let u = 0; u < rows; u++)
      for (let v = 0; v < cols; v++)
        if (!isCropped(frame, u, v)) paintStampCell(context, frame, u, v, printed);
  });
}

function paintStampCell(
  context: Context2D,
  frame: ScatterFrame,
  u: number,
  v: number,
  { sums, decimals }: PrintedStamp,
) {
  const { landing, colors, theme, outputMax, position, outputValues, outputAfter, model } = frame;
  const { view } = currentOutput(frame);
  const [row, col] = [landing.rows[u] ?? 0, landing.cols[v] ?? 0];
  const way = easeInOut(Math.min(position.place / ARRIVED, 1));
  const box = mixRects(stampCellBox(frame, u, v), cellBox(view, view.cell, row, col), way);
  if (position.place < 1) {
    const sum = sums[u]?.[v] ?? 0;
    const at = row * model.subject.output[1] + col;
    const adds = way === 1 && firstStampIndex(model, row, col) < position.window;
    const fit = fitTerms([sum], box.width, decimals);
    const text = adds
      ? addedText(outputValues?.[at] ?? 0, outputAfter?.[at] ?? 0, outputFit(frame, view.cell).decimals)
      : formatNumber(sum, decimals);
    const font = adds ? Math.min((box.width - 4) / (0.58 * text.length), 26) : fit.font;
    context.font = cssFont(Math.max(font, 10), adds ? 600 : 400);
    const value = adds ? (outputAfter?.[at] ?? 0) : sum;
    paintCell(context, box, value, outputMax, fit.readable ? text : '', theme);
  }
  frameCells(context, box, box.width, colors.accent, box.width < 6 ? 1 : 2.5, 0);
}

/** `2.29+0.21`: of a cell as it is printed before and after. */
function addedText(before: number, after: number, decimals: number) {
  const from = roundTo(before, decimals);
  const added = formatNumber(roundTo(after, decimals) - from, decimals);
  return `${formatNumber(from, decimals)}${added.startsWith(MINUS) ? '' : '+'}${added}`;
}

/** Where a cell of the stamp starts: in the summed stamp, or in the last channel's products. */
function stampCellBox({ stampPlace, rows }: ScatterFrame, u: number, v: number) {
  const lane = rows.filter(({ index }) => index >= 0).at(-1)?.lane;
  const from = stampPlace ?? (lane && { ...lane.products, cell: lane.cell }) ?? { x: 0, y: 0, cell: 10 };
  return cellBox(from, from.cell, u, v);
}

function mixRects(from: Rect, to: Rect, share: number): Rect {
  const mix = (a: number, b: number) => a + (b - a) * share;
  return {
    x: mix(from.x, to.x),
    y: mix(from.y, to.y),
    width: mix(from.width, to.width),
    height: mix(from.height, to.height),
  };
}
