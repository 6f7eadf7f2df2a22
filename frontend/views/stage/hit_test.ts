/** Which cell lies under a point of the stage, and where a cell is. Pure. */

import { cellAt, containsPoint } from '../../model/geometry.ts';
import type { Cell } from '../../model/relations.ts';
import type { Rect } from '../../model/types.ts';
import { cellRect } from '../shared/rects.ts';
import type { ChannelFrame, ChannelRow } from './channel_frame.ts';
import { displayedTap } from './channel_frame.ts';
import { rectInSlot } from './layout.ts';

export function hitTest(frame: ChannelFrame, x: number, y: number): Cell | null {
  const { layout, position, outputView, inChannels, step, model, totalRect } = frame;
  const output = containsPoint(layout.output, x, y) ? cellAt(outputView, outputView.cell, x, y) : null;
  if (output) return { grid: 'output', channel: position.outChannel, row: output[0], col: output[1] };
  if (step && model.weight && containsPoint(totalRect, x, y))
    return { grid: 'total', channel: inChannels.at(-1) ?? 0, row: 0, col: 0 };
  for (const row of frame.rows) {
    const cell = hitInput(frame, row, x, y) ?? (row.index < 0 ? null : hitTapOrSum(frame, row, x, y));
    if (cell) return cell;
  }
  return null;
}

function hitInput(
  { layout, model, inputView }: ChannelFrame,
  { slot, channel }: ChannelRow,
  x: number,
  y: number,
): Cell | null {
  if (!containsPoint(rectInSlot(layout, layout.input, slot), x, y)) return null;
  const [planeRow, planeCol] = cellAt(rectInSlot(layout, inputView, slot), inputView.cell, x, y) ?? [-1, -1];
  const [, height, width] = model.summary.shapes.input;
  const [row, col] = [planeRow - model.plane.top, planeCol - model.plane.left];
  return row >= 0 && col >= 0 && row < height && col < width ? { grid: 'input', channel, row, col } : null;
}

function hitTapOrSum(
  { layout, model, step }: ChannelFrame,
  { slot, channel, sum, accumulate }: ChannelRow,
  x: number,
  y: number,
): Cell | null {
  const isOver = (rect: Rect) => containsPoint(rectInSlot(layout, rect, slot), x, y);
  if (sum > 0 && isOver(layout.sum)) return { grid: 'sum', channel, row: 0, col: 0 };
  if (model.weight && accumulate > 0 && isOver(layout.running))
    return { grid: 'running', channel, row: 0, col: 0 };
  const tapIn = (rect: Rect, cell = layout.kernelCell) => {
    const tap = cellAt(rectInSlot(layout, rect, slot), cell, x, y);
    return tap && displayedTap(model, ...tap);
  };
  const weight = model.weight && tapIn(layout.kernel);
  if (weight) return { grid: 'weight', channel, row: weight[0], col: weight[1] };
  const product = tapIn(layout.products);
  if (product) return { grid: 'tap', channel, row: product[0], col: product[1] };
  const enlarged = layout.loupe ? tapIn(layout.loupeRect, layout.loupeCell) : null;
  if (!enlarged || !step?.hasInput(...enlarged)) return null;
  const [row = 0, col = 0] = [step.inputRows[enlarged[0]], step.inputCols[enlarged[1]]];
  return { grid: 'input', channel, row, col };
}

/** Where a cell is on the stage, or null. */
export function findCellRect(frame: ChannelFrame, cell: Cell): Rect | null {
  const { layout, model, position, outputView, inputView } = frame;
  if (cell.grid === 'output') {
    if (cell.channel !== position.outChannel) return null;
    return cellRect(outputView, outputView.cell, cell.row, cell.col);
  }
  if (cell.grid === 'total') return frame.totalRect;
  const slot = frame.rows.find(({ channel }) => channel === cell.channel)?.slot;
  if (slot === undefined) return null;
  if (cell.grid === 'sum' || cell.grid === 'running') return rectInSlot(layout, layout[cell.grid], slot);
  if (cell.grid === 'input') {
    const [row, col] = [cell.row + model.plane.top, cell.col + model.plane.left];
    return cellRect(rectInSlot(layout, inputView, slot), inputView.cell, row, col);
  }
  const grid = rectInSlot(layout, cell.grid === 'weight' ? layout.kernel : layout.products, slot);
  return cellRect(grid, layout.kernelCell, ...displayedTap(model, cell.row, cell.col));
}

export function findCellRects(frame: ChannelFrame, cell: Cell): Rect[] {
  const rect = findCellRect(frame, cell);
  return rect ? [rect] : [];
}
