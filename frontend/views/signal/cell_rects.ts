/** Where cells of signals are on the canvas, and which cell is under a point. Pure. */

import { containsPoint } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { isInSight } from './bars.ts';
import type { SignalFrame, SignalRow } from './frame.ts';
import { columnX, positionAt } from './frame.ts';

/** The place of a kernel cell in a row of a lane. */
export function tapRect(frame: SignalFrame, place: Rect, position: number): Rect {
  const { cell } = frame.layout;
  return { x: columnX(frame, position) - cell / 2 + 1.5, y: place.y, width: cell - 3, height: place.height };
}

/** The kernel's cells, as far as any of them is in sight. */
export function tapsInSight(frame: SignalFrame, kernel: number[]): [v: number, position: number][] {
  const { firstColumn, layout } = frame;
  const last = firstColumn + layout.columns;
  const taps: [number, number][] = [];
  for (const [v, at] of kernel.entries()) if (at > firstColumn - 1 && at < last) taps.push([v, at]);
  return taps;
}

/** A column of a plot. */
export function columnRect(frame: SignalFrame, { y, height }: Rect, position: number): Rect {
  const { cell } = frame.layout;
  return { x: columnX(frame, position) - cell / 2, y, width: cell, height };
}

export function hitTest(frame: SignalFrame, x: number, y: number): Cell | null {
  for (const row of frame.rows) {
    const cell = hitLane(frame, row, x, y);
    if (cell) return cell;
  }
  const { bias, total, output } = frame.layout;
  const { outChannel } = frame.position;
  if (bias && containsPoint(bias, x, y)) return { grid: 'bias', channel: outChannel, row: 0, col: 0 };
  if (frame.step && frame.model.weight && containsPoint(total, x, y))
    return { grid: 'total', channel: frame.inChannels.at(-1) ?? 0, row: 0, col: 0 };
  if (!containsPoint(output, x, y)) return null;
  const index = nearest(frame, x, frame.model.summary.shapes.output[2], (at) => frame.axis.outputAt(at));
  return index === null ? null : { grid: 'output', channel: outChannel, row: 0, col: index };
}

function hitLane(frame: SignalFrame, row: SignalRow, x: number, y: number): Cell | null {
  const { lane, channel } = row;
  const { model, axis, kernel, restingKernel } = frame;
  const at = (grid: Cell['grid'], col: number | null) =>
    col === null ? null : { grid, channel, row: 0, col };
  if (lane.sum && row.sum > 0 && containsPoint(lane.sum, x, y)) return at('sum', 0);
  if (
    lane.running &&
    model.weight &&
    row.index > 0 &&
    row.accumulate > 0 &&
    containsPoint(lane.running, x, y)
  )
    return at('running', 0);
  if (lane.kernel && containsPoint(lane.kernel, x, y))
    return at(
      'weight',
      nearest(frame, x, kernel.length, (v) => kernel[v] ?? 0),
    );
  if (containsPoint(lane.products, x, y))
    return at(
      'tap',
      nearest(frame, x, kernel.length, (v) => restingKernel[v] ?? 0),
    );
  if (!containsPoint(lane.plot, x, y)) return null;
  const input = at(
    'input',
    nearest(frame, x, model.summary.shapes.input[2], (index) => axis.inputAt(index)),
  );
  if (input || model.subject.gathered) return input;
  const col = Math.round(positionAt(frame, x)) + model.plane.left;
  return col >= 0 && col < model.plane.cols ? at('padding', col) : null;
}

/** The cell whose column is under x, if one is. */
function nearest(frame: SignalFrame, x: number, count: number, at: (index: number) => number) {
  const position = positionAt(frame, x);
  let best: number | null = null;
  let distance = 0.5;
  for (let index = 0; index < count; index++) {
    const away = Math.abs(at(index) - position);
    if (away <= distance) [best, distance] = [index, away];
  }
  return best;
}

export function findCellRects(frame: SignalFrame, cell: Cell): Rect[] {
  const rect = boxOf(frame, cell) ?? columnOf(frame, cell);
  return rect ? [rect] : [];
}

/** The box of a sum. */
function boxOf({ layout, position, rows }: SignalFrame, { grid, channel }: Cell): Rect | null {
  if (grid === 'bias') return channel === position.outChannel ? layout.bias : null;
  if (grid === 'total') return layout.total;
  if (grid !== 'sum' && grid !== 'running') return null;
  return rows.find((row) => row.channel === channel)?.lane[grid] ?? null;
}

/** The place of a cell that stands on the axis, if that is in sight. */
function columnOf(frame: SignalFrame, { grid, channel, col }: Cell): Rect | null {
  const { axis, layout, model, position } = frame;
  const lane = frame.rows.find((row) => row.channel === channel)?.lane;
  const column = (place: Rect, at: number) =>
    isInSight(layout, columnX(frame, at)) ? columnRect(frame, place, at) : null;
  const tap = (place: Rect, at = 0) =>
    isInSight(layout, columnX(frame, at)) ? tapRect(frame, place, at) : null;
  if (grid === 'output')
    return channel === position.outChannel ? column(layout.output, axis.outputAt(col)) : null;
  if (!lane) return null;
  if (grid === 'input') return column(lane.plot, axis.inputAt(col));
  if (grid === 'padding') return column(lane.plot, col - model.plane.left);
  if (grid === 'weight') return lane.kernel && tap(lane.kernel, frame.kernel[col]);
  return grid === 'tap' ? tap(lane.products, frame.restingKernel[col]) : null;
}
