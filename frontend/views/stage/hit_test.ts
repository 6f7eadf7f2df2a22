/** Which cell lies under a point of the stage, and where a cell is. Pure. */

import { cellAt, containsPoint } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import { isSameCell, isSumCell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { cellRect } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap, outputOf, planeOf } from './channel_frame.ts';
import type { GridPlace } from './grid_places.ts';
import { isComposite } from './input_plane.ts';
import { placeEquation } from './phone_equation.ts';

/** What a press on a small picture chooses. */
export type Choice = { kind: 'channel' | 'output'; channel: number };

export function hitTest(frame: ChannelFrame, x: number, y: number): Cell | null {
  return (
    hitOutput(frame, x, y) ??
    hitBias(frame, x, y) ??
    hitLedger(frame, x, y) ??
    hitInput(frame, x, y) ??
    hitRows(frame, x, y)
  );
}

/** Finds the thumbnail or the filter of the shelf under a point. */
export function hitChoice(
  { planes, outputPlaces, layout, shelfChannels }: ChannelFrame,
  x: number,
  y: number,
): Choice | null {
  const thumbnail = (places: GridPlace[]) =>
    places.find(({ thumbnail: small, place }) => small && containsPoint(place, x, y));
  const plane = thumbnail(planes);
  if (plane) return { kind: 'channel', channel: plane.channel };
  const output = thumbnail(outputPlaces);
  if (output) return { kind: 'output', channel: output.channel };
  const k = layout.shelf.findIndex(
    ({ kernels, output: rect }) =>
      containsPoint(rect, x, y) || kernels.some((kernel) => containsPoint(kernel, x, y)),
  );
  const channel = shelfChannels[k];
  return channel === undefined ? null : { kind: 'output', channel };
}

function hitOutput({ outputPlaces }: ChannelFrame, x: number, y: number): Cell | null {
  for (const { place, view, channel, thumbnail } of outputPlaces) {
    const cell = !thumbnail && containsPoint(place, x, y) ? cellAt(view, view.cell, x, y) : null;
    if (cell) return { grid: 'output', channel, row: cell[0], col: cell[1] };
  }
  return null;
}

function hitBias(frame: ChannelFrame, x: number, y: number): Cell | null {
  const rect = findBiasRect(frame);
  const inside = rect && containsPoint(rect, x, y);
  return inside ? { grid: 'bias', channel: frame.position.outChannel, row: 0, col: 0 } : null;
}

function hitLedger(frame: ChannelFrame, x: number, y: number): Cell | null {
  const { step, model, inChannels, layout } = frame;
  if (layout.family === 'phone') return hitEquation(frame, x, y);
  if (layout.bias && containsPoint(layout.bias, x, y))
    return { grid: 'bias', channel: frame.position.outChannel, row: 0, col: 0 };
  if (!step || !model.weight || layout.ledger === 'boxes' || !containsPoint(layout.total, x, y)) return null;
  return { grid: 'total', channel: inChannels.at(-1) ?? 0, row: 0, col: 0 };
}

function hitEquation(frame: ChannelFrame, x: number, y: number): Cell | null {
  if (!frame.step || frame.view !== 'stage') return null;
  const box = placeEquation(frame).find(({ rect }) => containsPoint(rect, x, y));
  return box && (box.known || box.kind === 'total') ? box.cell : null;
}

function hitInput({ planes, model }: ChannelFrame, x: number, y: number): Cell | null {
  const [, height, width] = model.summary.shapes.input;
  for (const { place, view, channel, thumbnail } of planes) {
    if (thumbnail || !containsPoint(place, x, y)) continue;
    const [planeRow, planeCol] = cellAt(view, view.cell, x, y) ?? [-1, -1];
    if (planeRow < 0) return null;
    const [row, col] = [planeRow - model.plane.top, planeCol - model.plane.left];
    if (row >= 0 && col >= 0 && row < height && col < width) return { grid: 'input', channel, row, col };
    return { grid: 'padding', channel, row: planeRow, col: planeCol };
  }
  return null;
}

function hitRows(frame: ChannelFrame, x: number, y: number): Cell | null {
  for (const row of frame.rows) {
    const cell = row.index < 0 ? null : (hitSum(frame, row, x, y) ?? hitTap(frame, row, x, y));
    if (cell) return cell;
  }
  return null;
}

function hitSum(
  { layout, model }: ChannelFrame,
  { lane, channel, sum, accumulate }: ChannelRow,
  x: number,
  y: number,
): Cell | null {
  if (layout.family === 'phone') return null;
  if (sum > 0 && containsPoint(lane.sum, x, y)) return { grid: 'sum', channel, row: 0, col: 0 };
  const isRunning = model.weight && accumulate > 0 && lane.running && containsPoint(lane.running, x, y);
  return isRunning ? { grid: 'running', channel, row: 0, col: 0 } : null;
}

function hitTap(
  { model, step }: ChannelFrame,
  { lane, channel }: ChannelRow,
  x: number,
  y: number,
): Cell | null {
  const tapIn = (rect: Rect | null) => {
    const tap = rect && cellAt(rect, lane.cell, x, y);
    return tap && displayedTap(model, ...tap);
  };
  const weight = model.weight && tapIn(lane.kernel);
  if (weight) return { grid: 'weight', channel, row: weight[0], col: weight[1] };
  const product = tapIn(lane.products);
  if (product) return { grid: 'tap', channel, row: product[0], col: product[1] };
  const enlarged = tapIn(lane.loupe);
  if (!enlarged || !step) return null;
  if (!step.hasInput(...enlarged)) return { grid: 'tap', channel, row: enlarged[0], col: enlarged[1] };
  const [row = 0, col = 0] = [step.inputRows[enlarged[0]], step.inputCols[enlarged[1]]];
  return { grid: 'input', channel, row, col };
}

/** Where a cell is on the stage, or null. */
export function findCellRect(frame: ChannelFrame, cell: Cell): Rect | null {
  const { layout, model } = frame;
  if (cell.grid === 'output') {
    const output = outputOf(frame, cell.channel);
    return output && cellRect(output.view, output.view.cell, cell.row, cell.col);
  }
  if (cell.grid === 'bias') return cell.channel === frame.position.outChannel ? findBiasRect(frame) : null;
  if (layout.family === 'phone' && isSumCell(cell)) return findSumBox(frame, cell);
  if (cell.grid === 'total') return layout.total;
  if (cell.grid === 'input' || cell.grid === 'padding') {
    const [large] = frame.planes;
    const plane = planeOf(frame, cell.channel) ?? (large && isComposite(frame, large) ? large : null);
    if (!plane) return null;
    const { top, left } = cell.grid === 'input' ? model.plane : { top: 0, left: 0 };
    return cellRect(plane.view, plane.view.cell, cell.row + top, cell.col + left);
  }
  const lane = frame.rows.find(({ channel }) => channel === cell.channel)?.lane;
  if (!lane) return null;
  if (cell.grid === 'sum') return lane.sum;
  if (cell.grid === 'running') return lane.running;
  const grid = cell.grid === 'weight' ? lane.kernel : lane.products;
  return grid && cellRect(grid, lane.cell, ...displayedTap(model, cell.row, cell.col));
}

/** Where the bias is; on phones it gives its place to a running sum. */
export function findBiasRect(frame: ChannelFrame): Rect | null {
  if (frame.layout.family !== 'phone') return frame.layout.bias;
  return placeEquation(frame).find(({ kind }) => kind === 'bias')?.rect ?? null;
}

/** The box of a sum in a phone's equation. */
function findSumBox(frame: ChannelFrame, wanted: Cell): Rect | null {
  return placeEquation(frame).find(({ cell }) => isSameCell(cell, wanted))?.rect ?? null;
}

export function findCellRects(frame: ChannelFrame, cell: Cell): Rect[] {
  const rect = findCellRect(frame, cell);
  return rect ? [rect] : [];
}
