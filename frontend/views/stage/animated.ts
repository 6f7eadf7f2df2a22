/** What time moves, in two layers: what is finished for a while, and what is moving. */

import { averageDivisorAt } from '../../model/geometry.ts';
import type { LedgerLine } from '../../model/ledger.ts';
import { isAtRest } from '../../model/timeline.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, paintCenteredText, strokeRoundedRect } from '../shared/drawing.ts';
import { cellBox, makeHeatMap, paintCell, paintEmptyCell, paintGrid, pixelsOf } from '../shared/grid.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { rectInSlot } from './layout.ts';
import { paintRelations } from './relation_highlights.ts';
import { paintBars, paintSum, paintSumArrows, paintTotal } from './sums.ts';
import { paintActiveTap, paintBorrowedPadding, paintLoupe, paintWindow } from './window.ts';

export function paintFinished(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  paintFinishedOutput(context, frame, bitmaps);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, true);
  if (frame.layout.bars) paintBars(context, frame, frame.layout.bars);
  paintTotal(context, frame, true);
}

export function paintAnimated(context: Context2D, frame: StageFrame) {
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, false);
  paintTotal(context, frame, false);
  paintRelations(context, frame);
}

/** Paints what of a row is finished, or what moves. */
function paintRow(context: Context2D, frame: StageFrame, row: ChannelRow, finished: boolean) {
  const { layout, ledger, position } = frame;
  if (isAtRest(position.slide) === finished) {
    clipTo(context, rectInSlot(layout, layout.input, row.slot), () => {
      paintWindow(context, frame, row);
      if (position.slide === 1) paintBorrowedPadding(context, frame, row);
    });
    if (layout.loupe) paintLoupe(context, frame, row);
  }
  const line = ledger?.lines[row.index];
  if (!line) return;
  if (finished) paintDivisor(context, frame, row);
  paintProducts(context, frame, row, finished);
  if (!finished) paintActiveTap(context, frame, row);
  paintSums(context, frame, row, line, finished);
  if (finished) paintActiveMark(context, frame, row, 38);
}

function paintSums(
  context: Context2D,
  frame: StageFrame,
  row: ChannelRow,
  line: LedgerLine,
  finished: boolean,
) {
  const { layout, step, model } = frame;
  const { slot, index, active, sum, accumulate } = row;
  if (isAtRest(sum) === finished) {
    const value = step?.channelSums[index] ?? 0;
    paintSum(context, frame, rectInSlot(layout, layout.sum, slot), line.sum, value, sum, active);
  }
  if (model.weight && isAtRest(accumulate) === finished) {
    const value = step?.runningSums[index] ?? 0;
    const rect = rectInSlot(layout, layout.running, slot);
    paintSumArrows(context, frame, row);
    paintSum(context, frame, rect, line.running, value, accumulate, active);
  }
}

/** Marks the row of the channel at work. */
export function paintActiveMark(
  context: Context2D,
  { layout, colors }: ChannelFrame,
  row: ChannelRow,
  distance: number,
) {
  if (!row.active) return;
  const { x, y, height } = rectInSlot(layout, layout.input, row.slot);
  context.fillStyle = colors.accent;
  context.fillRect(layout.narrow ? 0 : x - distance, y, 3, height);
}

/** Paints what average pooling divides each value by, over the arrow to its terms. */
function paintDivisor(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, colors, model } = frame;
  const divisor = averageDivisorAt(model, frame.row, frame.col);
  if (divisor === null || row.products === 0) return;
  context.fillStyle = colors.text;
  context.font = cssFont(layout.fontSize, 600);
  const y = layout.signs.y + row.slot * layout.rowHeight - layout.fontSize - 6;
  paintCenteredText(context, `÷ ${divisor}`, layout.signs.equals, y, 44);
}

function paintProducts(context: Context2D, frame: StageFrame, row: ChannelRow, finished: boolean) {
  const { layout, model, step, ledger, theme, colors } = frame;
  const selected = step?.selected;
  // While the largest value is being chosen, the others fade.
  const finishedCount = selected && !isAtRest(row.sum) ? 0 : Math.floor(row.products);
  const [begin, end] = finished ? [0, finishedCount] : [finishedCount, Math.ceil(row.products)];
  if (begin === end) return;
  const cell = layout.kernelCell;
  const rect = rectInSlot(layout, layout.products, row.slot);
  const products = step?.productsOf(row.index);
  const terms = ledger?.lines[row.index]?.terms ?? [];
  const cols = model.subject.kernel[1];
  const max = model.weight ? model.inputMax * model.weightMax : model.inputMax;
  const readable = cell >= READABLE_CELL;
  context.font = cssFont(fontSizeIn(cell, ledger?.whole));
  for (let k = begin; k < end; k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const box = cellBox(rect, cell, ...displayedTap(model, u, v));
    const notSelected = selected && (selected[0] !== u || selected[1] !== v);
    const { empty = false, product = '' } = terms[k] ?? {};
    context.globalAlpha = Math.min(1, row.products - k) * (notSelected ? 1 - 0.65 * row.sum : 1);
    const hasProduct = !empty || (model.weight && !model.subject.gathered);
    if (hasProduct) paintCell(context, box, products?.[k] ?? 0, max, readable ? product : '', theme);
    if (readable && empty) paintEmptyCell(context, box, colors);
  }
  context.globalAlpha = 1;
  if (selected && row.sum > 0)
    strokeRoundedRect(context, cellBox(rect, cell, ...selected), 4, colors.accent, 3);
}

/** Paints the finished cells: part of one bitmap, or numbers where the output is zoomed. */
function paintFinishedOutput(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { layout, output, placedCount, model, outputView } = frame;
  const { x, y, width, height, cell } = outputView;
  if (!output || placedCount === 0) return;
  if (cell >= READABLE_CELL && cell !== layout.outputCell) {
    paintZoomedOutput(context, frame, output.data);
    return;
  }
  const [rows, cols] = model.subject.output;
  const bitmap = outputBitmap(frame, output.data, bitmaps);
  const pixels = bitmap.width / cols;
  context.imageSmoothingEnabled = bitmap.width > width && rows > height;
  const copy = (row: number, rowCount: number, colCount: number) => {
    const source = [0, row * pixels, colCount * pixels, rowCount * pixels] as const;
    context.drawImage(bitmap, ...source, x, y + row * cell, colCount * cell, rowCount * cell);
  };
  const wholeRows = Math.floor(placedCount / cols);
  const rest = placedCount % cols;
  const paint = () => {
    if (wholeRows > 0) copy(0, wholeRows, cols);
    if (rest > 0) copy(wholeRows, 1, rest);
  };
  clipTo(context, layout.output, paint, 0);
}

function paintZoomedOutput(context: Context2D, frame: StageFrame, data: ArrayLike<number>) {
  const { layout, model, outputView, placedCount, outputMax } = frame;
  const [rows, cols] = model.subject.output;
  const decimals = decimalsThatFit([outputMax, -outputMax / 3], charactersIn(outputView.cell));
  const valueAt = (row: number, col: number) =>
    row * cols + col < placedCount ? (data[row * cols + col] ?? 0) : null;
  const grid = { rows, cols, valueAt, max: outputMax, decimals };
  clipTo(context, layout.output, () =>
    paintGrid(context, outputView, outputView.cell, grid, frame, layout.output),
  );
}

function outputBitmap(frame: StageFrame, data: ArrayLike<number>, bitmaps: BitmapCache) {
  const { model, position, theme, ratio, outputMax } = frame;
  const { outputCell: cell, output } = frame.layout;
  const [rows, cols] = model.subject.output;
  const readable = cell >= READABLE_CELL;
  const size = readable ? `${cell}x${ratio}` : 'heat';
  return bitmaps.get(`${model.summary.id}/Y${position.outChannel}/${theme}/${outputMax}/${size}`, () => {
    const valueAt = (row: number, col: number) => data[row * cols + col] ?? 0;
    if (!readable) return makeHeatMap(rows, cols, pixelsOf({ valueAt, max: outputMax }, theme));
    const canvas = document.createElement('canvas');
    canvas.width = cols * cell * ratio;
    canvas.height = rows * cell * ratio;
    const context = canvas.getContext('2d') as Context2D;
    context.scale(ratio, ratio);
    const grid = { rows, cols, valueAt, max: outputMax, decimals: decimalsThatFit(data, charactersIn(cell)) };
    paintGrid(context, { ...output, x: 0, y: 0 }, cell, grid, frame);
    return canvas;
  });
}
