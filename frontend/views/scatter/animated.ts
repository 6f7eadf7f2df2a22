/** The input cell, its products with the kernel, and the stamp on its way onto the output. */

import { formatNumber } from '../../model/numbers.ts';
import { easeInOut } from '../../model/timeline.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, cssFont, frameCells, strokeLine, strokeRoundedRect } from '../shared/drawing.ts';
import { cellBox, paintCell, paintEmptyCell, paintGrid } from '../shared/grid.ts';
import { centerOf, growRect } from '../shared/rects.ts';
import {
  charactersIn,
  decimalsInCells,
  decimalsThatFit,
  fontSizeIn,
  READABLE_CELL,
} from '../shared/text_fit.ts';
import { paintActiveMark } from '../stage/animated.ts';
import type { ChannelRow } from '../stage/channel_frame.ts';
import { lastVisibleSlot } from '../stage/channel_frame.ts';
import { rectInSlot } from '../stage/layout.ts';
import { paintRelations } from '../stage/relation_highlights.ts';
import { paintWindow } from '../stage/window.ts';
import type { ScatterFrame } from './frame.ts';
import { firstStampIndex } from './frame.ts';

/** The share of a stamp's way after which it lies on the output, and the sums are written. */
const ARRIVED = 0.6;

export function paintAnimated(context: Context2D, frame: ScatterFrame) {
  paintOutput(context, frame);
  for (const row of frame.rows) if (row.index >= 0) paintRow(context, frame, row);
  paintStamp(context, frame);
  paintRelations(context, frame);
}

/** Paints the output at this time; cells that wait for their first stamp are left empty. */
function paintOutput(context: Context2D, frame: ScatterFrame) {
  const { layout, model, outputView, outputValues, position, outputMax } = frame;
  if (!outputValues) return;
  const [rows, cols] = model.subject.output;
  const stamped = position.window + (position.place === 1 ? 1 : 0);
  const valueAt = (row: number, col: number) => {
    const first = firstStampIndex(model, row, col);
    return first < stamped || first === Infinity ? (outputValues[row * cols + col] ?? 0) : null;
  };
  const grid = { rows, cols, valueAt, max: outputMax, decimals: outputDecimals(frame) };
  clipTo(context, layout.output, () =>
    paintGrid(context, outputView, outputView.cell, grid, frame, layout.output),
  );
}

function outputDecimals({ output, outputMax, outputView: { cell } }: ScatterFrame) {
  const low = -outputMax / 3;
  return decimalsInCells(output?.data ?? [outputMax, low], low, outputMax, cell);
}

function paintRow(context: Context2D, frame: ScatterFrame, row: ChannelRow) {
  const { layout, stamp } = frame;
  clipTo(context, rectInSlot(layout, layout.input, row.slot), () => paintWindow(context, frame, row));
  paintActiveMark(context, frame, row, 34);
  if (!stamp) return;
  paintValue(context, frame, row, stamp.values[row.index] ?? 0);
  paintProducts(context, frame, row, stamp.products[row.index] ?? []);
}

function paintProducts(context: Context2D, frame: ScatterFrame, row: ChannelRow, products: number[][]) {
  const { layout, colors, model, theme } = frame;
  const { kernelCell: cell } = layout;
  const cols = model.subject.kernel[1];
  const rect = rectInSlot(layout, layout.products, row.slot);
  const readable = cell >= READABLE_CELL;
  const decimals = decimalsThatFit(products.flat(), charactersIn(cell));
  context.font = cssFont(fontSizeIn(cell, decimals === 0));
  for (let k = 0; k < Math.ceil(row.products); k++) {
    const [u, v] = [Math.floor(k / cols), k % cols];
    const value = products[u]?.[v] ?? 0;
    const box = cellBox(rect, cell, u, v);
    const text = readable ? formatNumber(value, decimals) : '';
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
function paintValue(context: Context2D, frame: ScatterFrame, { slot }: ChannelRow, value: number) {
  const { layout, colors, inputView, model, theme, position } = frame;
  const rect = rectInSlot(layout, frame.valueRect, slot);
  if (position.slide === 1) {
    const { x, y, cell } = rectInSlot(layout, inputView, slot);
    const from = Math.min(x + (frame.col + 1) * cell, layout.input.x + layout.input.width);
    context.strokeStyle = colors.accent;
    context.lineWidth = 1;
    context.globalAlpha = 0.5;
    strokeLine(context, from, y + (frame.row + 0.5) * cell, rect.x - 2, centerOf(rect).y);
    context.globalAlpha = 1;
  }
  const decimals = decimalsThatFit([value], charactersIn(rect.width));
  context.font = cssFont(fontSizeIn(rect.width, decimals === 0));
  paintCell(context, rect, value, model.inputMax, formatNumber(value, decimals), theme);
  strokeRoundedRect(context, growRect(rect, 1), 4, colors.accent, 2);
}

/** Paints the channels' stamps added up, on their way, and what they are added to. */
function paintStamp(context: Context2D, frame: ScatterFrame) {
  const { layout, model, stamp, position, stampRect, outputMax } = frame;
  const progress = Math.max(position.bias, position.place);
  if (!stamp || progress === 0) return;
  const [rows, cols] = model.subject.kernel;
  if (stampRect) {
    const decimals = decimalsThatFit(stamp.sums.flat(), charactersIn(layout.kernelCell));
    const valueAt = (u: number, v: number) => stamp.sums[u]?.[v] ?? 0;
    context.globalAlpha = easeInOut(progress);
    paintGrid(
      context,
      stampRect,
      layout.kernelCell,
      { rows, cols, valueAt, max: outputMax, decimals },
      frame,
    );
    context.globalAlpha = 1;
  }
  if (position.place === 0) return;
  clipTo(context, { x: 0, y: 0, width: layout.width, height: layout.height }, () => {
    for (let u = 0; u < rows; u++)
      for (let v = 0; v < cols; v++)
        if (!isCropped(frame, u, v)) paintStampCell(context, frame, u, v, stamp.sums[u]?.[v] ?? 0);
  });
}

function paintStampCell(context: Context2D, frame: ScatterFrame, u: number, v: number, added: number) {
  const { outputView, landing, colors, theme, outputMax, position, outputValues, model } = frame;
  const [row, col] = [landing.rows[u] ?? 0, landing.cols[v] ?? 0];
  const way = easeInOut(Math.min(position.place / ARRIVED, 1));
  const box = mixRects(stampCellBox(frame, u, v), cellBox(outputView, outputView.cell, row, col), way);
  if (position.place < 1) {
    const before = outputValues?.[row * model.subject.output[1] + col] ?? 0;
    const decimals = outputDecimals(frame);
    const adds = way === 1 && firstStampIndex(model, row, col) < position.window;
    const sum = `${formatNumber(before, decimals)}${added < 0 ? '' : '+'}${formatNumber(added, decimals)}`;
    const text = adds ? sum : formatNumber(added, decimals);
    context.font = adds
      ? cssFont(Math.min(fontSizeIn(box.width) * 0.85, 26), 600)
      : cssFont(fontSizeIn(box.width, decimals === 0));
    const readable = box.width >= READABLE_CELL;
    paintCell(context, box, adds ? before + added : added, outputMax, readable ? text : '', theme);
  }
  frameCells(context, box, box.width, colors.accent, box.width < 6 ? 1 : 2.5, 0);
}

/** Where a cell of the stamp starts: in the summed stamp, or in the last channel's products. */
function stampCellBox({ layout, stampRect, firstChannel, inChannels }: ScatterFrame, u: number, v: number) {
  const slot = lastVisibleSlot(layout, firstChannel, inChannels);
  return cellBox(stampRect ?? rectInSlot(layout, layout.products, slot), layout.kernelCell, u, v);
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
