/**
 * What time moves: the window on every channel, products, sums, the value on its way into the output. Of all
 * that, what has come to stand is painted apart from what is on its way.
 */

import { colorScale, pixelColor } from '../../model/color.ts';
import { averageDivisorAt } from '../../model/geometry.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import {
  cellBox,
  clipTo,
  cssFont,
  makeHeatMap,
  paintCell,
  paintCenteredText,
  paintEmptyCell,
  paintGrid,
  traceRoundedRect,
} from '../shared/grid.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { displayedTap, isAtRest } from './frame.ts';
import { rectInSlot } from './layout.ts';
import { paintArrow, paintBars, paintSum, paintTotal } from './sums.ts';
import { paintActiveTap, paintBorrowedPadding, paintLoupe, paintWindow } from './window.ts';

/** What has come to stand. */
export function paintFinished(context: CanvasRenderingContext2D, frame: StageFrame, bitmaps: BitmapCache) {
  paintPlaced(context, frame, bitmaps);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, true);
  if (frame.layout.bars) paintBars(context, frame, frame.layout.bars);
  paintTotal(context, frame, true);
}

/** What is on its way, over what stands. */
export function paintAnimated(context: CanvasRenderingContext2D, frame: StageFrame) {
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row, false);
  paintTotal(context, frame, false);
}

/** The output cells that stand: a part of the finished picture. */
function paintPlaced(context: CanvasRenderingContext2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { layout: at, output, placedCount, model, outputView } = frame;
  if (!output || placedCount === 0) return;
  const [height, cols] = model.subject.output;
  if (outputView.cell >= READABLE_CELL && outputView.cell !== at.outputCell) {
    paintEnlarged(context, frame, output.data);
    return;
  }
  const picture = outputPicture(frame, bitmaps);
  const unit = picture.width / cols;
  const rows = Math.floor(placedCount / cols);
  const rest = placedCount % cols;
  context.imageSmoothingEnabled = picture.width > outputView.width && height > outputView.height;
  const blit = (i: number, lines: number, width: number) =>
    context.drawImage(
      picture,
      0,
      i * unit,
      width * unit,
      lines * unit,
      outputView.x,
      outputView.y + i * outputView.cell,
      width * outputView.cell,
      lines * outputView.cell,
    );
  clipTo(
    context,
    at.output,
    () => {
      if (rows > 0) blit(0, rows, cols);
      if (rest > 0) blit(rows, 1, rest);
    },
    0,
  );
}

/** Zoomed in until the numbers can be read. */
function paintEnlarged(
  context: CanvasRenderingContext2D,
  { layout: at, model, outputView, placedCount, outputMax, theme, colors }: StageFrame,
  data: ArrayLike<number>,
) {
  const [rows, cols] = model.subject.output;
  const decimals = decimalsThatFit([outputMax, -outputMax / 3], charactersIn(outputView.cell));
  const value = (i: number, j: number) => (i * cols + j < placedCount ? (data[i * cols + j] ?? 0) : null);
  const grid = { rows, cols, at: value, max: outputMax, decimals };
  clipTo(context, at.output, () =>
    paintGrid(context, outputView, outputView.cell, grid, colorScale(theme), colors, at.output),
  );
}

function outputPicture(frame: StageFrame, bitmaps: BitmapCache) {
  const { layout: at, model, position, theme, ratio } = frame;
  const [rows, cols] = model.subject.output;
  const readable = at.outputCell >= READABLE_CELL;
  const size = readable ? `${at.outputCell}x${ratio}` : 'heat';
  const key = `${model.summary.id}/Y${position.outChannel}/${theme}/${frame.outputMax}/${size}`;
  return bitmaps.get(key, () => {
    const data = frame.output?.data ?? [];
    const palette = colorScale(theme);
    const value = (i: number, j: number) => data[i * cols + j] ?? 0;
    if (!readable)
      return makeHeatMap(rows, cols, (i, j) => pixelColor(palette, value(i, j), frame.outputMax));
    const canvas = document.createElement('canvas');
    canvas.width = cols * at.outputCell * ratio;
    canvas.height = rows * at.outputCell * ratio;
    const context = canvas.getContext('2d') as CanvasRenderingContext2D;
    context.scale(ratio, ratio);
    const decimals = decimalsThatFit(data, charactersIn(at.outputCell));
    paintGrid(
      context,
      { x: 0, y: 0, width: at.output.width, height: at.output.height },
      at.outputCell,
      { rows, cols, at: value, max: frame.outputMax, decimals },
      palette,
      frame.colors,
    );
    return canvas;
  });
}

/** standing: what stands, or what is on its way. */
function paintRow(context: CanvasRenderingContext2D, frame: StageFrame, row: ChannelRow, standing: boolean) {
  const { layout: at, colors, printed, position } = frame;
  const place = rectInSlot(at, at.input, row.slot);
  const input = rectInSlot(at, frame.inputView, row.slot);
  if (isAtRest(position.slide) === standing) {
    clipTo(context, place, () => {
      paintWindow(context, frame, frame.window, input, frame.inputView.cell);
      if (position.slide === 1) paintBorrowedPadding(context, frame, input);
    });
    if (at.loupe) paintLoupe(context, frame, row, input, place);
  }
  const line = printed?.lines[row.index];
  if (!line) return;
  if (standing) paintDivisor(context, frame, row);
  paintProducts(context, frame, row, standing);
  if (!standing) paintActiveTap(context, frame, row, input);
  if (isAtRest(row.sum) === standing) {
    paintSum(
      context,
      frame,
      rectInSlot(at, at.sum, row.slot),
      line.sum,
      frame.step?.channelSums[row.index] ?? 0,
      easeInOut(row.sum),
      row.active && row.sum > 0,
    );
  }
  if (frame.model.weight && isAtRest(row.accumulate) === standing) {
    paintArrow(context, frame, row);
    paintSum(
      context,
      frame,
      rectInSlot(at, at.running, row.slot),
      line.running,
      frame.step?.runningSums[row.index] ?? 0,
      easeInOut(row.accumulate),
      row.active && row.accumulate > 0,
    );
  }
  if (row.active && standing) {
    context.fillStyle = colors.accent;
    context.fillRect(at.narrow ? 0 : at.input.x - 38, place.y, 3, place.height);
  }
}

/** What average pooling divides each value by, over the arrow to its terms. */
function paintDivisor(
  context: CanvasRenderingContext2D,
  { layout: at, colors, model, row: i, col: j }: StageFrame,
  row: ChannelRow,
) {
  const divisor = averageDivisorAt(model, i, j);
  if (divisor === null || row.products === 0) return;
  context.fillStyle = colors.text;
  context.font = cssFont(at.type, 600);
  paintCenteredText(
    context,
    `÷ ${divisor}`,
    at.signs.equals,
    at.signs.y + row.slot * at.rowHeight - at.type - 6,
    44,
  );
}

function paintProducts(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  row: ChannelRow,
  standing: boolean,
) {
  const { layout: at, model, step, printed, theme, colors } = frame;
  // While one of them is being chosen, the others fade.
  const stood = step?.selected && !isAtRest(row.sum) ? 0 : Math.floor(row.products);
  const [begin, end] = standing ? [0, stood] : [stood, Math.ceil(row.products)];
  if (begin === end) return;
  const rect = rectInSlot(at, at.products, row.slot);
  const products = step?.productsOf(row.index);
  const terms = printed?.lines[row.index]?.terms ?? [];
  const cols = model.subject.kernel[1];
  const palette = colorScale(theme);
  const max = model.weight ? model.inputMax * model.weightMax : model.inputMax;
  const readable = at.kernelCell >= READABLE_CELL;
  context.font = cssFont(fontSizeIn(at.kernelCell, printed?.whole));
  for (let k = begin; k < end; k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const box = cellBox(rect, at.kernelCell, ...displayedTap(model, u, v));
    const lost = step?.selected && (step.selected[0] !== u || step.selected[1] !== v);
    context.globalAlpha = Math.min(1, row.products - k) * (lost ? 1 - 0.65 * row.sum : 1);
    if (terms[k]?.empty && (!model.weight || model.subject.gathered)) {
      if (readable) paintEmptyCell(context, box, colors);
      continue;
    }
    paintCell(context, box, products?.[k] ?? 0, max, readable ? (terms[k]?.product ?? '') : '', palette);
    if (readable && terms[k]?.empty) paintEmptyCell(context, box, colors);
  }
  context.globalAlpha = 1;
  if (step?.selected && row.sum > 0)
    paintWinner(context, frame, cellBox(rect, at.kernelCell, ...step.selected));
}

function paintWinner(context: CanvasRenderingContext2D, { colors }: StageFrame, box: Rect) {
  context.strokeStyle = colors.accent;
  context.lineWidth = 3;
  traceRoundedRect(context, box, 4);
  context.stroke();
}
