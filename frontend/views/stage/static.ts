/** What stands still while time runs: headings, input channels, kernel slices, empty places. */

import { colorScale, textColor } from '../../model/color.ts';
import { weightOffset } from '../../model/geometry.ts';
import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { BitmapCache } from '../shared/canvas.ts';
import type { Context2D } from '../shared/drawing.ts';
import {
  clearCanvas,
  cssFont,
  fillRoundedRect,
  paintCenteredText,
  paintOutline,
  paintText,
  strokeRoundedRect,
} from '../shared/drawing.ts';
import type { CellGrid } from '../shared/grid.ts';
import { cellBox, paintCell, paintEmptyGrid, paintGrid } from '../shared/grid.ts';
import { centerOf } from '../shared/rects.ts';
import { charactersIn, decimalsThatFit, fontSizeIn, READABLE_CELL } from '../shared/text_fit.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import { STACK_STEP } from './columns.ts';
import type { StageFrame } from './frame.ts';
import { paintHeading, paintInputHeading, paintKernelHeading, paintOutputHeading } from './headings.ts';
import { paintInputChannel } from './input_channel.ts';
import { rectInSlot } from './layout.ts';

export function paintStatic(context: Context2D, frame: StageFrame, bitmaps: BitmapCache) {
  const { layout, model, colors } = frame;
  clearCanvas(context, frame);
  paintHeadings(context, frame);
  for (const row of frame.rows) {
    paintChannelRow(context, frame, row, bitmaps);
    if (row.index < 0) continue;
    paintSigma(context, frame, row.slot);
    for (const rect of model.weight ? [layout.sum, layout.running] : [layout.sum])
      strokeRoundedRect(context, rectInSlot(layout, rect, row.slot), 6, colors.line, 1);
  }
  if (model.weight) strokeRoundedRect(context, frame.totalRect, 6, colors.line, 1);
  paintOutputPlace(context, frame);
}

function paintHeadings(context: Context2D, frame: StageFrame) {
  const { layout, model, t } = frame;
  paintInputHeading(context, frame);
  if (layout.loupe) paintHeading(context, frame, t('stage.window'), layout.loupeRect);
  if (model.weight) paintKernelHeading(context, frame);
  const { kind } = model.summary.operation;
  const [products, sum] =
    kind === 'max_pool2d'
      ? ['values', 'max']
      : kind === 'avg_pool2d'
        ? ['terms', 'mean']
        : ['products', 'sum'];
  paintHeading(context, frame, t(`stage.${products}`), layout.products);
  if (!layout.narrow) paintHeading(context, frame, t(`stage.${sum}`), layout.sum);
  if (!layout.narrow && model.weight) paintHeading(context, frame, t('stage.running'), layout.running);
  paintOutputHeading(context, frame);
}

/** Paints a row as far as the products' places. */
export function paintChannelRow(
  context: Context2D,
  frame: ChannelFrame,
  row: ChannelRow,
  bitmaps: BitmapCache,
) {
  const { layout, colors, model } = frame;
  context.globalAlpha = row.index < 0 ? 0.5 : 1;
  paintInputChannel(context, frame, row, bitmaps);
  const { x, y, height } = rectInSlot(layout, layout.input, row.slot);
  const label = layout.narrow ? String(row.channel) : `c=${row.channel}`;
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.fontSize - 1);
  paintText(context, label, 'right', x - 7, y + height / 2, 27);
  context.globalAlpha = 1;
  if (row.index < 0) return;
  if (layout.loupe) paintEmptyTaps(context, frame, layout.loupeRect, row.slot);
  if (model.weight) paintKernel(context, frame, row);
  paintEmptyTaps(context, frame, layout.products, row.slot);
  context.fillStyle = colors.muted;
  context.font = cssFont(layout.narrow ? 14 : 20);
  const signY = layout.signs.y + row.slot * layout.rowHeight;
  if (model.weight) paintCenteredText(context, '×', layout.signs.times, signY);
  paintCenteredText(context, model.weight ? '=' : '→', layout.signs.equals, signY);
}

/** Paints the places of numbers to come. */
function paintEmptyTaps(
  context: Context2D,
  { model, layout, colors }: ChannelFrame,
  rect: Rect,
  slot: number,
) {
  const place = rectInSlot(layout, rect, slot);
  if (layout.kernelCell < READABLE_CELL) paintOutline(context, place, colors.line);
  else paintEmptyGrid(context, place, layout.kernelCell, model.subject.kernel, colors);
}

function paintSigma(context: Context2D, { layout, model }: StageFrame, slot: number) {
  const largest = model.summary.operation.kind === 'max_pool2d';
  if (largest) context.font = cssFont(13);
  const y = layout.sigmaY + slot * layout.rowHeight;
  paintCenteredText(context, largest ? 'max' : 'Σ', layout.signs.sigma, y);
}

/** Paints the empty output, with the other output channels behind it. */
export function paintOutputPlace(context: Context2D, frame: ChannelFrame) {
  const { layout, colors, model, outputView } = frame;
  const { output, outputCell } = layout;
  for (let k = layout.stackCount; k > 0; k--) {
    const card = { ...output, x: output.x + k * STACK_STEP, y: output.y - k * STACK_STEP };
    fillRoundedRect(context, card, 3, colors.soft);
    strokeRoundedRect(context, card, 6, colors.line, 1);
  }
  context.fillStyle = colors.paper;
  context.fillRect(output.x, output.y, output.width, output.height);
  const zoomed = outputView.cell !== outputCell;
  if (!zoomed) paintOutputPadding(context, frame);
  if (outputCell < READABLE_CELL || zoomed) paintOutline(context, output, colors.line);
  else paintEmptyGrid(context, output, outputCell, model.subject.output, colors);
}

/** Paints bars beside the rows and columns that output_padding adds. */
function paintOutputPadding(context: Context2D, { layout, model, colors }: ChannelFrame) {
  const [rows, cols] = model.summary.operation.output_padding ?? [0, 0];
  if (rows + cols === 0) return;
  const { output, outputCell: cell, narrow, height } = layout;
  const [right, bottom] = [output.x + output.width, output.y + output.height];
  context.fillStyle = colors.accent;
  if (rows > 0) context.fillRect(output.x - 8, bottom - rows * cell + 1, 4, rows * cell - 2);
  if (cols > 0) context.fillRect(right - cols * cell + 1, bottom + 4, cols * cell - 2, 4);
  if (bottom + 26 > height) return;
  context.font = cssFont(narrow ? 11 : 12.5);
  context.textAlign = 'right';
  context.textBaseline = 'top';
  context.fillText('output_padding', right, bottom + 12);
}

function paintKernel(context: Context2D, frame: ChannelFrame, { slot, channel }: ChannelRow) {
  const { layout, model, position } = frame;
  const [rows, cols] = model.subject.kernel;
  const offset = weightOffset(model.summary, position.outChannel, channel);
  const data = model.weight?.data ?? [];
  const decimals = decimalsThatFit(data, charactersIn(layout.kernelCell));
  const valueAt = (i: number, j: number) => {
    const [u, v] = displayedTap(model, i, j);
    return data[offset + u * cols + v] ?? 0;
  };
  const grid = { rows, cols, valueAt, max: model.weightMax, decimals };
  const rect = rectInSlot(layout, layout.kernel, slot);
  if (frame.kernelTurn < 1) paintTurningKernel(context, frame, rect, grid);
  else paintGrid(context, rect, layout.kernelCell, grid, frame);
}

/** Paints the kernel turning about its center; its numbers stay upright. */
function paintTurningKernel(
  context: Context2D,
  { kernelTurn, layout: { kernelCell: cell }, theme }: ChannelFrame,
  rect: Rect,
  { rows, cols, valueAt, max, decimals }: CellGrid,
) {
  const angle = (1 - easeInOut(kernelTurn)) * Math.PI;
  const center = centerOf(rect);
  context.font = cssFont(fontSizeIn(cell, decimals === 0));
  for (let i = 0; i < rows; i++)
    for (let j = 0; j < cols; j++) {
      const value = valueAt(i, j) ?? 0;
      context.save();
      context.translate(center.x, center.y);
      context.rotate(-angle);
      context.translate((j + 0.5) * cell - rect.width / 2, (i + 0.5) * cell - rect.height / 2);
      paintCell(context, cellBox({ x: -cell / 2, y: -cell / 2 }, cell, 0, 0), value, max, '', theme);
      context.rotate(angle);
      context.fillStyle = textColor(colorScale(theme), value, max);
      if (cell >= READABLE_CELL) paintCenteredText(context, formatNumber(value, decimals), 0, 0, cell - 4);
      context.restore();
    }
}
