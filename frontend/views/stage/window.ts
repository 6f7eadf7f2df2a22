/** The window of a step on an input channel: its frame, borrowed padding, the loupe, the tap at work. */

import { isContiguous } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { frameCells, strokeLine, strokeRoundedRect } from '../shared/drawing.ts';
import { paintGrid } from '../shared/grid.ts';
import { cellRect, centerOf, clamp, growRect } from '../shared/rects.ts';
import { charactersIn, decimalsThatFit } from '../shared/text_fit.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import { rectInSlot } from './layout.ts';

/** Paints one frame round touching taps, a frame a tap where they are apart. */
export function paintWindow(context: Context2D, frame: ChannelFrame, { slot }: ChannelRow) {
  const { window, inputView, layout, colors } = frame;
  const { cell } = inputView;
  const origin = rectInSlot(layout, inputView, slot);
  const [rows, cols] = [finite(window.rows), finite(window.cols)];
  if (rows.length === 0 || cols.length === 0) return;
  if (isContiguous(rows) && isContiguous(cols)) {
    const rect = cellRect(origin, cell, Math.min(...rows), Math.min(...cols), rows.length, cols.length);
    frameCells(context, rect, cell, colors.accent, cell < 6 ? 1.5 : 3);
    return;
  }
  for (const row of rows)
    for (const col of cols)
      frameCells(context, cellRect(origin, cell, row, col), cell, colors.accent, cell < 6 ? 1 : 2.5);
}

function finite(line: number[]) {
  return line.filter(Number.isFinite);
}

/** Paints a curve from each padding cell under the window to the cell whose value it borrows. */
export function paintBorrowedPadding(context: Context2D, frame: StageFrame, { slot }: ChannelRow) {
  const { model, targetWindow, inputView, layout, colors } = frame;
  const { plane, rowSources, colSources, summary } = model;
  const borrows = ['reflect', 'replicate', 'circular'].includes(summary.operation.padding_mode ?? '');
  if (!borrows || inputView.cell < 8) return;
  const origin = rectInSlot(layout, inputView, slot);
  const center = (row: number, col: number) => centerOf(cellRect(origin, inputView.cell, row, col));
  context.strokeStyle = colors.muted;
  context.lineWidth = 1.2;
  for (const row of targetWindow.rows) {
    for (const col of targetWindow.cols) {
      const from = center(row, col);
      const to = center((rowSources[row] ?? -1) + plane.top, (colSources[col] ?? -1) + plane.left);
      const [dx, dy] = [to.x - from.x, to.y - from.y];
      if (Math.hypot(dx, dy) < 1) continue;
      context.beginPath();
      context.moveTo(from.x, from.y);
      const bend = { x: (from.x + to.x) / 2 + dy * 0.2, y: (from.y + to.y) / 2 - dx * 0.2 };
      context.quadraticCurveTo(bend.x, bend.y, to.x, to.y);
      context.stroke();
      context.beginPath();
      context.arc(to.x, to.y, 2, 0, 7);
      context.stroke();
    }
  }
}

/** Paints the window enlarged, and lines to it from the input. */
export function paintLoupe(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, colors, step, model } = frame;
  const rect = rectInSlot(layout, layout.loupeRect, row.slot);
  paintLoupeLines(context, frame, row.slot, rect);
  if (step && row.index >= 0) {
    const patch = step.patchOf(row.index);
    const [rows, cols] = model.subject.kernel;
    const decimals = decimalsThatFit(patch, charactersIn(layout.loupeCell));
    const valueAt = (i: number, j: number) => {
      const [u, v] = displayedTap(model, i, j);
      return step.hasInput(u, v) ? (patch[u * cols + v] ?? 0) : null;
    };
    const grid = { rows, cols, valueAt, max: model.inputMax, decimals };
    paintGrid(context, rect, layout.loupeCell, grid, frame);
  }
  strokeRoundedRect(context, growRect(rect, 1), 4, colors.accent, 2);
}

function paintLoupeLines(context: Context2D, frame: StageFrame, slot: number, loupe: Rect) {
  const { layout, colors, window, inputView } = frame;
  const { cell } = inputView;
  const place = rectInSlot(layout, layout.input, slot);
  const input = rectInSlot(layout, inputView, slot);
  const [rows, cols] = [finite(window.rows), finite(window.cols)];
  if (rows.length === 0 || cols.length === 0) return;
  const right = Math.min(input.x + (Math.max(...cols, 0) + 1) * cell, place.x + place.width);
  const edge = (row: number) => clamp(input.y + row * cell, place.y, place.y + place.height);
  context.strokeStyle = colors.accent;
  context.lineWidth = 1;
  context.globalAlpha = 0.4;
  strokeLine(context, right, edge(Math.min(...rows)), loupe.x, loupe.y);
  strokeLine(context, right, edge(Math.max(...rows) + 1), loupe.x, loupe.y + loupe.height);
  context.globalAlpha = 1;
}

/** Marks the input cell, the kernel cell and the product at work, where time runs product by product. */
export function paintActiveTap(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { layout, model, window, colors, position, inputView, granularity } = frame;
  const [kH, kW] = model.subject.kernel;
  const k = Math.ceil(row.products) - 1;
  if (granularity !== 'product' || !row.active || k < 0 || position.products === 0 || row.sum > 0) return;
  const [u, v] = [Math.floor(k / kW), k % kW];
  if (u >= kH) return;
  const rectIn = (grid: Rect, cell: number, tapRow: number, tapCol: number) =>
    cellRect(rectInSlot(layout, grid, row.slot), cell, tapRow, tapCol);
  const mark = (rect: Rect) => frameCells(context, rect, rect.width, colors.accent, 2.5, 0);
  const [inputRow = NaN, inputCol = NaN] = [window.rows[u], window.cols[v]];
  if (Number.isFinite(inputRow + inputCol)) {
    const rect = rectIn(inputView, inputView.cell, inputRow, inputCol);
    context.fillStyle = colors.accent;
    context.globalAlpha = 0.25;
    context.fillRect(rect.x, rect.y, rect.width, rect.height);
    context.globalAlpha = 1;
    mark(rect);
  }
  const tap = displayedTap(model, u, v);
  if (layout.loupe) mark(rectIn(layout.loupeRect, layout.loupeCell, ...tap));
  if (model.weight) mark(rectIn(layout.kernel, layout.kernelCell, ...tap));
  mark(rectIn(layout.products, layout.kernelCell, ...tap));
}
