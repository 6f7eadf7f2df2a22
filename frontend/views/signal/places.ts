/** Where cells of signals are on the canvas, and which cell is under a point. Pure. */

import { containsPoint } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { centerOf } from '../shared/rects.ts';
import type { SignalFrame, SignalRow } from './frame.ts';
import { columnX, positionAt } from './frame.ts';

/** The place of a kernel cell in a row of a lane. */
export function tapRect(frame: SignalFrame, place: Rect, position: number): Rect {
  const { cell } = frame.layout;
  return { x: columnX(frame, position) - cell / 2 + 1.5, y: place.y, width: cell - 3, height: place.height };
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
  const rect = findCellRect(frame, cell);
  return rect && isInSight(frame, rect) ? [rect] : [];
}

function findCellRect(frame: SignalFrame, { grid, channel, col }: Cell): Rect | null {
  const { layout, axis, model, position, restingKernel } = frame;
  if (grid === 'bias') return channel === position.outChannel ? layout.bias : null;
  if (grid === 'total') return layout.total;
  if (grid === 'output')
    return channel === position.outChannel ? columnRect(frame, layout.output, axis.outputAt(col)) : null;
  const lane = frame.rows.find((row) => row.channel === channel)?.lane;
  if (!lane) return null;
  switch (grid) {
    case 'input':
      return columnRect(frame, lane.plot, axis.inputAt(col));
    case 'padding':
      return columnRect(frame, lane.plot, col - model.plane.left);
    case 'weight':
      return lane.kernel && tapRect(frame, lane.kernel, frame.kernel[col] ?? 0);
    case 'tap':
      return tapRect(frame, lane.products, restingKernel[col] ?? 0);
    case 'sum':
      return lane.sum;
    case 'running':
      return lane.running;
    default:
      return null;
  }
}

function isInSight({ layout }: SignalFrame, rect: Rect) {
  const { x } = centerOf(rect);
  return x >= layout.left || rect.width === 0 || rect.x >= layout.left;
}
