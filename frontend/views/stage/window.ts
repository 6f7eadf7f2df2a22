/**
 * The window of a step on an input channel: its frame, what padding borrows, the loupe beside it, the tap at
 * work.
 */

import { colorScale } from '../../model/color.ts';
import type { KernelWindow } from '../../model/geometry.ts';
import { isContiguous } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import { paintGrid, traceRoundedRect } from '../shared/grid.ts';
import { charactersIn, decimalsThatFit } from '../shared/text_fit.ts';
import type { ChannelRow, StageFrame } from './frame.ts';
import { displayedTap } from './frame.ts';
import { rectInSlot } from './layout.ts';

/** The window where it really reads: one frame round touching taps, a frame a tap where they are apart. */
export function paintWindow(
  context: CanvasRenderingContext2D,
  { colors }: StageFrame,
  window: KernelWindow,
  rect: Rect,
  cell: number,
) {
  const rows = window.rows.filter((at) => !Number.isNaN(at));
  const cols = window.cols.filter((at) => !Number.isNaN(at));
  if (rows.length === 0 || cols.length === 0) return;
  context.strokeStyle = colors.accent;
  const frameBox = (i: number, j: number, height: number, width: number) => {
    const grow = cell < 6 ? 1.5 : 0;
    traceRoundedRect(
      context,
      {
        x: rect.x + j * cell - grow,
        y: rect.y + i * cell - grow,
        width: width * cell + 2 * grow,
        height: height * cell + 2 * grow,
      },
      Math.min(4, cell / 4),
    );
    context.stroke();
  };
  context.lineWidth = cell < 6 ? 1.5 : 3;
  if (isContiguous(rows) && isContiguous(cols)) {
    frameBox(Math.min(...rows), Math.min(...cols), rows.length, cols.length);
    return;
  }
  context.lineWidth = cell < 6 ? 1 : 2.5;
  for (const i of rows) for (const j of cols) frameBox(i, j, 1, 1);
}

/** From each padding cell under the window to the cell whose value it borrows. */
export function paintBorrowedPadding(
  context: CanvasRenderingContext2D,
  { model, target, inputView: { cell }, colors }: StageFrame,
  rect: Rect,
) {
  const { plane, rowSources, colSources, summary } = model;
  if (cell < 8 || !['reflect', 'replicate', 'circular'].includes(summary.operation.padding_mode ?? ''))
    return;
  const centre = (i: number, j: number) => ({ x: rect.x + (j + 0.5) * cell, y: rect.y + (i + 0.5) * cell });
  context.strokeStyle = colors.muted;
  context.lineWidth = 1.2;
  for (const i of target.rows) {
    for (const j of target.cols) {
      const [from, to] = [
        centre(i, j),
        centre((rowSources[i] ?? -1) + plane.top, (colSources[j] ?? -1) + plane.left),
      ];
      if (Math.hypot(to.x - from.x, to.y - from.y) < 1) continue;
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.quadraticCurveTo(
        (from.x + to.x) / 2 + (to.y - from.y) * 0.2,
        (from.y + to.y) / 2 - (to.x - from.x) * 0.2,
        to.x,
        to.y,
      );
      context.stroke();
      context.beginPath();
      context.arc(to.x, to.y, 2, 0, 7);
      context.stroke();
    }
  }
}

/** The window enlarged. */
export function paintLoupe(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  row: ChannelRow,
  input: Rect,
  place: Rect,
) {
  const { layout: at, colors, step, window, inputView } = frame;
  const rect = rectInSlot(at, at.loupeRect, row.slot);
  const [rows, cols] = [window.rows.filter(Number.isFinite), window.cols.filter(Number.isFinite)];
  const inside = (y: number) => Math.min(Math.max(y, place.y), place.y + place.height);
  const right = Math.min(input.x + (Math.max(...cols, 0) + 1) * inputView.cell, place.x + place.width);
  const top = inside(input.y + Math.min(...rows) * inputView.cell);
  const bottom = inside(input.y + (Math.max(...rows) + 1) * inputView.cell);
  context.strokeStyle = colors.accent;
  context.lineWidth = 1;
  if (rows.length > 0 && cols.length > 0) {
    context.globalAlpha = 0.4;
    context.beginPath();
    context.moveTo(right, top);
    context.lineTo(rect.x, rect.y);
    context.moveTo(right, bottom);
    context.lineTo(rect.x, rect.y + rect.height);
    context.stroke();
    context.globalAlpha = 1;
  }
  if (step && row.index >= 0) {
    const patch = step.patchOf(row.index);
    const [kH, kW] = frame.model.subject.kernel;
    const decimals = decimalsThatFit(patch, charactersIn(at.loupeCell));
    const value = (i: number, j: number) => {
      const [u, v] = displayedTap(frame.model, i, j);
      return step.hasInput(u, v) ? (patch[u * kW + v] ?? 0) : null;
    };
    paintGrid(
      context,
      rect,
      at.loupeCell,
      { rows: kH, cols: kW, at: value, max: frame.model.inputMax, decimals },
      colorScale(frame.theme),
      colors,
    );
  }
  context.strokeStyle = colors.accent;
  context.lineWidth = 2;
  traceRoundedRect(
    context,
    { x: rect.x - 1, y: rect.y - 1, width: rect.width + 2, height: rect.height + 2 },
    4,
  );
  context.stroke();
}

/** In the finest beats: the input cell, the kernel cell and the product at work. */
export function paintActiveTap(
  context: CanvasRenderingContext2D,
  frame: StageFrame,
  row: ChannelRow,
  input: Rect,
) {
  const { layout: at, model, window, colors, position } = frame;
  const [kH, kW] = model.subject.kernel;
  const k = Math.ceil(row.products) - 1;
  if (!frame.labels.tap || !row.active || k < 0 || position.products === 0 || row.sum > 0) return;
  const [u, v] = [Math.floor(k / kW), k % kW];
  if (u >= kH) return;
  context.strokeStyle = colors.accent;
  context.lineWidth = 2.5;
  const mark = (rect: Rect, cell: number, i: number, j: number) => {
    traceRoundedRect(
      context,
      { x: rect.x + j * cell, y: rect.y + i * cell, width: cell, height: cell },
      Math.min(4, cell / 4),
    );
    context.stroke();
  };
  const [i, j] = [window.rows[u] ?? NaN, window.cols[v] ?? NaN];
  const { cell } = frame.inputView;
  if (Number.isFinite(i) && Number.isFinite(j)) {
    context.fillStyle = colors.accent;
    context.globalAlpha = 0.25;
    context.fillRect(input.x + j * cell, input.y + i * cell, cell, cell);
    context.globalAlpha = 1;
    mark(input, cell, i, j);
  }
  const shown = displayedTap(model, u, v);
  if (at.loupe) mark(rectInSlot(at, at.loupeRect, row.slot), at.loupeCell, ...shown);
  if (model.weight) mark(rectInSlot(at, at.kernel, row.slot), at.kernelCell, ...shown);
  mark(rectInSlot(at, at.products, row.slot), at.kernelCell, ...shown);
}
