/** The window of a step on an input plane: its cells, its frame, borrowed padding, the loupe. */

import { channelHue } from '../../model/color.ts';
import type { KernelWindow } from '../../model/geometry.ts';
import { isContiguous, paddingGhost } from '../../model/geometry.ts';
import type { Rect } from '../../model/types.ts';
import type { Context2D } from '../shared/drawing.ts';
import { clipTo, frameCells, strokeRoundedRect } from '../shared/drawing.ts';
import { paintGrid } from '../shared/grid.ts';
import { cellRect, centerOf, clamp, growRect } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap, planeOf } from './channel_frame.ts';
import type { StageFrame } from './frame.ts';
import type { GridPlace } from './grid_places.ts';
import { inputFit, isComposite, paintWindowCells } from './input_plane.ts';

/** How strong the window's former place is while it moves. */
const LINGER = 0.25;

/** The hue of a channel in this scene. */
export function hueOf({ theme, model }: Pick<ChannelFrame, 'theme' | 'model'>, channel: number) {
  return channelHue(theme, channel, model.subject.picture);
}

/** The windows of all planes in sight that are read: on a picture one for all channels. */
export function paintWindows(context: Context2D, frame: ChannelFrame) {
  for (const plane of frame.planes) {
    const read = frame.inChannels.includes(plane.channel);
    if (!read && !frame.model.subject.perChannel) continue;
    const composite = isComposite(frame, plane);
    const active = frame.rows.some((row) => row.active && row.channel === plane.channel);
    const hue = composite ? frame.colors.accent : hueOf(frame, plane.channel);
    clipTo(context, plane.place, () => {
      if (frame.previousWindow && !plane.thumbnail) {
        context.globalAlpha = LINGER;
        paintFrames(context, plane, frame.previousWindow, hue, 2);
        context.globalAlpha = 1;
      }
      if (!plane.thumbnail) paintWindowCells(context, frame, plane, frame.window);
      paintFrames(context, plane, frame.window, plane.thumbnail ? frame.colors.text : hue, active ? 3 : 2);
      if (frame.position.slide === 1 && !plane.thumbnail) paintBorrowedPadding(context, frame, plane);
    });
  }
}

/** Paints one frame round touching taps, a frame a tap where they are apart. */
export function paintFrames(
  context: Context2D,
  { view }: Pick<GridPlace, 'view'>,
  window: KernelWindow,
  color: string,
  lineWidth: number,
) {
  const { cell } = view;
  const [rows, cols] = [finite(window.rows), finite(window.cols)];
  if (rows.length === 0 || cols.length === 0) return;
  if (isContiguous(rows) && isContiguous(cols)) {
    frameCells(context, windowRect(view, cell, rows, cols), cell, color, cell < 6 ? 1.5 : lineWidth);
    return;
  }
  for (const row of rows)
    for (const col of cols)
      frameCells(context, cellRect(view, cell, row, col), cell, color, cell < 6 ? 1 : lineWidth);
}

function windowRect(view: Rect, cell: number, rows: number[], cols: number[]) {
  const [top, left] = [Math.min(...rows), Math.min(...cols)];
  return cellRect(view, cell, top, left, Math.max(...rows) - top + 1, Math.max(...cols) - left + 1);
}

/** The rectangle round all cells of the window, inside the plane's place; null where it reads none. */
export function windowOutline({ window }: ChannelFrame, { view, place }: GridPlace): Rect | null {
  const [rows, cols] = [finite(window.rows), finite(window.cols)];
  if (rows.length === 0 || cols.length === 0) return null;
  const rect = windowRect(view, view.cell, rows, cols);
  const [left, top] = [
    clamp(rect.x, place.x, place.x + place.width),
    clamp(rect.y, place.y, place.y + place.height),
  ];
  return {
    x: left,
    y: top,
    width: clamp(rect.x + rect.width, left, place.x + place.width) - left,
    height: clamp(rect.y + rect.height, top, place.y + place.height) - top,
  };
}

function finite(line: number[]) {
  return line.filter(Number.isFinite);
}

/** Paints a curve from each padding cell under the window to the cell whose value it borrows. */
function paintBorrowedPadding(
  context: Context2D,
  { model, targetWindow, colors }: ChannelFrame,
  { view }: GridPlace,
) {
  const { plane, rowSources, colSources, summary } = model;
  const borrows = ['reflect', 'replicate', 'circular'].includes(summary.operation.padding_mode ?? '');
  if (!borrows || view.cell < 8) return;
  const center = (row: number, col: number) => centerOf(cellRect(view, view.cell, row, col));
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

/** Paints the window enlarged. */
export function paintLoupe(context: Context2D, frame: StageFrame, row: ChannelRow) {
  const { step, model } = frame;
  const { loupe, cell } = row.lane;
  if (!loupe) return;
  if (step && row.index >= 0) {
    const patch = step.patchOf(row.index);
    const [rows, cols] = model.subject.kernel;
    const valueAt = (i: number, j: number) => {
      const [u, v] = displayedTap(model, i, j);
      return step.hasInput(u, v) ? (patch[u * cols + v] ?? 0) : null;
    };
    paintGrid(
      context,
      loupe,
      cell,
      {
        rows,
        cols,
        valueAt,
        max: model.inputMax,
        fit: inputFit(frame, cell),
        ghost: paddingGhost(model.summary),
      },
      frame,
    );
  }
  strokeRoundedRect(context, growRect(loupe, 1), 4, hueOf(frame, row.channel), row.active ? 2.5 : 1.5);
}

/** The plane that a lane's window is on. */
export function planeOfRow(frame: ChannelFrame, { channel }: ChannelRow): GridPlace | null {
  return planeOf(frame, channel) ?? (frame.layout.plane ? (frame.planes[0] ?? null) : null);
}
